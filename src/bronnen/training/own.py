"""A team's own labels, out of the label files and sample files of `docs/file-formats.md`, as runs to learn from.

Only what people said counts, settled as everywhere (`verdicts`). A span of which a source was left unjudged is left
out: unknown is not 'none'.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bronnen import language
from bronnen.classifier import SOURCES, USES, passage_truth
from bronnen.corpus import Sample, read_samples
from bronnen.errors import StoreError
from bronnen.features import Paragraph
from bronnen.formats.labels import MAX_LINE, read_labels
from bronnen.records import Labels, Source, Unit, Verdict
from bronnen.segment import parts
from bronnen.settings import SegmentSettings
from bronnen.verdicts import labels_of, rank, settle

_BLOCKS = 2  # characters between the blocks of a text; more lies between passages that are not neighbours

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


def read_own(paths: Sequence[Path]) -> list[Labelled]:
    """The runs in files of labels and of samples; what counts is settled over all files together.

    Raises:
        StoreError: a file cannot be read or does not fit.
    """
    verdicts: list[Verdict] = []
    runs: list[Labelled] = []
    for path in paths:
        if _holds_samples(path):
            runs += [of_sample(sample) for sample in read_samples(path)]
        else:
            verdicts += read_labels(path)
    return [*runs, *of_verdicts(verdicts)]


def of_sample(sample: Sample, most: int = SegmentSettings().max_words) -> Labelled:
    """A sample as a run; its paragraphs are cut as the product cuts them."""
    paragraphs: list[Paragraph] = []
    told: list[Labels] = []
    for paragraph in sample.paragraphs:
        texts = [sentence.text for sentence in paragraph]
        told += [sentence.labels for sentence in paragraph]
        spans = parts(texts, most)
        paragraphs += [tuple(texts[start:end]) for start, end in spans]
    return _run(sample.document, paragraphs, told)


def of_verdicts(verdicts: Iterable[Verdict]) -> Iterator[Labelled]:
    """Runs out of people's verdicts: neighbouring passages are a run, and so are neighbouring sentences.

    A person's verdict on a passage wins over those on the sentences in it. Of two spans that overlap the first counts.
    """
    said: dict[tuple[str, Unit, int, int], list[Verdict]] = {}
    for verdict in verdicts:
        if rank(verdict) > 0:
            said.setdefault((verdict.document_id, verdict.unit, verdict.start, verdict.end), []).append(verdict)
    found: dict[str, list[_Span]] = {}
    for (document, unit, start, end), on in sorted(said.items(), key=lambda item: item[0]):
        judged = settle(on)
        if len(judged) == len(Source):  # what was not judged is unknown, not 'none'
            found.setdefault(document, []).append(_Span(start, end, unit, on[-1].quote, labels_of(judged)))
    for document, spans in found.items():
        passages = [span for span in spans if span.unit is Unit.PASSAGE]
        for run in _neighbours(passages):
            yield _passage_run(document, run)
        free = [span for span in spans if span.unit is Unit.SENTENCE and not any(span.lies_in(one) for one in passages)]
        for run in _neighbours(free):
            yield _sentence_run(document, run)


def truth(labels: Sequence[Labels]) -> Truth:
    """Labels as truth values [n, sources, uses]."""
    return np.array([[[one.get(s) == u for u in USES] for s in SOURCES] for one in labels], dtype=bool)


def _run(document: str, paragraphs: Sequence[Paragraph], told: Sequence[Labels]) -> Labelled:
    sentences = truth(told)
    numbers = np.repeat(np.arange(len(paragraphs)), [len(one) for one in paragraphs])
    return Labelled(document, tuple(paragraphs), sentences, passage_truth(sentences, numbers), (True, True))


@dataclass(frozen=True, slots=True)
class _Span:
    """A judged sentence or passage with the labels that count."""

    start: int
    end: int
    unit: Unit
    quote: str
    labels: Labels

    def lies_in(self, other: _Span) -> bool:
        return other.start <= self.start and self.end <= other.end


def _passage_run(document: str, spans: Sequence[_Span]) -> Labelled:
    nlp = language.load()
    paragraphs = [tuple(span.quote[a:b] for a, b in language.sentences(nlp, span.quote)) for span in spans]
    size = sum(map(len, paragraphs))
    nothing = np.zeros((size, len(SOURCES), len(USES)), dtype=bool)
    return Labelled(document, tuple(paragraphs), nothing, truth([span.labels for span in spans]), (False, True))


def _sentence_run(document: str, spans: Sequence[_Span]) -> Labelled:
    """Sentences as they stand in paragraphs, which are cut into passages as the product cuts them."""
    blocks: list[list[str]] = []
    for index, span in enumerate(spans):
        if not index or span.start - spans[index - 1].end >= _BLOCKS:
            blocks.append([])
        blocks[-1].append(span.quote)
    most = SegmentSettings().max_words
    cut = [tuple(block[start:end]) for block in blocks for start, end in parts(block, most)]
    return _run(document, cut, [span.labels for span in spans])


def _neighbours(spans: Sequence[_Span]) -> Iterator[list[_Span]]:
    """Runs of spans, in order of their begins, that stand next to each other."""
    run: list[_Span] = []
    for span in spans:
        if not span.quote.strip() or (run and span.start < run[-1].end):
            continue
        if run and span.start - run[-1].end > _BLOCKS:
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _holds_samples(path: Path) -> bool:
    """Whether the first line is one of a sample; a file that cannot be read is told of by its reader."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            first = stream.readline(MAX_LINE)
        row = json.loads(first)
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {"unit", "doc", "par"} <= set(row)
