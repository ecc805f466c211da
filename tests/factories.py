"""Small records made in code, for tests that need an analysis and not a document on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from unicodedata import normalize

from bronnen import balance
from bronnen.records import (
    Analysis,
    Block,
    Document,
    ErrorRates,
    Kind,
    Labels,
    MadeWith,
    NoteMark,
    Page,
    PageState,
    Passage,
    Sentence,
    Source,
    Unit,
    Use,
    Verdict,
)
from bronnen.settings import Settings

E, P, W = Source.EXPERIENTIAL, Source.PROFESSIONAL, Source.SCIENTIFIC

KNOWN = {source: {use: ErrorRates(0.1, 0.8, 0.05, 0.7, 0.05) for use in Use} for source in Source}
MADE_WITH = MadeWith(version="0.1.0", settings="abc123", model="m1", language="blank:nl")

PARAGRAPHS: tuple[tuple[str, Labels], ...] = (
    ("Ouders vertellen dat zij lang wachten op hulp.", {E: Use.USED}),
    ("Uit onderzoek van het CBS blijkt dat cliënten tevreden zijn.", {W: Use.USED}),
    ("Wij gaan de wijkteams naar hun ervaringen vragen.", {P: Use.CALLED_FOR}),
    ("De raad stelt het beleid vast.", {}),
)


def verdict(
    text: str,
    start: int,
    end: int,
    unit: Unit = Unit.SENTENCE,
    labels: Labels | None = None,
    *,
    by: str = "model:m1",
    at: str = "",
    document_id: str = "d" * 64,
    judged: Sequence[Source] = tuple(Source),
) -> Verdict:
    scores = {source: dict.fromkeys(Use, 0.1) for source in Source} if by.startswith("model:") else None
    for source, use in (labels or {}).items():
        if scores:
            scores[source] = {**scores[source], use: 0.875}
    reasons = dict.fromkeys(labels or {}, ("cue_institute", "word_onderzoek"))
    reasons = reasons if scores and unit is Unit.PASSAGE else {}
    said = (text[start:end], by, at, scores, reasons or None)
    return Verdict(document_id, start, end, 1, unit, frozenset(judged), labels or {}, *said)


def analysis(
    name: str = "nota.pdf",
    paragraphs: Sequence[tuple[str, Labels]] = PARAGRAPHS,
    *,
    made_with: MadeWith = MADE_WITH,
    heading: str = "Aanleiding",
    folder: str = "map",
    states: Mapping[int, PageState] | None = None,
    document_id: str = "",
) -> Analysis:
    """One page with a heading and a passage of one sentence per paragraph; `states` adds pages without text."""
    text = normalize("NFC", "\n\n".join([heading, *(paragraph for paragraph, _ in paragraphs)]))
    document_id = document_id or hashlib.sha256(f"{name}\n{text}".encode("utf-8", "replace")).hexdigest()
    blocks, passages, verdicts = [Block(0, len(heading), Kind.HEADING, 1, opens_chapter=True)], [], []
    at = len(heading)
    for paragraph, labels in paragraphs:
        start = at + 2
        at = start + len(normalize("NFC", paragraph))
        blocks.append(Block(start, at, Kind.PARAGRAPH, 1))
        passages.append(Passage(start, at, Kind.PARAGRAPH, heading, (Sentence(start, at),)))
        by = f"model:{made_with.model}"
        for unit in (Unit.PASSAGE, Unit.SENTENCE):
            verdicts.append(verdict(text, start, at, unit, labels, by=by, document_id=document_id))
    pages = [Page(0, len(text), 1, 595.0, 842.0, PageState.TEXT)]
    pages += [Page(len(text), len(text), number, 595.0, 842.0, state) for number, state in (states or {}).items()]
    document = Document(
        document_id,
        name,
        f"{folder}/{name}",
        text,
        tuple(pages),
        tuple(blocks),
        (),
        "pdfium 5.15.2, pdfplumber 0.11.10",
        notes=(NoteMark(len(heading) + 2, "1", len(blocks) - 1), NoteMark(len(text), "2", None)),
    )
    parts = balance.parts(document, passages, verdicts, KNOWN, Settings())
    figures = balance.of_parts(parts, KNOWN, Settings())
    return Analysis(document, tuple(passages), tuple(verdicts), figures, made_with, KNOWN)
