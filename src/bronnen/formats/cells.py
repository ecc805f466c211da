"""The cells of a workbook or a CSV as text, from a file that may be damaged, huge or made to harm.

Nothing in a file is run or followed: a formula is not a value but something wrong, told with its cell. Sizes are
bounded before anything is unpacked.
"""

from __future__ import annotations

import contextlib
import csv
import io
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.parsers import expat

from bronnen.errors import EncryptedError, MissingError, StoreError

MAX_BYTES = 50 * 2**20  # of the file
MAX_UNPACKED = 100 * 2**20
MAX_MEMBERS = 1_000
MAX_RATIO = 250
MAX_ROWS = 100_000
MAX_COLUMNS = 60
_SMALL = 2**20  # below this a high ratio harms nobody
_LONGEST = 2**20  # bytes from one element to the next
_OLE = b"\xd0\xcf\x11\xe0"
_DAMAGED = (  # whatever openpyxl and its parsers let through; a ParseError is a SyntaxError
    *(AssertionError, AttributeError, EOFError, LookupError, OSError, OverflowError, RecursionError, RuntimeError),
    *(SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error),
)
_NEXT = "Open it in the program that made it and save it again as .xlsx or .csv."


@dataclass(slots=True)
class Read:
    """What stood in a file: rows by number, from 1, and what is wrong with cells by row and column."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    bad: list[tuple[int, str, str]] = field(default_factory=list)
    modified: str = ""


def read_csv(path: Path) -> Read:
    """The cells of a CSV with semicolons, commas or tabs, in UTF-8 or as a Western Windows saves it.

    Raises:
        StoreError: the file is too large, or no CSV.
    """
    content = _content(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # what Excel writes under plain 'CSV'
    if "\0" in text:
        raise StoreError(f"{path.name} is no CSV.", _NEXT)
    first = text.split("\n", 1)[0][:10_000]
    read = Read()
    table = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count), strict=True)
    try:
        for number, cells in enumerate(table, start=1):
            if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
                raise StoreError(f"{path.name} has more rows or columns than a sheet has.", _NEXT)
            read.rows.append((number, cells))
    except csv.Error as error:
        raise StoreError(f"{path.name} is no CSV (row {len(read.rows) + 1}: {error}).", _NEXT) from error
    return read


def read_xlsx(path: Path, sheet: str = "") -> Read:
    """The cells of the tab `sheet` of a workbook, or of its first tab; days as YYYY-MM-DD.

    Raises:
        StoreError: the file is too large, unpacks to too much, is damaged, or has no such tab.
        EncryptedError: it opens only with a password.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise MissingError("openpyxl is not installed.", "Run `uv sync`, or `pip install bronnen` again.") from error
    content = _content(path)
    _refuse_harm(path, content)
    read = Read()
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        if sheet and sheet not in book.sheetnames:
            raise StoreError(f"{path.name} has no tab '{sheet}'.", "Fill in a sheet that `bronnen audit sheet` wrote.")
        found = book[sheet] if sheet else book.worksheets[0]
        found.reset_dimensions()  # what the file says of its own size bounds nothing
        for number, cells in enumerate(found.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS), start=1):
            told = [_said(cell, number, read) for cell in cells]
            if any(told):
                read.rows.append((number, told))
        saved = book.properties
        when = saved.modified.isoformat() if saved.modified and saved.modified.year > 2000 else ""
        read.modified = " ".join(part for part in (when, saved.lastModifiedBy or "") if part)[:100]
    except _DAMAGED as error:
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:100]}"
        raise StoreError(f"{path.name} is damaged or no workbook ({said}).", _NEXT) from error
    return read


def _said(cell: Any, row: int, read: Read) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        read.bad.append((row, cell.column_letter, "is a formula or an error; type the word itself"))
        return "?"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.", "Check the name and the rights.") from error
    if len(content) > MAX_BYTES:
        raise StoreError(f"{path.name} is larger than {MAX_BYTES // 2**20} MB, which no sheet is.", _NEXT)
    return content


def _refuse_harm(path: Path, content: bytes) -> None:
    """Refuses a zip bomb, a workbook under a password, and XML that declares entities."""
    if content[:4] == _OLE:
        raise EncryptedError(f"{path.name} opens only with a password, or is an old .xls.", _NEXT)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_UNPACKED:
                raise StoreError(f"{path.name} unpacks to more than a sheet does.", _NEXT)
            for info in infos:
                if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise StoreError(f"{path.name} is packed in a way that no spreadsheet uses.", _NEXT)
                if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
                    raise StoreError(f"{path.name} unpacks {info.filename!r:.60} to far more than a sheet does.", _NEXT)
                if info.filename.lower().endswith((".xml", ".rels", ".vml")):
                    content = archive.read(info)
                    inside = content.replace(b"\0", b"")  # UTF-16 too
                    if _longest(content) > _LONGEST:
                        raise StoreError(f"{path.name} has pieces of XML longer than a sheet has.", _NEXT)
                    if b"<!DOCTYPE" in inside or b"<!ENTITY" in inside:
                        raise StoreError(f"{path.name} declares XML entities, which no spreadsheet does.", _NEXT)
    except _DAMAGED as error:
        raise StoreError(f"{path.name} is damaged or no workbook ({str(error)[:80]}).", _NEXT) from error


def _longest(content: bytes) -> int:
    """The most bytes between the begins of two elements.

    openpyxl hands XML to expat in small pieces, and older ones of those begin a tag anew at every piece: one of 50 MB,
    which a few kB unpack to, takes minutes. Read in one piece, as here, it takes no time. Damage is left for openpyxl.
    """
    most = last = 0
    parser = expat.ParserCreate()

    def element(*_: object) -> None:
        nonlocal most, last
        at = parser.CurrentByteIndex
        if at - last > most:
            most = at - last
        last = at

    parser.StartElementHandler = element
    with contextlib.suppress(expat.ExpatError, ValueError, LookupError):
        parser.Parse(content, True)
    return max(most, len(content) - last)
