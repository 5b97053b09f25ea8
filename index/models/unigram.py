"""XLM-R's tokenizer out of its vocabulary: ``nmt_nfkc`` normalisation, spaces collapsed, unigram pieces.

``nmt_nfkc.xz`` beside this module is the normaliser's table in SentencePiece's own format (a double array,
then the replacements). ``make_charsmap.py`` makes it, and says why it isn't
today's SentencePiece's.
"""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CHARSMAP_FILE = "nmt_nfkc.xz"
CHARSMAP_SHA256 = "d43391ddd7c67ca85f2c9bb3a31fdc53d144e5c154af0c7077a0841b8228d524"
"""Of the unpacked table."""

SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def charsmap() -> bytes:
    """XLM-R's ``precompiled_charsmap``."""
    return lzma.decompress(resources.files("index.models").joinpath(CHARSMAP_FILE).read_bytes())


def make_tokenizer(pieces: Sequence[str], scores: Sequence[float]) -> Tokenizer:
    """A fast tokenizer giving ``<s> pieces </s>``, with the ids and character offsets of XLM-R's own.

    White space is split off before the metaspace goes in, as in XLM-R's published ``tokenizer.json``: it does
    what SentencePiece's ``remove_extra_whitespaces`` does (spaces at the ends go, runs count as one).

    Args:
        pieces, scores: in the order of their ids, which must hold ``SPECIAL_TOKENS``.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    vocabulary = [(piece, float(score)) for piece, score in zip(pieces, scores, strict=True)]
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=pieces.index("<unk>"), byte_fallback=False))
    tokenizer.normalizer = normalizers.Precompiled(charsmap())
    metaspace = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False, lstrip=token == "<mask>")
            for token in SPECIAL_TOKENS
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(token, pieces.index(token)) for token in ("<s>", "</s>")],
    )
    return tokenizer
