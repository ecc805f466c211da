"""From words, or from blocks that a format knows itself, to text with pages, blocks and words that point into it.

This is the plain layout: it trusts the order in which the page draws its words, makes lines of words and blocks
of lines by distance, size and bullets. It must never lose a word that an engine gave, and never let a box and
its text drift apart: text is only written through `_Draft`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bronnen.extract.blocks import Line, at_line_end, blocks_of, body_size, is_glued, opens_note
from bronnen.extract.words import RawPage
from bronnen.records import Block, Kind, Page, PageState, Word

BLOCK_GAP = "\n\n"
CELL_GAP = " | "


@dataclass(frozen=True, slots=True)
class Laid:
    """A document's text and everything that points into it."""

    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    words: tuple[Word, ...]


@dataclass(slots=True)
class _Draft:
    """The text so far; the only place where text grows."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def write(self, text: str) -> int:
        """Where the written text starts."""
        start = self.length
        self.parts.append(text)
        self.length += len(text)
        return start

    def laid(self) -> Laid:
        return Laid("".join(self.parts), tuple(self.pages), tuple(self.blocks), tuple(self.words))


def from_blocks(blocks: Iterable[tuple[Kind, str]]) -> Laid:
    """The blocks of a format without pages, as one page (number 1, no size) without words.

    Text becomes NFC, white space at the ends of a block goes, empty blocks go; lines inside a block stay.

    >>> from_blocks([(Kind.HEADING, "Inleiding "), (Kind.PARAGRAPH, "Dit is tekst.")]).text
    'Inleiding\\n\\nDit is tekst.'
    """
    draft = _Draft()
    for kind, told in blocks:
        text = unicodedata.normalize("NFC", told.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not text:
            continue
        if draft.length:
            draft.write(BLOCK_GAP)
        start = draft.write(text)
        draft.blocks.append(Block(start, draft.length, kind, None))
    state = PageState.TEXT if draft.length else PageState.EMPTY
    draft.pages.append(Page(0, draft.length, 1, 0.0, 0.0, state))
    return draft.laid()


def from_pages(pages: Sequence[RawPage], states: Sequence[PageState]) -> Laid:
    """The text of a PDF from the words of its pages; only pages of which the state is `TEXT` give text."""
    draft = _Draft()
    body = body_size(page for page, state in zip(pages, states, strict=True) if state is PageState.TEXT)
    for page, state in zip(pages, states, strict=True):
        start = end = draft.length
        if state is PageState.TEXT:
            first = len(draft.blocks)
            for kind, groups in blocks_of(page, body):
                _write_block(draft, page.number, kind, groups)
            if len(draft.blocks) > first:
                start, end = draft.blocks[first].start, draft.length
        draft.pages.append(Page(start, end, page.number, page.width, page.height, state))
    return draft.laid()


def _write_block(draft: _Draft, page: int, kind: Kind, groups: Sequence[Sequence[Line]]) -> None:
    """Writes a block of one or more groups of lines: the cells of a row, or just one group."""
    if draft.length:
        draft.write(BLOCK_GAP)
    start = draft.length
    for number, lines in enumerate(groups):
        if number:
            draft.write(CELL_GAP)
        _write_lines(draft, page, lines)
    draft.blocks.append(Block(start, draft.length, kind, page))


def _write_lines(draft: _Draft, page: int, lines: Sequence[Line]) -> None:
    gap = ""
    for index, line in enumerate(lines):
        following = lines[index + 1][0].text if index + 1 < len(lines) else None
        for place, word in enumerate(line):
            text, gap_after = word.text, " "
            if place + 1 < len(line):
                gap_after = "" if is_glued(word, line[place + 1]) and not opens_note(line, place) else " "
            elif following is not None:
                text, gap_after = at_line_end(text, following)
            draft.write(gap)
            start = draft.write(text)
            box = (word.x0, word.top, word.x1, word.bottom)
            draft.words.append(Word(start, draft.length, page, *box, word.size, word.bold))
            gap = gap_after
