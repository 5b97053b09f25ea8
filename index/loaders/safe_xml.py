"""The one XML parser for uploads: no entities, no document types, nothing fetched, nothing endless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree


def safe_parser(*, bare: bool = False, target: Any = None) -> etree.XMLParser:
    """A parser of lxml that follows nothing an upload names.

    Args:
        bare: comments and instructions are left out.
        target: told what is read instead of a tree being made; see lxml's documentation.
    """
    from lxml import etree

    return etree.XMLParser(
        target=target,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=bare,
        remove_pis=bare,
    )
