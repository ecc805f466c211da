"""Texts with what people coded in them: the nouns that every outside format is read into and written from.

Offsets are in Unicode code points over the text of the record, however the program counted. What a code stands for is
not settled here (`meaning`), nor where the words stand in a document (`exchange.returning`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import normalize

OURS = "bronnen"
"""The coder under whose name the codings of a model stand."""
UNKNOWN = "onbekend"
"""The coder of a coding of which the file does not say who made it."""

_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Code:
    """A code: its name, its colour as `#RRGGBB` or empty, and the names of the codes or folders above it."""

    name: str
    colour: str = ""
    description: str = ""
    within: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """The name that is its own in the project: 'kennis > gebruikt'."""
        return " > ".join((*self.within, self.name))


@dataclass(frozen=True, slots=True)
class Coding:
    """That a coder gave a code. `code` is a `Code.full`; `at` a UTC time in ISO 8601, or empty where none is told."""

    code: str
    coder: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """A span `[start, end)` in code points over `Text.text`, the codings on it, and a note on it.

    `unit`: 'sentence' or 'passage' where the file tells which of the two was judged; `words`: what was selected, where
    the file tells other words than stand there.
    """

    start: int
    end: int
    codings: tuple[Coding, ...]
    note: str = ""
    unit: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that were coded on a page of a PDF, of which the place in the text is not told."""

    text: str
    page: int  # from 1
    codings: tuple[Coding, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A document, or a piece of one that was given to a coder as a text of its own.

    `key` is the sha256 of the file that the text was read from, or empty. `pdf` is written into a QDA project beside
    the text. `quotes` come out of QDA projects, and never go in. `at` is where a piece begins in the document's text,
    if the file tells; `whole` are codings of the text as a whole; `where` is its place in the file ('line 3').
    """

    name: str
    text: str
    selections: tuple[Selection, ...] = ()
    key: str = ""
    pdf: Path | None = None
    quotes: tuple[Quote, ...] = ()
    at: int | None = None
    whole: tuple[Coding, ...] = ()
    where: str = ""

    @property
    def shown(self) -> str:
        """What a message calls it."""
        return ", ".join(part for part in (self.where, self.name) if part) or "?"


@dataclass(frozen=True, slots=True)
class Left:
    """Something in a file that cannot be used: where it stands, and why."""

    where: str
    said: str


@dataclass(frozen=True, slots=True)
class Coded:
    """What a file holds. `counting` says how its offsets are counted, `left` what could not be used of it.

    `unanswered` counts records that nobody answered, or that were passed over.
    """

    texts: tuple[Text, ...]
    left: tuple[Left, ...] = ()
    counting: str = ""
    unanswered: int = 0


def coder_name(told: str | None) -> str:
    """A coder's name on one line, without what does not show."""
    shown = "".join(char if char.isprintable() else " " for char in normalize("NFC", told or ""))
    return " ".join(shown.split())[:_MAX_NAME]


def utc(told: str | None) -> str:
    """A time in UTC, ISO 8601, whole seconds; one without a zone is taken for UTC, and what is no time for none."""
    try:
        found = datetime.fromisoformat((told or "").strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return ""
