"""Documents together: all of a scan, and groups of them by what a user's own table tells of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bronnen import quantify
from bronnen.formats.metadata import Metadata
from bronnen.formats.tables import Row, group_row
from bronnen.quantify import Drawn
from bronnen.records import Document, Known

ALL = ("", "all documents")
_UNKNOWN = "(unknown)"


@dataclass(slots=True)
class Groups:
    """Running sums of draws per column and group, so that no more than those is in memory at once."""

    metadata: Metadata | None
    known: Known = field(default_factory=dict)
    sums: dict[tuple[str, str], Drawn] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)
    """Names of the documents of which the table tells nothing."""

    def add(self, document: Document, drawn: Drawn, known: Known) -> None:
        """Adds a document to the groups it belongs to."""
        self.known = known
        places = [ALL]
        if self.metadata is not None:
            told = self.metadata.of(document.id, document.path, document.name)
            if not told:
                self.without.append(document.name)
            places += [(column, told.get(column) or _UNKNOWN) for column in self.metadata.columns]
        for place in places:
            known_sum = self.sums.get(place)
            self.sums[place] = drawn if known_sum is None else quantify.joined([known_sum, drawn])

    def rows(self, method: str) -> Iterator[Row]:
        """The rows of groups.csv: all documents first, then column by column the groups by name."""
        order = {column: number for number, column in enumerate(self.metadata.columns if self.metadata else ())}
        for place in sorted(self.sums, key=lambda place: (order.get(place[0], -1), place[1])):
            drawn, others = self.sums[place], self._others(place)
            more = quantify.difference(drawn, others) if drawn.passages and others.passages else None
            yield group_row(*place, drawn.documents, quantify.balance(drawn, self.known, method), more)

    def _others(self, place: tuple[str, str]) -> Drawn:
        """All documents but those of a group."""
        whole, mine = self.sums[ALL], self.sums[place]
        return Drawn(
            whole.passages - mine.passages,
            np.asarray(whole.counts - mine.counts),
            np.asarray(whole.found - mine.found),
            whole.documents - mine.documents,
        )
