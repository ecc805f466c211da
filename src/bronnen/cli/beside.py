"""Whether the files of a scan still say what the store says of its last run, and whether the documents are still those.

The files are made again from the store, row by row, and compared as they come; what people said since may have changed
labels and figures, so that these are not compared where people judged.
"""

from __future__ import annotations

import csv
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from bronnen.formats import tables, without_surrogates
from bronnen.records import Analysis
from bronnen.settled import labelled_passages, placed
from bronnen.store.checking import NOT_SO, Checked, Finding, Still, finding

_AGAIN = (
    "Run the same `bronnen scan` again: it writes the files anew. Keep this one if you want to know who changed it."
)
_LONGEST = 1 << 26  # bytes of a line
_OF_PEOPLE = ("labels", "scores")
_WORKBOOK_MOST = 1 << 28  # bytes that it may unpack to
_ALL = ("document", "name", "path", "pages", "passages")  # of balance.csv, that no verdict of a person changes
_STUMBLES = (OSError, csv.Error, zipfile.BadZipFile, zlib.error, *NOT_SO)
_ROWS = ("passages.jsonl", "balance.csv", "warnings.csv", "failures.csv", "duplicates.csv")
_SUMS = ("sections.csv", "groups.csv")  # of these the documents and the counts: the figures were drawn


class _File:
    """One file beside the store, read row by row while the rows that it should have are made."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.rows = name, 0
        self.differs: list[str] = []
        self._is_lost = False  # the rest of its rows are not compared
        self._rows: Iterator[Any] = iter(())
        self._stream: IO[Any] | None = None
        self.is_there = (folder / name).is_file()
        if self.is_there:
            self._open(folder / name)

    def close(self) -> None:
        if self._stream:
            self._stream.close()

    def expect(self, wanted: Mapping[str, Any], free: Collection[str] = (), only: Collection[str] = ()) -> None:
        """Compares the next row; `free` and `only` are the names that may differ, and that alone may not."""
        if self._is_lost or not self.is_there:
            return
        self.rows += 1
        try:
            told = next(self._rows, None)
            if told is None:
                return self._lose(f"row {self.rows} and what comes after it are missing")
            if self._is_same(told, wanted):
                return None
            row = self._parsed(told)
            if not row or any(row.get(name) != self._plain(wanted[name]) for name in self._key(wanted)):
                return self._lose(f"from row {self.rows} on it has other rows than the store")
        except _STUMBLES as error:
            return self._lose(f"row {self.rows} cannot be read ({type(error).__name__})")
        names = [name for name in only or wanted if name in row and name not in free]
        wrong = [name for name in names if _bare(row[name], free) != _bare(self._plain(wanted[name]), free)]
        if wrong:
            where = f", characters {wanted['start']}-{wanted['end']}" if "start" in wanted else ""
            self.differs.append(
                f"row {self.rows} ({wanted.get('name') or wanted['path']}{where}): {', '.join(wrong[:4])}"
            )
        return None

    def end(self) -> None:
        """Looks whether there is more than was expected."""
        if self.is_there and not self._is_lost:
            try:
                if next(self._rows, None) is not None:
                    self._lose(f"it has more than {self.rows} rows")
            except _STUMBLES as error:
                self._lose(f"row {self.rows + 1} cannot be read ({type(error).__name__})")

    def _lose(self, why: str) -> None:
        self.differs.append(why)
        self._is_lost = True

    def _open(self, path: Path) -> None:
        raise NotImplementedError

    def _is_same(self, told: Any, wanted: Mapping[str, Any]) -> bool:
        raise NotImplementedError

    def _parsed(self, told: Any) -> Mapping[str, Any]:
        raise NotImplementedError

    def _plain(self, value: Any) -> Any:
        raise NotImplementedError

    def _key(self, wanted: Mapping[str, Any]) -> list[str]:
        return [name for name in ("document", "start", "path", "page", "section") if name in wanted]


class _Lines(_File):
    """JSON lines."""

    def _open(self, path: Path) -> None:
        stream = path.open("rb")
        self._stream = stream
        self._rows = iter(lambda: stream.readline(_LONGEST) or None, None)

    def _is_same(self, told: bytes, wanted: Mapping[str, Any]) -> bool:
        return told == without_surrogates(tables.json_line(wanted)).encode() + b"\n"

    def _parsed(self, told: bytes) -> Mapping[str, Any]:
        found = json.loads(told)
        return found if isinstance(found, dict) else {}

    def _plain(self, value: Any) -> Any:
        return value


class _Table(_File):
    """CSV."""

    def _open(self, path: Path) -> None:
        stream = path.open(encoding="utf-8", errors="surrogateescape", newline="")
        self._stream = stream
        self._rows = iter(csv.DictReader(stream))

    def _is_same(self, told: dict[str, str], wanted: Mapping[str, Any]) -> bool:
        return told == {name: self._plain(value) for name, value in wanted.items()}

    def _parsed(self, told: dict[str, str]) -> Mapping[str, Any]:
        return told

    def _plain(self, value: Any) -> str:
        told = tables.cell(value)
        return "" if told is None else str(told)


def compared(store: Still, folder: Path) -> Checked:
    """The files of the last run against the store; those that are not there are told, and no trouble."""
    run = store.last_run()
    if run is None or not store.has_documents(run):
        return Checked("outputs", "the last run read no document", is_skipped=True)
    files: dict[str, _File] = {name: (_Lines if name.endswith("l") else _Table)(folder, name) for name in _ROWS}
    counts: dict[str, int] = {}  # per document its counted passages
    try:
        for analysis in store.analyses(run):
            _expect(files, analysis, store.judged(analysis.document.id))
            counts[analysis.document.id] = analysis.balance.passages
        for failure in store.failures(run):
            files["failures.csv"].expect(tables.failure_row(failure))
        for path, same_as in store.duplicates(run):
            files["duplicates.csv"].expect({"path": path, "same_as": same_as})
        for file in files.values():
            file.end()
    except _STUMBLES as error:
        says = "The documents of the last run cannot be read back from the store, so that nothing was compared."
        return Checked("outputs", "", finding("unread", says, "Mend what is told above.", [type(error).__name__]))
    finally:
        for file in files.values():
            file.close()
    about = f"{files['passages.jsonl'].rows} passages, {files['balance.csv'].rows} documents of run {run}"
    return Checked("outputs", about, tuple(_findings(store.run_ended(run), files, counts, folder)))


def _expect(files: Mapping[str, _File], analysis: Analysis, judged: Collection[str]) -> None:
    """The rows of one document in each of the files; `judged` are the words in it that people judged."""
    document = analysis.document
    if files["passages.jsonl"].is_there:
        for row in tables.passage_rows(document, labelled_passages(placed(analysis))):
            by_people = any(quote in row["text"] or row["text"] in quote for quote in judged)
            files["passages.jsonl"].expect(row, _OF_PEOPLE if by_people else ())
    files["balance.csv"].expect(tables.balance_row(document, analysis.balance), only=_ALL if judged else ())
    for row in tables.warning_rows(document.path, document):
        files["warnings.csv"].expect(row)


def _findings(is_ended: bool, files: Mapping[str, _File], counts: Mapping[str, int], folder: Path) -> Iterator[Finding]:
    says = "{} does not say what the store says of the last run: it was changed, or not written to its end."
    if not is_ended:
        says = "{} is not of the last run, which was cut off."
    differs = {name: file.differs for name, file in files.items()}
    differs |= {name: _sums(folder / name, counts) for name in _SUMS}
    differs["balance.xlsx"] = _workbook(folder / "balance.xlsx")
    for name, wrong in differs.items():
        yield from finding("other-output", says.format(name), _AGAIN, wrong, is_grave=is_ended)
    missing = [name for name in differs if not (folder / name).is_file()]
    yield from finding("no-output", "Files of the scan are not beside the store.", _AGAIN, missing, is_grave=False)


def _sums(path: Path, counts: Mapping[str, int]) -> list[str]:
    """What sections.csv or groups.csv says otherwise of which documents there are and how many passages they have."""
    if not path.is_file():
        return []
    found: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as stream:
            for row in csv.DictReader(stream):
                if "document" in row:
                    found[row["document"]] = found.get(row["document"], 0) + int(row["passages"])
                elif row["column"] == "":
                    told = (int(row["documents"]), int(row["passages"]))
                    return [] if told == (len(counts), sum(counts.values())) else ["the row of all documents"]
    except _STUMBLES as error:
        return [f"it cannot be read ({type(error).__name__})"]
    wanted = {document: passages for document, passages in counts.items() if passages}
    return [f"document {one[:12]}" for one in {**wanted, **found} if wanted.get(one) != found.get(one)]


def _workbook(path: Path) -> list[str]:
    """What is wrong with the container of a workbook; nothing where it is whole or not there."""
    if not path.is_file():
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _WORKBOOK_MOST:
                return ["it unpacks to more than bronnen writes"]
            damaged = archive.testzip()
    except (*_STUMBLES, NotImplementedError, RuntimeError, EOFError) as error:
        return [f"it cannot be read ({type(error).__name__})"]
    return [damaged] if damaged else []


def _bare(value: Any, free: Collection[str]) -> Any:
    """A value without what may differ inside it."""
    if free and isinstance(value, list):
        return [{k: v for k, v in one.items() if k not in free} if isinstance(one, dict) else one for one in value]
    return value


def identified(store: Still) -> Checked:
    """The files of the last run against the ids of their documents, which are the sha256 of their bytes."""
    from bronnen import files
    from bronnen.extract import openable

    run = store.last_run()
    known = {path: document_id for document_id, _, path in store.run_documents(run)} if run else {}
    wanted = [*known.items(), *((one.path, known.get(one.same_as, "")) for one in store.duplicates(run or 0))]
    changed: list[str] = []
    gone: list[str] = []
    for path, document_id in wanted:
        try:
            if files.digest(openable(Path(path))) != document_id:
                changed.append(path)
        except (OSError, ValueError) as error:
            gone.append(f"{path} ({getattr(error, 'strerror', None) or type(error).__name__})")
    found = (
        *finding("file-changed", "A file is another one than was read: what the store says is of the file as it was.",
                 "Run the same `bronnen scan` again, or find the file as it was.", changed),
        *finding("file-gone", "A file that was read is not there, or not to be reached from this folder.",
                 "Give `bronnen verify` from the folder in which the scan was started.", gone, is_grave=False),
    )  # fmt: skip
    return Checked("files", f"{len(wanted) - len(gone)} of {len(wanted)} files of the last run", found)
