"""Where the marks of a plot stand: from figures between 0 and 1 to places in an SVG. The template draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 320, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 46
_FEW = 20  # units in a bin from which its mark is drawn full


@dataclass(frozen=True, slots=True)
class Plot:
    """The size of a plot and the edges of what is drawn in it."""

    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True)
class Mark:
    """A point, with the ends of its interval where there is one; `full` where enough units stand behind it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    full: bool = True
    units: int = 0


@dataclass(frozen=True, slots=True)
class Curves:
    """Lines as SVG's `points`, and the mark where the threshold is, for both uses; '' and None where there is none."""

    used: str
    called_for: str
    used_mark: Mark | None
    called_for_mark: Mark | None


def across(value: float) -> float:
    """The x of a value from 0 to 1."""
    return round(_LEFT + value * (WIDTH - _LEFT - _RIGHT), 1)


def up(value: float) -> float:
    """The y of a value from 0 to 1."""
    return round(HEIGHT - _BOTTOM - value * (HEIGHT - _TOP - _BOTTOM), 1)


def ticks() -> list[tuple[float, float, float]]:
    """(value, x, y) of the lines of the grid."""
    return [(value, across(value), up(value)) for value in (0.0, 0.25, 0.5, 0.75, 1.0)]


def curves(figures: Mapping[str, Any]) -> Curves:
    """Precision against recall of one source."""
    used, called_for = figures["used"], figures["called_for"]
    return Curves(_points(used), _points(called_for), _at(used), _at(called_for))


def reliability(bins: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """Per bin with units in it, its mean score against the share of cases."""
    marks = []
    for told in bins:
        if told["units"]:
            share = told["share"]
            low, high = share["low"], share["high"]
            marks.append(
                Mark(
                    across(told["score"]),
                    up(share["value"]),
                    None if low is None else up(low),
                    None if high is None else up(high),
                    told["units"] >= _FEW,
                    told["units"],
                )
            )
    return marks


def _points(figure: Mapping[str, Any]) -> str:
    return " ".join(f"{across(point['recall'])},{up(point['precision'])}" for point in figure["curve"])


def _at(figure: Mapping[str, Any]) -> Mark | None:
    recall, precision = figure["recall"], figure["precision"]
    return Mark(across(recall["value"]), up(precision["value"])) if recall and precision else None
