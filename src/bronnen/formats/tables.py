"""What a scan writes for programs and spreadsheets: balance, failures, duplicates, warnings and passages.

`*_row` functions turn records into flat rows with the documented columns, `write_*` functions put rows in a file.
The CSV files have commas and no byte order mark, for programs; `balance.xlsx` is the same table for Excel.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bronnen.errors import MissingError
from bronnen.formats import FORMULA, replacing, without_surrogates
from bronnen.records import Balance, Document, Estimate, Failure, Labels, PageState, Passage, Scores, Source, Use

Value = str | int | float | None
Row = Mapping[str, Value]

BALANCE_COLUMNS = (
    *("document", "name", "path", "pages", "passages"),
    *(f"{source}_{use}_{figure}" for source in Source for use in Use for figure in ("n", "share")),
    *("evenness", "coverage", "combined", "method"),
)
FAILURE_COLUMNS = ("path", "code", "exit_code", "message")
DUPLICATE_COLUMNS = ("path", "same_as")
WARNING_COLUMNS = ("path", "page", "code", "message")
DECIMALS = 4

_WARNINGS = {
    PageState.SCANNED: "This page is a picture without text and was not read; run OCR on the file first.",
    PageState.GARBLED: "The text layer of this page is not the text a reader sees; it was not read.",
}
_WIDTHS = {"document": 16, "name": 44, "path": 44, "method": 16}
_XML_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL_LIMIT = 32_767  # characters, Excel's
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
T = TypeVar("T")


class Labelled(Protocol):
    """A span with the labels that count for it and the model's scores."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def scores(self) -> Scores | None: ...


class LabelledPassage(Protocol):
    """A passage with its labels, and its sentences with theirs."""

    @property
    def passage(self) -> Passage: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def scores(self) -> Scores | None: ...
    @property
    def sentences(self) -> Sequence[Labelled]: ...


# ----------------------------------------------------------------------------------------------------------- rows


def balance_row(document_id: str, name: str, path: str, pages: int, balance: Balance) -> dict[str, Value]:
    """The row of one document in balance.csv; a share is None where the three have nothing to share."""
    row: dict[str, Value] = {
        "document": document_id,
        "name": name,
        "path": path,
        "pages": pages,
        "passages": balance.passages,
    }
    for source in Source:
        for use, counts, shares in (
            (Use.USED, balance.used, balance.used_shares),
            (Use.CALLED_FOR, balance.called_for, balance.called_for_shares),
        ):
            row[f"{source}_{use}_n"] = _rounded(counts[source])
            row[f"{source}_{use}_share"] = _rounded(shares[source] if shares is not None else None)
    row["evenness"] = _rounded(balance.evenness)
    row["coverage"] = _rounded(balance.coverage)
    row["combined"] = _rounded(balance.combined)
    row["method"] = balance.method
    return row


def failure_row(failure: Failure) -> dict[str, Value]:
    return {
        "path": failure.path,
        "code": failure.code,
        "exit_code": int(failure.exit_code),
        "message": failure.message,
    }


def warning_rows(path: str, document: Document) -> Iterator[dict[str, Value]]:
    """A row for every page that was there but could not be read."""
    for page in document.pages:
        if page.state in _WARNINGS:
            yield {"path": path, "page": page.number, "code": page.state.value, "message": _WARNINGS[page.state]}


def passage_rows(document: Document, passages: Iterable[LabelledPassage]) -> Iterator[dict[str, Any]]:
    """The passages of a document as the objects of passages.jsonl, in the given order."""
    has_pages = any(block.page is not None for block in document.blocks)
    pages = [page for page in document.pages if page.end > page.start] if has_pages else []
    starts = [page.start for page in pages]
    for labelled in passages:
        passage = labelled.passage
        place = bisect_right(starts, passage.start) - 1
        yield {
            "document": document.id,
            "name": document.name,
            "path": document.path,
            "page": pages[place].number if place >= 0 else None,
            "start": passage.start,
            "end": passage.end,
            "kind": passage.kind.value,
            "heading": passage.heading,
            "text": document.text[passage.start : passage.end],
            "labels": _labels(labelled.labels),
            "scores": _scores(labelled.scores),
            "sentences": [
                {
                    "start": sentence.start,
                    "end": sentence.end,
                    "text": document.text[sentence.start : sentence.end],
                    "labels": _labels(sentence.labels),
                    "scores": _scores(sentence.scores),
                }
                for sentence in labelled.sentences
            ],
        }


def _labels(labels: Labels) -> dict[str, str]:
    return {source.value: labels[source].value for source in Source if source in labels}


def _scores(scores: Scores | None) -> dict[str, dict[str, float]]:
    return {
        source.value: {use.value: round(scores[source][use], DECIMALS) for use in Use if use in scores[source]}
        for source in Source
        if scores is not None and source in scores
    }


def _rounded(estimate: Estimate | None) -> int | float | None:
    if estimate is None:
        return None
    value = round(float(estimate.value), DECIMALS)
    return int(value) if value.is_integer() else value


# ---------------------------------------------------------------------------------------------------------- files


def write_balance(path: Path, rows: Iterable[Row]) -> None:
    """Writes balance.csv."""
    _write_csv(path, BALANCE_COLUMNS, rows)


def write_failures(path: Path, failures: Iterable[Failure]) -> None:
    """Writes failures.csv."""
    _write_csv(path, FAILURE_COLUMNS, map(failure_row, failures))


def write_duplicates(path: Path, duplicates: Iterable[tuple[str, str]]) -> None:
    """Writes duplicates.csv from pairs of a path and the path of the file it equals."""
    _write_csv(path, DUPLICATE_COLUMNS, ({"path": path, "same_as": same_as} for path, same_as in duplicates))


def write_warnings(path: Path, rows: Iterable[Row]) -> None:
    """Writes warnings.csv."""
    _write_csv(path, WARNING_COLUMNS, rows)


def write_passages(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes passages.jsonl, a line per row; a lone surrogate in a file name becomes U+FFFD."""
    with replacing(path) as stream:
        for row in rows:
            stream.write(without_surrogates(json_line(row)).encode() + b"\n")


def json_line(row: Mapping[str, Any]) -> str:
    """A row as JSON on one line, readable as it is, its keys in the order of the documentation."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False)


def cell(value: T) -> T | str:
    """A value as a CSV cell that no spreadsheet runs: text that could be a formula gets an apostrophe before it.

    So does text after a semicolon or tab inside it: a Dutch Excel takes those for the border between two cells.

    >>> cell("=1+1.pdf"), cell("a;=B1.pdf"), cell("rapport.pdf"), cell(-1)
    ("'=1+1.pdf", "a;'=B1.pdf", 'rapport.pdf', -1)
    """
    if not isinstance(value, str):
        return value
    text = re.sub(r"(?<=[;\t])(?=[=+\-@])", "'", without_surrogates(value))
    return f"'{text}" if FORMULA.match(text) else text


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A table as CSV with commas and CR LF line ends (RFC 4180), for a file or for stdout."""
    stream = io.StringIO(newline="")
    _fill(stream, columns, rows)
    return stream.getvalue()


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with replacing(path) as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as stream:
        _fill(stream, columns, rows)


def _fill(stream: Any, columns: Sequence[str], rows: Iterable[Row]) -> None:
    table = csv.writer(stream, lineterminator="\r\n")  # with "\n" csv leaves a lone CR unquoted
    table.writerow(columns)
    for row in rows:
        table.writerow([cell(row[name]) for name in columns])


# ----------------------------------------------------------------------------------------------------------- xlsx


def write_balance_xlsx(path: Path, rows: Iterable[Row]) -> None:
    """Writes balance.xlsx: the table of balance.csv, numbers as numbers, shares as percentages.

    The same rows give the same bytes: the file carries no time.

    Raises:
        MissingError: openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.utils import get_column_letter
    except ImportError as error:
        raise MissingError("openpyxl is not installed.", "Run `uv sync`, or `pip install bronnen` again.") from error
    told = list(rows)  # before openpyxl opens its files: an interruption in between would leave them open
    book = Workbook(write_only=True)
    sheet = book.create_sheet("balance")
    sheet.freeze_panes = "A2"
    for number, name in enumerate(BALANCE_COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, max(10, len(name) + 3))
    sheet.append([xlsx_cell(sheet, name, name, is_head=True) for name in BALANCE_COLUMNS])
    for row in told:
        sheet.append([xlsx_cell(sheet, name, row[name]) for name in BALANCE_COLUMNS])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(BALANCE_COLUMNS))}{len(told) + 1}"
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
        if column.endswith("_share") or column in ("coverage", "combined"):
            made.number_format = "0%"
        elif column == "evenness":
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
