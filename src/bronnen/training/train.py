"""From labelled samples to a model: the same passages and rows as the product makes.

Run as `python -m bronnen.training.train --labels sentences.jsonl --out models/sources`. The labels may lie anywhere;
nothing of their text is kept but hashed features. The same samples and seed give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from bronnen.classifier import SOURCES, USES, Examples, Model
from bronnen.corpus import Sample, read_samples
from bronnen.errors import BronnenError, UsageError
from bronnen.features import Paragraph, rows
from bronnen.records import Kind, Unit
from bronnen.segment import parts
from bronnen.settings import SegmentSettings

SEED = 20
PROVENANCE = (
    "Sentences of real Dutch policy documents and of documents written for this project (corpus/), labelled by large "
    "language models that read every sentence in context with the codebook; no human has checked the labels. Figures "
    "measured on them are an upper bound. The runs of real sentences were chosen partly for their density of sources, "
    "so the shares are not natural."
)
_SHARED = 3  # long sentences in common that make two documents versions of one
_LONG = 40  # letters


def train(samples: Sequence[Sample], rng: np.random.Generator, provenance: str = PROVENANCE) -> Model:
    """A model of the samples, with a card that says what it learned from.

    Raises:
        UsageError: there are too few documents, or a source that no sentence uses.
    """
    examples = examples_of(samples)
    if len(np.unique(examples.groups)) < 5:
        raise UsageError("Training needs samples of at least five different documents.")
    without = [source.value for index, source in enumerate(SOURCES) if not examples.sentences[:, index, 0].any()]
    if without:
        raise UsageError(f"No sentence in the samples uses: {', '.join(without)}.", "Add examples of it.")
    model = Model.fit(examples, rng)
    model.card["data"] = {
        "documents": len({sample.document for sample in samples}),
        "organisations": len({sample.organisation for sample in samples}),
        "samples": len(samples),
        "groups": len(np.unique(examples.groups)),
        "sentences": len(examples.sentences),
        "labels": {
            source.value: {use.value: int(examples.sentences[:, i, j].sum()) for j, use in enumerate(USES)}
            for i, source in enumerate(SOURCES)
        },
        "provenance": provenance,
    }
    return model


def examples_of(samples: Sequence[Sample]) -> Examples:
    """Rows and truth values of samples, cut into passages as the product cuts paragraphs."""
    told = [sentence for sample in samples for paragraph in sample.paragraphs for sentence in paragraph]
    truth = np.array([[[one.labels.get(s) == u for u in USES] for s in SOURCES] for one in told], dtype=bool)
    return Examples([rows(paragraphs(sample)) for sample in samples], truth, groups_of(samples))


def paragraphs(sample: Sample, most: int = SegmentSettings().max_words) -> list[Paragraph]:
    """A sample's passages as the classifier sees them; label files know neither headings nor kinds."""
    found: list[Paragraph] = []
    for paragraph in sample.paragraphs:
        texts = [sentence.text for sentence in paragraph]
        spans = parts(texts, most)
        found += [Paragraph("", Kind.PARAGRAPH.value, tuple(texts[start:end])) for start, end in spans]
    return found


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Train from the command line; the table on stdout, the exit code back."""
    parser = argparse.ArgumentParser(prog="python -m bronnen.training.train", description="Train the classifier.")
    parser.add_argument("--labels", type=Path, action="append", required=True, help="JSON lines; may be given again")
    parser.add_argument("--out", type=Path, required=True, help="folder for model.skops and card.json")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--force", action="store_true", help="replace a model that is there")
    told = parser.parse_args(arguments)
    try:
        if not told.force and (told.out / "model.skops").exists():
            raise UsageError(f"{told.out} already has a model.", "Choose another folder, or add --force to replace it.")
        samples = [sample for path in told.labels for sample in read_samples(path)]
        model = train(samples, np.random.default_rng(told.seed))
        model.save(told.out, force=told.force)
    except BronnenError as error:
        print(error, file=sys.stderr)
        return int(error.exit_code)
    print(table(model))
    print(f"model {model.id}: {len(model.data) / 1e6:.1f} MB, in {told.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
