"""From blocks to passages: the units that are labelled and counted.

A passage never crosses a block, a sentence never crosses a passage. Knows nothing of spaCy: the one who calls
says how a block is cut into sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bronnen.records import Block, Document, Kind, Passage, Sentence
from bronnen.settings import SegmentSettings

Cut = Callable[[str], list[tuple[int, int]]]
"""Cuts a text into sentences: half-open spans in order, relative to that text."""

COUNTED = frozenset({Kind.PARAGRAPH, Kind.LIST, Kind.CAPTION, Kind.FOOTNOTE, Kind.TABLE})
"""The kinds of passage that the balance counts; a heading is labelled, but never counted."""

_LEFT_OUT = frozenset({Kind.CONTENTS, Kind.COLOPHON})


def passages(document: Document, cut: Cut, settings: SegmentSettings) -> tuple[Passage, ...]:
    """The passages of a document in reading order, each with the heading above it and its sentences.

    Contents and colophon give no passages. A heading gives one of its own, whose `heading` is the one before it.
    """
    found: list[Passage] = []
    heading = ""
    for block in document.blocks:
        if block.kind in _LEFT_OUT:
            continue
        found += _of_block(document.text, block, heading, cut, settings.max_words)
        if block.kind is Kind.HEADING:
            heading = " ".join(document.text[block.start : block.end].split())
    return tuple(found)


def parts(counts: Sequence[int], most: int) -> list[tuple[int, int]]:
    """How sentences of so many words go together in passages of at most `most` words, evenly filled.

    A sentence is never cut: one that is longer than `most` is a passage by itself. Training cuts its paragraphs
    with this function too, so that it sees passages as the product makes them.

    >>> parts([50, 50, 50, 50], most=120)
    [(0, 2), (2, 4)]
    """
    wanted = max(1, -(-sum(counts) // most))  # the fewest passages that could hold them
    aim = sum(counts) / wanted
    spans: list[tuple[int, int]] = []
    start = words = 0
    for index, count in enumerate(counts):
        if index > start and (words + count > most or words >= aim):
            spans.append((start, index))
            start, words = index, 0
        words += count
    if counts:
        spans.append((start, len(counts)))
    return spans


def word_count(text: str) -> int:
    """How many words a reader would count: runs of non-space with a letter or digit in them."""
    return sum(any(character.isalnum() for character in word) for word in text.split())


def is_counted(passage: Passage, text: str, settings: SegmentSettings) -> bool:
    """Whether the balance counts this passage of the document whose text is given."""
    return passage.kind in COUNTED and word_count(text[passage.start : passage.end]) >= settings.min_words


def _of_block(text: str, block: Block, heading: str, cut: Cut, most: int) -> list[Passage]:
    sentences = [Sentence(block.start + start, block.start + end) for start, end in cut(text[block.start : block.end])]
    counts = [word_count(text[sentence.start : sentence.end]) for sentence in sentences]
    return [
        Passage(sentences[first].start, sentences[last - 1].end, block.kind, heading, tuple(sentences[first:last]))
        for first, last in parts(counts, most)
    ]
