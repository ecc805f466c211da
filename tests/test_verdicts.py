from __future__ import annotations

import pytest

from bronnen.records import Kind, Labels, Passage, Sentence, Source, Unit, Use, Verdict
from bronnen.verdicts import Judged, judged_by_people, labels_of, settle, settle_passage

E, P, W = Source.EXPERIENTIAL, Source.PROFESSIONAL, Source.SCIENTIFIC
USED, ASKED = Use.USED, Use.CALLED_FOR
PASSAGE = Passage(0, 20, Kind.PARAGRAPH, "", (Sentence(0, 10), Sentence(11, 20)))


def said(
    by: str, labels: Labels, *, span: tuple[int, int] = (0, 20), judged: set[Source] | None = None, at: str = ""
) -> Verdict:
    unit = Unit.PASSAGE if span == (0, 20) else Unit.SENTENCE
    return Verdict("d", *span, 1, unit, frozenset(judged if judged is not None else Source), labels, "", by, at)


MODEL = said("model:1", {W: USED})


def test_person_over_model_only_for_the_sources_they_judged() -> None:
    settled = settle([said("person:an", {E: USED}, judged={E, P}, at="2026-01-01"), MODEL])
    assert labels_of(settled) == {E: USED, W: USED}
    assert settled[P] is None


def test_the_latest_counts_and_adjudicated_over_both() -> None:
    first = said("person:an", {E: USED}, at="2026-01-01T10:00:00Z")
    second = said("person:an", {}, at="2026-01-02T10:00:00Z")
    third = said("adjudicated:bo", {P: ASKED}, at="2025-01-01T10:00:00Z")
    assert labels_of(settle([second, first])) == {}
    assert labels_of(settle([third, second, first])) == {P: ASKED}


ONE, TWO = (0, 10), (11, 20)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([MODEL], {W: USED}),
        ([MODEL, said("person:an", {})], {}),  # a person's verdict on the passage wins
        ([MODEL, said("person:an", {}, span=ONE)], {W: USED}),  # half of it seen: the model's verdict stands
        ([MODEL, said("person:an", {E: USED}, span=ONE)], {E: USED, W: USED}),
        ([MODEL, said("person:an", {E: ASKED, W: ASKED}, span=ONE)], {E: ASKED, W: USED}),  # added to the model's word
        ([said("model:1", {E: ASKED}), said("person:an", {E: USED}, span=ONE)], {E: USED}),
        ([MODEL, said("person:an", {}, span=ONE), said("person:an", {P: ASKED}, span=TWO)], {P: ASKED}),
        ([MODEL, said("person:an", {E: ASKED}, span=ONE), said("person:bo", {E: USED}, span=TWO)], {E: USED}),
        ([MODEL, said("person:an", {E: USED}, span=ONE), said("person:an", {}, judged={E})], {W: USED}),
        ([MODEL, said("model:1", {P: USED}, span=ONE)], {W: USED}),  # the model's passage score is its own
    ],
)
def test_what_counts_for_a_passage(verdicts: list[Verdict], expected: Labels) -> None:
    assert settle_passage(PASSAGE, verdicts) == expected


NOTHING: Judged = dict.fromkeys(Source)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], {}),
        ([MODEL, said("model:1", {E: USED}, span=ONE)], {}),  # no machine settles anything
        ([MODEL, said("person:an", {E: USED}, judged={E, P})], {E: USED, P: None}),
        ([said("person:an", {}, span=ONE)], {}),  # it may be in the other half
        ([said("person:an", {}, span=ONE), said("person:bo", {}, span=TWO)], NOTHING),  # together they saw all of it
        ([said("person:an", {E: USED}, span=ONE)], {E: USED}),  # and what is there is there
        ([said("person:an", {E: ASKED}, span=ONE)], {}),  # but the other half may use it
        ([MODEL, said("person:an", {W: ASKED}, span=ONE)], {}),  # whatever the model says of it
        ([said("person:an", {E: ASKED}, span=ONE), said("person:bo", {P: ASKED}, span=TWO, judged={P})], {P: ASKED}),
        ([said("person:an", {E: ASKED}, span=ONE), said("person:bo", {E: USED}, span=TWO, judged={E})], {E: USED}),
        ([said("person:an", {E: USED}, span=ONE), said("person:an", {}, judged={E})], {E: None}),
        ([said("person:an", {}, span=(0, 5))], {}),  # a span that is no sentence
    ],
)
def test_what_people_settle_of_a_passage(verdicts: list[Verdict], expected: Judged) -> None:
    assert judged_by_people(PASSAGE, verdicts) == expected
