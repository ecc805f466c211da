"""Calibration against hand-made cases and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from measured import documents
from sklearn.metrics import brier_score_loss

from bronnen.training.bootstrap import draws
from bronnen.training.calibration import calibration


def test_by_hand() -> None:
    truth = np.array([1, 0, 1, 1, 0, 0], dtype=bool)
    scores = np.array([0.75, 0.75, 0.95, 0.95, 0.15, 0.05])
    found = calibration(truth, scores, np.arange(6), draws(6, 50, np.random.default_rng(0)))
    # bins from 0.1: 0.1-0.2 (1 unit, 0.15 off), 0.7-0.8 (2 units, 0.25 off), 0.9-1 (2 units, 0.05 off)
    assert found.scored == 5
    assert found.error == pytest.approx((1 * 0.15 + 2 * 0.25 + 2 * 0.05) / 5)
    assert found.brier == pytest.approx(brier_score_loss(truth, scores))
    assert found.skill is not None and found.skill.value == pytest.approx(1 - found.brier / 0.25)
    assert [one.units for one in found.bins] == [1, 1, 0, 0, 0, 0, 0, 2, 0, 2]
    assert found.bins[7].share is not None and found.bins[7].share.value == 0.5


@pytest.mark.parametrize(("score", "place"), [(0.0, 0), (0.1, 1), (0.3, 3), (0.7, 7), (1.0, 9)])
def test_the_edge_of_a_bin_belongs_to_the_higher(score: float, place: int) -> None:
    found = calibration(np.array([True]), np.array([score]), np.zeros(1, dtype=int), np.ones((2, 1)))
    assert [one.units for one in found.bins].index(1) == place


def test_true_probabilities_have_no_error_and_constant_ones_no_skill() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(40_000)
    truth = rng.random(40_000) < scores
    groups = np.repeat(np.arange(100), 400)
    weights = draws(100, 200, rng)
    found = calibration(truth, scores, groups, weights)
    assert found.error is not None and found.error < 0.02
    assert found.skill is not None and found.skill.value > 0.3
    assert found.skill.low is not None and found.skill.low < found.skill.value
    flat = calibration(truth, np.full(40_000, truth.mean()), groups, weights).skill
    assert flat is not None and flat.value == pytest.approx(0, abs=1e-9)


def test_without_cases_there_is_no_skill() -> None:
    truth, scores, groups = documents(np.random.default_rng(0), 6)
    found = calibration(np.zeros_like(truth), scores, groups, np.ones((3, 6)))
    assert found.skill is None and found.brier is not None
    low = calibration(truth, scores / 100, groups, np.ones((3, 6)))
    assert low.error is None and low.scored == 0
