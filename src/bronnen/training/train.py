"""From labels to a model: the training rows that come with bronnen, and what a team adds of its own.

The texts behind the shipped rows cannot be shipped; the rows hold no sentence that could be read. A team's own labels
are described in the same way, on its own machine; nothing of their text is kept but hashed feature weights.
The same rows, labels and seed give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bronnen.classifier import SOURCES, USES, Examples, Model, Reader, described, joined
from bronnen.classifier.examples import load
from bronnen.corpus import Sample
from bronnen.errors import UsageError
from bronnen.features import rows
from bronnen.records import Unit
from bronnen.settings import resource
from bronnen.training.own import read_own

SEED = 20
WEIGHT = 3.0  # what a labelled passage of a team's own counts for, against one of the shipped rows
ROWS = "rows.npz"
PROVENANCE = (
    "Sentences of real Dutch policy documents and of documents written for this project (corpus/), labelled by large "
    "language models that read every sentence in context with the codebook; no human has checked the labels. Figures "
    "measured on them are an upper bound. The runs of real sentences were chosen partly for their density of sources, "
    "so the shares are not natural."
)
_SHARED = 3  # long sentences in common that make two documents versions of one
_LONG = 40  # letters


@dataclass(frozen=True, slots=True)
class Own:
    """A team's own labels as examples, and the names of their documents."""

    examples: Examples
    documents: tuple[str, ...]


def shipped_rows() -> Examples:
    """The training rows that come with bronnen."""
    return load(resource("models", "sources") / ROWS)


def own_examples(paths: Sequence[Path], reader: Reader, weight: float = WEIGHT) -> Own:
    """What a team labelled, in label files or samples, as examples that the reader has not learned from.

    Raises:
        StoreError: a file cannot be read or does not fit.
        UsageError: there is nothing in it to learn from.
    """
    told = [one for path in paths for one in read_own(path)]
    if not told:
        raise UsageError("There are no labels by people in these files.", "See docs/file-formats.md for what to give.")
    runs = [rows(one.paragraphs) for one in told]
    names = tuple(dict.fromkeys(one.document for one in told))
    number = {name: index for index, name in enumerate(names)}
    made = described(
        runs,
        np.concatenate([one.sentences for one in told]),
        np.concatenate([one.passages for one in told]),
        [reader.read(run) for run in runs],
        np.array([number[one.document] for one in told]),
        weight=weight,
        told=np.array([one.told for one in told], dtype=bool),
    )
    return Own(made, names)


def train(
    shipped: Examples | None, own: Own | None, reader: Reader, rng: np.random.Generator, provenance: str = PROVENANCE
) -> Model:
    """A model of the shipped rows, of a team's own labels, or of both, with a card that says what it learned from.

    Raises:
        UsageError: there are too few documents, or a source that nothing uses.
    """
    mine = own.examples if own else None
    examples = joined(shipped, mine) if shipped and mine else shipped or mine
    if examples is None or len(np.unique(examples.groups)) < 5:
        raise UsageError("Training needs labels of at least five different documents.")
    without = [source.value for index, source in enumerate(SOURCES) if not examples.passages[:, index, 0].any()]
    if without:
        raise UsageError(f"No passage in the labels uses: {', '.join(without)}.", "Add examples of it.")
    model = Model.fit(examples, reader, rng)
    model.card["data"] = {
        "groups": len(np.unique(examples.groups)),
        "organisations": len(np.unique(examples.organisations)),
        "runs": len(examples.groups),
        "sentences": len(examples),
        "passages": len(examples.passages),
        "own": {"documents": len(own.documents), "runs": len(mine.groups)} if own and mine else None,
        "labels": {
            unit.value: {
                source.value: {use.value: int(truth[:, i, j].sum()) for j, use in enumerate(USES)}
                for i, source in enumerate(SOURCES)
            }
            for unit, truth in ((Unit.SENTENCE, examples.sentences), (Unit.PASSAGE, examples.passages))
        },
        "provenance": provenance if shipped else "Labels of one team, given with `bronnen train --alone`.",
        "documents_digest": digests(own.documents) if own else [],
    }
    return model


def digests(documents: Iterable[str]) -> list[str]:
    """What stands for the names of documents on a card, so that `evaluate` knows what was learned from."""
    return sorted({hashlib.sha256(name.encode()).hexdigest()[:16] for name in documents})


def groups_of(samples: Iterable[Sample]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A number for each sample: the same for samples of one document, or of documents that are versions of one.

    Documents with three or more long sentences in common are versions of one.
    """
    samples = list(samples)
    number = {document: index for index, document in enumerate(dict.fromkeys(sample.document for sample in samples))}
    head = list(range(len(number)))

    def top(item: int) -> int:
        while head[item] != item:
            item = head[item]
        return item

    for one, other in _versions(samples, number):
        low, high = sorted((top(one), top(other)))
        head[high] = low
    return np.array([top(number[sample.document]) for sample in samples], dtype=np.int64)


def _versions(samples: Sequence[Sample], number: dict[str, int]) -> list[tuple[int, int]]:
    holders: dict[str, set[int]] = {}
    for sample in samples:
        for paragraph in sample.paragraphs:
            for sentence in paragraph:
                text = " ".join(sentence.text.lower().split())
                if len(text) >= _LONG:
                    holders.setdefault(text, set()).add(number[sample.document])
    shared: dict[tuple[int, int], int] = {}
    for documents in holders.values():
        listed = sorted(documents)
        for index, one in enumerate(listed):
            for other in listed[index + 1 :]:
                shared[one, other] = shared.get((one, other), 0) + 1
    return [pair for pair, count in shared.items() if count >= _SHARED]


def table(model: Model) -> str:
    """What the model scored on unseen documents, as lines of text."""
    lines = [f"{'':9} {'source':13} {'use':11} {'cases':>6} {'P':>6} {'R':>6} {'F1':>6} {'threshold':>9}"]
    for unit in Unit:
        for source in SOURCES:
            for use in USES:
                one = model.card["cross_validated"][unit.value][source.value][use.value]
                figures = f"{one['precision']:6.3f} {one['recall']:6.3f} {one['f1']:6.3f}"
                least = model.thresholds[unit.value][source.value][use.value]
                lines.append(f"{unit:9} {source:13} {use:11} {one['cases']:6} {figures} {least:9.3f}")
    return "\n".join(lines)
