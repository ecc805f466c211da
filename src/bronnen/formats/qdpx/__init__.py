"""Projects of programs for qualitative analysis (ATLAS.ti, MAXQDA, NVivo, QualCoder), after REFI-QDA 1.5.

A `.qdpx` is a zip with `project.qde` (XML) and a folder `sources`. Its spans count Unicode code points over the plain
text in that folder (section 10.2 of the standard), as ours do; programs that count otherwise are seen through when
their file is read (`counting`). These are the nouns; `writing` and `reading` have the two ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
OURS = "bronnen"
"""The user under whose name the codings of a model stand."""

_NAMESPACE = UUID("6f0f3c0e-2a55-5d8c-9d0b-3f2b8f6a1c77")


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
    """A span `[start, end)` in code points over `Text.text`, the codings on it, and a note on it."""

    start: int
    end: int
    codings: tuple[Coding, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that were coded on a page of a PDF, of which the place in the text is not told."""

    text: str
    page: int  # from 1
    codings: tuple[Coding, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A document of a project.

    `key` is the sha256 of the file that the text was read from, or empty. `pdf` is written into the project beside
    the text. `quotes` come out of projects, and never go in.
    """

    name: str
    text: str
    selections: tuple[Selection, ...] = ()
    key: str = ""
    pdf: Path | None = None
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """Something in a project that cannot be used: where it stands, and why."""

    where: str
    said: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project. `texts` are taken one at a time when it is written; `created` is a time in ISO 8601.

    `counting` says how the offsets of a project that was read are counted; `left` is what could not be used of it.
    """

    name: str
    created: str
    codes: tuple[Code, ...]
    texts: Iterable[Text]
    description: str = ""
    origin: str = OURS
    counting: str = ""
    left: tuple[Left, ...] = ()


def guid(*parts: object) -> str:
    """An identifier that is the same for the same parts, in the form that the standard asks.

    >>> guid("user", "bronnen") == guid("user", "bronnen"), len(guid("user", "anna"))
    (True, 36)
    """
    return str(uuid5(_NAMESPACE, "\n".join(map(str, parts))))
