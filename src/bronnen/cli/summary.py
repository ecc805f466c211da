"""The page at the end of a scan: a line per document, what failed and why, what was not read, where the files are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bronnen.cli.screen import bar, percent, printable
from bronnen.records import Analysis, Failure, PageState, Source
from bronnen.store import Duplicate
from bronnen.taxonomy import looks

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_MOST = 200  # lines; more is for balance.csv
_NARROW = 50  # columns from which there is room for the pages
_MIDDLE = 70  # columns from which there is room for a bar
_WIDE = 120  # and for the names of the sources in the head
_NOT_READ = {PageState.SCANNED: "scan zonder tekst", PageState.GARBLED: "onleesbare tekstlaag"}


@dataclass(frozen=True, slots=True)
class Line:
    """What the table says of one document."""

    name: str
    pages: int
    passages: int
    shares: Mapping[Source, float] | None
    not_read: Mapping[PageState, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Summary:
    """All that the page says; `unfinished` counts the files that an interrupted run did not come to."""

    lines: Sequence[Line]
    failures: Sequence[Failure]
    duplicates: Sequence[Duplicate]
    method: str
    out: Path
    unfinished: int = 0


def line_of(analysis: Analysis) -> Line:
    """The line of one document, without its text."""
    shares = analysis.balance.used_shares
    pages = analysis.document.pages
    return Line(
        name=analysis.document.name,
        pages=len(pages),
        passages=analysis.balance.passages,
        shares={source: share.value for source, share in shares.items()} if shares else None,
        not_read={
            state: numbers
            for state in _NOT_READ
            if (numbers := tuple(page.number for page in pages if page.state is state))
        },
    )


def show(summary: Summary, screen: Console) -> None:
    """Prints the page."""
    if summary.lines:
        screen.print(_table(summary.lines[:_MOST], screen))
        if screen.width < _WIDE:
            _say(screen, ", ".join(f"{look.letter} = {look.name}" for look in looks().values()))
    if len(summary.lines) > _MOST:
        _say(screen, f"... en nog {len(summary.lines) - _MOST} documenten: zie balance.csv.")
    _failures(summary.failures, screen)
    _not_read(summary.lines, screen)
    if summary.duplicates:
        _say(screen, f"Dubbel (zelfde inhoud als een ander bestand): {len(summary.duplicates)}, zie duplicates.csv.")
    if summary.unfinished:
        _say(screen, f"Afgebroken: {summary.unfinished} bestanden niet gedaan. Dezelfde opdracht gaat verder.")
    if summary.method == "plain count":
        _say(screen, "De verdeling is een gewone telling (plain count) van wat het model zegt, zonder foutmarge.")
    _say(screen, f"De bestanden staan in {printable(str(summary.out))}")


def _table(lines: Sequence[Line], screen: Console) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    wide = screen.width >= _WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("Document", overflow="fold", min_width=8)
    if screen.width >= _NARROW:
        table.add_column("Pag.", justify="right", no_wrap=True)
    table.add_column("Passages" if screen.width >= _MIDDLE else "Pass.", justify="right", no_wrap=True)
    width = 24 if wide else 16 if screen.width >= _MIDDLE else 0
    if width:
        table.add_column("Verdeling", no_wrap=True, min_width=width)
    for look in looks().values():
        head = Text(look.short if wide else f" {look.letter} ", style=look.on_colour)
        table.add_column(head, justify="right", no_wrap=True)
    for line in lines:
        numbers = [str(line.pages)] if screen.width >= _NARROW else []
        bars = [bar(line.shares, width)] if width else []
        shares = [percent(line.shares[source]) if line.shares else "-" for source in Source]
        table.add_row(printable(line.name), *numbers, str(line.passages), *bars, *shares)
    return table


def _failures(failures: Sequence[Failure], screen: Console) -> None:
    if not failures:
        return
    _say(screen, f"Niet gelukt: {len(failures)}")
    for failure in failures[:_MOST]:
        _say(screen, f"  {printable(failure.path)}: {printable(failure.message)}")
    if len(failures) > _MOST:
        _say(screen, f"  ... en nog {len(failures) - _MOST}: zie failures.csv.")


def _not_read(lines: Sequence[Line], screen: Console) -> None:
    partly = [line for line in lines if line.not_read]
    if partly:
        _say(screen, "Niet gelezen bladzijden tellen niet mee:")
    for line in partly[:_MOST]:
        reasons = "; ".join(f"{_NOT_READ[state]}: {ranges(numbers)}" for state, numbers in line.not_read.items())
        _say(screen, f"  {printable(line.name)}: {reasons}")


def ranges(numbers: Sequence[int]) -> str:
    """Page numbers in short.

    >>> ranges((1, 2, 3, 7))
    '1-3, 7'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _say(screen: Console, text: str) -> None:
    screen.print(text, soft_wrap=True)
