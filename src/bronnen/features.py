"""Sentences in their context, described in names a linear model can weigh.

One way of describing for training and for use. A name says its family: `word_` and `pair_` (the sentence's words),
`cue_` (see `lexicon`), `shape_` (look and place).
Families of the neighbours lend their names from these: `before_`, `after_` and `around_` from words, `earlier_` and
`later_` from cues. Never looks at labels, and never further than `NEARBY` sentences away: the labelled runs are short,
whole documents are not, and both must look alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import normalize

from bronnen import lexicon

NEARBY = 12  # sentences to each side that lend their words to `around_`
LENT = {
    "before": ("word", range(-1, 0)),
    "after": ("word", range(1, 2)),
    "around": ("word", range(-NEARBY, NEARBY + 1)),
    "earlier": ("cue", range(-1, 0)),
    "later": ("cue", range(1, 2)),
}
"""Families of the neighbours: whose names they lend, and from how many sentences away."""
LONGEST = 400  # words of a sentence that are looked at: the rest of a run-on table adds nothing
_SUCCESSION = 8  # words between two cues that still belong to one turn


Paragraph = Sequence[str]
"""A passage as the classifier sees it: its sentences in reading order."""


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence and what it brings itself: per family its names, one that counts twice stands twice.

    `passage` is the index of its passage in the document, `length` its number of words. The families that neighbours
    lend (`LENT`) are found from the rows around it. `tokens` are its words as they are written, for the reader.
    """

    passage: int
    length: int
    names: Mapping[str, tuple[str, ...]]
    tokens: tuple[str, ...]


def rows(paragraphs: Sequence[Paragraph]) -> list[Row]:
    """One row per sentence of ONE document (or one run of neighbouring sentences), in reading order."""
    told = [(index, sentence) for index, paragraph in enumerate(paragraphs) for sentence in paragraph]
    made: list[Row] = []
    for at, (passage, text) in enumerate(told):
        tokens = tokens_of(text)
        words = _lowered(tokens)
        names = {
            "word": tuple(f"word_{word}" for word in words),
            "pair": tuple(f"pair_{one} {two}" for one, two in pairwise(words)),
            "cue": tuple(_cues(words)),
            "shape": tuple(_shape(text, words) + _place(at, passage, told)),
        }
        made.append(Row(passage, len(words), names, tuple(tokens)))
    return made


def cleaned(text: str) -> str:
    """Text without the debris of a PDF: broken words joined, bullets, quotes, links and digits made alike.

    >>> cleaned("De wacht- tijden stegen met 12% in 2021 •")
    'De wachttijden stegen met <proc> in <jaar> •'
    """
    if not text.isascii():  # patterns are slow where there is nothing to find: each is asked where there may be
        text = normalize("NFKC", text).replace("\u00ad", "").replace("\u200b", "")
    is_plain = text.isascii()
    if not is_plain or "- " in text:
        text = _BROKEN.sub(r"\1\2", text)
    if not is_plain:
        text = _BULLETS.sub(" • ", text)
    if not is_plain or '"' in text or "`" in text:
        text = _QUOTES.sub("'", text)
    lower = text.lower()
    if "@" in text or "://" in text or "www." in lower:
        text = _LINK.sub(" <link> ", text)
    has_digit = _DIGIT.search(text) is not None
    if has_digit or "rocent" in lower or "ercent" in lower:
        text = _PERCENT.sub(" <proc> ", text)
    if has_digit:
        text = _NUMBER.sub(_masked, text)
    return " ".join(text.split())


def tokens_of(text: str) -> list[str]:
    """The words of a sentence as they are written, with the marks that mean something.

    >>> tokens_of("Volgens het SCP (2019), is dat zo.")
    ['Volgens', 'het', 'SCP', '(', '<jaar>', ')', ',', 'is', 'dat', 'zo']
    """
    return _TOKEN.findall(cleaned(text))[:LONGEST]


def words_of(text: str) -> list[str]:
    """The words of a sentence in small letters; marks that mean something (`?`, `'`, `•`, `:`) stand as words.

    >>> words_of("Volgens het SCP (2019) is dat zo.")
    ['volgens', 'het', 'scp', '(', '<jaar>', ')', 'is', 'dat', 'zo']
    """
    return _lowered(tokens_of(text))


def is_heading(text: str) -> bool:
    """Whether a line looks like a heading: short, begins with a capital, number or `#`, ends without a mark."""
    text = text.strip()
    if text.startswith("#"):
        return True
    short = 0 < len(text) <= 90 and len(text.split()) <= 10
    return short and text[-1] not in ".?!;:,-" and (text[0].isupper() or text[0].isdigit())


_BROKEN = re.compile(r"([a-zà-ÿ])[-\u2010\u2011] (?!en\b|of\b|tot\b|naar\b|als\b|and\b)([a-zà-ÿ])")
_BULLETS = re.compile(r"[•▪●■◆○◦➢➤►✓\uf0b7\uf0a7\uf02d\uf0d8\ufffd]")
_QUOTES = re.compile(r"[\"“”„‟‘’‚‛`´«»]")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w.]+@[\w.]+\b", re.IGNORECASE)
_PERCENT = re.compile(r"\d[\d.,]*\s?%|\b(?:procent|percent)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d[\d.,]*")
_TOKEN = re.compile(r"<[a-z]+>|[^\W\d_]+(?:[-'.&+][^\W\d_]+)*|0+|[?!:;•()'€#>,]")
_AUTHOR_YEAR = re.compile(
    r"\(?[A-Z][\w-]+(?: (?:et al\.?|e\.a\.|(?:&|en|and) (?:[Dd]e |[Vv]an )*[A-Z][\w-]+))?,? \(?(?:19|20)\d\d[a-z]?\)"
)
_REFERENCE = re.compile(r"^[A-Z][\w-]+, (?:[A-Z]\.[ -]?)+.*\((?:19|20)\d\d")
_NOTE = re.compile(r"[a-z]\.?\d{1,3}(?=\s|$)|\[\d+\]")
_QUOTED = re.compile(r"[“‘\"'„][^“”\"„]{15,}[”’\"']")
_CAPTION = re.compile(r"^(?:figuur|tabel|grafiek|kaart|bron)\b", re.IGNORECASE)
_ITEM = re.compile(r"^(?:[-•–*]|\d+[.)]|[a-z][.)])\s")
_LISTED = re.compile(r"^#+\s")
_QUESTION_OF = re.compile(r"^(?:vraag|antwoord)\s+\d", re.IGNORECASE)
_ABBREVIATION = re.compile(r"\b[A-Z]{2,6}\b")


def _lowered(tokens: Sequence[str]) -> list[str]:
    return [token.lower() for token in tokens if token != ","]


def _masked(match: re.Match[str]) -> str:
    digits = match.group().rstrip(".,")
    return " <jaar> " if len(digits) == 4 and digits[:2] in ("19", "20") and digits.isdigit() else " 0 "


def _cues(words: list[str]) -> list[str]:
    """Names of the cues in a sentence, of the cues that follow each other, and of those that stand together."""
    found = lexicon.matches(words)
    kinds = sorted({match.cue for match in found})
    names = [f"cue_{kind}" for kind in kinds]
    names += [f"cue_{one}+{two}" for index, one in enumerate(kinds) for two in kinds[index + 1 :]]
    turns: dict[str, None] = {}
    for index, first in enumerate(found):
        for second in found[index + 1 : index + 12]:
            if second.start >= first.end + _SUCCESSION:
                break
            if second.start >= first.end and second.cue != first.cue:
                turns[f"cue_{first.cue}>{second.cue}"] = None
    if found and found[0].start <= 1:
        names.append(f"cue_begin_{found[0].cue}")
    return names + list(turns)


def _shape(text: str, words: list[str]) -> list[str]:
    looks = (*_NUMBERED, *_LOOKS) if _DIGIT.search(text) else _LOOKS
    names = [name for name, found in looks if found(text)]
    names.append(f"shape_length_{min(len(words).bit_length(), 8)}")
    names.append("shape_numbers_" + str(min(sum(word in ("0", "<jaar>", "<proc>") for word in words), 4)))
    if is_heading(text):
        names.append("shape_heading")
    if text[:1].islower():
        names.append("shape_fragment")
    if text.rstrip().endswith("?"):
        names.append("shape_question")
    return names


_NUMBERED = (  # only where there is a digit
    ("shape_author_year", _AUTHOR_YEAR.search),
    ("shape_reference", _REFERENCE.match),
    ("shape_note", _NOTE.search),
)
_LOOKS = (
    ("shape_quoted", _QUOTED.search),
    ("shape_caption", _CAPTION.match),
    ("shape_item", _ITEM.match),
    ("shape_marked_heading", _LISTED.match),
    ("shape_question_of", _QUESTION_OF.match),
    ("shape_abbreviation", _ABBREVIATION.search),
)


def _place(at: int, passage: int, told: Sequence[tuple[int, str]]) -> list[str]:
    first = at == 0 or told[at - 1][0] != passage
    last = at == len(told) - 1 or told[at + 1][0] != passage
    return ["shape_" + ("alone" if first and last else "first" if first else "last" if last else "inside")]
