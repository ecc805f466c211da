"""What the one-page summary of a document says: its balance, strongest passages, gaps and questions."""

from __future__ import annotations

from collections.abc import Sequence

from bronnen.dossier import Told
from bronnen.dossier.gaps import Gap
from bronnen.questions import Asked
from bronnen.records import Kind, Source, page_at
from bronnen.report.facts import About, doubts, hundredths
from bronnen.report.findings import gap_line
from bronnen.report.marking import sure
from bronnen.report.passages import strongest
from bronnen.report.summary import Quote, SourceRow, Summary
from bronnen.report.voice import Voice, quoted
from bronnen.settled import LabelledPassage, carrying
from bronnen.taxonomy import looks

_HASH = 12  # signs of a file's hash that are shown


def summary_of(told: Told, gaps: Sequence[Gap], asked: Sequence[Asked], about: About, voice: Voice) -> Summary:
    """The summary of one document; `gaps` are its own."""
    said, balance, document = voice.said, told.balance, told.document
    rounded = hundredths(balance.used_shares)
    rows = []
    for source, look in looks(voice.language).items():
        count, margin = voice.count(balance.used[source])
        share = balance.used_shares[source] if balance.used_shares else None
        called, called_margin = voice.count(balance.called_for[source])
        text, text_margin = voice.percentage(share, rounded[source] if rounded else None)
        rows.append(
            SourceRow(
                name=look.name,
                letter=look.letter,
                colour=look.colour,
                ink=look.ink,
                count=count,
                margin=margin,
                share=f"{text} ({text_margin})" if text_margin else text,
                called_for=f"{called} ({called_margin})" if called_margin else called,
                value=share.value if share else 0.0,
                low=share.low if share else None,
                high=share.high if share else None,
                passages=tuple(_quote(one, source, told, voice) for one in strongest(told, source)),
            )
        )
    names = {document.id: document.name}
    figures = voice.figures
    lead = [
        said["brief_lead"].format(pages=figures.whole(len(document.pages)), passages=figures.whole(balance.passages))
    ]
    if balance.coverage is not None:
        value, between = voice.percentage(balance.coverage)
        lead.append(said["coverage_said"].format(value=value, range=between))
    if balance.combined is not None:
        value, between = voice.percentage(balance.combined)
        lead.append(said["combined_said"].format(value=value, range=between))
    made = told.made_with
    return Summary(
        language=voice.language,
        title=document.name,
        lead=tuple(lead),
        rows=tuple(rows),
        gaps=tuple(gap_line(gap, names, voice) for gap in gaps),
        questions=tuple((one.role, one.text) for one in asked),
        doubts=tuple(doubts(balance, voice)),
        made=said["brief_made"].format(
            version=made.version, model=made.model, hash=document.id[:_HASH], date=about.date[:10]
        ),
    )


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
    return ", ".join(parts)
