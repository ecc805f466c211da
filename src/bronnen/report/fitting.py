"""How long texts are made to fit on a page, and texts from hostile files harmless to look at."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

BOX = "□"
"""What stands for characters that the font of a PDF lacks."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]+"
)
"""Characters that nobody sees; some turn the order of what follows around."""

_LACKING = re.compile(  # Latin, Greek, Cyrillic, punctuation, money, arrows, figures: what a test finds in the font
    "[^\x20-\x7e\xa0-\u024f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0481\u048a-\u04ff\u1e00-\u1eff"
    "\u2010-\u2027\u2030-\u203e\u2044\u2070\u2074-\u208e\u20a0-\u20bf\u2122\u2126\u2150\u2153-\u215e"
    "\u2190-\u22ff\u25a0-\u25ff]+"
)
_LONG = re.compile(r"\S{25,}")
_PART = re.compile(r"[^_/.@\\]{1,20}[_/.@\\]*|[_/.@\\]{1,20}")
_BREAK = "\u200b"


def cut(text: str, limit: int) -> str:
    """The text on one line, of at most `limit` characters: cut after a whole word, with an ellipsis.

    Where that would lose more than half, because of a very long word, the cut is inside the word.

    >>> cut("Ouders vertellen dat zij wachten.", 20), cut("Ouders  wachten.", 20), cut("onderzoeksgegevens", 10)
    ('Ouders vertellen…', 'Ouders wachten.', 'onderzoek…')
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    if limit < 1:
        return ""
    head = line[: limit - 1]
    whole = head if line[limit - 1] == " " else head.rpartition(" ")[0]
    return (whole if len(whole) > limit // 2 else head).rstrip(" ,;:-–(") + "…"


def visible(told: Any) -> Any:
    """The same lists and mappings, their texts without characters that do not show."""
    return _each(told, lambda text: _HIDDEN.sub("", text))


def printable(told: Any) -> Any:
    """The same lists and mappings, their texts in characters that the font of the PDF has.

    A run of others is one box, and words of more than 24 characters may be broken, so that no line sticks out.
    """
    return _each(told, lambda text: _LONG.sub(_breakable, _LACKING.sub(BOX, normalize("NFC", text))))


def _breakable(word: re.Match[str]) -> str:
    return _BREAK.join(_PART.findall(word[0]))


def _each(told: Any, change: Callable[[str], str]) -> Any:
    if isinstance(told, str):
        return change(told)
    if isinstance(told, dict):
        return {name: _each(one, change) for name, one in told.items()}
    return [_each(one, change) for one in told] if isinstance(told, list | tuple) else told
