"""Where something is missing: documents, chapters and groups that draw on no source, or on one less than others do.

A gap is a reason to look, not a fault: a law or a budget draws on little by its nature. Never on thin evidence: there
must be text enough, no label found, and an interval that leaves no doubt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bronnen import quantify
from bronnen.dossier import Chapter, Dossier, Told
from bronnen.groups import LEAST, UNKNOWN, less
from bronnen.quantify import Drawn
from bronnen.records import Balance, Estimate, Source, Use

ENOUGH = 20  # counted passages from which nothing found means something
NONE_AT_ALL = 0.1  # where the interval of the coverage must end, for a text that 'draws on no source'
USUAL = 0.05  # the part of others' passages that must use a source, for a text to lack it
_ALIKE = ("soort", "genre", "type", "kind")  # columns of a user's table that say which documents are comparable


class Part(StrEnum):
    """What a gap is in."""

    GROUP = "group"
    DOCUMENT = "document"
    CHAPTER = "chapter"


@dataclass(frozen=True, slots=True)
class Gap:
    """A text that lacks a source, or all of them (`source` is None).

    `name` is the document's name, the chapter's heading or the group's name; `document` is a document's id, of a group
    ''; `column` that of the user's table behind a group. `rate` is the part of its passages that use the source (any
    source), `others` that of the documents it is set against, None where it is set against none.
    """

    part: Part
    name: str
    document: str
    column: str
    source: Source | None
    passages: int
    rate: Estimate
    others: float | None


def gaps(dossier: Dossier) -> tuple[Gap, ...]:
    """The gaps of a dossier: groups first, then document by document, each before its chapters."""
    found = list(_of_groups(dossier))
    sums = _sums(dossier)
    for told in dossier.documents:
        found += _of_document(told, less(sums[_likeness(told)], told.drawn))
    return tuple(found)


def looked_at(dossier: Dossier) -> int:
    """How many documents, chapters and groups had text enough to show a gap."""
    texts = [told.balance for told in dossier.documents]
    texts += [chapter.balance for told in dossier.documents for chapter in _several(told)]
    texts += [one.balance for one in dossier.groups if one.column]
    return sum(balance.passages >= ENOUGH for balance in texts)


def rate_of(balance: Balance, source: Source | None) -> Estimate:
    """The part of the passages that use a source, or any; there are passages."""
    if source is None:
        assert balance.coverage is not None
        return balance.coverage
    told = balance.used[source]
    ends = (None if end is None else end / balance.passages for end in (told.low, told.high))
    return Estimate(told.value / balance.passages, *ends)


def _of_groups(dossier: Dossier) -> Iterator[Gap]:
    """Groups that use a source in a smaller part of their passages than the others of their column, beyond doubt."""
    for one in dossier.groups:
        if not one.column or one.group == UNKNOWN or one.more is None or one.balance.passages < ENOUGH:
            continue
        for source, more in one.more.items():
            if more.high is not None and more.high < 0:
                rate = rate_of(one.balance, source)
                usual = rate.value - more.value
                yield Gap(Part.GROUP, one.group, "", one.column, source, one.balance.passages, rate, usual)


def _of_document(told: Told, others: Drawn) -> Iterator[Gap]:
    about = (told.document.name, told.document.id, "")
    if _draws_on_none(told.balance):
        yield Gap(Part.DOCUMENT, *about, None, told.balance.passages, rate_of(told.balance, None), None)
        return  # says all: its chapters would say it again
    for source in Source:
        usual = _usual(told, others, source)
        if usual is not None:
            rate = rate_of(told.balance, source)
            yield Gap(Part.DOCUMENT, *about, source, told.balance.passages, rate, usual)
    for chapter in _several(told):
        if _draws_on_none(chapter.balance):
            rate = rate_of(chapter.balance, None)
            yield Gap(Part.CHAPTER, chapter.heading, told.document.id, "", None, chapter.balance.passages, rate, None)


def _draws_on_none(balance: Balance) -> bool:
    if balance.passages < ENOUGH or any(balance.found[Use.USED].values()):
        return False
    high = rate_of(balance, None).high
    return high is not None and high <= NONE_AT_ALL


def _usual(told: Told, others: Drawn, source: Source) -> float | None:
    """The part of others' passages that use a source which this document lacks beside them; None where it does not."""
    if told.balance.passages < ENOUGH or told.balance.found[Use.USED][source]:
        return None
    if others.documents < LEAST or not others.passages:
        return None
    more = quantify.difference(told.drawn, others)[source]
    usual = told.balance.used[source].value / told.balance.passages - more.value
    return usual if more.high is not None and more.high < 0 and usual >= USUAL else None


def _several(told: Told) -> tuple[Chapter, ...]:
    """The chapters, where there are some: one alone is the document."""
    return told.chapters if len(told.chapters) > 1 else ()


def _likeness(told: Told) -> tuple[str, str]:
    """What a document has in common with those it is comparable with."""
    for column, value in told.properties.items():
        if column.casefold() in _ALIKE and value:
            return column, value
    return "", ""


def _sums(dossier: Dossier) -> dict[tuple[str, str], Drawn]:
    sums: dict[tuple[str, str], Drawn] = {}
    for told in dossier.documents:
        before = sums.get(_likeness(told))
        sums[_likeness(told)] = told.drawn if before is None else quantify.joined([before, told.drawn])
    return sums
