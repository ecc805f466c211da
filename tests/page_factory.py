"""Made pages of words, without a PDF around them, and what the layout tells of them."""

from __future__ import annotations

from collections.abc import Sequence

from bronnen.extract import layout
from bronnen.extract.words import RawPage, RawWord
from bronnen.records import PageState

SIZE = 10.0
Row = tuple[float, float, str]  # x, y, words


def words(x: float, y: float, told: str, size: float = SIZE, *, bold: bool = False) -> list[RawWord]:
    """A line of words of half a size per character; a word that starts with '^' is raised and small, and glued."""
    found = []
    for word in told.split():
        if word[0] == "^":
            width = 0.3 * size * len(word[1:])
            x -= 0.3 * size
            found.append(RawWord(word[1:], x, y - 0.1 * size, x + width, y + 0.5 * size, 0.6 * size, bold))
        else:
            width = 0.5 * size * len(word)
            found.append(RawWord(word, x, y, x + width, y + size, size, bold))
        x += width + 0.3 * size
    return found


def page(number: int, rows: Sequence[Row | list[RawWord]]) -> RawPage:
    made = [word for row in rows for word in (row if isinstance(row, list) else words(*row))]
    return RawPage(number, 595.0, 842.0, made)


def told(*pages: RawPage) -> list[tuple[str, str]]:
    laid = layout.from_pages(pages, [PageState.TEXT] * len(pages))
    return [(block.kind.value, laid.text[block.start : block.end]) for block in laid.blocks]


def column(x: float, name: str, count: int = 8) -> list[Row]:
    return [(x, 200 + 12 * row, f"{name}{row} loopt hier verder door") for row in range(count)]


def whole(name: str, count: int = 8) -> str:
    return " ".join(f"{name}{row} loopt hier verder door" for row in range(count))
