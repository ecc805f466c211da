"""What a block of lines is on the page: heading, list item, caption, footnote, colophon or plain paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from bronnen.extract.lines import Line, is_bullet, is_item
from bronnen.extract.notes import opens_note
from bronnen.records import Kind

_SECTION = re.compile(r"(\d{1,2}(\.\d{1,2}){1,3}\.?|\d{1,2}\.?|[IVX]{1,4}\.|[A-Z]\.)$")
_NAMED = re.compile(r"(hoofdstuk|bijlage|paragraaf|artikel|deel|vraag|antwoord)$", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:(?:figuur|fig\.|tabel|grafiek|kaart|kaartje|foto|afbeelding|diagram|schema|infographic)"
    r"\s*(?:[\dIVXA-Z]{1,3}(?:[.\-]\d{1,2}){0,2}[a-z]?)?\s*[:.–|-]\s*\S"
    r"|(?:figuur|tabel|grafiek|kaart|afbeelding)\s+\d{1,3}(?:[.\-]\d{1,2}){0,2}\s+[A-Z][a-z]"
    r"|bron(?:nen)?:\s)",
    re.IGNORECASE,
)
_COLOPHON = re.compile(r"colofon\b|©|isbn\b|dit is een (?:uitgave|publicatie) van", re.IGNORECASE)


def kind_of(block: Sequence[Line], body: float, height: float, marks: Set[str] = frozenset()) -> Kind:
    """The kind of a block that is no table and no contents, on a page of this height with these note marks."""
    first = block[0]
    if opens_note(first, body, marks) and first.top > 0.4 * height and first.size <= 0.95 * body:
        return Kind.FOOTNOTE
    if is_caption(first) and len(block) <= 5:
        return Kind.CAPTION
    if _is_heading(block, body):
        return Kind.HEADING
    return Kind.LIST if is_item(first) else Kind.PARAGRAPH


def is_caption(line: Line) -> bool:
    """Whether a line opens as the caption of a figure or table does: not as a sentence about it."""
    first = line.words[0].text[0]
    if first not in "FfTtGgKkAaDdSsIiBb":
        return False
    found = _CAPTION.match(line.text)
    return bool(found) and (line.words[0].text[0].isupper()) and not (_is_verb(line))


def _is_verb(line: Line) -> bool:
    """Whether a small word follows the number, as in 'Tabel 3 laat zien'."""
    words = [word.text for word in line.words[:3]]
    return len(words) == 3 and words[1][-1].isdigit() and words[2][0].islower()


def is_colophon(text: str) -> bool:
    """Whether a block of small print opens as a colophon does."""
    return bool(_COLOPHON.match(text))


def _is_heading(block: Sequence[Line], body: float) -> bool:
    words = [word for line in block for word in line.words]
    last = words[-1].text
    if len(block) > 3 or len(words) > 25 or last[-1] in ";," or words[0].text[0].islower():
        return False
    if last[-1] == "." and (len(words) < 2 or not last[:-1].isupper()):
        return False
    if words[0].text[0] in "•▪●■" or is_bullet(words[0].text):
        return False
    if sum(char.isalpha() for word in words for char in word.text) < 3:
        return False
    main = block[0].first
    larger = body > 0 and main.size >= 1.12 * body
    bold = all(line.is_bold() for line in block) and main.size >= 0.85 * body
    numbered = len(words) > 1 and bool(_SECTION.fullmatch(words[0].text)) and words[1].text[0].isupper()
    named = len(words) > 1 and bool(_NAMED.fullmatch(words[0].text)) and words[1].text[0].isdigit()
    deep = numbered and "." in words[0].text.rstrip(".")  # 3.2, not the 3. of a list
    return larger or bold or (len(words) <= 12 and (deep or named) and words[0].size >= 0.95 * body)
