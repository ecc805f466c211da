"""The figures of one model on material made by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from measured import documents, material, reading
from sklearn.metrics import cohen_kappa_score

from bronnen.records import Source, Use
from bronnen.training.bootstrap import draws
from bronnen.training.compare import compare
from bronnen.training.evaluate import Confusion, evaluate, misses
from bronnen.training.facts import Measured, comparison_facts, evaluation_facts
from bronnen.training.material import Learned, learned

E, S = Source.EXPERIENTIAL, Source.SCIENTIFIC


def test_by_hand() -> None:
    truth = np.array([1, 1, 1, 0, 0, 0], dtype=bool)
    held = material(truth, [0, 0, 1, 1, 2, 2])
    found = evaluate(held, reading(np.array([0.9, 0.6, 0.2, 0.8, 0.1, 0.1])), draws(3, 10, np.random.default_rng(0)), 5)
    one = found.figures[E][Use.USED]
    assert one.confusion == Confusion(tp=2, fp=1, fn=1, tn=2)
    assert (one.units, one.cases, one.documents) == (6, 3, 2)
    assert one.precision is not None and one.precision.value == pytest.approx(2 / 3) and one.precision.low is None
    assert one.f1 is not None and one.f1.value == pytest.approx(2 / 3)


def test_a_source_without_cases_is_empty_and_never_nan() -> None:
    truth, scores, groups = documents(np.random.default_rng(0), 8)
    held, read = material(truth, groups, ["o"] * len(truth)), reading(scores)
    weights = draws(8, 50, np.random.default_rng(0))
    found = evaluate(held, read, weights, 3)
    one = found.figures[S][Use.USED]
    assert (one.cases, one.precision, one.recall, one.f1, one.average_precision) == (0, None, None, None, None)
    assert list(one.curve) == [] and found.macro_f1[Use.USED] is None
    measured = Measured(read, None)
    json.dumps(evaluation_facts("x", held, measured, found), allow_nan=False)
    both = compare(held, read, read, weights)
    json.dumps(comparison_facts("x", held, (measured, measured), both), allow_nan=False)


def test_what_was_not_judged_does_not_count() -> None:
    truth = np.array([1, 1, 0, 0], dtype=bool)
    held = material(truth, [0, 1, 2, 3])
    judged = held.judged.copy()
    judged[[1, 3], 0] = False
    read = reading(np.array([0.9, 0.1, 0.1, 0.9]))
    one = evaluate(replace(held, judged=judged), read, draws(4, 10, np.random.default_rng(0)), 5).figures[E][Use.USED]
    assert one.confusion == Confusion(1, 0, 0, 1) and one.units == 2


def test_the_worst_misses_come_first_and_once() -> None:
    truth = np.array([0, 0, 0, 1, 1, 0], dtype=bool)
    held = material(truth, [0, 0, 1, 1, 2, 0])
    places = list(held.places)
    places[5] = replace(places[0], text=" zin  0. ")  # the same text in a version of the document
    found = misses(replace(held, places=places), reading(np.array([0.9, 0.95, 0.6, 0.3, 0.1, 0.9])), E, Use.USED, 3)
    assert [(one.document, one.score) for one in found.false_positives] == [("d0", 0.95), ("d0", 0.9), ("d1", 0.6)]
    assert [one.score for one in found.false_negatives] == [0.1, 0.3]
    assert found.false_positives[0].page == 7 and found.false_positives[0].given == {E: Use.USED}
    assert found.false_negatives[0].labels == {E: Use.USED}
    assert misses(held, reading(np.zeros(6)), E, Use.USED, 0).false_negatives == []


def test_parts_with_few_cases_go_together() -> None:
    truth = np.ones(64, dtype=bool)
    names = ["groot"] * 40 + ["klein"] * 12 + ["kleiner"] * 12
    held = material(truth, np.arange(64) % 8, names)
    found = evaluate(held, reading(np.repeat([0.9, 0.1], 32)), draws(8, 50, np.random.default_rng(0)), 0).organisations
    assert [(one.name, one.members, one.units) for one in found] == [("groot", 1, 40), (None, 2, 24)]
    assert found[0].scores[E][Use.USED].recall == pytest.approx(0.8)
    assert found[1].scores[E][Use.USED].cases == 24
    nameless = evaluate(material(truth, np.arange(64) % 8), reading(np.ones(64)), np.ones((2, 8)), 0)
    assert nameless.organisations == []


def test_agreement_is_that_of_scikit_learn_on_what_both_judged() -> None:
    rng = np.random.default_rng(3)
    truth, scores, groups = documents(rng, 6)
    said = {name: np.zeros((len(truth), 3), dtype=np.int8) for name in ("an", "bo", "cy")}
    for codes in said.values():
        codes[:, 0] = np.where(rng.random(len(truth)) < 0.1, 1 - truth, truth)
    said["cy"][::2] = -1
    held = replace(material(truth, groups), labellers=said)
    found = evaluate(held, reading(scores), draws(6, 10, rng), 0)
    pairs = {(one.first, one.second): one.figures[E][Use.USED] for one in found.pairs}
    assert list(pairs) == [
        ("model", "labels"), ("model", "an"), ("model", "bo"), ("model", "cy"), ("an", "bo"), ("an", "cy"), ("bo", "cy")
    ]  # fmt: skip
    assert pairs["an", "bo"].kappa == pytest.approx(cohen_kappa_score(said["an"][:, 0], said["bo"][:, 0]))
    assert pairs["model", "labels"].kappa == pytest.approx(cohen_kappa_score(scores >= 0.5, truth))
    assert pairs["an", "cy"].units == len(truth) // 2
    assert found.together is not None and 0.3 < (found.together[E][Use.USED] or 0) < 0.9


def test_documents_that_a_model_learned_from_are_counted() -> None:
    import hashlib

    held = material(np.ones(4, dtype=bool), [0, 0, 1, 1])
    places = list(held.places)
    places[1] = replace(places[1], document="version of d0")
    held = replace(held, places=places)
    digest = hashlib.sha256(b"d0").hexdigest()[:16]
    assert learned({"data": {"documents_digest": [digest]}}, held) == Learned(1, 1)
    assert learned({"data": {"documents_digest": []}}, held) == Learned(0, 0)
    assert learned({"data": {}}, held) is None and learned({}, held) is None
    by_name = hashlib.sha256(b"d1.pdf").hexdigest()[:16]
    assert learned({"data": {"documents_digest": [by_name]}}, held) == Learned(1, 0)
