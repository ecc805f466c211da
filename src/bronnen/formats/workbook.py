"""The tables of a scan as a workbook for Excel: numbers as numbers, shares as percentages, text never as a formula."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bronnen.errors import MissingError
from bronnen.formats import FORMULA, replacing, without_surrogates
from bronnen.formats.tables import Row, Value

_WIDTHS = {"document": 16, "name": 44, "path": 44, "heading": 44, "group": 30, "method": 26, "doubts": 40}
_PERCENTAGE = re.compile(r"_(share|rate)(_low|_high)?$|^(coverage|combined)(_low|_high)?$")
_XML_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL_LIMIT = 32_767  # characters, Excel's
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write_workbook(path: Path, sheets: Mapping[str, tuple[Sequence[str], Iterable[Row]]]) -> None:
    """Writes a workbook with a sheet per name, of columns and rows.

    The same rows give the same bytes: the file carries no time.

    Raises:
        MissingError: openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.utils import get_column_letter
    except ImportError as error:
        raise MissingError("openpyxl is not installed.", "Run `uv sync`, or `pip install bronnen` again.") from error
    told = {name: (columns, list(rows)) for name, (columns, rows) in sheets.items()}
    book = Workbook(write_only=True)  # opens files: an interruption before they are filled would leave them open
    for name, (columns, rows) in told.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number, column in enumerate(columns, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column, max(10, len(column) + 3))
        sheet.append([xlsx_cell(sheet, column, column, is_head=True) for column in columns])
        for row in rows:
            sheet.append([xlsx_cell(sheet, column, row[column]) for column in columns])
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    whole = io.BytesIO()
    book.save(whole)
    with replacing(path) as stream:
        stream.write(without_time(whole))


def xlsx_cell(sheet: Any, column: str, value: Value, *, is_head: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if isinstance(value, str):
        text = _XML_ILLEGAL.sub("", without_surrogates(value))[:_CELL_LIMIT]
        made = WriteOnlyCell(sheet, text)
        made.data_type = "s"  # never a formula, whatever it begins with
        if FORMULA.match(text):
            made.quotePrefix = True  # nor when somebody opens the cell and presses Enter
    else:
        made = WriteOnlyCell(sheet, value)
        if _PERCENTAGE.search(column):
            made.number_format = "0%"
        elif "_rate_more" in column:
            made.number_format = "+0.00;-0.00;0.00"  # points, not per cent: 0.10 is from 20% to 30%
        elif column.startswith("evenness"):
            made.number_format = "0.00"
    if is_head:
        made.font = Font(bold=True)
    return made


def without_time(whole: io.BytesIO) -> bytes:
    """The same workbook without the times at which openpyxl made it."""
    made = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", content)
            info = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return made.getvalue()
