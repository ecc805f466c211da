"""From words, or from blocks that a format knows itself, to text with pages, blocks and words that point into it.

`reading` says in which order the pages' lines are read and what they are; this room writes them. It must never lose
a word that an engine gave, other than those it names in `left_out`, and never let a box and its text drift apart:
text is only written through `_Draft`. What is left out and why: docs/layout.md.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bronnen.extract.blocks import Piece
from bronnen.extract.hyphens import Vocabulary, at_line_end, vocabulary
from bronnen.extract.lines import Line, is_glued
from bronnen.extract.marks import unmarked
from bronnen.extract.notes import is_mark, label_of, number
from bronnen.extract.reading import reading
from bronnen.extract.words import SMALL, RawPage, RawWord
from bronnen.records import Block, Kind, NoteMark, Page, PageState, Word

BLOCK_GAP = "\n\n"
CELL_GAP = " | "


@dataclass(frozen=True, slots=True)
class Laid:
    """A document's text and everything that points into it."""

    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    words: tuple[Word, ...]
    notes: tuple[NoteMark, ...] = ()
    left_out: tuple[RawWord, ...] = ()  # running heads, page numbers, text up the margin, note marks


@dataclass(slots=True)
class _Draft:
    """The text so far; the only place where text grows."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    known: Vocabulary = field(default_factory=Counter)
    marks: list[tuple[int, int, RawWord]] = field(default_factory=list)  # where, page, the mark
    footnotes: dict[tuple[int, str], int] = field(default_factory=dict)  # page and number -> block

    def write(self, text: str) -> int:
        """Where the written text starts."""
        start = self.length
        self.parts.append(text)
        self.length += len(text)
        return start

    def write_word(self, gap: str, text: str, page: int, word: RawWord) -> None:
        """Writes a word as it reads, after the gap, with its place on the page."""
        start = self.length + len(gap)
        self.parts.append(gap + text)
        self.length = start + len(text)
        self.words.append(Word(start, self.length, page, *word[1:]))

    def laid(self) -> Laid:
        notes = tuple(
            NoteMark(start, number(mark.text), self.note_of(page, number(mark.text)))
            for start, page, mark in self.marks
        )
        return Laid("".join(self.parts), tuple(self.pages), tuple(self.blocks), tuple(self.words), notes)

    def note_of(self, page: int, label: str) -> int | None:
        """The block of the note with this number: on the page, the next one, or the only one there is."""
        found = self.footnotes.get((page, label))
        if found is not None:
            return found
        near = self.footnotes.get((page + 1, label))
        same = [block for (_, told), block in self.footnotes.items() if told == label]
        return near if near is not None else same[0] if len(same) == 1 else None


def from_blocks(blocks: Iterable[tuple[Kind, str]]) -> Laid:
    """The blocks of a format without pages, as one page (number 1, no size) without words.

    Text becomes NFC, white space at the ends of a block goes, empty blocks go; lines inside a block stay. Marks as
    `marks` writes them become notes.

    >>> from_blocks([(Kind.HEADING, "Inleiding "), (Kind.PARAGRAPH, "Dit is tekst.")]).text
    'Inleiding\\n\\nDit is tekst.'
    """
    draft = _Draft()
    marks: list[tuple[int, str, int]] = []  # where, the label, the block
    notes: list[tuple[str, int]] = []
    for kind, told in blocks:
        text, found = unmarked(unicodedata.normalize("NFC", told.replace("\r\n", "\n").replace("\r", "\n")).strip())
        text = text.strip()
        if not text:
            continue
        if draft.length:
            draft.write(BLOCK_GAP)
        start, number_of = draft.write(text), len(draft.blocks)
        if kind is Kind.FOOTNOTE and found and found[0][0] == 0:
            notes.append((found.pop(0)[1], number_of))
        marks += [(start + min(at, len(text)), label, number_of) for at, label in found]
        draft.blocks.append(Block(start, draft.length, kind, None))
    state = PageState.TEXT if draft.length else PageState.EMPTY
    draft.pages.append(Page(0, draft.length, 1, 0.0, 0.0, state))
    return replace(
        draft.laid(), notes=tuple(NoteMark(at, label, _note_of(label, block, notes)) for at, label, block in marks)
    )


def _note_of(label: str, block: int, notes: Sequence[tuple[str, int]]) -> int | None:
    """The block of the first note with this label after the mark's own block, or of the last one before."""
    same = [place for told, place in notes if told == label]
    return next((place for place in same if place > block), same[-1] if same else None)


def from_pages(pages: Sequence[RawPage], states: Sequence[PageState]) -> Laid:
    """The text of a PDF from the words of its pages; only pages of which the state is `TEXT` give text."""
    told = [page for page, state in zip(pages, states, strict=True) if state is PageState.TEXT]
    pieces, left_out = reading(told)
    draft = _Draft(known=vocabulary(word for page in told for word in page.words))
    for piece in pieces:
        _write_block(draft, piece)
    spans = _page_spans(draft.words)
    at = 0
    for page, state in zip(pages, states, strict=True):
        start, end = spans.get(page.number, (at, at))
        draft.pages.append(Page(start, end, page.number, page.width, page.height, state, len(page.unseen)))
        at = end
    return replace(draft.laid(), left_out=(*left_out, *(mark for _, _, mark in draft.marks)))


def _page_spans(words: Sequence[Word]) -> dict[int, tuple[int, int]]:
    spans: dict[int, tuple[int, int]] = {}
    for word in words:
        start = spans[word.page][0] if word.page in spans else word.start
        spans[word.page] = (start, word.end)
    return spans


def _write_block(draft: _Draft, piece: Piece) -> None:
    """Writes a block of one or more groups of lines: the cells of a row, or just one group."""
    if draft.length:
        draft.write(BLOCK_GAP)
    start = draft.length
    for place, lines in enumerate(piece.groups):
        if place:
            draft.write(CELL_GAP)
        _write_lines(draft, lines)
    if piece.kind is Kind.FOOTNOTE:
        draft.footnotes[(piece.page, label_of(piece.lines))] = len(draft.blocks)
    draft.blocks.append(Block(start, draft.length, piece.kind, piece.page))


def _write_lines(draft: _Draft, lines: Sequence[Line]) -> None:
    gap = ""
    for index, line in enumerate(lines):
        words, last = line.words, len(line.words) - 1
        for place, word in enumerate(words):
            text = word.text
            if text.isdigit() and place and is_mark(word, words[place - 1]):
                draft.marks.append((draft.length, line.page, word))
                if gap == "" or place == last:  # what follows a mark at the word follows the word
                    gap = "" if place < last and is_glued(word, words[place + 1]) else gap or " "
                continue
            gap_after = " "
            if place < last:
                gap_after = "" if is_glued(word, words[place + 1]) and not _is_label(line, place) else " "
            elif index + 1 < len(lines):
                text, gap_after = at_line_end(text, lines[index + 1].words[0].text, draft.known)
            draft.write_word(gap, text, line.page, word)
            gap = gap_after


def _is_label(line: Line, place: int) -> bool:
    """Whether a word is the raised number with which a line of a footnote opens."""
    words = line.words
    return place == 0 and words[0].text.isdigit() and words[0].size < SMALL * words[1].size
