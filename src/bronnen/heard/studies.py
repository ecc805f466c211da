"""Publications that a text rests on: by author and year in the text, and in the notes to which it refers.

Only the surnames of authors are kept, and only where they stand with a year: who else is named in a text is no business
of ours. Both orders are read, 'Jansen en De Vries (2019)' and '(Jansen & De Vries, 2019)', and come out alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from bronnen.heard.bearers import Bearing, Named, named
from bronnen.lexicon import Forms, forms

_BEFORE = (
    r"(?:(?:[Vv]an|[Dd]e|[Dd]en|[Dd]er|[Tt]er|[Tt]en|[Tt]e|[Vv]on|[Ee]l|[Aa]l|[Dd]u|[Ll]e|[Ll]a|[Dd]i|'t|’t)\s+){0,3}"
)
_SURNAME = rf"{_BEFORE}[A-ZÀ-Þ](?:['’][A-Z])?[a-zß-ÿ]+(?:[A-Z][a-zß-ÿ]+)?(?:-[A-Z][a-zß-ÿ]+){{0,2}}"
_INITIALS = r"(?:[A-Z][a-z]?\.[\s-]?){1,4}"
_AND = r"(?:\s*,?\s*(?:&|\ben\b|\band\b)\s*|\s*[,;]\s+)"
_OTHERS = r",?\s+(?:et\s+al\b\.?|e\.a\.|c\.s\.|en\s+anderen)"
_AUTHOR = rf"(?:{_INITIALS}\s?(?:{_BEFORE})?)?{_SURNAME}(?:,?\s{_INITIALS}(?:\s?{_BEFORE.replace('+', '*')})?)?"
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_AUTHORS = rf"(?P<authors>{_SURNAME}(?:{_AND}{_SURNAME}){{0,5}})(?P<others>{_OTHERS})?"
_PAGES = r"(?:\s*[,:;]\s*(?:pp?\.|blz\.|p)?\s*\d[\d\s,–-]*)?"

_RUNNING = re.compile(
    rf"(?<![\w.-])(?:van\s+)?{_AUTHORS}\s*\((?P<year>{_YEAR})[a-z]?(?:[,;]\s*{_YEAR}[a-z]?)*{_PAGES}\)"
)
_BRACKETS = re.compile(rf"[(\[]([^()\[\]]{{3,400}}\b{_YEAR}[a-z]?[^()\[\]]{{0,200}})[)\]]")
_ASIDE = (
    r"(?:(?:zie(?:\s+(?:ook|bijvoorbeeld|bijv\.))?|o\.a\.|onder\s+andere|bijv(?:oorbeeld|\.)|cf\.|vgl\.|e\.g\.|see|naar"
    r"|bron:|in)[\s,]+)?"
)
_PIECE = re.compile(rf"\s*{_ASIDE}{_AUTHORS},?\s*\(?(?P<year>{_YEAR})[a-z]?(?:,\s*{_YEAR}[a-z]?)*{_PAGES}\s*")
_OPENING = re.compile(
    rf"[\W\d]*(?:(?:[Zz]ie|[Vv]gl\.|[Bb]ron|[Oo]ntleend aan)(?:\s+ook)?:?\s+)?"
    rf"(?P<authors>{_AUTHOR}(?:{_AND}{_AUTHOR}){{0,7}})(?P<others>{_OTHERS})?\s*(?P<stop>[,.(:]|\s(?={_YEAR}))"
)
_WITH_YEAR = re.compile(rf"(?:\s*[(,]\s*|\s+)\(?(?P<year>{_YEAR})[a-z]?(?=\s*[);:,.]|\s*$)")
_ONE_INITIAL = re.compile(rf"(?<![A-Za-z]){_INITIALS}")

_AGAIN = re.compile(
    r"[\W\d]*(?:ibid(?:em)?|idem|id\.)\b|(?:\S+\s+){0,4}?(?:a\.w\.|op\.\s?cit|t\.a\.p\.)", re.IGNORECASE
)
_OFFICIAL = re.compile(
    r"kamerstuk|\bTK\s*\d|tweede kamer|eerste kamer|handelingen\s+[I1]|vergaderjaar|\bStb\b|\bStcrt|staatsblad"
    r"|staatscourant|\bECLI\b|\bPb\.?\s?(?:EU|EG|L)\b|\bartikel(?:en)?\s+\d|\bart\.\s*\d|verordening|\bBWBR"
    r"|raadsbesluit|raadsvoorstel|coalitieakkoord",
    re.IGNORECASE,
)
_NOT_READ = re.compile(
    r"«[^»]{0,300}»|“[^”]{0,300}”|‘[^’]{0,300}’(?!\w)|(?:https?://|www\.)\S+"
    r"|(?:geraadpleegd|bezocht|accessed|retrieved)\b[^.;]*",
    re.IGNORECASE,
)
"""Of a note: titles of what it cites, addresses, and the day on which they were seen."""


@dataclass(frozen=True, slots=True)
class Study:
    """A publication by the surnames of its authors or by its institute, with its year, and where a text names it."""

    name: str  # 'Jansen en De Vries 2019', 'Jansen e.a. 2019', 'SCP 2021'
    start: int
    end: int


def cited(text: str, bearers: list[Named]) -> list[Study]:
    """The studies that a running text names by author and year, or by institute and year, in order.

    `bearers` are those that the text names.

    >>> [study.name for study in cited("Dat is bekend (Jansen & De Vries, 2019; Smit et al., 2020).", [])]
    ['Jansen en De Vries 2019', 'Smit e.a. 2020']
    """
    if not re.search(_YEAR, text):
        return []
    found = [study for match in _RUNNING.finditer(text) if (study := _study(match, 0))]
    for inside in _BRACKETS.finditer(text):
        at = inside.start(1)
        for piece in inside[1].split(";"):
            match = _PIECE.fullmatch(piece)
            study = _study(match, at) if match else None
            found += [study] if study else []
            at += len(piece) + 1
    found += _of_institutes(text, bearers)
    return sorted(found, key=lambda study: study.start)


def of_note(text: str) -> tuple[list[Named], list[Study]]:
    """The bearers and the studies that the text of a note names; nothing where it cites a paper of state or a law only.

    The year of a study that opens the note stands after its authors, or last. What follows a Kamerstuk or a law
    belongs to that.
    """
    official = _OFFICIAL.search(text)
    told = text[: official.start()] if official else text
    told = _NOT_READ.sub(lambda match: " " * len(match[0]), told)
    bearers = [one for one in named(told) if one.bearer.kind in _IN_NOTES]
    studies = cited(told, bearers)
    years = re.findall(rf"(?<![\d/-]){_YEAR}(?![\d/])", told)
    if not studies and years:
        opening = _OPENING.match(told)
        if opening and (opening["stop"] in "( " or _ONE_INITIAL.search(opening["authors"])):
            year = re.match(rf"\s*\(?({_YEAR})", told[opening.end("stop") - (opening["stop"] == "(") :])
            study = _named(
                opening["authors"], opening["others"], year[1] if year else years[-1], opening.span("authors")
            )
            studies = [study] if study else []
    if not studies and years:
        institute = next((one for one in bearers if one.bearer.kind is Bearing.INSTITUTE and one.bearer.is_named), None)
        studies = [Study(f"{institute.bearer.short} {years[-1]}", institute.start, institute.end)] if institute else []
    return bearers, studies


_IN_NOTES = frozenset({Bearing.INSTITUTE, Bearing.BODY, Bearing.GUIDELINE, Bearing.STUDY})


def points_back(text: str) -> bool:
    """Whether a note says no more than that it cites what the note before it cites."""
    return _AGAIN.match(text) is not None


def _study(match: re.Match[str], offset: int) -> Study | None:
    start, end = match.span("authors")
    return _named(match["authors"], match["others"], match["year"], (start + offset, end + offset))


def _named(authors: str, others: str | None, year: str, span: tuple[int, int]) -> Study | None:
    names = [" ".join(name.split()) for name in re.split(_AND, _ONE_INITIAL.sub("", authors)) if name.strip(" ,.")]
    names = [
        re.sub(r"^(?:[Vv]an|[Dd]e|[Tt]e[rn]?)\b", lambda found: found[0].capitalize(), name.strip(" ,"))
        for name in names
    ]
    if not names or any(_no_authors().of(name.split()[-1].lower()) for name in names):
        return None
    if any(one.bearer.kind is not Bearing.PROFESSION and one.start == 0 for name in names for one in named(name)):
        return None
    told = f"{names[0]} e.a." if others or len(names) > 2 else " en ".join(names)
    return Study(f"{told} {year}", *span)


def _of_institutes(text: str, bearers: list[Named]) -> Iterator[Study]:
    """'SCP (2021)' and '(SCP, 2021)'."""
    for one in bearers:
        if one.bearer.kind in (Bearing.INSTITUTE, Bearing.BODY) and one.bearer.is_named:
            match = _WITH_YEAR.match(text, one.end)
            if match and ("(" in match[0] or "," in match[0] or text[one.start - 1 : one.start] in ("(", ";")):
                yield Study(f"{one.bearer.short} {match['year']}", one.start, one.end)


@lru_cache(maxsize=1)
def _no_authors() -> Forms:
    text = (resources.files("bronnen") / "data" / "no_authors.txt").read_text(encoding="utf-8")
    words = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    return forms((word, place) for place, word in enumerate(words))
