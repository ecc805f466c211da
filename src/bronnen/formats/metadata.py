"""What a user tells of documents in a table of their own: organisation, year, theme, whatever its columns are.

A CSV as spreadsheets write it: commas, semicolons or tabs; UTF-8, or the code page of a Dutch Windows. One column says
which document a row is about: `name` (the file's name), `path`, or `document` (its id).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from bronnen.errors import StoreError

KEYS = ("document", "path", "name")
_MOST = 50_000_000  # bytes
_STEP = "Give a CSV with a column `name`, `path` or `document`, and a column for each property."


@dataclass(frozen=True, slots=True)
class Metadata:
    """The properties of documents: `columns` in the order of the file, `rows` by key and value of their document."""

    columns: tuple[str, ...]
    rows: Mapping[tuple[str, str], Mapping[str, str]]

    def of(self, document_id: str, path: str, name: str) -> Mapping[str, str]:
        """What is told of a document: of its id, else of its path, else of its name. Empty where there is nothing."""
        told = zip(KEYS, (document_id, path, name), strict=True)
        return next((self.rows[place] for key, value in told if (place := (key, _alike(value))) in self.rows), {})


def read_metadata(path: Path) -> Metadata:
    """The table in a file.

    Raises:
        StoreError: it cannot be read, has no column that names documents, or tells two things of one document.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST + 1)
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.", _STEP) from error
    if len(data) > _MOST:
        raise StoreError(f"{path} is larger than {_MOST // 1_000_000} MB.", "Give only the columns that you need.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    head = text.partition("\n")[0]
    mark = max(";\t,", key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise StoreError(f"{path} is no table: {error}.", _STEP) from error
    names = [name.strip() for name in lines[0]] if lines else []
    key = next((name for name in KEYS if name in names), None)
    named = [name for name in names if name]  # spreadsheets leave empty columns behind
    if key is None or len(set(named)) < len(named):
        raise StoreError(f"{path} has no column {', '.join(KEYS)}, or two columns of one name.", _STEP)
    rows: dict[tuple[str, str], Mapping[str, str]] = {}
    for number, line in enumerate(lines[1:], start=2):
        told = {name: cell.strip() for name, cell in zip(names, line, strict=False)}
        place = (key, _alike(told.get(key, "")))
        if not place[1]:
            continue  # an empty row, a total
        if place in rows and rows[place] != told:
            raise StoreError(
                f"Row {number} of {path} tells something else of '{place[1]}' than a row before it.", _STEP
            )
        rows[place] = told
    return Metadata(tuple(name for name in names if name and name not in KEYS), rows)


def _alike(value: str) -> str:
    """The same for all ways to write a path or name; a Mac keeps the dots of an 'ë' apart."""
    return normalize("NFC", value.replace("\\", "/").removeprefix("./"))
