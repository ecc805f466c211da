"""What one document adds to the files of a scan, so that many can be made at a time, in processes of their own."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from bronnen import balance, quantify
from bronnen.batch import crew, workers
from bronnen.cli.summary import Line, line_of
from bronnen.errors import BronnenError
from bronnen.formats import tables
from bronnen.quantify import Drawn
from bronnen.records import Analysis, Document, Known, Stage
from bronnen.settings import Settings
from bronnen.settled import labelled_passages, parts, placed
from bronnen.store import Store

_MANY = 50  # documents from which workers are worth their start
_TOGETHER = 8  # documents for which a worker opens the store once


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


def entries(store: Store, run: int, settings: Settings) -> Iterator[Entry]:
    """What the documents of a run add, in the order of its files; of many documents they are made by workers."""
    documents = store.run_documents(run)
    if len(documents) < _MANY:
        for analysis in store.analyses(run):
            yield entry_of(analysis, settings)
        return
    with crew(settings, [store.path] * len(documents)) as at_work:
        under_way: deque[tuple[int, Future[list[Entry]]]] = deque()
        left = iter(range(0, len(documents), _TOGETHER))
        while True:
            for first in islice(left, at_work.at_once() - len(under_way)):
                asked = (store.path.parent, run, first, settings)
                under_way.append((first, at_work.executor.submit(read_entries, *asked)))
            if not under_way:
                return
            first, future = under_way.popleft()
            try:
                yield from future.result()
            except (BronnenError, MemoryError):  # whatever became of that process: it can be done here
                for analysis in store.analyses(run, first, _TOGETHER):
                    yield entry_of(analysis, settings)


def read_entries(folder: Path, run: int, first: int, settings: Settings) -> list[Entry]:
    """What `_TOGETHER` documents of a run add, from number `first` on, read from the store in `folder`."""
    workers.ready()
    found = []
    with Store(folder) as store:
        for analysis in store.analyses(run, first, _TOGETHER):
            workers.tell(Stage.READING, len(analysis.document.pages))
            found.append(entry_of(analysis, settings))
    return found
