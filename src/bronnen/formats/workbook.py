"""Tables as a workbook for Excel: numbers as numbers, shares as percentages, text never as a formula.

Rows are written as they come, so that a sheet of 50,000 passages takes little memory.
"""

from __future__ import annotations

import contextlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import chain, islice
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from bronnen.errors import MissingError
from bronnen.formats import FORMULA, replacing, without_surrogates
from bronnen.formats.tables import Row, Value

LINK = "link"
"""The key in a row, no column, for what its `page` opens (`links.page_link`), or its `name` where it has no page."""

MAX_ROWS = 1_048_576
"""Of a sheet, the header among them: Excel's. What follows stands on a sheet of its own."""

_CELL_LIMIT = 32_767  # characters, Excel's
_MAX_LINKS = 65_000  # Excel takes 65,530 on a sheet
_CUT = " […] (cut: a cell holds no more)"
_WIDTHS = {
    **{"document": 16, "name": 44, "path": 44, "heading": 44, "group": 30, "method": 26, "doubts": 40, "kind": 12},
    **{"text": 90, "reasons": 60, "message": 90, "bearer": 40, "key": 34, "value": 90, "judged_by": 12},
}
_WRAPPED = frozenset({"text", "message", "value"})
_FONT = "Calibri"  # what openpyxl gives cells of no special looks
_LINES = 8  # of a wrapped text, at most; the whole of it is in the cell
_LINE_HEIGHT = 15.0  # points
_PERCENTAGE = re.compile(r"_(share|rate)(_low|_high)?$|^(coverage|combined)(_low|_high)?$")
_XML_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)

Sheets = Mapping[str, tuple[Sequence[str], Iterable[Row]]]


def write_workbook(path: Path, sheets: Sheets) -> None:
    """Writes a workbook with a sheet per name, of columns and rows.

    The same rows give the same bytes: the file carries no time.

    Raises:
        MissingError: openpyxl is not installed.
        StoreError: the file cannot be written.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingError("openpyxl is not installed.", "Run `uv sync`, or `pip install bronnen` again.") from error
    book = Workbook(write_only=True)
    _align(book)
    try:
        for name, (columns, rows) in sheets.items():
            for number, part in enumerate(_parts(rows), start=1):
                _fill(book.create_sheet(name if number == 1 else f"{name} ({number})"), columns, part)
        with replacing(path) as stream:
            save(book, stream)
    except BaseException:
        _drop(book)
        raise


def save(book: Any, stream: Any) -> None:
    """Writes an openpyxl workbook without the times at which it was made."""
    from openpyxl.writer.excel import ExcelWriter

    with _Timeless(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(book, archive).write_data()


def xlsx_cell(sheet: Any, column: str, value: Value, *, is_head: bool = False) -> Any:
    """A value as a cell that looks as its column asks, and that no spreadsheet runs."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    if isinstance(value, str):
        text = _text(value)
        made = WriteOnlyCell(sheet, text)
        made.data_type = "s"  # never a formula, whatever it begins with
        if FORMULA.match(text):
            made.quotePrefix = True  # nor when somebody opens the cell and presses Enter
        if column in _WRAPPED and not is_head:
            made.alignment = Alignment(vertical="top", wrap_text=True)
    else:
        made = WriteOnlyCell(sheet, value)
        if _PERCENTAGE.search(column):
            made.number_format = "0%"
        elif "_rate_more" in column:
            made.number_format = "+0.00;-0.00;0.00"  # points, not per cent: 0.10 is from 20% to 30%
        elif column.startswith("evenness"):
            made.number_format = "0.00"
    if is_head:
        made.font = Font(name=_FONT, size=11, bold=True)
    return made


# ---------------------------------------------------------------------------------------------------------- sheets


def _parts(rows: Iterable[Row]) -> Iterator[Iterable[Row]]:
    """The rows in parts of as many as a sheet holds; one part at least, each to be used up before the next."""
    left = iter(rows)
    yield islice(left, MAX_ROWS - 1)
    for first in left:
        yield chain([first], islice(left, MAX_ROWS - 2))


def _fill(sheet: Any, columns: Sequence[str], rows: Iterable[Row]) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column, max(10, len(column) + 3))
    sheet.append([xlsx_cell(sheet, column, column, is_head=True) for column in columns])
    cell, wrapped, at = _cells(sheet), [column for column in columns if column in _WRAPPED], 1
    for at, row in enumerate(rows, start=2):
        cells = [cell(column, row[column], "") for column in columns]
        if row.get(LINK) and at <= _MAX_LINKS:
            place = "name" if row["page"] is None else "page"
            cells[columns.index(place)] = cell(place, row[place], str(row[LINK]))
        if wrapped:  # Excel makes every row as high as its text, and a sheet of long passages unreadable
            lines = max(_line_count(row[column], _WIDTHS[column]) for column in wrapped)
            sheet.row_dimensions[at].height = _LINE_HEIGHT * min(lines, _LINES)
        sheet.append(cells)
        sheet.row_dimensions.pop(at, None)  # written; 50,000 of them would fill the memory
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{at}"


def _cells(sheet: Any) -> Callable[[str, Value, str], Any]:
    """Makes cells from a column, a value and a link, as `xlsx_cell` but quickly.

    How the cells of a column look is worked out once per kind of value, and what looks like nothing special and cannot
    be taken for a formula is left to openpyxl.
    """
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    looks: dict[tuple[str, str], Any] = {}

    def style(column: str, kind: str, value: Value) -> Any:
        if (column, kind) not in looks:
            made = xlsx_cell(sheet, column, value)
            if kind.endswith("link"):
                made.font = Font(name=_FONT, size=11, color="0563C1", underline="single")
                made.alignment = Alignment(vertical="top")
            looks[column, kind] = made._style if made.has_style else None
        return looks[column, kind]

    def cell(column: str, value: Value, link: str) -> Any:
        if value is None or value == "":
            return None
        is_text = isinstance(value, str)
        if is_text:
            value = _text(str(value))
        kind = "number" if not is_text else "formula" if FORMULA.match(str(value)) else "text"
        look = style(column, f"{kind} link" if link else kind, value)
        if look is None and not (is_text and str(value).startswith("#")):  # openpyxl takes '#N/A' for an error
            return value
        made = WriteOnlyCell(sheet, value)
        if is_text:
            made.data_type = "s"  # never a formula, whatever it begins with
        if look is not None:
            made._style = look
        if link:
            made._hyperlink = Hyperlink(ref="", target=link)  # the setter would want to know its place
        return made

    return cell


def _line_count(value: Value, width: int) -> int:
    return -(-len(str(value or " ")) // width)


def _align(book: Any) -> None:
    """Lets plain cells begin at the top, beside a wrapped text; openpyxl has no name for the look of plain cells."""
    from openpyxl.styles import Alignment

    top, plain = Alignment(vertical="top"), copy(book._cell_styles[0])
    plain.alignmentId = book._alignments.add(top)
    book._cell_styles[0] = plain  # what Excel goes by
    book._named_styles["Normal"].alignment = top  # what LibreOffice goes by


def _text(value: str) -> str:
    """What a cell can hold, at most as many UTF-16 units as Excel takes."""
    text = _XML_ILLEGAL.sub("", without_surrogates(value))
    if len(text) * 2 <= _CELL_LIMIT or len(text.encode("utf-16-le")) <= _CELL_LIMIT * 2:
        return text
    kept = text.encode("utf-16-le")[: 2 * (_CELL_LIMIT - len(_CUT))].decode("utf-16-le", "ignore")
    return kept + _CUT


def _drop(book: Any) -> None:
    """Closes and removes what openpyxl wrote beside the workbook, after an error."""
    for sheet in book.worksheets:
        with contextlib.suppress(Exception):
            if not sheet.closed:
                sheet.close()
            sheet._writer.cleanup()


class _Timeless(zipfile.ZipFile):
    """A zip whose members carry no time; openpyxl writes into it."""

    def writestr(self, name: Any, data: Any, *rest: Any) -> None:
        if name == "docProps/core.xml":
            data = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
        with self.open(_member(name), "w") as out:
            out.write(data.encode() if isinstance(data, str) else data)

    def write(self, filename: Any, arcname: Any = None, *rest: Any) -> None:
        with Path(filename).open("rb") as content, self.open(_member(arcname), "w", force_zip64=True) as out:
            copyfileobj(content, out, 1 << 16)


def _member(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(str(name), date_time=_ZIP_TIME)
    made.compress_type = zipfile.ZIP_DEFLATED
    return made
