"""Where the look for hidden words fails or comes to a bound, none is shown, and what a reader sees stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pdf_factory import Sheet, pdf
from test_hidden import FIRST, HIDDEN, NAME, REST, WORD, Case, box, failing, silent, white, words_of

from bronnen.extract import drawn, hidden, pixels, plumber
from bronnen.extract import pdf as reader
from bronnen.settings import ENGINES, ExtractSettings


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("place", [(drawn, "on_page"), (hidden, "unseen")])
def test_a_page_of_which_it_cannot_be_told_what_is_seen_fails(
    place: tuple[Any, str], engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*place, failing(ValueError))
    pages, _ = reader.pages_of(HIDDEN["a black box after the text"].data(), ExtractSettings(engine))
    assert [bool(page.failed) for page in pages] == [True]
    assert not pages[0].all_words()


def test_pages_that_the_engines_count_otherwise_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    covered = HIDDEN["a black box after the text"].content
    data = pdf(Sheet(REST), Sheet(covered))
    opened = plumber.opened

    @contextmanager
    def last_alone(data: bytes) -> Iterator[Any]:
        with opened(data) as document:
            document._pages = document.pages[1:]
            yield document

    monkeypatch.setattr(plumber, "opened", last_alone)
    pages, _ = reader.pages_of(data, ExtractSettings("pdfplumber"))
    assert [(bool(page.failed), page.all_words()) for page in pages] == [(True, [])]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("place", [(drawn, "on_page"), (hidden, "unseen"), (pixels, "unseen")])
def test_a_lack_of_memory_shows_no_hidden_word(
    place: tuple[Any, str], engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*place, failing(MemoryError))
    with pytest.raises(MemoryError):
        words_of(HIDDEN["a black box after the text"].data(), engine)


SQUARES = b"".join(f"{10 + 4 * (n % 100)} {20 + 4 * (n // 100)} 3.5 3.5 re f\n".encode() for n in range(4_100))
LINES = b"".join(f"{10 + n % 500} 30 m {12 + n % 500} 30 l S\n".encode() for n in range(20_100))
MANY = {
    "a box before 4,100 shapes": (WORD + box() + SQUARES, True),
    "no box, and 4,100 shapes": (WORD + SQUARES, False),
    "a box after 20,100 lines": (WORD + LINES + box(), True),
    "text and a box after 20,100 lines": (LINES + WORD + box(), True),
    "text after 20,100 lines": (LINES + WORD, False),
    "text drawn twice after 20,100 lines": (LINES + WORD + WORD, False),
    "white text after 20,100 lines": (LINES + white(WORD), True),
    "text that is not painted after 20,100 lines": (LINES + silent(WORD), True),
    "a light word on a dark cell after 20,100 lines": (LINES + box() + white(WORD), False),
}


@pytest.mark.parametrize("engine", ["pdfium", "auto"])
@pytest.mark.parametrize("name", MANY)
def test_a_page_with_too_many_objects_to_look_at_is_asked_for_all_its_words(name: str, engine: str) -> None:
    content, is_hidden = MANY[name]
    words, count = words_of(Case(REST + content).data(), engine)
    assert (NAME not in words, count) == (is_hidden, int(is_hidden))
    assert {"burgemeester", "regeling."} <= set(words)


@pytest.mark.parametrize("bound", ["_MAX_TEXTS", "_MAX_OBJECTS"])
@pytest.mark.parametrize("name", ["a black box after the text", "white on white", "not painted, without a picture"])
def test_text_beyond_the_objects_that_are_looked_at_is_asked_too(
    name: str, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn, bound, 1)
    words, count = words_of(HIDDEN[name].data(), "pdfium")
    assert NAME not in words and count == 1
    assert {"burgemeester", "regeling."} <= set(words)


@pytest.mark.parametrize("depth", [1, 6, 12])
@pytest.mark.parametrize("content", [b"", box()])
def test_forms_in_forms_hide_words_too(content: bytes, depth: int) -> None:
    told = "/Type /XObject /Subtype /Form /BBox [0 0 595 842]"
    inner = [(f"{told} /Resources << /XObject << /X1 {FIRST + n + 1} 0 R >> >>", b"/X1 Do") for n in range(depth - 1)]
    sheet = Sheet(forms=f"/X1 {FIRST} 0 R")
    words, count = words_of(Case(REST + WORD + b"/X1 Do\n", sheet, (*inner, (told, content + b" "))).data(), "pdfium")
    assert (NAME in words, count) == (not content, int(bool(content)))
    assert {"burgemeester", "regeling."} <= set(words)
