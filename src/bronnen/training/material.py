"""What a model is held against: passages or sentences that people labelled, and the rows a model reads them by.

From samples, or from verdicts on documents in a store. Made once, whatever the number of models that read it. Never
looks at scores.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bronnen.classifier import SOURCES, decided
from bronnen.corpus import Sample, SampleSentence, anchor
from bronnen.features import Row, rows
from bronnen.records import Analysis, Labels, Passage, Source, Unit, Use, Verdict, page_at
from bronnen.training.bootstrap import Array
from bronnen.training.own import of_sample
from bronnen.training.train import groups_of
from bronnen.verdicts import Judged, combine, rank, settle

if TYPE_CHECKING:
    from bronnen.classifier import Model

UNKNOWN, NOTHING = -1, 0
CODES = {None: NOTHING, Use.USED: 1, Use.CALLED_FOR: 2}
"""How a judgement of one source is kept in `Material.labellers`; -1 where it was not judged."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands. `organisation` and `genre` are '' and `page` is None where the labels do not tell."""

    document: str  # its id; `name` is for the reader
    name: str
    organisation: str
    genre: str
    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Material:
    """Units with what counts as true of them.

    `documents` are rows to be scored one by one; of all their units (passages or sentences) in order, `chosen` [n] are
    the labelled ones. `truth` [n, sources, uses]; `judged` [n, sources]; `groups` [n] numbers the documents from 0,
    versions of one alike. `labellers`: what each of several people said, [n, sources] in `CODES`.
    """

    unit: Unit
    documents: Sequence[Sequence[Row]]
    chosen: Array
    truth: Array
    judged: Array
    groups: Array
    places: Sequence[Place]
    labellers: Mapping[str, Array]

    @property
    def size(self) -> int:
        """How many documents there are, versions of one counted once."""
        return int(self.groups.max(initial=-1)) + 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model made of material: scores and labels [n, sources, uses]."""

    model: str
    thresholds: Mapping[Source, Mapping[Use, float]]
    scores: Array
    given: Array


@dataclass(frozen=True, slots=True)
class Learned:
    """How many documents the model learned from, and how many more are versions of those."""

    documents: int
    versions: int


def read(model: Model, material: Material) -> Reading:
    """The model's scores and labels of the material; a label is given as the product gives it."""
    found = (model.score(document) for document in material.documents)
    scores = np.concatenate([one.passages if material.unit is Unit.PASSAGE else one.sentences for one in found])
    scores = scores[material.chosen]
    given = decided(scores, model.thresholds[material.unit.value])
    told = model.thresholds[material.unit.value]
    thresholds = {source: {use: float(told[source.value][use.value]) for use in Use} for source in SOURCES}
    return Reading(model.id, thresholds, scores, given)


def learned(card: Mapping[str, Any], material: Material) -> Learned | None:
    """Which documents of the material the model of this card learned from; None where the card does not list them."""
    digests = card.get("data", {}).get("documents_digest")
    if not isinstance(digests, list):
        return None
    known = set(digests)
    group_of = {place.document: int(group) for place, group in zip(material.places, material.groups, strict=True)}
    seen = {
        place.document
        for place in material.places
        if any(hashlib.sha256(name.encode()).hexdigest()[:16] in known for name in {place.document, place.name})
    }
    groups = {group_of[name] for name in seen}
    return Learned(len(seen), sum(group in groups for group in group_of.values()) - len(seen))


# From samples ---------------------------------------------------------------------------------------------------------


def of_samples(samples: Sequence[Sample], unit: Unit) -> Material:
    """Labelled samples, cut into passages as the product cuts paragraphs; all of their units were judged."""
    runs = [of_sample(sample) for sample in samples]
    pieces: list[tuple[Sample, list[SampleSentence]]] = []
    for sample, run in zip(samples, runs, strict=True):
        told = [sentence for paragraph in sample.paragraphs for sentence in paragraph]
        lengths = [1] * len(told) if unit is Unit.SENTENCE else [len(one) for one in run.paragraphs]
        at = 0
        for length in lengths:
            pieces.append((sample, told[at : at + length]))
            at += length
    group_of = {sample.document: group for sample, group in zip(samples, groups_of(samples).tolist(), strict=True)}
    return Material(
        unit=unit,
        documents=[rows(run.paragraphs) for run in runs],
        chosen=np.arange(len(pieces)),
        truth=np.concatenate([run.sentences if unit is Unit.SENTENCE else run.passages for run in runs]),
        judged=np.ones((len(pieces), len(SOURCES)), dtype=bool),
        groups=_numbered([group_of[sample.document] for sample, _ in pieces]),
        places=[
            Place(
                document=sample.document,
                name=sample.document,
                organisation=sample.organisation,
                genre=sample.genre,
                page=part[0].page,
                text=" ".join(sentence.text for sentence in part),
            )
            for sample, part in pieces
        ],
        labellers=_labellers([[sentence.labellers for sentence in part] for _, part in pieces]),
    )


def _labellers(pieces: Sequence[Sequence[Mapping[str, Labels]]]) -> dict[str, Array]:
    """Per labeller the codes of the pieces of which they judged every sentence."""
    names = sorted({name for part in pieces for said in part for name in said})
    found = {name: np.full((len(pieces), len(SOURCES)), UNKNOWN, dtype=np.int8) for name in names}
    for index, part in enumerate(pieces):
        for name in set.intersection(*(set(said) for said in part)):
            for place, source in enumerate(SOURCES):
                found[name][index, place] = CODES[combine(said[name].get(source) for said in part)]
    return found


# From verdicts on documents in a store --------------------------------------------------------------------------------


def of_verdicts(analyses: Sequence[Analysis], verdicts: Iterable[Verdict], unit: Unit) -> tuple[Material, int]:
    """Material out of people's verdicts on these documents, and how many of the verdicts have no place in them.

    What counts is settled as everywhere: adjudicated over person, the latest of each. A passage counts as judged for a
    source when a verdict is on it, or on each of its sentences.
    """
    said: dict[str, list[Verdict]] = {analysis.document.id: [] for analysis in analyses}
    lost = 0
    for verdict in verdicts:
        if verdict.document_id not in said:
            lost += rank(verdict) > 0
        elif rank(verdict) > 0:
            said[verdict.document_id].append(verdict)
    found: list[_Judgement] = []
    scored = 0
    for analysis in analyses:
        at, astray = _placed(analysis, said[analysis.document.id])
        lost += astray
        for passage in _units(analysis, unit):
            by = _judged_by(passage, at, unit)
            if by:
                found.append(_Judgement(scored, _place(analysis, passage), by))
            scored += 1
    groups = dict(zip(said, groups_of(map(sentences_of, analyses)).tolist(), strict=True))
    truth = _codes(found, "")
    people = sorted({name for one in found for name in one.by if name})
    material = Material(
        unit=unit,
        documents=[_rows(analysis) for analysis in analyses],
        chosen=np.array([one.number for one in found], dtype=np.int64),
        truth=np.stack([truth == CODES[use] for use in Use], axis=2),
        judged=truth != UNKNOWN,
        groups=_numbered([groups[one.place.document] for one in found]),
        places=[one.place for one in found],
        labellers={name: _codes(found, name) for name in people} if len(people) > 1 else {},
    )
    return material, lost


@dataclass(frozen=True, slots=True)
class _Judgement:
    """A labelled unit: its number among all that are scored; what counts of it under '', what a person said beside."""

    number: int
    place: Place
    by: Mapping[str, Judged]


Spans = dict[tuple[Unit, int, int], list[Verdict]]


def _placed(analysis: Analysis, verdicts: Sequence[Verdict]) -> tuple[Spans, int]:
    """The verdicts by the span on which they stand, and how many stand on no passage or sentence of the analysis."""
    known = {(Unit.PASSAGE, passage.start, passage.end) for passage in analysis.passages}
    known |= {(Unit.SENTENCE, one.start, one.end) for passage in analysis.passages for one in passage.sentences}
    found: Spans = {}
    for verdict in verdicts:
        there = anchor(verdict, analysis.document.text)
        if there is not None and (there.unit, there.start, there.end) in known:
            found.setdefault((there.unit, there.start, there.end), []).append(there)
    return found, len(verdicts) - sum(map(len, found.values()))


def _judged_by(passage: Passage, at: Spans, unit: Unit) -> dict[str, Judged]:
    """What is known of a unit: under '' what counts, under a name what that person said. Empty where nothing is."""
    own = at.get((unit, passage.start, passage.end), [])
    inside = [at.get((Unit.SENTENCE, one.start, one.end), []) for one in passage.sentences]
    if unit is Unit.SENTENCE:
        inside = []
    counting = _judged(own, inside)
    if not counting:
        return {}
    found = {"": counting}
    for name in {verdict.by for part in (own, *inside) for verdict in part if rank(verdict) == 1}:
        said = _judged(_by(name, own), [_by(name, part) for part in inside])
        if said:
            found[name] = said
    return found


def _by(name: str, verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.by == name]


def _judged(own: Sequence[Verdict], inside: Sequence[Sequence[Verdict]]) -> Judged:
    """A verdict on the unit itself over those on its sentences, which count where all of them were judged."""
    sentences = [settle(part) for part in inside]
    whole = {
        source: combine(judged[source] for judged in sentences)
        for source in Source
        if sentences and all(source in judged for judged in sentences)
    }
    return {**whole, **settle(own)}


def _units(analysis: Analysis, unit: Unit) -> Iterable[Passage]:
    """The passages, or each sentence as a passage of one, in reading order."""
    for passage in analysis.passages:
        if unit is Unit.PASSAGE:
            yield passage
        else:
            for one in passage.sentences:
                yield Passage(one.start, one.end, passage.kind, passage.heading, (one,))


def _place(analysis: Analysis, passage: Passage) -> Place:
    document = analysis.document
    page = page_at(document, passage.start)
    text = " ".join(document.text[passage.start : passage.end].split())
    return Place(document.id, document.name, "", "", page.number if page else None, text)


def _rows(analysis: Analysis) -> list[Row]:
    """The document as the product shows it to the classifier."""
    text = analysis.document.text
    return rows([[text[one.start : one.end] for one in passage.sentences] for passage in analysis.passages])


def sentences_of(analysis: Analysis) -> Sample:
    """The document's sentences, to find out which documents are versions of one another."""
    text = analysis.document.text
    told = tuple(
        tuple(SampleSentence(text[one.start : one.end], {}) for one in passage.sentences)
        for passage in analysis.passages
    )
    return Sample(analysis.document.id, analysis.document.id, "", True, told)


def _codes(judgements: Sequence[_Judgement], name: str) -> Array:
    said = [one.by.get(name, {}) for one in judgements]
    told = [[CODES[judged[source]] if source in judged else UNKNOWN for source in SOURCES] for judged in said]
    return np.array(told, dtype=np.int8).reshape(len(judgements), len(SOURCES))


def _numbered(groups: Sequence[int]) -> Array:
    """The groups numbered from 0 without gaps."""
    return np.asarray(np.unique(np.array(groups, dtype=np.int64), return_inverse=True)[1])
