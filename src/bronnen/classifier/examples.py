"""What a model learns from, and how it is kept: numbers without a sentence that could be read.

Kept are hashed names per sentence, where the sentences stand, the scores of readers that had not seen them, and the
labels. Names that few documents share are left out, so that no sentence can be put together again from them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from bronnen.classifier import first, second
from bronnen.classifier.first import Array, Counts
from bronnen.classifier.reader import Read
from bronnen.errors import MissingError
from bronnen.features import Row

REAL, MORE, WRITTEN, OWN = range(4)
"""Where labels come from: the project's label files of real documents, more real documents labelled in the same way,
documents written for this project, and a team's own."""
_DAY = (1980, 1, 1, 0, 0, 0)  # a zip file wants a date; examples have none


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled sentences and passages. A `run` is a whole document or neighbouring sentences of one.

    `counts`: per family (those of neighbours left out) how often each hashed name stands in each sentence.
    `sentences`, `passages`: truth values [n or m, sources, uses]. `read`: scores of a reader that did not learn from
    them. Per run: `groups` (runs of one group are never split between learning and checking), `organisations`,
    `origins` (where its labels come from), `weights` (what each counts for), and whether its sentences and its passages
    were judged: `told` [runs, 2].
    """

    counts: Counts
    place: second.Place
    sentences: Array
    passages: Array
    read: Read
    groups: Array
    organisations: Array
    origins: Array
    weights: Array
    told: Array

    def __len__(self) -> int:
        return len(self.place.documents)

    @property
    def begins(self) -> Array:
        """The index of each run's first sentence, and at the end the number of sentences."""
        return np.searchsorted(self.place.documents, np.arange(len(self.groups) + 1))

    @property
    def passage_runs(self) -> Array:
        """The run of each passage."""
        return np.asarray(self.place.documents[self.place.begins[:-1]])


def described(
    runs: Sequence[Sequence[Row]],
    sentences: Array,
    passages: Array,
    read: Sequence[Read],
    groups: Array,
    *,
    organisations: Array | None = None,
    origins: Array | None = None,
    weight: float = 1.0,
    told: Array | None = None,
) -> Examples:
    """Examples of runs of rows (none of them empty), with their truth and what a reader makes of each run."""
    rows = [row for run in runs for row in run]
    return Examples(
        counts=first.counted(rows),
        place=second.placed(runs),
        sentences=sentences,
        passages=passages,
        read=Read(*(np.concatenate([getattr(one, name) for one in read]) for name in Read.__slots__)),
        groups=np.asarray(groups, dtype=np.int64),
        organisations=np.asarray(groups if organisations is None else organisations, dtype=np.int64),
        origins=np.full(len(runs), OWN, dtype=np.uint8) if origins is None else np.asarray(origins, dtype=np.uint8),
        weights=np.full(len(runs), weight),
        told=np.ones((len(runs), 2), dtype=bool) if told is None else told,
    )


def joined(one: Examples, other: Examples) -> Examples:
    """Both sets of examples, whose groups and organisations have nothing in common."""
    place = second.Place(
        np.r_[one.place.documents, other.place.documents + len(one.groups)],
        np.r_[one.place.passages, other.place.passages + len(one.passages)],
        np.r_[one.place.lengths, other.place.lengths],
    )
    return Examples(
        counts={family: sparse.vstack([block, other.counts[family]], "csr") for family, block in one.counts.items()},
        place=place,
        sentences=np.concatenate([one.sentences, other.sentences]),
        passages=np.concatenate([one.passages, other.passages]),
        read=Read(*(np.concatenate([getattr(one.read, n), getattr(other.read, n)]) for n in Read.__slots__)),
        groups=np.r_[one.groups, other.groups + one.groups.max(initial=-1) + 1],
        organisations=np.r_[one.organisations, other.organisations + one.organisations.max(initial=-1) + 1],
        origins=np.r_[one.origins, other.origins],
        weights=np.r_[one.weights, other.weights],
        told=np.concatenate([one.told, other.told]),
    )


def part(examples: Examples, runs: Array) -> Examples:
    """The examples of some of the runs, given as truth values or ascending numbers."""
    kept = np.zeros(len(examples.groups), dtype=bool)
    kept[runs] = True
    rows, paragraphs = kept[examples.place.documents], kept[examples.passage_runs]
    documents, passages = (np.cumsum(one) - 1 for one in (kept, paragraphs))
    place = second.Place(
        documents[examples.place.documents[rows]],
        passages[examples.place.passages[rows]],
        examples.place.lengths[rows],
    )
    return Examples(
        counts={family: block[np.flatnonzero(rows)] for family, block in examples.counts.items()},
        place=place,
        sentences=examples.sentences[rows],
        passages=examples.passages[paragraphs],
        read=Read(examples.read.alone[rows], examples.read.sentences[rows], examples.read.passages[paragraphs]),
        groups=examples.groups[kept],
        organisations=examples.organisations[kept],
        origins=examples.origins[kept],
        weights=examples.weights[kept],
        told=examples.told[kept],
    )


def thinned(examples: Examples) -> Examples:
    """The examples without names that stand in fewer groups than the recipe asks.

    What is left cannot tell one document from the others, and no longer holds the words of any sentence together.
    """
    groups = examples.groups[examples.place.documents]
    sums = sparse.csr_matrix(
        (np.ones(len(groups)), (np.unique(groups, return_inverse=True)[1], np.arange(len(groups))))
    )
    counts: Counts = {}
    for family, block in examples.counts.items():
        seen = np.asarray((sums @ block.sign()).sign().sum(axis=0)).ravel()
        keep = sparse.diags((seen >= first.RECIPE[family].shared).astype(np.float32))
        counts[family] = sparse.csr_matrix(block @ keep)
        counts[family].eliminate_zeros()
        counts[family].sort_indices()
    return replace(examples, counts=counts)


def save(examples: Examples, path: Path) -> None:
    """Write examples to a file, a zip of plain arrays; the same examples give the same bytes."""
    arrays: dict[str, Array] = {
        "documents": np.diff(examples.begins).astype(np.uint16),
        "passages": np.diff(examples.place.begins).astype(np.uint16),
        "lengths": examples.place.lengths.astype(np.uint16),
        "sentence_labels": _bits(examples.sentences),
        "passage_labels": _bits(examples.passages),
        "groups": examples.groups.astype(np.int32),
        "organisations": examples.organisations.astype(np.int32),
        "origins": examples.origins,
        "weights": examples.weights.astype(np.float32),
        "told": examples.told,
    }
    for name in Read.__slots__:
        arrays[f"read_{name}"] = getattr(examples.read, name).astype(np.float16)
    for family, block in examples.counts.items():
        arrays[f"{family}_sizes"] = np.diff(block.indptr).astype(np.uint16)
        arrays[f"{family}_names"] = block.indices.astype(np.uint32)
        arrays[f"{family}_counts"] = np.minimum(block.data, 255).astype(np.uint8)
    with zipfile.ZipFile(path, "w") as target:
        for name, array in arrays.items():
            about = zipfile.ZipInfo(f"{name}.npy", _DAY)
            about.compress_type, about.external_attr, about.create_system = zipfile.ZIP_LZMA, 0o600 << 16, 3
            made = io.BytesIO()
            np.save(made, array, allow_pickle=False)
            target.writestr(about, made.getvalue())


def load(path: Path) -> Examples:
    """The examples in a file.

    Raises:
        MissingError: the file is not there or holds something else.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            return _built({name: held[name] for name in held.files})
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise MissingError(f"Cannot read the training rows in {path}: {error}.", "Install bronnen again.") from error


def _built(held: dict[str, Array]) -> Examples:
    documents = np.repeat(np.arange(len(held["documents"])), held["documents"])
    passages = np.repeat(np.arange(len(held["passages"])), held["passages"])
    counts: Counts = {}
    for family, way in first.RECIPE.items():
        if f"{family}_sizes" not in held:
            continue
        pointers = np.r_[0, np.cumsum(held[f"{family}_sizes"], dtype=np.int64)]
        names, data = held[f"{family}_names"].astype(np.int32), held[f"{family}_counts"].astype(np.float32)
        counts[family] = sparse.csr_matrix((data, names, pointers), shape=(len(documents), 2**way.bits))
    return Examples(
        counts=counts,
        place=second.Place(documents, passages, held["lengths"].astype(float)),
        sentences=_truth(held["sentence_labels"]),
        passages=_truth(held["passage_labels"]),
        read=Read(*(held[f"read_{name}"].astype(np.float64) for name in Read.__slots__)),
        groups=held["groups"].astype(np.int64),
        organisations=held["organisations"].astype(np.int64),
        origins=held["origins"],
        weights=held["weights"].astype(np.float64),
        told=held["told"],
    )


def _bits(truth: Array) -> Array:
    return np.packbits(truth.reshape(len(truth), 6), axis=1)


def _truth(bits: Array) -> Array:
    flat: Any = np.unpackbits(bits, axis=1, count=6).astype(bool)
    return np.asarray(flat.reshape(-1, 3, 2))
