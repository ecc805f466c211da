"""Documents cut into texts for a labelling program: with what the model says, and what each person said when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from bronnen.exchange import Said, code_names, coder_of
from bronnen.formats.coded import Coding, Selection, Text
from bronnen.records import Analysis, Kind, Passage, Source, Unit, Verdict
from bronnen.verdicts import rank

_ASIDE = frozenset({Kind.HEADING, Kind.CONTENTS, Kind.COLOPHON})


def tasks(analysis: Analysis, *, by_passage: bool, by: str = "all", language: str = "nl") -> tuple[list[Text], int]:
    """A document as one text or as a text per passage, and how many verdicts of people lie in none of them.

    `by` is whose codings go along: 'person', 'model' or 'all'. A selection is one verdict, so that its unit and time
    come back. Headings, contents and colophon are no texts of their own, unless somebody judged them.
    """
    document, names = analysis.document, code_names(language)
    said = [one for one in analysis.verdicts if by == "all" or (by == "model") == (rank(one) == 0)]
    people = [one for one in said if rank(one) > 0 and 0 <= one.start < one.end <= len(document.text)]
    model = [one for one in said if rank(one) == 0 and one.unit is Unit.PASSAGE and one.labels]
    if not by_passage:
        selections = [_selection(one, 0, names) for one in (*model, *people)]
        return [Text(document.name, document.text, tuple(selections), document.id, at=0)], 0
    inside = _shared_out((*model, *people), analysis.passages)
    texts = []
    for index, passage in enumerate(analysis.passages):
        own = inside.get(index, [])
        if passage.kind not in _ASIDE or any(rank(one) > 0 for one in own):
            words = document.text[passage.start : passage.end]
            selections = [_selection(one, passage.start, names) for one in own]
            texts.append(Text(document.name, words, tuple(selections), document.id, at=passage.start))
    placed = sum(rank(one) > 0 for own in inside.values() for one in own)
    return texts, len(people) - placed


def _shared_out(verdicts: Sequence[Verdict], passages: Sequence[Passage]) -> dict[int, list[Verdict]]:
    """The verdicts that lie inside each passage, by its index."""
    starts = [passage.start for passage in passages]
    found: dict[int, list[Verdict]] = {}
    for one in verdicts:
        index = bisect_right(starts, one.start) - 1
        if index >= 0 and one.end <= passages[index].end:
            found.setdefault(index, []).append(one)
    return found


def _selection(one: Verdict, offset: int, names: dict[Said, str]) -> Selection:
    judged = [source for source in Source if source in (one.judged if rank(one) > 0 else one.labels)]
    codings = tuple(Coding(names[source, one.labels.get(source)], coder_of(one), one.at) for source in judged)
    return Selection(one.start - offset, one.end - offset, codings, unit=one.unit.value if rank(one) > 0 else "")
