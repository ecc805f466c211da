"""The blind sheet of an audit plan, judged on the pages here, as the CSV that `bronnen audit result` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from bronnen.audit.plan import Plan
from bronnen.formats.sheets import COLUMNS, JUDGEMENTS, WORDS, SheetRow
from bronnen.formats.tables import Value, cell
from bronnen.records import Remark, Unit, Verdict
from bronnen.review.differences import name_of
from bronnen.review.queue import Item, Queue
from bronnen.verdicts import rank

_WORD = {use: word for word, use in WORDS.items()}


@dataclass(frozen=True, slots=True)
class PlannedSheet:
    """The rows of a plan's sheet, and the passage of each."""

    rows: tuple[SheetRow, ...]
    items: tuple[Item, ...]

    @property
    def queue(self) -> Queue:
        """The passages in the order of the sheet."""
        return Queue(self.items)


def planned_sheet(plan: Plan, rows: Iterable[SheetRow]) -> PlannedSheet:
    """The sheet of a plan; `rows` are those of its sampled passages, in order."""
    items = tuple(Item(plan.documents[one.document].id, one.start, one.end) for one in plan.sampled)
    return PlannedSheet(tuple(rows), items)


def judged_before(sheet: PlannedSheet, said: Iterable[Verdict]) -> dict[str, int]:
    """Of how many passages of the sheet each person, by name, said something already; those who did of none are out.

    Also of a sentence: who judged that may have seen what the model says.
    """
    spans: dict[str, list[Item]] = {}
    for item in sheet.items:
        spans.setdefault(item.document_id, []).append(item)
    found: dict[str, set[Item]] = {}
    for one in said:
        if rank(one) == 1:
            seen = [item for item in spans.get(one.document_id, ()) if item.start <= one.start < item.end]
            found.setdefault(name_of(one.by), set()).update(seen)
    return {name: len(items) for name, items in found.items() if items}


def filled(sheet: PlannedSheet, said: Iterable[Verdict], remarks: Iterable[Remark], by: str) -> str:
    """The sheet with what one person judged; what they left open is empty. `said` is what each says by now."""
    mine = {(one.document_id, one.start, one.end): one for one in said if one.by == by and one.unit is Unit.PASSAGE}
    notes = {(one.document_id, one.start, one.end): one.text for one in remarks if one.by == by}
    stream = io.StringIO(newline="")
    table = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row, item in zip(sheet.rows, sheet.items, strict=True):
        one = mine.get(item)
        uses: list[Value] = [
            _WORD[one.labels.get(source)] if one and source in one.judged else None for source in JUDGEMENTS
        ]
        own: list[Value] = [row.number, row.document, row.page, row.heading, row.text]
        rest: list[Value] = [" ".join(notes.get(item, "").split()) or None, name_of(by), one.at[:10] if one else None]
        table.writerow([cell(value) for value in (*own, *uses, *rest, row.code)])
    return stream.getvalue()
