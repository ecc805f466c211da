"""The second stage: from the first stage's scores in their surroundings to calibrated probabilities.

Fitted on scores that the first stage gave to documents it had not seen; else it would trust them too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from bronnen.classifier.first import ABSENT, Array
from bronnen.features import Row

STEADINESS = 0.1  # C of the regression
_NEAR, _WIDE = 5, 12  # sentences to each side


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


def about_sentences(logits: Array, place: Place) -> Array:
    """What is known of each sentence, [n, targets, numbers]."""
    peak = np.maximum.reduceat(logits, place.begins[:-1])
    at = np.arange(len(logits))
    parts = [logits] + [_shifted(logits, place.documents, step) for step in (-2, -1, 1, 2)]
    parts += [_nearby(logits, place, at, at + 1, reach) for reach in (_NEAR, _WIDE)] + [peak[place.passages]]
    return _stacked(parts, [np.diff(place.begins)[place.passages], place.lengths])


def about_passages(logits: Array, place: Place) -> Array:
    """What is known of each passage, [m, targets, numbers]."""
    begins, ends = place.begins[:-1], place.begins[1:]
    count, chances = np.diff(place.begins), _chances(logits)
    peak = np.maximum.reduceat(logits, begins)
    none = np.add.reduceat(np.log1p(-chances), begins)  # log of the chance that no sentence carries it
    parts = [peak, np.add.reduceat(logits, begins) / count[:, None], np.log(np.expm1(-none) + 1e-6)]
    parts += [np.add.reduceat(chances, begins)]
    parts += [_shifted(peak, place.documents[begins], step) for step in (-1, 1)]
    parts += [_shifted(logits, place.documents, -1)[begins], _shifted(logits, place.documents, 1)[ends - 1]]
    parts += [_nearby(logits, place, begins, ends, reach) for reach in (_NEAR, _WIDE)]
    return _stacked(parts, [count, np.add.reduceat(place.lengths, begins)])


def fit(about: Array, truth: Array) -> list[Pipeline]:
    """A regression per target, from what is known [n, targets, numbers] and truth values [n, targets].

    A target without examples gets one that was told of a single invented case, and gives next to nothing.
    """
    fitted = []
    for target, wanted in enumerate(truth.T):
        known = about[:, target]
        if not wanted.any() or wanted.all():
            wanted = wanted.copy()
            wanted[int(np.argmax(known[:, 0]))] ^= True
        estimator = make_pipeline(StandardScaler(), LogisticRegression(C=STEADINESS, max_iter=1000))
        fitted.append(estimator.fit(known, wanted))
    return fitted


def probabilities(about: Array, fitted: Sequence[Pipeline]) -> Array:
    """Calibrated probabilities [n, targets]."""
    return np.stack([one.predict_proba(about[:, target])[:, 1] for target, one in enumerate(fitted)], axis=1)


def _chances(logits: Array) -> Array:
    return np.clip(1 / (1 + np.exp(-logits)), 1e-6, 1 - 1e-6)


def _shifted(values: Array, documents: Array, step: int) -> Array:
    """The values of the neighbour `step` further in the same document; `ABSENT` where there is none."""
    moved = np.full_like(values, ABSENT)
    at = np.arange(max(0, -step), min(len(values), len(values) - step))
    at = at[documents[at] == documents[at + step]]
    moved[at] = values[at + step]
    return moved


def _nearby(logits: Array, place: Place, begins: Array, ends: Array, reach: int) -> Array:
    """The mean chance in the `reach` sentences before each begin and after each end, within the document."""
    first = np.searchsorted(place.documents, place.documents[begins], "left")
    last = np.searchsorted(place.documents, place.documents[begins], "right")
    left, right = np.maximum(first, begins - reach), np.minimum(last, ends + reach)
    total = np.vstack([np.zeros(logits.shape[1]), np.cumsum(_chances(logits), axis=0)])
    summed = total[right] - total[left] - total[ends] + total[begins]
    return np.asarray(summed / np.maximum(right - left - (ends - begins), 1)[:, None])


def _stacked(parts: Sequence[Array], sizes: Sequence[Array]) -> Array:
    targets = parts[0].shape[1]
    whole: list[Any] = [np.repeat(np.log1p(size)[:, None], targets, axis=1) for size in sizes]
    return np.stack([*parts, *whole], axis=2)
