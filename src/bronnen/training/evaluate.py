"""How well a model reads labelled material: figures with intervals, parts, misses and agreement.

Pure functions over arrays: what is true, what the model scored and gave, and which documents belong together. Figures
that do not exist (no case, nothing found) are None, never NaN and never a comforting 0 or 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bronnen.agreement import Agreement, agreement_of, alpha
from bronnen.classifier import SOURCES, USES
from bronnen.records import Estimate, Labels, Source, Use
from bronnen.training import bootstrap
from bronnen.training.bootstrap import Array, estimate
from bronnen.training.calibration import Calibration, calibration
from bronnen.training.material import CODES, NOTHING, UNKNOWN, Material, Reading

SEED = 6
ENOUGH = 20  # units with a source that an organisation or genre needs to get a line of its own
MODEL, SETTLED = "model", "labels"  # how the model, and what counts as true, are called among labellers


@dataclass(frozen=True, slots=True)
class Confusion:
    tp: int
    fp: int
    fn: int
    tn: int


@dataclass(frozen=True, slots=True)
class Quality:
    """One source and use. `cases` are the units that carry the label, `documents` those with a case in them."""

    units: int
    cases: int
    documents: int
    threshold: float
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None
    average_precision: Estimate | None
    confusion: Confusion
    calibration: Calibration
    curve: Sequence[tuple[float, float]]  # recall, precision


@dataclass(frozen=True, slots=True)
class Score:
    """One source and use in a part of the material."""

    cases: int
    precision: float | None
    recall: float | None
    f1: Estimate | None


@dataclass(frozen=True, slots=True)
class Part:
    """An organisation or genre; `name` is None for all that have too few cases, `members` says how many that are."""

    name: str | None
    members: int
    documents: int
    units: int
    scores: Mapping[Source, Mapping[Use, Score]]


@dataclass(frozen=True, slots=True)
class Miss:
    """A unit on which labels and model differ; `score` is the model's for the source and use that are meant."""

    document: str
    name: str
    page: int | None
    text: str
    score: float
    labels: Labels
    given: Labels


@dataclass(frozen=True, slots=True)
class Misses:
    """The worst first: the highest scores without the label, the lowest with it."""

    false_positives: Sequence[Miss]
    false_negatives: Sequence[Miss]


@dataclass(frozen=True, slots=True)
class Pair:
    """How far two labellers agree; the model is one of them."""

    first: str
    second: str
    figures: Mapping[Source, Mapping[Use, Agreement]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that is found out about one model. `together` is alpha over all people, None with fewer than two."""

    figures: Mapping[Source, Mapping[Use, Quality]]
    macro_f1: Mapping[Use, Estimate | None]
    organisations: Sequence[Part]
    genres: Sequence[Part]
    misses: Mapping[Source, Mapping[Use, Misses]]
    labellers: Sequence[str]
    pairs: Sequence[Pair]
    together: Mapping[Source, Mapping[Use, float | None]] | None


def evaluate(material: Material, reading: Reading, weights: Array, most: int) -> Evaluation:
    """Everything about a model's reading of material.

    Args:
        weights: [rounds, documents] of the bootstrap, as `bootstrap.draws` gives them.
        most: how many misses of each kind are kept.
    """
    return Evaluation(
        figures={s: {u: _quality(material, reading, weights, s, u) for u in USES} for s in SOURCES},
        macro_f1={use: macro(material, reading, weights, use)[0] for use in USES},
        organisations=parts(material, reading, weights, [place.organisation for place in material.places]),
        genres=parts(material, reading, weights, [place.genre for place in material.places]),
        misses={s: {u: misses(material, reading, s, u, most) for u in USES} for s in SOURCES},
        labellers=sorted(material.labellers),
        pairs=list(_pairs(material, reading)),
        together=_together(material),
    )


def outcomes(material: Material, reading: Reading, source: Source, use: Use) -> Array:
    """[n, 3] whether each unit is a true positive, false positive or false negative; all false where not judged."""
    i, j = SOURCES.index(source), USES.index(use)
    truth, given, judged = material.truth[:, i, j], reading.given[:, i, j], material.judged[:, i]
    return np.stack([truth & given, ~truth & given, truth & ~given], axis=1) & judged[:, None]


def f1_rounds(material: Material, reading: Reading, weights: Array, source: Source, use: Use) -> tuple[float, Array]:
    """F1 as it is and in each round; NaN where there is no case."""
    told = bootstrap.sums(outcomes(material, reading, source, use), material.groups, material.size)
    return float(bootstrap.rates(told.sum(axis=0))[2]), bootstrap.rates(weights @ told)[2]


def macro(material: Material, reading: Reading, weights: Array, use: Use) -> tuple[Estimate | None, Array]:
    """The mean F1 of the three sources, and in each round; None where one of them has no case."""
    told = [f1_rounds(material, reading, weights, source, use) for source in SOURCES]
    rounds = np.mean([one for _, one in told], axis=0)
    value = float(np.mean([one for one, _ in told]))
    bearing = [_bearing(material, outcomes(material, reading, source, use)) for source in SOURCES]
    return estimate(value, rounds, min(bearing)), rounds


def _bearing(material: Material, marked: Array) -> int:
    """How many documents have a unit with any of these marks."""
    return len(np.unique(material.groups[marked.any(axis=1)]))


def _quality(material: Material, reading: Reading, weights: Array, source: Source, use: Use) -> Quality:
    i, j = SOURCES.index(source), USES.index(use)
    judged = material.judged[:, i]
    truth, scores, groups = material.truth[judged, i, j], reading.scores[judged, i, j], material.groups[judged]
    marks = outcomes(material, reading, source, use)
    told = bootstrap.sums(marks, material.groups, material.size)
    values, rounds = bootstrap.rates(told.sum(axis=0)), bootstrap.rates(weights @ told)
    tp, fp, fn = (int(count) for count in told.sum(axis=0))
    documents = _bearing(material, marks[:, [0, 2]])
    ones = np.ones((1, material.size))
    ranked = float(bootstrap.average_precision(truth, scores, groups, ones)[0])
    return Quality(
        units=int(judged.sum()),
        cases=tp + fn,
        documents=documents,
        threshold=reading.thresholds[source][use],
        precision=estimate(float(values[0]), rounds[0], _bearing(material, marks[:, [0, 1]])),
        recall=estimate(float(values[1]), rounds[1], documents),
        f1=estimate(float(values[2]), rounds[2], _bearing(material, marks)),
        average_precision=estimate(ranked, bootstrap.average_precision(truth, scores, groups, weights), documents),
        confusion=Confusion(tp, fp, fn, int(judged.sum()) - tp - fp - fn),
        calibration=calibration(truth, scores, groups, weights),
        curve=bootstrap.curve(truth, scores),
    )


# Parts ----------------------------------------------------------------------------------------------------------------


def parts(material: Material, reading: Reading, weights: Array, names: Sequence[str]) -> list[Part]:
    """How the model does per organisation or genre, most cases first; those with too few cases together at the end.

    Empty where the labels name none.
    """
    told, place = np.unique(np.array(names, dtype=object).astype(str), return_inverse=True)
    if not any(told):
        return []
    cases = np.bincount(place, weights=material.truth[:, :, 0].any(axis=1), minlength=len(told))
    order = [int(number) for number in np.argsort(-cases, kind="stable")]
    large = [number for number in order if cases[number] >= ENOUGH and told[number]]
    small = [number for number in order if number not in large]
    found = [_part(material, reading, weights, place == number, str(told[number])) for number in large]
    if small:
        rest = _part(material, reading, weights, np.isin(place, small), None)
        found.append(Part(None, len(small), rest.documents, rest.units, rest.scores))
    return found


def _part(material: Material, reading: Reading, weights: Array, inside: Array, name: str | None) -> Part:
    scores: dict[Source, dict[Use, Score]] = {source: {} for source in SOURCES}
    for source in SOURCES:
        for use in USES:
            marks = outcomes(material, reading, source, use) & inside[:, None]
            told = bootstrap.sums(marks, material.groups, material.size)
            precision, recall, f1 = (float(value) for value in bootstrap.rates(told.sum(axis=0)))
            rounds = bootstrap.rates(weights @ told)[2]
            scores[source][use] = Score(
                cases=int(marks[:, [0, 2]].sum()),
                precision=None if np.isnan(precision) else precision,
                recall=None if np.isnan(recall) else recall,
                f1=estimate(f1, rounds, _bearing(material, marks)),
            )
    return Part(name, 1, len(np.unique(material.groups[inside])), int(inside.sum()), scores)


# Misses ---------------------------------------------------------------------------------------------------------------


def misses(material: Material, reading: Reading, source: Source, use: Use, most: int) -> Misses:
    """The units on which score and truth lie furthest apart; the same text in versions of a document counts once."""
    i, j = SOURCES.index(source), USES.index(use)
    marks = outcomes(material, reading, source, use)
    scores = reading.scores[:, i, j]

    def worst(wrong: Array, distance: Array) -> list[Miss]:
        found: dict[tuple[int, str], Miss] = {}
        for index in sorted(np.flatnonzero(wrong).tolist(), key=lambda index: -distance[index]):
            place = material.places[index]
            key = int(material.groups[index]), " ".join(place.text.lower().split())
            if len(found) < most and key not in found:
                labels, given = _labels(material.truth[index]), _labels(reading.given[index])
                score = float(scores[index])
                found[key] = Miss(place.document, place.name, place.page, place.text, score, labels, given)
        return list(found.values())

    return Misses(worst(marks[:, 1], scores), worst(marks[:, 2], 1 - scores))


def _labels(flags: Array) -> Labels:
    return {s: u for i, s in enumerate(SOURCES) for j, u in enumerate(USES) if flags[i, j]}


# Agreement ------------------------------------------------------------------------------------------------------------


def _pairs(material: Material, reading: Reading) -> Iterator[Pair]:
    """The model against what counts, then against each of several people, then those among themselves."""
    flags = reading.given
    ours = np.where(flags[:, :, 0], CODES[Use.USED], np.where(flags[:, :, 1], CODES[Use.CALLED_FOR], NOTHING))
    truth = material.truth
    settled = np.where(truth[:, :, 0], CODES[Use.USED], np.where(truth[:, :, 1], CODES[Use.CALLED_FOR], NOTHING))
    settled = np.where(material.judged, settled, UNKNOWN)
    yield Pair(MODEL, SETTLED, _agreements(ours, settled))
    people = sorted(material.labellers.items())
    for name, codes in people:
        yield Pair(MODEL, name, _agreements(ours, codes))
    for (name, codes), (other, others) in combinations(people, 2):
        yield Pair(name, other, _agreements(codes, others))


def _agreements(first: Array, second: Array) -> dict[Source, dict[Use, Agreement]]:
    found: dict[Source, dict[Use, Agreement]] = {}
    for place, source in enumerate(SOURCES):
        both = (first[:, place] != UNKNOWN) & (second[:, place] != UNKNOWN)
        ones, twos = first[both, place], second[both, place]
        found[source] = {
            use: agreement_of(list(zip((ones == CODES[use]).tolist(), (twos == CODES[use]).tolist(), strict=True)))
            for use in USES
        }
    return found


def _together(material: Material) -> dict[Source, dict[Use, float | None]] | None:
    if len(material.labellers) < 2:
        return None
    said = np.stack(list(material.labellers.values()))
    found: dict[Source, dict[Use, float | None]] = {}
    for place, source in enumerate(SOURCES):
        units = [[code for code in column if code != UNKNOWN] for column in said[:, :, place].T.tolist()]
        found[source] = {use: alpha([[code == CODES[use] for code in unit] for unit in units]) for use in USES}
    return found
