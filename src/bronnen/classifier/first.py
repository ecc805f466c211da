"""The first stage: names of features, hashed per family, weighed by one logistic regression per source and use.

It does so twice: for sentences, and for passages, whose names are those of their sentences together.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression

from bronnen.features import LENT, Row

Array = np.ndarray[Any, np.dtype[Any]]
Counts = dict[str, Any]  # family -> sparse counts, a row a sentence, a column a hash


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
    "part": Family(16, 3, 5, 0.6),
    "heading": Family(14, 2, 5, 0.2),
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


@dataclass(frozen=True, slots=True)
class Weights:
    """What the first stage learned.

    Per family the hashes that count (`columns`, ascending), their `idf`, and their `weights` [columns, targets].
    """

    columns: dict[str, Array]
    idf: dict[str, Array]
    weights: dict[str, Array]
    bias: Array  # [targets]


def counted(rows: Sequence[Row]) -> Counts:
    """Per family how often each hashed name stands in each sentence, without the families that neighbours lend."""
    return {family: _hashed([row.names[family] for row in rows], family) for family in RECIPE if family not in LENT}


def surrounded(own: Counts, sizes: Sequence[int]) -> Counts:
    """The counts with what neighbours lend, given the sentences per document: nothing is lent over its end."""
    lent = {family: _lent(own[lender], sizes, steps) for family, (lender, steps) in LENT.items()}
    return {family: own[family] if family in own else lent[family] for family in RECIPE}


def together(counts: Counts, passages: Array) -> Counts:
    """The counts of passages, given the number of each sentence's passage (ascending from 0)."""
    size = int(passages.max(initial=-1)) + 1
    ones = np.ones(len(passages), dtype=np.float32)
    sums = sparse.csr_matrix((ones, (passages, np.arange(len(passages)))), shape=(size, len(passages)))
    return {family: _once((sums @ block).tocsr(), family) for family, block in counts.items()}


def _once(block: Any, family: str) -> Any:
    return block.sign() if family in LENT else block  # neighbours of neighbours are the same words over again


def chosen(counts: Counts, rows: Array) -> Counts:
    """The counts of some of the sentences."""
    return {family: block[rows] for family, block in counts.items()}


def fit(counts: Counts, truth: Array, importance: Array) -> Weights:
    """What can be learned from sentences or passages, their truth values [n, targets] and what each counts for."""
    columns: dict[str, Array] = {}
    idf: dict[str, Array] = {}
    for family, way in RECIPE.items():
        seen = np.bincount(counts[family].indices, minlength=counts[family].shape[1])
        columns[family] = np.flatnonzero(seen >= way.least).astype(np.int32)
        idf[family] = (np.log(len(truth) / seen[columns[family]]) + 1).astype(np.float32)
    blocks = [block for _, block in _weighed(counts, columns, idf)]
    matrix = sparse.hstack(blocks, format="csr", dtype=np.float64)
    fitted = np.zeros((matrix.shape[1], truth.shape[1]), dtype=np.float32)
    bias = np.full(truth.shape[1], ABSENT)
    for target, wanted in enumerate(truth.T):
        if 0 < wanted.sum() < len(wanted):
            estimator = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, max_iter=200, random_state=0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                estimator.fit(matrix, wanted, sample_weight=importance)
            fitted[:, target], bias[target] = estimator.coef_[0], estimator.intercept_[0]
    borders = np.cumsum([0] + [len(columns[family]) for family in RECIPE])
    weights = {family: fitted[borders[index] : borders[index + 1]] for index, family in enumerate(RECIPE)}
    return Weights(columns, idf, weights, bias)


def logits(counts: Counts, learned: Weights) -> Array:
    """The first stage's scores [n, targets], as logarithms of odds."""
    total: Array = np.tile(learned.bias, (counts["word"].shape[0], 1))
    for family, block in _weighed(counts, learned.columns, learned.idf):
        total += block @ learned.weights[family]
    return total


def contributions(
    rows: Sequence[Row], counts: Counts, asked: Sequence[tuple[int, int]], learned: Weights
) -> list[list[tuple[str, float]]]:
    """Per asked (sentence, target) of a document each name that holds there, and what it adds to the target's score.

    `counts` are the `surrounded` ones of the document's rows. Of names that share a hash the first is given.
    """
    found: list[list[tuple[str, float]]] = [[] for _ in asked]
    some = chosen(counts, np.array([at for at, _ in asked], dtype=np.int64))
    for family, block in _weighed(some, learned.columns, learned.idf):
        spoken = [list(dict.fromkeys(_spoken(rows, at, family))) for at, _ in asked]
        names = sorted({name for told in spoken for name in told})
        hashed = _hashed([(name,) for name in names], family).indices.tolist() if names else []
        places = dict(zip(names, hashed, strict=True))
        for number, (_, target) in enumerate(asked):
            at = slice(block.indptr[number], block.indptr[number + 1])
            columns = block.indices[at]
            added = (block.data[at] * learned.weights[family][columns, target]).tolist()
            values = dict(zip(learned.columns[family][columns].tolist(), added, strict=True))
            for name in spoken[number]:
                value = values.pop(places[name], 0.0)
                if value:
                    found[number].append((f"{family}_{name.partition('_')[2]}", value))
    return found


def _hashed(names: Sequence[Sequence[str]], family: str) -> Any:
    bits = RECIPE[LENT[family][0] if family in LENT else family].bits
    hasher = FeatureHasher(2**bits, input_type="string", alternate_sign=False, dtype=np.float32)
    return hasher.transform(names).tocsr()


def _spoken(rows: Sequence[Row], at: int, family: str) -> list[str]:
    lender, steps = LENT.get(family, (family, range(1)))
    return [name for step in steps if 0 <= at + step < len(rows) for name in rows[at + step].names[lender]]


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


def _weighed(counts: Counts, columns: Mapping[str, Array], idf: Mapping[str, Array]) -> Iterator[tuple[str, Any]]:
    """Per family the columns that count as TF-IDF, each sentence's part of the length that the recipe says."""
    for family, way in RECIPE.items():
        block = _kept(counts[family], columns[family])
        block.data = (1 + np.log(block.data)) * idf[family][block.indices]
        owners = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        lengths = np.sqrt(np.bincount(owners, block.data.astype(float) ** 2, block.shape[0]))
        block.data *= (way.weight / np.maximum(lengths, 1e-9)).astype(np.float32)[owners]
        yield family, block


def _kept(block: Any, columns: Array) -> Any:
    """The given columns of a block, ascending; by a table, since scipy looks through all columns for each document."""
    number = np.full(block.shape[1], -1, dtype=np.int32)
    number[columns] = np.arange(len(columns), dtype=np.int32)
    found = number[block.indices]
    stays = found >= 0
    pointers = np.r_[0, np.cumsum(stays)][block.indptr]
    return sparse.csr_matrix((block.data[stays], found[stays], pointers), shape=(block.shape[0], len(columns)))
