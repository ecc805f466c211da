"""What reports tell of: the documents of a scan with their figures, groups and failures, gathered from a store once.

Counts and estimates only: what is said of them, and how it looks, is decided in `report`. Holds all passages of all
documents in memory (some 10 MB per thousand), but of the verdicts behind them only what settled them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bronnen import balance, quantify
from bronnen.formats.metadata import KEYS, Metadata
from bronnen.groups import Grouped, Groups
from bronnen.heard import Mention, heard
from bronnen.quantify import Drawn
from bronnen.records import Analysis, Balance, Document, Known, MadeWith
from bronnen.settings import Settings
from bronnen.settled import LabelledPassage, labelled_passages, parts, placed


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter that has counted passages; what stands before the first has an empty heading."""

    start: int
    heading: str
    drawn: Drawn
    balance: Balance


@dataclass(frozen=True, slots=True)
class Told:
    """A document of a scan with all that reports tell of it; `properties` are from the user's own table.

    `name` is how a reader knows it: the file's name, or its path where other documents have the same name.
    """

    document: Document
    name: str
    passages: tuple[LabelledPassage, ...]
    drawn: Drawn
    balance: Balance
    chapters: tuple[Chapter, ...]
    made_with: MadeWith
    properties: Mapping[str, str]
    mentions: tuple[Mention, ...]  # who is heard


@dataclass(frozen=True, slots=True)
class Dossier:
    """The documents of a scan in the order of its files, all of them together, and groups of them.

    `groups` has all documents together first.
    """

    documents: tuple[Told, ...]
    groups: tuple[Grouped, ...]
    known: Known
    settings: Settings


def gather(analyses: Iterable[Analysis], settings: Settings, metadata: Metadata | None = None) -> Dossier:
    """The dossier of a run's analyses."""
    groups, method = Groups(metadata), balance.method(settings)
    documents = []
    for stored in analyses:
        one = told(stored, settings, metadata)
        groups.add(one.document, one.drawn, stored.known)
        documents.append(one)
    often = Counter(one.name for one in documents)
    documents = [replace(one, name=one.document.path) if often[one.name] > 1 else one for one in documents]
    found = tuple(groups.found(method))
    return Dossier(tuple(documents), found, groups.known, settings)


def only(dossier: Dossier, document_id: str) -> Dossier:
    """The dossier of one of its documents; gaps and links of it are found in the whole one."""
    documents = tuple(one for one in dossier.documents if one.document.id == document_id)
    return replace(dossier, documents=documents, groups=())


def told(stored: Analysis, settings: Settings, metadata: Metadata | None = None) -> Told:
    """What reports tell of one document; people's verdicts count."""
    analysis = placed(stored)
    document, known, method = analysis.document, analysis.known, balance.method(settings)
    found = parts(analysis, settings)
    drawn = balance.whole(found)
    passages = tuple(labelled_passages(analysis))
    return Told(
        document=document,
        name=document.name,
        passages=passages,
        drawn=drawn,
        balance=quantify.balance(drawn, known, method),
        chapters=tuple(
            Chapter(part.start, part.heading, part.drawn, quantify.balance(part.drawn, known, method)) for part in found
        ),
        made_with=analysis.made_with,
        properties=_properties(metadata, document) if metadata else {},
        mentions=heard(document, passages, analysis.verdicts),
    )


def _properties(metadata: Metadata, document: Document) -> Mapping[str, str]:
    told = metadata.of(document.id, document.path, document.name)
    return {column: value for column, value in told.items() if column not in KEYS}
