"""Where documents stand in a triangle of three sources, with the outline of what the draws leave open."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from bronnen.quantify import LEVEL, Drawn
from bronnen.records import Balance, Source
from bronnen.report.voice import Facts

_DECIMALS = 4


def place(drawn: Drawn, balance: Balance) -> Facts:
    """Where a document stands between the three sources, and the outline of its margin; parts from 0 to 1.

    The outline is the convex hull of the 95% of the draws that lie nearest to their middle, in the plane of the
    triangle (by Mahalanobis distance), and of the place itself.
    """
    assert balance.used_shares is not None
    shares = np.array([[balance.used_shares[source].value for source in Source]])
    used = drawn.counts[:, :3][drawn.counts[:, :3].sum(axis=1) > 0]
    flat = _flat(used / used.sum(axis=1, keepdims=True))
    away = flat - flat.mean(axis=0)
    distance = np.einsum("ij,jk,ik->i", away, np.linalg.inv(np.cov(flat.T) + 1e-6 * np.eye(2)), away)
    near = flat[distance <= np.quantile(distance, LEVEL, method="higher")]
    corners = np.clip(_unflat(_hull(np.unique(np.vstack([near, _flat(shares)]).round(6), axis=0))), 0, 1)
    return {"shares": shares[0].round(_DECIMALS).tolist(), "outline": corners.round(3).tolist()}


_TRIANGLE = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, math.sqrt(3) / 2]])  # the corners, in the order of `Source`


def _flat(shares: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray(shares @ _TRIANGLE)


def _unflat(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    third = points[:, 1] / _TRIANGLE[2, 1]
    second = points[:, 0] - 0.5 * third
    return np.stack([1 - second - third, second, third], axis=1)


def _hull(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The corners of the convex hull of points that are sorted by x and y, against the clock (A.M. Andrew, 1979)."""

    def chain(row: Iterable[np.ndarray[Any, Any]]) -> list[np.ndarray[Any, Any]]:
        found: list[np.ndarray[Any, Any]] = []
        for point in row:
            while len(found) > 1 and _turn(found[-2], found[-1], point) <= 0:
                found.pop()
            found.append(point)
        return found

    if len(points) < 3:
        return points
    return np.array(chain(points)[:-1] + chain(points[::-1])[:-1])


def _turn(one: np.ndarray[Any, Any], two: np.ndarray[Any, Any], three: np.ndarray[Any, Any]) -> float:
    """Above 0 where three points turn left."""
    return float((two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0]))
