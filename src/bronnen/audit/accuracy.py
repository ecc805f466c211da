"""How good the model is on this population: precision, recall and F1 from a stratified sample, with intervals.

Each is a ratio of shares of the population that the sample estimates. A plain count on the sample would be wrong:
passages with a label are drawn more often than others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from bronnen.audit.estimate import Floats, Found, Judged, moments_of, part, share
from bronnen.records import Estimate


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of one label on the whole population; None where there is nothing to divide by."""

    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None


def accuracy(found: Judged, given: Floats, labelled: Floats) -> Accuracy:
    """Precision, recall and F1 of a label.

    Args:
        found: the judgements; the model's scores in it are not looked at.
        given: whether the model gave the label to each judged passage, 0 or 1, shape (n,).
        labelled: per stratum the share of its passages that the model gave the label, shape (H,).
    """
    right = _share(found, found.truth * given, labelled > 0)
    too_many = _share(found, (1 - found.truth) * given, labelled > 0)
    missed = _share(found, found.truth * (1 - given), labelled < 1)
    either = _share(found, abs(found.truth - given), labelled >= 0)
    of = partial(_correlation, found, found.truth * given)
    return Accuracy(
        precision=part(right, too_many, correlation=of((1 - found.truth) * given)),
        recall=part(right, missed, correlation=of(found.truth * (1 - given))),
        f1=part(right, either, weight=2.0, correlation=of(abs(found.truth - given))),
    )


def _correlation(found: Judged, one: Floats, other: Floats) -> float:
    """Of the estimates of two shares over samples: in a stratum, more of one leaves less room for the other."""
    moments = moments_of(replace(found, truth=one, predicted=other))
    weights = moments.weights**2 * moments.unseen / moments.judged
    spread = (weights * moments.truth_variance).sum() * (weights * moments.predicted_variance).sum()
    return float((weights * moments.covariance).sum() / math.sqrt(spread)) if spread > 0 else 0.0


def _share(found: Judged, truth: Floats, possible: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Found:
    """The share of the population in which `truth` holds, where it can only hold in the `possible` strata."""
    if not possible.any():
        return Found(0.0, 0.0, 0.0, 0.0, np.inf, 0.0)
    kept = possible[found.stratum]
    numbers = np.cumsum(possible) - 1
    inside = share(
        replace(
            found,
            truth=truth[kept],
            predicted=found.predicted[kept],
            stratum=numbers[found.stratum[kept]],
            sizes=found.sizes[possible],
            means=found.means[possible],
            spreads=found.spreads[possible],
        ),
        0.0,
    )
    scale = float(found.sizes[possible].sum() / found.sizes.sum())
    return replace(inside, value=inside.value * scale, low=inside.low * scale, high=inside.high * scale)
