"""Plain text to blocks: which lines belong together, and what each stretch is, told from the form of the lines alone.

Lines are put back together where the text was clearly wrapped: at a hyphen, before a lower-case letter, or where the
next word would not have fitted on the line. What is left out is only what cannot be text: lines without a word,
heads and feet repeated on every page, a menu on a line of its own, a cookie notice, the comments under a web page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bronnen.records import Kind

_BULLET = re.compile(r"(?P<mark>[•◦▪‣●○■□▶►➢➤✓✔❑❖·\uf0b7\uf0a7\uf02d\uf0d8\uf076]|[-–—*+o»]|«(?!.*»))[ \t]+(?=\S)")
_BARE_BULLET = re.compile(r"(?P<mark>[•▪‣●\uf0b7])(?=\w)")
_NUMBER = re.compile(r"(?P<mark>\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])[ \t]+(?=\S)")
_NUMBERED_HEADING = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.?\s+\S")
_WEAK = frozenset("-–—*+o»«")
_NOISE = re.compile(r"(?:[|:.!\\]{1,2}|[1Iil])\s+(?=\S)")  # what OCR makes of a vertical rule left of the text
_NOISE_AFTER = re.compile(r"\s+[|:!1Iil]$")
_SURE_NOISE = re.compile(r"[|:.!\\]{1,2}\s+\S")
_WORD = re.compile(r"[^\W\d_]{2,}|\d{2,}|\d[.,]\d")
_LEADER = re.compile(r".*\S\s*(?:\.\s?){4,}\s*\d{1,4}")
_LEADER_REACH = 200  # characters: a line of a hundred thousand stops would take the square of that
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_END = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_OPEN_WORD = re.compile(
    r"aan|als|bij|dat|de|deze|die|dit|door|een|en|het|hun|in|is|met|naar|of|om|onder|onze|op|over|te|tot|uit|van|voor"
)
_SUSPENDED = frozenset(("en", "of", "tot", "dan", "als", "t/m", "en/of"))

_COMMENTS = re.compile(r"(?:comments|reacties|opmerkingen)\s*\(\d+\)", re.IGNORECASE)
_STAMP = re.compile(
    r"\b\d{1,2}[:.]\d{2}\s*(?:am|pm|uur)?\b.*\b(?:19|20)\d\d\b|\b(?:19|20)\d\d\b.*\b\d{1,2}[:.]\d{2}\b", re.IGNORECASE
)
_CONSENT = re.compile(
    r"\b(?:we|wij|(?:web)?site)\s+(?:use|uses|gebruikt|gebruiken)\b.{0,60}\bcookies\b"
    r"|\b(?:accept|accepteer|accepteren|weiger|weigeren|reject)\b.{0,40}\bcookies\b"
    r"|\bsite maakt gebruik van\b.{0,30}\bcookies\b"
    r"|\b(?:not|by|door) us(?:e|ing) this (?:service|site|website)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Line:
    indent: int
    text: str  # single spaces, tabs kept
    gap: bool  # whether an empty line stood above it


@dataclass(slots=True)
class _Stretch:
    """A block in the making."""

    kind: Kind
    parts: list[str]  # the text, in pieces: a string that grows line by line takes quadratic time
    indent: int
    last: str  # the line that was added last
    last_indent: int
    lines: int = 1
    numbered: bool = False

    @property
    def text(self) -> str:
        return "".join(self.parts)


def blocks_of(text: str) -> list[tuple[Kind, str]]:
    """The blocks of a plain text whose lines end with '\\n' and whose pages, if any, end with a form feed."""
    lines = _without_furniture(_lines(text))
    stretches = _stretches(lines, _width(lines))
    _name_headings(stretches)
    return [(stretch.kind, stretch.text) for stretch in stretches if not _is_consent(stretch.text)]


# ---------------------------------------------------------------------------------------------------------- lines


def _lines(text: str) -> list[_Line]:
    pages = [page.split("\n") for page in text.split("\f")]
    is_noisy = _is_noisy([line.strip() for page in pages for line in page])
    found: list[_Line] = []
    gap = True
    for page in _without_heads(pages):
        for raw in page:
            line = _line(raw, gap, is_noisy=is_noisy)
            if line is None:
                gap = gap or not raw.strip()  # a line of debris is no empty line
            else:
                found.append(line)
                gap = False
        gap = True
    return found


def _line(raw: str, gap: bool, *, is_noisy: bool) -> _Line | None:
    """The line without what OCR made of rules beside the text, or None where no word is left."""
    plain = raw.translate(_UNSEEN).replace("\u00a0", " ").rstrip()
    if plain.endswith("\u00ad"):
        plain = plain[:-1] + "-"
    plain = plain.replace("\u00ad", "")
    body = plain.lstrip()
    indent = len(plain[: len(plain) - len(body)].expandtabs(4))
    body = re.sub(r"[^\S\t]+", " ", body)
    if is_noisy:
        body = _NOISE_AFTER.sub("", body[found.end() :] if (found := _NOISE.match(body)) else body)
    return _Line(indent, body, gap) if _WORD.search(body) else None


def _is_noisy(lines: Sequence[str]) -> bool:
    """Whether OCR took rules and boxes for letters: many lines begin with a loose stop or bar, or hold no word."""
    full = [line for line in lines if line]
    noise = sum(1 for line in full if _SURE_NOISE.match(line) or not _WORD.search(line))
    return noise >= 5 and noise * 20 >= len(full)


def _without_heads(pages: Sequence[list[str]]) -> Iterator[list[str]]:
    """The pages without the short lines that come back at the edge of three pages or more, and page numbers there."""
    if len(pages) < 3:
        yield from pages
        return
    edges = [[" ".join(line.split()) for line in _edge(page)] for page in pages]
    often = {line for line, count in Counter(line for edge in edges for line in set(edge)).items() if count >= 3}
    for page, edge in zip(pages, edges, strict=True):
        drop = {line for line in edge if (line in often and len(line.split()) <= 10) or _is_page_number(line)}
        yield [line for line in page if " ".join(line.split()) not in drop or not line.strip()]


def _edge(page: list[str]) -> list[str]:
    full = [line for line in page if line.strip()]
    return full[:2] + full[-2:]


def _is_page_number(line: str) -> bool:
    return (
        re.fullmatch(r"(?:pagina|page|p\.)?\s*[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:van|/|of)\s*\d{1,4})?", line, re.I)
        is not None
    )


def _without_furniture(lines: Sequence[_Line]) -> list[_Line]:
    kept: list[_Line] = []
    for index, line in enumerate(lines):
        if _COMMENTS.fullmatch(line.text) and any(_STAMP.search(after.text) for after in lines[index + 1 : index + 5]):
            break
        if not (_is_menu(line.text) and not any(map(_is_piped, _neighbours(lines, index)))):
            kept.append(line)
    return kept


def _neighbours(lines: Sequence[_Line], index: int) -> list[str]:
    return [line.text for line in (*lines[max(index - 1, 0) : index], *lines[index + 1 : index + 2])]


def _is_piped(text: str) -> bool:
    return text.count("|") >= 1


def _is_menu(text: str) -> bool:
    parts = [part.strip() for part in text.split("|")]
    return len(parts) >= 3 and all(0 < len(part.split()) <= 3 for part in parts) and not _END.search(text)


def _is_consent(text: str) -> bool:
    return len(text) <= 500 and len(text.split()) <= 60 and _CONSENT.search(text) is not None


def _width(lines: Sequence[_Line]) -> int:
    """The width at which the text was wrapped, 0 if it was not: most lines that run on in lower case are as long."""
    sure = sorted(
        line.indent + len(line.text)
        for line, after in pairwise(lines)
        if not after.gap and after.text[:1].islower() and not _END.search(line.text) and not _BULLET.match(after.text)
    )
    if len(sure) < 2:
        return 0
    width = sure[len(sure) * 3 // 4]
    return width if 25 <= width <= 160 else 0


# ------------------------------------------------------------------------------------------------------- stretches


def _stretches(lines: Sequence[_Line], width: int) -> list[_Stretch]:
    found: list[_Stretch] = []
    index = 0
    while index < len(lines):
        rows = _rows(lines, index)
        if rows:
            found += rows
            index += len(rows)
            continue
        line = lines[index]
        open_one = found[-1] if found and found[-1].kind not in (Kind.TABLE, Kind.CONTENTS) else None
        _add(line, open_one, found, width)
        index += 1
    return found


def _rows(lines: Sequence[_Line], start: int) -> list[_Stretch]:
    """The table rows or contents lines that begin here, at least two of them under each other."""
    for split, kind, least in ((_cells, Kind.TABLE, 2), (_contents, Kind.CONTENTS, 2)):
        found: list[_Stretch] = []
        for place in range(start, len(lines)):  # a slice would copy the rest of the text for every line
            line = lines[place]
            said = split(line.text)
            if not said:
                break
            if said.strip(" |"):
                found.append(_Stretch(kind, [said], line.indent, said, line.indent))
        if len(found) >= least:
            return found
    return []


def _cells(text: str) -> str:
    parts = [part.strip() for part in re.split(r"\t+|\|", text)]
    full = [part for part in parts if part]
    first = parts[0] + " x"
    if len(full) < 2 or _BULLET.match(first) or _NUMBER.match(first):
        return ""
    return " | ".join(full)


def _contents(text: str) -> str:
    return text if _LEADER.fullmatch(text[-_LEADER_REACH:]) else ""


def _add(line: _Line, open_one: _Stretch | None, found: list[_Stretch], width: int) -> None:
    mark = _mark(line, open_one, width)
    if mark:
        is_number = mark.re is _NUMBER
        text = line.text if is_number else line.text[mark.end() :].strip()
        found.append(_Stretch(Kind.LIST, [text], line.indent, line.text, line.indent, numbered=is_number))
    elif open_one is not None and _runs_on(line, open_one, width):
        open_one.parts[-1], gap = _line_end(open_one.parts[-1], line.text)
        open_one.parts.append(gap + line.text)
        open_one.last, open_one.last_indent, open_one.lines = line.text, line.indent, open_one.lines + 1
    elif open_one is not None and _continues_item(line, open_one):
        found.append(_Stretch(Kind.LIST, [line.text], open_one.indent, line.text, line.indent))
    else:
        found.append(_Stretch(Kind.PARAGRAPH, [line.text], line.indent, line.text, line.indent))


def _mark(line: _Line, open_one: _Stretch | None, width: int) -> re.Match[str] | None:
    """The bullet or number that makes the line a list item; a dash or number in a running sentence is none."""
    mark = _BULLET.match(line.text) or _BARE_BULLET.match(line.text) or _NUMBER.match(line.text)
    if not mark or line.gap or open_one is None or open_one.kind is Kind.LIST or _END.search(open_one.last):
        return mark
    if mark.re is _NUMBER:
        return None if _is_full(open_one, line, width) else mark
    if mark["mark"] in _WEAK and line.text[mark.end() : mark.end() + 1].islower():
        return None
    return mark


def _is_full(open_one: _Stretch, line: _Line, width: int) -> bool:
    """Whether the first word of the line would not have fitted on the line above."""
    first = line.text.split(maxsplit=1)[0]
    return bool(width) and len(open_one.last) <= width * 2 and len(open_one.last) + 1 + len(first) >= width


def _runs_on(line: _Line, open_one: _Stretch, width: int) -> bool:
    starts_small = line.text.lstrip("(‘'\"“-–— ")[:1].islower()
    is_ended = _END.search(open_one.last) is not None
    if line.gap:
        return starts_small and not is_ended and bool(width) and len(open_one.last) >= width // 2
    if starts_small or (open_one.last.endswith("-") and not is_ended) or open_one.last.endswith(","):
        return True
    if not is_ended and _OPEN_WORD.fullmatch(open_one.last.split()[-1]):
        return True
    if is_ended and line.indent != open_one.last_indent and not (open_one.kind is Kind.LIST and open_one.lines == 1):
        return False  # a new paragraph that is set in, or one after a hanging one
    return _is_full(open_one, line, width)


def _continues_item(line: _Line, open_one: _Stretch) -> bool:
    """Whether the line is a further paragraph of a list item: set in deeper than its mark, and no title."""
    if open_one.kind is not Kind.LIST or line.indent <= open_one.indent + (1 if line.gap else 0):
        return False
    is_title = len(line.text.split()) <= 12 and not _END.search(line.text)
    return not (is_title and _END.search(open_one.last))


def _line_end(before: str, after: str) -> tuple[str, str]:
    """The end of a line as it stands before the next one, and what comes between; a mere line-end hyphen goes.

    >>> _line_end("kennis-", "werkplaatsen"), _line_end("beleids-", "en uitvoering"), _line_end("Noord-", "Holland")
    (('kennis', ''), ('beleids-', ' '), ('Noord-', ''))
    """
    if not before.endswith("-") or len(before) < 2 or not before[-2].isalnum():
        return before, " "
    if after.split(maxsplit=1)[0] in _SUSPENDED:
        return before, " "
    stem = re.split(r"[\s(/]", before[-60:-1])[-1]
    keeps = not after[:1].islower() or len(stem) == 1 or stem[-1:].isdigit() or (len(stem) > 1 and stem.isupper())
    return (before if keeps else before[:-1]), ""


# -------------------------------------------------------------------------------------------------------- headings


def _name_headings(stretches: Sequence[_Stretch]) -> None:
    """Names the headings: a short single line without a full stop, right above a text; at most two in a row."""
    for index, stretch in enumerate(stretches):
        if not _looks_heading(stretch):
            continue
        run = 0
        while index + run < len(stretches) and _looks_heading(stretches[index + run]):
            run += 1
        below = stretches[index + run] if index + run < len(stretches) else None
        is_followed = below is not None and (below.kind is Kind.LIST or len(below.text.split()) >= 3)
        is_run = index > 0 and _looks_heading(stretches[index - 1]) and stretches[index - 1].kind is not Kind.HEADING
        if is_followed and (run == 1 or (run == 2 and not is_run)):
            if stretch.numbered and _beside(stretches, index):
                continue
            stretch.kind = Kind.HEADING


def _beside(stretches: Sequence[_Stretch], index: int) -> bool:
    """Whether a numbered item stands right above or below this one, so that it is a list."""
    near: Iterable[_Stretch] = (*stretches[max(index - 1, 0) : index], *stretches[index + 1 : index + 2])
    return any(stretch.kind is Kind.LIST for stretch in near)


def _looks_heading(stretch: _Stretch) -> bool:
    text = stretch.text
    if stretch.lines > 1 or not (stretch.kind in (Kind.PARAGRAPH, Kind.HEADING) or stretch.numbered):
        return False
    if not 2 < len(text) <= 90 or len(text.split()) > 12 or _END.search(text) or text.endswith(","):
        return False
    return (text[0].isupper() and bool(re.search(r"[^\W\d_]{3,}", text))) or bool(_NUMBERED_HEADING.match(text))
