"""How far estimates of the balance lie from the truth, and how often their intervals hold it.

    python benchmarks/balance.py [--scores FILE]

Passages of the rows that ship, with the probabilities of models that had not seen their document; what is known of a
model's errors comes from the other folds alone (of documents that no model chose, as in `Model.fit`). `--scores`
keeps those probabilities in a file, or takes them from it.

- *whole*: the documents of the label files that were labelled from begin to end, so that their balance is known.
- *parts*: all labelled runs of a document together, of the label files and of `corpus/meer`, by number of passages.
- *sweep*: passages of the label files drawn at random to a forced share of 0 to 0.6 (the artificial prevalence
  protocol of QuaPy, Moreo et al. 2021, doi:10.1145/3459637.3482015).
- *resampled*: documents of 10 passages or more, drawn again in blocks of five neighbours.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bronnen import quantify
from bronnen.classifier import FOLDS, decided, fold_numbers, held_out, judged
from bronnen.classifier.examples import MORE, REAL
from bronnen.classifier.judging import error_rates
from bronnen.corpus import read_samples
from bronnen.quantify import NONE, PRIORS, UNKNOWN, counting
from bronnen.records import Known, Source, Unit
from bronnen.training.train import shipped_rows

LABELS = Path("../shared/data/labels/sentences.jsonl")
ROUNDS, BLOCK = 400, 5
SIZES = (30, 100, 500)
SWEEP = np.linspace(0, 0.6, 13)
PLAIN = ("CC", "PCC", "ACC", "PACC", "EM")
OURS = tuple(PRIORS)


@dataclass(frozen=True)
class Passages:
    """All passages, [n, sources, uses] and [n]."""

    scores: np.ndarray
    given: np.ndarray
    truth: np.ndarray
    runs: np.ndarray
    groups: np.ndarray
    folds: np.ndarray
    is_real: np.ndarray
    is_natural: np.ndarray
    is_whole: np.ndarray

    def known(self, fold: int) -> Known:
        """What is known of the errors without one fold."""
        away = (self.folds != fold) & self.is_natural
        return error_rates(self.scores[away], self.given[away], self.truth[away], self.groups[away])


def passages(kept: Path | None) -> Passages:
    examples = shipped_rows()
    fold = fold_numbers(examples.groups, np.diff(examples.begins), FOLDS, np.random.default_rng(0))
    if kept and kept.exists():
        with np.load(kept) as file:
            scores, truth, runs = file["scores"], file["truth"], file["runs"]
    else:
        held = held_out(examples, fold)[Unit.PASSAGE]
        scores, truth, runs = held.scores, held.truth, held.runs
        if kept:
            np.savez_compressed(kept, scores=scores, truth=truth, runs=runs)
    given = np.zeros(truth.shape, dtype=bool)
    for number in range(FOLDS):
        away = fold[runs] != number
        given[~away] = decided(scores[~away], judged(scores[away], truth[away])["thresholds"])
    whole = np.zeros(len(examples.groups), dtype=bool)
    real = np.flatnonzero(examples.origins == REAL)
    whole[real] = [sample.whole for sample in read_samples(LABELS)]
    is_real, is_natural = examples.origins[runs] == REAL, examples.origins[runs] != MORE
    return Passages(scores, given, truth, runs, examples.groups[runs], fold[runs], is_real, is_natural, whole[runs])


def documents(told: Passages) -> Iterator[tuple[str, np.ndarray]]:
    """The indices of the passages of each document, under the name of its kind."""
    for run in np.unique(told.runs[told.is_whole]):
        yield "whole", np.flatnonzero(told.runs == run)
    for group in np.unique(told.groups):
        own = np.flatnonzero((told.groups == group) & ~told.is_whole)
        if len(own) >= 5:
            size = next(
                name for name, least in (("60+", 60), ("30-59", 30), ("15-29", 15), ("5-14", 0)) if len(own) >= least
            )
            yield f"parts {size}", own


def estimates(told: Passages, own: np.ndarray, source: int, known: Known, seed: int) -> tuple[dict[str, float], dict]:
    """The share of passages that use a source by each method, and the intervals of ours."""
    scores, given = told.scores[own, source, 0], told.given[own, source, 0]
    rates = known[tuple(Source)[source]]["used"]  # type: ignore[index]
    chances = np.clip(scores, 1e-4, 1 - 1e-4)
    count, expected = counting.counted(given), counting.expected(scores)
    found: dict[str, float] = {
        "CC": count,
        "PCC": expected,
        "ACC": counting.adjusted(count, rates.tpr, rates.fpr) or 0.0,
        "PACC": counting.adjusted(expected, rates.of_cases, rates.of_others) or 0.0,
        "EM": counting.maximised(chances, rates.share),
    }
    intervals = {}
    nothing = np.full((len(own), 3), UNKNOWN), np.full((len(own), 3), NONE), np.zeros(len(own), dtype=int)
    for name, prior in PRIORS.items():
        (drawn,) = quantify.draw(told.scores[own], *nothing, known, np.random.default_rng(seed), prior, ROUNDS)
        one = quantify.balance(drawn, known, name).used[tuple(Source)[source]]
        found[name] = one.value / len(own)
        intervals[name] = (one.low / len(own), one.high / len(own))  # type: ignore[operator]
    return found, intervals


def cases(told: Passages, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray, int, int]]:
    """Kind, passages, source and fold of everything that is estimated."""
    kinds = list(documents(told))
    for kind, own in kinds:
        for source in range(3):
            yield kind, own, source, int(told.folds[own[0]])
    for size in SIZES:
        for source in range(3):
            for share in SWEEP:
                for fold in range(FOLDS):
                    pool = np.flatnonzero(told.is_real & (told.folds == fold))
                    carries = told.truth[pool, source, 0]
                    wanted = round(share * size)
                    own = np.r_[rng.choice(pool[carries], wanted), rng.choice(pool[~carries], size - wanted)]
                    yield f"sweep {size}", own, source, fold
    longer = [own for _, own in kinds if len(own) >= 10]
    for own in rng.permutation(np.arange(len(longer)))[:400]:
        base = longer[own]
        starts = rng.integers(0, len(base), -(-len(base) // BLOCK))
        again = base[((starts[:, None] + np.arange(BLOCK)) % len(base)).ravel()[: len(base)]]
        for source in range(3):
            yield "resampled", again, source, int(told.folds[base[0]])


def measure(told: Passages) -> None:
    known = {fold: told.known(fold) for fold in range(FOLDS)}
    errors: dict[str, dict[str, list[float]]] = {}
    held: dict[str, dict[str, list[bool]]] = {}
    widths: dict[str, dict[str, list[float]]] = {}
    for seed, (kind, own, source, fold) in enumerate(cases(told, np.random.default_rng(1))):
        truth = told.truth[own, source, 0].mean()
        found, intervals = estimates(told, own, source, known[fold], seed)
        for name, value in found.items():
            errors.setdefault(kind, {}).setdefault(name, []).append(abs(value - truth))
        for name, (low, high) in intervals.items():
            held.setdefault(kind, {}).setdefault(name, []).append(low - 1e-9 <= truth <= high + 1e-9)
            widths.setdefault(kind, {}).setdefault(name, []).append(high - low)
    print("mean absolute error of the share of passages that use a source, all three sources together")
    print(f"{'':12} {'cases':>6}" + "".join(f"{name:>10}" for name in (*PLAIN, *OURS)))
    for kind, by in errors.items():
        print(f"{kind:12} {len(by['CC']):6}" + "".join(f"{np.mean(by[name]):10.4f}" for name in (*PLAIN, *OURS)))
    print("\nhow often the 95% interval holds the truth, and its mean width")
    print(f"{'':12}" + "".join(f"{name:>12}{'width':>8}" for name in OURS))
    for kind, by in held.items():
        told_ = "".join(f"{np.mean(by[name]):12.3f}{np.mean(widths[kind][name]):8.3f}" for name in OURS)
        print(f"{kind:12}{told_}")


def speed() -> None:
    rng = np.random.default_rng(0)
    chances = np.clip(rng.beta(0.3, 3, (1000, 3, 2)), 1e-4, 0.999)
    nothing = np.full((1000, 3), UNKNOWN), np.full((1000, 3), NONE), np.zeros(1000, dtype=int)
    begin = time.process_time()
    (drawn,) = quantify.draw(chances, *nothing, {}, rng)
    quantify.balance(drawn, {}, "")
    print(f"\n1,000 passages, 1,000 rounds: {time.process_time() - begin:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path)
    measure(passages(parser.parse_args().scores))
    speed()


if __name__ == "__main__":
    main()
