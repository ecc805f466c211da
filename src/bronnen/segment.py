"""From blocks to passages: the units that are labelled and counted.

A passage never crosses a block, a sentence never crosses a passage. Knows nothing of spaCy: the one who calls
says how a block is cut into sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from bronnen.records import Block, Document, Kind, Passage, Sentence
from bronnen.settings import SegmentSettings

Cut = Callable[[Sequence[str]], Sequence[Sequence[tuple[int, int]]]]
"""Cuts each of several texts into sentences: half-open spans in order, relative to that text."""

COUNTED = frozenset({Kind.PARAGRAPH, Kind.LIST, Kind.CAPTION, Kind.FOOTNOTE, Kind.TABLE})
"""The kinds of passage that the balance counts; a heading is labelled, but never counted."""

_OPENING = re.compile(r"[“„«]|(?<![^\s(\[])[‘'\"](?!(?:s|t|n|k|m)\b)(?=[^\W\d])")
_CLOSING = re.compile(r"[”»]|(?<=[.,;:!?…])[’'\"]|(?<=\w)[’'\"](?![\w])")
_QUOTE = re.compile(r"[“„«‘'\"”»’]")
_GOES_ON = re.compile(r"[:?]$|^(?:(?:artikel|art\.|vraag|antwoord)\s*)?\d*(?:[.:]\d+)*[a-z]?[.:)]?$", re.IGNORECASE)
"""A sentence that the next one completes: a lead-in, a question, a bare number of an article, question or answer."""

_LEFT_OUT = frozenset({Kind.CONTENTS, Kind.COLOPHON})


def passages(document: Document, cut: Cut, settings: SegmentSettings) -> tuple[Passage, ...]:
    """The passages of a document in reading order, each with the heading above it and its sentences.

    Contents and colophon give no passages. A heading gives one of its own, whose `heading` is the one before it.
    """
    found: list[Passage] = []
    heading = ""
    blocks = [block for block in document.blocks if block.kind not in _LEFT_OUT]
    spans = cut([document.text[block.start : block.end] for block in blocks])
    for block, inside in zip(blocks, spans, strict=True):
        sentences = [Sentence(block.start + start, block.start + end) for start, end in inside]
        found += _of_block(document.text, block, heading, sentences, settings.max_words)
        if block.kind is Kind.HEADING:
            heading = " ".join(document.text[block.start : block.end].split())
    return _with_confidence(document, found)


def parts(sentences: Sequence[str], most: int) -> list[tuple[int, int]]:
    """How the sentences of a block go together in passages of at most `most` words, evenly filled.

    A sentence is never cut: one that is longer than `most` is a passage by itself. What a reader takes together
    stays together where it fits: a lead-in and what it announces, a question and its answer, the number of an article
    and its text, the sentences of a quotation. Training cuts its paragraphs with this function too, so that it sees
    passages as the product makes them.

    >>> parts(["Wij vragen u:", "luister naar ouders;", "meet het effect."], most=5)
    [(0, 2), (2, 3)]
    """
    counts = [word_count(sentence) for sentence in sentences]
    return _evenly(_together(sentences, counts, most), counts, most)


def _together(sentences: Sequence[str], counts: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Runs of sentences that belong together, each of at most `most` words unless it is one sentence."""
    runs: list[tuple[int, int]] = []
    quoted = 0
    is_bound = False
    for index, sentence in enumerate(sentences):
        first = runs[-1][0] if runs else 0
        if is_bound and sum(counts[first : index + 1]) <= most:
            runs[-1] = (first, index + 1)
        else:
            runs.append((index, index + 1))
            quoted = 0
        if _QUOTE.search(sentence):  # most have none, and the patterns are slow
            quoted = max(0, quoted + len(_OPENING.findall(sentence)) - len(_CLOSING.findall(sentence)))
        is_bound = quoted > 0 or bool(_GOES_ON.search(sentence))
    return runs


def _evenly(runs: Sequence[tuple[int, int]], counts: Sequence[int], most: int) -> list[tuple[int, int]]:
    wanted = max(1, -(-sum(counts) // most))  # the fewest passages that could hold them
    aim = sum(counts) / wanted
    spans: list[tuple[int, int]] = []
    words = 0
    for first, last in runs:
        count = sum(counts[first:last])
        if spans and words < aim and words + count <= most:
            spans[-1] = (spans[-1][0], last)
            words += count
        else:
            spans.append((first, last))
            words = count
    return spans


def word_count(text: str) -> int:
    """How many words a reader would count: runs of non-space with a letter or digit in them."""
    return sum(1 for _ in _words(text))


def _words(text: str) -> Iterator[str]:
    return (word for word in text.split() if word[0].isalnum() or any(map(str.isalnum, word)))


def is_counted(passage: Passage, text: str, settings: SegmentSettings) -> bool:
    """Whether the balance counts this passage of the document whose text is given."""
    if passage.kind not in COUNTED:
        return False
    words = _words(text[passage.start : passage.end])
    return next(islice(words, settings.min_words - 1, None), None) is not None


def _with_confidence(document: Document, found: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages, each with how sure the text recognition was of its words, where there was any."""
    words = [word for word in document.words if word.confidence is not None]
    starts = [word.start for word in words]
    if not words:
        return tuple(found)
    told = []
    for passage in found:
        sure = [
            word.confidence or 0.0
            for word in words[bisect_left(starts, passage.start) : bisect_left(starts, passage.end)]
        ]
        told.append(replace(passage, confidence=sum(sure) / len(sure)) if sure else passage)
    return tuple(told)


def _of_block(text: str, block: Block, heading: str, sentences: Sequence[Sentence], most: int) -> list[Passage]:
    texts = [text[sentence.start : sentence.end] for sentence in sentences]
    return [
        Passage(sentences[first].start, sentences[last - 1].end, block.kind, heading, tuple(sentences[first:last]))
        for first, last in parts(texts, most)
    ]
