"""Where something is missing: documents, chapters and groups that draw on no source, or on one less than others do.

A gap is a reason to look, not a fault: a law or a budget draws on little by its nature. Never on thin evidence: there
must be text enough, no label found, and an interval that leaves no doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bronnen import quantify
from bronnen.dossier import Chapter, Dossier, Told
from bronnen.dossier.trends import COLUMNS
from bronnen.groups import LEAST, UNKNOWN, less
from bronnen.quantify import Drawn
from bronnen.records import Balance, Estimate, Source, Use

ENOUGH = 20  # counted passages from which nothing found means something
NONE_AT_ALL = 0.1  # where the interval of the coverage must end, for a text that 'draws on no source'
USUAL = 0.5  # of the comparable documents, the part that must use a source for a text to lack it
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
    source). Of a document that lacks one source, `users` of `others` comparable documents use it; of a group, `others`
    is how many documents it was set against.
    """

    part: Part
    name: str
    document: str
    column: str
    source: Source | None
    passages: int
    rate: Estimate
    users: int = 0
    others: int = 0


def gaps(dossier: Dossier) -> tuple[Gap, ...]:
    """The gaps of a dossier: groups first, then document by document, each before its chapters."""
    found = list(_of_groups(dossier))
    column = _column(dossier)
    kinds: dict[str, list[Drawn]] = {}
    for told in dossier.documents:
        if told.balance.passages >= ENOUGH:
            kinds.setdefault(told.properties.get(column, ""), []).append(told.drawn)
    sums = {kind: quantify.joined(drawn) for kind, drawn in kinds.items()}
    for told in dossier.documents:
        found += _of_document(told, _comparable(told, dossier, column), sums.get(told.properties.get(column, "")))
    return tuple(found)


def is_by_kind(dossier: Dossier) -> bool:
    """Whether the user's table says which documents are comparable; else all are compared with all."""
    return bool(_column(dossier))


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
    """Groups in which a source is not found, while the others of their column use it more, beyond doubt."""
    for one in dossier.groups:
        if (
            one.column.casefold() in ("", *COLUMNS)
            or one.group == UNKNOWN
            or one.more is None
            or one.balance.passages < ENOUGH
        ):
            continue
        for source, more in one.more.items():
            if more.high is not None and more.high < 0 and not one.balance.found[Use.USED][source]:
                others = len(dossier.documents) - one.documents
                about = (Part.GROUP, one.group, "", one.column, source, one.balance.passages)
                yield Gap(*about, rate_of(one.balance, source), others=others)


def _of_document(told: Told, others: Sequence[Told], kind: Drawn | None) -> Iterator[Gap]:
    """`kind`: the draws of all documents of its kind with text enough."""
    about = (told.name, told.document.id, "")
    if _draws_on_none(told.balance):
        yield Gap(Part.DOCUMENT, *about, None, told.balance.passages, rate_of(told.balance, None))
        return  # says all: its chapters would say it again
    for source in Source:
        users = sum(bool(one.balance.found[Use.USED][source]) for one in others)
        if len(others) >= LEAST and users >= USUAL * len(others) and _lacks(told, kind, source):
            about_source = (Part.DOCUMENT, *about, source, told.balance.passages)
            yield Gap(*about_source, rate_of(told.balance, source), users, len(others))
    for chapter in _several(told):
        if _draws_on_none(chapter.balance):
            about_chapter = (Part.CHAPTER, chapter.heading, told.document.id, "", None, chapter.balance.passages)
            yield Gap(*about_chapter, rate_of(chapter.balance, None))


def _draws_on_none(balance: Balance) -> bool:
    if balance.passages < ENOUGH or any(balance.found[Use.USED].values()):
        return False
    high = rate_of(balance, None).high
    return high is not None and high <= NONE_AT_ALL


def _lacks(told: Told, kind: Drawn | None, source: Source) -> bool:
    """Whether a source is not found in a document, and stands in a smaller part of its passages than in the others'."""
    if kind is None or told.balance.passages < ENOUGH or told.balance.found[Use.USED][source]:
        return False
    more = quantify.difference(told.drawn, less(kind, told.drawn))[source]
    return more.high is not None and more.high < 0


def _several(told: Told) -> tuple[Chapter, ...]:
    """The chapters, where there are some: one alone is the document."""
    return told.chapters if len(told.chapters) > 1 else ()


def _column(dossier: Dossier) -> str:
    """The column of the user's table that says what kind of text a document is; '' where there is none."""
    columns = (column for told in dossier.documents for column in told.properties)
    return next((column for column in columns if column.casefold() in _ALIKE), "")


def _comparable(told: Told, dossier: Dossier, column: str) -> list[Told]:
    """The other documents of the same kind with text enough; none where the table does not tell its kind."""
    kind = told.properties.get(column, "")
    if column and not kind:
        return []
    return [
        one
        for one in dossier.documents
        if one is not told and one.balance.passages >= ENOUGH and one.properties.get(column, "") == kind
    ]
