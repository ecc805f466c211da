"""Whether scores mean what they say: of the passages that score 0.7, do seven in ten carry the label?

Expected calibration error, Brier score and skill (G. W. Brier, 1950, Monthly Weather Review 78, 1-3), and the bins of a
reliability plot. Never looks at labels that a threshold gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bronnen.records import Estimate
from bronnen.training.bootstrap import Array, estimate, sums

BINS = 10  # of equal width, over 0 to 1
FROM = 0.1  # lower scores are the mass of plain negatives and would make any error look small


@dataclass(frozen=True, slots=True)
class Bin:
    """The units that score from `low` up to (the last bin: up to and with) `high`; `share` of them is a case."""

    low: float
    high: float
    units: int
    score: float | None  # mean
    share: Estimate | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """`error` is the expected calibration error over the `scored` units that score 0.1 or more.

    `brier` is the mean squared distance between score and truth. `skill` is how much smaller that is than when every
    unit gets the share of cases as its score: 1 is perfect, 0 no better, below 0 worse.
    """

    scored: int
    error: float | None
    brier: float | None
    skill: Estimate | None
    bins: tuple[Bin, ...]


def calibration(truth: Array, scores: Array, groups: Array, weights: Array) -> Calibration:
    """How far scores [n] are probabilities of truth [n], with intervals from the rounds in weights [rounds, documents].

    `groups` [n] numbers the documents from 0.
    """
    place = np.minimum((scores * BINS + 1e-9).astype(np.int64), BINS - 1)
    squares = (scores - truth) ** 2
    per_document = sums(np.stack([squares, truth, np.ones(len(truth))], axis=1), groups, weights.shape[1])
    bearing = int(np.count_nonzero(per_document[:, 1]))
    skill = None
    if truth.any():
        value = float(_skill(per_document.sum(axis=0)))
        skill = estimate(value, _skill(weights @ per_document), bearing)
    return Calibration(
        scored=int((place >= FROM * BINS).sum()),
        error=_error(truth, scores, place),
        brier=float(squares.mean()) if len(squares) else None,
        skill=skill,
        bins=tuple(_bin(number, truth, scores, groups, weights, place) for number in range(BINS)),
    )


def _skill(told: Array) -> Array:
    """From the sums [..., 3] of squares, cases and units."""
    squares, cases, units = told[..., 0], told[..., 1], told[..., 2]
    spread = cases * (units - cases) / np.where(units > 0, units, np.nan)
    return np.asarray(1 - squares / np.where(spread > 0, spread, np.nan))


def _error(truth: Array, scores: Array, place: Array) -> float | None:
    chosen = place >= FROM * BINS
    if not chosen.any():
        return None
    gaps = np.bincount(place[chosen], weights=scores[chosen] - truth[chosen], minlength=BINS)
    return float(np.abs(gaps).sum() / chosen.sum())


def _bin(number: int, truth: Array, scores: Array, groups: Array, weights: Array, place: Array) -> Bin:
    inside = place == number
    low, high = number / BINS, (number + 1) / BINS
    count = int(inside.sum())
    if not count:
        return Bin(low, high, 0, None, None)
    told = sums(np.stack([truth[inside], np.ones(count)], axis=1), groups[inside], weights.shape[1])
    units = weights @ told[:, 1]
    rounds = (weights @ told[:, 0]) / np.where(units > 0, units, np.nan)
    share = estimate(float(truth[inside].mean()), rounds, int(np.count_nonzero(told[:, 1])))
    return Bin(low, high, count, float(scores[inside].mean()), share)
