"""Figures as scikit-learn counts them, intervals that hold what they promise, and documents that stay whole."""

from __future__ import annotations

import numpy as np
import pytest
from measured import documents
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score

from bronnen.records import Estimate
from bronnen.training import bootstrap


@pytest.mark.parametrize("seed", range(4))
def test_rates_are_those_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, given = rng.random(200) < 0.3, rng.random(200) < 0.4
    counts = np.array([(truth & given).sum(), (~truth & given).sum(), (truth & ~given).sum()])
    wanted = [score(truth, given) for score in (precision_score, recall_score, f1_score)]
    assert [float(value) for value in bootstrap.rates(counts)] == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        ((0, 0, 0), (None, None, None)),
        ((0, 9, 0), (None, None, None)),  # no case: nothing to be precise about
        ((0, 0, 4), (None, 0.0, 0.0)),
        ((2, 0, 2), (1.0, 0.5, 2 / 3)),
    ],
)
def test_what_does_not_exist_is_no_number(counts: tuple[int, ...], wanted: tuple[float | None, ...]) -> None:
    found = [None if np.isnan(value) else float(value) for value in bootstrap.rates(np.array(counts))]
    assert found == [value if value is None else pytest.approx(value) for value in wanted]


@pytest.mark.parametrize("decimals", [1, 8], ids=["many equal scores", "all different"])
def test_average_precision_is_that_of_scikit_learn_in_every_round(decimals: int) -> None:
    rng = np.random.default_rng(3)
    truth, scores, groups = documents(rng, 20)
    scores = scores.round(decimals)
    weights = bootstrap.draws(20, 30, rng)
    found = bootstrap.average_precision(truth, scores, groups, weights)
    for drawn, value in zip(weights, found, strict=True):
        assert value == pytest.approx(average_precision_score(truth, scores, sample_weight=drawn[groups]))
    whole = bootstrap.average_precision(truth, scores, groups, np.ones((1, 20)))[0]
    assert whole == pytest.approx(average_precision_score(truth, scores))


def test_a_round_is_whole_documents_drawn_again() -> None:
    rng = np.random.default_rng(5)
    truth, scores, groups = documents(rng, 12, 7)
    for drawn in bootstrap.draws(12, 20, rng):
        assert drawn.sum() == 12 and (drawn == drawn.astype(int)).all()
        again = np.concatenate([np.flatnonzero(groups == d) for d in range(12) for _ in range(int(drawn[d]))])
        assert len(again) == 12 * 7  # every unit of a document as often as the document, none without the others
        given = scores >= 0.5
        marks = np.stack([truth & given, ~truth & given, truth & ~given], axis=1)
        told = drawn @ bootstrap.sums(marks, groups, 12)
        assert told.tolist() == marks[again].sum(axis=0).tolist()
        ranked = bootstrap.average_precision(truth, scores, groups, drawn[None, :])[0]
        assert ranked == pytest.approx(average_precision_score(truth[again], scores[again]))


def test_the_interval_covers_the_truth() -> None:
    """Documents from a large population: the interval holds its F1 in about 95 of 100 samples, by unit far less."""
    rng = np.random.default_rng(11)

    def counts(truth: np.ndarray, scores: np.ndarray, groups: np.ndarray) -> np.ndarray:
        given = scores >= 0.5
        marks = np.stack([truth & given, ~truth & given, truth & ~given], axis=1)
        return bootstrap.sums(marks, groups, int(groups.max()) + 1)

    def covers(told: np.ndarray, wanted: float) -> bool:
        rounds = bootstrap.rates(bootstrap.draws(len(told), 200, rng) @ told)[2]
        low, high = bootstrap.interval(rounds) or (1.0, 0.0)
        return low <= wanted <= high

    wanted = float(bootstrap.rates(counts(*documents(rng, 20_000)).sum(axis=0))[2])
    by_document = by_unit = 0
    for _ in range(120):
        truth, scores, groups = documents(rng, 50, 12)
        by_document += covers(counts(truth, scores, groups), wanted)
        by_unit += covers(counts(truth, scores, np.arange(len(truth))), wanted)
    assert 0.89 <= by_document / 120 <= 0.99
    assert by_unit < by_document - 10  # which is why it is never done


def test_no_interval_on_too_little() -> None:
    rounds = np.linspace(0.4, 0.6, 1000)
    told = bootstrap.estimate(0.5, rounds, 5)
    assert told is not None and told.low == pytest.approx(0.405) and told.high == pytest.approx(0.595)
    assert bootstrap.estimate(0.5, rounds, 4) == Estimate(0.5)
    assert bootstrap.estimate(1.0, np.ones(1000), 50) == Estimate(1.0)
    assert bootstrap.estimate(0.5, np.where(np.arange(1000) < 600, np.nan, rounds), 50) == Estimate(0.5)
    assert bootstrap.estimate(None, rounds, 50) is None and bootstrap.estimate(float("nan"), rounds, 50) is None


def test_the_curve_goes_from_strict_to_everything() -> None:
    truth, scores, _ = documents(np.random.default_rng(1), 20)
    found = bootstrap.curve(truth, scores)
    recall = [one for one, _ in found]
    assert recall == sorted(recall) and 50 < len(found) <= 101
    assert found[-1] == (1.0, pytest.approx(truth.mean()))
    assert bootstrap.curve(np.zeros(4, dtype=bool), np.zeros(4)) == []
