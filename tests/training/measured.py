"""Material and readings made in code: no model, no text worth reading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bronnen.records import Source, Unit, Use
from bronnen.training.material import Material, Place, Reading

HALF = {source: dict.fromkeys(Use, 0.5) for source in Source}


def material(
    truth: np.ndarray, groups: Sequence[int] | np.ndarray, organisations: Sequence[str] | None = None
) -> Material:
    """`truth` [n] is about experiential, used; the other sources and use have no case."""
    full = np.zeros((len(truth), 3, 2), dtype=bool)
    full[:, 0, 0] = truth
    names = organisations or [""] * len(truth)
    places = [
        Place(f"d{g}", f"d{g}.pdf", o, "", 7, f"Zin {n}.") for n, (g, o) in enumerate(zip(groups, names, strict=True))
    ]
    judged = np.ones((len(truth), 3), dtype=bool)
    return Material(Unit.PASSAGE, [], np.arange(len(truth)), full, judged, np.array(groups), places, {})


def reading(scores: np.ndarray) -> Reading:
    """`scores` [n] are for experiential, used, with a threshold of a half; the others are zero."""
    full = np.zeros((len(scores), 3, 2))
    full[:, 0, 0] = scores
    return Reading("m", HALF, full, full >= 0.5)


def documents(
    rng: np.random.Generator, count: int, size: int = 30, skill: float = 1.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth, scores and document number of `size` units in each of `count` documents, which differ in kind.

    Documents have their own share of cases and their own hardness, so that their units are alike.
    """
    groups = np.repeat(np.arange(count), size)
    share = np.repeat(rng.beta(2, 4, count), size)
    hard = np.repeat(rng.normal(0, 0.8, count), size)
    truth = rng.random(count * size) < share
    logits = skill * (2 * truth - 1) + hard + rng.normal(0, 1, count * size)
    return truth, 1 / (1 + np.exp(-logits)), groups
