"""What people coded in another program, as verdicts on the passages and sentences of our documents.

Only what people coded becomes a verdict: `docs/file-formats.md` ('QDA projects', 'Labels from other programs') has the
rules. What cannot be used is noted in a `Tally`, never dropped in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bronnen.alike import Alike
from bronnen.exchange import NONE, Said, by_of, code_names
from bronnen.formats.coded import OURS, Coding, Left, Selection, Text
from bronnen.formats.meaning import Meaning, folded
from bronnen.places import Places, bare, digest
from bronnen.records import Analysis, Passage, Source, Unit, Use, Verdict, page_at
from bronnen.taxonomy import looks
from bronnen.verdicts import combine, settle

LEAST_LETTERS = 20  # of a text without a document, so that it is not found by chance
MOST_ALIKE = 5_000  # searches by likeness in one file, each some ten milliseconds
_MARKS = re.compile(r"[_:/=.\-]+")
_Key = tuple[Unit, int, int, str, str]  # what was judged, by whom, and when where that tells verdicts apart


def meanings(names: Iterable[str], own: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """What codes stand for, by their full names: as the user tells, or by our names; unknown ones are not in it.

    Ours are the Dutch and English names, and `experiential used` with whatever mark between the words; a source without
    a use is `used`. A code inside a folder is known by its whole path, by its own name, or by the two last parts
    ('ervaringskennis' > 'gebruikt').
    """
    known = {**_ours(), **own}
    found: dict[str, Meaning] = {}
    for name in names:
        parts = name.split(" > ")
        for way in (name, _last(name), " ".join(parts[-2:])):
            key = folded(way) if folded(way) in known else folded(_MARKS.sub(" ", way))
            if key in known:
                found[name] = known[key]
                break
    return found


def _ours() -> dict[str, Meaning]:
    known: dict[str, Meaning] = {folded(name): said for one in NONE for said, name in code_names(one).items()}
    for source in Source:
        ways = [source.value, *(looks(one)[source].name for one in NONE)]
        known.update({folded(way): (source, Use.USED) for way in ways})
        uses: dict[str, Use | None] = {"used": Use.USED, "called for": Use.CALLED_FOR, "none": None}
        known.update({f"{source.value} {word}": (source, use) for word, use in uses.items()})
    return known


def match(
    found: Text,
    documents: Sequence[tuple[str, str, str]],
    digests: Callable[[], Mapping[str, str]],
    holding: Callable[[str], Sequence[str]] = lambda text: (),
) -> tuple[str | None, str]:
    """The id of the document that a text is of, or None and why not.

    `documents` are (id, name, path); `digests` gives `places.digest` of their texts by id, and is asked only where file
    and name leave it open, and then `holding`, the ids of the documents in which a text stands as a piece. Found by the
    file's sha256, then by name (programs add `.txt` or take `.pdf` away), then by the text itself.
    """
    if any(found.key == document_id for document_id, _, _ in documents):
        return found.key, ""
    wanted = _file_name(found.name)
    same: list[str] = []
    for name, way in ((wanted, str), (_stem(wanted), str), (_stem(wanted), _stem)) if wanted else ():
        same = [document_id for document_id, other, _ in documents if way(_file_name(other)) == name]
        if len(same) == 1:
            return same[0], ""
        if same:
            break
    own = digest(found.text)
    alike = [document_id for document_id, told in digests().items() if told == own]
    if len(alike) == 1 or (alike and not same):
        return alike[0], ""
    around = holding(found.text) if len(bare(found.text)) >= LEAST_LETTERS else ()
    if len(around) == 1:
        return around[0], ""
    if around:
        return None, "its text stands in more than one document"
    return None, "its name is that of more than one document" if same else "the document is not in the store"


@dataclass(slots=True)
class Tally:
    """What became of the codings of a project."""

    by_model: int = 0  # ours, not a person's
    skipped: int = 0  # of codes that say nothing of sources
    known: int = 0  # verdicts that the store has already
    by_words: int = 0  # selections that were found by their words, not at the offsets that were told
    alike: list[float] = field(default_factory=list)  # the scores of those found by words that are alike only
    tried: int = 0  # how often words that are alike were looked for
    unknown: Counter[str] = field(default_factory=Counter)  # codings per code of which the meaning is not told
    left: list[Left] = field(default_factory=list)


def verdicts(
    found: Sequence[Text], analysis: Analysis, told: Mapping[str, Meaning], tally: Tally, *, dated: bool = False
) -> list[Verdict]:
    """What people coded in texts that are of one document, as verdicts on its passages and sentences.

    A selection is a verdict on each passage that it covers as a whole, and elsewhere on the sentences that it covers
    for at least half; where it covers none so far, on the sentence that most of it lies in. Only the coded source is
    judged. Where one coder gave a span two codes for a source, used wins over called for, and that over none; with
    `dated` only where both were given at one time: the others are verdicts that follow each other.
    """
    spot = Spot(analysis.document.text)
    said: dict[_Key, list[tuple[Said, str]]] = {}
    for one in found:
        for selection, span, codings in _placed(one, analysis, spot, told, tally):
            spans = list(_targets(*span, analysis, selection.unit)) if span else []
            if not spans:
                why = "lies in no passage (a heading, contents)" if span else "its words are not in the document"
                shown = _short(selection.words)
                tally.left += [Left(one.shown, f"'{coding.code}' on '{shown}': {why}") for coding, _ in codings]
            for target in spans:
                for coding, what in codings:
                    key = (*target, by_of(coding.coder), coding.at if dated else "")
                    said.setdefault(key, []).append((what, coding.at))
    made = (_verdict(analysis, key, codings, tally, dated=dated) for key, codings in said.items())
    return sorted((one for one in made if one), key=lambda one: (one.start, one.end, one.by, one.at))


def leave(found: Text, told: Mapping[str, Meaning], tally: Tally, why: str) -> None:
    """Notes the codings by people in a text that has no document."""
    parts = [(one.codings, note) for one, note in zip(found.selections, _noted(found), strict=True)]
    parts += [(one.codings, "") for one in found.quotes]
    parts.append((found.whole, ""))
    for codings, note in parts:
        for coding, _ in _by_people(codings, note, told, tally):
            tally.left.append(Left(found.shown, f"'{coding.code}': {why}"))


def _placed(
    found: Text, analysis: Analysis, spot: Spot, told: Mapping[str, Meaning], tally: Tally
) -> Iterator[tuple[Selection, tuple[int, int] | None, list[tuple[Coding, Said]]]]:
    """Each selection that people coded, with its words filled in, and its span in the document."""
    at = spot.offset(found)
    befores = spot.befores(found, at)
    for selection, before, note in zip(found.selections, befores[:-1], _noted(found), strict=True):
        codings = list(_by_people(selection.codings, note, told, tally))
        if codings:
            stood = found.text[selection.start : selection.end]
            is_there = at is not None and bare(selection.words or stood) == bare(stood)
            words = selection.words or stood
            around = (found.text[max(selection.start - 80, 0) : selection.start], found.text[selection.end :][:80])
            span = (at + selection.start, at + selection.end) if is_there and at is not None else None
            yield replace(selection, words=words), span or spot.find(words, before, around, tally), codings
    starts = {page.number: page.start for page in analysis.document.pages}
    for quote in found.quotes:
        codings = list(_by_people(quote.codings, "", told, tally))
        if codings:
            near = spot.places.before(starts.get(quote.page, 0))
            yield Selection(0, 0, (), words=quote.text), spot.find(quote.text, near, ("", ""), tally), codings
    codings = list(_by_people(found.whole, "", told, tally))
    if codings:
        span = (at, at + len(found.text)) if at is not None else spot.find(found.text, befores[-1], ("", ""), tally)
        if span and _count(span, analysis.passages) > 1:
            why = "is on a text of more than one passage as a whole, not on words in it"
            tally.left += [Left(found.shown, f"'{coding.code}' {why}") for coding, _ in codings]
        else:
            yield Selection(0, 0, (), words=found.text), span, codings


def _count(span: tuple[int, int], passages: Iterable[Passage]) -> int:
    return sum(passage.start < span[1] and passage.end > span[0] for passage in passages)


class Spot:
    """A document's text, to put texts and words from elsewhere on their place in."""

    def __init__(self, text: str) -> None:
        self.text, self.places = text, Places(text)
        self._alike: Alike | None = None

    def offset(self, found: Text) -> int | None:
        """Where a text begins in the document, if it stands there letter for letter at the offset that is told."""
        at = found.at or 0
        return at if found.text and self.text.startswith(found.text, at) else None

    def befores(self, found: Text, at: int | None) -> list[int]:
        """About how many characters without white space come before each selection, and before the text itself."""
        if at is None:
            place = self.places.find(found.text, self.places.before(found.at or 0)) if found.at is not None else None
            at = place[0] if place else found.at or 0
        begun = self.places.before(at)
        counted = self.places.befores(found.text, [selection.start for selection in found.selections])
        return [*(begun + before for before in counted), begun]

    def again(self, verdict: Verdict, tally: Tally) -> Verdict | None:
        """A verdict whose quote does not stand in the text letter for letter, on its place; None where it has none."""
        span = self.find(verdict.quote, self.places.before(verdict.start), ("", ""), tally)
        return replace(verdict, start=span[0], end=span[1], quote=self.text[slice(*span)]) if span else None

    def find(self, words: str, before: int, around: tuple[str, str], tally: Tally) -> tuple[int, int] | None:
        """Where words stand: the same letters, else letters that are alike (`alike`), which is noted with its score."""
        span = self.places.find(words, before, around)
        if span:
            tally.by_words += 1
            return span
        if tally.tried >= MOST_ALIKE:
            return None
        tally.tried += 1
        self._alike = self._alike or Alike(self.text)
        near = self._alike.find(words, self.places.offset(before))
        if near is None:
            return None
        tally.alike.append(near.score)
        return near.start, near.end


def _by_people(
    codings: Iterable[Coding], note: str, told: Mapping[str, Meaning], tally: Tally
) -> Iterator[tuple[Coding, Said]]:
    """The codings by people of which the code says something of a source; the others are counted."""
    for coding in codings:
        if coding.coder.casefold() == OURS or re.search(rf"(: |, ){re.escape(_last(coding.code))}[ ,.]", note):
            tally.by_model += 1
        elif coding.code not in told:
            tally.unknown[coding.code] += 1
        else:
            meaning = told[coding.code]
            if meaning is None:
                tally.skipped += 1
            else:
                yield coding, meaning


def _noted(found: Text) -> list[str]:
    """What a selection's description tells of the model's codes, where the program gave all codings to who exports."""
    has_ours = any(coding.coder.casefold() == OURS for one in found.selections for coding in one.codings)
    return ["" if has_ours or not one.note.startswith(f"{OURS}: ") else one.note for one in found.selections]


def _targets(start: int, end: int, analysis: Analysis, unit: str = "") -> Iterator[tuple[Unit, int, int]]:
    """What a selection is a verdict on; nothing where it overlaps no passage."""
    if unit and any(
        (start, end) in ((one.start, one.end) for one in (passage.sentences if unit == Unit.SENTENCE else (passage,)))
        for passage in analysis.passages
    ):
        yield Unit(unit), start, end
        return
    best: tuple[int, int, int] | None = None
    is_empty = True
    for passage in analysis.passages:
        if passage.start >= end or passage.end <= start:
            continue
        if _covers(analysis.document.text, start, end, passage):
            is_empty = False
            yield Unit.PASSAGE, passage.start, passage.end
            continue
        for sentence in passage.sentences:
            shared = min(end, sentence.end) - max(start, sentence.start)
            if shared > 0 and 2 * shared >= sentence.end - sentence.start:
                is_empty = False
                yield Unit.SENTENCE, sentence.start, sentence.end
            elif shared > 0 and (best is None or shared > best[0]):
                best = (shared, sentence.start, sentence.end)
    if is_empty and best:
        yield Unit.SENTENCE, best[1], best[2]


def _covers(text: str, start: int, end: int, passage: Passage) -> bool:
    """Whether no letter or digit of the passage stands outside the span."""
    outside = text[passage.start : max(start, passage.start)] + text[min(end, passage.end) : passage.end]
    return not any(map(str.isalnum, outside))


def _verdict(
    analysis: Analysis, key: _Key, codings: list[tuple[Said, str]], tally: Tally, *, dated: bool
) -> Verdict | None:
    """The verdict of one coder on one span, without what they said of it before; None where nothing is left."""
    unit, start, end, by, _ = key
    document = analysis.document
    uses: dict[Source, set[Use | None]] = {}
    for (source, use), _ in codings:
        uses.setdefault(source, set()).add(use)
    at = max(at for _, at in codings)
    own = [one for one in analysis.verdicts if (one.by, one.start, one.end) == (by, start, end)]
    if dated:
        own = [one for one in own if one.unit is unit and (not at or one.at <= at)]
    before = settle(own)
    judged = {source: combine(found) for source, found in uses.items()}
    judged = {source: use for source, use in judged.items() if source not in before or before[source] is not use}
    if not judged:
        tally.known += 1
        return None
    page = page_at(document, start)
    return Verdict(
        document_id=document.id,
        start=start,
        end=end,
        page=page.number if page else None,
        unit=unit,
        judged=frozenset(judged),
        labels={source: use for source in Source if (use := judged.get(source)) is not None},
        quote=document.text[start:end],
        by=by,
        at=at,
    )


@lru_cache(maxsize=20_000)
def _file_name(name: str) -> str:
    return folded(name.replace("\\", "/").rpartition("/")[2])


def _stem(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return stem if dot else name


def _last(code: str) -> str:
    return code.rpartition(" > ")[2]


def _short(words: str) -> str:
    shown = " ".join(words.split())
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
