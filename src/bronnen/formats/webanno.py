"""One document of INCEpTION as WebAnno TSV 3: a token a line, with spans of custom layers in columns.

The format is Java's and counts UTF-16 units. It holds the sentences of a text, not what stands between them, so that
the white space there is made up.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bronnen.errors import StoreError
from bronnen.formats import counting
from bronnen.formats.coded import Coding, Left, Selection, Text
from bronnen.formats.json_values import units
from bronnen.formats.uima import LAYER, STEP, features_of, placed, spoken

HEAD = "#FORMAT=WebAnno TSV 3"
_TOKEN = re.compile(r"(\d{1,9})-(\d{1,9})(\.\d{1,9})?\t(\d{1,9})-(\d{1,9})\t([^\t]*)\t?(.*)")
_NUMBERED = re.compile(r"((?:[^\\\[]|\\.)*)\[(\d{1,9})\]", re.DOTALL)
_STACKED = re.compile(r"(?:[^\\|]|\\.)+", re.DOTALL)
_WORDS = re.compile(r"\w+|[^\w\s]")
_SKIPPED = ("type.Token", "type.Sentence", "type.Lemma", "pos.POS", "type.MorphologicalFeatures")
_OURS = ("at", "by", "code", "given", "unit")
_RESERVED = re.compile(r"\\|\[|\]|\||_|->|;|\t|\n|\*")
_GAPS = 10  # times the bytes of a file: what may stand between its sentences, all together
_LEAST_GAPS = 100_000


@dataclass(slots=True)
class _Span:
    """An annotation that is being put together from its tokens."""

    layer: str
    start: int
    end: int
    features: dict[str, str] = field(default_factory=dict)


def read_tsv(name: str, content: bytes, coder: str, left: list[Left]) -> Text:
    """The text of a TSV with the spans on it, all by one coder; relations and chains say nothing of sources.

    Raises:
        StoreError: it is not WebAnno TSV 3; the message names the first line that does not fit.
    """
    try:
        rows = content.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise StoreError(f"{name} is not UTF-8.", STEP) from error
    if not rows[0].startswith(HEAD):
        raise StoreError(f"{name} does not begin with '{HEAD}'.", STEP)
    columns: list[tuple[str, str]] = []
    spans: dict[tuple[str, str], _Span] = {}
    text = _Growing(_GAPS * len(content) + _LEAST_GAPS)
    for number, row in enumerate(rows[1:], start=2):
        if row.startswith(("#T_SP=", "#T_RL=", "#T_CH=")):
            layer, *features = row[6:].split("|")
            columns += [(layer if row.startswith("#T_SP=") else "", one) for one in features or [""]]
        elif row.startswith("#Text="):
            text.waiting.append(_plain(row[6:]))
        elif row.strip() and not row.startswith("#"):
            found = _TOKEN.fullmatch(row)
            if found is None or len(cells := found[7].rstrip("\t").split("\t")) > max(len(columns), 1):
                raise StoreError(f"{name}, line {number}: is no token with {len(columns)} columns.", STEP)
            begin, end = int(found[4]), int(found[5])
            if not text.reach(begin, _plain(found[6])):
                raise StoreError(f"{name}, line {number}: {begin} lies before or far beyond the text so far.", STEP)
            _take(spans, columns, cells, begin, end, number)
    made = [one for one in spans.values() if one.layer and not one.layer.endswith(_SKIPPED)]
    told = [counting.Told(one.start, one.end) for one in made]
    said = [
        (tuple(spoken(one.layer.rpartition(".")[2], one.features, coder)), one.features.get("unit", "")) for one in made
    ]
    return placed(Text("", text.whole(), where=name), told, said, left)


class _Growing:
    """A text that is put together from its sentences by the offsets of their first tokens, in UTF-16 units.

    What stands between them is no larger than `room`, all of it together.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self.parts: list[str] = []
        self.size = 0
        self.waiting: list[str] = []

    def reach(self, begin: int, token: str) -> bool:
        """Adds the sentence that waits, of which this is the first token; False where it has no place."""
        if not self.waiting:
            return begin <= self.size
        sentence = "\n".join(self.waiting)
        self.waiting = []
        start = begin - units(sentence)[max(sentence.find(token), 0)]
        gap = start - self.size
        if not 0 <= gap <= self.room:
            return False
        self.room -= gap
        self.parts += [" " * (gap - 1) + "\n" if gap else "", sentence]
        self.size = start + units(sentence)[-1]
        return True

    def whole(self) -> str:
        return "".join(self.parts)


def _take(
    spans: dict[tuple[str, str], _Span],
    columns: Sequence[tuple[str, str]],
    cells: Sequence[str],
    begin: int,
    end: int,
    number: int,
) -> None:
    """Adds what the cells of a token say; parts of one annotation share the number in square brackets."""
    for (layer, feature), cell in zip(columns, cells, strict=False):
        if cell in ("_", ""):
            continue
        for index, told in enumerate(_STACKED.findall(cell)):
            numbered = _NUMBERED.fullmatch(told)
            value = numbered[1] if numbered else told
            key = (layer, numbered[2] if numbered else f"line {number}, {index}")
            span = spans.get(key)
            if span is None:
                span = spans[key] = _Span(layer, begin, end)
            span.start, span.end = min(span.start, begin), max(span.end, end)
            if feature and value not in ("*", "_", ""):  # a star that is a value has a mark before it
                span.features[feature] = _plain(value, "")


def _plain(text: str, letters: str = "nrtfb") -> str:
    """The text without its escapes: Java's in a sentence, in a cell a mark stands for itself."""
    java = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "b": "\b"}

    def one(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        return java[found[2]] if found[2] in letters else found[2]

    plain = re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", one, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in text else plain


def write_tsv(text: Text, selections: Sequence[Selection], sentences: Sequence[tuple[int, int]]) -> bytes:
    """A TSV of a text with some of its selections; `sentences` cut it, and what stands between them is a sentence too.

    White space at the ends of a selection is left out, as no token has any.
    """
    at = units(text.text)
    ends = sorted({end for one in selections for end in (one.start, one.end)})
    lines = [f"{HEAD}.3", f"#T_SP=webanno.custom.{LAYER}|{'|'.join(_OURS)}", "", ""]
    codings = [(one, coding) for one in selections for coding in one.codings]
    opened = sorted(range(len(codings)), key=lambda index: codings[index][0].start)
    open_now: list[int] = []
    for number, (start, end) in enumerate(_segments(text.text, sentences), start=1):
        lines += ["", *(f"#Text={_java(part)}" for part in text.text[start:end].split("\n"))]
        for place, (first, last) in enumerate(_tokens(text.text, start, end, ends), start=1):
            while opened and codings[opened[0]][0].start <= first:
                open_now.append(opened.pop(0))
            open_now = [index for index in open_now if codings[index][0].end > first]
            told = [_features(*codings[index], index + 1) for index in open_now]
            cells = ["|".join(column) for column in zip(*told, strict=True)] or ["_"] * len(_OURS)
            words = _java(text.text[first:last])
            lines.append(f"{number}-{place}\t{at[first]}-{at[last]}\t{words}\t" + "\t".join(cells) + "\t")
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _features(selection: Selection, coding: Coding, number: int) -> list[str]:
    values = features_of(selection, coding)
    return [f"{_marked(values[name])}[{number}]" for name in _OURS]


def _segments(text: str, sentences: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The sentences and what stands between them, without white space at their ends."""
    cuts = sorted({0, len(text), *(end for sentence in sentences for end in sentence)})
    for start, end in pairwise(cuts):
        words = text[start:end].strip()
        if words:
            first = text.index(words, start)
            yield first, first + len(words)


def _tokens(text: str, start: int, end: int, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Words and marks, cut where a selection begins or ends inside one."""
    for found in _WORDS.finditer(text, start, end):
        inside = ends[bisect_right(ends, found.start()) : bisect_left(ends, found.end())]
        yield from pairwise([found.start(), *inside, found.end()])


def _marked(value: str) -> str:
    """A value as a cell holds it; `*` where there is none."""
    return _RESERVED.sub(lambda found: "\\" + found[0], value) if value else "*"


def _java(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")
