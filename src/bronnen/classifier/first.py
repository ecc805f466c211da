"""The first stage: names of features, hashed per family, weighed by one logistic regression per source and use.

It does so twice: for sentences, and for passages, whose names are those of their sentences together.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from scipy import sparse

from bronnen.features import LENT, Row

Array = np.ndarray[Any, np.dtype[Any]]
Counts = dict[str, Any]  # family -> sparse counts, a row a sentence, a column a hash
Table = Any  # sparse counts of all families beside one another, a row a sentence or passage


@dataclass(frozen=True, slots=True)
class Family:
    """How a family of features is made and weighed."""

    bits: int  # of the hash
    least: int  # sentences that must have a feature for it to count
    shared: int  # groups of documents that must have it, for it to be kept for training
    weight: float  # length of the family's part of a sentence's vector


RECIPE: Mapping[str, Family] = {
    "word": Family(17, 2, 5, 1.0),
    "pair": Family(18, 2, 15, 1.0),
    "cue": Family(13, 3, 1, 0.7),
    "shape": Family(8, 1, 1, 0.4),
    "before": Family(17, 3, 1, 0.5),
    "after": Family(17, 3, 1, 0.5),
    "around": Family(17, 3, 1, 1.0),
    "earlier": Family(13, 3, 1, 0.2),
    "later": Family(13, 3, 1, 0.2),
}
STRENGTH = 3.0  # C of the regression
ABSENT = -6.0  # the score where there is nothing to learn from, or no sentence
_WIDTHS = [2**way.bits for way in RECIPE.values()]
_STARTS = dict(zip(RECIPE, np.cumsum([0, *_WIDTHS]).tolist(), strict=False))  # family -> its first column in a table
_FAMILY = np.repeat(np.arange(len(RECIPE), dtype=np.uint8), _WIDTHS)  # of each column
WIDTH = len(_FAMILY)  # columns of a table


@dataclass(frozen=True, slots=True)
class Weights:
    """What the first stage learned, for each column of a table; 0 where a feature is too rare to count."""

    idf: Array  # [columns]
    weights: Array  # [columns, targets]
    bias: Array  # [targets]


def counted(rows: Sequence[Row]) -> Counts:
    """Per family how often each hashed name stands in each sentence, without the families that neighbours lend."""
    return {family: _hashed([row.names[family] for row in rows], family) for family in RECIPE if family not in LENT}


def surrounded(own: Counts, sizes: Sequence[int]) -> Table:
    """The counts with what neighbours lend, given the sentences per document: nothing is lent over its end."""
    lent = {family: _lent(own[lender], sizes, steps) for family, (lender, steps) in LENT.items()}
    return sparse.hstack([own[family] if family in own else lent[family] for family in RECIPE], "csr")


def together(table: Table, passages: Array) -> Table:
    """The counts of passages, given the number of each sentence's passage (ascending from 0)."""
    size = int(passages.max(initial=-1)) + 1
    ones = np.ones(len(passages), dtype=np.float32)
    summed = sparse.csr_matrix((ones, (passages, np.arange(len(passages)))), shape=(size, len(passages))) @ table
    is_lent = np.array([family in LENT for family in RECIPE])
    summed.data[is_lent[_FAMILY[summed.indices]]] = 1  # neighbours of neighbours are the same words over again
    return summed


def fit(table: Table, truth: Array, importance: Array) -> Weights:
    """What can be learned from sentences or passages, their truth values [n, targets] and what each counts for."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    seen = np.bincount(table.indices, minlength=WIDTH)
    is_kept = seen >= np.array([way.least for way in RECIPE.values()])[_FAMILY]
    idf = np.zeros(WIDTH, dtype=np.float32)
    idf[is_kept] = np.log(len(truth) / seen[is_kept]) + 1
    matrix = _compact(_weighed(table, idf), is_kept)
    weights = np.zeros((WIDTH, truth.shape[1]), dtype=np.float32)
    bias = np.full(truth.shape[1], ABSENT)
    for target, wanted in enumerate(truth.T):
        if 0 < wanted.sum() < len(wanted):
            estimator = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, max_iter=200, random_state=0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                estimator.fit(matrix, wanted, sample_weight=importance)
            weights[is_kept, target], bias[target] = estimator.coef_[0], estimator.intercept_[0]
    return Weights(idf, weights, bias)


def _compact(table: Table, is_kept: Array) -> Table:
    """The columns that count, side by side: the regression runs through all its weights over and over."""
    kept = is_kept[table.indices]
    place = np.cumsum(is_kept, dtype=np.int32) - 1
    pointers = np.r_[0, np.cumsum(kept, dtype=np.int32)][table.indptr]
    parts = (table.data[kept].astype(np.float64), place[table.indices[kept]], pointers)
    return sparse.csr_matrix(parts, shape=(table.shape[0], int(is_kept.sum())))


def packed(learned: Weights) -> dict[str, Array]:
    """What was learned as it is kept: the columns that count and what they weigh."""
    columns = np.flatnonzero(learned.idf).astype(np.int32)
    return {
        "columns": columns,
        "idf": learned.idf[columns],
        "weights": learned.weights[columns],
        "bias": learned.bias,
    }


def unpacked(kept: Mapping[str, Array]) -> Weights:
    """What `packed` made, as it was."""
    idf = np.zeros(WIDTH, dtype=np.float32)
    weights = np.zeros((WIDTH, len(kept["bias"])), dtype=np.float32)
    idf[kept["columns"]], weights[kept["columns"]] = kept["idf"], kept["weights"]
    return Weights(idf, weights, kept["bias"])


def logits(table: Table, learned: Weights) -> Array:
    """The first stage's scores [n, targets], as logarithms of odds."""
    return np.asarray(_weighed(table, learned.idf) @ learned.weights + learned.bias)


def contributions(
    rows: Sequence[Row], table: Table, asked: Sequence[tuple[int, int]], learned: Weights
) -> list[list[tuple[str, float]]]:
    """Per asked (sentence, target) of a document each name that speaks for it, and what it adds to the target's score.

    `table` is the `surrounded` one of the document's rows. Of names that share a hash the first is given.
    """
    some = _weighed(table[[at for at, _ in asked]], learned.idf)
    places = {lender: _places(rows, {at for at, _ in asked}, lender) for lender in RECIPE if lender not in LENT}
    found: list[list[tuple[str, float]]] = []
    for number, (at, target) in enumerate(asked):
        own = slice(some.indptr[number], some.indptr[number + 1])
        added = some.data[own] * learned.weights[some.indices[own], target]
        speaks = added > 0
        values = dict(zip(some.indices[own][speaks].tolist(), added[speaks].tolist(), strict=True))
        told: list[tuple[str, float]] = []
        for family, start in _STARTS.items():
            lender, near = _near(family, at, len(rows))
            for name, place in chain.from_iterable(places[lender][one] for one in near):
                if start + place in values:
                    told.append((f"{family}_{name.partition('_')[2]}", values.pop(start + place)))
        found.append(told)
    return found


def _places(rows: Sequence[Row], asked: Iterable[int], lender: str) -> dict[int, list[tuple[str, int]]]:
    """Per sentence near the asked ones the names of a family, each once and with its hash."""
    families = [family for family in RECIPE if LENT.get(family, (family,))[0] == lender]
    near = {one for at in asked for family in families for one in _near(family, at, len(rows))[1]}
    names = list({name for at in near for name in rows[at].names[lender]})
    hashed = _hashed([(name,) for name in names], lender).indices.tolist() if names else []
    known = dict(zip(names, hashed, strict=True))
    return {at: [(name, known[name]) for name in dict.fromkeys(rows[at].names[lender])] for at in near}


def _near(family: str, at: int, count: int) -> tuple[str, range]:
    """The family whose names a family is made of, and the sentences, of so many, that it takes them from."""
    lender, steps = LENT.get(family, (family, range(1)))
    return lender, range(max(0, at + steps.start), min(count, at + steps.stop))


def _hashed(names: Sequence[Sequence[str]], family: str) -> Any:
    from sklearn.feature_extraction import FeatureHasher

    hasher = FeatureHasher(2 ** RECIPE[family].bits, input_type="string", alternate_sign=False, dtype=np.float32)
    return hasher.transform(names).tocsr()


def _lent(block: Any, sizes: Sequence[int], steps: range) -> Any:
    """What stands in the sentences so many steps away in the same document, once each."""
    ends = np.repeat(np.cumsum(sizes, dtype=np.int64), sizes)
    begins = ends - np.repeat(np.asarray(sizes, dtype=np.int64), sizes)
    at = np.arange(len(ends))
    left = np.clip(at + steps.start, begins, ends)
    right = np.clip(at + steps.stop, left, ends)
    pointers = np.r_[0, np.cumsum(right - left)]
    columns = np.arange(pointers[-1]) - np.repeat(pointers[:-1] - left, right - left)
    reach = sparse.csr_matrix((np.ones(len(columns), np.float32), columns, pointers), shape=(len(at), len(at)))
    return (reach @ block).sign().tocsr()


def _weighed(table: Table, idf: Array) -> Table:
    """The table as TF-IDF, the part of each family in a row of the length that the recipe says."""
    values = (1 + np.log(table.data)) * idf[table.indices]
    size = len(RECIPE)
    parts = np.repeat(np.arange(table.shape[0], dtype=np.int32) * size, np.diff(table.indptr)) + _FAMILY[table.indices]
    lengths = np.sqrt(np.bincount(parts, values.astype(float) ** 2, table.shape[0] * size))
    wanted = np.tile([way.weight for way in RECIPE.values()], table.shape[0])
    values *= (wanted / np.maximum(lengths, 1e-9)).astype(np.float32)[parts]
    return sparse.csr_matrix((values, table.indices, table.indptr), shape=table.shape)
