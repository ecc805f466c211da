"""What a model learns from, and how it is kept: numbers without a sentence that could be read.

Kept are hashed names per sentence, where the sentences stand, the scores of readers that had not seen them, and the
labels. Names that few documents share are left out, so that no sentence can be put together again from them.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from bronnen.classifier import first, second
from bronnen.classifier.first import Array, Counts
from bronnen.classifier.reader import Read
from bronnen.errors import MissingError
from bronnen.features import LENT, Row
from bronnen.records import Unit

REAL, MORE, WRITTEN, OWN, CHOSEN = range(5)
"""Where labels come from: the project's label files of real documents, more real documents labelled in the same way,
documents written for this project, a team's own, and a team's own on passages that a model's doubt chose."""
MOST = 400_000_000  # bytes that a file may unpack to
_DAY = (1980, 1, 1, 0, 0, 0)  # a zip file wants a date; examples have none


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled sentences and passages. A `run` is a whole document or neighbouring sentences of one.

    `counts`: per family (those of neighbours left out) how often each hashed name stands in each sentence.
    `sentences`, `passages`: truth values [n or m, sources, uses]. `read`: scores of a reader that did not learn from
    them. Per run: `groups` (runs of one group are never split between learning and checking), `organisations`,
    `names` (a digest of its document's name), `origins` (where its labels come from), `weights` (what each counts for),
    and whether its sentences and its passages were judged: `told` [runs, 2]. In a run that was judged in part, `open`
    [n], [m] are the sentences and passages that were not; they stand there as surroundings.
    """

    counts: Counts
    place: second.Place
    sentences: Array
    passages: Array
    read: Read
    groups: Array
    organisations: Array
    names: Array
    origins: Array
    weights: Array
    told: Array
    open: tuple[Array, Array] | None = None

    def __len__(self) -> int:
        return len(self.place.documents)

    @property
    def begins(self) -> Array:
        """The index of each run's first sentence, and at the end the number of sentences."""
        return np.searchsorted(self.place.documents, np.arange(len(self.groups) + 1))

    @property
    def natural(self) -> Array:
        """The runs that tell how a model errs on documents as they come: not those that a model chose by its scores."""
        natural = ~np.isin(self.origins, (MORE, CHOSEN))
        return np.asarray(natural if natural.any() else ~natural)

    @property
    def own(self) -> Array:
        """The runs that a team labelled."""
        return np.isin(self.origins, (OWN, CHOSEN))

    def judged(self, unit: Unit) -> Array:
        """Which sentences or passages were judged."""
        at = 0 if unit is Unit.SENTENCE else 1
        told = self.told[self.place.documents if unit is Unit.SENTENCE else self.passage_runs, at]
        return np.asarray(told & ~self.open[at] if self.open else told)

    @property
    def passage_runs(self) -> Array:
        """The run of each passage."""
        return np.asarray(self.place.documents[self.place.begins[:-1]])


def tied(groups: Array, organisations: Array) -> Array:
    """A number per run: the same for runs of one group or of one organisation, also by way of other runs."""
    names = [np.unique(one, return_inverse=True)[1] for one in (groups, organisations)]
    links = sparse.csr_matrix((np.ones(len(groups)), tuple(names)))
    both = sparse.bmat([[None, links], [links.T, None]], format="csr")
    return np.asarray(connected_components(both, directed=False)[1][names[0]])


def digest(document: str) -> int:
    """What stands for a document's name: the first 16 hexadecimal digits of its SHA-256, as a number."""
    return int(hashlib.sha256(document.encode()).hexdigest()[:16], 16)


def described(
    runs: Sequence[Sequence[Row]],
    sentences: Array,
    passages: Array,
    read: Sequence[Read],
    groups: Array,
    documents: Sequence[str],
    *,
    organisations: Array | None = None,
    origins: Array | None = None,
    weight: float = 1.0,
    told: Array | None = None,
    open: tuple[Array, Array] | None = None,
) -> Examples:
    """Examples of runs of rows (none of them empty), with their truth and what a reader makes of each run.

    `documents` are the names of the runs' documents; their digests are kept, so that it can be known what was learned.
    """
    rows = [row for run in runs for row in run]
    return Examples(
        counts=first.counted(rows),
        place=second.placed(runs),
        sentences=sentences,
        passages=passages,
        read=Read(*(np.concatenate([getattr(one, name) for one in read]) for name in Read.__slots__)),
        groups=np.asarray(groups, dtype=np.int64),
        organisations=np.asarray(groups if organisations is None else organisations, dtype=np.int64),
        names=np.array([digest(name) for name in documents], dtype=np.uint64),
        origins=np.full(len(runs), OWN, dtype=np.uint8) if origins is None else np.asarray(origins, dtype=np.uint8),
        weights=np.full(len(runs), weight),
        told=np.ones((len(runs), 2), dtype=bool) if told is None else told,
        open=open,
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
        names=np.r_[one.names, other.names],
        origins=np.r_[one.origins, other.origins],
        weights=np.r_[one.weights, other.weights],
        told=np.concatenate([one.told, other.told]),
        open=_both_open(one, other),
    )


def _both_open(one: Examples, other: Examples) -> tuple[Array, Array] | None:
    if one.open is None and other.open is None:
        return None
    sizes = [(len(examples), len(examples.passages)) for examples in (one, other)]
    first, second = (
        examples.open or tuple(np.zeros(size, dtype=bool) for size in lengths)
        for examples, lengths in zip((one, other), sizes, strict=True)
    )
    return np.r_[first[0], second[0]], np.r_[first[1], second[1]]


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
        names=examples.names[kept],
        origins=examples.origins[kept],
        weights=examples.weights[kept],
        told=examples.told[kept],
        open=(examples.open[0][rows], examples.open[1][paragraphs]) if examples.open else None,
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


def save(examples: Examples, path: Path, recipe: str) -> None:
    """Write examples to a file, a zip of plain arrays; the same examples give the same bytes.

    `recipe` tells the features that they were described with (`classifier.recipe`).
    """
    arrays: dict[str, Array] = {
        "recipe": np.frombuffer(recipe.encode(), dtype=np.uint8),
        "documents": np.diff(examples.begins).astype(np.uint16),
        "passages": np.diff(examples.place.begins).astype(np.uint16),
        "lengths": examples.place.lengths.astype(np.uint16),
        "sentence_labels": _bits(examples.sentences),
        "passage_labels": _bits(examples.passages),
        "groups": examples.groups.astype(np.int32),
        "organisations": examples.organisations.astype(np.int32),
        "names": examples.names,
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


def load(path: Path, recipe: str) -> Examples:
    """The examples in a file, which must have been described with the features of this recipe.

    Raises:
        MissingError: the file is not there, was made with other features, or holds something else.
    """
    try:
        with zipfile.ZipFile(path) as held:
            if sum(member.file_size for member in held.infolist()) > MOST:
                raise ValueError(f"it unpacks to more than {MOST // 10**6} MB")
        with np.load(path, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        if bytes(found["recipe"]).decode() != recipe:
            raise MissingError(f"The training rows in {path} were made with other features.", "Install bronnen again.")
        return _built(found)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, EOFError, MemoryError) as error:
        raise MissingError(f"Cannot read the training rows in {path}: {error}.", "Install bronnen again.") from error
    except (zipfile.BadZipFile, lzma.LZMAError) as error:
        raise MissingError(f"The training rows in {path} are damaged: {error}.", "Install bronnen again.") from error


def _built(held: dict[str, Array]) -> Examples:
    documents = np.repeat(np.arange(len(held["documents"])), held["documents"])
    passages = np.repeat(np.arange(len(held["passages"])), held["passages"])
    runs, count, size = len(held["documents"]), len(documents), len(held["passages"])
    lengths = {"lengths": count, "sentence_labels": count, "read_alone": count, "read_sentences": count}
    lengths |= {"passage_labels": size, "read_passages": size}
    lengths |= dict.fromkeys(("groups", "organisations", "names", "origins", "weights", "told"), runs)
    wrong = [name for name, wanted in lengths.items() if len(held[name]) != wanted]
    begins = np.cumsum(held["passages"], dtype=np.int64)
    if wrong or len(passages) != count or not np.isin(np.cumsum(held["documents"], dtype=np.int64), begins).all():
        raise ValueError(f"its parts do not fit together: {', '.join(wrong) or 'passages'}")
    counts: Counts = {}
    for family in (name for name in first.RECIPE if name not in LENT):
        pointers = np.r_[0, np.cumsum(held[f"{family}_sizes"], dtype=np.int64)]
        columns, data = held[f"{family}_names"].astype(np.int64), held[f"{family}_counts"].astype(np.float32)
        width = 2 ** first.RECIPE[family].bits
        if len(pointers) != count + 1 or pointers[-1] != len(columns) or columns.max(initial=0) >= width:
            raise ValueError(f"its parts do not fit together: {family}")
        counts[family] = sparse.csr_matrix((data, columns.astype(np.int32), pointers), shape=(count, width))
        counts[family].check_format(full_check=True)
    return Examples(
        counts=counts,
        place=second.Place(documents, passages, held["lengths"].astype(float)),
        sentences=_truth(held["sentence_labels"]),
        passages=_truth(held["passage_labels"]),
        read=Read(*(held[f"read_{name}"].astype(np.float64).reshape(-1, 6) for name in Read.__slots__)),
        groups=held["groups"].astype(np.int64),
        organisations=held["organisations"].astype(np.int64),
        names=held["names"].astype(np.uint64),
        origins=held["origins"].astype(np.uint8),
        weights=held["weights"].astype(np.float64),
        told=held["told"].astype(bool).reshape(-1, 2),
    )


def _bits(truth: Array) -> Array:
    return np.packbits(truth.reshape(len(truth), 6), axis=1)


def _truth(bits: Array) -> Array:
    flat: Any = np.unpackbits(bits, axis=1, count=6).astype(bool)
    return np.asarray(flat.reshape(-1, 3, 2))
