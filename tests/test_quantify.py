from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bronnen.quantify import balance, evenness
from bronnen.records import Labels, Source, Use

E, P, W = Source.EXPERIENTIAL, Source.PROFESSIONAL, Source.SCIENTIFIC

LABELS = st.dictionaries(st.sampled_from(list(Source)), st.sampled_from(list(Use)))


def test_a_small_balance_by_hand() -> None:
    found = balance([{E: Use.USED, W: Use.USED}, {W: Use.USED}, {P: Use.CALLED_FOR}, {}])
    assert {source: estimate.value for source, estimate in found.used.items()} == {E: 1, P: 0, W: 2}
    assert found.called_for[P].value == 1
    assert found.used_shares is not None and found.used_shares[W].value == pytest.approx(2 / 3)
    assert found.coverage is not None and found.coverage.value == 0.5
    assert found.combined is not None and found.combined.value == 0.5
    assert found.evenness is not None
    assert found.evenness.value == pytest.approx((math.log(3) / 3 + 2 / 3 * math.log(1.5)) / math.log(3))
    assert found.method == "plain count"


def test_the_worked_example_of_the_method_page() -> None:
    found = balance([{E: Use.USED}, {E: Use.USED, W: Use.USED}, {W: Use.USED}, {W: Use.USED}, *[{}] * 6])
    assert found.used_shares is not None and found.evenness and found.coverage and found.combined
    assert [found.used_shares[source].value for source in Source] == pytest.approx([0.4, 0.0, 0.6])
    assert round(found.evenness.value, 2) == 0.61
    assert (found.coverage.value, found.combined.value) == (0.4, 0.25)


def test_nothing_found_is_none_never_nan() -> None:
    for found in (balance([]), balance([{}, {}])):
        assert found.used_shares is None and found.called_for_shares is None
        assert found.evenness is None and found.combined is None
    assert balance([]).coverage is None


@pytest.mark.parametrize(("counts", "expected"), [((5, 0, 0), 0.0), ((4, 4, 4), 1.0), ((0, 0, 0), None)])
def test_evenness_at_its_ends(counts: tuple[int, int, int], expected: float | None) -> None:
    found = evenness(dict(zip(Source, counts, strict=True)))
    assert (found.value if found else None) == (expected if expected is None else pytest.approx(expected))


@given(st.lists(LABELS, max_size=50))
def test_every_figure_is_possible(labels: list[Labels]) -> None:
    found = balance(labels)
    assert all(0 <= estimate.value <= len(labels) for estimate in [*found.used.values(), *found.called_for.values()])
    for shares in (found.used_shares, found.called_for_shares):
        assert shares is None or math.isclose(sum(share.value for share in shares.values()), 1)
    for estimate in (found.evenness, found.coverage, found.combined):
        assert estimate is None or 0 <= estimate.value <= 1
    assert balance(list(reversed(labels))) == found
