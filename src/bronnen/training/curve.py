"""Whether more labels are worth it: how much better a model reads with more and more of a team's labels, and what the
next ones can be expected to give.

Whole documents are left out in turn, and models that learned from a growing part of the others read them. What is
measured is F1 of passages; the interval is that of other documents (`bootstrap`), for the gain and for what is expected
alike. The gain is taken to grow with the number of labels or with its logarithm, whichever fits better: one number to
fit, where the power laws of the literature have three (T. Viering and M. Loog, 2023, The Shape of Learning Curves: a
Review) and four points are all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from bronnen.classifier import SOURCES, USES, Examples, fold_numbers
from bronnen.classifier.growing import Ground, ground, grown, some_rows
from bronnen.errors import UsageError
from bronnen.records import Estimate, Source, Unit, Use
from bronnen.training import bootstrap
from bronnen.training.bootstrap import LEAST, Array, estimate
from bronnen.training.evaluate import f1_rounds
from bronnen.training.material import Material, Place, Reading

SHARES = (0.1, 0.25, 0.5, 1.0)
FOLDS = 3
ROWS = 0.2  # of bronnen's rows that are learned from beside them
LITTLE = 0.01  # of F1, that is not worth labelling for
_ANY = Place("", "", "", "", None, "")


class Worth(StrEnum):
    """What the interval of what is expected says."""

    YES = "worth it"
    NO = "hardly worth it"  # not even the high end is more than LITTLE
    OPEN = "cannot be told"


@dataclass(frozen=True, slots=True)
class Point:
    """Models that learned from so many labelled passages of the team, on average; `gain` is over none at all."""

    share: float
    labels: float
    f1: Estimate | None
    gain: Estimate | None


@dataclass(frozen=True, slots=True)
class Line:
    """The curve of one source and use. `expected`: what the next labels should give."""

    cases: int
    documents: int  # with a case
    points: Sequence[Point]
    expected: Estimate | None
    worth: Worth


@dataclass(frozen=True, slots=True)
class Curve:
    """`labels` are the team's judged passages, `following` how many more `expected` is about."""

    labels: int
    documents: int
    following: int
    lines: Mapping[Source, Mapping[Use, Line]]


def curve(
    shipped: Examples,
    own: Examples,
    rng: np.random.Generator,
    repeats: int,
    following: int,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Curve:
    """The curves of a team's labels, added to a part of bronnen's rows.

    `report` is told after each training how many are done, out of how many.

    Raises:
        UsageError: there are too few documents.
    """
    judged = own.judged(Unit.PASSAGE)
    groups = np.unique(own.groups[own.passage_runs[judged]], return_inverse=True)[1]
    size = int(groups.max(initial=-1)) + 1
    if size < LEAST:
        raise UsageError(f"A curve needs labelled passages of {LEAST} documents, there are {size}.", "Label more.")
    material = Material(
        unit=Unit.PASSAGE,
        documents=[],
        chosen=np.flatnonzero(judged),
        truth=own.passages[judged],
        judged=np.ones((len(groups), len(SOURCES)), dtype=bool),
        groups=groups,
        places=[_ANY] * len(groups),
        labellers={},
    )
    base = ground(some_rows(shipped, ROWS, rng), own, rng)
    trained = _trained(base, own, rng, repeats, report)
    weights = bootstrap.draws(size, bootstrap.ROUNDS, rng)
    counts = [float(np.mean([count for count, _ in told])) for told in trained]
    readings = [[reading for _, reading in told] for told in trained]
    lines = {
        source: {use: _line(material, readings, counts, weights, source, use, following) for use in USES}
        for source in SOURCES
    }
    return Curve(len(groups), size, following, lines)


Told = tuple[float, Reading]
"""How many labels were learned from, and what was then made of all the team's passages."""


def _trained(
    base: Ground, own: Examples, rng: np.random.Generator, repeats: int, report: Callable[[int, int], None]
) -> list[list[Told]]:
    """Per share (first that of none), per repeat."""
    total = repeats * FOLDS * len(SHARES) + 1
    judged, runs = own.judged(Unit.PASSAGE), own.passage_runs
    sizes = np.bincount(runs[judged], minlength=len(own.groups))
    everyone = np.ones(len(own.groups), dtype=bool)
    scores, given = grown(base, ~everyone, everyone)
    found: list[list[Told]] = [[] for _ in SHARES]
    none = [(0.0, Reading("", {}, scores[judged], given[judged]))]
    done = 1
    report(done, total)
    for _ in range(repeats):
        fold = fold_numbers(own.groups, sizes, FOLDS, rng)
        order = rng.permutation(np.unique(own.groups))
        for told, share in zip(found, SHARES, strict=True):
            scores, given = np.zeros(own.passages.shape), np.zeros(own.passages.shape, dtype=bool)
            learned = 0
            for held in range(FOLDS):
                away = order[np.isin(order, own.groups[fold != held])]  # a larger share holds all of a smaller one
                kept = away[: max(1, round(share * len(away)))]
                learn, test = np.isin(own.groups, kept), fold == held
                at = test[runs]
                scores[at], given[at] = grown(base, learn, test)
                learned += int(sizes[learn].sum())
                done += 1
                report(done, total)
            told.append((learned / FOLDS, Reading("", {}, scores[judged], given[judged])))
    return [none, *found]


def _line(
    material: Material,
    readings: Sequence[Sequence[Reading]],
    counts: Sequence[float],
    weights: Array,
    source: Source,
    use: Use,
    following: int,
) -> Line:
    i, j = SOURCES.index(source), USES.index(use)
    cases = material.truth[:, i, j]
    bearing = len(np.unique(material.groups[cases]))
    told = [[f1_rounds(material, one, weights, source, use) for one in repeats] for repeats in readings]
    values = np.array([np.mean([value for value, _ in repeats]) for repeats in told])
    rounds = np.array([np.mean([one for _, one in repeats], axis=0) for repeats in told])
    points = [
        Point(share, count, estimate(value, drawn, bearing), estimate(value - values[0], drawn - rounds[0], bearing))
        for share, count, value, drawn in zip((0.0, *SHARES), counts, values, rounds, strict=True)
    ]
    slope = _slopes(counts, following, len(material.groups), values - values[0])
    expected = estimate(float(slope @ (values - values[0])), slope @ (rounds - rounds[0]), bearing)
    return Line(int(cases.sum()), bearing, points, expected, worth(expected))


def _slopes(counts: Sequence[float], following: int, labels: int, gains: Array) -> Array:
    """What the gains [shares] are multiplied with, and summed, for the gain of the following labels.

    Least squares through no gain at no labels, on log(1 + labels / those of the smallest share) or on the labels
    themselves: on which of the two leaves less of these gains unexplained.
    """
    least, told = max(counts[1], 1.0), np.array(counts)
    forms = [
        (np.log1p(told / least), np.log1p((labels + following) / least) - np.log1p(labels / least)),
        (told, float(following)),
    ]
    fits = [(across / (across @ across), across, further) for across, further in forms]
    weights, _, further = min(fits, key=lambda fit: float(np.square(gains - fit[1] * (fit[0] @ gains)).sum()))
    return np.asarray(further * weights)


def worth(expected: Estimate | None) -> Worth:
    """Whether more labels are worth it.

    >>> worth(Estimate(0.03, 0.01, 0.05)).value, worth(Estimate(0.0, -0.01, 0.005)).value, worth(None).value
    ('worth it', 'hardly worth it', 'cannot be told')
    """
    if expected is None or expected.low is None or expected.high is None:
        return Worth.OPEN
    return Worth.YES if expected.low > 0 else Worth.NO if expected.high < LITTLE else Worth.OPEN


def curve_facts(found: Curve, seed: int, repeats: int) -> dict[str, Any]:
    """The curve as JSON."""
    from bronnen.training.facts import plain

    made = {"rounds": bootstrap.ROUNDS, "level": bootstrap.LEVEL, "seed": seed, "repeats": repeats, "folds": FOLDS}
    facts: dict[str, Any] = plain(found)
    return {"format": 1, "kind": "curve", "made_with": {**made, "rows": ROWS, "little": LITTLE}, **facts}
