"""What a report says of a lens: another taxonomy over the same passages, counted and not estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bronnen import lens as lenses
from bronnen.dossier import Dossier, Told
from bronnen.features import Paragraph
from bronnen.lens import Label, Lens
from bronnen.records import Kind, page_at
from bronnen.report.voice import Facts, Voice, quoted
from bronnen.segment import COUNTED
from bronnen.settled import LabelledPassage

if TYPE_CHECKING:
    from bronnen.lens.model import LensModel

_QUOTES = 5  # per key


@dataclass(frozen=True, slots=True)
class Seen:
    """A lens, how it was used, and what it saw: per document the labels of its counted passages, by their begins."""

    lens: Lens
    model: LensModel | None
    labels: Mapping[str, Mapping[int, Sequence[Label]]]


def seen(lens: Lens, model: LensModel | None, dossier: Dossier) -> Seen:
    """What a lens sees in the documents of a dossier."""
    labels = {}
    for told in dossier.documents:
        passages = _passages(told)
        paragraphs = [_paragraph(told.document.text, one) for one in passages]
        found = lenses.read(lens, model, paragraphs)
        labels[told.document.id] = {
            one.passage.start: given for one, given in zip(passages, found, strict=True) if given
        }
    return Seen(lens, model, labels)


def lens_facts(seen: Seen, dossier: Dossier, voice: Voice) -> Facts:
    """Counts per document and key, and the passages that show each key best."""
    language, looks = voice.language, seen.lens.looks(voice.language)
    tallies = [
        (told.name, Counter(label.key for given in seen.labels[told.document.id].values() for label in given))
        for told in dossier.documents
    ]
    tallies.sort(key=lambda tally: -tally[1].total())
    rows = [{"name": name, "counts": [counts[key] for key in seen.lens.keys]} for name, counts in tallies if counts]
    without = len(tallies) - len(rows)
    return {
        "title": voice.said["lens"].format(name=seen.lens.names[language]),
        "lead": f"{seen.lens.descriptions[language]} {lenses.how(seen.lens, seen.model, language)}",
        "columns": [
            {
                "key": key,
                "letter": looks[key].letter,
                "colour": looks[key].colour,
                "ink": looks[key].ink,
                "name": looks[key].name,
                "description": seen.lens.keys[key].descriptions[language],
                "quotes": _quotes(seen, key, dossier, voice),
            }
            for key in seen.lens.keys
        ],
        "rows": rows,
        "others": voice.said["lens_others"].format(documents=voice.number_of(without, "document")) if without else "",
    }


def _quotes(seen: Seen, key: str, dossier: Dossier, voice: Voice) -> list[Facts]:
    """The passages that carry a key most surely, or by most words; of a document one before two."""
    ranked: list[tuple[tuple[int, float, int, int], Told, Label]] = []
    for told in dossier.documents:
        mine = [
            ((-(label.chance or 0.0), -len(label.words), start), label)
            for start, given in seen.labels[told.document.id].items()
            for label in given
            if label.key == key
        ]
        mine.sort(key=lambda one: one[0])
        ranked += [((turn, *order), told, label) for turn, (order, label) in enumerate(mine)]
    ranked.sort(key=lambda one: one[0])
    return [_quote(told, order[-1], label, voice) for order, told, label in ranked[:_QUOTES]]


def _quote(told: Told, start: int, label: Label, voice: Voice) -> Facts:
    document = told.document
    end = next(one.passage.end for one in told.passages if one.passage.start == start)
    page = page_at(document, start)
    place = [told.name, *([voice.said["page"].format(page=page.number)] if page else [])]
    return {"text": quoted(document.text[start:end]), "where": f"{', '.join(place)}: {', '.join(label.words)}"}


def _passages(told: Told) -> list[LabelledPassage]:
    return [one for one in told.passages if one.passage.kind in COUNTED and one.passage.kind is not Kind.FOOTNOTE]


def _paragraph(text: str, labelled: LabelledPassage) -> Paragraph:
    return tuple(text[one.start : one.end] for one in labelled.passage.sentences)
