"""Note marks in the text of a block, for formats that know themselves where a note belongs.

A reader writes a mark after the word, and the same mark at the begin of the note; the layout takes them out of the
text and keeps them as `NoteMark`s.
"""

from __future__ import annotations

import re

_OPEN, _CLOSE = "⦃", "⦄"  # no document has these; they print, since trafilatura drops what does not
_MARK = re.compile(rf" *{_OPEN}([^{_OPEN}{_CLOSE}\s]{{1,60}}){_CLOSE}")


def mark(label: str) -> str:
    """The mark of the note with this label, to write into a block's text."""
    return f"{_OPEN}{label}{_CLOSE}"


def unmarked(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text without its marks, and where they stood with their labels; a mark leaves one space of two.

    >>> unmarked("Het steeg" + mark("3") + ", en " + mark("4") + " daalde.")
    ('Het steeg, en daalde.', [(9, '3'), (13, '4')])
    """
    found: list[tuple[int, str]] = []
    parts: list[str] = []
    length = done = 0
    for match in _MARK.finditer(text):
        parts.append(text[done : match.start()])
        length += match.start() - done
        found.append((length, match[1]))
        gap = match[0].startswith(" ") and match.end() < len(text) and text[match.end()].isalnum()
        parts.append(" " * gap)
        length, done = length + gap, match.end()
    return "".join((*parts, text[done:])), found
