"""One page per document for a file or a council, as HTML and as PDF: what was found, and what to talk about.

What is said was decided elsewhere: a `Summary` holds final strings and plain numbers. Here is decided only how it
looks and, so that it stays one page, how long a quotation may be. The PDF is made by typst, with the fonts that come
with it: the same bytes on every machine. Texts reach typst as JSON, so that no text can become part of its program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bronnen.errors import EXTRAS, BronnenError, MissingError, UsageError
from bronnen.report.fitting import cut, printable, visible
from bronnen.report.templates import environment

_LEVELS = (
    *((3, 400, 4), (3, 260, 4), (3, 170, 4), (2, 240, 4), (2, 150, 4)),
    *((1, 240, 4), (1, 150, 4), (1, 150, 3), (1, 120, 2), (1, 110, 1), (0, 0, 2), (0, 0, 1)),
)
"""Passages per source, characters of each, and gaps, questions and doubts: the first that fits is taken."""
_ON_SCREEN = _LEVELS[1]

_TITLE, _LEAD, _SENTENCE, _NAME, _FIGURE, _MADE = 110, 240, 170, 40, 24, 320  # characters, at most
_LEADS, _ROWS = 3, 6  # in number, at most
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage as it is shown. `where`: 'blz. 4, onder "Aanpak"'; `certainty`: in words or a figure."""

    text: str
    where: str
    certainty: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What is said of one source.

    `low`, `value` and `high` are the bar and its interval, from 0 to 1; ends are None where there is no interval.
    Figures are text, as they are to be read: `count` '12', `margin` '8–19', `share` '31% (20–44%)', `called_for`
    '4 (1–9)'.

    Raises:
        UsageError: a colour is no #rrggbb.
        ValueError: a bar or an end of its interval is not from 0 to 1.
    """

    name: str
    letter: str
    colour: str
    ink: str
    count: str
    margin: str
    share: str
    called_for: str
    value: float
    low: float | None = None
    high: float | None = None
    passages: Sequence[Quote] = ()

    def __post_init__(self) -> None:
        for colour in (self.colour, self.ink):
            if not _COLOUR.fullmatch(colour):
                raise UsageError(f"'{colour[:20]}' is no colour.", "Write it in the taxonomy as #rrggbb, like #E69F00.")
        if not all(0 <= end <= 1 for end in (self.value, self.low, self.high) if end is not None):
            raise ValueError("a bar runs from 0 to 1")


@dataclass(frozen=True, slots=True)
class Headings:
    """The fixed words of the page. `more` has a place for `{number}`."""

    kind: str
    balance: str
    source: str
    share: str
    count: str
    called_for: str
    scale: str
    strongest: str
    gaps: str
    questions: str
    doubts: str
    no_passages: str
    no_margin: str
    more: str


HEADINGS = {
    "nl": Headings(
        kind="Samenvatting op één pagina",
        balance="Waar dit document op rust",
        source="Bron",
        share="Aandeel",
        count="Passages",
        called_for="Gevraagd",
        scale="Balk: aandeel, van 0 tot 100%. Dun lijntje en getallen tussen haakjes: de marge.",
        strongest="Sterkste passages",
        gaps="Wat we niet zien",
        questions="Vragen voor het gesprek",
        doubts="Let op",
        no_passages="Geen passages gevonden.",
        no_margin="geen marge",
        more="En nog {number} in het volledige rapport.",
    ),
    "en": Headings(
        kind="Summary on one page",
        balance="What this document rests on",
        source="Source",
        share="Share",
        count="Passages",
        called_for="Called for",
        scale="Bar: share, from 0 to 100%. Thin line and figures in brackets: the margin.",
        strongest="Strongest passages",
        gaps="What we do not see",
        questions="Questions to talk about",
        doubts="Mind",
        no_passages="No passages found.",
        no_margin="no margin",
        more="And {number} more in the full report.",
    ),
}


@dataclass(frozen=True, slots=True)
class Summary:
    """What the page says, in the order in which it stands there.

    `lead`: one to three plain sentences. `questions`: pairs of a role and a question. `made`: one line on the model,
    versions, hash of the file and date. More than fits is counted, not hidden: the page says how many more there are.
    `headings`: other fixed words than those of `HEADINGS`.
    """

    language: str
    title: str
    lead: Sequence[str]
    rows: Sequence[SourceRow]
    gaps: Sequence[str] = ()
    questions: Sequence[tuple[str, str]] = ()
    doubts: Sequence[str] = ()
    made: str = ""
    headings: Headings | None = None


def summary_page(summary: Summary) -> str:
    """The page as one HTML file that needs nothing else; prints on A4."""
    return environment().get_template("summary.html.jinja").render(page=_shown(summary, *_ON_SCREEN))


def summary_pdf(summary: Summary) -> bytes:
    """The page as a PDF: one page A4, tagged for screen readers (PDF/UA-1), the same bytes for the same summary.

    Quotations become shorter, and then fewer, until all fits. A character that the font lacks becomes a box.

    Raises:
        MissingError: typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingError("typst is not installed.", EXTRAS) from error
    levels = [_shown(summary, *level) for level in _LEVELS]
    try:
        made: bytes = typst.compile(
            Path(__file__).with_name("summary.typ").read_bytes(),
            sys_inputs={"levels": json.dumps(printable(levels), allow_nan=False)},
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:  # a fault in summary.typ: nothing in a text can cause one
        raise BronnenError(f"The summary could not be typeset: {str(error)[:200]}.", "Please report it.") from error
    return made


def _shown(summary: Summary, passages: int, characters: int, points: int) -> dict[str, Any]:
    """What stands on the page with so many passages per source of so many characters, as plain JSON."""
    headings = summary.headings or HEADINGS[summary.language]
    rows = [
        replace(
            row,
            name=cut(row.name, _NAME),
            letter=row.letter[:2],
            count=cut(row.count, _FIGURE),
            margin=cut(row.margin, _FIGURE),
            share=cut(row.share, _FIGURE),
            called_for=cut(row.called_for, _FIGURE),
            passages=[
                Quote(cut(one.text, characters), cut(one.where, 90), cut(one.certainty, 60))
                for one in row.passages[:passages]
            ],
        )
        for row in summary.rows[:_ROWS]
    ]
    short = replace(
        summary,
        title=cut(summary.title, _TITLE),
        lead=[cut(one, _LEAD) for one in summary.lead[:_LEADS]],
        rows=rows,
        gaps=[cut(one, _SENTENCE) for one in summary.gaps[:points]],
        questions=[(cut(role, _NAME), cut(asked, _SENTENCE)) for role, asked in summary.questions[:points]],
        doubts=[cut(one, _SENTENCE) for one in summary.doubts[:points]],
        made=cut(summary.made, _MADE),
        headings=headings,
    )
    more = {
        name: headings.more.format(number=len(told) - points) if len(told) > points else ""
        for name, told in (("gaps", summary.gaps), ("questions", summary.questions), ("doubts", summary.doubts))
    }
    shown: dict[str, Any] = visible({**asdict(short), "more": more, "has_passages": passages > 0})
    return shown
