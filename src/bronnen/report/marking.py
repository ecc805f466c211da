"""The labelled passages of a document as marks for a copy of its PDF: what each note says, and where it stands."""

from __future__ import annotations

from bronnen.dossier import Told
from bronnen.records import Document, Kind, Source, Use
from bronnen.report.highlight import Mark, Tag, boxes_of
from bronnen.report.passages import certainty, in_hundredths
from bronnen.report.voice import Voice, quoted
from bronnen.settled import LabelledPassage, weighed
from bronnen.taxonomy import looks

_NAME = 70  # characters of an outline entry


def marks(told: Told, document: Document, voice: Voice) -> list[Mark]:
    """A mark per labelled passage that stands on a page; `document` is the told one, read again with its words."""
    found = []
    for one in told.passages:
        passage = one.passage
        if not one.labels or passage.kind is Kind.HEADING:
            continue
        if boxes := boxes_of(document, passage.start, passage.end):
            name = quoted(document.text[passage.start : passage.end], _NAME)
            page = voice.said["page"].format(page=boxes[0].page)
            found.append(Mark(boxes, f"{page}: {name}", _tags(one, document.text, voice)))
    return found


def groups(voice: Voice) -> dict[str, str]:
    """The entries of the outline, by the group of their tags: a source and its use."""
    return {
        _group(source, use): f"{look.name}, {voice.use(use)}"
        for source, look in looks(voice.language).items()
        for use in Use
    }


def _tags(labelled: LabelledPassage, text: str, voice: Voice) -> tuple[Tag, ...]:
    """The labels of a passage; each note tells of all, since a reader may see only one of them at a click."""
    note = "\n".join(note_line(labelled, source, text, voice) for source in Source if source in labelled.labels)
    return tuple(
        Tag(
            group=_group(source, labelled.labels[source]),
            title=f"{look.name}, {voice.use(labelled.labels[source])}",
            note=note,
            colour=look.colour,
            used=labelled.labels[source] is Use.USED,
        )
        for source, look in looks(voice.language).items()
        if source in labelled.labels
    )


def note_line(labelled: LabelledPassage, source: Source, text: str, voice: Voice) -> str:
    """A label with its certainty and what weighed: 'ervaringskennis, gebruikt (kans 88%). Woog het meest: ...'."""
    line = f"{voice.name(source)}, {voice.use(labelled.labels[source])} ({sure(labelled, source, voice)})."
    told = weighed(labelled, source, text, voice.language)
    return f"{line} {voice.said['weighed']}: {'; '.join(told)}." if told else line


def sure(labelled: LabelledPassage, source: Source, voice: Voice) -> str:
    """How certain a label is, in words: 'kans 88%' or 'door mensen bekeken'."""
    chance = certainty(labelled, source)
    if chance is None:
        return str(voice.said["by_people"])
    return str(voice.said["chance"].format(chance=in_hundredths(chance)))


def _group(source: Source, use: Use) -> str:
    return f"{source.value} {use.value}"
