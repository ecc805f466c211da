"""What the one-page summary of a document says: its balance, strongest passages, gaps and questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bronnen.dossier import Told
from bronnen.dossier.gaps import Gap
from bronnen.questions import Asked
from bronnen.records import Kind, Source, page_at
from bronnen.report.facts import About, doubts, pages_of, said_of
from bronnen.report.findings import gap_line
from bronnen.report.marking import sure
from bronnen.report.passages import in_hundredths, strongest
from bronnen.report.recognised import recognised_brief
from bronnen.report.summary import Quote, SourceRow, Summary
from bronnen.report.voice import Voice, quoted
from bronnen.settled import LabelledPassage, carrying
from bronnen.taxonomy import looks

_HASH = 12  # signs of a file's hash that are shown


def summary_of(told: Told, gaps: Sequence[Gap], asked: Sequence[Asked], about: About, voice: Voice) -> Summary:
    """The summary of one document; `gaps` are its own."""
    said, balance, document = voice.said, told.balance, told.document
    figures = said_of(balance, voice)
    rows = []
    for row, (source, look) in zip(figures["rows"], looks(voice.language).items(), strict=True):
        value, low, high = row["part"] or (0.0, None, None)
        rows.append(
            SourceRow(
                name=look.name,
                letter=look.letter,
                colour=look.colour,
                ink=look.ink,
                count=row["used"],
                margin=row["used_range"],
                share=_ranged(row["share"], row["share_range"]),
                called_for=_ranged(row["called"], row["called_range"]),
                value=value,
                low=low,
                high=high,
                passages=tuple(_quote(one, source, told, voice) for one in strongest(told, source)),
            )
        )
    read = [voice.number_of(balance.passages, "passage")]
    if pages := pages_of(told):
        read.insert(0, voice.number_of(pages, "page"))
    figures = said_of(balance, voice)
    lead = [
        said["brief_lead"].format(read=voice.listed(read)),
        figures["nothing"],
        figures["coverage"],
        figures["combined"],
    ]
    made = told.made_with
    return Summary(
        language=voice.language,
        title=told.name,
        lead=tuple(line for line in lead if line),
        rows=tuple(rows),
        gaps=tuple(gap_line(gap, {document.id: told.name}, voice) for gap in gaps),
        questions=tuple(_questions(asked)),
        doubts=(*doubts(balance, voice), *recognised_brief(document.pages, voice)),
        made=said["brief_made"].format(
            version=made.version, model=made.model, hash=document.id[:_HASH], date=about.date[:10]
        ),
    )


def _questions(asked: Sequence[Asked]) -> Iterator[tuple[str, str]]:
    """Roles and questions; the first that a finding calls up tells the finding."""
    told: set[str] = set()
    for one in asked:
        because = one.finding.words
        yield one.role, one.text if because in told else f"{one.text} ({because.rstrip('.')})"
        told.add(because)


def _ranged(value: str, between: str) -> str:
    return f"{value} ({between})" if between else value


def _quote(labelled: LabelledPassage, source: Source, told: Told, voice: Voice) -> Quote:
    passage, text = labelled.passage, told.document.text
    start = carrying(labelled, source, labelled.labels[source]).start if labelled.sentences else passage.start
    before = "… " if start > passage.start else ""
    return Quote(
        text=before + quoted(text[start : passage.end]),
        where=where(labelled, told, voice),
        certainty=sure(labelled, source, voice),
    )


def where(labelled: LabelledPassage, told: Told, voice: Voice) -> str:
    """Where a passage stands: 'blz. 4, onder ‘Aanpak’'."""
    passage = labelled.passage
    page = page_at(told.document, passage.start)
    parts = [] if page is None else [voice.said["page"].format(page=page.number)]
    if passage.heading and passage.kind is not Kind.HEADING:
        parts.append(voice.said["under"].format(heading=quoted(passage.heading, 80)))
    if passage.confidence is not None:
        parts.append(voice.said["recognised_passage"].format(sure=in_hundredths(passage.confidence)))
    return ", ".join(parts)
