"""One label line, checked value by value, as a verdict.

Only plain values come in (text, numbers, lists, mappings), whatever file they were read from; a value that does not
fit is told with its column, and nothing is mended or guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from bronnen.records import Source, Unit, Use, Verdict

MAX_OFFSET = 1_000_000_000
MAX_NAME = 300
_BY = re.compile(r"(?:model|person|adjudicated):\S.*")
_UTC = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?\+00:00")
T = TypeVar("T", bound=str)


class Wrong(ValueError):
    """A value does not fit its column."""

    def __init__(self, column: str, said: str) -> None:
        super().__init__(said)
        self.column = column


def verdict_of(values: Mapping[str, Any]) -> Verdict:
    """The verdict that the values of a label line make.

    Raises:
        Wrong: a value does not fit its column.
    """
    start, end = _offset(values, "start"), _offset(values, "end")
    if start >= end:
        raise Wrong("end", f"{end} is not beyond start {start}")
    page = values.get("page")
    if page is not None and (type(page) is not int or not 1 <= page <= MAX_OFFSET):
        raise Wrong("page", f"{_said(page)} is no page number")
    judged = _judged(values.get("judged"))
    labels = _labels(values.get("labels"))
    if not set(labels) <= judged:
        raise Wrong("labels", "names a source that 'judged' does not")
    return Verdict(
        document_id=_name(values, "document"),
        start=start,
        end=end,
        page=page,
        unit=_one_of(Unit, values.get("unit"), "unit"),
        judged=judged,
        labels=labels,
        quote=_text(values, "text"),
        by=_by(values),
        at=_time(values.get("at")),
        scores=_scores(values.get("scores")),
    )


def _offset(values: Mapping[str, Any], column: str) -> int:
    value = values.get(column)
    if type(value) is not int or not 0 <= value <= MAX_OFFSET:
        raise Wrong(column, f"{_said(value)} is no offset")
    return value


def _text(values: Mapping[str, Any], column: str) -> str:
    value = values.get(column)
    if not isinstance(value, str):
        raise Wrong(column, f"{_said(value)} is no text")
    return value


def _name(values: Mapping[str, Any], column: str) -> str:
    value = _text(values, column)
    if not value or len(value) > MAX_NAME:
        raise Wrong(column, "is empty" if not value else f"is longer than {MAX_NAME} characters")
    return value


def _by(values: Mapping[str, Any]) -> str:
    by = _name(values, "by")
    if not _BY.fullmatch(by):
        raise Wrong("by", f"{_said(by)} does not say who: 'person:<name>' or 'model:<id>'")
    return by


def _time(value: Any) -> str:
    """A time in UTC, in the one form in which times can be compared as text; one without a zone is taken for UTC."""
    if value is None or value == "":
        return ""
    try:
        told = datetime.fromisoformat(value)
        in_utc = (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
        return str(value) if _UTC.fullmatch(value) else in_utc
    except (TypeError, ValueError, OverflowError):
        raise Wrong("at", f"{_said(value)} is no time in ISO 8601") from None


def _judged(value: Any) -> frozenset[Source]:
    if value is None:
        return frozenset(Source)
    if not isinstance(value, list) or not value:
        raise Wrong("judged", "must list the sources that were looked at")
    return frozenset(_one_of(Source, name, "judged") for name in value)


def _labels(value: Any) -> dict[Source, Use]:
    if not isinstance(value, dict):
        raise Wrong("labels", f"{_said(value)} is no mapping of sources")
    told = {_one_of(Source, name, "labels"): _one_of(Use, use, "labels") for name, use in value.items()}
    return {source: told[source] for source in Source if source in told}


def _scores(value: Any) -> dict[Source, dict[Use, float]] | None:
    if value is None or value == {}:
        return None
    if not isinstance(value, dict):
        raise Wrong("scores", f"{_said(value)} is no mapping of sources")
    scores: dict[Source, dict[Use, float]] = {}
    for name, told in value.items():
        if not isinstance(told, dict) or not told:
            raise Wrong("scores", f"{_said(told)} is no mapping of uses")
        scores[_one_of(Source, name, "scores")] = {_one_of(Use, use, "scores"): _share(x) for use, x in told.items()}
    return scores


def _share(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= 1:
        raise Wrong("scores", f"{_said(value)} is no probability")
    return float(value)


def _one_of(kind: Callable[[Any], T], value: Any, column: str) -> T:
    try:
        if isinstance(value, str):
            return kind(value)
    except ValueError:
        pass
    raise Wrong(column, f"{_said(value)} is not known here")


def _said(value: Any) -> str:
    """A value as a message shows it: short, and '—' where there is none."""
    return "'—'" if value is None else repr(value)[:40]
