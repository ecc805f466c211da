"""Who is heard: the institutes, bodies, councils, panels, people, professions and studies behind labelled passages.

A balance says how much of a text rests on a source; a reader then asks whose knowledge that is. Names are found by
lists and rules (`bearers`, `studies`), no model guesses them, and each counts only where the text around it carries a
source that it can speak for.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from bronnen.formats.tables import LabelledPassage
from bronnen.heard.bearers import Bearer, Bearing, Named, bearers, named
from bronnen.heard.studies import Study, cited, of_note, points_back
from bronnen.records import Document, Kind, Labels, NoteMark, Source, Use, Verdict, page_at
from bronnen.verdicts import rank

__all__ = ["Bearer", "Bearing", "Count", "Mention", "bearers", "counted", "heard", "heard_rows"]

_TOPICS = frozenset({Bearing.PROFESSION, Bearing.PEOPLE, Bearing.BODY})
_ABOUT = re.compile(
    r"\b(?:hun|zijn|haar|mijn|uw|je|jouw|(?:voor|naar|over|tegen|zonder)(?:\s+(?:de|het|een|onze|alle|deze|andere))?)"
    r"(?:\s+\w+e)?\s+$"
)
"""What goes before those whom a text is about, not to whom it listens: 'steun voor artsen', 'met hun ouders'."""

SURE = 0.25
"""Probability from which a sentence's label counts here: below it, half of the names had nothing to say."""

_LEFT_OUT = frozenset({Kind.HEADING, Kind.CONTENTS, Kind.COLOPHON})  # what the balance does not count


@dataclass(frozen=True, slots=True)
class Mention:
    """A bearer that a passage rests on, under its one name, and where it stands.

    `start` and `end` are over the document's text: in the passage, or in the note to which it refers (`via`: 'text' or
    'note').
    """

    name: str
    kind: Bearing
    source: Source
    use: Use
    start: int
    end: int
    via: str
    passage: int  # where the passage begins


@dataclass(frozen=True, slots=True)
class Count:
    """How often a bearer is heard for one source and use."""

    name: str
    kind: Bearing
    source: Source
    use: Use
    documents: int
    passages: int


def heard(
    document: Document, passages: Iterable[LabelledPassage], verdicts: Iterable[Verdict] = ()
) -> tuple[Mention, ...]:
    """Who is named in the labelled passages of a document, in the order of the text.

    A sentence is read where it carries a source that its passage carries too; where a passage uses a source that none
    of its sentences carries, all of them are read for it. A label of the model counts from a probability of `SURE` on,
    one of a person (in `verdicts`) always. A bearer speaks for the first of its own sources (`Bearer.sources`) that the
    sentence carries, and is left out where it carries none of them. A note counts in the sentence that refers to it,
    and then not once more as a passage of its own.
    """
    told = [one for one in passages if one.labels and one.passage.kind not in _LEFT_OUT]
    notes = _notes(document)
    judged = {(verdict.start, verdict.end) for verdict in verdicts if rank(verdict)}
    found: list[Mention] = []
    for one in told:
        at = one.passage.start
        for start, end, labels in _sentences(one, judged):
            if one.passage.kind is not Kind.FOOTNOTE:
                found += _of_text(document.text[start:end], start, labels, at)
            found += _of_marks(document, notes, start, end, labels, at)
    referred = {mention.start for mention in found if mention.via == "note"}
    for one in told:
        if one.passage.kind is Kind.FOOTNOTE:
            at = one.passage.start
            own = _of_note(document.text[at : one.passage.end], at, one.labels, at, "text")
            found += [mention for mention in own if mention.start not in referred]
    return tuple(sorted(found, key=lambda one: (one.passage, one.start, one.kind is Bearing.STUDY, one.name)))


def counted(documents: Iterable[Sequence[Mention]]) -> tuple[Count, ...]:
    """The bearers of all documents together, per source and use, those of most documents first.

    Passages count once per bearer, however often they name it.
    """
    in_documents: Counter[tuple[str, Bearing, Source, Use]] = Counter()
    in_passages: Counter[tuple[str, Bearing, Source, Use]] = Counter()
    for mentions in documents:
        passages = _by_bearer(mentions)
        in_documents.update(passages.keys())
        in_passages.update({key: len(places) for key, places in passages.items()})
    counts = (Count(*key, in_documents[key], many) for key, many in in_passages.items())
    return tuple(sorted(counts, key=lambda one: (-one.documents, -one.passages, one.name.lower(), one.source, one.use)))


def heard_rows(document: Document, mentions: Sequence[Mention]) -> list[dict[str, str | int | None]]:
    """The rows of one document in heard.csv, the bearers of most passages first within each source and use."""
    rows: list[dict[str, str | int | None]] = []
    for (name, kind, source, use), places in _by_bearer(mentions).items():
        page = page_at(document, min(places))
        rows.append(
            {
                "document": document.id,
                "name": document.name,
                "path": document.path,
                "bearer": name,
                "kind": kind.value,
                "source": source.value,
                "use": use.value,
                "passages": len(places),
                "first_page": page.number if page else None,
            }
        )
    order = {name: place for place, name in enumerate([*Source, Use.USED, Use.CALLED_FOR])}
    return sorted(
        rows,
        key=lambda row: (
            order[str(row["source"])],
            order[str(row["use"])],
            -int(row["passages"] or 0),
            str(row["bearer"]).lower(),
        ),
    )


def _by_bearer(mentions: Iterable[Mention]) -> dict[tuple[str, Bearing, Source, Use], set[int]]:
    found: dict[tuple[str, Bearing, Source, Use], set[int]] = defaultdict(set)
    for one in mentions:
        found[one.name, one.kind, one.source, one.use].add(one.passage)
    return found


def _sentences(labelled: LabelledPassage, judged: Set[tuple[int, int]]) -> Iterator[tuple[int, int, Labels]]:
    """The sentences of a passage that carry one of its sources, with what they carry."""
    somewhere = {source for one in labelled.sentences for source in one.labels}
    whole = {source: use for source, use in labelled.labels.items() if use is Use.USED and source not in somewhere}
    for one in labelled.sentences:
        scores = None if (one.start, one.end) in judged else one.scores
        own = {
            source: use
            for source, use in one.labels.items()
            if source in labelled.labels and (scores is None or scores.get(source, {}).get(use, 1) >= SURE)
        }
        labels = {**whole, **own}
        if labels:
            yield one.start, one.end, labels


def _of_text(text: str, at: int, labels: Labels, passage: int) -> Iterator[Mention]:
    found = named(text)
    studies = cited(text, found) if Source.SCIENTIFIC in labels else []
    yield from _mentions(text, found, studies, at, labels, passage, "text")


def _mentions(
    text: str, found: Iterable[Named], studies: Iterable[Study], at: int, labels: Labels, passage: int, via: str
) -> Iterator[Mention]:
    for one in found:
        if (
            one.bearer.kind in _TOPICS
            and not one.bearer.is_named
            and _ABOUT.search(text[max(0, one.start - 40) : one.start])
        ):
            continue
        source = next((source for source in one.bearer.sources if source in labels), None)
        if source is not None:
            place = (at + one.start, at + one.end)
            yield Mention(one.bearer.name, one.bearer.kind, source, labels[source], *place, via, passage)
    for study in studies if Source.SCIENTIFIC in labels else ():
        source = Source.SCIENTIFIC
        place = (at + study.start, at + study.end)
        yield Mention(study.name, Bearing.STUDY, source, labels[source], *place, via, passage)


@dataclass(frozen=True, slots=True)
class _Notes:
    """The notes of a document: their marks in order of place, and for each note's block that of the note before it."""

    marks: Sequence[NoteMark]
    starts: Sequence[int]
    before: Mapping[int, int]


def _notes(document: Document) -> _Notes:
    marks = sorted((mark for mark in document.notes if mark.note is not None), key=lambda mark: mark.start)
    order = list(dict.fromkeys(mark.note for mark in marks if mark.note is not None))
    return _Notes(marks, [mark.start for mark in marks], dict(zip(order[1:], order, strict=False)))


def _of_marks(
    document: Document, notes: _Notes, start: int, end: int, labels: Labels, passage: int
) -> Iterator[Mention]:
    """What the notes say to which a sentence refers; a mark stands right before a character of it or at its end."""
    for mark in notes.marks[bisect_right(notes.starts, start) : bisect_right(notes.starts, end)]:
        block, seen = mark.note, set[int]()
        while block is not None and block not in seen and points_back(_of_block(document, block)):
            seen.add(block)
            block = notes.before.get(block)
        if block is not None and block not in seen:
            at = document.blocks[block].start
            yield from _of_note(_of_block(document, block), at, labels, passage, "note")


def _of_block(document: Document, index: int) -> str:
    return document.text[document.blocks[index].start : document.blocks[index].end]


def _of_note(text: str, at: int, labels: Labels, passage: int, via: str) -> Iterator[Mention]:
    found, studies = of_note(text)
    yield from _mentions(text, found, studies, at, labels, passage, via)
