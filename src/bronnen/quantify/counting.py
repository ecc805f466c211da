"""Shares of passages from what a classifier says of them: the estimators of the field, one source and use at a time.

`chances` are probabilities [n] of passages, `given` truth values [n] of labels. None of them carries an interval.
They are here to be compared (`benchmarks/balance.py`); what the balance comes from is in `drawing`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

SEPARATES = 0.1  # the difference between two rates below which a correction would divide by next to nothing
_TOLERANCE, _MOST = 1e-4, 1000  # of the mean change of both classes' shares; rounds


def counted(given: Array) -> float:
    """CC, plain counting: the share of passages with a label."""
    return float(given.mean())


def expected(chances: Array) -> float:
    """PCC, probabilistic counting: the mean of the probabilities (Bella et al. 2010, doi:10.1109/ICDM.2010.75)."""
    return float(chances.mean())


def adjusted(share: float, among_cases: float, among_others: float) -> float | None:
    """ACC and PACC: a share, corrected for what the classifier gives to cases and to others, clipped to 0..1.

    With a plain count and the rates of true and false positives it is ACC (Forman 2008, doi:10.1007/s10618-008-0097-y);
    with probabilistic counting and the mean probabilities of cases and of others it is PACC (Bella et al. 2010).
    None where the two rates hardly differ: the classifier does not separate, and there is nothing to divide by.

    >>> adjusted(0.3, 0.8, 0.1)
    0.2857142857142857
    """
    between = among_cases - among_others
    return min(1.0, max(0.0, (share - among_others) / between)) if between >= SEPARATES else None


def maximised(chances: Array, prior: float, tolerance: float = _TOLERANCE) -> float:
    """EM: the share under which the chances are likeliest, given the share `prior` where the classifier learned.

    Saerens, Latinne & Decaestecker 2002, doi:10.1162/089976602753284446; also called SLD. It stops when the mean
    change of the two shares is below `tolerance`, after more than ten rounds, at last after a thousand.
    """
    share = last = prior
    for number in range(_MOST):
        cases = share / prior * chances
        share = float((cases / (cases + (1 - share) / (1 - prior) * (1 - chances))).mean())
        if number > 10 and abs(share - last) < tolerance:
            break
        last = share
    return share
