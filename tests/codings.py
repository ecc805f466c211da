"""Texts with codings, drawn at random, for the tests of the formats of other programs."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from bronnen.formats.coded import OURS, Coding, Selection, Text

LETTERS = st.sampled_from([*"abc éöß .,\n\"'<&>|_[]\\*;-\t", "😀", "𝔘", "e\u0301", "->"])
CODES = ("een code", "Ünïcode|[1]", "*", "eind\\")
TIMES = ("2026-03-01T10:00:00+00:00", "2026-04-01T10:00:00+00:00")
Seen = set[tuple[str, str, int, int, str, str, str, str]]


@st.composite
def texts(draw: st.DrawFn) -> list[Text]:
    """Up to four texts; the model says nothing of units and times, as in what we write."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        words = "".join(draw(st.lists(LETTERS, min_size=1, max_size=40)))
        selections = []
        for _ in range(draw(st.integers(0, 4))):
            start = draw(st.integers(0, len(words) - 1))
            end = draw(st.integers(start + 1, len(words)))
            codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True))
            coder, at = draw(st.sampled_from(["anna", "Zoë/2", "adjudicated:bo"])), draw(st.sampled_from(TIMES))
            unit = draw(st.sampled_from(["", "sentence", "passage"]))
            if draw(st.booleans()):
                coder, at, unit = OURS, "", ""
            selections.append(Selection(start, end, tuple(Coding(code, coder, at) for code in codes), unit=unit))
        key = f"{number:064x}"
        made.append(Text(f"nöta {number}.pdf", words, tuple(selections), key, at=draw(st.integers(0, 9))))
    return made


def seen(found: Iterable[Text], *, by_people: bool = False) -> Seen:
    """Every coding with its document, place, words, unit, coder and time."""
    return {
        (text.key, coding.code, one.start, one.end, text.text[one.start : one.end], one.unit, coding.coder, coding.at)
        for text in found
        for one in text.selections
        for coding in one.codings
        if not by_people or coding.coder != OURS
    }
