"""How far estimates of the balance lie from the truth, and how often their intervals hold it.

    python benchmarks/balance.py [--scores FILE]

Passages of the rows that ship, with the probabilities of models that had not seen their document; what is known of a
model's errors comes from the other folds alone (of documents that no model chose, as in `Model.fit`). `--scores`
keeps those probabilities in a file, or takes them from it.

- *whole*: the documents of the label files that were labelled from begin to end, so that their balance is known.
- *parts*: all labelled runs of a document together, of the label files and of `corpus/meer`, by number of passages.
- *together*: so many documents of the label files drawn at random, as one collection.
- *organisations*: all documents of one organisation of the label files that has three or more; *apart*: its difference
  from all others.
- *sweep*: passages of the label files drawn at random to a forced share of 0 to 0.6 (the artificial prevalence
  protocol of QuaPy, Moreo et al. 2021, doi:10.1145/3459637.3482015).
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bronnen import quantify
from bronnen.classifier import FOLDS, decided, fold_numbers, held_out, judged
from bronnen.classifier.examples import MORE, REAL
from bronnen.classifier.judging import error_rates
from bronnen.corpus import read_samples
from bronnen.quantify import NONE, PRIORS, UNKNOWN, Drawn, counting
from bronnen.records import Balance, Estimate, Known, Source, Unit, Use
from bronnen.training.train import shipped_rows

LABELS = Path("../shared/data/labels/sentences.jsonl")
ROUNDS, SMALLEST = 500, 5
SIZES, SWEEP, TOGETHER, TIMES = (30, 100, 500), np.linspace(0, 0.6, 13), (5, 20, 60), 200
PLAIN = ("CC", "PCC", "ACC", "PACC", "EM")
OURS = tuple(PRIORS)
FIGURES = (*(f"{source.value[:4]} used" for source in Source), "called for", "coverage", "combined", "evenness")


@dataclass(frozen=True)
class Passages:
    """All passages, [n, sources, uses] and [n]."""

    scores: np.ndarray
    given: np.ndarray
    truth: np.ndarray
    runs: np.ndarray
    groups: np.ndarray
    organisations: np.ndarray
    folds: np.ndarray
    is_real: np.ndarray
    is_natural: np.ndarray
    is_whole: np.ndarray

    def known(self, fold: int) -> Known:
        """What is known of the errors without one fold."""
        away = (self.folds != fold) & self.is_natural
        scores, truth, groups = self.scores[away], self.truth[away], self.groups[away]
        return quantify.aligned(error_rates(scores, self.given[away], truth, groups), scores, truth, groups)


@dataclass(frozen=True)
class Read:
    """A document: its passages, what is true of it, and its draws per kind of documents."""

    kind: str
    own: np.ndarray
    truth: Drawn
    draws: dict[str, Drawn]
    known: Known
    is_real: bool
    organisation: int


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
    whole[examples.origins == REAL] = [sample.whole for sample in read_samples(LABELS)]
    origins = examples.origins[runs]
    groups, organisations = examples.groups[runs], examples.organisations[runs]
    parts = (groups, organisations, fold[runs], origins == REAL, origins != MORE, whole[runs])
    return Passages(scores, given, truth, runs, *parts)


def documents(told: Passages) -> Iterator[tuple[str, np.ndarray]]:
    """The indices of the passages of each document, under the name of its kind."""
    for run in np.unique(told.runs[told.is_whole]):
        yield "whole", np.flatnonzero(told.runs == run)
    sizes = (("parts 60+", 60), ("parts 30-59", 30), ("parts 15-29", 15), ("parts 5-14", SMALLEST))
    for group in np.unique(told.groups):
        own = np.flatnonzero((told.groups == group) & ~told.is_whole)
        if len(own) >= SMALLEST:
            yield next(name for name, least in sizes if len(own) >= least), own


def drawn(told: Passages, own: np.ndarray, known: Known, kind: str, seed: int) -> Drawn:
    nobody, nothing = np.full((len(own), 3), UNKNOWN), np.full((len(own), 3), NONE)
    one_chapter = np.zeros(len(own), dtype=int)
    rng = np.random.default_rng(seed)
    (found,) = quantify.draw(told.scores[own], nobody, nothing, one_chapter, known, rng, kind, ROUNDS)
    return found


def certain(truth: np.ndarray) -> Drawn:
    """The truth [n, sources, uses] of a document as a single draw."""
    used = truth[:, :, 0]
    counts = np.r_[used.sum(0), truth[:, :, 1].sum(0), used.any(1).sum(), (used.sum(1) > 1).sum()]
    return Drawn(len(truth), counts[None], counts)


def read(told: Passages, known: dict[int, Known]) -> list[Read]:
    found = []
    for seed, (kind, own) in enumerate(documents(told)):
        rates = known[int(told.folds[own[0]])]
        draws = {name: drawn(told, own, rates, name, seed) for name in OURS}
        about = (rates, bool(told.is_real[own[0]]), int(told.organisations[own[0]]))
        found.append(Read(kind, own, certain(told.truth[own]), draws, *about))
    return found


def figures(balance: Balance) -> list[Estimate | None]:
    """As `FIGURES`; of `called_for` the three sources one after another."""
    whole = [balance.coverage, balance.combined, balance.evenness]
    return [*balance.used.values(), *balance.called_for.values(), *whole]


def holds(found: Iterable[tuple[Drawn, Drawn, Known]]) -> str:
    """Of draws with the truth of the same passages: how often each figure's interval holds its truth."""
    names = (*FIGURES[:3], *["called for"] * 3, *FIGURES[4:])
    held: dict[str, list[bool]] = defaultdict(list)
    for draws, truth, known in found:
        ours, theirs = figures(quantify.balance(draws, known, "")), figures(quantify.balance(truth, known, ""))
        for name, one, true in zip(names, ours, theirs, strict=True):
            if one is not None and true is not None:
                held[name].append(is_held(one, true.value))
    return "".join(f"{np.mean(held[name]):12.3f}" if held[name] else f"{'-':>12}" for name in FIGURES)


def is_held(estimate: Estimate, truth: float) -> bool:
    return (estimate.low or 0) - 1e-9 <= truth <= (estimate.high or 0) + 1e-9


def errors(told: Passages, known: dict[int, Known], found: list[Read]) -> None:
    by: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    held: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        for name, values in plain(told, one.own, one.known).items():
            by[one.kind][name] += abs(values - one.truth.found[:3] / len(one.own)).tolist()
        for name, draws in one.draws.items():
            values = np.array([part.value for part in quantify.balance(draws, one.known, "").used.values()])
            by[one.kind][name] += (abs(values - one.truth.found[:3]) / len(one.own)).tolist()
    for seed, (kind, own, source, fold) in enumerate(sweep(told, np.random.default_rng(1))):
        cases = int(told.truth[own, source, 0].sum())
        for name, values in plain(told, own, known[fold]).items():
            by[kind][name].append(abs(values[source] - cases / len(own)))
        for name in OURS:
            balance = quantify.balance(drawn(told, own, known[fold], name, seed), known[fold], "")
            used = balance.used[tuple(Source)[source]]
            by[kind][name].append(abs(used.value - cases) / len(own))
            held[kind][name].append(is_held(used, cases))
    print("mean absolute error of the part of the passages that uses a source, all three sources together")
    print(f"{'':14} {'cases':>6}" + "".join(f"{name:>10}" for name in (*PLAIN, *OURS)))
    for kind, names in by.items():
        print(f"{kind:14} {len(names['CC']):6}" + "".join(f"{np.mean(names[name]):10.4f}" for name in (*PLAIN, *OURS)))
    print("\nhow often the 95% interval holds the share in the sweep")
    for kind, kept in held.items():
        print(f"{kind:14}" + "".join(f"  {name} {np.mean(kept[name]):.3f}" for name in OURS), flush=True)


def plain(told: Passages, own: np.ndarray, known: Known) -> dict[str, np.ndarray]:
    """The estimators of the field, [sources]."""
    found: dict[str, list[float]] = defaultdict(list)
    for i, source in enumerate(Source):
        scores, rates = told.scores[own, i, 0], known[source][Use.USED]
        count, expected = counting.counted(told.given[own, i, 0]), counting.expected(scores)
        found["CC"].append(count)
        found["PCC"].append(expected)
        found["ACC"].append(counting.adjusted(count, rates.tpr, rates.fpr) or 0.0)
        found["PACC"].append(counting.adjusted(expected, rates.of_cases, rates.of_others) or 0.0)
        found["EM"].append(counting.maximised(np.clip(scores, 1e-4, 1 - 1e-4), rates.share))
    return {name: np.array(values) for name, values in found.items()}


def sweep(told: Passages, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray, int, int]]:
    """Kind, passages, source and fold of samples with a forced share."""
    for size in SIZES:
        for source in range(3):
            for share in SWEEP:
                for fold in range(FOLDS):
                    pool = np.flatnonzero(told.is_real & (told.folds == fold))
                    carries = told.truth[pool, source, 0]
                    wanted = round(share * size)
                    own = np.r_[rng.choice(pool[carries], wanted), rng.choice(pool[~carries], size - wanted)]
                    yield f"sweep {size}", own, source, fold


def intervals(found: list[Read]) -> None:
    real = [one for one in found if one.is_real]
    by = [[one for one in real if one.organisation == number] for number in {one.organisation for one in real}]
    large = [some for some in by if len(some) >= 3]
    for name in OURS:
        print(f"\nhow often the 95% interval holds the truth, {name} documents")
        print(f"{'':14}" + "".join(f"{figure:>12}" for figure in FIGURES))
        for kind in dict.fromkeys(one.kind for one in found):
            print(f"{kind:14}{holds((one.draws[name], one.truth, one.known) for one in found if one.kind == kind)}")
        rng = np.random.default_rng(2)
        for size in TOGETHER:
            chosen = [[real[at] for at in rng.choice(len(real), size, replace=False)] for _ in range(TIMES)]
            print(f"together {size:<5}{holds(joined(some, name) for some in chosen)}")
        print(f"{len(large)} organis.  {holds(joined(some, name) for some in large)}")
        apart = []
        for some in large:
            rest = [one for one in real if one.organisation != some[0].organisation]
            (mine, true, _), (theirs, others, _) = joined(some, name), joined(rest, name)
            gaps = true.found[:3] / true.passages - others.found[:3] / others.passages
            apart.append(
                [is_within(*pair) for pair in zip(quantify.difference(mine, theirs).values(), gaps, strict=True)]
            )
        print(f"{'apart':14}" + "".join(f"{value:12.3f}" for value in np.mean(apart, axis=0)), flush=True)


def is_within(gap: Estimate, truth: float) -> bool:
    return gap.low is not None and gap.high is not None and gap.low <= truth <= gap.high


def joined(some: list[Read], name: str) -> tuple[Drawn, Drawn, Known]:
    return quantify.joined(one.draws[name] for one in some), quantify.joined(one.truth for one in some), some[0].known


def speed() -> None:
    rng = np.random.default_rng(0)
    chances = np.clip(rng.beta(0.3, 3, (1000, 3, 2)), 1e-4, 0.999)
    nothing = np.full((1000, 3), UNKNOWN), np.full((1000, 3), NONE), np.zeros(1000, dtype=int)
    begin = time.process_time()
    (found,) = quantify.draw(chances, *nothing, {}, rng)
    quantify.balance(found, {}, "")
    print(f"\n1,000 passages, 1,000 rounds: {time.process_time() - begin:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path)
    told = passages(parser.parse_args().scores)
    known = {fold: told.known(fold) for fold in range(FOLDS)}
    found = read(told, known)
    errors(told, known, found)
    intervals(found)
    speed()


if __name__ == "__main__":
    main()
