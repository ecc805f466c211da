"""Labels in and out, as JSON lines, CSV and workbook: the verdicts of people and models, one a line.

A file is read whole or not at all: every bad row is named by line and column, and nothing of the file is used.
`docs/file-formats.md` describes the columns.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from bronnen.errors import StoreError
from bronnen.formats import cells, replacing, without_surrogates, workbook
from bronnen.formats.checks import Wrong, verdict_of
from bronnen.formats.label_cells import COLUMNS, REQUIRED, cells_of, values_of
from bronnen.records import Source, Use, Verdict

MAX_LINE = 1_000_000  # characters; a passage has some thousand
_SHOWN = 5
_SHEET = "labels"
_CELL = 32_767  # UTF-16 units, Excel's
_NUMBERS = ("page", "start", "end")

Bad = list[tuple[int, str, str]]  # line, column, what is wrong


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    values: Mapping[str, Any]


def table_form(path: Path) -> str:
    """The form of a table of labels by its file's name: 'jsonl', 'csv' or 'xlsx'.

    Raises:
        StoreError: it is none of these.
    """
    suffix = path.suffix.lower()
    found = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".xlsx": "xlsx"}.get(suffix)
    if found is None:
        raise StoreError(f"{path.name} is neither .jsonl nor .csv nor .xlsx.", "Labels are kept in one of those three.")
    return found


def read_labels(path: Path, form: str = "") -> list[Verdict]:
    """The verdicts in a file, in its order; `form` is 'jsonl', 'csv' or 'xlsx', or else what its name says.

    Where `judged` is absent or an empty cell, all three sources were looked at. Unknown columns are left alone. A
    passage to label (`to_label`) that nobody filled in, with neither labels nor `by`, is no verdict and is passed over.

    Raises:
        StoreError: the file cannot be read, or a row does not fit; the message names the first bad rows.
    """
    form = form or table_form(path)
    bad: Bad = []
    try:
        if form == "xlsx":
            verdicts = _verdicts(_xlsx_rows(path, bad), bad)
        else:
            read = _csv_rows if form == "csv" else json_rows
            with path.open("rb") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
                verdicts = _verdicts(read(stream, bad), bad)
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} is not UTF-8.", "Save it as 'CSV UTF-8', or as JSON lines in UTF-8.") from error
    if bad:
        refuse(path, bad)
    return verdicts


def _verdicts(rows: Iterable[_Row], bad: Bad) -> list[Verdict]:
    verdicts: list[Verdict] = []
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()  # clocks differ, but not by more
    for row in rows:
        if _is_blank(row.values):
            continue
        try:
            verdict = verdict_of(row.values)
            if verdict.at > tomorrow:  # it would win from all that people say until then
                raise Wrong("at", f"{verdict.at} is yet to come")
            verdicts.append(verdict)
        except Wrong as wrong:
            bad.append((row.line, wrong.column, str(wrong)))
    return verdicts


def _is_blank(values: Mapping[str, Any]) -> bool:
    return values.get("by") in ("", None) and values.get("labels") in ({}, "", None)


def write_labels(path: Path, verdicts: Iterable[Verdict], form: str = "") -> None:
    """Writes verdicts to a file that `read_labels` reads back unchanged; `form` as there.

    The CSV has semicolons and a byte order mark, so that a Dutch Excel opens it in columns. A lone surrogate, which
    no text of a document holds, becomes U+FFFD in a table.

    Raises:
        StoreError: the file cannot be written, or a verdict is not one that could be read back.
    """
    form = form or table_form(path)
    if form == "xlsx":
        workbook.write_workbook(path, {_SHEET: (COLUMNS, _sheet_rows(verdicts))})
        return
    is_csv = form == "csv"
    with replacing(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig" if is_csv else "utf-8", newline="") as out:
        table = csv.writer(out, delimiter=";", lineterminator="\r\n")
        if is_csv:
            table.writerow(COLUMNS)
        for row in _checked(verdicts):
            if is_csv:
                table.writerow(cells_of(row, protected=True))
            else:
                out.write(_json(row) + "\n")


def _checked(verdicts: Iterable[Verdict]) -> Iterator[dict[str, Any]]:
    for verdict in verdicts:
        row = label_row(verdict)
        try:
            verdict_of(row)
        except Wrong as wrong:
            raise StoreError(f"A verdict by {verdict.by!r} does not fit: {wrong.column}: {wrong}.") from wrong
        yield row


def label_row(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the JSON object of a label line; `at` and `scores` only where there are any."""
    row: dict[str, Any] = {
        "document": verdict.document_id,
        "page": verdict.page,
        "start": verdict.start,
        "end": verdict.end,
        "unit": verdict.unit.value,
        "text": verdict.quote,
        "judged": [source.value for source in Source if source in verdict.judged],
        "labels": {source.value: verdict.labels[source].value for source in Source if source in verdict.labels},
        "by": verdict.by,
    }
    if verdict.at:
        row["at"] = verdict.at
    if verdict.scores:
        row["scores"] = {
            source.value: {use.value: verdict.scores[source][use] for use in Use if use in verdict.scores[source]}
            for source in Source
            if source in verdict.scores
        }
    return row


def refuse(path: Path, bad: Bad) -> NoReturn:
    """Raise a StoreError that names the first bad rows of a file."""
    bad.sort()
    shown = "; ".join(f"line {line}, {column}: {said}" for line, column, said in bad[:_SHOWN])
    more = f"; and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
    raise StoreError(
        f"{path} has {len(bad)} bad row{'s' * (len(bad) > 1)}: {shown}{more}.",
        "Nothing was read from it; see docs/file-formats.md.",
    )


# ----------------------------------------------------------------------------------------------------- JSON lines


def _json(row: Mapping[str, Any]) -> str:
    line = json.dumps(row, ensure_ascii=False, allow_nan=False)
    return line if line == without_surrogates(line) else json.dumps(row, allow_nan=False)


def json_rows(stream: io.TextIOWrapper, bad: Bad) -> Iterator[_Row]:
    """The JSON objects of a stream, one a line; lines that are none are added to `bad`."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            bad.append((number, "line", f"is longer than {MAX_LINE} characters"))
            return
        if not line.strip():
            continue
        try:
            values = json.loads(line, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            bad.append((number, "line", f"is not JSON ({str(error)[:80]})"))
            continue
        if isinstance(values, dict):
            yield _Row(number, values)
        else:
            bad.append((number, "line", "is not a JSON object"))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


# ------------------------------------------------------------------------------------------------------------ CSV


def _csv_rows(stream: io.TextIOWrapper, bad: Bad) -> Iterator[_Row]:
    delimiter, header = _head(stream)
    table = csv.reader(_bounded(stream, bad), delimiter=delimiter, strict=True)
    missing = [name for name in REQUIRED if name not in header]
    if missing or len(set(header)) < len(header):
        bad.append((1, "header", f"lacks {', '.join(missing)}" if missing else "names a column twice"))
        return
    line = 1
    while True:
        start = line + 1
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            bad.append((start, "line", f"is not CSV ({error})"))
            return
        line = 1 + table.line_num
        if not any(cells):
            continue
        if len(cells) != len(header):
            bad.append((start, "line", f"has {len(cells)} cells, the header has {len(header)}"))
            continue
        try:
            yield _Row(start, values_of(dict(zip(header, cells, strict=True)), protected=True))
        except Wrong as wrong:
            bad.append((start, wrong.column, str(wrong)))


def _head(stream: io.TextIOWrapper) -> tuple[str, list[str]]:
    first = stream.readline(MAX_LINE).strip("\r\n")
    delimiter = max(";,\t", key=first.count)
    return delimiter, [name.strip().strip('"').lower() for name in first.split(delimiter)]


def _bounded(stream: io.TextIOWrapper, bad: Bad) -> Iterator[str]:
    """The lines, each short enough; a quoted cell over many lines is bounded by csv's own limit on a field."""
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise csv.Error(f"longer than {MAX_LINE} characters")
        yield line


# ------------------------------------------------------------------------------------------------------- workbook


def _xlsx_rows(path: Path, bad: Bad) -> Iterator[_Row]:
    read = cells.read_xlsx(path)
    bad += [(row, column, said) for row, column, said in read.bad]
    if not read.rows:
        bad.append((1, "header", "is not there"))
        return
    header = [name.strip().lower() for name in read.rows[0][1]]
    header = header[: max((at for at, name in enumerate(header, start=1) if name), default=0)]
    missing = [name for name in REQUIRED if name not in header]
    if missing or len(set(header)) < len(header):
        bad.append((read.rows[0][0], "header", f"lacks {', '.join(missing)}" if missing else "names a column twice"))
        return
    harmed = {row for row, _, _ in read.bad}
    for number, told in read.rows[1:]:
        if number not in harmed:
            row = dict(zip(header, [*told, *([""] * len(header))], strict=False))
            try:
                yield _Row(number, values_of(row, protected=False))
            except Wrong as wrong:
                bad.append((number, wrong.column, str(wrong)))


def _sheet_rows(verdicts: Iterable[Verdict]) -> Iterator[dict[str, Any]]:
    for count, row in enumerate(_checked(verdicts), start=2):
        told = dict(zip(COLUMNS, cells_of(row, protected=False), strict=True))
        if count > cells.MAX_ROWS or any(len(cell.encode("utf-16-le")) > 2 * _CELL for cell in told.values()):
            raise StoreError("A workbook does not hold all these labels, or a text as long.", "Write a .csv or .jsonl.")
        yield {**told, **{name: row[name] for name in _NUMBERS}}
