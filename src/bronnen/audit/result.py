"""What an audit says: the balance of the whole population, and how good the model is on it.

`facts_of` makes plain values of it for JSON; whoever prints decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from bronnen.agreement import Agreement, agreement, alpha
from bronnen.audit.accuracy import Accuracy, accuracy
from bronnen.audit.estimate import LEVEL, Floats, Found, divided, judged, share
from bronnen.audit.judgements import Judgement, Settled, verdicts
from bronnen.audit.plan import LABELS, Plan, scores_of, stratum_of
from bronnen.records import Estimate, Source, Use

_DECIMALS = 4

Figures = Mapping[tuple[Source, Use], Agreement]

NARROWER = "narrower than judging alone"
NO_HELP = "no narrower than judging alone"


@dataclass(frozen=True, slots=True)
class Label:
    """One source and use on the population.

    `alone` is what the judgements give without the model's scores. `counted` is the share of passages that the
    model gave the label, uncorrected. `positives` is how many of the sampled passages carry it, after people.
    """

    found: Found
    alone: Found
    counted: float
    positives: int
    accuracy: Accuracy

    @property
    def helps(self) -> bool:
        """Whether the model's scores made the interval narrower than judging alone."""
        return self.found.width < self.alone.width * (1 - 1e-9)


@dataclass(frozen=True, slots=True)
class Result:
    """Everything an audit says. `shares` and `coverage` are of `used`; `shares` is None where nothing was found."""

    population: int
    sample: int
    labels: Mapping[tuple[Source, Use], Label]
    coverage: Label
    shares: Mapping[Source, Estimate] | None


def result(plan: Plan, settled: Settled) -> Result:
    """The result of an audit in which every sampled passage has a settled judgement for every source."""
    numbers = [one.number or 0 for one in plan.sampled]
    places = _places(plan)
    stratum = stratum_of(plan)
    scores = scores_of(plan)

    def label(truth: list[bool], predicted: Floats, given: Floats) -> Label:
        one = judged(truth, places, predicted, stratum)
        return Label(
            found=share(one),
            alone=share(one, 0.0),
            counted=float(given.mean()),
            positives=sum(truth),
            accuracy=accuracy(one, given[places], np.bincount(stratum, given) / one.sizes),
        )

    made = {
        (source, use): label(
            [settled.uses[number][source] is use for number in numbers],
            scores[:, at],
            np.array([one.labels.get(source) is use for one in plan.passages], dtype=np.float64),
        )
        for at, (source, use) in enumerate(LABELS)
    }
    used = [at for at, (_, use) in enumerate(LABELS) if use is Use.USED]
    coverage = label(
        [Use.USED in settled.uses[number].values() for number in numbers],
        1 - np.prod(1 - scores[:, used], axis=1),
        np.array([Use.USED in one.labels.values() for one in plan.passages], dtype=np.float64),
    )
    parts = divided([made[source, Use.USED].found for source in Source])
    return Result(
        population=len(plan.passages),
        sample=len(numbers),
        labels=made,
        coverage=coverage,
        shares=dict(zip(Source, parts, strict=True)) if parts else None,
    )


def _places(plan: Plan) -> list[int]:
    """Where the sampled passages stand in the population, in the order of the sheet."""
    places = {one.number: place for place, one in enumerate(plan.passages) if one.number is not None}
    return [places[number] for number in sorted(places)]


def _agreement(
    plan: Plan, found: Sequence[Judgement]
) -> tuple[dict[tuple[str, str], Figures], dict[tuple[Source, Use], float | None] | None]:
    """Agreement between every two auditors who judged the same passages, and alpha where there are more than two."""
    by_auditor: dict[str, list[Judgement]] = {}
    for one in found:
        by_auditor.setdefault(one.auditor, []).append(one)
    said = {auditor: verdicts(plan, ones) for auditor, ones in sorted(by_auditor.items())}
    pairs: dict[tuple[str, str], Figures] = {}
    for first, second in combinations(said, 2):
        figures = agreement(said[first], said[second])
        if any(one.units for one in figures.values()):
            pairs[first, second] = figures
    if len(said) < 3 or not pairs:
        return pairs, None
    return pairs, {(source, use): alpha(_units(found, source, use)) for source, use in LABELS}


def _units(found: Sequence[Judgement], source: Source, use: Use) -> list[list[bool]]:
    units: dict[int, list[bool]] = {}
    for one in found:
        if source in one.uses:
            units.setdefault(one.number, []).append(one.uses[source] is use)
    return list(units.values())


# ------------------------------------------------------------------------------------------------------------ facts


def facts_of(result: Result, plan: Plan, settled: Settled, found: Sequence[Judgement]) -> dict[str, Any]:
    """The result as plain values with four decimals; None where a figure does not exist."""
    return {
        "population": {"passages": result.population, "documents": len(plan.documents), "left_out": plan.left_out},
        "sample": {
            "passages": result.sample,
            "strata": strata_of(plan),
        },
        "level": LEVEL,
        "method": "stratified difference estimator, tuned; Wilson interval with effective sample size",
        "figures": {source.value: {use.value: _label(result.labels[source, use]) for use in Use} for source in Source},
        "coverage": _label(result.coverage),
        "used_shares": None
        if result.shares is None
        else {source.value: _estimate(one) for source, one in result.shares.items()},
        "margin": _margin(result, plan),
        "agreement": agreement_of(plan, found, settled),
    }


def plan_facts(plan: Plan) -> dict[str, Any]:
    """What made the sample: versions, model, settings, seed and documents."""
    made = plan.made_with
    return {
        "version": plan.version,
        "made_with": {
            "version": made.version,
            "settings": made.settings,
            "model": made.model,
            "language": made.language,
        },
        "seed": plan.seed,
        "documents": [{"id": one.id, "name": one.name} for one in plan.documents],
    }


def strata_of(plan: Plan) -> list[dict[str, Any]]:
    """Per stratum its name and how many of its passages were drawn."""
    populations = np.bincount(stratum_of(plan), minlength=len(plan.strata))
    drawn = np.bincount([one.stratum for one in plan.sampled], minlength=len(plan.strata))
    return [
        {"name": name, "passages": int(populations[at]), "sample": int(drawn[at])}
        for at, name in enumerate(plan.strata)
    ]


def agreement_of(plan: Plan, found: Sequence[Judgement], settled: Settled) -> dict[str, Any]:
    """How far people agree who judged the same passages, before anything was settled, and where they differ."""
    pairs, alphas = _agreement(plan, found)
    return {
        "pairs": [
            {"first": first, "second": second, "figures": _figures(figures)}
            for (first, second), figures in pairs.items()
        ],
        "alpha_of_all": None
        if alphas is None
        else {source.value: {use.value: _rounded(alphas[source, use]) for use in Use} for source in Source},
        "differences": [
            {
                "number": one.number,
                "source": one.source.value,
                "said": {auditor: _use(use) for auditor, use in one.said.items()},
                "settled": _use(settled.uses.get(one.number, {}).get(one.source)),
            }
            for one in settled.differences
        ],
    }


def _label(one: Label) -> dict[str, Any]:
    return {
        "share": _estimate(one.found.estimate),
        "alone": _estimate(one.alone.estimate),
        "outcome": NARROWER if one.helps else NO_HELP,
        "counted": _rounded(one.counted),
        "positives": one.positives,
        "power": _rounded(one.found.power),
        "precision": _estimate(one.accuracy.precision),
        "recall": _estimate(one.accuracy.recall),
        "f1": _estimate(one.accuracy.f1),
    }


def _margin(result: Result, plan: Plan) -> dict[str, Any]:
    """Half-widths of `used`: wanted, expected at the plan and reached, of the worst of the sources."""
    return {
        "wanted": _rounded(plan.margin),
        "expected": _rounded(max(plan.expected.values())),
        "reached": _rounded(max(result.labels[source, Use.USED].found.width / 2 for source in Source)),
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        source.value: {
            use.value: {
                **{name: getattr(figures[source, use], name) for name in ("units", "first", "second", "both")},
                **{name: _rounded(getattr(figures[source, use], name)) for name in ("kappa", "alpha", "f1")},
            }
            for use in Use
        }
        for source in Source
    }


def _use(use: Use | None) -> str | None:
    return use.value if use else None


def _estimate(one: Estimate | None) -> dict[str, float | None] | None:
    return None if one is None else {"value": _rounded(one.value), "low": _rounded(one.low), "high": _rounded(one.high)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _DECIMALS)
