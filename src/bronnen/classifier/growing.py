"""What own labels add, quickly: one training after the other with more and more of a team's documents.

A whole training (`Model.fit`) takes minutes, a learning curve needs some twenty. So here only what a label on a passage
changes most is fitted anew: the weights of names in passages, and the second stage. The scores of sentences stay those
that bronnen's rows give alone, and those rows are a part of all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bronnen.classifier import Examples, _counts, _joined, decided, first, joined, judged, part, second
from bronnen.classifier.first import Array
from bronnen.classifier.judging import SHAPE, TARGETS, fold_numbers
from bronnen.records import Unit

_HALVES = 2


@dataclass(frozen=True, slots=True)
class Ground:
    """Bronnen's rows with a team's beside them, and what every training shares.

    `counts` are those of passages. `signals`: scores of all stages for documents that they had not seen. `own`: the
    number of the team's first run in `both`.
    """

    both: Examples
    counts: first.Table
    signals: second.Signals
    own: int


def ground(shipped: Examples, own: Examples, rng: np.random.Generator) -> Ground:
    """What every training shares. None of its scores saw any of the team's labels."""
    both = joined(shipped, own)
    counts = _counts(both)
    truth = {Unit.SENTENCE: both.sentences, Unit.PASSAGE: both.passages}
    runs = {Unit.SENTENCE: both.place.documents, Unit.PASSAGE: both.passage_runs}
    half = fold_numbers(shipped.groups, np.diff(shipped.begins), _HALVES, rng)
    fold = np.r_[half, np.full(len(own.groups), _HALVES)]
    logits: dict[Unit, Array] = {}
    for unit in (Unit.SENTENCE, Unit.PASSAGE):
        wanted, known, of = truth[unit].reshape(-1, TARGETS), both.judged(unit), fold[runs[unit]]
        logits[unit] = np.zeros(wanted.shape)
        for held in range(_HALVES + 1):  # the last is the team's: learned from all of the shipped rows
            seen, unseen = np.flatnonzero(known & (of != held) & (of < _HALVES)), np.flatnonzero(of == held)
            learned = first.fit(counts[unit][seen], wanted[seen], both.weights[runs[unit]][seen])
            logits[unit][unseen] = first.logits(counts[unit][unseen], learned)
    return Ground(both, counts[Unit.PASSAGE], _joined(both, logits), len(shipped.groups))


def grown(base: Ground, learn: Array, test: Array) -> tuple[Array, Array]:
    """Scores and labels [n, sources, uses] of the passages of the team's `test` runs, after learning from `learn`.

    Both are truth values over the team's runs. n counts the passages of the test runs, judged or not, in their order.
    """
    both = base.both
    runs = both.passage_runs
    seen = np.flatnonzero(both.judged(Unit.PASSAGE) & np.r_[np.ones(base.own, dtype=bool), learn][runs])
    unseen = np.flatnonzero(np.r_[np.zeros(base.own, dtype=bool), test][runs])
    signals = _relearned(base, learn, seen, unseen) if learn.any() else base.signals
    about = second.about_passages(signals, both.place)
    truth, weights = both.passages.reshape(-1, TARGETS), both.weights[runs]
    fitted = second.fit(about[seen], truth[seen], weights[seen])
    known = second.probabilities(about[seen], fitted).reshape(SHAPE)
    scores = second.probabilities(about[unseen], fitted).reshape(SHAPE)
    return scores, decided(scores, judged(known, both.passages[seen])["thresholds"])


def _relearned(base: Ground, learn: Array, seen: Array, unseen: Array) -> second.Signals:
    """The signals, with those of the first stage on passages as it gives them after learning from `seen` passages.

    For each half of the team's documents among these it learned from the other half, as the second stage needs it.
    """
    both, runs = base.both, base.both.passage_runs
    truth, weights = both.passages.reshape(-1, TARGETS), both.weights[runs]
    words = base.signals.passage_words.copy()

    def give(to: Array, without: Array) -> None:
        some = seen[~np.isin(seen, without)]
        learned = first.fit(base.counts[some], truth[some], weights[some])
        words[to] = first.logits(base.counts[to], learned)

    give(unseen, unseen)
    groups = np.unique(both.groups[base.own :][learn])
    if len(groups) >= _HALVES:
        halves = np.arange(len(groups)) % _HALVES
        for half in range(_HALVES):
            there = np.r_[
                np.zeros(base.own, dtype=bool), learn & np.isin(both.groups[base.own :], groups[halves == half])
            ]
            mine = np.flatnonzero(there[runs])
            give(mine, mine)
    signals = base.signals
    return second.Signals(signals.words, signals.alone, signals.read, words, signals.passage_read)


def some_rows(shipped: Examples, share: float, rng: np.random.Generator) -> Examples:
    """A part of the rows: that share of their documents, drawn at random; versions of one stay together."""
    groups = np.unique(shipped.groups)
    kept = rng.choice(groups, max(2, round(share * len(groups))), replace=False)
    return part(shipped, np.isin(shipped.groups, kept))
