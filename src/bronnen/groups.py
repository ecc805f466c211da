"""Documents together: all of a scan, and groups of them by what a user's own table tells of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from bronnen import quantify
from bronnen.formats.metadata import Metadata
from bronnen.quantify import Drawn
from bronnen.records import Balance, Document, Estimate, Known, Source

ALL = ("", "all documents")
UNKNOWN = "(unknown)"
MOST = 50  # values of a column; one with more names documents rather than groups
LEAST = 3  # documents on both sides of a difference


@dataclass(frozen=True, slots=True)
class Grouped:
    """A group of documents: those that a column tells `group` of; of `ALL` both say so.

    `more` is how much larger the part of its passages that use each source is than among all other documents; None
    where that cannot be said.
    """

    column: str
    group: str
    documents: int
    balance: Balance
    more: Mapping[Source, Estimate] | None


@dataclass(slots=True)
class Groups:
    """Running sums of draws per column and group, so that no more than those is in memory at once."""

    metadata: Metadata | None
    known: Known = field(default_factory=dict)
    sums: dict[tuple[str, str], Drawn] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)
    """Names of the documents of which the table tells nothing."""
    met: set[int] = field(default_factory=set)
    """Which rows of the table (by `id`) are about a document of the scan."""
    columns: list[str] = field(init=False)
    """The columns of the table that make groups."""

    def __post_init__(self) -> None:
        told, columns = (self.metadata.told, self.metadata.columns) if self.metadata is not None else ((), ())
        values = {column: {row[column] for row in told if row.get(column)} for column in columns}
        self.columns = [column for column, found in values.items() if len(found) <= MOST]

    def add(self, document: Document, drawn: Drawn, known: Known) -> None:
        """Adds a document to the groups it belongs to."""
        self.known = known
        places = [ALL]
        if self.metadata is not None:
            told = self.metadata.of(document.id, document.path, document.name)
            self.met.add(id(told))
            if not told:
                self.without.append(document.name)
            places += [(column, told.get(column) or UNKNOWN) for column in self.columns]
        for place in places:
            before = self.sums.get(place)
            self.sums[place] = drawn if before is None else quantify.joined([before, drawn])

    @property
    def left_out(self) -> list[str]:
        """The columns that have too many values to make groups."""
        return [] if self.metadata is None else [one for one in self.metadata.columns if one not in self.columns]

    @property
    def unmet(self) -> list[str]:
        """How the table calls documents that were not scanned."""
        told = self.metadata.told if self.metadata is not None else ()
        return [self.metadata.named(row) for row in told if self.metadata and id(row) not in self.met]

    def found(self, method: str) -> Iterator[Grouped]:
        """All documents first, then column by column the groups by name."""
        order = {column: number for number, column in enumerate(self.columns)}
        for place in sorted(self.sums, key=lambda place: (order.get(place[0], -1), place[1])):
            drawn, others = self.sums[place], less(self.sums[ALL], self._others_of(place))
            is_enough = min(drawn.documents, others.documents) >= LEAST and drawn.passages and others.passages
            more = quantify.difference(drawn, others) if is_enough and place[1] != UNKNOWN else None
            yield Grouped(*place, drawn.documents, quantify.balance(drawn, self.known, method), more)

    def _others_of(self, place: tuple[str, str]) -> Drawn:
        """A group, and the documents of which its column tells nothing: what the others of the column are without."""
        mine = [self.sums[place]]
        if place[1] != UNKNOWN and (place[0], UNKNOWN) in self.sums:
            mine.append(self.sums[place[0], UNKNOWN])
        return quantify.joined(mine)


def less(whole: Drawn, away: Drawn) -> Drawn:
    """The draws of documents without some of them."""
    return Drawn(
        whole.passages - away.passages,
        np.asarray(whole.counts - away.counts),
        np.asarray(whole.found - away.found),
        whole.judged - away.judged,
        whole.documents - away.documents,
    )
