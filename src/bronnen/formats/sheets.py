"""The sheet on which an auditor judges passages, as a workbook (.xlsx) and as CSV: written, and read back.

A sheet says nothing of what the model said. Reading one back names every cell in which something stands that does
not belong there; what a row means, and whether it belongs to a plan, others know. The CSV has semicolons and a byte
order mark, so that a Dutch Excel opens it in columns.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bronnen.errors import MissingError, StoreError
from bronnen.formats import replacing, tables, workbook
from bronnen.formats.cells import Read, read_csv, read_xlsx
from bronnen.records import Source, Use

JUDGEMENTS = {
    Source.EXPERIENTIAL: "ervaringskennis",
    Source.PROFESSIONAL: "professionele kennis",
    Source.SCIENTIFIC: "wetenschappelijke kennis",
}
"""Per source the column for the judgement."""

WORDS: dict[str, Use | None] = {"gebruikt": Use.USED, "gevraagd": Use.CALLED_FOR, "geen": None}
"""What may stand in a judgement column."""

COLUMNS = (
    *("nr", "document", "pagina", "kop", "tekst"),
    *JUDGEMENTS.values(),
    *("opmerking", "beoordelaar", "datum", "controle"),
)
SHEET = "beoordelen"
_WIDTHS = {"nr": 6, "document": 24, "pagina": 8, "kop": 24, "tekst": 80, "opmerking": 30, "controle": 16}
_OPEN = (*JUDGEMENTS.values(), "opmerking", "beoordelaar", "datum")
_NEEDED = ("nr", "tekst", *JUDGEMENTS.values(), "controle")
_MAX_NAME = 100
_LINE = 80  # characters on a line of the text column


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A passage to judge."""

    number: int
    document: str
    page: int | None
    heading: str
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row as it came back. `row` is its place in the file, from 1; a source that is not in `uses` is not judged."""

    row: int
    number: str
    text: str
    code: str
    uses: dict[Source, Use | None]
    auditor: str
    date: str
    note: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was read. `modified`: when and by whom the workbook says that it was saved last, or empty."""

    rows: tuple[JudgedRow, ...]
    modified: str


Bad = list[tuple[int, str, str]]
"""Row, column, what is wrong."""


def write_sheet(path: Path, rows: Iterable[SheetRow], plan_hash: str, auditor: str = "") -> None:
    """Writes a sheet, as its suffix says: .xlsx or .csv. The same rows give the same bytes.

    Raises:
        StoreError: the suffix is another one, or the file cannot be written.
    """
    told = [_cells(row, auditor) for row in rows]
    if path.suffix.lower() == ".csv":
        stream = io.StringIO(newline="")
        table = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        table.writerow(COLUMNS)
        table.writerows([tables.cell(value) for value in row] for row in told)
        content = stream.getvalue().encode("utf-8-sig")
    elif path.suffix.lower() == ".xlsx":
        content = _workbook(told, plan_hash, auditor)
    else:
        raise StoreError(f"{path.name} is neither .xlsx nor .csv.", "Give the sheet one of those two suffixes.")
    with replacing(path) as out:
        out.write(content)


def read_sheet(path: Path) -> Sheet:
    """The rows of a judged sheet.

    Raises:
        StoreError: the file cannot be read, is no such sheet, or has a word that no judgement is.
    """
    suffix = path.suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise StoreError(f"{path.name} is neither .xlsx nor .csv.", "Save the sheet as one of those two.")
    read = read_xlsx(path, SHEET) if suffix == ".xlsx" else read_csv(path)
    header, columns = _columns(path, read)
    bad: Bad = []
    rows = [
        _row(number, {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}, bad)
        for number, cells in read.rows
        if number > header and any(cells)
    ]
    bad += [(row, column, said) for row, column, said in read.bad if row > header]
    if bad:
        refuse(path, bad)
    return Sheet(tuple(rows), read.modified)


def refuse(path: Path, bad: Bad) -> NoReturn:
    """Raises what is wrong with a sheet, the first rows by name; row 0 is the sheet as a whole.

    Raises:
        StoreError: always.
    """
    shown = "; ".join(f"row {row}, {column}: {said}" if row else said for row, column, said in sorted(bad)[:8])
    more = f"; and {len(bad) - 8} more" if len(bad) > 8 else ""
    raise StoreError(
        f"{path.name} cannot be used: {shown}{more}.",
        "Nothing was read from it. Undo these changes, or fill in a new sheet (`bronnen audit sheet`).",
    )


def _columns(path: Path, read: Read) -> tuple[int, dict[str, int]]:
    """The row of the header, and where each column stands; a program may have moved or added columns."""
    for number, cells in read.rows[:1]:
        names = [cell.strip().lower() for cell in cells]
        missing = [name for name in _NEEDED if name not in names]
        twice = [name for name in COLUMNS if names.count(name) > 1]
        if not missing and not twice:
            return number, {name: names.index(name) for name in COLUMNS if name in names}
        refuse(path, [(number, name, "is missing") for name in missing] + [(number, one, "is twice") for one in twice])
    raise StoreError(f"{path.name} is empty.", "Fill in a sheet that `bronnen audit sheet` wrote.")


def _row(number: int, cells: dict[str, str], bad: Bad) -> JudgedRow:
    uses: dict[Source, Use | None] = {}
    for source, column in JUDGEMENTS.items():
        word = cells[column].strip().lower()
        if word in WORDS:
            uses[source] = WORDS[word]
        elif word:
            bad.append((number, column, f"'{word[:30]}' is none of {', '.join(WORDS)}"))
    auditor = " ".join(cells.get("beoordelaar", "").split()).lstrip("'")
    if len(auditor) > _MAX_NAME or not auditor.isprintable():
        bad.append((number, "beoordelaar", "is no name"))
    return JudgedRow(
        row=number,
        number=cells["nr"].strip(),
        text=cells["tekst"],
        code=cells["controle"].strip(),
        uses=uses,
        auditor=auditor,
        date=" ".join(cells.get("datum", "").split())[:40],
        note=cells.get("opmerking", ""),
    )


def _cells(row: SheetRow, auditor: str) -> list[tables.Value]:
    own: list[tables.Value] = [row.number, row.document, row.page, row.heading, row.text]
    return [*own, *(None for _ in JUDGEMENTS), None, auditor or None, None, row.code]


# ----------------------------------------------------------------------------------------------------------- xlsx


def _workbook(rows: Sequence[Sequence[tables.Value]], plan_hash: str, auditor: str) -> bytes:
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Protection
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation
    except ImportError as error:
        raise MissingError("openpyxl is not installed.", "Run `uv sync`, or `pip install bronnen` again.") from error
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    for at, name in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS.get(name, 18)
    sheet.append([workbook.xlsx_cell(sheet, name, name, is_head=True) for name in COLUMNS])
    for at, row in enumerate(rows, start=2):
        made = []
        for name, value in zip(COLUMNS, row, strict=True):
            cell = workbook.xlsx_cell(sheet, name, value)
            cell.alignment = Alignment(vertical="top", wrap_text=name in ("document", "kop", "tekst", "opmerking"))
            cell.protection = Protection(locked=name not in _OPEN)
            made.append(cell)
        sheet.row_dimensions[at].height = _height(str(row[COLUMNS.index("tekst")]))
        sheet.append(made)
    last = max(len(rows) + 1, 2)
    choice = DataValidation(type="list", formula1=f'"{",".join(WORDS)}"', allow_blank=True, showErrorMessage=True)
    choice.errorTitle, choice.error = "Kies een woord", f"Kies een van de woorden: {', '.join(WORDS)}."
    first, final = (get_column_letter(COLUMNS.index(name) + 1) for name in (_OPEN[0], _OPEN[len(JUDGEMENTS) - 1]))
    choice.add(f"{first}2:{final}{last}")
    sheet.data_validations.append(choice)
    sheet.protection.sheet = True  # without a password: against slips of the hand, not against people
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.protection.autoFilter = False
    _explain(book.create_sheet("uitleg"), plan_hash, auditor, len(rows))
    whole = io.BytesIO()
    workbook.save(book, whole)
    return whole.getvalue()


def _height(text: str) -> float:
    """Of a row, in points; Excel takes no more than 409."""
    return min(15.0 * max(2, -(-len(text) // _LINE)), 409.0)


def _explain(sheet: Any, plan_hash: str, auditor: str, count: int) -> None:
    from openpyxl.styles import Alignment

    from bronnen.formats.explanation import explanation

    sheet.column_dimensions["A"].width = 30
    sheet.column_dimensions["B"].width = 90
    for head, text in explanation(plan_hash, auditor, count):
        left = workbook.xlsx_cell(sheet, "", head, is_head=True)
        right = workbook.xlsx_cell(sheet, "", text)
        left.alignment = right.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.append([left, right])
