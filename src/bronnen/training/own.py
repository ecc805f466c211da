"""A team's own labels, out of the label files and sample files of `docs/file-formats.md`, as runs to learn from.

Only what people said counts, and of one span the last that was said, adjudicated before others. A verdict that leaves
a source unjudged is left out: unknown is not 'none'.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from bronnen import language
from bronnen.classifier import SOURCES, USES, passage_truth
from bronnen.corpus import Sample, read_samples
from bronnen.errors import StoreError
from bronnen.features import Paragraph
from bronnen.formats.labels import read_labels
from bronnen.records import Kind, Labels, Source, Unit, Verdict
from bronnen.segment import parts
from bronnen.settings import SegmentSettings
from bronnen.verdicts import rank

_GAP = 3  # characters between sentences that stand next to each other

Truth = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Neighbouring sentences of one document with their truth values [n or m, sources, uses].

    `told`: whether the sentences were judged, and whether the passages were.
    """

    document: str
    paragraphs: tuple[Paragraph, ...]
    sentences: Truth
    passages: Truth
    told: tuple[bool, bool]


def read_own(path: Path) -> list[Labelled]:
    """The runs in a file of labels or of samples.

    Raises:
        StoreError: the file cannot be read or does not fit.
    """
    if _holds_samples(path):
        return [of_sample(sample) for sample in read_samples(path)]
    return list(of_verdicts(read_labels(path)))


def of_sample(sample: Sample, most: int = SegmentSettings().max_words) -> Labelled:
    """A sample as a run; its paragraphs are cut as the product cuts them."""
    paragraphs: list[Paragraph] = []
    told: list[Labels] = []
    for paragraph in sample.paragraphs:
        texts = [sentence.text for sentence in paragraph]
        told += [sentence.labels for sentence in paragraph]
        spans = parts(texts, most)
        paragraphs += [Paragraph("", Kind.PARAGRAPH.value, tuple(texts[start:end])) for start, end in spans]
    return _run(sample.document, paragraphs, told)


def of_verdicts(verdicts: Sequence[Verdict]) -> Iterator[Labelled]:
    """Runs out of people's verdicts: each judged passage by itself, judged sentences with their neighbours."""
    last: dict[tuple[str, int, int, Unit], Verdict] = {}
    for verdict in sorted(verdicts, key=lambda one: (rank(one), one.at)):
        if rank(verdict) > 0 and verdict.judged == frozenset(Source):
            last[verdict.document_id, verdict.start, verdict.end, verdict.unit] = verdict
    ordered = sorted(last.values(), key=lambda one: (one.document_id, one.start, one.end))
    nlp = language.load()
    for document, group in groupby(ordered, key=lambda one: one.document_id):
        said = list(group)
        for verdict in said:
            if verdict.unit is Unit.PASSAGE:
                texts = tuple(verdict.quote[start:end] for start, end in language.sentences(nlp, verdict.quote))
                if texts:
                    paragraph = Paragraph("", Kind.PARAGRAPH.value, texts)
                    nothing = np.zeros((len(texts), len(SOURCES), len(USES)), dtype=bool)
                    yield Labelled(document, (paragraph,), nothing, truth([verdict.labels]), (False, True))
        for run in _neighbours([verdict for verdict in said if verdict.unit is Unit.SENTENCE]):
            texts = tuple(verdict.quote for verdict in run)
            spans = parts(texts, SegmentSettings().max_words)
            paragraphs = [Paragraph("", Kind.PARAGRAPH.value, texts[start:end]) for start, end in spans]
            yield _run(document, paragraphs, [verdict.labels for verdict in run])


def truth(labels: Sequence[Labels]) -> Truth:
    """Labels as truth values [n, sources, uses]."""
    return np.array([[[one.get(s) == u for u in USES] for s in SOURCES] for one in labels], dtype=bool)


def _run(document: str, paragraphs: Sequence[Paragraph], told: Sequence[Labels]) -> Labelled:
    sentences = truth(told)
    numbers = np.repeat(np.arange(len(paragraphs)), [len(one.sentences) for one in paragraphs])
    return Labelled(document, tuple(paragraphs), sentences, passage_truth(sentences, numbers), (True, True))


def _neighbours(verdicts: Sequence[Verdict]) -> Iterator[list[Verdict]]:
    """Runs of sentences that stand next to each other; of overlapping ones the first counts."""
    run: list[Verdict] = []
    for verdict in verdicts:
        if run and verdict.start < run[-1].end:
            continue
        if run and verdict.start - run[-1].end > _GAP:
            yield run
            run = []
        run.append(verdict)
    if run:
        yield run


def _holds_samples(path: Path) -> bool:
    """Whether the first line is one of a sample; a file that cannot be read is told of by its reader."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            first = next((line for line in stream if line.strip()), "")
        row = json.loads(first)
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {"unit", "doc", "par"} <= set(row)
