"""From probabilities to labels, and how good those labels are: folds, thresholds, rates of error."""

from __future__ import annotations

from typing import Any

import numpy as np

from bronnen.classifier.first import Array
from bronnen.records import Source, Use

SOURCES, USES = tuple(Source), tuple(Use)
SHAPE = (-1, len(SOURCES), len(USES))
TARGETS = len(SOURCES) * len(USES)


def fold_numbers(groups: Array, sizes: Array, folds: int, rng: np.random.Generator) -> Array:
    """A fold for each item, of about equal total size; items of one group share theirs."""
    names, place = np.unique(groups, return_inverse=True)
    total = np.bincount(place, weights=sizes)
    order = rng.permutation(len(names))
    filled, number = np.zeros(folds), np.zeros(len(names), dtype=np.int64)
    for name in order[np.argsort(-total[order], kind="stable")]:
        number[name] = int(np.argmin(filled))
        filled[number[name]] += total[name]
    return np.asarray(number[place])


def passage_truth(sentences: Array, passages: Array) -> Array:
    """What passages carry, [m, sources, uses], given what their sentences do; `used` wins over `called_for`."""
    truth = np.zeros((int(passages.max(initial=-1)) + 1, *SHAPE[1:]), dtype=bool)
    np.logical_or.at(truth, passages, sentences)
    truth[:, :, 1] &= ~truth[:, :, 0]
    return truth


def best_threshold(truth: Array, scores: Array) -> float:
    """The probability from which a label gives the highest F1 on these scores; 1 where nothing carries it."""
    if not truth.any():
        return 1.0
    order = np.argsort(-scores, kind="stable")
    ends = np.r_[np.flatnonzero(np.diff(scores[order])), len(scores) - 1]  # equal scores fall together
    quality = 2 * np.cumsum(truth[order])[ends] / (ends + 1 + truth.sum())
    at = int(ends[int(np.argmax(quality))])
    below = scores[order[at + 1]] if at + 1 < len(scores) else 0.0
    return round(float((scores[order[at]] + below) / 2), 6)


def rates(truth: Array, given: Array) -> dict[str, float]:
    """Precision, recall, F1 and, as the balance needs them, the rates of true and of false positives."""
    hits, wanted, found = int((truth & given).sum()), int(truth.sum()), int(given.sum())
    return {
        "precision": round(hits / max(found, 1), 4),
        "recall": round(hits / max(wanted, 1), 4),
        "f1": round(2 * hits / max(found + wanted, 1), 4),
        "fpr": round((found - hits) / max(len(truth) - wanted, 1), 4),
    }


def decided(scores: Array, thresholds: dict[str, dict[str, float]]) -> Array:
    """Truth values for scores [n, sources, uses] under the thresholds of a unit; `used` wins over `called_for`."""
    given = np.asarray(scores >= np.array([[thresholds[source][use] for use in USES] for source in SOURCES]))
    given[:, :, 1] &= ~given[:, :, 0]
    return given


def judged(scores: Array, truth: Array, thresholds: dict[str, dict[str, float]] | None = None) -> dict[str, Any]:
    """For scores of unseen documents [n, sources, uses]: thresholds, how labels do, and the rates of error.

    The thresholds are those given, or else the best on these scores.
    """
    thresholds = thresholds or {
        source.value: {use.value: best_threshold(truth[:, i, j], scores[:, i, j]) for j, use in enumerate(USES)}
        for i, source in enumerate(SOURCES)
    }
    given = decided(scores, thresholds)
    quality: dict[str, Any] = {source.value: {} for source in SOURCES}
    errors: dict[str, Any] = {source.value: {} for source in SOURCES}
    for i, source in enumerate(SOURCES):
        for j, use in enumerate(USES):
            found = rates(truth[:, i, j], given[:, i, j])
            wrong = found.pop("fpr")
            share = float(truth[:, i, j].mean())
            brier = float(((scores[:, i, j] - truth[:, i, j]) ** 2).mean())
            found["brier_skill"] = round(1 - brier / (share * (1 - share)), 4) if 0 < share < 1 else 0.0
            found["calibration_error"] = round(calibration_error(truth[:, i, j], scores[:, i, j]), 4)
            quality[source.value][use.value] = {**found, "cases": int(truth[:, i, j].sum())}
            errors[source.value][use.value] = {"tpr": found["recall"], "fpr": wrong}
    return {"thresholds": thresholds, "cross_validated": quality, "error_rates": errors}


def calibration_error(truth: Array, scores: Array, least: float = 0.1, bins: int = 10) -> float:
    """How far probabilities lie from what comes true, on average over scores of `least` and more.

    Expected calibration error in bins of equal width (Naeini et al. 2015, AAAI); 0 where no score is so high.
    """
    high = scores >= least
    if not high.any():
        return 0.0
    truth, scores = truth[high], scores[high]
    number = np.minimum((scores * bins).astype(int), bins - 1)
    size = np.bincount(number, minlength=bins)
    gap = np.abs(np.bincount(number, scores, bins) - np.bincount(number, truth, bins))
    return float(gap.sum() / size.sum())
