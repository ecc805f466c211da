"""An analysis with the verdicts of people in it: which labels count, and the balance they make.

The store keeps what machines and people said; this joins the two each time something is shown or written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bronnen import balance, explain, features
from bronnen.records import Analysis, Labels, Passage, Reasons, Scores, Source, Unit, Use, Verdict
from bronnen.settings import Settings
from bronnen.verdicts import (
    by_passage,
    carrier,
    judged_by_people,
    labels_of,
    on,
    rank,
    reasons_of,
    scores_of,
    settle,
    settle_passage,
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A span with the labels that count for it and what the model gave it."""

    start: int
    end: int
    labels: Labels
    scores: Scores | None


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage, its labels, and its sentences with theirs; `reasons` are the model's, for labels of its own."""

    passage: Passage
    labels: Labels
    scores: Scores | None
    sentences: tuple[Labelled, ...]
    reasons: Reasons
    by_people: frozenset[Source]  # that people judged, so that the label is theirs


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
        yield LabelledPassage(
            passage=passage,
            labels=settle_passage(passage, inside),
            scores=scores_of(whole),
            sentences=sentences,
            reasons=reasons_of(whole),
            by_people=frozenset(judged_by_people(passage, inside)),
        )


def weighed(labelled: LabelledPassage, source: Source, text: str, language: str = "nl") -> list[str]:
    """What weighed most for a label of the model, in words; empty for labels of people.

    `text` is that of the document.
    """
    if source in labelled.by_people or source not in labelled.labels:
        return []
    sentence = carrying(labelled, source, labelled.labels[source])
    words = features.words_of(text[sentence.start : sentence.end])
    return explain.phrases(labelled.reasons.get(source, ()), words, language)


def carrying(labelled: LabelledPassage, source: Source, use: Use) -> Labelled:
    """The sentence of a passage that carries a label most."""
    return labelled.sentences[carrier([one.scores for one in labelled.sentences], source, use)]


def _labelled(start: int, end: int, said: Sequence[Verdict]) -> Labelled:
    return Labelled(start, end, labels_of(settle(said)), scores_of(said))
