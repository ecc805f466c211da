"""From labels to a model: the training rows that come with bronnen, and what a team adds of its own.

The texts behind the shipped rows cannot be shipped; the rows hold no sentence that could be read. A team's own labels
are described in the same way, on its own machine; nothing of their text is kept but hashed feature weights.
The same rows, labels and seed give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from bronnen.classifier import FOLDS, SOURCES, USES, Examples, Model, Reader, described, joined, recipe
from bronnen.classifier.examples import load
from bronnen.classifier.first import Array
from bronnen.classifier.judging import error_rates
from bronnen.corpus import Sample, SampleSentence
from bronnen.errors import UsageError
from bronnen.features import rows
from bronnen.quantify import aligned
from bronnen.records import Known, Unit
from bronnen.settings import resource
from bronnen.training.own import Labelled, read_own

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


def shipped_rows() -> Examples:
    """The training rows that come with bronnen."""
    return load(resource("models", "sources") / ROWS, recipe())


def own_examples(paths: Sequence[Path], reader: Reader, weight: float = WEIGHT) -> Examples:
    """What a team labelled, in label files or samples, as examples that the reader has not learned from.

    Raises:
        StoreError: a file cannot be read or does not fit.
        UsageError: there is nothing in them to learn from.
    """
    told = read_own(paths)
    if not told:
        raise UsageError(
            "These files hold no text of which people judged all three sources.", "See docs/file-formats.md, Labels."
        )
    runs = [rows(one.paragraphs) for one in told]
    return described(
        runs,
        np.concatenate([one.sentences for one in told]),
        np.concatenate([one.passages for one in told]),
        [reader.read(run) for run in runs],
        groups_of([_as_sample(one) for one in told]),
        [one.document for one in told],
        weight=weight,
        told=np.array([one.told for one in told], dtype=bool),
    )


def train(
    shipped: Examples | None,
    own: Examples | None,
    reader: Reader,
    rng: np.random.Generator,
    provenance: str = PROVENANCE,
) -> Model:
    """A model of the shipped rows, of a team's own labels, or of both, with a card that says what it learned from.

    Raises:
        UsageError: there are too few documents, or a source that nothing uses.
    """
    examples = joined(shipped, own) if shipped and own else shipped or own
    if examples is None:
        raise UsageError("There is nothing to learn from.", "Leave out --alone, or give labels with --add.")
    _check(examples)
    model = Model.fit(examples, reader, rng, _errors)
    model.card["data"] = {
        "groups": len(np.unique(examples.groups)),
        "organisations": len(np.unique(examples.organisations)),
        "runs": len(examples.groups),
        "sentences": int(examples.judged(Unit.SENTENCE).sum()),
        "passages": int(examples.judged(Unit.PASSAGE).sum()),
        "own_runs": len(own.groups) if own else 0,
        "labels": {
            unit.value: {
                source.value: {use.value: int(truth[:, i, j].sum()) for j, use in enumerate(USES)}
                for i, source in enumerate(SOURCES)
            }
            for unit, truth in ((Unit.SENTENCE, examples.sentences), (Unit.PASSAGE, examples.passages))
        },
        "provenance": provenance if shipped else "Labels of one team, given with `bronnen train --alone`.",
        "documents_digest": sorted({f"{name:016x}" for name in examples.names.tolist()}),
    }
    return model


def _errors(scores: Array, given: Array, truth: Array, groups: Array) -> Known:
    """What is known of a model's errors, as the balance needs it."""
    return aligned(error_rates(scores, given, truth, groups), scores, truth, groups)


def _check(examples: Examples) -> None:
    further = "Label more, or leave out --alone."
    for unit, runs in ((Unit.SENTENCE, examples.place.documents), (Unit.PASSAGE, examples.passage_runs)):
        judged = np.unique(examples.groups[runs[examples.judged(unit)]])
        if len(judged) < FOLDS:
            said = f"Training needs judged {unit.value}s of at least five different documents, there are {len(judged)}."
            raise UsageError(said, further)
    without = [source.value for index, source in enumerate(SOURCES) if not examples.passages[:, index, 0].any()]
    if without:
        raise UsageError(f"No passage in the labels uses: {', '.join(without)}.", further)


def _as_sample(run: Labelled) -> Sample:
    """A run as a sample without labels, to see which documents are versions of one."""
    paragraphs = tuple(tuple(SampleSentence(text, {}) for text in one) for one in run.paragraphs)
    return Sample(run.document, run.document, run.document, False, paragraphs)


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


def table(model: Model, unseen: str = "cross_validated") -> str:
    """What the model scored on unseen documents (all, the `shipped` ones or a team's `own`), as lines of text."""
    lines = [f"{'':9} {'source':13} {'use':11} {'cases':>6} {'P':>6} {'R':>6} {'F1':>6} {'threshold':>9}"]
    for unit in Unit:
        for source in SOURCES:
            for use in USES:
                one = model.card[unseen][unit.value][source.value][use.value]
                figures = f"{one['precision']:6.3f} {one['recall']:6.3f} {one['f1']:6.3f}"
                least = model.thresholds[unit.value][source.value][use.value]
                lines.append(f"{unit:9} {source:13} {use:11} {one['cases']:6} {figures} {least:9.3f}")
    return "\n".join(lines)
