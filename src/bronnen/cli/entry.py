"""What one document adds to the files of a scan, so that many can be made at a time, in processes of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bronnen import balance, quantify
from bronnen.cli.summary import Line, line_of
from bronnen.formats import tables
from bronnen.quantify import Drawn
from bronnen.records import Analysis, Document, Known
from bronnen.settings import Settings
from bronnen.settled import labelled_passages, parts, placed
from bronnen.store import Store


@dataclass(frozen=True, slots=True)
class Entry:
    """The rows of one document; `sections` is JSON, a twentieth of what so many rows take in memory.

    `document` has its names alone; `drawn` and `known` are for the groups it belongs to.
    """

    document: Document
    line: Line
    balance: tables.Row
    sections: bytes
    warnings: Sequence[tables.Row]
    passages: bytes
    drawn: Drawn
    known: Known


def entry_of(stored: Analysis, settings: Settings) -> Entry:
    """What an analysis adds, with the verdicts of people in it."""
    analysis, method = placed(stored), balance.method(settings)
    document, known, found = analysis.document, analysis.known, parts(analysis, settings)
    drawn = balance.whole(found)
    analysis = replace(analysis, balance=quantify.balance(drawn, known, method))
    sections = [
        tables.section_row(document, number, part.heading, quantify.balance(part.drawn, known, method))
        for number, part in enumerate(found, start=1)
    ]
    return Entry(
        document=replace(document, text="", pages=(), blocks=(), notes=()),
        line=line_of(analysis),
        balance=tables.balance_row(document, analysis.balance),
        sections=json.dumps(sections).encode(),
        warnings=list(tables.warning_rows(document.path, document)),
        passages=tables.passage_lines(document, labelled_passages(analysis)),
        drawn=drawn,
        known=known,
    )


def read_entry(folder: Path, run: int, document_id: str, path: str, settings: Settings) -> Entry:
    """What a document of a run adds, from the store in `folder`."""
    with Store(folder) as store:
        found = store.analysis(document_id)
    assert found is not None, "a document of a run is in its store"
    return entry_of(replace(found, document=replace(found.document, path=path, name=Path(path).name)), settings)
