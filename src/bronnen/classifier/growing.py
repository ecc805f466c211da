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
    counts: first.Counts
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
            learned = first.fit(first.chosen(counts[unit], seen), wanted[seen], both.weights[runs[unit]][seen])
            logits[unit][unseen] = first.logits(first.chosen(counts[unit], unseen), learned)
    return Ground(both, counts[Unit.PASSAGE], _joined(both, logits), len(shipped.groups))


def grown(base: Ground, learn: Array, test: Array) -> tuple[Array, Array]:
    """Scores and labels [n, sources, uses] of the passages of the team's `test` runs, after learning from `learn`.

    Both are truth values over the team's runs. n counts the passages of the test runs, judged or not, in their order.
    """
    both, run = base.both, base.own
    runs = both.passage_runs
    mine = np.r_[np.ones(run, dtype=bool), learn]
    held = np.r_[np.zeros(run, dtype=bool), test]
    seen = np.flatnonzero(both.judged(Unit.PASSAGE) & mine[runs])
    unseen = np.flatnonzero(held[runs])
    truth, weights = both.passages.reshape(-1, TARGETS), both.weights[runs]
    known = second.about_passages(base.signals, both.place)[seen]
    fitted = second.fit(known, truth[seen], weights[seen])
    thresholds = judged(second.probabilities(known, fitted).reshape(SHAPE), both.passages[seen])["thresholds"]
    words = base.signals.passage_words
    if learn.any():
        learned = first.fit(first.chosen(base.counts, seen), truth[seen], weights[seen])
        words = words.copy()
        words[unseen] = first.logits(first.chosen(base.counts, unseen), learned)
    signals = second.Signals(
        base.signals.words, base.signals.alone, base.signals.read, words, base.signals.passage_read
    )
    scores = second.probabilities(second.about_passages(signals, both.place)[unseen], fitted).reshape(SHAPE)
    return scores, decided(scores, thresholds)


def some_rows(shipped: Examples, share: float, rng: np.random.Generator) -> Examples:
    """A part of the rows: that share of their documents, drawn at random; versions of one stay together."""
    groups = np.unique(shipped.groups)
    kept = rng.choice(groups, max(2, round(share * len(groups))), replace=False)
    return part(shipped, np.isin(shipped.groups, kept))
