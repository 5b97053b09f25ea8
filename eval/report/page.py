"""What every page shares: templates and assets out of the package, and text put safely into one file."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from eval.report import words
from eval.row import Bin

_UNSAFE = tuple((character, f"\\u{ord(character):04x}") for character in "<>&\u2028\u2029")
"""What could end a script element or a line of script; none of it has a meaning in JSON outside of strings."""


def embed(value: Any) -> Markup:
    """JSON that can stand in a script element whatever its strings hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in _UNSAFE:  # a quarter of str.translate's time on a large page
        text = text.replace(character, escaped)
    return Markup(text)


def _resource(folder: str, name: str) -> str:
    return resources.files("eval.report").joinpath(folder, name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: _resource("templates", name)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["embed"] = embed
    environment.globals.update(
        words=words,
        style=Markup(_resource("assets", "report.css")),
        script=Markup(_resource("assets", "report.js")),
    )
    return environment


def render(template: str, **values: Any) -> str:
    """A page. Half of a surrogate pair, which no file can hold, is shown as a question mark."""
    page = _environment().get_template(template).render(**values)
    return page.encode("utf-8", "replace").decode("utf-8")


def script_words() -> dict[str, dict[str, str]]:
    """Titles that the page's script shows, by name."""
    return {
        "bins": {name.value: bin_words.title for name, bin_words in words.BINS.items()} | {"": "未归类"},
        "kinds": words.KINDS,
        "stages": words.STAGES,
    }


def bin_class(name: str) -> str:
    """The CSS class of a bin; that of no bin for a name that isn't one."""
    return f"bin-{name}" if name in set(Bin) else "bin-none"
