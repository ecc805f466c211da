"""What one document adds to the files of a scan.

Workers make it: of a new document where it is analysed, while its draws are at hand; of others from the store.
"""

from __future__ import annotations

import errno
import io
import json
import shutil
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, NamedTuple

import numpy as np

from bronnen import balance, batch, quantify
from bronnen.batch import crew, workers
from bronnen.cli.summary import Line, line_of
from bronnen.errors import BronnenError
from bronnen.formats import tables
from bronnen.quantify import Drawn
from bronnen.records import Analysis, Document, Failure, Known, Stage
from bronnen.settings import Settings
from bronnen.settled import labelled_passages, parts, placed
from bronnen.store import Store

_MANY = 50  # documents to make from the store from which workers are worth their start
_TOGETHER = 8  # documents for which a worker opens the store once
_IN_MEMORY = 16 << 20  # bytes of what waits
_SPARE = 1 << 30  # bytes of the disk that are left to the store and the files


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


class Made(NamedTuple):
    """An analysis and what it adds to the files, as long as nobody has said anything of the document."""

    analysis: Analysis
    entry: Entry


class Spool:
    """What documents add, kept until the files are written: in memory, and then in a file that has no name.

    It only saves time, since all can be made from the store: where there is no room, or something goes wrong, it lets
    go of everything and keeps nothing more.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] = io.BytesIO()
        self._known: Known = {}  # of one model, for all its documents
        self._kept: dict[str, tuple[Entry, int, tuple[int, int]]] = {}  # without what is large; where that stands

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._let_go()

    def put(self, entry: Entry) -> None:
        """Keeps what a document adds."""
        if self._file.closed:
            return
        counts = entry.drawn.counts
        # no view of no counts: that would hold on to all
        none = replace(entry.drawn, counts=np.empty((0, counts.shape[1]), counts.dtype))
        row = {name: entry.balance[name] for name in tables.BALANCE_COLUMNS}  # not with keys of its own
        if entry.known != self._known:
            self._known = entry.known
        small = replace(entry, balance=row, passages=b"", drawn=none, known=self._known)
        try:
            start = self._written(counts.tobytes() + entry.passages)
        except BaseException as error:
            self._let_go()
            if not isinstance(error, (OSError, MemoryError)):
                raise
        else:
            self._kept[entry.document.id] = small, start, (counts.nbytes, len(entry.passages))

    def _written(self, told: bytes) -> int:
        """Where it stands."""
        start = self._file.seek(0, io.SEEK_END)
        if start + len(told) > _IN_MEMORY:
            if shutil.disk_usage(self._folder).free < _SPARE:
                raise OSError(errno.ENOSPC, "no room to spare")
            if isinstance(self._file, io.BytesIO):
                before = self._file.getvalue()
                self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115 (closed by `_let_go`)
                self._file.write(before)
        self._file.write(told)
        self._file.flush()
        return start

    def _let_go(self) -> None:
        self._kept.clear()
        with suppress(OSError):  # of what it still had to write
            self._file.close()

    def documents(self) -> set[str]:
        """The ids of the documents that are here."""
        return set(self._kept)

    def entry(self, document_id: str) -> Entry:
        """What a document adds.

        Raises:
            OSError: it cannot be read any more.
        """
        small, start, (first, rest) = self._kept[document_id]
        self._file.seek(start)
        told = self._file.read(first + rest)
        if len(told) != first + rest:
            raise OSError(errno.EIO, "what was kept is cut off")
        none = small.drawn.counts
        counts = np.frombuffer(told[:first], none.dtype).reshape(-1, none.shape[1])
        return replace(small, passages=told[first:], drawn=replace(small.drawn, counts=counts))


def work(path: Path, settings: Settings) -> Made | Failure:
    """One document, in a worker: what `batch.work` makes of it, and what that adds to the files.

    Raises:
        BronnenError: as `batch.work`.
    """
    outcome = batch.work(path, settings)
    if isinstance(outcome, Failure):
        return outcome
    try:
        return Made(replace(outcome, parts=()), entry_of(outcome, settings))
    except Exception as error:
        return batch.failure_of(path, error)


def entry_of(stored: Analysis, settings: Settings) -> Entry:
    """What an analysis adds, with the verdicts of people in it."""
    analysis, method = placed(stored), balance.method(settings)
    document, known, found = analysis.document, analysis.known, analysis.parts or parts(analysis, settings)
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


def entries(store: Store, run: int, settings: Settings, spool: Spool | None = None) -> Iterator[Entry]:
    """What the documents of a run add, in the order of its files.

    Where the spool has it, it is taken from there, unless people have said something of the document; the rest is made
    from the store.
    """
    ids = [document_id for document_id, _, _ in store.run_documents(run)]
    at_hand = spool.documents() - {verdict.document_id for verdict in store.verdicts("person")} if spool else set()
    parts = [range(first, min(first + _TOGETHER, len(ids))) for first in range(0, len(ids), _TOGETHER)]
    is_kept = [at_hand.issuperset(ids[part.start : part.stop]) for part in parts]
    missing = [part for part, kept in zip(parts, is_kept, strict=True) if not kept]
    with closing(_made(store, run, settings, missing)) as made:
        for part, kept in zip(parts, is_kept, strict=True):
            if not spool or not kept:
                yield from next(made)
                continue
            try:
                found = [spool.entry(ids[at]) for at in part]
            except OSError:
                found = _of_part(store, run, settings, part)
            yield from found


def _made(store: Store, run: int, settings: Settings, wanted: Sequence[range]) -> Generator[list[Entry], None, None]:
    """What parts of a run's documents add, made from the store; of many documents by workers."""
    if sum(map(len, wanted)) < _MANY:
        yield from (_of_part(store, run, settings, part) for part in wanted)
        return
    with crew(settings, [store.path] * len(wanted)) as at_work:
        under_way: deque[tuple[range, Future[list[Entry]]]] = deque()
        left = iter(wanted)
        while True:
            for part in islice(left, at_work.at_once() - len(under_way)):
                asked = (store.path.parent, run, part.start, settings)
                under_way.append((part, at_work.executor.submit(read_entries, *asked)))
            if not under_way:
                return
            part, future = under_way.popleft()
            try:
                found = future.result()
            except (BronnenError, MemoryError):  # whatever became of that process: it can be done here
                found = _of_part(store, run, settings, part)
            yield found


def _of_part(store: Store, run: int, settings: Settings, part: range) -> list[Entry]:
    return [entry_of(analysis, settings) for analysis in store.analyses(run, part.start, len(part))]


def read_entries(folder: Path, run: int, first: int, settings: Settings) -> list[Entry]:
    """What `_TOGETHER` documents of a run add, from number `first` on, read from the store in `folder`."""
    workers.ready()
    found = []
    with Store(folder) as store:
        for analysis in store.analyses(run, first, _TOGETHER):
            workers.tell(Stage.READING, len(analysis.document.pages))
            found.append(entry_of(analysis, settings))
    return found
