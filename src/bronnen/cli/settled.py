"""An analysis with the verdicts of people in it: which labels count, and the balance they make.

The store keeps what machines and people said; this joins the two each time something is shown or written.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bronnen import balance
from bronnen.records import Analysis, Labels, Passage, Scores, Unit, Verdict
from bronnen.settings import Settings
from bronnen.verdicts import labels_of, rank, settle, settle_passage


@dataclass(frozen=True, slots=True)
class Labelled:
    """A span with the labels that count for it and what the model gave it."""

    start: int
    end: int
    labels: Labels
    scores: Scores | None


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage, its labels, and its sentences with theirs."""

    passage: Passage
    labels: Labels
    scores: Scores | None
    sentences: tuple[Labelled, ...]


def with_people(analysis: Analysis, settings: Settings) -> Analysis:
    """The analysis with its balance estimated again where people judged; without people, the same one.

    A person's verdict on an older text of the document is put back on its place by its quote.
    """
    from bronnen.corpus import anchor

    if all(rank(verdict) == 0 for verdict in analysis.verdicts):
        return analysis
    text = analysis.document.text
    placed = (verdict if rank(verdict) == 0 else anchor(verdict, text) for verdict in analysis.verdicts)
    verdicts = tuple(verdict for verdict in placed if verdict is not None)
    parts = balance.parts(analysis.document, analysis.passages, verdicts, analysis.known, settings)
    return replace(analysis, verdicts=verdicts, balance=balance.of_parts(parts, analysis.known, settings))


def labelled_passages(analysis: Analysis) -> Iterator[LabelledPassage]:
    """The passages of an analysis in reading order, with the labels that count."""
    said = sorted(analysis.verdicts, key=lambda verdict: verdict.start)  # stable: of equals the later stays later
    starts = [verdict.start for verdict in said]
    for passage in analysis.passages:
        inside = said[bisect_left(starts, passage.start) : bisect_right(starts, passage.end - 1)]
        whole = _on(inside, Unit.PASSAGE, passage.start, passage.end)
        sentences = tuple(
            _labelled(sentence.start, sentence.end, _on(inside, Unit.SENTENCE, sentence.start, sentence.end))
            for sentence in passage.sentences
        )
        yield LabelledPassage(passage, settle_passage(passage, inside), _scores(whole), sentences)


def _labelled(start: int, end: int, said: Sequence[Verdict]) -> Labelled:
    return Labelled(start, end, labels_of(settle(said)), _scores(said))


def _on(said: Sequence[Verdict], unit: Unit, start: int, end: int) -> list[Verdict]:
    return [verdict for verdict in said if verdict.unit is unit and verdict.start == start and verdict.end == end]


def _scores(said: Sequence[Verdict]) -> Scores | None:
    return next((verdict.scores for verdict in reversed(said) if verdict.scores is not None), None)
