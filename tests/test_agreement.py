from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bronnen.agreement import agreement, agreement_of, alpha, kappa
from bronnen.records import Labels, Source, Unit, Use, Verdict

MEG = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
OWEN = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]


def test_alpha_as_krippendorff_works_it_out() -> None:
    assert alpha(zip(MEG, OWEN, strict=True)) == pytest.approx(0.095, abs=0.0005)
    units = ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"]
    assert alpha([list(unit) for unit in units]) == pytest.approx(0.743, abs=0.0005)


def test_kappa_by_hand() -> None:
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert kappa(pairs) == pytest.approx(0.4)


@pytest.mark.parametrize("pairs", [[], [(False, False)] * 4])
def test_nothing_to_agree_on_is_none(pairs: list[tuple[bool, bool]]) -> None:
    found = agreement_of(pairs)
    assert (found.kappa, found.alpha, found.f1) == (None, None, None)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_bounds_and_symmetry(pairs: list[tuple[bool, bool]]) -> None:
    found, turned = agreement_of(pairs), agreement_of([(two, one) for one, two in pairs])
    for value, other in [(found.kappa, turned.kappa), (found.alpha, turned.alpha), (found.f1, turned.f1)]:
        assert (value is None) == (other is None)
        assert value is None or (value == pytest.approx(other) and -1 <= value <= 1)


def said(start: int, labels: Labels, judged: set[Source]) -> Verdict:
    return Verdict("d", start, start + 5, 1, Unit.SENTENCE, frozenset(judged), labels, "", "person:an")


def test_only_what_both_judged_counts() -> None:
    science, practice = Source.SCIENTIFIC, Source.PROFESSIONAL
    first = [said(0, {science: Use.USED}, set(Source)), said(9, {practice: Use.USED}, set(Source))]
    second = [said(0, {science: Use.CALLED_FOR}, set(Source)), said(9, {}, {science}), said(20, {}, set(Source))]
    found = agreement(first, second)
    assert found[science, Use.USED].units == 2 and found[practice, Use.USED].units == 1
    assert found[science, Use.USED].f1 == 0 and found[science, Use.CALLED_FOR].second == 1
