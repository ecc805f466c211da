"""The learning curve: that it sees what is learned and nothing more, and what it makes of that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from teams import SUBJECTS, TOLD

from bronnen.classifier import Examples, Model, Reader, described, part
from bronnen.classifier.growing import ground, grown
from bronnen.corpus import Sample, SampleSentence
from bronnen.errors import UsageError
from bronnen.features import rows
from bronnen.records import Estimate, Source, Use
from bronnen.settings import resource
from bronnen.training.curve import Worth, _slopes, curve, curve_facts, worth
from bronnen.training.own import of_sample
from bronnen.training.train import groups_of, shipped_rows

FOREIGN = "De zwaluwen van {0} brengen {0} in de blauwe map bij elkaar."
"""What nothing in bronnen's rows says is a source; a team calls it one."""


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Model.load(resource("models", "sources")).reader


@pytest.fixture(scope="module")
def shipped() -> Examples:
    kept = shipped_rows()
    return part(kept, np.arange(0, len(kept.groups), 20))


def own(reader: Reader, count: int) -> Examples:
    told = []
    for number in range(count):
        subject = SUBJECTS[number % len(SUBJECTS)] + "beleid" * (number // len(SUBJECTS))
        said = [*TOLD, (FOREIGN, {Source.PROFESSIONAL: Use.USED})]
        paragraphs = tuple((SampleSentence(text.format(subject), labels),) for text, labels in said)
        told.append(Sample(f"u{number}", f"d{number}", "org", True, paragraphs))
    runs = [of_sample(one) for one in told]
    made = [rows(run.paragraphs) for run in runs]
    truth = [np.concatenate([getattr(run, name) for run in runs]) for name in ("sentences", "passages")]
    read = [reader.read(one) for one in made]
    return described(made, *truth, read, groups_of(told), [one.document for one in told], weight=3.0)


@pytest.mark.slow
def test_what_a_team_teaches_is_seen_on_documents_that_were_not_learned_from(shipped: Examples, reader: Reader) -> None:
    told = own(reader, 20)
    base = ground(shipped, told, np.random.default_rng(1))
    test = np.arange(20) >= 14
    nothing, _ = grown(base, np.zeros(20, dtype=bool), test)
    scores, given = grown(base, ~test, test)
    assert scores.shape == given.shape == (6 * 6, 3, 2)
    foreign = np.arange(6 * 6) % 6 == 5
    professional = list(Source).index(Source.PROFESSIONAL)
    gained = scores[foreign, professional, 0] - nothing[foreign, professional, 0]
    assert gained.min() > 0.1
    again, _ = grown(base, ~test, test)
    assert (again == scores).all()


@pytest.mark.slow
def test_the_labels_of_what_is_read_are_never_learned_from(shipped: Examples, reader: Reader) -> None:
    told = own(reader, 12)
    test = np.arange(12) >= 8
    scores, _ = grown(ground(shipped, told, np.random.default_rng(1)), ~test, test)
    turned = told.passages.copy()
    turned[test[told.passage_runs]] ^= True
    other = replace(told, passages=turned, sentences=~told.sentences)
    again, _ = grown(ground(shipped, other, np.random.default_rng(1)), ~test, test)
    assert np.allclose(scores, again)


@pytest.mark.slow
def test_a_curve_has_a_point_per_share_and_says_what_is_expected(shipped: Examples, reader: Reader) -> None:
    ticks: list[tuple[int, int]] = []
    found = curve(
        shipped, own(reader, 12), np.random.default_rng(3), 1, 100, lambda done, total: ticks.append((done, total))
    )
    assert ticks[-1] == (13, 13) and len(ticks) == 13
    assert (found.labels, found.documents, found.following) == (72, 12, 100)
    line = found.lines[Source.PROFESSIONAL][Use.USED]
    assert (line.cases, line.documents) == (24, 12)
    assert [round(point.labels) for point in line.points] == [0, 6, 12, 24, 48]
    assert line.points[0].gain is not None and line.points[0].gain.value == 0
    none = found.lines[Source.EXPERIENTIAL][Use.CALLED_FOR]
    assert none.cases == 0 and none.expected is None and none.worth is Worth.OPEN
    facts = curve_facts(found, 3, 1)
    assert facts["kind"] == "curve" and facts["lines"]["professional"]["used"]["cases"] == 24


def test_too_few_documents_give_no_curve(shipped: Examples, reader: Reader) -> None:
    with pytest.raises(UsageError, match="5 documents"):
        curve(shipped, own(reader, 4), np.random.default_rng(3), 1, 100)


def test_what_is_expected_follows_the_curve() -> None:
    """A gain that grows with the logarithm, or evenly, is carried on exactly."""
    counts = [0.0, 10, 25, 50, 100]
    slowing, even = 0.03 * np.log1p(np.array(counts) / 10), 0.001 * np.array(counts)
    expected = float(_slopes(counts, 200, 150, slowing) @ slowing)
    assert expected == pytest.approx(0.03 * (np.log1p(35) - np.log1p(15)))
    assert float(_slopes(counts, 200, 150, even) @ even) == pytest.approx(0.2)
    assert float(_slopes(counts, 200, 150, np.zeros(5)) @ np.zeros(5)) == 0


def test_worth_says_no_more_than_the_interval() -> None:
    assert worth(Estimate(0.03, 0.001, 0.06)) is Worth.YES
    assert worth(Estimate(0.001, -0.004, 0.006)) is Worth.NO
    assert worth(Estimate(0.02, -0.01, 0.05)) is Worth.OPEN
    assert worth(Estimate(0.02)) is Worth.OPEN
