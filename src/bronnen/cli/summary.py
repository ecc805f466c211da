"""The page at the end of a scan: a line per document, what failed and why, what was not read, where the files are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bronnen.cli.screen import bar, printable, some
from bronnen.errors import NoTextError
from bronnen.quantify import ENOUGH, HARDLY_ANY, TOO_LITTLE, hundredth, hundredths
from bronnen.records import Analysis, Balance, Estimate, Failure, PageState, Source, recognised
from bronnen.store import Duplicate
from bronnen.taxonomy import looks

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_MOST = 200  # lines; more is for balance.csv
_NARROW = 50  # columns from which there is room for the pages
_MIDDLE = 72  # columns from which there is room for the intervals of the shares
_WIDE = 120  # and for a bar, and the names of the sources in the head
_BAR = 24  # columns
_NOT_READ = {PageState.SCANNED: "scan zonder tekst", PageState.GARBLED: "onleesbare tekstlaag"}


@dataclass(frozen=True, slots=True)
class Line:
    """What the table says of one document."""

    name: str
    pages: int
    passages: int
    shares: Mapping[Source, Estimate] | None
    is_enough: bool  # text to say anything of shares
    has_sources: bool  # so many that their shares mean something
    not_read: Mapping[PageState, tuple[int, ...]]
    hidden: Mapping[int, int] = field(default_factory=dict)  # per page how many words on it nobody sees
    recognised: Mapping[int, float] = field(default_factory=dict)  # pages read by text recognition, and how surely
    unread: tuple[int, ...] = ()  # pages that text recognition never saw


@dataclass(frozen=True, slots=True)
class Summary:
    """All that the page says.

    `unfinished` counts the files that an interrupted run did not come to, `total` is the line of all documents
    together; `remarks` are about groups.
    """

    lines: Sequence[Line]
    failures: Sequence[Failure]
    duplicates: Sequence[Duplicate]
    out: Path
    unfinished: int = 0
    total: Line | None = None
    remarks: Sequence[str] = ()
    lacking: str = ""  # what is missing to read scanned pages


def line_of(analysis: Analysis) -> Line:
    """The line of one document, without its text."""
    pages = analysis.document.pages
    not_read = {
        state: numbers
        for state in _NOT_READ
        if (numbers := tuple(page.number for page in pages if page.state is state))
    }
    unread = tuple(one.number for one in pages if one.state in _NOT_READ and one.confidence is None)
    hidden = {page.number: page.hidden for page in pages if page.hidden}
    found = line(analysis.document.name, len(pages), analysis.balance, not_read)
    return replace(found, hidden=hidden, recognised=recognised(pages), unread=unread)


def line(name: str, pages: int, balance: Balance, not_read: Mapping[PageState, tuple[int, ...]]) -> Line:
    """The line of a balance."""
    doubtless = {doubt: doubt not in balance.doubts for doubt in (TOO_LITTLE, HARDLY_ANY)}
    shares = balance.used_shares
    return Line(name, pages, balance.passages, shares, doubtless[TOO_LITTLE], doubtless[HARDLY_ANY], not_read)


def show(summary: Summary, screen: Console) -> None:
    """Prints the page."""
    if summary.lines:
        total = [summary.total] if summary.total and len(summary.lines) > 1 else []
        screen.print(_table([*summary.lines[:_MOST], *total], screen, has_total=bool(total)))
        if screen.width < _WIDE:
            _say(screen, ", ".join(f"{look.letter} = {look.name}" for look in looks().values()))
    if len(summary.lines) > _MOST:
        _say(screen, f"... en nog {len(summary.lines) - _MOST} documenten: zie balance.csv.")
    _failures(summary.failures, screen)
    _not_read(summary.lines, screen)
    _hidden(summary.lines, screen)
    _recognised(summary.lines, screen)
    if summary.lacking:
        pages, partly = sum(len(line.unread) for line in summary.lines), sum(1 for line in summary.lines if line.unread)
        scans = sum(failure.code == NoTextError.code for failure in summary.failures)
        told = [f"{_counted(pages, 'bladzijde', 'n')} in {_counted(partly, 'document', 'en')}"] if pages else []
        told += ["1 heel document" if scans == 1 else f"{scans} hele documenten"] if scans else []
        _say(screen, f"Niet gelezen, want tekstherkenning (OCR) ontbreekt: {' en '.join(told)}.")
        _say(screen, f"  {printable(summary.lacking)} Dezelfde opdracht leest daarna alleen die.")
    if summary.duplicates:
        _say(screen, f"Dubbel (zelfde inhoud als een ander bestand): {len(summary.duplicates)}, zie duplicates.csv.")
    if summary.unfinished:
        _say(screen, f"Afgebroken: {summary.unfinished} bestanden niet gedaan. Dezelfde opdracht gaat verder.")
    if any(line.shares and line.is_enough and line.has_sources for line in summary.lines):
        _say(
            screen,
            "De drie samen zijn 100%. Tussen haakjes de marge: daarbinnen ligt in 95 van de 100 gevallen het aandeel "
            "dat je vindt als je alles zelf leest. Zekerder weten? bronnen audit."
            if screen.width >= _MIDDLE
            else "Elk aandeel heeft een marge: zie balance.csv, of maak het venster breder.",
        )
    short = [line.name for line in summary.lines if not line.is_enough]
    if short:
        _say(screen, f"Te weinig tekst voor een verdeling (minder dan {ENOUGH} passages): {some(short)}.")
    bare = [line.name for line in summary.lines if line.is_enough and not line.has_sources]
    if bare:
        _say(screen, f"Bijna geen kennis uit een van de drie bronnen gevonden: {some(bare)}.")
    for remark in summary.remarks:
        _say(screen, remark)
    _say(screen, f"De bestanden staan in {printable(str(summary.out))}")


def _table(lines: Sequence[Line], screen: Console, *, has_total: bool) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    wide = screen.width >= _WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("Document", overflow="fold", min_width=8)
    if screen.width >= _NARROW:
        table.add_column("Pag.", justify="right", no_wrap=True)
    table.add_column("Passages" if screen.width >= _MIDDLE else "Pass.", justify="right", no_wrap=True)
    if wide:
        table.add_column("Verdeling", no_wrap=True, min_width=_BAR)
    for look in looks().values():
        head = Text(look.short if wide else f" {look.letter} ", style=look.on_colour)
        table.add_column(head, justify="right", no_wrap=True)
    for index, line in enumerate(lines):
        numbers = [str(line.pages)] if screen.width >= _NARROW else []
        shares = line.shares if line.is_enough and line.has_sources else None
        values = {source: share.value for source, share in shares.items()} if shares else None
        bars = [bar(values, _BAR)] if wide else []
        rounded = hundredths(shares)
        ranged = screen.width >= _MIDDLE
        cells = [_share(shares[one], rounded[one], ranged) if shares and rounded else "-" for one in Source]
        if has_total and index == len(lines) - 1:
            table.add_section()
        table.add_row(printable(line.name), *numbers, str(line.passages), *bars, *cells)
    return table


def _share(share: Estimate, shown: int, is_ranged: bool) -> str:
    """A share in per cent as it was rounded with the others, with its interval where there is room."""
    if not is_ranged or share.low is None or share.high is None:
        return f"{shown}%"
    return f"{shown}% ({min(shown, hundredth(share.low))}-{max(shown, hundredth(share.high))})"


def _failures(failures: Sequence[Failure], screen: Console) -> None:
    if not failures:
        return
    _say(screen, f"Niet gelukt: {len(failures)}")
    for failure in failures[:_MOST]:
        _say(screen, f"  {printable(failure.path)}: {printable(failure.message)}")
    if len(failures) > _MOST:
        _say(screen, f"  ... en nog {len(failures) - _MOST}: zie failures.csv.")


def _counted(number: int, one: str, end: str) -> str:
    return f"{number} {one}{'' if number == 1 else end}"


def _not_read(lines: Sequence[Line], screen: Console) -> None:
    partly = [line for line in lines if line.not_read]
    if partly:
        _say(screen, "Niet gelezen bladzijden tellen niet mee:")
    for line in partly[:_MOST]:
        reasons = "; ".join(f"{_NOT_READ[state]}: {ranges(numbers)}" for state, numbers in line.not_read.items())
        _say(screen, f"  {printable(line.name)}: {reasons}")


def _hidden(lines: Sequence[Line], screen: Console) -> None:
    found = [line for line in lines if line.hidden]
    if not found:
        return
    _say(screen, "Tekst die een lezer niet ziet (zoals onder een zwart vlak) is niet meegenomen en niet bewaard:")
    for line in found[:_MOST]:
        count = sum(line.hidden.values())
        words = "1 woord" if count == 1 else f"{count} woorden"
        _say(screen, f"  {printable(line.name)}: {words} op blz. {ranges(tuple(line.hidden))}")
    if len(found) > _MOST:
        _say(screen, f"  ... en nog {len(found) - _MOST}: zie warnings.csv.")
    _say(screen, "In het bestand zelf staat die tekst nog. Wie het bestand deelt, deelt die tekst mee.")


def _recognised(lines: Sequence[Line], screen: Console) -> None:
    read = [line for line in lines if line.recognised]
    if read:
        _say(screen, "Gelezen met tekstherkenning (OCR), waarbij fouten kunnen zijn gemaakt:")
    for line in read[:_MOST]:
        sure = list(line.recognised.values())
        said = f"blz. {ranges(tuple(line.recognised))}, zekerheid {sum(sure) / len(sure):.0%}"
        _say(screen, f"  {printable(line.name)}: {said}")
    if len(read) > _MOST:
        _say(screen, f"  ... en nog {len(read) - _MOST}: zie warnings.csv.")


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
    screen.print(text, soft_wrap=not screen.is_terminal)
