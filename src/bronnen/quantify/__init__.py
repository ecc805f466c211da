"""How much a document draws on each source: estimates with intervals, from probabilities and verdicts of people.

`counting` holds the estimators of the field, `drawing` what bronnen uses, this file the figures of the balance. Knows
numbers only: not where they come from, nor how they are shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bronnen.quantify.drawing import CALLED_FOR, NONE, PRIORS, ROUNDS, UNKNOWN, USED, Array, Drawn, Prior, draw, joined
from bronnen.records import Balance, Estimate, Known, Source, Use

__all__ = [
    "CALLED_FOR",
    "ENOUGH",
    "LEVEL",
    "NONE",
    "PRIORS",
    "ROUNDS",
    "TOO_LITTLE",
    "UNKNOWN",
    "USED",
    "Array",
    "Drawn",
    "Prior",
    "balance",
    "difference",
    "draw",
    "evenness",
    "hardly_separated",
    "joined",
]

LEVEL = 0.95
ENOUGH = 10  # counted passages from which a share says something
TOO_LITTLE = "too little text"
_SEPARATES = 0.2  # difference between the rates of true and of false positives below which a model hardly tells apart
_SOURCES = tuple(Source)


def balance(drawn: Drawn, known: Known, method: str) -> Balance:
    """The balance of a document, a section or a collection.

    A figure's value is the median of the draws, or what follows from those medians; its interval holds the middle 95%.
    """
    counts = {Use.USED: drawn.counts[:, :3], Use.CALLED_FOR: drawn.counts[:, 3:6]}
    middle = {use: [_middle(column) for column in columns.T] for use, columns in counts.items()}
    anything, several = _middle(drawn.counts[:, 6]), _middle(drawn.counts[:, 7])
    doubts = ([TOO_LITTLE] if drawn.passages < ENOUGH else []) + list(hardly_separated(known))
    return Balance(
        passages=drawn.passages,
        found={use: dict(zip(Source, drawn.found[at : at + 3].tolist(), strict=True)) for use, at in _PLACES},
        used=_estimates(middle[Use.USED], counts[Use.USED]),
        called_for=_estimates(middle[Use.CALLED_FOR], counts[Use.CALLED_FOR]),
        used_shares=_shares(middle[Use.USED], counts[Use.USED]),
        called_for_shares=_shares(middle[Use.CALLED_FOR], counts[Use.CALLED_FOR]),
        evenness=_estimate(evenness(middle[Use.USED]), _evenness_of(counts[Use.USED])),
        coverage=_estimate(*_ratio(anything, drawn.passages, drawn.counts[:, 6], drawn.passages)),
        combined=_estimate(*_ratio(several, anything, drawn.counts[:, 7], drawn.counts[:, 6])),
        method=method,
        level=LEVEL,
        doubts=tuple(doubts),
    )


def difference(one: Drawn, other: Drawn) -> dict[Source, Estimate]:
    """How much larger the share of passages that use each source is in `one` than in `other`, from -1 to 1.

    Both have passages, and no passages in common. What is unknown of the model's errors is unknown in the same way of
    both: it is drawn alike, so that it largely falls away.
    """
    shares = [drawn.counts[:, :3] / drawn.passages for drawn in (one, other)]
    gaps = shares[0] - shares[1]
    values = np.median(shares[0], axis=0) - np.median(shares[1], axis=0)
    return {
        source: _bracketed(float(value), column) for source, value, column in zip(Source, values, gaps.T, strict=True)
    }


def evenness(counts: Sequence[float]) -> float | None:
    """How evenly the three sources are used: 0 for one source only, 1 for three alike.

    Pielou's evenness: the Shannon entropy of the shares over its greatest value, log 3
    (E.C. Pielou, 1966, J. Theor. Biol. 13, 131-144). None where no source is found.
    """
    total = sum(counts)
    if total <= 0:
        return None
    parts = [count / total for count in counts if count > 0]
    entropy = -sum(part * math.log(part) for part in parts)
    return min(1.0, max(0.0, entropy / math.log(len(counts))))


def hardly_separated(known: Known) -> list[str]:
    """For which sources and uses a model gives cases and others much the same labels, in words of the balance."""
    return [
        f"hardly separates: {source} {use}"
        for source, by_use in known.items()
        for use, rates in by_use.items()
        if rates.tpr - rates.fpr < _SEPARATES
    ]


_PLACES = ((Use.USED, 0), (Use.CALLED_FOR, 3))


def _middle(values: Array) -> float:
    return float(np.median(values))


def _estimates(middle: Sequence[float], counts: Array) -> dict[Source, Estimate]:
    return {source: _bracketed(value, column) for source, value, column in zip(Source, middle, counts.T, strict=True)}


def _shares(middle: Sequence[float], counts: Array) -> dict[Source, Estimate] | None:
    """The counts over their sum, or None where there is nothing to divide."""
    total, totals = sum(middle), counts.sum(axis=1)
    if total <= 0:
        return None
    parts = counts[totals > 0] / totals[totals > 0, None]
    return _estimates([value / total for value in middle], parts)


def _ratio(upper: float, lower: float, uppers: Array, lowers: Any) -> tuple[float | None, Array]:
    if lower <= 0:
        return None, np.zeros(0)
    some = np.broadcast_to(lowers, uppers.shape) > 0
    return min(1.0, upper / lower), uppers[some] / np.broadcast_to(lowers, uppers.shape)[some]


def _evenness_of(counts: Array) -> Array:
    some = counts[counts.sum(axis=1) > 0]
    parts = some / some.sum(axis=1, keepdims=True)
    logs = np.log(parts, where=parts > 0, out=np.zeros_like(parts))
    return np.asarray(np.clip(-(parts * logs).sum(axis=1) / math.log(len(_SOURCES)), 0, 1))


def _estimate(value: float | None, draws: Array) -> Estimate | None:
    return None if value is None else _bracketed(value, draws)


def _bracketed(value: float, draws: Array) -> Estimate:
    """A value with the middle 95% of its draws; a value that was put together from medians widens it where need be."""
    low, high = np.quantile(draws, ((1 - LEVEL) / 2, (1 + LEVEL) / 2)) if len(draws) else (value, value)
    return Estimate(value, min(value, float(low)), max(value, float(high)))
