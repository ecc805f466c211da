"""Which documents of a dossier could help each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bronnen import links
from bronnen.dossier import Dossier, Told
from bronnen.groups import UNKNOWN
from bronnen.links import Asked, Place, Question, Resting
from bronnen.records import Kind, Source, Use
from bronnen.settled import LabelledPassage

APART = ("thema", "theme", "afdeling", "department", "dossier", "organisatie", "organisation", "gemeente")
"""Columns of a user's table that say which documents are of different people: only those are linked."""


@dataclass(frozen=True, slots=True)
class Connections:
    """The documents that share bearers, and those that share a question.

    `asked` holds questions alone: equal texts are versions of one document, and no news.
    """

    resting: tuple[Resting, ...]
    asked: tuple[Asked, ...]


def connections(dossier: Dossier) -> Connections:
    """The connections of a dossier, the strongest first."""
    mentions = {told.document.id: told.mentions for told in dossier.documents}
    groups = {told.document.id: value for told in dossier.documents if (value := _group(told))}
    questions = [question for told in dossier.documents for question in _questions(told)]
    texts = (
        told.document.text[one.passage.start : one.passage.end] for told in dossier.documents for one in told.passages
    )
    asked = links.asked(questions, texts, groups)
    versions = links.versions(asked, questions)
    return Connections(
        links.resting(mentions, groups, versions),
        tuple(one for one in asked if one.kind is links.Link.QUESTION),
    )


def _group(told: Told) -> str:
    """What tells whose a document is: the value of the first such column."""
    for column in APART:
        for name, value in told.properties.items():
            if name.casefold() == column and value and value != UNKNOWN:
                return value
    return ""


def _questions(told: Told) -> Iterator[Question]:
    """The passages of a document that call for knowledge."""
    document = told.document
    for one in told.passages:
        sources = frozenset(source for source, use in one.labels.items() if use is Use.CALLED_FOR)
        asking = _asking(one, sources, document.text)
        if asking and one.passage.kind is not Kind.HEADING:
            start, end = one.passage.start, one.passage.end
            whole = f"{one.passage.heading}\n{document.text[start:end]}"
            yield Question(Place(document.id, start, end), sources, asking, whole)


def _asking(labelled: LabelledPassage, sources: frozenset[Source], text: str) -> str:
    """The sentences of a passage that by themselves call for one of the sources."""
    return " ".join(
        text[one.start : one.end]
        for one in labelled.sentences
        if any(one.labels.get(source) is Use.CALLED_FOR for source in sources)
    )
