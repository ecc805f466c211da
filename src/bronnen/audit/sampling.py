"""Which passages to judge: strata, how many from each, and how many in all for a wanted margin.

Every passage of a stratum has the same chance n/N of being drawn, which is what makes the estimate right whatever
the model says; the model's scores only decide where judging pays most.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bronnen.audit.estimate import PSEUDO, Floats, Ints, wilson

LEAST = 2  # judged passages in a stratum, without which nothing is known of its variance
LEAST_SHARE = 0.05  # of the population; smaller strata are taken together
LEAST_SIZE = 10  # passages
DOUBT = 0.05  # a score counts as no closer to 0 or 1 than this: models are too sure of themselves


@dataclass(frozen=True, slots=True)
class Sizing:
    """How many passages to judge in each stratum, and what interval that should give.

    `sizes` has one entry a stratum. `margins` are the expected half-widths per label asked about, where the model's
    scores are as good as they say.
    """

    sizes: Ints
    margins: Floats

    @property
    def total(self) -> int:
        return int(self.sizes.sum())


def strata(keys: Sequence[str]) -> tuple[list[str], Ints]:
    """The strata of passages with these keys (what the model says): names, and the stratum of each passage.

    Strata of less than `LEAST_SHARE` of the passages, or `LEAST_SIZE`, are taken together, and where they are
    small even so, with the smallest of the others: a stratum with a few judged passages says little.

    >>> strata(["", "", "E", "E"] * 5)[0]
    ['none', 'E']
    """
    counts = Counter(keys)
    least = max(LEAST_SIZE, math.ceil(LEAST_SHARE * len(keys)))
    large = [[key] for key in sorted(counts) if counts[key] >= least]
    small = [key for key in sorted(counts) if counts[key] < least]
    if small:
        if sum(counts[key] for key in small) >= least or not large:
            large.append(small)
        else:
            smallest = min(large, key=lambda group: sum(counts[key] for key in group))
            smallest += small
    places = {key: place for place, group in enumerate(large) for key in group}
    names = ["; ".join(key or "none" for key in group) for group in large]
    return names, np.array([places[key] for key in keys], dtype=np.int64)


def sized(scores: Floats, stratum: Ints, *, size: int | None = None, margin: float | None = None) -> Sizing:
    """The sizes of a sample of `size` passages, or of the smallest that should reach `margin` for every label.

    Passages are given out one by one, each to the stratum where it takes away most of the expected variance: Neyman
    allocation, exactly (Wright 2012, Am. Stat. 66, 217-224). The variance that is expected of truth less prediction
    is that of a truth which follows the scores, p(1 - p), no score nearer to 0 or 1 than `DOUBT`. With a worse model
    the interval is wider than the margin, never wrong.

    Args:
        scores: the model's probability per passage and label, shape (N, labels).
        stratum: of each passage, shape (N,).
        size: passages to judge; more than there are means all.
        margin: wanted half-width of the 95% interval of a share, as a share.
    """
    populations = np.bincount(stratum)
    doubted = np.clip(scores, DOUBT, 1 - DOUBT)
    shares = scores.mean(axis=0)
    totals = [np.bincount(stratum, column) for column in (doubted * (1 - doubted)).T]
    spread: Floats = np.stack(totals, axis=1).astype(np.float64) / populations[:, None]
    worth = populations * np.sqrt(spread.sum(axis=1))
    sizes = np.minimum(populations, LEAST)
    total = len(stratum)
    while sizes.sum() < total:
        if size is not None and sizes.sum() >= size:
            break
        if margin is not None and _margins(populations, sizes, spread, shares).max() <= margin:
            break
        gains = np.where(sizes < populations, worth / np.sqrt(sizes * (sizes + 1.0)), -1.0)
        sizes[int(np.argmax(gains))] += 1
    return Sizing(sizes, _margins(populations, sizes, spread, shares))


def draw(stratum: Ints, sizes: Ints, rng: np.random.Generator) -> Ints:
    """Places of the sampled passages in random order: in each stratum a simple random sample without replacement."""
    drawn = [rng.choice(np.flatnonzero(stratum == at), int(size), replace=False) for at, size in enumerate(sizes)]
    return np.asarray(rng.permutation(np.concatenate(drawn)), dtype=np.int64)


def _margins(populations: Ints, sizes: Ints, spread: Floats, shares: Floats) -> Floats:
    """The expected half-width per label."""
    weights = populations / populations.sum()
    parts = (weights**2 * (1 - sizes / populations) / sizes)[:, None] * spread
    variances = parts.sum(axis=0)
    found = []
    for label, variance in enumerate(variances):
        squares = float((parts[:, label] ** 2 / (sizes - 1 + PSEUDO)).sum())
        freedom = float(variance) ** 2 / squares if squares > 0 else math.inf
        share = min(max(float(shares[label]), DOUBT / 2), 1 - DOUBT / 2)
        low, high = wilson(share, float(variance), freedom, typical=share)
        found.append((high - low) / 2)
    return np.array(found)
