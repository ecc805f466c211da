"""The store: one SQLite file in the output folder, with everything that was found out and said.

Only the parent process writes, one transaction a document: a kill at any moment leaves a whole store, in which
what was finished is finished. Verdicts of people are added, never changed or removed (triggers see to it); a new
analysis of a document replaces what machines made of it: its text, passages and model verdicts. Of an older
analysis a row stays, with its versions and its balance; its verdicts can be made again from the same file.

The journal is SQLite's rollback journal, not WAL: WAL needs memory shared between processes, which network drives
(where policy staff keep their files) do not give. `bronnen.lock` beside the store is held through SQLite's own
file locks, so a second writer is refused and a killed one leaves no lock behind. Words (boxes) are not stored.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import cast

from bronnen.errors import StoreError
from bronnen.migrations import migrate
from bronnen.records import (
    Analysis,
    Document,
    Failure,
    Kind,
    MadeWith,
    Passage,
    Remark,
    Source,
    Use,
    Verdict,
    page_at,
)
from bronnen.settings import Settings, settings_of
from bronnen.store import opening, rows, tables
from bronnen.store.opening import FILE
from bronnen.store.rows import VERDICT_COLUMNS, VERDICT_PLACES, reading, span_of, storable, text_of, told
from bronnen.store.search import Hit, candidates, match_of
from bronnen.store.tables import Duplicate, Near, Scored
from bronnen.verdicts import settle_passage, standing

__all__ = ["FILE", "Duplicate", "Hit", "Near", "Scored", "Store", "match_of"]

_KINDS = {"all": "", "person": "AND analysis IS NULL", "model": "AND analysis IS NOT NULL"}


class Store:
    """An open store. Use it in a `with`, or close it.

    Raises, from every method:
        StoreError: the store is damaged, full, in use, or of a newer bronnen; the message says what to do.
    """

    def __init__(self, folder: Path, *, write: bool = False, shared: bool = False) -> None:
        """Opens the store in a folder; for writing, makes both where they are not there.

        A shared one may be used by several threads, which take turns by a lock of their own.
        """
        self.path = folder / FILE
        if not write and not self.path.is_file():
            raise StoreError(f"There is no store in {folder}.", f"`bronnen scan ... --out {folder}` makes one.")
        with ExitStack() as opened:
            if write:
                opening.make(folder)
                opened.enter_context(closing(opening.lock(folder / opening.LOCK)))
            opened.enter_context(told(self.path))
            self._connection = opened.enter_context(closing(opening.connect(self.path, shared=shared)))
            if not migrate(self._connection, str(self.path), write=write):
                self._connection = opened.enter_context(closing(opening.copied(self._connection, shared=shared)))
                migrate(self._connection, str(self.path))
            opening.bind(self._connection, write=write)
            self._opened = opened.pop_all()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the store and its lock."""
        self._opened.close()

    # Runs: what one `bronnen scan` was given and what became of it.

    def begin_run(self, settings: Settings, version: str) -> int:
        """The number of a new run."""
        with self._writing() as connection:
            values = (_now(), version, json.dumps(asdict(settings)))
            run = connection.execute("INSERT INTO runs (started, version, settings) VALUES (?, ?, ?)", values).lastrowid
        assert run is not None
        return run

    def end_run(self, run: int) -> None:
        """Notes that a run came to its end; one that was interrupted has none."""
        with self._writing() as connection:
            tables.forget(connection)
            connection.execute("UPDATE runs SET ended = ? WHERE id = ?", (_now(), run))

    def last_run(self) -> int | None:
        """The number of the newest run, but for those cut off before any result; None in a store without."""
        question = "SELECT max(id) FROM runs WHERE ended <> '' OR id IN (SELECT run FROM run_documents)"
        with reading(self.path):
            return cast(int | None, self._connection.execute(question).fetchone()[0])

    def run_settings(self, run: int) -> Settings:
        """The settings with which a run was made."""
        with reading(self.path):
            (stored,) = self._connection.execute("SELECT settings FROM runs WHERE id = ?", (run,)).fetchone()
            return settings_of(json.loads(stored))

    def run_date(self, run: int) -> str:
        """When a run began: a UTC time in ISO 8601."""
        with reading(self.path):
            return str(self._connection.execute("SELECT started FROM runs WHERE id = ?", (run,)).fetchone()[0])

    def run_documents(self, run: int) -> list[tuple[str, str, str]]:
        """(id, name, path) of the documents of a run, in the order of its files, with the paths of that run."""
        question = "SELECT d.id, r.path FROM run_documents r JOIN documents d ON d.key = r.document WHERE r.run = ? "
        with reading(self.path):
            found = self._connection.execute(question + "ORDER BY r.position", (run,)).fetchall()
            return [(text_of(document_id), Path(path).name, path) for document_id, path in found]

    def has_documents(self, run: int) -> bool:
        """Whether a run has any result."""
        with reading(self.path):
            return bool(self._connection.execute("SELECT 1 FROM run_documents WHERE run = ?", (run,)).fetchone())

    def add(self, run: int, position: int, path: str, analysis: Analysis) -> None:
        """Keeps an analysis as the newest of its document, and as what the run made of its file at `position`."""
        with self._writing() as connection:
            key = tables.replace(connection, run, analysis)
            values = (run, position, storable(path), key)
            connection.execute("INSERT OR REPLACE INTO run_documents VALUES (?, ?, ?, ?)", values)

    def take(self, run: int, files: Iterable[tuple[int, str, str]]) -> None:
        """Notes files (position, path, document id) whose analysis is in the store, maybe under another name."""
        with self._writing() as connection:
            for position, told_path, document_id in files:
                path = storable(told_path)
                values = (run, position, path, document_id)
                connection.execute(
                    "INSERT OR REPLACE INTO run_documents SELECT ?, ?, ?, key FROM documents WHERE id = ?", values
                )
                named = (path, Path(path).name, document_id)
                connection.execute("UPDATE documents SET path = ?, name = ? WHERE id = ?", named)

    def fail(self, run: int, position: int, failure: Failure, tried: str | None = None) -> None:
        """Notes a file that could not be analysed, with the id of its document where that was tried."""
        said = (storable(failure.path), failure.code, failure.exit_code, storable(failure.message), tried)
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)", (run, position, *said))

    def tries(self, run: int, codes: Collection[str]) -> dict[str, tuple[int, str, str]]:
        """How often documents failed with one of these codes, and were not analysed since.

        Counts earlier runs of the same version and the same settings of limits, extraction and text recognition. Per
        document id the number, and the code and the message of the last time.
        """
        with told(self.path):
            return tables.tries(self._connection, run, codes)

    def pass_over(self, run: int, duplicates: Iterable[tuple[int, Duplicate]], ignored: dict[str, int]) -> None:
        """Notes the files that need no analysis: duplicates with their positions, and how many ignored for what."""
        found = [(run, at, storable(twin.path), storable(twin.same_as)) for at, twin in duplicates]
        with self._writing() as connection:
            connection.executemany("INSERT INTO duplicates VALUES (?, ?, ?, ?)", found)
            connection.executemany(
                "INSERT INTO ignored VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET files = files + excluded.files",
                [(run, storable(why), number) for why, number in ignored.items()],
            )

    def failures(self, run: int) -> list[Failure]:
        """The failures of a run, in the order of its files."""
        question = "SELECT path, code, exit_code, message FROM failures WHERE run = ? ORDER BY position"
        with reading(self.path):
            found = self._connection.execute(question, (run,))
            return [Failure(text_of(path), text_of(code), int(exit), text_of(said)) for path, code, exit, said in found]

    def duplicates(self, run: int) -> list[Duplicate]:
        """The duplicates of a run, in the order of its files."""
        question = "SELECT path, same_as FROM duplicates WHERE run = ? ORDER BY position"
        with reading(self.path):
            return [Duplicate(*map(text_of, row)) for row in self._connection.execute(question, (run,))]

    def state(self, run: int) -> str:
        """Changes with all that the files of a run are made from: its documents, their analyses, people's verdicts."""
        with told(self.path):
            return tables.state(self._connection, run)

    # Analyses.

    def made_with(self) -> dict[str, MadeWith]:
        """What made the newest analysis of each document, per document id."""
        with reading(self.path):
            return tables.made_with(self._connection)

    def recognition(self) -> dict[str, str]:
        """What read each document with pages for text recognition, per id; '' where a page of it never got it."""
        with reading(self.path):
            return tables.recognition(self._connection)

    def analyses(self, run: int, first: int = 0, most: int = -1) -> Iterator[Analysis]:
        """What came out of a run, one document in memory at a time, in the order of its files.

        From document number `first` on, at most `most` where that is given. The documents carry the paths of that run.
        Person verdicts stand after the model's.
        """
        question = "SELECT document, path FROM run_documents WHERE run = ? ORDER BY position LIMIT ? OFFSET ?"
        with reading(self.path):
            wanted = self._connection.execute(question, (run, most, first)).fetchall()
        for key, path in wanted:
            found = self._analysis(key)
            with reading(self.path):
                document = replace(found.document, path=text_of(path), name=Path(path).name)
            yield replace(found, document=document)

    def analysis(self, document_id: str) -> Analysis | None:
        """The newest analysis of a document, without words, or None where the store does not know it."""
        key = self._key(document_id)
        return None if key is None else self._analysis(key)

    def scored(self, run: int) -> Iterator[Scored]:
        """The passages of a run's documents with the model's scores of each, one document in memory at a time.

        Much quicker than `analyses`, since it leaves out all that a list of passages does not need.
        """
        question = "SELECT DISTINCT document FROM run_documents WHERE run = ? ORDER BY position"
        with reading(self.path):
            for (key,) in self._connection.execute(question, (run,)).fetchall():
                yield tables.scored(self._connection, key)

    def document(self, document_id: str) -> Document | None:
        """A document without words, or None where the store does not know it."""
        key = self._key(document_id)
        with reading(self.path):
            return None if key is None else tables.document(self._connection, key)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of a document in reading order; none where the store does not know it."""
        key = self._key(document_id)
        with reading(self.path):
            return () if key is None else tables.passages(self._connection, key)

    def near(self, document: Document, start: int) -> Near | None:
        """The passage of a document that begins at `start`, with what stands around it; None where there is none."""
        key = self._key(document.id)
        with reading(self.path):
            found = None if key is None else tables.around(self._connection, key, start)
            if key is None or found is None:
                return None
            before, passage, after = found
            verdicts = self._verdicts(key, document, passage.start, passage.end, "model")
        return Near(document, before, passage, after, tuple(verdicts))

    def documents(self) -> list[tuple[str, str, str]]:
        """(id, name, path) of all documents, in the order in which they came."""
        with reading(self.path):
            found = self._connection.execute("SELECT id, name, path FROM documents ORDER BY key")
            return [(text_of(key), text_of(name), text_of(path)) for key, name, path in found]

    def search(self, words: str = "", source: Source | None = None, use: Use | None = None) -> Iterator[Hit]:
        """Passages with all these words that carry this label, the best match first.

        Diacritics and capitals make no difference. Words without a letter or digit find nothing.
        """
        match = match_of(words)
        if words.strip() and not match:
            return
        with reading(self.path):
            last: tuple[int, Document] | None = None
            for passage_id, key, start, end, kind, heading in candidates(self._connection, match, source, use):
                if last is None or last[0] != key:
                    last = (key, tables.document(self._connection, key))
                document = last[1]
                place = span_of(start, end, len(document.text))
                passage = Passage(*place, Kind(kind), text_of(heading), tables.sentences(self._connection, passage_id))
                labels = settle_passage(passage, self._verdicts(key, document, start, end))
                if source or use:
                    told_uses = [labels.get(source)] if source else list(labels.values())
                    if not any(found is not None and use in (None, found) for found in told_uses):
                        continue
                page = page_at(document, start)
                number = page.number if page else None
                text = document.text[start:end]
                yield Hit(document.id, document.name, document.path, number, passage, text, labels)

    # Verdicts.

    def add_verdicts(self, verdicts: Iterable[Verdict], *, take_back: bool = False, imported: bool = False) -> int:
        """Adds verdicts by people, all or none; how many were new.

        One that says what the same person said last of the same span is not added again. One that judges no source
        says nothing and is left out; with `take_back` it takes back what that person said of the span before.
        Those of a file are `imported`: what is there already or was taken back since is left out, however old the file
        is, and one without a time gets that of now.

        Raises:
            StoreError: a verdict is a model's, or on a document that is not in the store.
        """
        added = 0
        with self._writing() as connection:
            for verdict in verdicts:
                if not (take_back or verdict.judged or verdict.labels):
                    continue
                row = connection.execute("SELECT key FROM documents WHERE id = ?", (verdict.document_id,)).fetchone()
                if row is None or verdict.by.startswith("model:"):
                    raise StoreError(f"Cannot keep a verdict by {verdict.by} on document {verdict.document_id}.")
                values = rows.verdict_row(replace(verdict, scores=None), row[0], None)
                if imported:
                    is_new = not tables.is_known(connection, values, verdict.at)
                    values = (*values[:7], verdict.at or _now(), *values[8:])
                elif take_back and verdict.judged:  # put back under what took it back, with its own time
                    is_new = True
                else:
                    is_new = tables.said_last(connection, values) != values[9 : 9 + len(Source)]
                if is_new:
                    connection.execute(f"INSERT INTO verdicts ({VERDICT_COLUMNS}) VALUES ({VERDICT_PLACES})", values)
                    added += 1
        return added

    def verdicts(self, by: str = "all") -> Iterator[Verdict]:
        """All verdicts by 'person', 'model' or 'all', document by document; 'person' holds adjudications too."""
        with reading(self.path):
            question = f"SELECT DISTINCT document FROM verdicts WHERE true {_KINDS[by]}"
            keys = self._connection.execute(question).fetchall()
            for (key,) in sorted(keys):
                yield from self._verdicts(key, tables.document(self._connection, key), by=by)

    # Remarks.

    def add_remark(self, remark: Remark) -> None:
        """Keeps a remark by a person."""
        span = (remark.start, remark.end, storable(remark.quote))
        said = (storable(remark.text), storable(remark.by), remark.at, remark.document_id)
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO remarks (document, start, end, quote, text, by, at) "
                "SELECT key, ?, ?, ?, ?, ?, ? FROM documents WHERE id = ?",
                (*span, *said),
            )

    def remarks(self) -> list[Remark]:
        """The last remark of each person at each passage, without those that were taken away."""
        with reading(self.path):
            return tables.remarks(self._connection)

    # Inside.

    def _key(self, document_id: str) -> int | None:
        with reading(self.path):
            row = self._connection.execute("SELECT key FROM documents WHERE id = ?", (document_id,)).fetchone()
        return row[0] if row else None

    def _analysis(self, key: int) -> Analysis:
        with reading(self.path):
            document = tables.document(self._connection, key)
            made = self._connection.execute(
                "SELECT balance, version, settings, model, language FROM analyses WHERE document = ? "
                "ORDER BY id DESC LIMIT 1",
                (key,),
            ).fetchone()
            verdicts = tuple(self._verdicts(key, document))
            passages = tables.passages(self._connection, key, len(document.text))
            made_with, known = MadeWith(*map(text_of, made[1:])), tables.known(self._connection, made[3])
            return Analysis(document, passages, verdicts, rows.balance_of(made[0]), made_with, known)

    def _verdicts(
        self, key: int, document: Document, start: int = 0, end: int = 2**62, by: str = "all"
    ) -> list[Verdict]:
        """The verdicts on a document that stand, those of models first."""
        question = (
            f"SELECT {VERDICT_COLUMNS} FROM verdicts WHERE document = ? AND start >= ? AND start < ? AND end <= ? "
            f"{_KINDS[by]} ORDER BY analysis IS NULL, id"
        )
        found = self._connection.execute(question, (key, start, end, end))
        return standing(rows.verdict_of(row, document.id, document.text) for row in found)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing."""
        with told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
