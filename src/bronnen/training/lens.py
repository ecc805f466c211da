"""A lens trained on a team's own marked texts: texts in, a model with an honest card out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bronnen import language
from bronnen.classifier import FOLDS
from bronnen.corpus import Sample, SampleSentence
from bronnen.errors import UsageError
from bronnen.features import Paragraph
from bronnen.formats.marked import Marked, read_marked
from bronnen.lens import Lens
from bronnen.lens.model import LensModel, fit
from bronnen.training.train import groups_of

LEAST_CASES = 5  # texts that must carry a key
LEAST_DOCUMENTS = 2  # they must come from


def train(lens: Lens, files: Sequence[Path], rng: np.random.Generator) -> LensModel:
    """A model of the lens, learned from the marked texts in all files together.

    Documents are never split between learning and checking, nor are versions of one document.

    Raises:
        StoreError: a file cannot be read, or does not fit.
        UsageError: there are too few documents, or too few texts with (or without) a key.
    """
    marked = [one for path in files for one in read_marked(path, lens.keys)]
    nlp = language.load()
    told = [_paragraph(one.text, language.sentences(nlp, one.text)) for one in marked]
    groups = groups_of(_as_sample(one, paragraph) for one, paragraph in zip(marked, told, strict=True))
    truth = np.array([[key in one.labels for key in lens.keys] for one in marked], dtype=bool)
    _check(lens, truth, groups)
    return fit(lens, told, truth, groups, rng)


def table(model: LensModel) -> str:
    """What the model scored per key on documents that it had not seen, beside the word lists alone, as text."""
    heads = ("key", "texts", "docs", "P", "R", "F1", "lists F1", "all F1", "threshold")
    lines = ["{:24} {:>6} {:>5} {:>6} {:>6} {:>6} {:>9} {:>7} {:>10}".format(*heads)]
    for key, one in model.quality.items():
        figures = f"{one['precision']:6.3f} {one['recall']:6.3f} {one['f1']:6.3f}"
        beside = f"{one['word_lists']['f1']:9.3f} {one['all_labelled_f1']:7.3f}"
        lines.append(f"{key:24} {one['cases']:6} {one['documents']:5} {figures} {beside} {model.thresholds[key]:10.3f}")
    return "\n".join(lines)


def _check(
    lens: Lens,
    truth: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    groups: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    if len(np.unique(groups)) < FOLDS:
        said = f"Training needs texts of at least five different documents, there are {len(np.unique(groups))}."
        raise UsageError(said, "Mark texts of more documents; versions of one document count as one.")
    for target, key in enumerate(lens.keys):
        wanted = truth[:, target]
        for said, which in (("carry", wanted), ("do not carry", ~wanted)):
            documents = len(np.unique(groups[which]))
            if which.sum() < LEAST_CASES or documents < LEAST_DOCUMENTS:
                raise UsageError(
                    f"Of the marked texts {int(which.sum())} of {documents} documents {said} '{key}'.",
                    f"At least {LEAST_CASES} of {LEAST_DOCUMENTS} documents must: mark more, or leave out the key.",
                )


def _paragraph(text: str, spans: Sequence[tuple[int, int]]) -> Paragraph:
    return tuple(text[start:end] for start, end in spans)


def _as_sample(one: Marked, paragraph: Paragraph) -> Sample:
    """A text as a sample without labels, to see which documents are versions of one."""
    sentences = tuple(SampleSentence(text, {}) for text in paragraph)
    return Sample(one.document, one.document, one.document, False, (sentences,))
