"""Makes tests/data/prediction_powered.json: what ppi-python says of some samples, to hold our own estimator to.

python -m pip install ppi-python==0.2.3      # in an environment of its own: bronnen does not depend on it
python benchmarks/prediction_powered.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

OUT = Path(__file__).parents[1] / "tests" / "data" / "prediction_powered.json"


def main() -> None:
    rng = np.random.default_rng(20)
    cases = []
    for judged, others, share, noise in (
        (40, 300, 0.3, 0.1),
        (60, 2000, 0.05, 0.05),
        (200, 500, 0.4, 0.9),
        (25, 25, 0.5, 0.3),
    ):
        chances = rng.beta(share * 0.6, (1 - share) * 0.6, judged + others)
        truth = (rng.random(judged) < chances[:judged]).astype(float)
        predicted = np.round((1 - noise) * chances + noise * rng.random(judged + others), 6)
        first, second = predicted[:judged], predicted[judged:]
        figures = {}
        for name, lam in (("tuned", None), ("plain", 0.0), ("full", 1.0), ("half", 0.5)):
            value = float(np.squeeze(ppi_mean_pointestimate(truth, first, second, lam=lam)))
            low, high = (float(np.squeeze(end)) for end in ppi_mean_ci(truth, first, second, alpha=0.05, lam=lam))
            figures[name] = {"power": lam, "value": value, "low": low, "high": high}
        cases.append(
            {
                "truth": truth.astype(int).tolist(),
                "predicted": first.tolist(),
                "others": second.tolist(),
                "figures": figures,
            }
        )
    OUT.write_text(json.dumps({"made_with": "ppi-python 0.2.3", "cases": cases}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
