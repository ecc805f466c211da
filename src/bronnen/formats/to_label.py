"""Passages for people to label, as a file to fill in that `labels.read_labels` reads back.

What is for the eye stands first. `labels` and `by` are empty: a row that stays so is no verdict, least of all 'none'.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bronnen.errors import StoreError
from bronnen.formats import FORMULA, replacing, without_surrogates

_RUN = re.compile(rf"'*{FORMULA.pattern}")
COLUMNS = (
    *("purpose", "name", "page", "heading", "text", "labels", "by"),
    *("doubt", "document", "start", "end", "unit"),
)


def write_to_label(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes passages to label to a .jsonl, .csv or .xlsx; rows have all of `COLUMNS` but `labels` and `by`.

    The CSV has semicolons and a byte order mark, so that a Dutch Excel opens it in columns.

    Raises:
        StoreError: the file cannot be written, or has another suffix.
        MissingError: openpyxl is not installed, for an .xlsx.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        from bronnen.formats.workbook import write_workbook

        write_workbook(path, {"labels": (COLUMNS, ({**row, "labels": "", "by": ""} for row in rows))})
    elif suffix in (".jsonl", ".ndjson"):
        with replacing(path) as out:
            for row in rows:
                line = json.dumps({**row, "labels": {}, "by": ""}, ensure_ascii=False, allow_nan=False)
                out.write(f"{without_surrogates(line)}\n".encode())
    elif suffix == ".csv":
        with replacing(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
            table = csv.writer(stream, delimiter=";", lineterminator="\r\n")
            table.writerow(COLUMNS)
            for row in rows:
                told = {**row, "labels": "", "by": ""}
                table.writerow([_cell(told[column]) for column in COLUMNS])
    else:
        raise StoreError(f"{path.name} is neither .jsonl nor .csv nor .xlsx.", "Give it one of those three suffixes.")


def _cell(value: Any) -> Any:
    """A value as a cell that no spreadsheet runs, as `labels` takes it back."""
    if not isinstance(value, str):
        return value
    text = without_surrogates(value)
    return f"'{text}" if _RUN.match(text) else text
