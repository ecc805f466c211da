"""Which of two models reads better, and whether the difference is more than noise.

The paired bootstrap by document: both models are measured on the same documents drawn again, so that what makes a
document hard for both falls away (T. Berg-Kirkpatrick and others, 2012, An Empirical Investigation of Statistical
Significance in NLP).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bronnen.classifier import SOURCES, USES
from bronnen.records import Estimate, Source, Use
from bronnen.training import bootstrap
from bronnen.training.bootstrap import LEAST, Array, estimate
from bronnen.training.evaluate import f1_rounds, macro
from bronnen.training.material import Material, Reading


class Outcome(StrEnum):
    """What a comparison shows. `NONE` is no proof that the models are alike."""

    FIRST = "first is better"
    SECOND = "second is better"
    NONE = "no difference shown"
    UNKNOWN = "cannot be told"  # no case, or too few documents


@dataclass(frozen=True, slots=True)
class Difference:
    """Two models on one figure. `difference` is the second less the first; `above_zero` the share of rounds in which
    it is above zero, where one that is just zero counts half."""

    cases: int
    first: float | None
    second: float | None
    difference: Estimate | None
    above_zero: float | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences per source and use, and those of the mean F1 of the three sources."""

    f1: Mapping[Source, Mapping[Use, Difference]]
    average_precision: Mapping[Source, Mapping[Use, Difference]]
    macro_f1: Mapping[Use, Difference]


def compare(material: Material, first: Reading, second: Reading, weights: Array) -> Comparison:
    """How two models differ on the same material, with the same rounds [rounds, documents] for both."""
    found: dict[str, dict[Source, dict[Use, Difference]]] = {"f1": {}, "ap": {}}
    macros: dict[Use, Difference] = {}
    for source in SOURCES:
        found["f1"][source], found["ap"][source] = {}, {}
        for use in USES:
            cases, bearing = _cases(material, source, use)
            ones = f1_rounds(material, first, weights, source, use)
            twos = f1_rounds(material, second, weights, source, use)
            found["f1"][source][use] = difference(ones, twos, cases, bearing)
            ones, twos = (_ranked(material, reading, weights, source, use) for reading in (first, second))
            found["ap"][source][use] = difference(ones, twos, cases, bearing)
    for use in USES:
        counts = [_cases(material, source, use) for source in SOURCES]
        ones, twos = (_mean(material, reading, weights, use) for reading in (first, second))
        macros[use] = difference(ones, twos, sum(cases for cases, _ in counts), min(least for _, least in counts))
    return Comparison(found["f1"], found["ap"], macros)


def difference(first: tuple[float, Array], second: tuple[float, Array], cases: int, bearing: int) -> Difference:
    """What two figures, each as it is and in the rounds, say of each other; `bearing` documents have a case."""
    if np.isnan(first[0]) or np.isnan(second[0]):
        return Difference(cases, _known(first[0]), _known(second[0]), None, None, Outcome.UNKNOWN)
    rounds = second[1] - first[1]
    known = rounds[~np.isnan(rounds)]
    gap = estimate(second[0] - first[0], rounds, bearing)
    above = float((known > 0).mean() + (known == 0).mean() / 2) if len(known) else None
    return Difference(cases, first[0], second[0], gap, above, _outcome(gap, known, bearing))


def _outcome(gap: Estimate | None, known: Array, bearing: int) -> Outcome:
    if gap is None or bearing < LEAST or not len(known):
        return Outcome.UNKNOWN
    if gap.low is None or gap.high is None:  # every round says the same
        return Outcome.NONE if gap.value == 0 else Outcome.SECOND if gap.value > 0 else Outcome.FIRST
    return Outcome.SECOND if gap.low > 0 else Outcome.FIRST if gap.high < 0 else Outcome.NONE


def _cases(material: Material, source: Source, use: Use) -> tuple[int, int]:
    """How many units carry the label, and in how many documents."""
    i, j = SOURCES.index(source), USES.index(use)
    carry = material.truth[:, i, j] & material.judged[:, i]
    return int(carry.sum()), len(np.unique(material.groups[carry]))


def _ranked(material: Material, reading: Reading, weights: Array, source: Source, use: Use) -> tuple[float, Array]:
    i, j = SOURCES.index(source), USES.index(use)
    judged = material.judged[:, i]
    told = material.truth[judged, i, j], reading.scores[judged, i, j], material.groups[judged]
    value = bootstrap.average_precision(*told, np.ones((1, material.size)))[0]
    return float(value), bootstrap.average_precision(*told, weights)


def _mean(material: Material, reading: Reading, weights: Array, use: Use) -> tuple[float, Array]:
    value, rounds = macro(material, reading, weights, use)
    return (np.nan if value is None else value.value), rounds


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
