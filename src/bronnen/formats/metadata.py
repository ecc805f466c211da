"""What a user tells of documents in a table of their own: organisation, year, theme, whatever its columns are.

A CSV or workbook as spreadsheets write it. One column at least says which document a row is about: `name` (the file's
name), `path`, or `document` (its id).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from bronnen.errors import StoreError
from bronnen.formats.cells import read_csv, read_xlsx

KEYS = ("document", "path", "name")
_ALSO = {"id": "document", "pad": "path", "naam": "name", "bestand": "name", "bestandsnaam": "name", "file": "name"}
_STEP = "Give a CSV or .xlsx with a column `name`, `path` or `document`, and a column for each property."


@dataclass(frozen=True, slots=True)
class Metadata:
    """The properties of documents.

    `columns` in the order of the file, `rows` by key and value of their document, `told` each row once, in their order.
    """

    columns: tuple[str, ...]
    rows: Mapping[tuple[str, str], Mapping[str, str]]
    told: tuple[Mapping[str, str], ...] = ()

    def of(self, document_id: str, path: str, name: str) -> Mapping[str, str]:
        """What is told of a document: of its id, else of its path, else of its name. Empty where there is nothing."""
        asked = (("document", document_id), ("path", _alike(path)), ("name", _alike(name)))
        return next((self.rows[key] for key in asked if key in self.rows), {})

    def named(self, row: Mapping[str, str]) -> str:
        """How a row calls its document."""
        return next(row[key] for key in reversed(KEYS) if row.get(key))


def read_metadata(path: Path) -> Metadata:
    """The table in a file, its first tab where that is a workbook.

    Raises:
        StoreError: it cannot be read, has no column that names documents, tells two things of one document, or has
            a formula where a value belongs.
    """
    read = read_xlsx(path) if path.suffix.lower() == ".xlsx" else read_csv(path)
    lines = [line for line in read.rows if not line[1][:1] or not line[1][0].startswith("sep=")]
    names = [_name(cell) for cell in lines[0][1]] if lines else []
    named = [name for name in names if name]  # spreadsheets leave empty columns behind
    if not set(KEYS) & set(named):
        raise StoreError(f"{path.name} has no column {', '.join(KEYS)}.", _STEP)
    if twice := [name for name in named if named.count(name) > 1]:
        raise StoreError(f"{path.name} has two columns of one name or meaning: '{twice[0]}'.", _STEP)
    formulas = {number for number, _, _ in read.bad}
    own: dict[tuple[str, str], Mapping[str, str]] = {}
    also: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for number, line in lines[1:]:
        row = {name: cell.strip() for name, cell in zip(names, line, strict=False) if name}
        places = [(key, _alike(row[key])) for key in KEYS if row.get(key)]
        if not places:
            continue  # an empty row, a total
        if number in formulas:
            said = f"Row {number} of {path.name} has a formula or an error in it."
            raise StoreError(said, "Put the value in its place (copy, and paste as values).")
        if _properties(own.setdefault(places[0], row)) != _properties(row):
            said = f"Row {number} of {path.name} tells something else of '{places[0][1]}' than a row before it."
            raise StoreError(said, _STEP)
        for place in places[1:]:
            also.setdefault(place, []).append(row)
    clear = {  # a name that two different documents share says nothing
        place: found[0]
        for place, found in also.items()
        if all(_properties(one) == _properties(found[0]) for one in found)
    }
    return Metadata(tuple(name for name in named if name not in KEYS), {**clear, **own}, tuple(own.values()))


def _properties(row: Mapping[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if cell and name not in KEYS}


def _name(cell: str) -> str:
    """The name of a column; those that say which document a row is about in one way of writing."""
    name = " ".join(cell.split())
    key = _ALSO.get(name.casefold(), name.casefold())
    return key if key in KEYS else name


def _alike(value: str) -> str:
    """The same for all ways to write a path or name; a Mac keeps the dots of an 'ë' apart."""
    return normalize("NFC", value.replace("\\", "/").removeprefix("./"))
