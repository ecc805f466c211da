"""An analysis with the verdicts of people in it: which labels count, and the balance they make.

The store keeps what machines and people said; this joins the two each time something is shown or written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bronnen import balance
from bronnen.records import Analysis, Labels, Passage, Scores, Unit, Verdict
from bronnen.settings import Settings
from bronnen.verdicts import by_passage, labels_of, on, rank, scores_of, settle, settle_passage


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


def placed(analysis: Analysis) -> Analysis:
    """The analysis with people's verdicts on an older text of its document put back on their place by their quotes."""
    from bronnen.corpus import anchor

    if all(rank(verdict) == 0 for verdict in analysis.verdicts):
        return analysis
    text = analysis.document.text
    found = (verdict if rank(verdict) == 0 else anchor(verdict, text) for verdict in analysis.verdicts)
    return replace(analysis, verdicts=tuple(verdict for verdict in found if verdict is not None))


def with_people(analysis: Analysis, settings: Settings) -> Analysis:
    """The analysis with its balance estimated again where people judged; without people, the same one."""
    found = placed(analysis)
    return (
        found
        if found is analysis
        else replace(found, balance=balance.of_parts(parts(found, settings), found.known, settings))
    )


def parts(analysis: Analysis, settings: Settings) -> tuple[balance.Part, ...]:
    """The chapters of an analysis with their draws."""
    return balance.parts(analysis.document, analysis.passages, analysis.verdicts, analysis.known, settings)


def labelled_passages(analysis: Analysis) -> Iterator[LabelledPassage]:
    """The passages of an analysis in reading order, with the labels that count."""
    for passage, inside in by_passage(analysis.passages, analysis.verdicts):
        whole = on(inside, Unit.PASSAGE, passage.start, passage.end)
        sentences = tuple(
            _labelled(sentence.start, sentence.end, on(inside, Unit.SENTENCE, sentence.start, sentence.end))
            for sentence in passage.sentences
        )
        yield LabelledPassage(passage, settle_passage(passage, inside), scores_of(whole), sentences)


def _labelled(start: int, end: int, said: Sequence[Verdict]) -> Labelled:
    return Labelled(start, end, labels_of(settle(said)), scores_of(said))
