"""How far labellers agree, per source: Cohen's kappa, Krippendorff's alpha and positive agreement (F1).

Each is None where it is not defined (nothing labelled, or no variation), never NaN and never a comforting 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bronnen.records import Source, Unit, Use, Verdict

Span = tuple[str, int, int, Unit]
"""What was judged: document, start, end, unit."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Between two labellers, on the units that both judged for one source and use."""

    units: int
    first: int  # units to which the first gave this label
    second: int
    both: int
    kappa: float | None
    alpha: float | None
    f1: float | None


def agreement(first: Iterable[Verdict], second: Iterable[Verdict]) -> dict[tuple[Source, Use], Agreement]:
    """The agreement between two labellers' verdicts per source and use, on the spans and sources both judged.

    `called_for` is compared on all those spans too, so a span that one calls used and the other called for counts
    as a difference in both rows.
    """
    ones, twos = _by_span(first), _by_span(second)
    found: dict[tuple[Source, Use], Agreement] = {}
    for source in Source:
        shared = [
            (ones[span].labels.get(source), twos[span].labels.get(source))
            for span in ones.keys() & twos.keys()
            if source in ones[span].judged and source in twos[span].judged
        ]
        for use in Use:
            found[source, use] = agreement_of([(one is use, two is use) for one, two in shared])
    return found


def agreement_of(pairs: Sequence[tuple[bool, bool]]) -> Agreement:
    """The agreement on one yes-or-no question, from what two labellers said per unit.

    >>> agreement_of([(True, True), (False, False), (True, False), (False, False)]).f1
    0.6666666666666666
    """
    first = sum(one for one, _ in pairs)
    second = sum(two for _, two in pairs)
    both = sum(one and two for one, two in pairs)
    return Agreement(
        units=len(pairs),
        first=first,
        second=second,
        both=both,
        kappa=kappa(pairs),
        alpha=alpha([list(pair) for pair in pairs]),
        f1=2 * both / (first + second) if first + second else None,
    )


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa (J. Cohen, 1960, Educ. Psychol. Meas. 20, 37-46) of two labellers, one pair of values a unit."""
    if not pairs:
        return None
    seen = sum(one == two for one, two in pairs) / len(pairs)
    first = Counter(one for one, _ in pairs)
    second = Counter(two for _, two in pairs)
    expected = sum(first[value] * second[value] for value in first) / len(pairs) ** 2
    return (seen - expected) / (1 - expected) if expected < 1 else None


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for nominal values, each unit with the values of those who judged it.

    Any number of labellers, and not everybody needs to judge everything; a unit with one value says nothing
    (K. Krippendorff, 2011, Computing Krippendorff's Alpha-Reliability).
    """
    coincidences: Counter[Hashable] = Counter()
    differing = 0.0
    for values in units:
        if len(values) < 2:
            continue
        counts = Counter(values)
        coincidences.update(counts)
        alike = sum(count * (count - 1) for count in counts.values())
        differing += (len(values) * (len(values) - 1) - alike) / (len(values) - 1)
    total = sum(coincidences.values())
    chance = total * total - sum(count * count for count in coincidences.values())
    return 1 - (total - 1) * differing / chance if chance else None


def _by_span(verdicts: Iterable[Verdict]) -> Mapping[Span, Verdict]:
    """The latest verdict on each span."""
    found: dict[Span, Verdict] = {}
    for verdict in sorted(verdicts, key=lambda verdict: verdict.at):
        found[verdict.document_id, verdict.start, verdict.end, verdict.unit] = verdict
    return found
