"""The statistics of an audit: equal to others' where others have them, and right however bad the model is."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bronnen.audit.accuracy import accuracy
from bronnen.audit.estimate import Judged, divided, judged, prediction_powered, share
from bronnen.audit.sampling import LEAST, draw, sized, strata

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "benchmarks"))
import audit as simulation  # noqa: E402

GOLDEN = json.loads((ROOT / "tests" / "data" / "prediction_powered.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: f"{len(case['truth'])} of {len(case['others'])}")
@pytest.mark.parametrize("name", ["tuned", "plain", "full", "half"])
def test_without_strata_in_an_infinite_population_it_is_prediction_powered_inference(
    case: dict[str, list[float]], name: str
) -> None:
    told = case["figures"][name]  # type: ignore[call-overload]
    arrays = [np.array(case[key], dtype=float) for key in ("truth", "predicted", "others")]
    found = prediction_powered(arrays[0], arrays[1], arrays[2], told["power"])
    assert [found.value, found.low, found.high] == pytest.approx([told["value"], told["low"], told["high"]], abs=1e-9)


def test_in_a_huge_population_the_audit_and_prediction_powered_inference_agree() -> None:
    rng = np.random.default_rng(1)
    chances = rng.beta(0.2, 0.6, 400_000)
    truth = rng.random(len(chances)) < chances
    places = rng.choice(len(chances), 3000, replace=False)
    ours = share(judged(truth[places], places, chances, np.zeros(len(chances), dtype=np.int64)))
    theirs = prediction_powered(truth[places].astype(float), chances[places], chances)
    assert ours.value == pytest.approx(theirs.value, abs=2e-4)
    assert ours.width == pytest.approx(theirs.high - theirs.low, rel=0.02)
    assert ours.power == pytest.approx(theirs.power, abs=0.01)


def test_the_worked_example_of_the_method_page() -> None:
    """docs/method.md computes these by hand."""
    stratum = np.array([0] * 60 + [1] * 40)
    predicted = np.array([0.14] * 12 + [0.09] * 48 + [0.75] * 10 + [0.79] * 30)
    places = [*range(12), *range(60, 70)]
    truth = [at == 0 for at in range(12)] + [at < 7 for at in range(10)]
    one = judged(truth, places, predicted, stratum)
    assert one.means == pytest.approx([0.10, 0.78])
    assert share(one, 0.8).value == pytest.approx(0.3204)
    alone = share(one, 0.0)
    assert alone.value == pytest.approx(0.33)
    assert alone.variance == pytest.approx(0.004814, abs=1e-6)
    assert alone.freedom == pytest.approx(22.7, abs=0.05)
    size = alone.value * (1 - alone.value) / alone.variance
    assert size == pytest.approx(45.9, abs=0.05)
    assert (alone.low, alone.high) == pytest.approx((0.202, 0.487), abs=5e-4)
    text = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    for told in ("0.3204", "0.33", "0.004814", "22.7", "45.9", "20.2% to 48.7%"):
        assert told in text, told


def test_judging_everything_leaves_no_doubt() -> None:
    stratum = np.array([0] * 5 + [1] * 7)
    truth = [True, False, True, False, False] + [True] * 3 + [False] * 4
    one = judged(truth, list(range(12)), np.linspace(0, 1, 12), stratum)
    found = share(one)
    assert (found.value, found.low, found.high) == pytest.approx((5 / 12, 5 / 12, 5 / 12))
    measured = accuracy(one, np.ones(12), np.ones(2))
    assert measured.precision is not None and measured.recall is not None
    assert (measured.precision.value, measured.precision.low, measured.precision.high) == pytest.approx((5 / 12,) * 3)
    assert measured.recall.value == 1


def test_what_was_judged_bounds_what_is_said() -> None:
    """Of 30 passages 20 are judged; 2 carry the label: the truth lies between 2 and 12, whatever the model says."""
    for scores in (np.zeros(30), np.ones(30), np.linspace(1, 0, 30)):
        for truth in ([True] * 2 + [False] * 18, [True] * 18 + [False] * 2, [False] * 20, [True] * 20):
            for power in (None, 0.0, 1.0):
                found = share(judged(truth, list(range(20)), scores, np.zeros(30, dtype=np.int64)), power)
                count = sum(truth)
                assert count / 30 <= found.low + 1e-12
                assert found.low <= found.value <= found.high
                assert found.high <= (count + 10) / 30 + 1e-12
                assert math.isfinite(found.width)


def test_where_nothing_was_found_the_interval_says_how_much_could_be_there() -> None:
    found = share(judged([False] * 60, list(range(60)), np.zeros(5000), np.zeros(5000, dtype=np.int64)))
    assert found.value == found.low == 0
    assert 0.03 < found.high < 0.08  # the rule of three says 0.05, Wilson 0.06


def test_a_useless_model_gets_no_weight_and_a_perfect_one_all_of_it() -> None:
    rng = np.random.default_rng(2)
    truth = rng.random(2000) < 0.2
    places = rng.choice(2000, 150, replace=False)
    flat = np.zeros(2000, dtype=np.int64)
    assert share(judged(truth[places], places, 1.0 - truth, flat)).power == 0
    assert share(judged(truth[places], places, np.full(2000, 0.3), flat)).power == 0
    perfect = share(judged(truth[places], places, truth.astype(float), flat))
    assert perfect.power > 0.8
    assert perfect.width < 0.4 * share(judged(truth[places], places, truth.astype(float), flat), 0.0).width


def test_shares_of_the_division_sum_to_one() -> None:
    rng = np.random.default_rng(3)
    truth, scores = simulation.population((0.1, 0.2, 0.4), 500, "good", rng)
    places = rng.choice(500, 80, replace=False)
    all_three = [judged(truth[places, at], places, scores[:, at], np.zeros(500, dtype=np.int64)) for at in range(3)]
    parts = divided([share(one) for one in all_three])
    assert parts is not None
    assert sum(part.value for part in parts) == pytest.approx(1)
    assert all((part.low or 0) < part.value < (part.high or 0) for part in parts)
    nothing = [judged([False] * 80, list(places), np.zeros(500), np.zeros(500, dtype=np.int64))] * 3
    assert divided([share(one) for one in nothing]) is None


def test_accuracy_weighs_by_the_chance_of_being_drawn() -> None:
    """90 passages without a label of which 9 were drawn, 10 with of which 10: one miss stands for ten."""
    truth = np.array([1.0] + [0.0] * 8 + [1.0] * 8 + [0.0] * 2)
    given = np.array([0.0] * 9 + [1.0] * 10)
    stratum = np.array([0] * 9 + [1] * 10)
    one = Judged(truth, given, stratum, np.array([90, 10]), np.array([0.0, 1.0]), np.zeros(2))
    labelled = np.array([0.0, 1.0])
    found = accuracy(one, given, labelled)
    assert found.precision is not None and found.recall is not None and found.f1 is not None
    assert found.precision.value == pytest.approx(0.8)
    assert found.recall.value == pytest.approx(8 / 18)
    assert found.f1.value == pytest.approx(16 / 28)
    assert found.precision.low == pytest.approx(0.8)  # all that have the label were judged
    assert found.recall.low is not None and found.recall.low < 0.3 and found.recall.high is not None
    nothing = accuracy(replace(one, truth=np.zeros(19)), np.zeros(19), np.zeros(2))
    assert nothing.precision is nothing.recall is nothing.f1 is None
    wrong = accuracy(replace(one, truth=1 - given), given, labelled)
    assert wrong.precision is not None and wrong.f1 is not None
    assert (wrong.precision.value, wrong.precision.high, wrong.f1.high) == (0, 0, 0)  # the ten are all judged
    partly = accuracy(replace(one, truth=1 - given, sizes=np.array([90, 40])), given, labelled)
    assert partly.precision is not None and partly.precision.value == 0 < (partly.precision.high or 0) < 0.4


def test_small_strata_are_taken_together() -> None:
    names, stratum = strata([""] * 80 + ["E"] * 15 + ["P"] * 6 + ["W"] * 5 + ["E + W"])
    assert names == ["none", "E", "E + W; P; W"]
    assert np.bincount(stratum).tolist() == [80, 15, 12]
    names, stratum = strata([""] * 80 + ["E"] * 15 + ["P"] * 2)
    assert names == ["none", "E; P"] and np.bincount(stratum).tolist() == [80, 17]
    assert strata(["E", "P", ""])[0] == ["none; E; P"]


def test_more_are_drawn_where_the_model_doubts() -> None:
    scores = np.concatenate([np.full((500, 1), 0.01), np.full((100, 1), 0.5)])
    stratum = np.array([0] * 500 + [1] * 100)
    found = sized(scores, stratum, size=100)
    assert found.total == 100 and found.sizes.min() >= LEAST
    # N_h S_h, with scores no nearer to 0 than 0.05: 500 sqrt(0.0475) to 100 sqrt(0.25)
    assert found.sizes[0] / found.sizes[1] == pytest.approx(500 * 0.0475**0.5 / (100 * 0.5), rel=0.05)
    assert sized(scores, stratum, size=10_000).sizes.tolist() == [500, 100]
    wide, narrow = sized(scores, stratum, margin=0.1), sized(scores, stratum, margin=0.03)
    assert wide.total < narrow.total < 600
    assert narrow.margins.max() <= 0.03 < sized(scores, stratum, size=narrow.total - 1).margins.max()
    places = draw(stratum, narrow.sizes, np.random.default_rng(5))
    assert len(set(places.tolist())) == narrow.total
    assert np.bincount(stratum[places]).tolist() == narrow.sizes.tolist()


def test_every_passage_of_a_stratum_has_the_same_chance() -> None:
    rng = np.random.default_rng(6)
    stratum = np.array([0] * 30 + [1] * 10)
    seen = np.zeros(40)
    for _ in range(4000):
        seen[draw(stratum, np.array([6, 5]), rng)] += 1
    assert seen[:30] / 4000 == pytest.approx(0.2, abs=0.03)
    assert seen[30:] / 4000 == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize(("model", "stratified"), [("good", True), ("random", True), ("random", False)])
def test_intervals_cover_soon(model: str, stratified: bool) -> None:
    """A rough one for every day: 100 runs have a standard error of 2 points a source."""
    found = simulation.outcome(model, (0.05, 0.15, 0.25), 600, 80, 100, stratified=stratified)
    assert 0.92 <= found.covered.mean() <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("model", simulation.MODELS)
def test_intervals_cover_95_percent_whatever_the_model(model: str) -> None:
    """The bar: 93 to 97% over 500 runs a cell, and narrower than judging alone when the model is good."""
    cells = [
        simulation.outcome(model, shares, size, sample, 500, seed=4)
        for shares in simulation.SHARES
        for size, sample in ((300, 60), (2000, 150))
    ]
    covered = np.concatenate([cell.covered for cell in cells])
    ratio = np.mean([(cell.width / cell.alone_width).mean() for cell in cells])
    assert 0.93 <= covered.mean() <= 0.97
    assert covered.min() >= 0.90  # a rare source, where no interval from a count can be exact
    if model in ("good", "too sure"):
        assert ratio < 0.85
    if model in ("random", "flat"):
        assert 0.98 < ratio < 1.02
