"""How the balance moves: over the years of a user's table, and over the versions of one document.

A year is a column named `jaar` or `year` with four digits in it. Versions are documents that have the same value in a
column `reeks` or `series`, in the order of `versie` or `version`, else of their years.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bronnen import balance, quantify
from bronnen.dossier import Dossier, Told
from bronnen.groups import LEAST
from bronnen.quantify import Drawn
from bronnen.records import Balance, Estimate, Source

_YEAR = re.compile(r"(1[89]|20)\d\d")
_DIGITS = 18  # of a number in a version
_YEARS, _SERIES, _VERSIONS = ("jaar", "year"), ("reeks", "series"), ("versie", "version")

COLUMNS = frozenset((*_YEARS, *_SERIES, *_VERSIONS))
"""Columns that make trends, and so no groups in a report."""


@dataclass(frozen=True, slots=True)
class Point:
    """The documents of one year, or one version."""

    name: str
    documents: int
    balance: Balance


@dataclass(frozen=True, slots=True)
class Trend:
    """Points in order, and how much larger the part that uses each source is in the last than in the first.

    `series` is the name that versions share, '' for years. `more` is None where too few documents stand behind the
    ends (years; versions are set against each other as they are).
    """

    series: str
    points: tuple[Point, ...]
    more: Mapping[Source, Estimate] | None


def trends(dossier: Dossier) -> tuple[Trend, ...]:
    """The trend over years, then those of series of versions by name; of two points at least."""
    by_year: dict[str, list[Told]] = {}
    by_series: dict[str, list[Told]] = {}
    for told in dossier.documents:
        if year := _year(told):
            by_year.setdefault(year, []).append(told)
        if series := _value(told, _SERIES):
            by_series.setdefault(series, []).append(told)
    found = [_trend("", [(year, by_year[year]) for year in sorted(by_year)], dossier, LEAST)]
    for series in sorted(by_series):
        versions = sorted(by_series[series], key=_order)
        found.append(_trend(series, [(_version(one), [one]) for one in versions], dossier, 1))
    return tuple(trend for trend in found if len(trend.points) > 1)


def _trend(series: str, steps: Sequence[tuple[str, Sequence[Told]]], dossier: Dossier, least: int) -> Trend:
    method = balance.method(dossier.settings)
    drawn = [(name, quantify.joined(one.drawn for one in documents)) for name, documents in steps]
    drawn = [(name, one) for name, one in drawn if one.passages]
    points = tuple(Point(name, one.documents, quantify.balance(one, dossier.known, method)) for name, one in drawn)
    return Trend(series, points, _more([one for _, one in drawn], least))


def _more(drawn: Sequence[Drawn], least: int) -> Mapping[Source, Estimate] | None:
    if len(drawn) < 2 or min(drawn[0].documents, drawn[-1].documents) < least:
        return None
    return quantify.difference(drawn[-1], drawn[0])


def _year(told: Told) -> str:
    value = _value(told, _YEARS)
    found = _YEAR.search(value)
    return found.group() if found else ""


def _version(told: Told) -> str:
    return _value(told, _VERSIONS) or _year(told) or told.name


def _order(told: Told) -> tuple[list[tuple[int, str]], str]:
    """Version 10 after version 9."""
    said = _value(told, _VERSIONS) or _year(told)
    return [
        (int(part), "") if part.isdecimal() and len(part) < _DIGITS else (0, part)
        for part in re.findall(r"\d+|\D+", said)
    ], told.name


def _value(told: Told, names: Sequence[str]) -> str:
    return next((value for column, value in told.properties.items() if column.casefold() in names), "")
