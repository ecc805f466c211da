"""What to label next: doubt, variety, what is left out, and that what measures was chosen by chance alone."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import pytest
from factories import KNOWN, E, P, W
from teams import TOLD, document, documents, ids, judged

from bronnen.records import Analysis, ErrorRates, Kind, Passage, Scores, Sentence, Source, Unit, Use
from bronnen.training.choosing import Candidate, Purpose, candidates, choose, doubt

ALL = tuple(Source)
SURE: Scores = {source: dict.fromkeys(Use, 0.001) for source in Source}


def candidate(
    document_id: str, start: int, text: str, doubts: dict[Source, float], purpose: Purpose = Purpose.LEARN
) -> Candidate:
    passage = Passage(start, start + len(text), Kind.PARAGRAPH, "", (Sentence(start, start + len(text)),))
    return Candidate(document_id, f"{document_id}.pdf", 1, passage, text, SURE, doubts, purpose)


def distinct(number: int, document_id: str = "d", purpose: Purpose = Purpose.LEARN, **doubts: float) -> list[Candidate]:
    told = {Source(name): value for name, value in doubts.items()}
    words = [f"w{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}{chr(97 + at // 676)}" for at in range(number)]
    return [
        candidate(document_id, 100 * at, " ".join(f"{word}{letter}" for letter in "abcdef"), told, purpose)
        for at, word in enumerate(words)
    ]


def scored(found: Analysis, at: int, scores: Scores) -> Analysis:
    """The analysis with other scores for a passage."""
    start = found.passages[at].start
    verdicts = tuple(
        replace(one, scores=scores) if one.unit is Unit.PASSAGE and one.start == start else one
        for one in found.verdicts
    )
    return replace(found, verdicts=verdicts)


def test_doubt_is_least_where_the_model_is_sure_and_most_where_all_is_alike() -> None:
    def of(used: float, called_for: float) -> float:
        return doubt({E: {Use.USED: used, Use.CALLED_FOR: called_for}}, {}, E)

    assert of(0.0, 0.0) < 0.01 and of(1.0, 0.0) < 0.01
    assert of(0.9, 0.0) < of(0.7, 0.0) < of(0.5, 0.0) < of(1 / 3, 1 / 3)
    assert of(1 / 3, 1 / 3) == pytest.approx(1.585, abs=0.01)
    assert 0 <= of(0.9, 0.9) < 1.7  # chances that add up to more than one


def test_doubt_goes_by_chances_as_they_come_true() -> None:
    """A model that says 0.5 where nearly all is true is sure of its case, once that is known."""
    line = ErrorRates(0.5, 0.9, 0.1, 0.8, 0.2, line=(4.0, 1.0))
    half = {E: {Use.USED: 0.5, Use.CALLED_FOR: 0.0}}
    assert doubt(half, {E: {Use.USED: line}}, E) < 0.2 < 0.9 < doubt(half, KNOWN, E)


def test_what_people_judged_is_left_out_per_source() -> None:
    found = document(ids(1, apart=False)[0], "zorg")
    found = replace(
        found, verdicts=(*found.verdicts, judged(found, 0, {}), judged(found, 1, {E: Use.USED}, sources=[E]))
    )
    told = {one.passage.start: one for one in candidates([found], ALL)}
    starts = [passage.start for passage in found.passages]
    assert set(told) == set(starts[1:])
    assert set(told[starts[1]].doubts) == {P, W} and set(told[starts[2]].doubts) == set(Source)
    assert {one.passage.start for one in candidates([found], [E])} == set(starts[2:])


def test_the_most_doubtful_comes_first_and_sources_take_turns() -> None:
    found = document(ids(1, apart=False)[0], "zorg")
    found = scored(found, 3, {**SURE, W: {Use.USED: 0.4, Use.CALLED_FOR: 0.3}})
    found = scored(found, 1, {**SURE, P: {Use.USED: 0.5, Use.CALLED_FOR: 0.0}})
    learn, measure = choose(candidates([found], ALL), 5, 0.2, 10, 1)
    by_source = {source: [one.candidate for one in learn if one.source is source] for source in (P, W)}
    assert by_source[W][0].passage == found.passages[3] and by_source[P][0].passage == found.passages[1]
    assert not measure and len(learn) == 4  # none is kept apart, and the share for those is not given away

    many = [*distinct(40, "a", experiential=0.9, professional=0.1, scientific=0.5)]
    learn, _ = choose(many, 30, 0.0, 100, 1)
    assert Counter(one.source for one in learn) == {E: 10, P: 10, W: 10}
    learn, _ = choose([one for one in many if E in one.doubts], 30, 0.0, 7, 1)
    assert len(learn) == 7  # per document


def test_what_says_the_same_is_asked_once() -> None:
    text = "De gemeente {} vraagt in {} aan 12 inwoners wat zij van de nieuwe regels voor het afval vinden."
    alike = [candidate(f"d{n}", 0, text.format("Aa", 2000 + n), {E: 0.9}) for n in range(20)]
    other = candidate("d99", 0, "Onderzoekers lazen alle brieven die de raad dit jaar verstuurde.", {E: 0.1})
    learn, _ = choose([*alike, other], 10, 0.0, 10, 1)
    assert len(learn) == 2 and other in [one.candidate for one in learn]


def test_what_measures_is_drawn_by_chance_from_documents_that_are_never_learned_from() -> None:
    apart, free = documents(4, apart=True), documents(2, apart=False, first=4)
    learn, measure = choose(candidates([*apart, *free], ALL), 20, 0.5, 10, 3)
    assert {one.candidate.document for one in measure} <= {one.document.id for one in apart}
    assert {one.candidate.document for one in learn} <= {one.document.id for one in free}
    assert len(measure) == 10 and all(one.source is None for one in measure)
    doubtful = [scored(one, 0, {source: dict.fromkeys(Use, 0.33) for source in Source}) for one in apart]
    _, again = choose(candidates([*doubtful, *free], ALL), 20, 0.5, 10, 3)
    spans = [[(one.candidate.document, one.candidate.passage) for one in some] for some in (measure, again)]
    assert spans[0] == spans[1]  # whatever the model says
    _, other = choose(candidates([*apart, *free], ALL), 20, 0.5, 10, 4)
    assert [(one.candidate.document, one.candidate.passage) for one in other] != spans[0]
    assert len(TOLD) * 4 == 20  # so that ten is a choice


@pytest.mark.slow
def test_fifty_thousand_passages_take_seconds() -> None:
    """All about alike, so that nearly all of them are looked at before a hundred are found."""
    words = "de raad stelt vast dat het college in overleg met de buurt de regels voor het afval aanpast"
    many = [
        candidate(f"d{n % 500}", 100 * n, f"{words} w{n % 90}a w{n % 90}b " * 4, {E: 0.5, P: 0.4, W: 0.3})
        for n in range(50_000)
    ]
    began = time.perf_counter()
    learn, _ = choose(many, 1000, 0.0, 10, 1)
    assert learn and time.perf_counter() - began < 60
