"""Where a sentence may begin: rules over plain text, made for the mess of Dutch policy documents.

Full stops stand after articles, initials and list numbers as often as at the end of a sentence, and half of what
a document says stands in lines without any. The rules decide where they can and say that they doubt where they
cannot; the trained senter, or the guess that stands beside every doubt, decides those. Knows nothing of spaCy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

_CANDIDATE = re.compile(r"[^\S\n]*\n\s*|[.!?…]+|(?<=\s)[•▪●◦‣➢➤■□✓✔](?=\s)")
_CLOSERS = "\"'”’»)]}"
_OPENERS = "\"'“‘’«„([{"
_NOTE = re.compile(r"(?:\d{1,3}(?:[,;]\s?\d{1,3})*\)?|[¹²³⁰-⁹]+|\[\d{1,3}\])(?=\s|$)")
_LOOSE_NOTE = re.compile(r"\[\d{1,3}\](?=\s+[^\W\d_])")
_LOOSE_QUOTE = re.compile(r"[^\S\n]+(?:''|[\"”’»](?!\w))(?=\s|$)")
_BULLET = re.compile(r"(?:[-–—•▪●◦‣➢➤■□✓✔*·o]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)°])\s")
_WORD_BEFORE = re.compile(r"[\w.'’&/-]*$")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*[a-z]?")
_ENUMERATOR = re.compile(r"[\s•▪●◦‣*(–—-]*(?:\d{1,3}(?:\.\d{1,3})*[a-z]?|[A-Za-z]|[IVX]{1,5}|[ivx]{1,5})")
_NUMBERED = re.compile(
    r"(?i)\s*(?:artikel|art\.|hoofdstuk|paragraaf|bijlage|stap|fase|tabel|figuur|afbeelding|kader|deel|thema|doel|spoor"
    r"|aanbeveling|actie|actiepunt|maatregel|stelling|vraag|pijler|lid|les|speerpunt|ambitie|noot)"
    r"\s+(?:\d{1,3}(?:[.:]\d{1,3})*[a-z]?|[A-Z]|[IVX]{1,5})"
)
_CAPITAL = re.compile(r"(?<=[^\s,:;(\[–-]\s)[A-Z0-9]")
_SHORT, _LONG = 6, 40  # words: below the first nothing runs on, above the second something may
_NUMBERED_INSIDE = re.compile(r"(?:^|\s)(?:Artikel|Stap|Ad|Fase|Doel|Vraag|Thema|Spoor|Pijler|Actie|Deel)\s\d{1,2}$")
_FIRMS = frozenset(("b.v", "n.v", "v.o.f", "bv", "nv"))
_INITIALS = re.compile(r"(?:[A-Z][a-z]?\.)*-?[A-Z]")
_DOTTED = re.compile(r"(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2}")
_APOSTROPHE_S = re.compile(r"['’‘`](?:s|t|n|k)[ -]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place where a sentence may begin.

    `begins` is None where the rules doubt; `guess` is then the best they can do.
    """

    at: int
    begins: bool | None
    guess: bool


@dataclass(frozen=True, slots=True)
class _Words:
    never: frozenset[str]
    may: frozenset[str]
    number: frozenset[str]
    openers: frozenset[str]
    small: frozenset[str]
    lettered: frozenset[str]
    unfinished: frozenset[str]
    months: frozenset[str]


_YES, _NO = (True, True), (False, False)
_DOUBT_YES, _DOUBT_NO = (None, True), (None, False)
_Verdict = tuple[bool | None, bool]


def marks(text: str) -> list[Mark]:
    """The places, in order, where a sentence may begin after the first one; each is the offset of a non-space.

    >>> [(mark.at, mark.begins) for mark in marks("Zie art. 3 Wmo. Dat staat er.")]
    [(9, False), (16, True)]
    """
    words = _words()
    found: list[Mark] = []
    start = past = 0  # of the present sentence; of what has been looked at
    for match in _CANDIDATE.finditer(text):
        if match.start() < past:
            continue
        sign = text[match.start()]
        if sign in ".!?…":
            at, verdict = _after_stop(text, start, match.start(), match.end(), words)
        elif "\n" in match[0]:
            at, verdict = match.end(), _after_line(text, start, match, words)
        else:
            at, verdict = match.start(), _YES if match.start() > start else None
        past = at
        if verdict is None or not 0 < at < len(text):
            continue
        found.append(Mark(at, *verdict))
        if verdict[0] or (verdict[0] is None and verdict[1]):
            start = at
    return sorted(found + _open_places(text, found), key=lambda mark: mark.at)


def _open_places(text: str, found: list[Mark]) -> list[Mark]:
    """Doubt before every capital in stretches that look as if more than one sentence runs on without full stops."""
    starts = [0, *(mark.at for mark in found if mark.begins or (mark.begins is None and mark.guess)), len(text)]
    known = {mark.at for mark in found}
    places = []
    for start, end in pairwise(starts):
        stretch = text[start:end].rstrip()
        words = stretch.count(" ")
        if words < _SHORT or (words <= _LONG and stretch.rstrip(_CLOSERS)[-1:] in ".!?…:;"):
            continue
        for match in _CAPITAL.finditer(text, start + 1, end):
            if match.start() not in known and not _ENUMERATOR.fullmatch(text[start : match.start()].rstrip(" ).")):
                places.append(Mark(match.start(), None, False))
    return places


def _after_stop(text: str, start: int, first: int, end: int, words: _Words) -> tuple[int, _Verdict | None]:
    """Where the text goes on after a full stop or the like in [first, end), and whether a sentence begins there."""
    stop = end
    while end < len(text) and text[end] in _CLOSERS and not _APOSTROPHE_S.match(text, end):
        end += 1
    loose_quote = _LOOSE_QUOTE.match(text, end)
    if loose_quote is not None and _closes(text[text.rfind("\n", 0, first) + 1 : end], loose_quote[0].strip()):
        end = loose_quote.end()
    note = _NOTE.match(text, end)
    noted = note is not None and not text[first - 1 : first].isdigit()
    if note is not None and noted:
        end = note.end()
    at = end
    while at < len(text) and text[at].isspace():
        if text[at] == "\n":
            return end, None  # the line end decides
        at += 1
    if at == len(text) or text[at] in ".!?…":
        return at, None
    loose = _LOOSE_NOTE.match(text, at)
    if loose is not None and at > end:
        at = loose.end() + len(text[loose.end() :]) - len(text[loose.end() :].lstrip(" "))
    word = _word_before(text, start, first)
    following = _following(text, at)
    if at == end:
        glued = stop == end and len(word) >= 3 and word.isalpha() and word.islower() and word not in words.never
        return at, _YES if glued and word not in words.may and re.match(r"[A-Z][a-z]", following) else None
    if text[first:stop] != ".":
        return at, _after_cry(text, first, stop, following)
    if noted and note is not None and word.lower() in words.never:
        return at, _NO
    return at, _after_full_stop(text, start, first, word, following, words)


def _after_cry(text: str, first: int, stop: int, following: str) -> _Verdict:
    """After an exclamation or question mark or dots: a sentence, unless the text goes on in lower case."""
    if text[first - 1 : first] in ("(", "[") and text[stop : stop + 1] in (")", "]") and first:
        return _NO  # '(...)' and '(!)' belong to what follows or surrounds them
    return _NO if _is_lower(following) else _YES


def _after_full_stop(text: str, start: int, first: int, word: str, following: str, words: _Words) -> _Verdict:
    if _is_lower(following):
        return _YES if _begins_small(word, following, words) else _NO
    before = text[start:first]
    if _ENUMERATOR.fullmatch(before) or _NUMBERED.fullmatch(before):
        return _NO
    lower = word.lower()
    opens = re.split(r"\W", following, maxsplit=1)[0].lower() in words.openers
    if lower in words.never:  # HR and MR at the end of a sentence are no 'de heer' and 'meester'
        return _YES if opens and len(word) > 1 and word.isalpha() and word.isupper() else _NO
    if (lower in words.number or lower.endswith(("str", "ln"))) and following[:1] in "0123456789€":
        return _NO
    if lower == "al" and before.endswith("et al"):
        return _YES if opens else _NO
    if lower in words.months and following[:1].isdigit():
        return _NO
    if word == "bv":
        return _NO  # bijvoorbeeld; the firm has capitals
    if lower in words.may:
        if following[:1].isdigit() or (lower in _FIRMS and not _capital_before(before, word)):
            return _DOUBT_NO
        return _YES if opens else _DOUBT_YES
    if _NUMBERED_INSIDE.search(before) and not opens:
        return _NO
    if _NUMBER.fullmatch(word):
        return _NO if before[: -len(word)].rstrip().endswith(":") and len(word) < 3 else _YES
    if len(word) == 1 and word.isalpha() and _last_word(before[: -len(word)]) in words.lettered:
        return _YES
    if _INITIALS.fullmatch(word) and not before[: -len(word)].endswith(("°", "º")):
        return (_DOUBT_YES if len(word) > 1 else _DOUBT_NO) if opens and _last_word(before[: -len(word)]) else _NO
    if _DOTTED.fullmatch(word):
        return _YES if opens else _DOUBT_NO
    return _YES


def _after_line(text: str, start: int, match: re.Match[str], words: _Words) -> _Verdict | None:
    """Whether a sentence begins on the next line; a blank line always parts, a line that goes on never does."""
    at = match.end()
    if at >= len(text):
        return None
    if match[0].count("\n") > 1:
        return _YES
    before = text[start : match.start()].rstrip()
    if not before:
        return None
    if _BULLET.match(text, at):
        return _YES
    last = before[-1]
    if last == "-" and before[-2:-1].isalpha() and text[at].islower():
        return _NO
    if _ENUMERATOR.fullmatch(before.rstrip(".)")) and len(before) < 8:
        return _NO
    first, following = start + len(before) - 1, _following(text, at)
    word = _word_before(text, start, first)
    if last == "." and not _is_lower(following):
        verdict = _after_full_stop(text, start, first, word, following, words)
        return _YES if verdict[0] is None and verdict[1] else verdict
    if _is_lower(following):
        word = word.lower()
        return _YES if last in ":;!?" or (last == "." and word not in words.never | words.may) else _NO
    if last in ",(&/" or _last_word(before) in words.unfinished:
        return _NO
    return _YES


def _closes(before: str, quote: str) -> bool:
    """Whether a quotation mark that stands by itself closes what was said before it, rather than opening the next."""
    return quote != '"' or before.count('"') % 2 == 1


def _word_before(text: str, start: int, first: int) -> str:
    """The word that ends at `first`, without what opens it; empty after a bracket or quote."""
    found = _WORD_BEFORE.search(text, max(start, first - 40), first)
    return found[0].lstrip("'’-/.&") if found else ""


def _last_word(text: str) -> str:
    found = re.search(r"([^\W\d_]+)\W*$", text[-40:])
    return found[1].lower() if found and not text.rstrip().endswith((".", ":", ";")) else ""


def _begins_small(word: str, following: str, words: _Words) -> bool:
    """Whether a sentence begins in lower case, as people write in answers to questionnaires: 'dat helpt. ik vind'.

    Only after a long word that is no abbreviation and before a word that often begins a sentence.
    """
    if len(word) < 5 or not (word.isalpha() and word.islower()) or word in words.never or word in words.may:
        return False
    return re.split(r"[^\w]", following, maxsplit=1)[0] in words.small


def _capital_before(before: str, word: str) -> bool:
    """Whether the word before `word` has a capital and so may be the name of a firm: 'Jansen B.V.'."""
    found = re.search(r"(\S+)\s*$", before[: -len(word)][-40:])
    return found is not None and found[1][:1].isupper() and found[1].lower() not in _words().unfinished


def _following(text: str, at: int) -> str:
    """The text from `at`, up to some words, without bullets, dashes and opening signs."""
    piece = text[at : at + 40]
    if _APOSTROPHE_S.match(piece):
        return piece[2:].lstrip(" -")
    return piece.lstrip(_OPENERS + ",-–—•*·… ")


def _is_lower(following: str) -> bool:
    """Whether the text goes on in lower case; 'eHealth' and 'iPad' do not count."""
    return following[:1].islower() and not following[1:2].isupper()


@lru_cache(maxsize=1)
def _words() -> _Words:
    return _Words(**{field.name: word_list(field.name) for field in fields(_Words)})


def word_list(name: str) -> frozenset[str]:
    """The words in one of the lists under data/sentences."""
    text = files("bronnen").joinpath("data", "sentences", f"{name}.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(" ".join(lines).split())


def abbreviations() -> frozenset[str]:
    """All abbreviations that the rules know, lower case, without their last full stop, save those before numbers."""
    words = _words()
    return words.never | words.may
