"""Texts that a team marked with the keys of a lens: JSON lines, CSV or a workbook, one text a row.

A file is read whole or not at all, as label files are. `docs/lenses.md` describes the columns.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bronnen.errors import StoreError
from bronnen.formats.cells import read_csv, read_xlsx
from bronnen.formats.labels import Bad, json_rows, refuse

MAX_TEXT = 50_000  # characters
MAX_NAME = 300
_NAMES = {"document": ("document", "doc"), "text": ("text", "paragraph", "tekst"), "labels": ("labels", "label")}
_PARTS = re.compile(r"[;,|\s]+")
_STEP = "See docs/lenses.md, Train a lens."


@dataclass(frozen=True, slots=True)
class Marked:
    """A text, the document it comes from, and the keys that people say it carries; none is an answer too."""

    document: str
    text: str
    labels: frozenset[str]


def read_marked(path: Path, keys: Iterable[str]) -> list[Marked]:
    """The marked texts in a .jsonl, .csv or .xlsx file, in the file's order.

    Raises:
        StoreError: the file cannot be read, or a row does not fit; the message names the first bad rows.
    """
    known = frozenset(keys)
    bad: Bad = []
    found: list[Marked] = []
    for line, values in _rows(path, bad):
        wrong = _wrong(values, known)
        if wrong:
            bad.append((line, *wrong))
        else:
            found.append(Marked(values["document"].strip(), values["text"], _labels(values["labels"])))
    if bad:
        refuse(path, bad)
    return found


def _rows(path: Path, bad: Bad) -> list[tuple[int, dict[str, Any]]]:
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        try:
            with path.open("rb") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
                return [(row.line, _named(row.values)) for row in json_rows(stream, bad)]
        except OSError as error:
            raise StoreError(f"Cannot read {path}: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise StoreError(f"{path} is not UTF-8.", "Save it as JSON lines in UTF-8.") from error
    if suffix not in (".csv", ".xlsx"):
        raise StoreError(f"{path.name} is neither .jsonl, .csv nor .xlsx.", _STEP)
    read = read_csv(path) if suffix == ".csv" else read_xlsx(path)
    bad.extend(read.bad)
    header = [name.strip().lower() for name in read.rows[0][1]] if read.rows else []
    lacking = [name for name, also in _NAMES.items() if not set(also) & set(header)]
    if lacking:
        raise StoreError(f"{path.name} has no column {', '.join(lacking)}.", _STEP)
    rows = [(number, dict(zip(header, cells, strict=False))) for number, cells in read.rows[1:] if any(cells)]
    return [(number, _named(cells)) for number, cells in rows]


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values under the names that count here; other columns are left alone."""
    return {name: next((values[one] for one in also if one in values), None) for name, also in _NAMES.items()}


def _wrong(values: Mapping[str, Any], known: frozenset[str]) -> tuple[str, str] | None:
    for name, most in (("document", MAX_NAME), ("text", MAX_TEXT)):
        value = values[name]
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            return name, f"must be a text of 1 to {most} characters"
    labels = values["labels"]
    if not isinstance(labels, str | list) or not all(isinstance(one, str) for one in labels):
        return "labels", "must name keys of the lens, or be empty for none of them"
    other = sorted(_labels(labels) - known)
    return ("labels", f"'{other[0][:40]}' is no key of this lens") if other else None


def _labels(told: str | list[str]) -> frozenset[str]:
    return frozenset(one for one in (_PARTS.split(told) if isinstance(told, str) else told) if one)
