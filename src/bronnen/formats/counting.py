"""How a program counted: the text of a source, and its offsets as code points over that text.

The standard counts Unicode code points over the plain-text file. Some programs count UTF-16 units, so that a character
beyond the basic plane is two; some count CR LF as one character though the file has both; some count the byte order
mark. Nothing in a file says so. The project as a whole shows it: selections carry the words they begin with as their
name, they lie inside their text, and people select whole words.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from unicodedata import normalize

_ENOUGH = 10_000  # selections that are looked at


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it stood in its file, without the byte order mark, if it had one."""

    text: str
    has_mark: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A selection as its program told it."""

    start: int
    end: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Counting:
    """A way of counting; the standard's where all are False."""

    units: bool = False  # UTF-16 units
    one_break: bool = False  # CR LF is one
    with_mark: bool = False  # the byte order mark is one

    def __str__(self) -> str:
        kinds = ["UTF-16 units" if self.units else "code points"]
        kinds += ["CR LF as one"] * self.one_break + ["with the byte order mark"] * self.with_mark
        return ", ".join(kinds)


Span = tuple[int, int] | None
"""A half-open span in code points, or None where what was told does not lie in the text."""


def decoded(content: bytes) -> Written:
    """The text in a file: what its byte order mark says, else UTF-8, else UTF-16 or Windows' cp1252."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe\0\0", "utf-32-le"),
        (b"\0\0\xfe\xff", "utf-32-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if content.startswith(mark):
            return Written(content[len(mark) :].decode(encoding, "replace"), True)
    half = len(content[:2000]) // 2
    for encoding, zeros in (("utf-16-le", content[1:2000:2]), ("utf-16-be", content[:2000:2])):
        if half and zeros.count(0) > 0.7 * half:
            return Written(content.decode(encoding, "replace"))
    try:
        return Written(content.decode("utf-8"))
    except UnicodeDecodeError:
        return Written(content.decode("cp1252", "replace"))


def counting(
    texts: Sequence[tuple[Written, Sequence[Told]]], *, one_break_first: bool = False, units_first: bool = False
) -> Counting:
    """How the offsets of a project are counted; code points wherever nothing speaks for another way.

    `one_break_first`: its program is known to count CR LF as one; `units_first`: it is known to count UTF-16 units.
    """
    odd = [pair for pair in texts if pair[1] and _is_odd(pair[0])]
    ways = (
        (False, True) if any(not _is_basic(written.text) for written, _ in odd) else (False,),
        (False, True) if any("\r\n" in written.text for written, _ in odd) else (False,),
        (False, True) if any(written.has_mark for written, _ in odd) else (False,),
    )
    choices = [Counting(*way) for way in product(*ways)]
    choices.sort(key=lambda way: (way.one_break is not one_break_first, (way.units is not units_first) + way.with_mark))
    return max(choices, key=lambda way: _evidence(odd, way)) if len(choices) > 1 else Counting()


def spans(written: Written, told: Iterable[Told], way: Counting) -> list[Span]:
    """Where the selections lie in the text."""
    place = _places(written, way)
    found: list[Span] = []
    for one in told:
        start, end = place(one.start), place(one.end)
        found.append((start, end) if start is not None and end is not None and start < end else None)
    return found


def _places(written: Written, way: Counting) -> Callable[[int], int | None]:
    """From an offset as told to one in code points, or None outside the text."""
    text, shift = written.text, int(way.with_mark and written.has_mark)
    units, one_break = way.units and not _is_basic(text), way.one_break and "\r\n" in text
    if not units and not one_break:
        return lambda offset: offset - shift if 0 <= offset - shift <= len(text) else None
    widths = [1 + (units and char > "\uffff") for char in text]
    if one_break:
        for at in _breaks(text):
            widths[at] = 0
    before = array("I", accumulate(widths, initial=0))

    def place(offset: int) -> int | None:
        return bisect_left(before, offset - shift) if 0 <= offset - shift <= before[-1] else None

    return place


def _breaks(text: str) -> Iterable[int]:
    at = text.find("\r\n")
    while at >= 0:
        yield at
        at = text.find("\r\n", at + 1)


def _evidence(texts: Sequence[tuple[Written, Sequence[Told]]], way: Counting) -> tuple[int, int, int]:
    """What speaks for a way of counting: names that fit, spans inside, ends between words (in tenths)."""
    fitting = inside = clean = seen = 0
    for written, told in texts:
        some = told[: max(_ENOUGH - seen, 0)]
        seen += len(some)
        text = written.text
        for one, span in zip(some, spans(written, some, way), strict=True):
            if span is not None:
                inside += 1
                fitting += _fits(one.name, text[slice(*span)])
                clean += sum(not text[max(at - 1, 0) : at + 1].isalnum() or at in (0, len(text)) for at in span)
    return fitting, inside, 5 * clean // max(seen, 1)


def _fits(name: str, quote: str) -> bool:
    """Whether a name is the beginning of the words that are selected."""
    wanted = "".join(normalize("NFC", name).rstrip(".…").split())
    return len(wanted) >= 3 and "".join(normalize("NFC", quote).split()).startswith(wanted)


def _is_odd(written: Written) -> bool:
    return written.has_mark or "\r\n" in written.text or not _is_basic(written.text)


def _is_basic(text: str) -> bool:
    return text.isascii() or max(text) <= "\uffff"
