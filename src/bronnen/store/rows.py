"""Records to table rows and back, and what SQLite's errors mean to a reader.

Knows columns, not connections. What goes in comes out equal, but for lone surrogates: no file can hold those.
A store is a file that people pass on, so that nothing is taken for what its column should hold before it was looked at.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bronnen.errors import StoreError
from bronnen.records import Balance, Document, Estimate, Labels, Reasons, Scores, Source, Unit, Use, Verdict

_NOT_THERE = "none"
FAR = 2**62
_ASIDE = "Put it aside under another name and scan again; keep it if people's labels are in it."
_SOURCES, _USES = tuple(Source), tuple(Use)
_SCORED = [(source, use) for source in Source for use in Use]
_UNITS = {unit.value: unit for unit in Unit}  # looked up for every verdict: an enum takes five times as long
_TOLD_USES = {use.value: use for use in Use}

VERDICT_COLUMNS = (
    "document, analysis, start, end, page, unit, by, at, quote, "
    + ", ".join(Source)
    + ", "
    + ", ".join(f"{source}_{use}" for source, use in _SCORED)
    + ", reasons"
)
VERDICT_PLACES = ", ".join("?" * (9 + len(Source) + len(_SCORED) + 1))


class Unfit(sqlite3.DataError):
    """A value in a store that no bronnen puts there."""


@contextmanager
def fitting() -> Iterator[None]:
    """Turns what values that do not belong in a store lead to into `Unfit`."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Unfit(f"{type(error).__name__}: {' '.join(str(error).split())[:80]}") from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Whatever reading a damaged or changed store leads to comes out as a `StoreError` with a next step."""
    with told(path), fitting():
        yield


def text_of(value: Any) -> str:
    """The value, which must be a text.

    Raises:
        TypeError: it is none.
    """
    if type(value) is not str:
        raise TypeError(f"{value!r:.40} is no text")
    return value


def span_of(start: Any, end: Any, size: int) -> tuple[int, int]:
    """The span, which must lie in a text of so many characters.

    Raises:
        ValueError: it does not.
    """
    if type(start) is not int or type(end) is not int or not 0 <= start <= end <= size:
        raise ValueError(f"{start!r:.40} to {end!r:.40} is no place in a text of {size} characters")
    return start, end


def chance_of(value: Any) -> float:
    """The value, which must be a number from 0 to 1.

    Raises:
        ValueError: it is none.
    """
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r:.40} is no probability")
    return float(value)


def storable(text: str) -> str:
    """The text with every lone surrogate (a byte of a file name that is no UTF-8) as a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def verdict_row(verdict: Verdict, document: int, analysis: int | None) -> tuple[Any, ...]:
    """The values of `VERDICT_COLUMNS`. A model's quote is left out: it is the text of the span."""
    labels, told = verdict.labels, verdict.scores or {}
    judged = [
        labels.get(source, _NOT_THERE) if source in verdict.judged or source in labels else None for source in _SOURCES
    ]
    scores = [told[source].get(use) if source in told else None for source, use in _SCORED]
    quote = None if analysis is not None else storable(verdict.quote)
    span = (verdict.start, verdict.end, verdict.page, str(verdict.unit))
    reasons = json.dumps(verdict.reasons, ensure_ascii=False) if verdict.reasons else None
    return (document, analysis, *span, storable(verdict.by), verdict.at, quote, *judged, *scores, reasons)


def verdict_of(row: tuple[Any, ...], document_id: str, text: str) -> Verdict:
    """The verdict in a row of `VERDICT_COLUMNS` over the document's text."""
    _, _, start, end, page, unit, by, at, quote = row[:9]
    span_of(start, end, FAR)  # what a person said may be of an older, longer text
    if page is not None and type(page) is not int:
        raise TypeError(f"{page!r:.40} is no page")
    told = dict(zip(_SOURCES, row[9 : 9 + len(_SOURCES)], strict=True))
    return Verdict(
        document_id=document_id,
        start=start,
        end=end,
        page=page,
        unit=_UNITS[unit],
        judged=frozenset(source for source, use in told.items() if use is not None),
        labels=labels_of_columns(told),
        quote=text[start:end] if quote is None else text_of(quote),
        by=text_of(by),
        at=text_of(at),
        scores=_scores_of(row[9 + len(_SOURCES) : -1]),
        reasons=_reasons_of(row[-1]),
    )


def labels_of_columns(told: Mapping[Source, str | None]) -> Labels:
    return {source: _TOLD_USES[use] for source, use in told.items() if use is not None and use != _NOT_THERE}


def balance_json(balance: Balance) -> str:
    return json.dumps(asdict(balance), separators=(",", ":"))


def balance_of(stored: str) -> Balance:
    """A balance as it was kept; one of before there were intervals comes without those, and says so."""
    told = json.loads(stored)
    found: dict[str, dict[str, int]] = told.get("found", {})
    return Balance(
        passages=told["passages"],
        judged=told.get("judged", 0),
        found={Use(use): {Source(name): count for name, count in counts.items()} for use, counts in found.items()},
        used=_estimates(told["used"]),
        called_for=_estimates(told["called_for"]),
        used_shares=None if told["used_shares"] is None else _estimates(told["used_shares"]),
        called_for_shares=None if told["called_for_shares"] is None else _estimates(told["called_for_shares"]),
        evenness=_estimate(told["evenness"]),
        coverage=_estimate(told["coverage"]),
        combined=_estimate(told["combined"]),
        method=told["method"],
        level=told["level"] or 0.0,
        doubts=tuple(told.get("doubts", ("counted by an older bronnen",))),
    )


def page_rows(document: Document, key: int) -> Iterator[tuple[Any, ...]]:
    for position, page in enumerate(document.pages):
        size = page.width, page.height
        yield key, position, page.start, page.end, page.number, *size, str(page.state), page.hidden, page.confidence


def note_rows(document: Document, key: int) -> Iterator[tuple[Any, ...]]:
    for position, mark in enumerate(document.notes):
        yield key, position, mark.start, storable(mark.label), mark.note


def block_rows(document: Document, key: int) -> Iterator[tuple[Any, ...]]:
    for position, block in enumerate(document.blocks):
        yield key, position, block.start, block.end, str(block.kind), block.page, block.opens_chapter


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what SQLite says of the store at `path` into a `StoreError` with a next step."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_FULL"):
            message, step = f"The disk of {path} is full.", "Make room and run the same command again: it goes on."
        elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            message, step = f"{path} is in use by another bronnen.", "Wait until it is done, or give another folder."
        elif name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            message, step = f"{path} is damaged, or not a store.", _ASIDE
        elif isinstance(error, Unfit):
            message, step = f"{path} was damaged or changed by something else than bronnen ({error}).", _ASIDE
        elif name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_IOERR")):
            message, step = f"Cannot read or write {path} ({error}).", "Check the folder's rights and the disk."
        else:
            message, step = f"The store {path} refuses: {error}.", _ASIDE
        raise StoreError(message, step) from error


def _estimate(told: Mapping[str, Any] | None) -> Estimate | None:
    return None if told is None else Estimate(**told)


def _estimates(told: Mapping[str, Any]) -> dict[Source, Estimate]:
    return {Source(name): Estimate(**value) for name, value in told.items()}


def _scores_of(columns: tuple[float | None, ...]) -> Scores | None:
    if None not in columns:  # as of every model's verdict
        values: Any = iter(columns)
        return {
            source: dict(zip(_USES, pair, strict=True))
            for source, pair in zip(_SOURCES, zip(values, values, strict=True), strict=True)
        }
    scores: dict[Source, dict[Use, float]] = {}
    for (source, use), value in zip(_SCORED, columns, strict=True):
        if value is not None:
            scores.setdefault(source, {})[use] = chance_of(value)
    return scores or None


def _reasons_of(stored: str | None) -> Reasons | None:
    return None if stored is None else {Source(name): tuple(said) for name, said in json.loads(stored).items()}
