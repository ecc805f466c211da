"""The files of a scan, written from what the store holds of its run, one document in memory at a time."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bronnen import balance, quantify
from bronnen.cli.entry import Entry, Spool, entries
from bronnen.cli.screen import some
from bronnen.cli.summary import Line, line
from bronnen.errors import StoreError
from bronnen.formats import tables, workbook
from bronnen.formats.metadata import Metadata
from bronnen.groups import ALL, LEAST, MOST, Grouped, Groups
from bronnen.settings import Settings
from bronnen.store import Store
from bronnen.taxonomy import looks

FILES = (
    *("passages.jsonl", "balance.csv", "sections.csv", "groups.csv", "balance.xlsx"),
    *("warnings.csv", "failures.csv", "duplicates.csv"),
)


@dataclass(slots=True)
class Written:
    """What was written, as far as a page at the end or stdout shows it."""

    balance: list[tables.Row] = field(default_factory=list)
    sections: list[bytes] = field(default_factory=list)
    """Of each document the rows of its chapters, as JSON."""
    groups: list[tables.Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    total: Line | None = None
    warnings: list[tables.Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def write(
    store: Store,
    run: int,
    out: Path,
    settings: Settings,
    metadata: Metadata | None = None,
    spool: Spool | None = None,
) -> Written:
    """Writes the files of a run; they describe the files of that run, done or failed, and no others.

    Raises:
        StoreError: one of the files could not be written; the others are.
    """
    written = Written()
    troubles: list[StoreError] = []

    def passages() -> Iterator[bytes]:
        return _passages(entries(store, run, settings, spool), settings, metadata, written)

    try:
        tables.write_passages(out / "passages.jsonl", passages())
    except StoreError as error:
        troubles.append(error)
        written = Written()
        deque(passages(), maxlen=0)  # the others are of all documents even so
    steps: list[Callable[[], None]] = [
        lambda: tables.write_balance(out / "balance.csv", written.balance),
        lambda: tables.write_sections(out / "sections.csv", _sections(written)),
        lambda: tables.write_groups(out / "groups.csv", written.groups),
        lambda: workbook.write_workbook(out / "balance.xlsx", _sheets(written)),
        lambda: tables.write_warnings(out / "warnings.csv", written.warnings),
        lambda: tables.write_failures(out / "failures.csv", store.failures(run)),
        lambda: tables.write_duplicates(out / "duplicates.csv", store.duplicates(run)),
    ]
    for step in steps:
        try:
            step()
        except StoreError as error:
            troubles.append(error)
    if troubles:
        raise troubles[0]
    return written


def _sheets(written: Written) -> workbook.Sheets:
    return {
        "balance": (tables.BALANCE_COLUMNS, written.balance),
        "sections": (tables.SECTION_COLUMNS, _sections(written)),
        "groups": (tables.GROUP_COLUMNS, written.groups),
    }


def _passages(
    found: Iterable[Entry], settings: Settings, metadata: Metadata | None, written: Written
) -> Iterator[bytes]:
    """The lines of passages.jsonl; on the way it notes each document's rows for the other files."""
    groups = Groups(metadata)
    for entry in found:
        groups.add(entry.document, entry.drawn, entry.known)
        written.balance.append(entry.balance)
        written.sections.append(entry.sections)
        written.warnings.extend(entry.warnings)
        written.lines.append(entry.line)
        yield entry.passages
    method = balance.method(settings)
    written.groups.extend(group_rows(groups.found(method)))
    written.remarks.extend(remarks(groups, written.groups))
    if groups.sums:
        figures = quantify.balance(groups.sums[ALL], groups.known, method)
        pages = sum(one.pages for one in written.lines)
        written.total = line("alle documenten", pages, figures, {})


def _sections(written: Written) -> Iterator[tables.Row]:
    for rows in written.sections:
        yield from json.loads(rows)


def group_rows(found: Iterable[Grouped]) -> Iterator[tables.Row]:
    """The rows of groups.csv."""
    for one in found:
        yield tables.group_row(one.column, one.group, one.documents, one.balance, one.more)


def remarks(groups: Groups, rows: Sequence[tables.Row]) -> Iterator[str]:
    """What the screen says of the groups, and of a table that does not fit the documents."""
    shown = [
        f"{row['column']} {row['group']} ({'meer' if row[f'{source}_outcome'] == 'more' else 'minder'} {look.name})"
        for row in rows
        for source, look in looks().items()
        if row[f"{source}_outcome"] in ("more", "less")
    ]
    if shown:
        yield f"Wijken af van de andere groepen: {some(shown)}. Met andere documenten kan dat anders zijn."
    elif any(row[f"{source}_outcome"] for row in rows for source in looks()):
        yield "Tussen de groepen is geen verschil aangetoond: zie groups.csv."
    elif groups.columns:
        yield f"Te weinig documenten om groepen te vergelijken (minder dan {LEAST} in of buiten een groep)."
    if groups.without:
        yield f"Staan niet in de tabel met kenmerken: {some(groups.without)}."
    if groups.unmet:
        yield f"Staan wel in die tabel, maar zijn niet gelezen: {some(groups.unmet)}."
    if groups.left_out:
        yield f"Meer dan {MOST} verschillende waarden, dus geen groepen: {some(groups.left_out)}."
