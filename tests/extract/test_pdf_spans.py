"""Text and boxes never drift: whatever words the engines give, every span points at its own text."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from amount import mostly_slow
from hypothesis import given, settings
from hypothesis import strategies as st

from bronnen.extract import layout, read
from bronnen.extract.words import RawPage, RawTable, RawWord, Tally, clean, sane_box
from bronnen.records import Document, PageState
from bronnen.settings import ExtractSettings, Settings

ROOT = Path(__file__).parents[2]
REFUSED = {"gescand", "kapotte-tekstlaag", "versleuteld"}  # and what is said of them: test_examples.py
SAMPLES = [path for path in sorted((ROOT / "corpus").rglob("*.pdf")) if path.stem not in REFUSED]
REAL = ROOT.parent / "shared" / "data" / "pdf"


def assert_sound(found: layout.Laid | Document) -> None:
    """Spans in range, in order and apart; blocks and words hold what they should; the text is NFC."""
    text = found.text
    assert text == unicodedata.normalize("NFC", text)
    for spans in (found.pages, found.blocks, found.words):
        end = 0
        for span in spans:
            assert end <= span.start <= span.end <= len(text)
            end = span.end
    for block in found.blocks:
        told = text[block.start : block.end]
        assert told and told == told.strip()
    for before, after in zip(found.blocks, found.blocks[1:], strict=False):
        assert text[before.end : after.start] == layout.BLOCK_GAP
    for word in found.words:
        told = text[word.start : word.end]
        assert told and not any(char.isspace() for char in told)
    numbers = [page.number for page in found.pages]
    assert numbers == list(range(1, len(numbers) + 1))


def assert_every_character_placed(found: layout.Laid | Document) -> None:
    """Between the words, which know their page and box, stands only what the layout puts there; so also around them."""
    at = 0
    for word in found.words:
        assert found.text[at : word.start] in ("", " ", layout.CELL_GAP, layout.BLOCK_GAP)
        at = word.end
    assert at == len(found.text)


def assert_on_its_page(document: Document) -> None:
    for word in document.words:
        page = document.pages[word.page - 1]
        assert word.x0 <= word.x1 and word.top < word.bottom
        assert sane_box(RawWord("", word.x0, word.top, word.x1, word.bottom, word.size, word.bold),
                        page.width, page.height)  # fmt: skip


words = st.builds(
    lambda text, x, y, length, size, bold: RawWord(text, x, y, x + length, y + size, size, bold),
    st.text(st.sampled_from("abcdeé-­•1234567890.,;()" + "́̈ſﬁ…\ue001\U0001f600ΩÅ"), min_size=1, max_size=9).map(
        lambda text: clean(text, Tally()) or "x"
    ),
    st.floats(0, 500),
    st.sampled_from([10.0, 22.0, 34.0, 46.0, 300.0, 301.5]),
    st.floats(0, 90),
    st.sampled_from([6.0, 10.0, 10.5, 18.0]),
    st.booleans(),
)
rows = st.lists(
    st.lists(st.lists(words, min_size=1, max_size=4).map(tuple), min_size=1, max_size=3).map(tuple), max_size=3
)


@st.composite
def pages(draw: st.DrawFn) -> list[RawPage]:
    found = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        inside = draw(st.lists(words, max_size=25))
        places = sorted(draw(st.lists(st.integers(0, len(inside)), max_size=2)))
        tables = tuple(RawTable(at, tuple(draw(rows))) for at in places)
        found.append(RawPage(number, 595.0, 842.0, inside, tables))
    return found


@settings(max_examples=150, deadline=None)
@given(pages(), st.data())
def test_no_word_is_lost_and_none_drifts(told: list[RawPage], data: st.DataObject) -> None:
    states = [data.draw(st.sampled_from([PageState.TEXT, PageState.GARBLED])) for _ in told]
    laid = layout.from_pages(told, states)
    assert_sound(laid)
    assert_every_character_placed(laid)
    given_words = [
        (page.number, word)
        for page, state in zip(told, states, strict=True)
        if state is PageState.TEXT
        for word in page.all_words()
    ]
    assert len(laid.words) + len(laid.left_out) == len(given_words)
    known = Counter(given_words)
    read_again = Counter[tuple[int, RawWord]]()
    for word in laid.words:
        told = laid.text[word.start : word.end]
        box = (word.x0, word.top, word.x1, word.bottom, word.size, word.bold)
        whole = (word.page, RawWord(told, *box))
        read_again[whole if read_again[whole] < known[whole] else (word.page, RawWord(told + "-", *box))] += 1
    assert not read_again - known  # a joined word lost its hyphen, nothing else
    left_out = Counter(laid.left_out)
    assert not left_out - Counter(word for _, word in given_words)
    for page in laid.pages:
        inside = [word for word in laid.words if word.page == page.number]
        assert all(page.start <= word.start and word.end <= page.end for word in inside)


@pytest.mark.parametrize("engine", ["auto", "pdfplumber"])
@pytest.mark.parametrize("path", mostly_slow(SAMPLES), ids=lambda path: path.stem)
def test_the_samples_are_sound(path: Path, engine: str) -> None:
    document = read(path, Settings(ExtractSettings(engine)))
    assert_sound(document)
    assert_every_character_placed(document)
    assert_on_its_page(document)
    for word in document.words:  # these are made well: nothing sticks out
        page = document.pages[word.page - 1]
        assert word.x0 >= -5 and word.x1 <= page.width + 5 and word.top >= -5 and word.bottom <= page.height + 5


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the real PDFs are not here")
@pytest.mark.parametrize("path", sorted(REAL.glob("*.pdf")), ids=lambda path: path.stem)
def test_real_files_are_sound(path: Path) -> None:
    document = read(path, Settings())
    assert_sound(document)
    assert_every_character_placed(document)
    assert_on_its_page(document)
