"""The passages of a document as a page shows them: text, labels with their certainty, and what weighed.

Compact, since a report of five hundred documents carries fifty thousand of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from bronnen import segment
from bronnen.dossier import Told
from bronnen.records import Kind, Source, Use
from bronnen.settled import LabelledPassage, carrying, weighed

Facts = dict[str, Any]


def passage_facts(told: Told, language: str) -> Iterator[Facts]:
    """The passages of a document in reading order, without headings: those are never counted.

    Keys: `p` page or None, `h` the heading above it, `k` its kind, `t` its text, `l` its labels, `o` how sure text
    recognition was of it, in hundredths, where that read it. Per label: `s` the
    number of its source, `u` 0 for used and 1 for called for, `c` the probability in hundredths or None where people
    judged, `a` and `b` the begin and end in the text of the sentence that carries it, `w` what weighed, in words.
    Begins and ends count UTF-16 code units, as JavaScript does.
    """
    document = told.document
    has_pages = any(block.page is not None for block in document.blocks)
    pages = [page for page in document.pages if page.end > page.start] if has_pages else []
    starts = [page.start for page in pages]
    for labelled in told.passages:
        passage, labels = labelled.passage, labelled.labels
        if passage.kind is Kind.HEADING:
            continue
        at = bisect_right(starts, passage.start) - 1
        sure = passage.confidence
        yield {
            "p": pages[at].number if at >= 0 else None,
            "h": passage.heading,
            "k": passage.kind.value,
            "t": shown(document.text[passage.start : passage.end]),
            "l": [label_facts(labelled, source, document.text, language) for source in Source if source in labels],
        } | ({} if sure is None else {"o": in_hundredths(sure)})


def label_facts(labelled: LabelledPassage, source: Source, text: str, language: str) -> Facts:
    """One label of a passage: see `passage_facts`."""
    use, passage = labelled.labels[source], labelled.passage
    chance = certainty(labelled, source)
    sentence = carrying(labelled, source, use) if labelled.sentences else passage
    begin, end = (units(text[passage.start : place]) for place in (sentence.start, sentence.end))
    return {
        "s": list(Source).index(source),
        "u": list(Use).index(use),
        "c": None if chance is None else in_hundredths(chance),
        "a": begin,
        "b": end,
        "w": "; ".join(weighed(labelled, source, text, language)),
    }


def certainty(labelled: LabelledPassage, source: Source) -> float | None:
    """The model's probability of a label, None where people judged."""
    if source in labelled.by_people or labelled.scores is None:
        return None
    return labelled.scores.get(source, {}).get(labelled.labels[source])


def in_hundredths(chance: float) -> int:
    """A probability as readers see it: never 0 or 100, for nothing is certain."""
    return min(99, max(1, round(100 * chance)))


def strongest(told: Told, source: Source, use: Use = Use.USED, most: int = 3) -> list[LabelledPassage]:
    """The counted passages that carry a label most surely: those that people judged first, then by probability."""
    carry = [one for one in told.passages if one.labels.get(source) is use and one.passage.kind in segment.COUNTED]
    chances = ((certainty(one, source), one) for one in carry)
    ranked = sorted(chances, key=lambda pair: -1.0 if pair[0] is None else 1.0 - pair[0])
    return [one for _, one in ranked[:most]]


def shown(text: str) -> str:
    """Text without line breaks and characters that do not show; as long as it was, so that places stay right."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " * units(character) for character in text)


def units(text: str) -> int:
    """How many UTF-16 code units a text takes."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
