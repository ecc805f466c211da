"""What is on the page of a passage: plain values for the template, of which the model's are left out for the blind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bronnen.records import Analysis, Estimate, Kind, Passage, Source, Unit, Use, Verdict, page_at
from bronnen.report.figures import Figures
from bronnen.review.desk import Progress, Seen
from bronnen.review.differences import Difference, name_of
from bronnen.review.said import SAID
from bronnen.settings import Settings
from bronnen.settled import with_people
from bronnen.taxonomy import Look, looks
from bronnen.verdicts import carrier, labels_of, on, rank, scores_of, settle

Facts = dict[str, Any]
CYCLE: Mapping[Use | None, Use | None] = {None: Use.USED, Use.USED: Use.CALLED_FOR, Use.CALLED_FOR: None}
"""What a press makes of a label."""

NEIGHBOUR = 600  # characters of the passage before or after


@dataclass(frozen=True, slots=True)
class Asked:
    """How a reader looks: who they are, in which language, whether blind."""

    by: str
    language: str
    blind: bool


def word(use: Use | None) -> str:
    """A use as an address or a form has it: 'used', 'called_for' or 'none'."""
    return "none" if use is None else use.value


def passage_facts(seen: Seen, asked: Asked) -> Facts:
    """The passage on the page: its text by sentence, its surroundings, and what each source is by now."""
    near = seen.near
    text, passage = near.document.text, near.passage
    page = page_at(near.document, passage.start)
    return {
        "document": near.document.name,
        "page": page.number if page else None,
        "heading": passage.heading,
        "before": _line(text, near.before)[-NEIGHBOUR:] if near.before and near.before.kind is not Kind.HEADING else "",
        "after": _line(text, near.after)[:NEIGHBOUR] if near.after else "",
        "sentences": _sentences(seen, asked.language),
        "sources": [_source(seen, number, source, asked) for number, source in enumerate(Source, 1)],
        "is_open": len(seen.judged) < len(Source),
        "sentence": seen.sentence,
        "remark": seen.remark,
    }


def shown(seen: Seen, asked: Asked) -> str:
    """The uses on the page, source by source: what a reader confirms."""
    return " ".join(_use(seen, source, asked) for source in Source)


def progress_facts(progress: Progress, language: str) -> Facts:
    """How far somebody is."""
    return {
        "done": progress.done,
        "left": progress.left,
        "labels": [
            (source, looks(language)[source], [progress.labels.get((source, use), 0) for use in Use])
            for source in Source
        ],
    }


def effect_facts(analysis: Analysis, settings: Settings, language: str) -> Facts:
    """How many passages use each source by the model alone, as the scan left it, and with what people said."""
    figures = Figures(language)
    alone, found = analysis.balance, with_people(analysis, settings).balance
    return {
        "name": analysis.document.name,
        "judged": found.judged,
        "passages": found.passages,
        "rows": [
            (source, looks(language)[source], *(_estimate(one.used[source], figures) for one in (alone, found)))
            for source in Source
        ],
    }


def alike(verdicts: Sequence[Verdict], by: str) -> list[tuple[str, int, int]]:
    """Per other person: how many judgements on the same span and source were the same as this person's, of how many.

    `verdicts` are what each says by now (`verdicts.stated`).
    """
    mine = {_span(one): one for one in verdicts if one.by == by}
    found: dict[str, list[int]] = {}
    for other in verdicts:
        own = mine.get(_span(other))
        if own is None or other.by == by or rank(other) != 1:
            continue
        shared = own.judged & other.judged
        tally = found.setdefault(other.by, [0, 0])
        tally[0] += sum(own.labels.get(source) is other.labels.get(source) for source in shared)
        tally[1] += len(shared)
    return [(name_of(other), same, count) for other, (same, count) in sorted(found.items()) if count]


def difference_facts(found: Difference, language: str) -> Facts:
    """A difference side by side."""
    like, people = found.like, sorted({by for uses in found.said.values() for by in uses})
    return {
        "name": f"{like.document_id[:16]}-{like.start}-{like.end}",
        "unit": like.unit.value,
        "text": like.quote,
        "people": [name_of(by) for by in people],
        "rows": [
            {
                "source": source,
                "look": looks(language)[source],
                "said": [_said(uses, by) for by in people],
                "adjudicated": word(found.adjudicated[source]) if source in found.adjudicated else "",
            }
            for source, uses in found.said.items()
        ],
        "is_open": found.is_open,
    }


def _said(uses: Mapping[str, Use | None], by: str) -> str:
    return word(uses[by]) if by in uses else "unknown"


def _span(one: Verdict) -> tuple[str, int, int, Unit]:
    return one.document_id, one.start, one.end, one.unit


def _line(text: str, passage: Passage) -> str:
    return " ".join(text[passage.start : passage.end].split())


def _sentences(seen: Seen, language: str) -> list[Facts]:
    """The sentences of the passage with the white space behind each, and of what the model saw them carry."""
    text, passage = seen.near.document.text, seen.near.passage
    scores = [scores_of(on(seen.by_model, Unit.SENTENCE, one.start, one.end)) for one in passage.sentences]
    carried: dict[int, list[tuple[Look, Source, str]]] = {}
    for source, use in labels_of(settle(on(seen.by_model, Unit.PASSAGE, passage.start, passage.end))).items():
        carried.setdefault(carrier(scores, source, use), []).append((looks(language)[source], source, word(use)))
    ends = [one.start for one in passage.sentences[1:]] + [passage.end]
    return [
        {
            "text": text[one.start : one.end],
            "gap": text[one.end : end],
            "carries": carried.get(at, []),
            "is_current": at == seen.sentence,
        }
        for at, (one, end) in enumerate(zip(passage.sentences, ends, strict=True))
    ]


def _source(seen: Seen, number: int, source: Source, asked: Asked) -> Facts:
    use = seen.shown.get(source)
    is_own = source in seen.judged
    given = (scores_of(on(seen.by_model, *seen.span)) or {}).get(source, {}) if not asked.blind else {}
    said = SAID[asked.language]
    chance = given.get(use or Use.USED)
    if is_own:
        who = said["yours"]
    elif asked.blind:
        who = said["unknown"]
    elif chance is None or use is None:
        who = said["by_model"]
    else:
        who = str(said["by_model_chance"]).format(chance=round(100 * chance))
    return {
        "number": number,
        "source": source,
        "look": looks(asked.language)[source],
        "use": _use(seen, source, asked),
        "is_own": is_own,
        "who": who,
        "next": word(CYCLE[use]),
    }


def _use(seen: Seen, source: Source, asked: Asked) -> str:
    """A use as the page shows it. For the blind, one that is not settled yet can come of their own sentences only."""
    use = seen.shown.get(source)
    return "unknown" if use is None and asked.blind and source not in seen.judged else word(use)


def _estimate(estimate: Estimate, figures: Figures) -> str:
    value = figures.whole(round(estimate.value))
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} ({figures.whole(round(estimate.low))}–{figures.whole(round(estimate.high))})"
