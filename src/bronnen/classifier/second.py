"""The second stage: from all scores in their surroundings to calibrated probabilities.

Fitted on scores that the first stage and the reader gave to documents they had not seen; else it would trust them
too much. One logistic regression per source and use weighs the scores for all of them, so that it can learn what goes
together (a survey of residents is experiential and scientific).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bronnen.classifier.first import ABSENT, Array
from bronnen.features import Row

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

STEADINESS = 0.02  # C of the regression
_NEAR, _WIDE = 5, 12  # sentences to each side
_PASSAGES_NEAR, _PASSAGES_WIDE = 3, 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where each sentence stands: the number of its document and of its passage (over all documents), its words."""

    documents: Array
    passages: Array
    lengths: Array

    @property
    def begins(self) -> Array:
        """The index of each passage's first sentence, and at the end the number of sentences."""
        return np.asarray(np.r_[np.flatnonzero(np.diff(self.passages, prepend=-1)), len(self.passages)])


@dataclass(frozen=True, slots=True)
class Signals:
    """Logarithms of odds [n, targets] of sentences, and [m, targets] of passages.

    `words` and `passage_words` come from the first stage; `alone`, `read` and `passage_read` from the reader.
    """

    words: Array
    alone: Array
    read: Array
    passage_words: Array
    passage_read: Array


def placed(documents: Sequence[Sequence[Row]]) -> Place:
    """Where the sentences of documents stand."""
    rows = [(number, row) for number, document in enumerate(documents) for row in document]
    keys = [(number, row.passage) for number, row in rows]
    numbers = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    return Place(
        np.array([number for number, _ in rows], dtype=np.int64),
        np.array([numbers[key] for key in keys], dtype=np.int64),
        np.array([row.length for _, row in rows], dtype=float),
    )


def about_sentences(signals: Signals, place: Place) -> Array:
    """What is known of each sentence, [n, numbers]."""
    at, begins = np.arange(len(place.documents)), place.begins
    parts = [signals.words, signals.alone, signals.read]
    parts += [values[place.passages] for values in (signals.passage_words, signals.passage_read)]
    parts += [_shifted(signals.words, place.documents, step) for step in (-2, -1, 1, 2)]
    parts += [_shifted(signals.read, place.documents, step) for step in (-1, 1)]
    for values in (signals.words, signals.read):
        parts.append(np.maximum.reduceat(values, begins[:-1])[place.passages])
        parts += [_nearby(values, place.documents, at, at + 1, reach) for reach in (_NEAR, _WIDE)]
    return np.hstack([*parts, np.log1p(np.diff(begins)[place.passages])[:, None], np.log1p(place.lengths)[:, None]])


def about_passages(signals: Signals, place: Place) -> Array:
    """What is known of each passage, [m, numbers]."""
    begins, ends = place.begins[:-1], place.begins[1:]
    count, documents = np.diff(place.begins), place.documents[begins]
    parts = [signals.passage_words, signals.passage_read]
    for values in (signals.words, signals.alone, signals.read):
        peak = np.maximum.reduceat(values, begins)
        parts += [peak, np.add.reduceat(values, begins) / count[:, None]]
    for values in (signals.words, signals.read):
        none = np.add.reduceat(np.log1p(-_chances(values)), begins)  # log of the chance that no sentence carries it
        parts += [np.log(np.expm1(-none) + 1e-6), np.add.reduceat(_chances(values), begins)]
        parts += [_nearby(values, place.documents, begins, ends, reach) for reach in (_NEAR, _WIDE)]
        parts += [_shifted(values, place.documents, -1)[begins], _shifted(values, place.documents, 1)[ends - 1]]
    at = np.arange(len(begins))
    for values in (signals.passage_words, signals.passage_read):
        parts += [_shifted(values, documents, step) for step in (-2, -1, 1, 2)]
        parts += [_nearby(values, documents, at, at + 1, reach) for reach in (_PASSAGES_NEAR, _PASSAGES_WIDE)]
    words = np.add.reduceat(place.lengths, begins)
    return np.hstack([*parts, np.log1p(count)[:, None], np.log1p(words)[:, None]])


def fit(about: Array, truth: Array, weights: Array | None = None) -> list[Pipeline]:
    """A regression per target, from what is known [n, numbers], truth values [n, targets] and what each counts for.

    A target without examples gets one that was told of a single invented case, and gives next to nothing.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    fitted = []
    for wanted in truth.T:
        if not wanted.any() or wanted.all():
            wanted = wanted.copy()
            wanted[0] ^= True
        estimator = make_pipeline(StandardScaler(), LogisticRegression(C=STEADINESS, max_iter=1000))
        fitted.append(estimator.fit(about, wanted, logisticregression__sample_weight=weights))
    return fitted


def probabilities(about: Array, fitted: Sequence[Pipeline]) -> Array:
    """Calibrated probabilities [n, targets].

    As `predict_proba` of each gives them, in one product: scikit-learn's checks cost more than the sums of a short
    text.
    """
    lines = [_line(one) for one in fitted]
    logits = about @ np.stack([weights for weights, _ in lines], axis=1) + [bias for _, bias in lines]
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -700, 700))))


def _line(pipeline: Pipeline) -> tuple[Array, float]:
    """A regression on standardised numbers as weights and bias of the numbers themselves."""
    scaler, regression = pipeline[0], pipeline[-1]
    weights = np.asarray(regression.coef_[0] / scaler.scale_)
    return weights, float(regression.intercept_[0] - weights @ scaler.mean_)


def _chances(logits: Array) -> Array:
    return np.clip(1 / (1 + np.exp(-logits)), 1e-6, 1 - 1e-6)


def _shifted(values: Array, documents: Array, step: int) -> Array:
    """The values of the neighbour `step` further in the same document; `ABSENT` where there is none."""
    moved = np.full_like(values, ABSENT)
    at = np.arange(max(0, -step), min(len(values), len(values) - step))
    at = at[documents[at] == documents[at + step]]
    moved[at] = values[at + step]
    return moved


def _nearby(logits: Array, documents: Array, begins: Array, ends: Array, reach: int) -> Array:
    """The mean chance in the `reach` items before each begin and after each end, within the document."""
    first = np.searchsorted(documents, documents[begins], "left")
    last = np.searchsorted(documents, documents[begins], "right")
    left, right = np.maximum(first, begins - reach), np.minimum(last, ends + reach)
    total = np.vstack([np.zeros(logits.shape[1]), np.cumsum(_chances(logits), axis=0)])
    summed = total[right] - total[left] - total[ends] + total[begins]
    return np.asarray(summed / np.maximum(right - left - (ends - begins), 1)[:, None])
