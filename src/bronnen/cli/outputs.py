"""The files of a scan, written from what the store holds of its run, one document in memory at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bronnen.cli.settled import labelled_passages, with_people
from bronnen.cli.summary import Line, line_of
from bronnen.errors import StoreError
from bronnen.formats import tables
from bronnen.settings import Settings
from bronnen.store import Store


@dataclass(slots=True)
class Written:
    """What was written, as far as a page at the end or stdout shows it."""

    balance: list[tables.Row] = field(default_factory=list)
    warnings: list[tables.Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def write(store: Store, run: int, out: Path, settings: Settings) -> Written:
    """Writes the files of a run; they describe the files of that run, done or failed, and no others.

    Raises:
        StoreError: one of the files could not be written; the others are.
    """
    written = Written()
    troubles: list[StoreError] = []
    try:
        tables.write_passages(out / "passages.jsonl", _passages(store, run, settings, written))
    except StoreError as error:
        troubles.append(error)
        written = Written()
        deque(_passages(store, run, settings, written), maxlen=0)  # the other files are of all documents even so
    steps: list[Callable[[], None]] = [
        lambda: tables.write_balance(out / "balance.csv", written.balance),
        lambda: tables.write_balance_xlsx(out / "balance.xlsx", written.balance),
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


def _passages(store: Store, run: int, settings: Settings, written: Written) -> Iterator[dict[str, Any]]:
    """The rows of passages.jsonl; on the way it notes each document's rows for the other files."""
    for stored in store.analyses(run):
        analysis = with_people(stored, settings.segment)
        document = analysis.document
        row = tables.balance_row(document.id, document.name, document.path, len(document.pages), analysis.balance)
        written.balance.append(row)
        written.warnings.extend(tables.warning_rows(document.path, document))
        written.lines.append(line_of(analysis))
        yield from tables.passage_rows(document, labelled_passages(analysis))
