"""Makes tests/data/quapy.json: what QuaPy says of some samples, to hold our own counting estimators to.

python -m pip install quapy==0.2.3      # in an environment of its own: bronnen does not depend on it
python benchmarks/quapy_figures.py

A case has passages whose truth is known (`known`, from which QuaPy learns its rates and its prior), and others with
their probabilities alone. Labels are probabilities of `threshold` and more.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import quapy
from quapy import functional as qf
from quapy.method.aggregative import ACC, EMQ, PACC

OUT = Path(__file__).parents[1] / "tests" / "data" / "quapy.json"
CLASSES = np.array([0, 1])
SIZES, SHARES, SEPARATIONS = (12, 60, 200), (0.0, 0.1, 0.3, 0.7), (2.0, 2.6, 3.4)
KNOWN, PRIORS = 120, (0.1, 0.25, 0.4)


def main() -> None:
    rng = np.random.default_rng(7)
    cases = []
    for number, (size, share, apart) in enumerate(itertools.product(SIZES, SHARES, SEPARATIONS)):
        prior = PRIORS[number % len(PRIORS)]
        truth = rng.permutation(np.arange(KNOWN) < round(prior * KNOWN)).astype(int)
        others = (rng.random(size) < share).astype(int)
        seen, unseen = probabilities(truth, prior, apart, rng), probabilities(others, prior, apart, rng)
        figures = said(truth, seen, unseen, prior)
        cases.append(
            {
                "truth": truth.tolist(),
                "known": seen.tolist(),
                "chances": unseen.tolist(),
                "threshold": prior,
                "figures": figures,
            }
        )
    OUT.write_text(json.dumps({"made_with": f"quapy {quapy.__version__}", "cases": cases}) + "\n", encoding="utf-8")


def probabilities(truth: np.ndarray, prior: float, apart: float, rng: np.random.Generator) -> np.ndarray:
    """Calibrated where the prior holds, from normal scores whose means lie `apart`; four decimals, never 0 or 1."""
    scores = rng.normal(size=len(truth)) + apart * (truth - 0.5)
    odds = prior / (1 - prior) * np.exp(apart * scores)
    return np.clip(np.round(odds / (1 + odds), 4), 0.0001, 0.9999)


def said(truth: np.ndarray, seen: np.ndarray, unseen: np.ndarray, prior: float) -> dict[str, float]:
    """The share of cases among the unseen, by QuaPy's methods."""
    both, of_both = (np.stack([1 - one, one], axis=1) for one in (seen, unseen))
    labels, given = (seen >= prior).astype(int), (unseen >= prior).astype(int)
    counts, means = qf.prevalence_from_labels(given, CLASSES), qf.prevalence_from_probabilities(of_both)
    of_labels, of_chances = ACC.getPteCondEstim(CLASSES, truth, labels), PACC.getPteCondEstim(CLASSES, truth, both)
    shares, _ = EMQ.EM(qf.prevalence_from_labels(truth, CLASSES), of_both, epsilon=1e-4)
    return {
        "CC": float(counts[1]),
        "PCC": float(means[1]),
        "ACC": adjusted(of_labels, counts),
        "PACC": adjusted(of_chances, means),
        "EM": float(shares[1]),
    }


def adjusted(rates: np.ndarray, counts: Any) -> float:
    """QuaPy's own default is a numerical solver that stops early; this is the exact one, clipped as by default."""
    assert rates[1, 1] - rates[1, 0] > 0.15, "too little apart for a figure that says something"
    exact = ACC.solve_adjustment(rates, counts, method="inversion", solver="exact-raise")
    found = float(qf.normalize_prevalence(exact, method="clip")[1])
    binary = float(qf.solve_adjustment_binary(counts[1], rates[1, 1], rates[1, 0]))
    assert abs(found - binary) < 1e-12
    return found


if __name__ == "__main__":
    main()
