"""What a person reads and in which order: the walk from the words of all pages to a list of blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bronnen.extract.blocks import Piece, Setting, body_size, pieces_of, usual_step
from bronnen.extract.columns import chars_on, regions
from bronnen.extract.heads import without_heads
from bronnen.extract.kinds import is_colophon
from bronnen.extract.lines import Line, lines_on
from bronnen.extract.notes import is_mark, marks_on
from bronnen.extract.words import RawPage, RawWord
from bronnen.records import Kind

_ASIDE = (Kind.FOOTNOTE, Kind.CAPTION)
_FLOWS = (Kind.PARAGRAPH, Kind.LIST)
_ENDS = ".?!:;…"
_COLOPHON = re.compile(r"(?:\d{1,2}\.? )?colofon:?", re.IGNORECASE)
_CLOSING = "’”'\")]»"


def reading(pages: Sequence[RawPage]) -> tuple[list[Piece], list[RawWord]]:
    """The blocks of these pages in reading order, and the words left out: heads and what runs up the margin."""
    body = body_size(pages)
    found = [lines_on(page) for page in pages]
    out = [word for _, upright in found for word in upright]
    kept, heads = without_heads([lines for lines, _ in found], [page.height for page in pages], body)
    out += [word for line in heads for word in line.words]
    pieces: list[Piece] = []
    is_open = False
    for page, lines in zip(pages, kept, strict=True):
        columns = regions(lines)
        setting = Setting(body, usual_step(columns), page.height, marks_on(lines))
        fresh: list[Piece] = []
        for column in columns:
            told, is_open = pieces_of(column, setting, is_open)
            if _is_margin(column, columns):
                for piece in told:
                    piece.aside, piece.opens = True, False
            fresh += told
        for piece in _notes_last(fresh, page):
            if not (piece.opens and _goes_on(pieces, piece)):
                pieces.append(piece)
    _mark_colophon(pieces, body)
    return pieces, out


def _notes_last(pieces: Sequence[Piece], page: RawPage) -> list[Piece]:
    """The blocks of a page, or of each page on a sheet of two, with the footnotes at its end."""
    middle = page.width / 2
    is_spread = page.width > 1.2 * page.height and not any(
        line.x0 < middle < line.x1 for piece in pieces for lines in piece.groups for line in lines
    )
    right = [is_spread and piece.lines[0].x0 > middle for piece in pieces]
    order = sorted(range(len(pieces)), key=lambda at: (right[at], pieces[at].kind is Kind.FOOTNOTE))
    return [pieces[at] for at in order]


def _is_margin(column: Sequence[Line], columns: Sequence[Sequence[Line]]) -> bool:
    """Whether a column stands beside a much wider one, as the sender and the reference of a letter do."""
    top, bottom, chars = min(line.top for line in column), max(line.bottom for line in column), chars_on(column)
    return chars < 24 and any(
        chars < 0.5 * chars_on(other) and any(line.top < bottom and line.bottom > top for line in other)
        for other in columns
        if other is not column
    )


def _goes_on(pieces: list[Piece], piece: Piece) -> bool:
    """Adds the piece to the last one where its sentence runs on; notes, captions and margins between step aside."""
    place = len(pieces) - 1
    while place >= 0 and (pieces[place].kind in _ASIDE or pieces[place].aside):
        place -= 1
    if place < 0 or pieces[place].kind not in _FLOWS or not _runs_on(pieces[place], piece):
        return False
    before = pieces[place]
    end = before.lines[-1].page
    if piece.page > end + 1:
        return False
    aside = pieces[place + 1 :]
    before.groups[0] = before.lines + piece.lines
    pieces[place:] = [other for other in aside if other.page <= end and piece.page > end]
    pieces.append(before)
    pieces += [other for other in aside if not (other.page <= end and piece.page > end)]
    return True


def _runs_on(before: Piece, after: Piece) -> bool:
    """Whether a sentence of one block goes on in the other, which opens the next column or page."""
    last, first = before.lines[-1], after.lines[0]
    if not 0.9 < last.size / max(first.size, 0.1) < 1.1 or after.kind is not Kind.PARAGRAPH:
        return False
    words = last.words[:-1] if len(last.words) > 1 and is_mark(last.words[-1], last.words[-2]) else last.words
    text, start = words[-1].text, first.words[0].text
    if len(text) > 1 and text[-1] == "-" and text[-2].isalpha():
        return True
    text = text.rstrip(_CLOSING) or text
    if text[-1] in _ENDS or sum(char.isalpha() for word in last.words for char in word.text) < 15:
        return False  # the end of a sentence, or a label or figures
    if start.lstrip("‘“'\"(")[:1].islower():
        return True
    return text[-1] == "," or last.x1 > before.right - 1.5 * last.size


def _mark_colophon(pieces: list[Piece], body: float) -> None:
    """What stands under a heading 'Colofon', what opens as one does, the small print that ends the document."""
    under = 0  # the page of the heading
    for piece in pieces:
        if piece.kind not in (Kind.HEADING, *_FLOWS):
            continue
        opening = " ".join(word.text for word in piece.lines[0].words[:6])
        if piece.kind is Kind.HEADING:
            under = piece.page if _COLOPHON.fullmatch(opening) else 0
        if piece.page == under or (piece.kind is Kind.PARAGRAPH and is_colophon(opening)):
            piece.kind = Kind.COLOPHON
    for piece in reversed(pieces):
        if piece.kind is Kind.FOOTNOTE:
            continue
        if piece.kind is Kind.PARAGRAPH and max(line.size for line in piece.lines) <= 0.92 * body:
            piece.kind = Kind.COLOPHON
        break
