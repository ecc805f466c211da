"""How much a document draws on each source: estimates with intervals, from probabilities and verdicts of people.

`counting` holds the estimators of the field, `drawing` what bronnen uses, this file the figures of the balance. Knows
numbers only: not where they come from, nor how they are shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bronnen.quantify.drawing import (
    CALLED_FOR,
    NONE,
    PRIORS,
    ROUNDS,
    UNKNOWN,
    USED,
    Array,
    Drawn,
    Prior,
    aligned,
    draw,
    joined,
)
from bronnen.records import Balance, Estimate, Known, Source, Use

__all__ = [
    "CALLED_FOR",
    "ENOUGH",
    "HARDLY_ANY",
    "HARDLY_SEPARATES",
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
    "aligned",
    "balance",
    "difference",
    "draw",
    "evenness",
    "hardly_separated",
    "hundredth",
    "hundredths",
    "is_thin",
    "joined",
]

LEVEL = 0.95
ENOUGH = 10  # counted passages from which a share says something
TOO_LITTLE = "too little text"
HARDLY_ANY = "hardly any source"
HARDLY_SEPARATES = "hardly separates"  # and then a source and a use
_FEW = 3  # passages that use a source, over all sources, below which their division says nothing
_SEPARATES = 0.4  # difference between the rates of true and of false positives below which labels say little
_SOURCES = tuple(Source)


def balance(drawn: Drawn, known: Known, method: str) -> Balance:
    """The balance of a document, a chapter or a collection.

    The values are those of the most ordinary draw, so that they fit each other; each interval holds the middle 95% of
    its figure over all draws.
    """
    middle = _middle(drawn.counts)
    used, called = drawn.counts[:, :3], drawn.counts[:, 3:6]
    doubts = ([TOO_LITTLE] if drawn.passages < ENOUGH else []) + ([HARDLY_ANY] if sum(middle[:3]) < _FEW else [])
    return Balance(
        passages=drawn.passages,
        judged=drawn.judged,
        found={use: dict(zip(Source, drawn.found[at : at + 3].tolist(), strict=True)) for use, at in _PLACES},
        used=_estimates(middle[:3], used),
        called_for=_estimates(middle[3:6], called),
        used_shares=_shares(middle[:3], used),
        called_for_shares=_shares(middle[3:6], called),
        evenness=_estimate(evenness(middle[:3]), _evenness_of(used)),
        coverage=_estimate(*_ratio(middle[6], drawn.passages, drawn.counts[:, 6], drawn.passages)),
        combined=_estimate(*_ratio(middle[7], middle[6], drawn.counts[:, 7], drawn.counts[:, 6])),
        method=method,
        level=LEVEL,
        doubts=(*doubts, *hardly_separated(known)),
    )


def difference(one: Drawn, other: Drawn) -> dict[Source, Estimate]:
    """How much larger the share of passages that use each source is in `one` than in `other`, from -1 to 1.

    Both have passages, and no passages in common. Draws of one are set against other draws of the other: what is
    unknown of the model's errors may differ between two groups, and would fall away in the same draw.
    """
    half = len(one.counts) // 2
    shares = [drawn.counts[:, :3] / drawn.passages for drawn in (one, other)]
    gaps = shares[0] - np.roll(shares[1], half, axis=0)
    values = [np.array(_middle(drawn.counts)[:3]) / drawn.passages for drawn in (one, other)]
    return {
        source: _bracketed(float(value), column)
        for source, value, column in zip(Source, values[0] - values[1], gaps.T, strict=True)
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


def hundredth(part: float) -> int:
    """A part as a whole percentage, half a per cent upwards: everywhere alike, so that no two pages differ.

    >>> hundredth(0.125)
    13
    """
    return math.floor(100 * part + 0.5)


def hundredths(shares: Mapping[Source, Estimate] | None) -> dict[Source, int] | None:
    """Shares as whole percentages that are 100 together: those with the largest remainders are rounded up."""
    if not shares:
        return None
    floors = {source: math.floor(100 * shares[source].value) for source in Source}
    left = 100 - sum(floors.values())
    by_remainder = sorted(Source, key=lambda source: (floors[source] - 100 * shares[source].value, source))
    return {source: floors[source] + (source in by_remainder[:left]) for source in Source}


def is_thin(balance: Balance) -> bool:
    """Whether there was too little, of text or of sources, to say how the sources divide."""
    return bool({TOO_LITTLE, HARDLY_ANY} & set(balance.doubts))


def hardly_separated(known: Known) -> list[str]:
    """For which sources and uses a model misses most cases, or labels others as often, in words of the balance."""
    return [
        f"{HARDLY_SEPARATES}: {source} {use}"
        for source, by_use in known.items()
        for use, rates in by_use.items()
        if rates.tpr - rates.fpr < _SEPARATES
    ]


_WEIGHTS = np.array(
    [1, 1, 1, 0.1, 0.1, 0.1, 0.2, 0.2]
)  # of the eight counts: MAE of `used` is as of medians with these
_PLACES = ((Use.USED, 0), (Use.CALLED_FOR, 3))


def _middle(counts: Array) -> list[float]:
    """The draw that lies nearest to the medians of all draws, above all in the three sources that are used.

    Medians one by one would not fit each other: three that are 0 beside an 'any' that is 1.
    """
    distance = (((counts - np.median(counts, axis=0)) / (counts.std(axis=0) + 0.5)) ** 2) @ _WEIGHTS
    return [float(count) for count in counts[int(np.argmin(distance))]]


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
    """A value with the middle 95% of its draws: two of them, so that a number of passages is whole."""
    low, high = _ends(draws) if len(draws) else (value, value)
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def _ends(draws: Array) -> tuple[float, float]:
    """As `np.quantile` by `inverted_cdf` gives them, which checks so much that it takes ten times as long."""
    places = [max(0, math.ceil(len(draws) * part - 1)) for part in ((1 - LEVEL) / 2, (1 + LEVEL) / 2)]
    found = np.partition(draws, places)
    return found[places[0]], found[places[1]]
