"""Labels in and out, as JSON lines and as CSV: the verdicts of people and models, one a line.

A file is read whole or not at all: every bad row is named by line and column, and nothing of the file is used.
`docs/file-formats.md` describes the columns.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bronnen.errors import StoreError
from bronnen.formats import FORMULA, replacing, without_surrogates
from bronnen.formats.checks import Wrong, verdict_of
from bronnen.records import Source, Use, Verdict

COLUMNS = ("document", "page", "start", "end", "unit", "text", "judged", "labels", "by", "at", "scores")
REQUIRED = ("document", "start", "end", "unit", "text", "labels", "by")
MAX_LINE = 1_000_000  # characters; a passage has some thousand
_SHOWN = 5
_APOSTROPHES = re.compile(rf"'*{FORMULA.pattern}")

Bad = list[tuple[int, str, str]]  # line, column, what is wrong


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    values: Mapping[str, Any]


def read_labels(path: Path) -> list[Verdict]:
    """The verdicts in a .jsonl or .csv file, in the file's order.

    Where `judged` is absent or an empty cell, all three sources were looked at. Unknown columns are left alone.

    Raises:
        StoreError: the file cannot be read, or a row does not fit; the message names the first bad rows.
    """
    read = _reader(path)
    bad: Bad = []
    verdicts: list[Verdict] = []
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
            for row in read(stream, bad):
                try:
                    verdicts.append(verdict_of(row.values))
                except Wrong as wrong:
                    bad.append((row.line, wrong.column, str(wrong)))
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} is not UTF-8.", "Save it as 'CSV UTF-8', or as JSON lines in UTF-8.") from error
    if bad:
        refuse(path, bad)
    return verdicts


def write_labels(path: Path, verdicts: Iterable[Verdict]) -> None:
    """Writes verdicts to a .jsonl or .csv file that `read_labels` reads back unchanged.

    The CSV has semicolons and a byte order mark, so that a Dutch Excel opens it in columns. A lone surrogate, which
    no text of a document holds, becomes U+FFFD in it.

    Raises:
        StoreError: the file cannot be written, or a verdict is not one that could be read back.
    """
    is_csv = _reader(path) is _csv_rows
    with replacing(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig" if is_csv else "utf-8", newline="") as out:
        table = csv.writer(out, delimiter=";", lineterminator="\r\n")
        if is_csv:
            table.writerow(COLUMNS)
        for verdict in verdicts:
            row = label_row(verdict)
            try:
                verdict_of(row)
            except Wrong as wrong:
                raise StoreError(f"A verdict by {verdict.by!r} does not fit: {wrong.column}: {wrong}.") from wrong
            if is_csv:
                table.writerow(_cells(row))
            else:
                out.write(_json(row) + "\n")


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


def _reader(path: Path) -> Callable[[io.TextIOWrapper, Bad], Iterator[_Row]]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _csv_rows
    if suffix in (".jsonl", ".ndjson"):
        return json_rows
    raise StoreError(f"{path.name} is neither .jsonl nor .csv.", "Labels are kept in one of those two.")


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
            yield _Row(start, _values(dict(zip(header, cells, strict=True))))
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


def _values(cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells of a row as the values of the JSON form."""
    values: dict[str, Any] = {name: _unprotected(cells[name]) for name in ("document", "text", "by")}
    values["at"] = cells.get("at", "")
    values["unit"] = cells["unit"].strip()
    for name in ("page", "start", "end"):
        values[name] = _whole(name, cells.get(name, "").strip())
    values["judged"] = _items(cells.get("judged", "")) or None
    values["labels"] = dict(_pair("labels", item) for item in _items(cells["labels"]))
    scores: dict[str, dict[str, float]] = {}
    for item in _items(cells.get("scores", "")):
        name, told = _pair("scores", item)
        source, _, use = name.partition(".")
        try:
            scores.setdefault(source, {})[use] = float(told)
        except ValueError:
            raise Wrong("scores", f"'{told[:40]}' is no number") from None
    values["scores"] = scores or None
    return values


def _cells(row: Mapping[str, Any]) -> list[str]:
    scores = [
        f"{source}.{use}={value!r}" for source, told in row.get("scores", {}).items() for use, value in told.items()
    ]
    return [
        _protected(row["document"]),
        "" if row["page"] is None else str(row["page"]),
        str(row["start"]),
        str(row["end"]),
        row["unit"],
        _protected(row["text"]),
        ";".join(row["judged"]),
        ";".join(f"{source}={use}" for source, use in row["labels"].items()),
        _protected(row["by"]),
        row.get("at", ""),
        ";".join(scores),
    ]


def _protected(text: str) -> str:
    """An apostrophe before what a spreadsheet would run, and before an apostrophe that stands there itself."""
    text = without_surrogates(text)
    return f"'{text}" if _APOSTROPHES.match(text) else text


def _unprotected(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _APOSTROPHES.match(cell) else cell


def _items(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


def _pair(column: str, item: str) -> tuple[str, str]:
    name, found, value = item.partition("=")
    if not found:
        raise Wrong(column, f"'{item[:40]}' is not of the form name=value")
    return name.strip(), value.strip()


def _whole(column: str, cell: str) -> int | None:
    if not cell:
        return None
    if not re.fullmatch(r"-?[0-9]{1,12}", cell):
        raise Wrong(column, f"'{cell[:40]}' is no whole number")
    return int(cell)
