"""Does the interval of an audit hold what it promises: how often it covers the truth, and how wide it is.

    python -m uv run python benchmarks/audit.py                    # the table of docs/method.md, some ten minutes
    python -m uv run python benchmarks/audit.py --runs 100         # quicker and rougher
    python -m uv run python benchmarks/audit.py --no-strata        # as if all passages were alike
    python -m uv run python benchmarks/audit.py --more             # precision, recall, F1, shares; the margin reached

Documents are made up: three sources of the given shares, probabilities per passage from a beta distribution, and
scores that are these probabilities (a good model), or distorted or replaced (worse and useless ones). Each is drawn,
stratified, sampled and estimated by the very functions that `bronnen audit` uses.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bronnen.audit.accuracy import accuracy
from bronnen.audit.estimate import divided, judged, moments_of, point, residual_variance, share, tuned
from bronnen.audit.sampling import draw, sized, strata

Floats = NDArray[np.float64]

MODELS = ("good", "too sure", "hard", "random", "flat")
SHARES = ((0.02, 0.10, 0.40), (0.05, 0.15, 0.25))
THRESHOLD = 0.35
PEAKED = 0.35  # the sum of the beta's parameters: average precision some 0.9, as good as models of this kind get


@dataclass(frozen=True)
class Outcome:
    """How often intervals covered the truth, and their mean width, over runs; one entry a source."""

    covered: Floats
    width: Floats
    alone_covered: Floats
    alone_width: Floats


def population(
    shares: Sequence[float], size: int, model: str, rng: np.random.Generator, peaked: float = PEAKED
) -> tuple[NDArray[np.bool_], Floats]:
    """Truth and scores, both of shape (size, sources)."""
    chances = np.clip(np.stack([rng.beta(p * peaked, (1 - p) * peaked, size) for p in shares], 1), 1e-4, 1 - 1e-4)
    truth = rng.random(chances.shape) < chances
    if model == "good":
        scores = chances
    elif model == "too sure":
        scores = 1 / (1 + np.exp(-1.8 * np.log(chances / (1 - chances)) - 0.5))
    elif model == "hard":
        scores = np.where(chances >= THRESHOLD, 0.99, 0.01)
    elif model == "random":  # of the right share and sure of itself, but about other passages
        scores = np.stack([rng.beta(p * 0.5, (1 - p) * 0.5, size) for p in shares], 1)
    elif model == "flat":
        scores = rng.random(chances.shape)
    else:
        raise ValueError(model)
    return truth, np.round(scores, 4)


def outcome(
    model: str, shares: Sequence[float], size: int, sample: int, runs: int, *, stratified: bool = True, seed: int = 1
) -> Outcome:
    """The outcome of audits of `runs` populations, each with a sample of its own."""
    rng = np.random.default_rng([seed, size, sample, MODELS.index(model), round(shares[0] * 1000)])
    tallies = np.zeros((4, len(shares)))
    for _ in range(runs):
        truth, scores = population(shares, size, model, rng)
        given = scores >= THRESHOLD
        keys = ["".join("EPW"[at] for at in np.flatnonzero(row)) for row in given] if stratified else [""] * size
        _, stratum = strata(keys)
        places = draw(stratum, sized(scores, stratum, size=sample).sizes, rng)
        for source in range(len(shares)):
            found = judged(truth[places, source], places, scores[:, source], stratum)
            true = truth[:, source].mean()
            for row, power in ((0, None), (2, 0.0)):
                one = share(found, power)
                tallies[row, source] += one.low - 1e-9 <= true <= one.high + 1e-9
                tallies[row + 1, source] += one.width
    return Outcome(*(tallies / runs))


def accuracies(model: str, size: int, sample: int, runs: int) -> Iterator[str]:
    """How often the intervals of precision, recall, F1 and the division over the sources cover the truth."""
    rng = np.random.default_rng([2, size, sample, MODELS.index(model)])
    names = ("precision", "recall", "f1", "division")
    covered: dict[str, list[bool]] = {name: [] for name in names}
    for run in range(runs):
        truth, scores = population(SHARES[run % 2], size, model, rng)
        given = scores >= THRESHOLD
        _, stratum = strata(["".join("EPW"[at] for at in np.flatnonzero(row)) for row in given])
        places = draw(stratum, sized(scores, stratum, size=sample).sizes, rng)
        everything = [judged(truth[places, at], places, scores[:, at], stratum) for at in range(3)]
        for at, one in enumerate(everything):
            found = accuracy(one, given[places, at] * 1.0, np.bincount(stratum, given[:, at]) / one.sizes)
            right = float((truth[:, at] & given[:, at]).sum())
            bottoms = (given[:, at].sum(), truth[:, at].sum(), (given[:, at].sum() + truth[:, at].sum()) / 2)
            for name, bottom in zip(names, bottoms, strict=False):
                estimate = getattr(found, name)
                if estimate is not None and bottom:
                    covered[name].append(estimate.low - 1e-9 <= right / bottom <= estimate.high + 1e-9)
        parts = divided([share(one) for one in everything])
        true = truth.sum(axis=0) / truth.sum()
        covered["division"] += [p.low <= t <= p.high for p, t in zip(parts or [], true, strict=False)]
    yield (
        f"| {model} | {size} | {sample} | "
        + " | ".join(f"{100 * np.mean(covered[name]):.1f}%" for name in names)
        + " |"
    )


def wald(model: str, size: int, sample: int, runs: int) -> str:
    """How often the textbook interval covers, per share: the estimate, give or take 1.96 standard errors."""
    rng = np.random.default_rng([5, size, sample, MODELS.index(model)])
    covered: dict[float, list[bool]] = {}
    for run in range(runs):
        truth, scores = population(SHARES[run % 2], size, model, rng)
        _, stratum = strata(["".join("EPW"[at] for at in np.flatnonzero(row)) for row in scores >= THRESHOLD])
        places = draw(stratum, sized(scores, stratum, size=sample).sizes, rng)
        for at, prevalence in enumerate(SHARES[run % 2]):
            moments = moments_of(judged(truth[places, at], places, scores[:, at], stratum))
            power = tuned(moments)
            parts = moments.weights**2 * moments.unseen * residual_variance(moments, power) / moments.judged
            off = abs(point(moments, power) - truth[:, at].mean())
            covered.setdefault(prevalence, []).append(bool(off <= 1.96 * parts.sum() ** 0.5 + 1e-9))
    told = " | ".join(f"{100 * np.mean(covered[one]):.0f}%" for one in sorted(covered))
    return f"| {model} | {size} | {sample} | {told} |"


def margins(runs: int) -> Iterator[str]:
    """Wanted margin, size of the sample, and half-width of the worst source that came out."""
    rng = np.random.default_rng(3)
    for model in ("good", "too sure", "random"):
        for margin in (0.03, 0.05, 0.08):
            sizes, reached = [], []
            for run in range(runs):
                truth, scores = population(SHARES[run % 2], 1000, model, rng)
                given = scores >= THRESHOLD
                _, stratum = strata(["".join("EPW"[at] for at in np.flatnonzero(row)) for row in given])
                sizing = sized(scores, stratum, margin=margin)
                places = draw(stratum, sizing.sizes, rng)
                sizes.append(sizing.total)
                founds = [share(judged(truth[places, at], places, scores[:, at], stratum)) for at in range(3)]
                reached.append(max(one.width for one in founds) / 2)
            yield f"| {model} | {margin} | {np.mean(sizes):.0f} | {np.mean(reached):.3f} |"


def table(runs: int, sizes: Sequence[int], samples: Sequence[int], *, stratified: bool) -> Iterator[str]:
    kind = "model" if stratified else "model, no strata"
    columns = ("coverage", "lowest", "highest", "share 2%", "5-15%", "25-40%", "width / alone", "alone covers")
    yield f"| {kind} | {' | '.join(columns)} |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for model in MODELS:
        cells = [
            (prevalence, found.covered[at], found.width[at], found.alone_width[at], found.alone_covered[at])
            for shares in SHARES
            for size in sizes
            for sample in samples
            if sample < size
            for found in [outcome(model, shares, size, sample, runs, stratified=stratified)]
            for at, prevalence in enumerate(shares)
        ]
        covered = np.array([cell[1] for cell in cells])
        prevalences = np.array([cell[0] for cell in cells])
        bands = [
            covered[(prevalences >= low) & (prevalences <= high)].mean()
            for low, high in ((0.01, 0.03), (0.04, 0.2), (0.2, 0.5))
        ]
        told = [covered.mean(), covered.min(), covered.max(), *bands]
        ratio = np.mean([cell[2] / cell[3] for cell in cells])
        alone = np.mean([cell[4] for cell in cells])
        yield f"| {model} | {' | '.join(f'{100 * one:.1f}%' for one in told)} | {ratio:.2f} | {100 * alone:.1f}% |"
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 1000, 5000])
    parser.add_argument("--samples", type=int, nargs="+", default=[60, 100, 200])
    parser.add_argument("--no-strata", action="store_true")
    parser.add_argument("--more", action="store_true")
    told = parser.parse_args()
    if told.more:
        print(
            "| model | passages | judged | precision | recall | F1 | division |",
            "|---|---|---|---|---|---|---|",
            sep="\n",
        )
        for model in MODELS:
            for size, sample in ((300, 60), (1000, 100), (5000, 200)):
                print(*accuracies(model, size, sample, told.runs), sep="\n", flush=True)
        names = " | ".join(f"{one:.0%}" for one in sorted(SHARES[0] + SHARES[1]))
        print(
            f"| model, Wald's interval | passages | judged | {names} |",
            "|---|---|---|---|---|---|---|---|---|",
            sep="\n",
        )
        for model in MODELS:
            print(wald(model, 1000, 60, told.runs), flush=True)
        print("| model | wanted | judged | reached |", "|---|---|---|---|", sep="\n")
        print(*margins(max(told.runs // 10, 10)), sep="\n")
        return
    for line in table(told.runs, told.sizes, told.samples, stratified=not told.no_strata):
        print(line, flush=True)


if __name__ == "__main__":
    main()
