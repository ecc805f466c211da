"""Values out of JSON that another program wrote: within bounds, and told by their place where they do not fit."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bronnen.errors import StoreError
from bronnen.formats import counting
from bronnen.formats.checks import MAX_OFFSET
from bronnen.formats.coded import Coded, Coding, Left, Selection, Text

MAX_BYTES = 200 * 2**20
MAX_LINE = 20_000_000  # characters: a document as one record
POINTS, UNITS = "code points", "UTF-16 units"
"""What we write under `offsets`, so that nobody has to guess."""
_UPLOAD = re.compile(r"^[0-9a-f]{8}-")  # what Label Studio puts before the name of a file
_SHOWN = 5
_STEP = "Nothing was read from it; export it again from the program that made it, or see docs/file-formats.md."
_KEYS = ("document", "document_id", "doc_id", "sha256")
_NAMES = ("name", "path", "file", "filename", "file_name", "document_name", "document", "doc", "source", "title")
_ASIDE = ("bronnen", "data", "meta", "metadata")


class Unfit(ValueError):
    """A value does not fit; `where` is its place in the file."""

    def __init__(self, where: str, said: str) -> None:
        super().__init__(said)
        self.where = where


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a file, and where it stands: 'line 3, spans[0].start'."""

    where: str
    value: Any

    def refuse(self, said: str) -> NoReturn:
        """Raise an `Unfit` that names the place."""
        raise Unfit(self.where, said)

    def at(self, name: str) -> Node:
        """The value under a name; None where it is absent or this is no object."""
        joint = "." if "," in self.where else ", "
        return Node(f"{self.where}{joint}{name[:40]}", self.value.get(name) if isinstance(self.value, dict) else None)

    def items(self) -> list[Node]:
        """The values of a list; none where there is nothing."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            self.refuse(f"{shown(self.value)} is no list")
        return [Node(f"{self.where}[{index}]", one) for index, one in enumerate(self.value)]

    def text(self) -> str:
        """A text.

        Raises:
            Unfit: it is none.
        """
        if not isinstance(self.value, str):
            self.refuse(f"{shown(self.value)} is no text")
        return str(self.value)

    def offset(self) -> int:
        """A whole number that can be an offset.

        Raises:
            Unfit: it is none.
        """
        value = self.value
        if isinstance(value, float) and math.isfinite(value) and value.is_integer():
            value = int(value)
        if type(value) is not int or not 0 <= value <= MAX_OFFSET:
            self.refuse(f"{shown(self.value)} is no offset")
        return int(value)

    def is_object(self) -> bool:
        """Whether this has names with values."""
        return isinstance(self.value, dict)


def shown(value: Any) -> str:
    """A value as a message shows it: short, and '—' where there is none."""
    return "'—'" if value is None else repr(value)[:40]


@dataclass(frozen=True, slots=True)
class About:
    """Which document a record says it is of, and where in it the record's text begins."""

    key: str = ""
    name: str = ""
    at: int | None = None
    offsets: str = ""  # how they are counted: `POINTS` or `UNITS`


def about(record: Node) -> About:
    """What a record tells of its document, in itself or in its `data`, `meta`, `metadata` or `bronnen`."""
    places = [record.at(aside) for aside in _ASIDE] + [record]
    places = [place.at("bronnen") for place in places if place.at("bronnen").is_object()] + places
    key = name = ""
    at: int | None = None
    for place in (place for place in places if place.is_object()):
        told = [(one, place.at(one).value) for one in dict.fromkeys((*_KEYS, *_NAMES))]
        for one, value in told:
            if isinstance(value, str) and value.strip():
                is_key = len(value) == 64 and set(value) <= set("0123456789abcdef")
                key = key or (value if is_key and one in _KEYS else "")
                name = name or (value[:1000] if not is_key and one in _NAMES else "")
        if at is None and type(place.at("start").value) is int and "document" in place.value:
            at = place.at("start").offset()
    upload = record.at("file_upload").value
    name = name or (_UPLOAD.sub("", upload) if isinstance(upload, str) else "")
    ways = (place.at("offsets").value for place in places if place.is_object())
    return About(key, name, at, next((way for way in ways if way in (POINTS, UNITS)), ""))


def lines(path: Path) -> Iterator[Node]:
    """The JSON objects of a file, one a line.

    Raises:
        StoreError: it cannot be read, or a line is no JSON object; the message names the first such lines.
    """
    bad: list[Unfit] = []
    for number, line in enumerate(_content(path).split("\n"), start=1):
        where = f"line {number}"
        if len(line) > MAX_LINE:
            bad.append(Unfit(where, f"is longer than {MAX_LINE} characters"))
        elif line.strip():
            try:
                value = _parsed(line)
            except ValueError as error:
                bad.append(Unfit(where, f"is not JSON ({error})"))
                continue
            if isinstance(value, dict):
                yield Node(where, value)
            else:
                bad.append(Unfit(where, "is not a JSON object"))
    if bad:
        refuse(path, bad)


def records(path: Path, kind: str) -> list[Node]:
    """The objects in the list that a file is, or the one object.

    Raises:
        StoreError: it cannot be read, is not JSON, or is not a list of objects.
    """
    try:
        value = _parsed(_content(path))
    except ValueError as error:
        raise StoreError(f"{path.name} is not JSON ({error}).", _STEP) from error
    found = value if isinstance(value, list) else [value]
    for index, one in enumerate(found):
        if not isinstance(one, dict):
            raise StoreError(f"{path.name}, {kind} {index + 1}: {shown(one)} is no object.", _STEP)
    return [Node(f"{kind} {index + 1}", one) for index, one in enumerate(found)]


def refuse(path: Path, bad: Sequence[Unfit]) -> NoReturn:
    """Raise a StoreError that names the first places that do not fit."""
    told = "; ".join(f"{one.where}: {one}" for one in bad[:_SHOWN])
    more = f"; and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
    raise StoreError(f"{path.name} has {len(bad)} bad row{'s' * (len(bad) > 1)}: {told}{more}.", _STEP)


@dataclass(slots=True)
class Draft:
    """A record before it is known how its offsets are counted: spans as told, each with its codings and unit."""

    where: str
    about: About
    text: str
    told: list[counting.Told]
    said: list[tuple[tuple[Coding, ...], str]]
    whole: list[Coding]

    def add(self, span: Node, words: str, codings: Sequence[Coding], unit: str = "", ends: str = "start end") -> None:
        """Notes what was said of a span; `ends` are the names of its two offsets.

        Raises:
            Unfit: an offset is none, or the end is not beyond the start.
        """
        first, last = ends.split()
        start, end = span.at(first).offset(), span.at(last).offset()
        if start >= end:
            span.at(last).refuse(f"{end} is not beyond {first} {start}")
        self.told.append(counting.Told(start, end, words))
        self.said.append((tuple(codings), unit))


def drafted(record: Node, text: str) -> Draft:
    """A record of a text of which nothing is said yet."""
    return Draft(record.where, about(record), text, [], [], [])


def coded(
    drafts: Sequence[Draft],
    left: list[Left],
    unanswered: int,
    way: counting.Counting | None = None,
    *,
    units_first: bool = False,
) -> Coded:
    """The texts with their spans in code points, counted in the given way, or as the records tell or show.

    `units_first`: the program is known to count UTF-16 units where nothing shows it.
    """
    pairs = [(counting.Written(draft.text), draft.told) for draft in drafts]
    told_ways = {draft.about.offsets for draft in drafts}
    if way is None and len(told_ways) == 1 and "" not in told_ways:
        way = counting.Counting(units=told_ways == {UNITS})
    way = way or counting.counting(pairs, units_first=units_first)
    texts = []
    for draft, (written, told) in zip(drafts, pairs, strict=True):
        selections = []
        for span, one, (codings, unit) in zip(counting.spans(written, told, way), told, draft.said, strict=True):
            if span is None and not one.name:
                where = f"{draft.where}, {one.start}-{one.end}"
                left += [Left(where, f"'{coding.code}' does not lie in its text") for coding in codings]
                continue
            selections.append(Selection(*(span or (0, 0)), codings, unit=unit, words=one.name))
        told_of = draft.about
        texts.append(
            Text(
                told_of.name,
                draft.text,
                tuple(selections),
                told_of.key,
                at=told_of.at,
                whole=tuple(draft.whole),
                where=draft.where,
            )
        )
    return Coded(tuple(texts), tuple(left), str(way), unanswered)


def units(text: str) -> list[int]:
    """Per offset in code points, 0 to the length of the text, the offset in UTF-16 units.

    >>> units("a😀b")
    [0, 1, 3, 4]
    """
    found = [0]
    for char in text:
        found.append(found[-1] + 1 + (char > "\uffff"))
    return found


def line_of(record: Mapping[str, Any]) -> str:
    """A JSON object on one line, ASCII only where it holds a lone surrogate."""
    line = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return line if line.isascii() or not any("\ud800" <= char <= "\udfff" for char in line) else json.dumps(record)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ValueError as error:
        raise ValueError(str(error)[:80]) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _content(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.", "Check its name and rights.") from error
    if len(content) > MAX_BYTES:
        raise StoreError(f"{path.name} is larger than {MAX_BYTES // 2**20} MB.", "Export it in parts.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StoreError(f"{path.name} is not UTF-8.", "Save it in UTF-8.") from error
