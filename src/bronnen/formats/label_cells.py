"""A label as the cells of a table: the same columns in CSV and in a workbook.

Lists and mappings are joined by semicolons. What a spreadsheet would run is protected by an apostrophe in a CSV, and by
the type of its cell in a workbook.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bronnen.formats import FORMULA, without_surrogates
from bronnen.formats.checks import Wrong

COLUMNS = ("document", "page", "start", "end", "unit", "text", "judged", "labels", "by", "at", "scores")
REQUIRED = ("document", "start", "end", "unit", "text", "labels", "by")
_APOSTROPHES = re.compile(rf"'*{FORMULA.pattern}")


def values_of(cells: Mapping[str, str], *, protected: bool) -> dict[str, Any]:
    """The cells of a row as the values of the JSON form; `protected`: apostrophes keep formulas from being run."""
    values: dict[str, Any] = {
        name: _unprotected(cells[name]) if protected else cells[name] for name in ("document", "text", "by")
    }
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


def cells_of(row: Mapping[str, Any], *, protected: bool) -> list[str]:
    """The values of the JSON form as cells, in the order of `COLUMNS`."""
    kept = _protected if protected else without_surrogates
    scores = [
        f"{source}.{use}={value!r}" for source, told in row.get("scores", {}).items() for use, value in told.items()
    ]
    return [
        kept(row["document"]),
        "" if row["page"] is None else str(row["page"]),
        str(row["start"]),
        str(row["end"]),
        row["unit"],
        kept(row["text"]),
        ";".join(row["judged"]),
        ";".join(f"{source}={use}" for source, use in row["labels"].items()),
        kept(row["by"]),
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
