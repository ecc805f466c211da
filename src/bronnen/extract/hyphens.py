"""Hyphens at the end of a line: part of the word, or put there to break it?

The document's own words vote: what it writes elsewhere on one line, with or without the hyphen, is how it reads.
Without a vote the rules of Dutch spelling decide: 'voor- en nadelen' keeps its hyphen and its space, a hyphen stays
before a capital and after 'niet', a single letter, a number or an abbreviation, and between vowels that would clash.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

from bronnen.extract.words import RawWord

_ROUND = ".,;:!?()[]'\"‘’“”„…"
_AND = {"en", "of", "tot", "en/of", "noch", "maar", "dan", "als", "respectievelijk", "resp", "c.q", "t/m", "versus",
        "dan wel", "alsook", "evenals", "naar", "ofwel", "via"}  # fmt: skip
_PREFIXES = {"niet", "oud", "non"}
_CLASH = {"aa", "ae", "ai", "au", "ee", "ei", "eu", "ie", "oe", "oi", "oo", "ou", "ui", "uu", "ii", "ij"}

Vocabulary = Counter[str]


def vocabulary(words: Iterable[RawWord]) -> Vocabulary:
    """How often each word stands in the document, in small letters; parts with a hyphen at their end apart."""
    known: Vocabulary = Counter()
    for text, count in Counter([word.text for word in words]).items():
        known[text.strip(_ROUND).lower()] += count
    return known


def at_line_end(text: str, following: str, known: Vocabulary | None = None) -> tuple[str, str]:
    """A line's last word as it reads, and what stands between it and the next line's first word.

    >>> at_line_end("beleids-", "voering"), at_line_end("voor-", "en"), at_line_end("Noord-", "Holland")
    (('beleids', ''), ('voor-', ' '), ('Noord-', ''))
    >>> at_line_end("niet-", "gebruik"), at_line_end("zorg-", "plan", Counter({"zorg-plan": 2}))
    (('niet-', ''), ('zorg-', ''))
    """
    if len(text) < 2 or text[-1] != "-" or not text[-2].isalnum() or unicodedata.combining(following[0]):
        return text, "" if text[-1:] == "/" and len(text) > 2 and following[0].isalpha() else " "
    head, tail = text[:-1].lstrip(_ROUND).lower(), following.strip(_ROUND).lower()
    if tail in _AND:
        return text, " "
    if known is not None and tail:
        whole, apart = known[head + tail], known[f"{head}-{tail}"]
        if whole != apart:
            return (text[:-1] if whole > apart else text), ""
    if not following[0].islower():
        return text, "" if following[0].isalnum() else " "
    return (text, "") if _keeps(text, head, tail, known) else (text[:-1], "")


def _keeps(text: str, head: str, tail: str, known: Vocabulary | None) -> bool:
    last = head.rsplit("-", 1)[-1]
    if not text[-2].isalpha() or len(last) == 1 or last in _PREFIXES:
        return True
    own = text[:-1].lstrip(_ROUND)
    if len(own) > 1 and own.isupper():
        return True
    if known is not None and len(own) <= 4 and own[0].isupper() and known[head] >= 2:  # Wmo-, Wlz-
        return True
    return last[-1] + tail[:1] in _CLASH
