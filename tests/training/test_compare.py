"""The paired comparison: finds a real difference, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from measured import documents, material, reading

from bronnen.records import Source, Use
from bronnen.training.bootstrap import draws
from bronnen.training.compare import Outcome, compare, difference
from bronnen.training.evaluate import f1_rounds

E = Source.EXPERIENTIAL


def noisy(scores: np.ndarray, rng: np.random.Generator, amount: float) -> np.ndarray:
    logits = np.log(scores / (1 - scores)) + rng.normal(0, amount, len(scores))
    return np.asarray(1 / (1 + np.exp(-logits)))


def test_a_real_difference_is_found_and_has_a_direction() -> None:
    rng = np.random.default_rng(4)
    truth, scores, groups = documents(rng, 60)
    held, weights = material(truth, groups), draws(60, 500, rng)
    good, bad = reading(scores), reading(noisy(scores, rng, 1.5))
    one = compare(held, good, bad, weights).f1[E][Use.USED]
    assert one.outcome is Outcome.FIRST and one.above_zero == 0 and one.difference is not None
    assert one.difference.high is not None and one.difference.high < 0
    other = compare(held, bad, good, weights)
    assert other.f1[E][Use.USED].outcome is Outcome.SECOND and other.f1[E][Use.USED].above_zero == 1
    assert other.average_precision[E][Use.USED].outcome is Outcome.SECOND


def test_no_difference_is_seldom_found_where_there_is_none() -> None:
    rng = np.random.default_rng(8)
    told = 0
    for _ in range(60):
        truth, scores, groups = documents(rng, 40, 20)
        ones, twos = reading(noisy(scores, rng, 0.7)), reading(noisy(scores, rng, 0.7))
        held, weights = material(truth, groups), draws(40, 200, rng)
        rounds = [f1_rounds(held, one, weights, E, Use.USED) for one in (ones, twos)]
        found = difference(rounds[0], rounds[1], int(truth.sum()), 40)
        told += found.outcome is not Outcome.NONE
    assert told <= 8  # 3 are expected at 95%


def test_a_model_does_not_differ_from_itself() -> None:
    rng = np.random.default_rng(1)
    truth, scores, groups = documents(rng, 10)
    found = compare(material(truth, groups), reading(scores), reading(scores), draws(10, 100, rng)).f1[E][Use.USED]
    assert found.outcome is Outcome.NONE and found.above_zero == 0.5
    assert found.difference is not None and found.difference.value == 0


def test_what_has_no_case_or_few_documents_cannot_be_told() -> None:
    rng = np.random.default_rng(1)
    truth, scores, groups = documents(rng, 4)
    found = compare(material(truth, groups), reading(scores), reading(1 - scores), draws(4, 100, rng))
    assert found.f1[E][Use.USED].outcome is Outcome.UNKNOWN and found.f1[E][Use.USED].first is not None
    empty = found.f1[Source.SCIENTIFIC][Use.USED]
    assert (empty.cases, empty.first, empty.difference, empty.outcome) == (0, None, None, Outcome.UNKNOWN)
    assert found.macro_f1[Use.USED].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("seed", range(3))
def test_paired_is_sharper_than_apart(seed: int) -> None:
    """Hard documents are hard for both models; the difference knows that."""
    rng = np.random.default_rng(seed)
    truth, scores, groups = documents(rng, 60)
    held, weights = material(truth, groups), draws(60, 400, rng)
    ones, twos = reading(scores), reading(noisy(scores, rng, 0.5))
    a, b = (f1_rounds(held, one, weights, E, Use.USED)[1] for one in (ones, twos))
    assert np.std(b - a) < 0.7 * np.sqrt(np.var(a) + np.var(b))
