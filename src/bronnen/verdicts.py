"""Which verdict counts, where several people and models judged the same text.

Per source, since a verdict may judge one source and leave the others open:
adjudicated over person over model; within a rank the latest. Nothing is ever overwritten: this only chooses.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from bronnen.records import Labels, Passage, Reasons, Scores, Source, Unit, Use, Verdict

Judged = dict[Source, Use | None]
"""What is known per judged source: a use, or None for 'looked at, not there'."""

_SOURCES = tuple(Source)
_RANKS = {"model": 0, "person": 1, "adjudicated": 2}


def rank(verdict: Verdict) -> int:
    """0 for a model, 1 for a person, 2 for an adjudication, after the word before the colon in `by`."""
    return _rank(verdict.by)


@lru_cache(maxsize=1024)
def _rank(by: str) -> int:
    return _RANKS.get(by.partition(":")[0], 0)


def settle(verdicts: Iterable[Verdict]) -> Judged:
    """What counts per source, from all verdicts on one and the same span.

    Times are compared as text: UTC in ISO 8601 sorts by itself. Of two verdicts of one rank and time the later
    in the given order counts.
    """
    settled: Judged = {}
    said = list(verdicts)
    if len(said) > 1:
        said.sort(key=lambda verdict: (rank(verdict), verdict.at))
    for verdict in said:
        for source in verdict.judged:
            settled[source] = verdict.labels.get(source)
    return settled


def standing(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts without those that were taken back, in the order given, which is that in which they were said.

    A verdict that judges no source takes back all that its maker said before of the same words on the same span, and
    is left out too: so a source becomes unknown again, and nothing is removed. The words, for after a new reading other
    words may stand at the same offsets.
    """
    said = list(verdicts)
    taken_back: dict[tuple[str, str, int, int, Unit, str], int] = {}
    for at, verdict in enumerate(said):
        if not verdict.judged and not verdict.labels:
            taken_back[(*_maker_and_span(verdict), verdict.quote)] = at
    if not taken_back:
        return said
    return [
        verdict
        for at, verdict in enumerate(said)
        if at > taken_back.get((*_maker_and_span(verdict), verdict.quote), -1)
    ]


def stated(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """One verdict per maker and span, of what that maker says of it by now; it has the time and quote of the last."""
    found: dict[tuple[str, str, int, int, Unit], list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(_maker_and_span(verdict), []).append(verdict)
    settled = ((max(said, key=lambda one: one.at), settle(said)) for said in found.values())
    return [replace(last, judged=frozenset(judged), labels=labels_of(judged)) for last, judged in settled]


def labels_of(judged: Judged) -> Labels:
    """The labels in a settled judgement: a source that was judged 'not there' has none."""
    return {source: use for source in _SOURCES if (use := judged.get(source)) is not None}


def combine(uses: Iterable[Use | None]) -> Use | None:
    """The use of a passage from those of its sentences: `used` wins over `called_for`.

    >>> combine([None, Use.CALLED_FOR, Use.USED])
    <Use.USED: 'used'>
    """
    found = set(uses)
    return Use.USED if Use.USED in found else Use.CALLED_FOR if Use.CALLED_FOR in found else None


def settle_passage(passage: Passage, verdicts: Sequence[Verdict]) -> Labels:
    """The labels that count for a passage, from the verdicts on it and on its sentences.

    A person's verdict on the passage comes first. Where people judged every sentence for a source, their sentences
    make up the passage; where they judged some, what they found in those is added to the model's verdict.
    """
    by_model = settle(on(_of_models(verdicts), Unit.PASSAGE, passage.start, passage.end))
    people = _of_people(verdicts)
    if not people:  # as of most passages
        return labels_of(by_model)
    seen = _seen(passage, people)
    partly = {source: combine([by_model.get(source), *uses]) for source, uses in seen.items()}
    return labels_of({**by_model, **partly, **judged_by_people(passage, verdicts)})


def judged_by_people(passage: Passage, verdicts: Sequence[Verdict]) -> Judged:
    """What is settled of a passage by the verdicts of people on it and on its sentences, per source that they settled.

    Where they judged some of the sentences, those settle a source only if one of them uses it.
    """
    people = _of_people(verdicts)
    if not people:
        return {}
    settled = settle(on(people, Unit.PASSAGE, passage.start, passage.end))
    for source, seen in _seen(passage, people).items():
        if source not in settled and (len(seen) == len(passage.sentences) or Use.USED in seen):
            settled[source] = combine(seen)
    return settled


def by_passage(passages: Iterable[Passage], verdicts: Iterable[Verdict]) -> Iterator[tuple[Passage, Sequence[Verdict]]]:
    """Passages, each with the verdicts that begin inside it; of equal begins the later verdict stays later."""
    said = sorted(verdicts, key=lambda verdict: verdict.start)
    starts = [verdict.start for verdict in said]
    for passage in passages:
        yield passage, said[bisect_left(starts, passage.start) : bisect_right(starts, passage.end - 1)]


def on(verdicts: Iterable[Verdict], unit: Unit, start: int, end: int) -> list[Verdict]:
    """The verdicts on one span."""
    return [verdict for verdict in verdicts if verdict.unit is unit and verdict.start == start and verdict.end == end]


def reasons_of(verdicts: Sequence[Verdict]) -> Reasons:
    """The reasons of the latest of them that has any."""
    return next((verdict.reasons for verdict in reversed(verdicts) if verdict.reasons), {})


def scores_of(verdicts: Sequence[Verdict]) -> Scores | None:
    """The scores of the latest of them that has any."""
    return next((verdict.scores for verdict in reversed(verdicts) if verdict.scores is not None), None)


def carrier(sentences: Sequence[Scores | None], source: Source, use: Use) -> int:
    """The index of the sentence of a passage that carries a label most, after their scores; 0 where none has any."""
    chances = [(scores or {}).get(source, {}).get(use, 0.0) for scores in sentences]
    return max(range(len(chances)), key=chances.__getitem__, default=0)


def _seen(passage: Passage, people: Sequence[Verdict]) -> dict[Source, list[Use | None]]:
    """What people said of a passage's sentences, per source that they judged in one of them at least."""
    found: dict[Source, list[Use | None]] = {}
    for sentence in passage.sentences if people else ():
        for source, use in settle(on(people, Unit.SENTENCE, sentence.start, sentence.end)).items():
            found.setdefault(source, []).append(use)
    return found


def _maker_and_span(verdict: Verdict) -> tuple[str, str, int, int, Unit]:
    return verdict.by, verdict.document_id, verdict.start, verdict.end, verdict.unit


def _of_models(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if rank(verdict) == 0]


def _of_people(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if rank(verdict) > 0]
