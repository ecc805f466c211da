"""How much a document draws on each source, counted in passages.

For now a plain count of the settled verdicts, and it says so in `Balance.method`: counting what a classifier
says is biased, and the figures carry no interval yet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bronnen.records import Balance, Estimate, Labels, Source, Use

PLAIN_COUNT = "plain count"


def balance(labels: Sequence[Labels]) -> Balance:
    """The balance of a document from the labels of its counted passages, one entry a passage.

    >>> found = balance([{Source.SCIENTIFIC: Use.USED}, {}])
    >>> found.used[Source.SCIENTIFIC].value, found.coverage.value
    (1, 0.5)
    """
    used = _counts(labels, Use.USED)
    called_for = _counts(labels, Use.CALLED_FOR)
    sources_used = [sum(use is Use.USED for use in found.values()) for found in labels]
    bearing = sum(number > 0 for number in sources_used)
    together = sum(number > 1 for number in sources_used)
    return Balance(
        passages=len(labels),
        used={source: Estimate(used[source]) for source in Source},
        called_for={source: Estimate(called_for[source]) for source in Source},
        used_shares=shares(used),
        called_for_shares=shares(called_for),
        evenness=evenness(used),
        coverage=Estimate(bearing / len(labels)) if labels else None,
        combined=Estimate(together / bearing) if bearing else None,
        method=PLAIN_COUNT,
        level=None,
    )


def shares(counts: Mapping[Source, float]) -> dict[Source, Estimate] | None:
    """The counts divided by their sum, or None where there is nothing to divide."""
    total = sum(counts.values())
    return {source: Estimate(counts[source] / total) for source in Source} if total > 0 else None


def evenness(counts: Mapping[Source, float]) -> Estimate | None:
    """How evenly the three sources are used: 0 for one source only, 1 for three alike.

    Pielou's evenness: the Shannon entropy of the shares over its greatest value, log 3
    (E.C. Pielou, 1966, J. Theor. Biol. 13, 131-144). None where no source is found.
    """
    total = sum(counts.values())
    if total <= 0:
        return None
    parts = [count / total for count in counts.values() if count > 0]
    entropy = -sum(part * math.log(part) for part in parts)
    return Estimate(min(1.0, max(0.0, entropy / math.log(len(Source)))))


def _counts(labels: Sequence[Labels], use: Use) -> dict[Source, int]:
    return {source: sum(found.get(source) is use for found in labels) for source in Source}
