"""Words that a reader cannot see are left out, by every engine alike; words that a reader sees never are."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_factory import Sheet, first_more, pdf, text

from bronnen.errors import NoTextError
from bronnen.extract import hidden, pixels, read
from bronnen.extract import pdf as reader
from bronnen.settings import ENGINES, ExtractSettings, Settings

SIZE = 12
NAME = "Jansen"  # the word that may be hidden, at (200, 600)
REST = text(72, 700, "De burgemeester sprak met de heer", size=SIZE) + text(
    72, 500, "over de nieuwe regeling.", size=SIZE
)
WORD = text(200, 600, NAME, size=SIZE)
AROUND = (198, 596, 44, 15)  # left, bottom, width, height of a box around it
FIRST = first_more(1)
STATES = "/Half << /ca 0.4 >> /Gone << /ca 0 /CA 0 >> /Ink << /BM /Multiply >> /Most << /ca 0.95 >>"


PLAIN = Sheet()


@dataclass(frozen=True)
class Case:
    """A page with the word on it, and how it is displayed."""

    content: bytes
    sheet: Sheet = PLAIN
    more: tuple[tuple[str, bytes | None], ...] = ()
    catalog: str = ""

    def data(self) -> bytes:
        sheet = replace(self.sheet, content=self.content, states=STATES)
        return pdf(sheet, more=self.more, catalog=self.catalog)


def box(fill: str = "0 g", at: tuple[float, float, float, float] = AROUND, state: str = "") -> bytes:
    return f"q {fill} {f'/{state} gs' if state else ''} {' '.join(map(str, at))} re f Q\n".encode()


def white(told: bytes) -> bytes:
    return b"q 1 g " + told + b"Q\n"


def under(state: str, told: bytes) -> bytes:
    return f"q /{state} gs ".encode() + told + b"Q\n"


def note(subtype: str, more: str = "", appearance: bytes | None = None) -> Case:
    left, bottom, wide, high = AROUND
    x1, y1 = left + wide, bottom + high
    drawn = f"/AP << /N {FIRST} 0 R >>" if appearance is not None else ""
    points = f"/QuadPoints [{left} {y1} {x1} {y1} {left} {bottom} {x1} {bottom}]"
    told = f"/Subtype /{subtype} /Rect [{left} {bottom} {x1} {y1}] /F 4 {points} {more} {drawn}"
    entries = f"/Annots [ << /Type /Annot {told} >> ]"
    form = f"/Type /XObject /Subtype /Form /BBox [{left} {bottom} {x1} {y1}]"
    return Case(REST + WORD, Sheet(entries=entries), ((form, appearance),) if appearance is not None else ())


def form(content: bytes, *, bbox: str = "0 0 595 842", more: str = "") -> Case:
    told = f"/Type /XObject /Subtype /Form /BBox [{bbox}] {more} /Resources << /Font 3 0 R >>"
    return Case(REST + WORD + b"q /X1 Do Q\n", Sheet(forms=f"/X1 {FIRST} 0 R"), ((told, content),))


def picture(pixels: bytes, wide: int, high: int) -> tuple[str, bytes]:
    told = "/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode"
    return f"{told} /Width {wide} /Height {high}", zlib.compress(pixels)


def pictured(content: bytes, pixels: bytes = b"\0", wide: int = 1, high: int = 1) -> Case:
    return Case(content, Sheet(forms=f"/X1 {FIRST} 0 R"), (picture(pixels, wide, high),))


def placed(at: tuple[float, float, float, float] = AROUND) -> bytes:
    left, bottom, wide, high = at
    return f"q {wide} 0 0 {high} {left} {bottom} cm /X1 Do Q\n".encode()


WHOLE = (0, 0, 595, 842)


def scan(seen: bytes, layer: bytes, after: bytes = b"", *, first: bytes = b"") -> Case:
    """A page that is a picture of `seen`, under `layer`."""
    with pypdfium2.PdfDocument(pdf(Sheet(seen))) as document:
        drawn = document[0].render(scale=2, grayscale=True).to_numpy()
    high, wide = drawn.shape[:2]
    return pictured(first + placed(WHOLE) + layer + after, drawn.reshape(high, wide).tobytes(), wide, high)


def silent(told: bytes) -> bytes:
    return b"q 3 Tr " + told + b"Q\n"


OFF = f"/OCProperties << /OCGs [ {FIRST} 0 R ] /D << /OFF [ {FIRST} 0 R ] >> >>"
ON = f"/OCProperties << /OCGs [ {FIRST} 0 R ] /D << /ON [ {FIRST} 0 R ] >> >>"
LAYER = (("/Type /OCG /Name (laag)", None),)
LAYERED = REST + b"/OC /L1 BDC\n" + WORD + b"EMC\n"

HIDDEN = {
    "a black box after the text": Case(REST + WORD + box()),
    "a white box after the text": Case(REST + WORD + box("1 g")),
    "a red box after the text": Case(REST + WORD + box("1 0 0 rg")),
    "a box that is hardly seen through": Case(REST + WORD + box(state="Most", fill="1 g")),
    "a box over most of the word": Case(REST + WORD + box(at=(207, 596, 40, 15))),
    "a box over half of the word": Case(REST + WORD + box(at=(220, 596, 40, 15))),
    "a thick line after the text": Case(REST + WORD + b"16 w 198 603 m 244 603 l S\n"),
    "many narrow boxes side by side": Case(
        REST + WORD + b"".join(box(at=(198 + 4 * n, 596, 4.2, 15)) for n in range(12))
    ),
    "a polygon of four lines": Case(REST + WORD + b"0 g 198 596 m 244 596 l 244 611 l 198 611 l h f\n"),
    "a picture of one colour over it": pictured(REST + WORD + placed()),
    "a photo over it": pictured(REST + WORD + placed((150, 550, 200, 100)), bytes(range(0, 250, 10)) * 10, 25, 10),
    "a box inside a form": form(box()),
    "a box inside a form, scaled": form(box(at=(99, 298, 22, 8)), more="/Matrix [2 0 0 2 0 0]"),
    "a filled square as a note": note("Square", "/IC [0 0 0] /C [0 0 0]"),
    "a note for redaction that draws a box": note("Redact", "", box()),
    "a stamp that draws a white box": note("Stamp", "", box("1 g")),
    "a black marker without transparency": note("Highlight", "/C [0 0 0]", box()),
    "a black box with a label over it": Case(REST + WORD + box() + white(text(203, 601, "5.1.2e", size=8))),
    "white on white": Case(REST + white(WORD)),
    "nearly white on white": Case(REST + b"q 0.98 g " + WORD + b"Q\n"),
    "black on a black box drawn before": Case(REST + box() + WORD),
    "blue on the same blue": Case(REST + box("0 0 1 rg") + b"q 0 0 1 rg " + WORD + b"Q\n"),
    "white on a white picture": pictured(REST + placed((100, 550, 300, 100)) + white(WORD), b"\xff"),
    "not painted, without a picture": Case(REST + silent(WORD)),
    "wholly transparent": Case(REST + under("Gone", WORD)),
    "cut off by a clip path": Case(REST + b"q 0 0 100 842 re W n\n" + WORD + b"Q\n"),
    "cut off by the edge of a form": replace(
        form(WORD, bbox="0 0 150 842"), content=REST + b"q /X1 Do Q\n"
    ),
    "outside the crop box": Case(REST + WORD, Sheet(crop=(0, 0, 190, 842))),
    "outside the page": Case(REST + text(700, 600, NAME, size=SIZE)),
    "in a layer that is switched off": Case(LAYERED, Sheet(layers=f"/L1 {FIRST} 0 R"), LAYER, OFF),
    "a scan with a black box in its picture": scan(REST + WORD + box(), silent(REST + WORD)),
    "a scan with a white box in its picture": scan(REST + WORD + box("1 g"), silent(REST + WORD)),
    "a scan with a black box drawn over it": scan(REST + WORD, silent(REST + WORD), box()),
    "a scan with half of the word black in its picture": scan(
        REST + WORD + box(at=(198, 596, 24, 15)), silent(REST + WORD)
    ),
    "a box on a page turned a quarter": Case(REST + WORD + box(), Sheet(rotate=90)),
    "a box on a page turned half": Case(REST + WORD + box(), Sheet(rotate=180)),
    "a box on a page turned and cropped": Case(REST + WORD + box(), Sheet(rotate=270, crop=(40, 40, 550, 800))),
    "a box on a page that starts elsewhere": Case(
        b"1 0 0 1 300 400 cm " + REST + WORD + box(), Sheet(media=(300, 400, 895, 1242))
    ),
    "a box in a scaled drawing": Case(b"q 0.5 0 0 0.5 100 300 cm " + REST + WORD + box() + b"Q\n"),
}  # fmt: skip

VISIBLE = {
    "nothing over it": Case(REST + WORD),
    "a box before the text": Case(REST + box("1 1 0 rg") + WORD),
    "a dark cell with light text": Case(REST + box() + white(WORD)),
    "a dark head row over a table with dark text": Case(
        REST + box(at=(60, 640, 400, 20)) + white(text(200, 645, "Naam", size=SIZE)) + WORD
    ),
    "zebra rows": Case(
        b"".join(box("0.9 g", (60, 596 + 40 * n, 400, 20)) for n in range(4)) + REST + WORD
    ),
    "rows that are painted one by one": Case(
        REST
        + b"".join(box("0.8 g", (60, y, 400, 20)) + text(72, y + 5, "rij", size=SIZE) for y in (636, 616))
        + box("0.8 g", (60, 596, 400, 20))
        + WORD
        + box("0.8 g", (60, 576, 400, 20))
    ),
    "a box beside the word": Case(REST + WORD + box(at=(243, 596, 40, 15))),
    "a box over a bit of its last letter": Case(REST + WORD + box(at=(238, 596, 40, 15))),
    "a box over the line above": Case(REST + WORD + box(at=(198, 613, 44, 15))),
    "an open box around it": Case(REST + WORD + b"1 w 198 596 44 15 re S\n"),
    "a thin line through it": Case(REST + WORD + b"1 w 198 603 m 244 603 l S\n"),
    "a line under it": Case(REST + WORD + b"3.5 w 198 596 m 244 596 l S\n"),
    "a marker that multiplies": Case(REST + WORD + box("1 1 0 rg", state="Ink")),
    "a marker that is transparent": Case(REST + WORD + box("1 1 0 rg", state="Half")),
    "a marker as a note": note("Highlight", "/C [1 1 0]"),
    "an open square as a note": note("Square", "/C [1 0 0]"),
    "a line under it as a note": note("Underline", "/C [1 0 0]"),
    "a link over it": note("Link", "/Border [0 0 0]"),
    "a label on a black box": Case(REST + box() + white(WORD)),
    "light grey on white": Case(REST + b"q 0.85 g " + WORD + b"Q\n"),
    "pale yellow on white": Case(REST + b"q 1 1 0.6 rg " + WORD + b"Q\n"),
    "white on a photo": pictured(
        REST + placed((150, 550, 200, 100)) + white(WORD), bytes(range(0, 200, 8)) * 10, 25, 10
    ),
    "white on a dark page": Case(box("0.1 0.2 0.3 rg", WHOLE) + white(REST) + white(WORD)),
    "white in a circle": Case(
        REST + b"0.2 g 180 560 m 180 660 260 660 260 600 c 260 540 180 540 180 600 c f\n" + white(WORD)
    ),
    "drawn with an outline": Case(REST + b"q 1 Tr " + WORD + b"Q\n"),
    "white with a black outline": Case(REST + b"q 1 g 0 G 0.6 w 2 Tr " + WORD + b"Q\n"),
    "tiny, since a reader may zoom": Case(REST + text(200, 600, NAME, size=1)),
    "half transparent": Case(REST + under("Half", WORD)),
    "inside a clip path": Case(REST + b"q 100 500 300 200 re W n\n" + WORD + b"Q\n"),
    "a clip path over a bit of it": Case(REST + b"q 100 500 136 200 re W n\n" + WORD + b"Q\n"),
    "in a layer that is on": Case(LAYERED, Sheet(layers=f"/L1 {FIRST} 0 R"), LAYER, ON),
    "beside a layer that is off": Case(
        REST + WORD + b"/OC /L1 BDC\n" + text(72, 400, "concept", size=SIZE) + b"EMC\n",
        Sheet(layers=f"/L1 {FIRST} 0 R"),
        LAYER,
        OFF,
    ),
    "the text of a scan": scan(REST + WORD, silent(REST + WORD)),
    "the text of a scan, under its picture": scan(REST + WORD, b"", first=REST + WORD),
    "the text of a scan with a black box elsewhere": scan(REST + WORD + box(at=(72, 300, 60, 15)), silent(REST + WORD)),
    "the text of a scan under a marker": scan(REST + WORD, silent(REST + WORD), box("1 1 0 rg", state="Ink")),
    "white letters in a dark scan": scan(box("0.2 g", WHOLE) + white(REST + WORD), silent(REST + WORD)),
    "drawn twice, the first time white": Case(REST + white(WORD) + WORD),
    "drawn twice, first its outline": Case(REST + b"q 1 Tr 1 w " + WORD + b"Q\n" + WORD),
    "drawn twice, with a box between": Case(REST + WORD + box("1 g") + WORD),
    "on a page turned a quarter": Case(REST + box() + white(WORD), Sheet(rotate=90)),
    "under a form that draws elsewhere": form(box(at=(300, 596, 44, 15))),
}  # fmt: skip


def words_of(data: bytes, engine: str, hidden: str = "leave_out") -> tuple[list[str], int]:
    pages, _ = reader.pages_of(data, ExtractSettings(engine, hidden))
    return [word.text for page in pages for word in page.all_words()], sum(len(page.unseen) for page in pages)


def failing(error: type[Exception]) -> Callable[..., Any]:
    def fails(*_: object) -> None:
        raise error

    return fails


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_is(name: str, engine: str) -> None:
    words, count = words_of(HIDDEN[name].data(), engine)
    assert NAME not in words
    assert {"burgemeester", "regeling."} <= set(words) or "crop box" in name
    assert count == 1 or "crop box" in name


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", VISIBLE)
def test_visible_is(name: str, engine: str) -> None:
    words, count = words_of(VISIBLE[name].data(), engine)
    assert NAME in words
    assert {"burgemeester", "regeling."} <= set(words)
    assert count == (1 if name == "beside a layer that is off" else 0)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [name for name in HIDDEN if "outside" not in name])
def test_kept_where_asked(name: str, engine: str) -> None:
    words, _ = words_of(HIDDEN[name].data(), engine, "keep")
    assert NAME in words


@pytest.mark.parametrize("engine", ENGINES)
def test_a_label_on_a_black_box_is_read_and_what_lies_under_it_is_not(engine: str) -> None:
    words, count = words_of(HIDDEN["a black box with a label over it"].data(), engine)
    assert "5.1.2e" in words
    assert count == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_word_is_told_whole_or_not_at_all(engine: str) -> None:
    address = "jan.jansen@gemeente.nl"
    drawn = text(200, 600, address, size=SIZE)
    words, count = words_of(Case(REST + drawn + box(at=(198, 596, 58, 15))).data(), engine)
    assert count == 1
    assert not [word for word in words if "gemeente" in word]


@pytest.mark.parametrize("engine", ENGINES)
def test_cells_of_a_table_keep_only_what_is_seen(engine: str) -> None:
    lines = b"".join(f"0.5 w {x0} {y0} m {x1} {y1} l S\n".encode() for x0, y0, x1, y1 in [
        *((100, y, 400, y) for y in (560, 590, 620)), *((x, 560, x, 620) for x in (100, 250, 400))])  # fmt: skip
    cells = [("Naam", 110, 600), ("Functie", 260, 600), ("Jansen", 110, 570), ("adviseur", 260, 570)]
    drawn = b"".join(text(x, y, told, size=SIZE) for told, x, y in cells)
    words, count = words_of(Case(REST + lines + drawn + box(at=(108, 566, 44, 15))).data(), engine)
    assert count == 1
    assert {"Naam", "Functie", "adviseur"} <= set(words)
    assert "Jansen" not in words


def test_layers_are_found_off_in_packed_objects_too() -> None:
    packed = zlib.compress(b"1 0 2 90 << /Type /Catalog /OCProperties << /D << /OFF [ 7 0 R ] >> >> >>")
    assert hidden.switches_off(b"5 0 obj << /Type /ObjStm /Filter /FlateDecode >> stream\r\n" + packed)
    assert not hidden.switches_off(b"5 0 obj << /Type /ObjStm /Filter /FlateDecode >> stream\n" + zlib.compress(b"x"))
    assert not hidden.switches_off(b"5 0 obj << /Type /ObjStm >> stream\nnonsense" + b"/OFF []")


def test_a_page_that_cannot_be_drawn_tells_nothing_of_what_lies_under_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "unseen", failing(RuntimeError))
    for case in ("a black box after the text", "a scan with a black box in its picture"):
        assert NAME not in words_of(HIDDEN[case].data(), "auto")[0]


def test_a_document_of_which_all_is_hidden_has_no_text(tmp_path: Path) -> None:
    path = tmp_path / "zwart.pdf"
    path.write_bytes(pdf(Sheet(REST + WORD + box(at=WHOLE))))
    with pytest.raises(NoTextError) as raised:
        read(path, Settings())
    assert "Jansen" not in str(raised.value)


def test_pages_count_what_is_left_out_and_the_text_lacks_it(tmp_path: Path) -> None:
    path = tmp_path / "besluit.pdf"
    path.write_bytes(pdf(Sheet(REST + WORD + box()), Sheet(REST + WORD)))
    document = read(path, Settings())
    assert [page.hidden for page in document.pages] == [1, 0]
    assert document.text.count(NAME) == 1


WIDTH = 6.672 * 5  # of 'nnnnn' in Helvetica of 12 points
Row = tuple[int, int, bool]


@given(
    places=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 19)), min_size=1, max_size=40, unique=True),
    covered=st.sets(st.integers(0, 39)),
    fill=st.sampled_from(["0 g", "1 g", "0.5 g", "0.9 0.1 0.1 rg"]),
    turn=st.sampled_from([0, 90, 180, 270]),
)
@settings(max_examples=40, deadline=None)
def test_exactly_the_covered_words_are_left_out(
    places: list[tuple[int, int]], covered: set[int], fill: str, turn: int
) -> None:
    at = [(60 + 100 * column, 760 - 36 * row) for column, row in places]
    names = [f"{'abcdefghijklmnopqrstuvwxyz'[number % 26] * 2}nn{'abc'[number // 26]}" for number in range(len(at))]
    drawn = b"".join(text(x, y, name, size=SIZE) for (x, y), name in zip(at, names, strict=True))
    boxes = b"".join(box(fill, (x - 2, y - 5, WIDTH + 14, 17)) for number, (x, y) in enumerate(at) if number in covered)
    words, count = words_of(pdf(Sheet(drawn + boxes, rotate=turn)), "pdfium")
    seen = [name for number, name in enumerate(names) if number not in covered]
    assert sorted(words) == sorted(seen)
    assert count == len(names) - len(seen)


@given(
    places=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 19)), min_size=1, max_size=40, unique=True),
    fill=st.sampled_from(["0 g", "0.2 0.2 0.6 rg", "0.9 g", "1 1 0 rg"]),
)
@settings(max_examples=30, deadline=None)
def test_no_word_in_a_cell_that_is_painted_before_it_is_left_out(places: list[tuple[int, int]], fill: str) -> None:
    ink = "1 g" if fill in ("0 g", "0.2 0.2 0.6 rg") else "0 g"
    drawn = b"".join(
        box(fill, (58 + 100 * column, 755 - 36 * row, 90, 20))
        + f"q {ink} ".encode() + text(60 + 100 * column, 760 - 36 * row, f"cel{column}x{row}", size=SIZE) + b"Q\n"
        for column, row in places
    )  # fmt: skip
    words, count = words_of(pdf(Sheet(drawn)), "pdfium")
    assert count == 0
    assert len(words) == len(places)
