"""Where people differ, and how far they agree: each person's say settled first, adjudications over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bronnen.agreement import Agreement, agreement
from bronnen.formats.tables import Row, csv_text
from bronnen.records import Source, Unit, Use, Verdict
from bronnen.verdicts import rank

COLUMNS = ("first", "second", "source", "use", "units", "first_labels", "second_labels", "both", "kappa", "alpha", "f1")


@dataclass(frozen=True, slots=True)
class Difference:
    """A span on which people differ: per source in question what each said, and what was adjudicated of it.

    `said` and `adjudicated` hold only the sources on which they differ; one that is not in `adjudicated` is open.
    """

    like: Verdict  # one of theirs, for its span and its text
    said: Mapping[Source, Mapping[str, Use | None]]
    adjudicated: Mapping[Source, Use | None]

    @property
    def is_open(self) -> bool:
        """Whether a source is not settled yet."""
        return len(self.adjudicated) < len(self.said)


def differences(verdicts: Iterable[Verdict]) -> list[Difference]:
    """The spans on which two people at least say different things of a source, in the order of the verdicts.

    `verdicts` are what each says by now (`verdicts.stated`), here as in `between`.
    """
    spans: dict[tuple[str, Unit, int, int], list[Verdict]] = {}
    for one in verdicts:
        spans.setdefault((one.document_id, one.unit, one.start, one.end), []).append(one)
    return [found for said in spans.values() if len(said) > 1 and (found := _difference(said))]


def between(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], dict[tuple[Source, Use], Agreement]]:
    """How far each two people agree, by name; pairs that judged nothing together are left out."""
    people: dict[str, list[Verdict]] = {}
    for one in verdicts:
        if rank(one) == 1:
            people.setdefault(one.by, []).append(one)
    found = {pair: agreement(people[pair[0]], people[pair[1]]) for pair in combinations(sorted(people), 2)}
    return {pair: told for pair, told in found.items() if any(one.units for one in told.values())}


def agreement_csv(found: Mapping[tuple[str, str], Mapping[tuple[Source, Use], Agreement]]) -> str:
    """The agreement of all pairs as CSV; what is not defined is an empty cell."""
    return csv_text(COLUMNS, _rows(found))


def _rows(found: Mapping[tuple[str, str], Mapping[tuple[Source, Use], Agreement]]) -> Iterator[Row]:
    for (first, second), told in found.items():
        for (source, use), one in told.items():
            measures = (one.kappa, one.alpha, one.f1)
            values = (name_of(first), name_of(second), source.value, use.value, one.units, one.first, one.second)
            rounded = (None if value is None else round(value, 4) for value in measures)
            yield dict(zip(COLUMNS, (*values, one.both, *rounded), strict=True))


def name_of(by: str) -> str:
    """The name in `by`: 'an' of 'person:an'."""
    return by.partition(":")[2]


def _difference(said: Sequence[Verdict]) -> Difference | None:
    people = [one for one in said if rank(one) == 1]
    apart: dict[Source, dict[str, Use | None]] = {}
    for source in Source:
        uses = {one.by: one.labels.get(source) for one in people if source in one.judged}
        if len(set(uses.values())) > 1:
            apart[source] = uses
    if not apart:
        return None
    settled: dict[Source, Use | None] = {}
    for one in sorted((one for one in said if rank(one) == 2), key=lambda one: one.at):
        settled |= {source: one.labels.get(source) for source in apart if source in one.judged}
    return Difference(people[0], apart, settled)
