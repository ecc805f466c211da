"""THE WALK: from the path of a document to its passages, verdicts and balance.

The only place where the rooms meet. No step calls back, changes what it was given, or knows its successor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bronnen import __version__, balance, classifier, explain, extract, features, language, segment
from bronnen.records import (
    Analysis,
    Document,
    MadeWith,
    Passage,
    Scores,
    Sentence,
    Source,
    Stage,
    Told,
    Unit,
    Use,
    Verdict,
    page_at,
    silent,
)
from bronnen.settings import Settings, settings_hash
from bronnen.shelf import model_folder
from bronnen.verdicts import carrier

if TYPE_CHECKING:
    from numpy import ndarray
    from spacy.language import Language


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
    made_with = MadeWith(__version__, settings_hash(settings), model.id, language.describe(nlp))
    return Tools(nlp, model, settings, made_with)


def analyse(path: Path, tools: Tools, told: Told = silent) -> Analysis:
    """What one document draws on; `told` hears what is under way.

    Raises:
        BronnenError: the file cannot be read, is encrypted or has no text.
    """
    settings = tools.settings
    document = extract.read(path, settings, told)
    told(Stage.READING, len(document.text) // _PAGE + 1)
    found = segment.passages(document, lambda text: language.sentences(tools.language, text), settings.segment)
    rows = features.rows([[document.text[one.start : one.end] for one in passage.sentences] for passage in found])
    said = model_verdicts(document, found, tools.model, rows)
    parts = balance.parts(document, found, said, tools.model.known, settings)
    figures = balance.of_parts(parts, tools.model.known, settings)
    return Analysis(document, found, said, figures, tools.made_with, tools.model.known)


def model_verdicts(
    document: Document, passages: Sequence[Passage], model: classifier.Model, rows: Sequence[features.Row]
) -> tuple[Verdict, ...]:
    """The model's verdicts, a passage before its sentences, in reading order."""
    scored = model.score(rows)
    reasons = _reasons(passages, model, rows, scored)
    said: list[Verdict] = []
    at = 0
    for index, passage in enumerate(passages):
        whole = _verdict(document, passage, Unit.PASSAGE, model, scored.passages[index])
        said.append(replace(whole, reasons=reasons.get(index)))
        for sentence in passage.sentences:
            said.append(_verdict(document, sentence, Unit.SENTENCE, model, scored.sentences[at]))
            at += 1
    return tuple(said)


def _reasons(
    passages: Sequence[Passage], model: classifier.Model, rows: Sequence[features.Row], scored: classifier.Scored
) -> dict[int, dict[Source, tuple[str, ...]]]:
    """Per passage with labels what weighed most for each, in the sentence that carries it."""
    asked: list[tuple[int, Source, Use]] = []
    about: list[tuple[int, Source]] = []
    first = 0
    for index, passage in enumerate(passages):
        labels = model.labels(scored.passages[index], Unit.PASSAGE)
        inside = scored.sentences[first : first + len(passage.sentences)] if labels else ()
        chances = [_scores(row) for row in inside]
        for source, use in labels.items():
            asked.append((first + carrier(chances, source, use), source, use))
            about.append((index, source))
        first += len(passage.sentences)
    found: dict[int, dict[Source, tuple[str, ...]]] = {}
    for (index, source), weighed in zip(about, model.reasons(rows, scored, asked), strict=True):
        found.setdefault(index, {})[source] = explain.telling(weighed)
    return found


def _verdict(
    document: Document, span: Passage | Sentence, unit: Unit, model: classifier.Model, chances: ndarray
) -> Verdict:
    page = page_at(document, span.start)
    return Verdict(
        document_id=document.id,
        start=span.start,
        end=span.end,
        page=page.number if page else None,
        unit=unit,
        judged=frozenset(Source),
        labels=model.labels(chances, unit),
        quote=document.text[span.start : span.end],
        by=f"model:{model.id}",
        scores=_scores(chances),
    )


def _scores(chances: ndarray) -> Scores:
    """Probabilities [sources, uses] under their names."""
    return {source: dict(zip(Use, row, strict=True)) for source, row in zip(Source, chances.tolist(), strict=True)}
