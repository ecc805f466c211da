"""THE WALK: from the path of a document to its passages, verdicts and balance.

The only place where the rooms meet. No step calls back, changes what it was given, or knows its successor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bronnen import __version__, balance, classifier, explain, extract, features, language, segment
from bronnen.origin import language_of
from bronnen.records import (
    Analysis,
    Document,
    MadeWith,
    Passage,
    Sentence,
    Source,
    Stage,
    Told,
    Unit,
    Use,
    Verdict,
    pages_at,
    silent,
)
from bronnen.settings import Settings, settings_hash
from bronnen.shelf import model_folder
from bronnen.verdicts import carrier

if TYPE_CHECKING:
    from numpy import ndarray
    from spacy.language import Language


Why = Callable[[Sequence[tuple[int, Source, Use]]], Sequence[Sequence[tuple[str, float]]]]
"""What weighed for labels of sentences: (index of the sentence, source, use) -> names and weights."""

_SOURCES, _USES, _ALL = tuple(Source), tuple(Use), frozenset(Source)
_PAGE = 2_000  # characters that count as a page where a text is read for what it draws on


@dataclass(frozen=True)
class Tools:
    """What is loaded once per worker and used for every document."""

    language: Language
    model: classifier.Model
    settings: Settings
    made_with: MadeWith


@lru_cache(maxsize=2)
def load_tools(settings: Settings) -> Tools:
    """The language pipeline and the classifier that the settings ask for; loaded once, then kept.

    Raises:
        MissingError: one of them is not there or does not fit this version.
    """
    nlp = language.load(settings.language.spacy_model)
    model = classifier.Model.load(model_folder(settings))
    made_with = MadeWith(__version__, settings_hash(settings), model.id, language_of(nlp.meta))
    return Tools(nlp, model, settings, made_with)


def analyse(path: Path, tools: Tools, told: Told = silent) -> Analysis:
    """What one document draws on; `told` hears what is under way.

    Raises:
        BronnenError: the file cannot be read, is encrypted or has no text.
    """
    settings = tools.settings
    document = extract.read(path, settings, told)
    told(Stage.READING, len(document.text) // _PAGE + 1)
    found = segment.passages(document, lambda texts: language.sentences_of(tools.language, texts), settings.segment)
    rows = features.rows([[document.text[one.start : one.end] for one in passage.sentences] for passage in found])
    said = model_verdicts(document, found, tools.model, rows)
    parts = balance.parts(document, found, said, tools.model.known, settings)
    figures = balance.of_parts(parts, tools.model.known, settings)
    return Analysis(document, found, said, figures, tools.made_with, tools.model.known, parts)


def model_verdicts(
    document: Document, passages: Sequence[Passage], model: classifier.Model, rows: Sequence[features.Row]
) -> tuple[Verdict, ...]:
    """The model's verdicts, a passage before its sentences, in reading order."""
    scored = model.score(rows)
    wholes = _said(document, passages, Unit.PASSAGE, model, scored.passages)
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    parts = _said(document, sentences, Unit.SENTENCE, model, scored.sentences)
    reasons = _reasons(passages, wholes, parts, lambda asked: model.reasons(rows, scored, asked))
    said: list[Verdict] = []
    first = 0
    for index, (passage, whole) in enumerate(zip(passages, wholes, strict=True)):
        said.append(replace(whole, reasons=reasons[index]) if index in reasons else whole)
        last = first + len(passage.sentences)
        said += parts[first:last]
        first = last
    return tuple(said)


def _reasons(
    passages: Sequence[Passage], wholes: Sequence[Verdict], parts: Sequence[Verdict], why: Why
) -> dict[int, dict[Source, tuple[str, ...]]]:
    """Per passage with labels what weighed most for each, in the sentence that carries it."""
    asked: list[tuple[int, Source, Use]] = []
    about: list[tuple[int, Source]] = []
    first = 0
    for index, (passage, whole) in enumerate(zip(passages, wholes, strict=True)):
        last = first + len(passage.sentences)
        for source, use in whole.labels.items():
            chances = [part.scores for part in parts[first:last]]
            asked.append((first + carrier(chances, source, use), source, use))
            about.append((index, source))
        first = last
    found: dict[int, dict[Source, tuple[str, ...]]] = {}
    for (index, source), weighed in zip(about, why(asked), strict=True):
        found.setdefault(index, {})[source] = explain.telling(weighed)
    return found


def _said(
    document: Document, spans: Sequence[Passage | Sentence], unit: Unit, model: classifier.Model, chances: ndarray
) -> list[Verdict]:
    """What the model says of each span, given the probabilities [n, sources, uses]."""
    page_of, by = pages_at(document), f"model:{model.id}"
    said = []
    for span, labels, told in zip(spans, model.labels(chances, unit), chances.tolist(), strict=True):
        page = page_of(span.start)
        said.append(
            Verdict(
                document_id=document.id,
                start=span.start,
                end=span.end,
                page=page.number if page else None,
                unit=unit,
                judged=_ALL,
                labels=labels,
                quote=document.text[span.start : span.end],
                by=by,
                scores={source: dict(zip(_USES, row, strict=True)) for source, row in zip(_SOURCES, told, strict=True)},
            )
        )
    return said
