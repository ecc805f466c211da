"""From the judged passages of a stratified sample to a share of all passages, with a 95% interval.

The difference estimator of survey sampling: what the model says of every passage, corrected with how far it was off
on the passages that people judged (Särndal, Swensson & Wretman 1992, Model Assisted Survey Sampling, ch. 6). In an
infinite population without strata it is prediction-powered inference (Angelopoulos et al. 2023, Science 382,
669-674), and `power` is the tuning of PPI++ (Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453): a model that says
nothing gets weight 0, and plain judging is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bronnen.records import Estimate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL = 0.95
PSEUDO = 2.0  # passages that are added to each stratum's variance, see `smoothed`
_LEAST = 1e-15


@dataclass(frozen=True, slots=True)
class Judged:
    """What people and the model said of the sampled passages, and what the model said of all of them.

    `truth` (0 or 1), `predicted` (any number; here a probability) and `stratum` (0 to H - 1) have one entry a judged
    passage; `sizes`, `means` and `spreads` one a stratum: how many passages it has in the population, and over those
    the mean of `predicted` and its variance (divisor N - 1). Every stratum has at least one judged passage.
    """

    truth: Floats
    predicted: Floats
    stratum: Ints
    sizes: Ints
    means: Floats
    spreads: Floats


@dataclass(frozen=True, slots=True)
class Moments:
    """Per stratum what an estimate is made of; all arrays have one entry a stratum.

    `unseen` is the finite population correction 1 - n/N. `others` is the number of passages behind `known` where
    that mean comes from a sample itself; infinite where it is known.
    """

    weights: Floats  # share of the population
    judged: Floats  # how many passages, n
    unseen: Floats
    truth: Floats  # mean over the judged
    predicted: Floats  # mean over the judged
    known: Floats  # mean of the prediction over the population
    truth_variance: Floats
    covariance: Floats  # of truth and prediction over the judged
    predicted_variance: Floats  # over the judged
    spread: Floats  # variance of the prediction, over the population
    others: Floats


@dataclass(frozen=True, slots=True)
class Found:
    """An estimate of a share with what its interval is made of."""

    value: float
    low: float
    high: float
    variance: float
    freedom: float  # degrees of freedom
    power: float  # the weight of the model's word, 0 to 1

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def estimate(self) -> Estimate:
        return Estimate(self.value, self.low, self.high)


def judged(truth: Sequence[bool], sampled: Sequence[int], predicted: Floats, stratum: Ints) -> Judged:
    """The judgements beside the predictions.

    Args:
        truth: what people said, one per sampled passage.
        sampled: the places of these passages in the population.
        predicted: the model's word on every passage of the population, shape (N,).
        stratum: the stratum of every passage of the population, shape (N,), from 0 without gaps.
    """
    sizes = np.bincount(stratum)
    means = np.bincount(stratum, predicted) / sizes
    squares = np.bincount(stratum, (predicted - means[stratum]) ** 2)
    places = np.asarray(sampled, dtype=np.int64)
    return Judged(
        truth=np.asarray(truth, dtype=np.float64),
        predicted=predicted[places],
        stratum=stratum[places],
        sizes=sizes,
        means=means,
        spreads=squares / np.maximum(sizes - 1, 1),
    )


def share(found: Judged, power: float | None = None, level: float = LEVEL) -> Found:
    """The share of the population that carries the label, with its interval.

    `power` None: tuned on the sample. 0: judging alone, the stratified expansion estimator, which leaves the model's
    scores aside but not the strata. The estimate and its interval are clipped to what is possible: of the sampled
    passages the truth is known, so the count lies between what was found and all that was not ruled out.
    """
    moments = moments_of(found)
    weight = tuned(moments) if power is None else power
    total = float(found.sizes.sum())
    count = float(found.truth.sum())
    least = count / total
    most = 1 - (len(found.truth) - count) / total
    value = min(max(point(moments, weight), least), most)
    rates = smoothed_rates(found.truth, found.stratum, moments.judged)
    variance, freedom = smoothed(moments, residual_variance(moments, weight), rates * (1 - rates))
    typical = float((moments.weights * rates).sum())
    if count in (0, len(found.truth)):  # nobody differs: no variance to go by, only how much was looked at
        worth = float((moments.weights**2 * moments.unseen / moments.judged).sum())
        variance = worth * typical * (1 - typical)
    low, high = wilson(value, variance, freedom, typical=typical, level=level)
    half = 0.5 / total  # the truth is a whole number of passages
    low, high = (low, high) if variance <= 0 else (low - half, high + half)
    return Found(value, max(min(low, value), least), min(max(high, value), most), variance, freedom, weight)


def divided(shares: Sequence[Found]) -> list[Estimate] | None:
    """How labels divide among themselves: each share over their sum, with intervals. None where nothing was found.

    The interval takes the labels for independent of each other: they stand together in some passages and take turns
    in others. docs/method.md tells how well that covers.
    """
    parts: list[Estimate] = []
    for at, own in enumerate(shares):
        others = [one for place, one in enumerate(shares) if place != at]
        value = sum(one.value for one in others)
        below = math.sqrt(sum((one.value - one.low) ** 2 for one in others))
        above = math.sqrt(sum((one.high - one.value) ** 2 for one in others))
        found = part(own, Found(value, max(value - below, 0.0), value + above, 0.0, math.inf, 0.0))
        if found is None:
            return None
        parts.append(found)
    return parts


def part(one: Found, other: Found, *, weight: float = 1.0, correlation: float = 0.0) -> Estimate | None:
    """`weight` one / (`weight` one + other), of two shares; None where both are 0.

    The ends come from those of the two shares, whose intervals hold where counts are small: the method of variance
    estimates recovery for a ratio (Donner & Zou 2012, Stat. Methods Med. Res. 21, 347-359). Where nothing was found
    of one of them the interval still says how much could be. `correlation` is that of the two estimates.
    """
    if one.value + other.value <= 0:
        return None
    value = weight * one.value / (weight * one.value + other.value)
    if one.value <= 0:
        _, most = _ratio(one, other, correlation)
        return Estimate(value, 0.0, 1 - _from_odds(most * weight))
    least, most = _ratio(other, one, correlation)
    return Estimate(value, min(value, _from_odds(most / weight)), max(value, _from_odds(least / weight)))


def _from_odds(odds: float) -> float:
    return 1 / (1 + max(odds, 0.0))


def _ratio(above: Found, below: Found, correlation: float) -> tuple[float, float]:
    """The ends of the interval of above / below; `below` is not 0."""
    product = above.value * below.value
    low, high = below.low * (2 * below.value - below.low), below.high * (2 * below.value - below.high)
    one, two = above.low * (2 * above.value - above.low), above.high * (2 * above.value - above.high)
    down = product - correlation * (above.value - above.low) * (below.high - below.value)
    up = product - correlation * (above.high - above.value) * (below.value - below.low)
    lower = math.sqrt(max(down**2 - one * high, 0.0))
    upper = math.sqrt(max(up**2 - two * low, 0.0))
    limit = one / (2 * down) if down > 0 else 0.0
    least = (down - lower) / high if abs(high) > _LEAST else limit
    return least, (up + upper) / low if low > 0 else math.inf


def tuned(moments: Moments) -> float:
    """The weight of the model's word that makes the variance least, from 0 to 1 (PPI++, with strata and correction)."""
    known = np.divide(1.0, moments.others)
    shared = (moments.weights**2 * moments.unseen / moments.judged * moments.covariance).sum()
    spread = (moments.weights**2 * (moments.unseen / moments.judged + known) * moments.spread).sum()
    return float(np.clip(shared / spread, 0.0, 1.0)) if spread > _LEAST else 0.0


def point(moments: Moments, power: float) -> float:
    """The difference estimate: the judged mean, moved by what the sample's predictions miss of the population's."""
    moved = moments.truth + power * (moments.known - moments.predicted)
    return float((moments.weights * moved).sum())


def residual_variance(moments: Moments, power: float) -> Floats:
    """Per stratum the variance of truth less prediction over the judged, with the divisor of the moments."""
    found = moments.truth_variance - 2 * power * moments.covariance + power**2 * moments.predicted_variance
    return np.maximum(found, 0.0)


def smoothed_rates(truth: Floats, stratum: Ints, sizes: Floats) -> Floats:
    """Per stratum the share of judged passages with the label, as if one more had been judged, of the usual kind.

    So that a stratum in which nothing was found is not taken for one in which nothing is.
    """
    usual = (truth.sum() + 1) / (len(truth) + 2)
    return np.asarray((np.bincount(stratum, truth, len(sizes)) + usual) / (sizes + 1), dtype=np.float64)


def smoothed(moments: Moments, variances: Floats, expected: Floats) -> tuple[float, float]:
    """The variance of an estimate and its degrees of freedom (Welch-Satterthwaite).

    To each stratum `PSEUDO` passages are added that vary as `expected`. A stratum in which the model was right about
    all of a few passages would otherwise count as one in which it is always right, and intervals for small shares
    would be far too narrow: docs/method.md shows how much.
    """
    free = moments.judged - 1 + PSEUDO
    inside = ((moments.judged - 1) * variances + PSEUDO * expected) / free
    parts = moments.weights**2 * moments.unseen * inside / moments.judged
    variance = float(parts.sum())
    return variance, variance**2 / float((parts**2 / free).sum()) if variance > 0 else math.inf


def wilson(
    value: float, variance: float, freedom: float, *, typical: float, level: float = LEVEL
) -> tuple[float, float]:
    """Wilson's interval for a share, with the sample size that would give this variance.

    A Wald interval breaks down for small shares, as it does for plain proportions; Wilson's with an effective sample
    size is among the best in surveys (Franco, Little, Louis & Slud 2019, J. Surv. Stat. Methodol. 7, 334-364; the
    effective size is that of Korn & Graubard 1998, Surv. Methodol. 24, 193-201). `typical` is a share that is never
    0 or 1, from which the effective size is taken where `value` is near those.
    """
    if variance <= 0:
        return value, value
    critical = quantile(freedom, level)
    size = max(value * (1 - value), typical * (1 - typical)) / variance
    square = critical**2
    middle = (value + square / (2 * size)) / (1 + square / size)
    half = critical / (1 + square / size) * math.sqrt(value * (1 - value) / size + square / (4 * size**2))
    return middle - half, middle + half


def quantile(freedom: float, level: float) -> float:
    """The two-sided critical value of Student's t; of the normal distribution for infinite freedom."""
    from scipy.special import ndtri, stdtrit

    upper = (1 + level) / 2
    return float(ndtri(upper) if math.isinf(freedom) else stdtrit(max(freedom, 1.0), upper))


def prediction_powered(
    truth: Floats, predicted: Floats, others: Floats, power: float | None = None, level: float = LEVEL
) -> Found:
    """The same estimator without strata in an infinite population, of which `others` are predictions only.

    Equal to `ppi_mean_pointestimate` and `ppi_mean_ci` of ppi-python (a test holds it): there the mean of the
    prediction is estimated too, variances have divisor n, and the interval is Wald's. Not used for an audit, whose
    population is finite and known.
    """
    both = np.concatenate([predicted, others])
    moments = Moments(
        weights=np.ones(1),
        judged=np.array([len(truth)], dtype=np.float64),
        unseen=np.ones(1),
        truth=np.array([truth.mean()]),
        predicted=np.array([predicted.mean()]),
        known=np.array([others.mean()]),
        truth_variance=np.array([truth.var()]),
        covariance=np.array([((truth - truth.mean()) * (predicted - predicted.mean())).mean()]),
        predicted_variance=np.array([predicted.var()]),
        spread=np.array([both.var(ddof=1)]),
        others=np.array([len(others)], dtype=np.float64),
    )
    weight = tuned(moments) if power is None else power
    value = point(moments, weight)
    inside = residual_variance(moments, weight)[0] / len(truth)
    variance = float(inside + weight**2 * others.var() / len(others))
    half = quantile(math.inf, level) * math.sqrt(variance)
    return Found(value, value - half, value + half, variance, math.inf, weight)


def moments_of(found: Judged) -> Moments:
    """What an estimate is made of, per stratum; variances with divisor n - 1."""
    strata = len(found.sizes)
    judged_here = np.bincount(found.stratum, minlength=strata).astype(np.float64)
    free = np.maximum(judged_here - 1, 1)
    truth = np.bincount(found.stratum, found.truth, strata) / judged_here
    predicted = np.bincount(found.stratum, found.predicted, strata) / judged_here
    one = found.truth - truth[found.stratum]
    two = found.predicted - predicted[found.stratum]
    return Moments(
        weights=found.sizes / found.sizes.sum(),
        judged=judged_here,
        unseen=1 - judged_here / found.sizes,
        truth=truth,
        predicted=predicted,
        known=found.means,
        truth_variance=np.bincount(found.stratum, one * one, strata) / free,
        covariance=np.bincount(found.stratum, one * two, strata) / free,
        predicted_variance=np.bincount(found.stratum, two * two, strata) / free,
        spread=found.spreads,
        others=np.full(strata, math.inf),
    )
