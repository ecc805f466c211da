"""From probabilities to labels, and how good those labels are: folds, thresholds, rates of error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bronnen.classifier.first import Array
from bronnen.records import ErrorRates, Known, Source, Use

SOURCES, USES = tuple(Source), tuple(Use)
SHAPE = (-1, len(SOURCES), len(USES))
TARGETS = len(SOURCES) * len(USES)


Errors = Callable[[Array, Array, Array, Array], Known]
"""What scores, labels and truth [n, sources, uses] of passages, and the group of documents of each, tell of errors."""


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
    """Precision, recall and F1."""
    hits, wanted, found = int((truth & given).sum()), int(truth.sum()), int(given.sum())
    return {
        "precision": round(hits / max(found, 1), 4),
        "recall": round(hits / max(wanted, 1), 4),
        "f1": round(2 * hits / max(found + wanted, 1), 4),
    }


def decided(scores: Array, thresholds: dict[str, dict[str, float]]) -> Array:
    """Truth values for scores [n, sources, uses] under the thresholds of a unit; `used` wins over `called_for`."""
    given = np.asarray(scores >= np.array([[thresholds[source][use] for use in USES] for source in SOURCES]))
    given[:, :, 1] &= ~given[:, :, 0]
    return given


def judged(scores: Array, truth: Array, thresholds: dict[str, dict[str, float]] | None = None) -> dict[str, Any]:
    """For scores of unseen documents [n, sources, uses]: thresholds, and how labels do.

    The thresholds are those given, or else the best on these scores.
    """
    thresholds = thresholds or {
        source.value: {use.value: best_threshold(truth[:, i, j], scores[:, i, j]) for j, use in enumerate(USES)}
        for i, source in enumerate(SOURCES)
    }
    given = decided(scores, thresholds)
    quality: dict[str, Any] = {source.value: {} for source in SOURCES}
    for i, source in enumerate(SOURCES):
        for j, use in enumerate(USES):
            found = rates(truth[:, i, j], given[:, i, j])
            share = float(truth[:, i, j].mean())
            brier = float(((scores[:, i, j] - truth[:, i, j]) ** 2).mean())
            found["brier_skill"] = round(1 - brier / (share * (1 - share)), 4) if 0 < share < 1 else 0.0
            found["calibration_error"] = round(calibration_error(truth[:, i, j], scores[:, i, j]), 4)
            quality[source.value][use.value] = {**found, "cases": int(truth[:, i, j].sum())}
    return {"thresholds": thresholds, "cross_validated": quality}


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


def error_rates(scores: Array, given: Array, truth: Array, groups: Array) -> Known:
    """How labels and probabilities [n, sources, uses] of unseen documents err, as the balance needs it.

    `groups` [n] tell which passages share a document, for how the figures vary over documents.
    """
    return {
        source: {
            use: _error_rates(scores[:, i, j], given[:, i, j], truth[:, i, j], groups) for j, use in enumerate(USES)
        }
        for i, source in enumerate(SOURCES)
    }


def _error_rates(scores: Array, given: Array, truth: Array, groups: Array) -> ErrorRates:
    cases, others = max(int(truth.sum()), 1), max(int((~truth).sum()), 1)
    line, spread = _line(scores, truth, groups)
    return ErrorRates(
        share=round(float(truth.mean()), 6),
        tpr=round(float(given[truth].sum() / cases), 6),
        fpr=round(float(given[~truth].sum() / others), 6),
        of_cases=round(float(scores[truth].sum() / cases), 6),
        of_others=round(float(scores[~truth].sum() / others), 6),
        line=line,
        spread=spread,
    )


def _line(scores: Array, truth: Array, groups: Array) -> tuple[tuple[float, float], tuple[float, float, float]]:
    """Intercept and slope of the true log-odds over the given ones, and their covariance over documents.

    Cox 1958, doi:10.1093/biomet/45.3-4.562; the covariance is that of resampled documents, to first order (the sandwich
    with documents as clusters: Liang & Zeger 1986, doi:10.1093/biomet/73.1.13).
    """
    if not 0 < truth.sum() < len(truth):
        return (0.0, 1.0), (0.0, 0.0, 0.0)
    chances = np.clip(scores, 1e-4, 1 - 1e-4)
    about = np.stack([np.ones(len(scores)), np.log(chances) - np.log1p(-chances)], axis=1)
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6, tol=1e-6).fit(about[:, 1:], truth)
    line = np.array([fitted.intercept_[0], fitted.coef_[0, 0]])
    expected = 1 / (1 + np.exp(-about @ line))
    _, number = np.unique(groups, return_inverse=True)
    pulls = np.stack([np.bincount(number, column * (truth - expected)) for column in about.T], axis=1)
    inverse = np.linalg.inv((about * (expected * (1 - expected))[:, None]).T @ about + 1e-6 * np.eye(2))
    spread = inverse @ pulls.T @ pulls @ inverse
    return _rounded(line), _rounded(spread[[0, 0, 1], [0, 1, 1]])


def _rounded(values: Array) -> Any:
    return tuple(round(float(value), 6) for value in values)
