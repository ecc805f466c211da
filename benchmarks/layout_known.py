"""The measures of `layout.py` on the PDFs of `corpus/`, of which the text is known.

Per group of documents:
  characters    1 - Levenshtein distance / length of the known text, exact, over the whole document: the known blocks in
                order against the blocks of `Document.text`, white space and list markers set aside
  order         Kendall's tau of the places of the known blocks, each looked up by its runs of ten characters
  kinds         macro-F1 of the kind of the block that holds most of a known block
  hyphens       hyphens at the end of pdfium's lines: how often the word has its known form
  heads         lines of running heads and folios of which no word stands in the text
  note marks    raised digits that neither stick to the word before them nor stand loose behind it
  note records  marks with a `NoteMark` after their word that leads to the known note
  breaks        F1 of the beginnings of blocks, tables left out
"""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sheets import Sheet, Tallies, Tally, by_page, line_ends, note_marks, sheets, tokens, words_in

from bronnen.records import Document, Kind

CORPUS = Path(__file__).parents[1] / "corpus"
GROUPS = ("one column", "more columns", "spread")
SHINGLE = 10
MARKER = re.compile(r"^(?:[•‣▪–\-·o*]|\d{1,2}[.)]?|[a-z][.)]|\(?\d{1,2}\))\s+(?=\S)")
FOLIO = re.compile(r"(?:[Pp]agina |blz\. )?[-–|]? ?\d{1,4} ?[-–|]?(?: ?(?:van|/) ?\d{1,4})?")


def known() -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Every document with known text: its group, its PDF, what is known."""
    for path in sorted((CORPUS / "waarheid").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        spread = CORPUS / "lastig" / f"{path.stem}.pdf"
        if spread.exists():
            yield GROUPS[2], spread, truth
        else:
            yield GROUPS[truth["columns"] > 1], CORPUS / "voorbeelden" / f"{path.stem}.pdf", truth


def measured(path: Path, truth: dict[str, Any], document: Document) -> Tallies:
    tallies: Tallies = defaultdict(Tally)
    pages, texts = sheets(path), _texts(document, _chart(truth["slug"]))
    wanted = [_plain(block["text"]) for block in truth["blocks"]]
    text = " ".join(wanted)
    lost = distance(text, " ".join(told for _, told in texts))
    tallies["characters"].add(max(0, len(text) - lost), len(text), [f"{lost} of {len(text)} off"])
    _blocks(tallies, truth, wanted, texts)
    _hyphens(tallies, pages, text, " ".join(told for _, told in texts))
    _heads(tallies, pages, truth["running"], document)
    glued, loose = note_marks(pages, document)
    marks = sum(len(page.marks) for page in pages)
    tallies["note marks"].add(marks - len(glued) - len(loose), marks, glued + loose)
    _notes(tallies, pages, truth, document)
    return tallies


def _notes(tallies: Tallies, pages: list[Sheet], truth: dict[str, Any], document: Document) -> None:
    """Whether every mark is recorded after its word, with a footnote that begins as the known one does."""
    known_notes = {block["marker"]: _plain(block["text"])[:20] for block in truth["blocks"] if block["marker"]
                   and block["kind"] == "footnote"}  # fmt: skip
    recorded = set()
    for mark in getattr(document, "notes", ()):
        block = document.blocks[mark.note] if mark.note is not None else None
        if block and block.kind is Kind.FOOTNOTE:
            told = document.text[block.start : block.end].removeprefix(mark.label).strip()
            before = document.text[max(0, mark.start - 40) : mark.start].split()
            recorded.add((before[-1] if before else "", mark.label, _plain(told)[:20]))
    for word, digits in (mark for page in pages for mark in page.marks):  # of a broken word, the word is its end
        right = any(one.endswith(word) and rest == [digits, known_notes.get(digits)] for one, *rest in recorded)
        tallies["note records"].add(right, 1, [] if right else [f"{word}{digits}"])


def _plain(text: str) -> str:
    """The text on one line, without a list marker; a hard space is a space."""
    return MARKER.sub("", " ".join(unicodedata.normalize("NFC", text).replace(" | ", " ").split()))


def _chart(slug: str) -> frozenset[str]:
    """The labels and figures of the bar charts, which stand on the page and in no block."""
    source = (CORPUS / "documenten" / f"{slug}.md").read_text(encoding="utf-8")
    return frozenset(re.findall(r"[^\s=;]+", " ".join(re.findall(r"^!figuur \w+:(.*)$", source, re.MULTILINE))))


def _texts(document: Document, chart: frozenset[str]) -> list[tuple[Kind, str]]:
    found = []
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if block.kind is not Kind.CONTENTS and text.strip() != "Inhoud" and not chart.issuperset(text.split()):
            found.append((block.kind, _plain(text)))
    return found


def distance(one: str, other: str) -> int:
    """Levenshtein's, by Hyyrö's bit vectors: a column of the table is one whole number.

    >>> distance("kitten", "sitting"), distance("", "ab"), distance("ab", "")
    (3, 2, 2)
    """
    if not one:
        return len(other)
    places: dict[str, int] = defaultdict(int)
    for place, char in enumerate(one):
        places[char] |= 1 << place
    mask, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    plus, minus, score = mask, 0, len(one)
    for char in other:
        equal = places.get(char, 0)
        down = equal | minus
        across = (((equal & plus) + plus) ^ plus) | equal
        up = minus | (mask & ~(across | plus))
        back = plus & across
        score += bool(up & last) - bool(back & last)
        up, back = (up << 1) | 1, back << 1
        plus, minus = mask & (back | ~(down | up)), mask & up & down
    return score


def _squeezed(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _blocks(tallies: Tallies, truth: dict[str, Any], wanted: list[str], texts: list[tuple[Kind, str]]) -> None:
    """Order, kinds and breaks."""
    squeezed = [_squeezed(text) for _, text in texts]
    places = _places([_squeezed(text) for text in wanted], squeezed)
    starts = [0]
    for text in squeezed:
        starts.append(starts[-1] + len(text))
    for block, place in zip(truth["blocks"], places, strict=True):
        kind = "" if place is None else str(texts[bisect_right(starts, place) - 1][0])
        same = kind == block["kind"]
        told = [] if same else [f"{block['kind']} as {kind or 'nothing'}: {block['text'][:60]}"]
        tallies[f"kind {block['kind']} {kind}"].add(1, 1, told)
    found = [place for place in places if place is not None]
    pairs = [one < other for number, one in enumerate(found) for other in found[number + 1 :]]
    if pairs:
        tallies["order"].add((2 * sum(pairs) / len(pairs) - 1) * len(found), len(found))
    here = Counter(_squeezed(text)[:12] for text, block in zip(wanted, truth["blocks"], strict=True)
                   if block["kind"] != "table")  # fmt: skip
    there = Counter(text[:12] for text, (kind, _) in zip(squeezed, texts, strict=True) if kind is not Kind.TABLE)
    tallies["breaks"].add(2 * (here & there).total(), here.total() + there.total(),
                          [f"missing: {t}" for t in here - there] + [f"extra: {t}" for t in there - here])  # fmt: skip


def _places(wanted: list[str], squeezed: list[str]) -> list[int | None]:
    """Where each known block stands in the squeezed text: the block that holds most of its runs of characters."""
    starts, text = [0], "".join(squeezed)
    runs: dict[str, list[int]] = defaultdict(list)
    for place in range(len(text) - SHINGLE + 1):
        runs[text[place : place + SHINGLE]].append(place)
    for one in squeezed:
        starts.append(starts[-1] + len(one))
    found: list[int | None] = []
    expected = 0
    for want in wanted:
        size = min(SHINGLE, len(want))
        votes: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for offset in range(0, max(1, len(want) - size + 1)):
            places = runs.get(want[offset : offset + size], []) if size == SHINGLE else _all(text, want)
            for place in places:
                votes[bisect_right(starts, place) - 1].append((1 / len(places), place - offset))
        if not want or not votes:
            found.append(None)
            continue
        best = max(votes, key=lambda n: (round(sum(w for w, _ in votes[n]), 6), -abs(votes[n][0][1] - expected)))
        place = min(votes[best], key=lambda vote: abs(vote[1] - expected) if vote[0] < 1 else -1)[1]
        found.append(max(starts[best], place))
        expected = place + len(want)
    return found


def _all(text: str, part: str) -> list[int]:
    return [found.start() for found in re.finditer(f"(?={re.escape(part)})", text)] if part else []


def _hyphens(tallies: Tallies, pages: list[Sheet], text: str, told: str) -> None:
    here, there = Counter(tokens(text)), Counter(tokens(told))
    forms: Counter[str] = Counter()
    for tail, head in line_ends(pages):
        options = [tail + head, f"{tail}-{head}", f"{tail}-"] if head else []
        known_as = [form for form in options if form in here]
        if not known_as:  # the next line is another one, a column or a page further: the word that begins so, if one
            begun = [form for form in here if form.startswith(tail) and form != tail]
            known_as = begun if len(begun) == 1 else []
        forms.update(known_as[:1])
    for form, count in forms.items():
        missing = min(count, max(0, here[form] - there[form]))
        tallies["hyphens"].add(count - missing, count, [form] if missing else [])


def _heads(tallies: Tallies, pages: list[Sheet], running: list[str], document: Document) -> None:
    words = by_page(document)
    places = Counter((line.text, round(line.top / 4)) for page in pages for line in page.lines)
    for number, page in enumerate(pages, 1):
        for line in page.lines:
            edge = line.top < 0.13 * page.height or line.bottom > 0.87 * page.height
            bare = line.text
            for head in sorted(running, key=len, reverse=True):
                bare = bare.replace(head, "", 1)
            again = places[line.text, round(line.top / 4)] > 1  # a title may read as the running head does
            if edge and (FOLIO.fullmatch(bare.strip()) or (again and any(line.text in head for head in running))):
                found = words_in(document, words[number], line)
                tallies["heads"].add(not found, 1, [f"p{number} {line.text}"] if found else [])


def measures(tallies: Tallies) -> dict[str, float]:
    """The shares, the pairs of kinds taken together as one macro-F1."""
    found = {name: tally.share for name, tally in tallies.items() if not name.startswith("kind ")}
    pairs = {tuple(name.split(" ")[1:]): tally.total for name, tally in tallies.items() if name.startswith("kind ")}
    scores = []
    for kind in sorted({one for one, _ in pairs}):
        both = sum(n for (one, other), n in pairs.items() if one == kind == other)
        either = sum(n * ((one == kind) + (other == kind)) for (one, other), n in pairs.items())
        scores.append(2 * both / either)
        found[f"kind {kind}"] = scores[-1]
    found["kinds"] = sum(scores) / len(scores)
    return found
