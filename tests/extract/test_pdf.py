"""What comes out of PDFs made in code, by every engine alike, and how bad files are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pdf_factory import Sheet, grid, paragraph, pdf, text

from bronnen.errors import BronnenError, EncryptedError, NoTextError, UnreadableError
from bronnen.extract import read
from bronnen.records import Document, Kind, PageState
from bronnen.settings import ENGINES, ExtractSettings, OcrSettings, Settings

LINES = (
    "De gemeente wil weten wat inwoners van de nieuwe regeling vinden en",
    "vraagt daarom aan alle huishoudens in de wijk om een korte vragenlijst",
    "in te vullen. Uit eerder onderzoek blijkt dat dit werkt, en ook de",
    "medewerkers van het wijkteam herkennen het beeld dat daaruit spreekt.",
)
READABLE = " ".join(LINES)
SHUFFLED = "qxzjkwvbpgmhfcyudnlrtsoeia"  # what a to z claim to mean in a garbled font
PRIVATE = "".join(chr(0xE000 + number) for number in range(26))

Reads = Callable[[bytes], Document]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reads(engine: str, tmp_path: Path) -> Reads:
    def read_bytes(data: bytes) -> Document:
        path = tmp_path / "stuk.pdf"
        path.write_bytes(data)
        return read(path, Settings(ExtractSettings(engine), OcrSettings("off")))

    return read_bytes


def told(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def full() -> Sheet:
    return Sheet(paragraph(72, 700, LINES))


BAD: list[tuple[str, bytes, type[BronnenError], str]] = [
    ("empty", b"", UnreadableError, "0 bytes"),
    ("zero pages", pdf(), UnreadableError, ""),
    ("half", pdf(full())[:400], UnreadableError, "damaged"),
    ("web page", b"<!DOCTYPE html><html><body>Niet gevonden</body></html>", UnreadableError, "web page"),
    ("anything", b"dit is geen pdf", UnreadableError, "not a PDF"),
    ("encrypted", pdf(full(), password="geheim"), EncryptedError, "password"),
    ("scan", pdf(Sheet(image=True), Sheet(image=True)), NoTextError, "2 scanned"),
    ("nothing on it", pdf(Sheet(), Sheet()), NoTextError, "empty"),
    ("garbled", pdf(full(), unicode_map=SHUFFLED), NoTextError, "1 with a garbled"),
    ("private use", pdf(full(), unicode_map=PRIVATE), NoTextError, "1 with a garbled"),
    ("glyphs without meaning", pdf(Sheet(text(72, 700, READABLE, font="F3"))), NoTextError, "1 with a garbled"),
    ("absurd size", pdf(Sheet(text(72, 700, "tekst"), media=(0, 0, 1e7, 1e7))), UnreadableError, "size"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "error", "says"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_cannot_be_read_is_refused_with_a_reason(
    reads: Reads, data: bytes, error: type[BronnenError], says: str
) -> None:
    with pytest.raises(error) as raised:
        reads(data)
    assert type(raised.value) is error
    assert says in str(raised.value)
    assert "stuk.pdf" in str(raised.value)
    assert raised.value.next_step


def test_a_file_without_pages_says_so(tmp_path: Path) -> None:
    (tmp_path / "stuk.pdf").write_bytes(pdf())
    with pytest.raises(UnreadableError, match="no pages"):
        read(tmp_path / "stuk.pdf", Settings())


def test_missing_file_and_unknown_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be opened"):
        read(tmp_path / "weg.pdf", Settings())


def test_a_paragraph_is_one_block(reads: Reads) -> None:
    document = reads(pdf(full()))
    assert told(document) == [("paragraph", READABLE)]
    assert document.pages[0].state is PageState.TEXT
    assert (document.pages[0].width, document.pages[0].height) == (595, 842)
    assert len(document.words) == len(READABLE.split())


def test_an_empty_password_asks_nothing(reads: Reads) -> None:
    assert reads(pdf(full(), password="")).text == READABLE


def test_junk_before_the_pdf_is_skipped(reads: Reads) -> None:
    assert reads(b"HTTP/1.1 200 OK\r\n" * 300 + pdf(full())).text == READABLE


def test_pages_without_text_are_told(reads: Reads) -> None:
    document = reads(pdf(full(), Sheet(image=True), Sheet(), full()))
    assert [page.state.value for page in document.pages] == ["text", "scanned", "empty", "text"]
    assert [document.text[page.start : page.end] for page in document.pages] == [READABLE, "", "", READABLE]


def test_glyphs_without_meaning_are_taken_out(reads: Reads) -> None:
    document = reads(pdf(Sheet(paragraph(72, 700, LINES) + text(72, 600, "xyz", font="F3"))))
    assert "cid" not in document.text
    assert document.text.startswith(READABLE)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_are_as_displayed(reads: Reads, rotate: int) -> None:
    """A word at (100, 700) of a page of 595 x 842, cropped to (50, 40, 535, 772), turned clockwise."""
    drawn = text(100, 700, "Woord") + text(100, 20, "Onzichtbaar")
    document = reads(pdf(Sheet(drawn, crop=(50, 40, 535, 772), rotate=rotate)))
    assert document.text == "Woord"
    page, word = document.pages[0], document.words[0]
    assert (page.width, page.height) == ((485, 732) if rotate in (0, 180) else (732, 485))
    corner = {0: (word.x0, word.bottom), 90: (word.x0, word.top), 180: (word.x1, word.top), 270: (word.x1, word.bottom)}
    expected = {0: (50, 72), 90: (660, 50), 180: (435, 660), 270: (72, 435)}
    assert corner[rotate] == pytest.approx(expected[rotate], abs=4)  # engines differ in how far a font descends
    assert word.size == pytest.approx(11, abs=0.5)


def test_size_and_weight(reads: Reads) -> None:
    drawn = text(72, 700, "Vet", font="F2", size=14) + text(72, 650, "Gewoon", size=1, matrix="12 0 0 12")
    words = reads(pdf(Sheet(drawn))).words
    assert [(round(word.size), word.bold) for word in words] == [(14, True), (12, False)]


def test_hyphens_at_line_ends(reads: Reads) -> None:
    lines = ("Het beleids-", "plan noemt voor-", "en nadelen in Noord-", "Holland en de periode")
    document = reads(pdf(Sheet(paragraph(72, 700, lines))))
    assert document.text == "Het beleidsplan noemt voor- en nadelen in Noord-Holland en de periode"
    parts = [document.text[word.start : word.end] for word in document.words]
    assert parts[1:5] == ["beleids", "plan", "noemt", "voor-"]
    assert document.words[1].top < document.words[2].top


def test_headings_and_lists(reads: Reads) -> None:
    drawn = (
        text(72, 750, "Samen verder", size=20)
        + text(72, 715, "1.2 Aanleiding", font="F2")
        + paragraph(72, 695, LINES)
        + text(72, 630, "• eerst vragen we het aan inwoners;")
        + text(72, 616, "• daarna aan het wijkteam.")
    )
    assert told(reads(pdf(Sheet(drawn)))) == [
        ("heading", "Samen verder"),
        ("heading", "1.2 Aanleiding"),
        ("paragraph", READABLE),
        ("list", "• eerst vragen we het aan inwoners;"),
        ("list", "• daarna aan het wijkteam."),
    ]


def test_words_drawn_twice_are_read_once(reads: Reads) -> None:
    drawn = text(72, 700, "Schaduw hier") + text(72.2, 700, "Schaduw hier")
    assert reads(pdf(Sheet(drawn))).text == "Schaduw hier"


def test_note_marks_are_taken_off_the_word(reads: Reads) -> None:
    drawn = text(72, 700, "onderzoek") + text(72 + 50.8, 704, "12", size=6) + text(72 + 57.5, 700, ".")
    document = reads(pdf(Sheet(drawn + paragraph(72, 680, LINES))))
    assert [document.text[word.start : word.end] for word in document.words[:2]] == ["onderzoek", "."]
    assert document.text.startswith("onderzoek.")
    assert [(note.start, note.label, note.note) for note in document.notes] == [(len("onderzoek"), "12", None)]


def ruled() -> Sheet:
    cells = [("Maatregel", "Kosten"), ("Spreekuur in de wijk", "12.000"), ("Huisbezoek", "8.500")]
    drawn = grid((72, 300, 450), (600, 580, 560, 540))
    for row, (left, right) in enumerate(cells):
        drawn += text(76, 586 - 20 * row, left) + text(304, 586 - 20 * row, right)
    return Sheet(paragraph(72, 700, LINES) + drawn + text(72, 500, "Na de tabel gaat de tekst verder."))


def test_a_ruled_table_gives_a_block_per_row(reads: Reads, engine: str) -> None:
    document = reads(pdf(ruled()))
    assert told(document) == [
        ("paragraph", READABLE),
        ("table", "Maatregel | Kosten"),
        ("table", "Spreekuur in de wijk | 12.000"),
        ("table", "Huisbezoek | 8.500"),
        ("paragraph", "Na de tabel gaat de tekst verder."),
    ]
    assert ("pdfplumber" in document.extractor) == (engine == "pdfplumber")


def test_tables_drawn_in_another_order_keep_every_word_once(reads: Reads) -> None:
    drawn = b""
    for top, name in ((300, "laag"), (600, "hoog")):  # the lower one first, each after a line of its own
        drawn += text(72, top + 20, f"Boven {name}") + grid((72, 300, 450), (top, top - 20, top - 40))
        for row in (0, 1):
            drawn += text(76, top - 14 - 20 * row, f"{name}{row}") + text(304, top - 14 - 20 * row, "x")
    document = reads(pdf(Sheet(drawn + text(72, 100, "Einde"))))
    words = ["Boven", "hoog", "hoog0", "x", "hoog1", "x", "Boven", "laag", "laag0", "x", "laag1", "x", "Einde"]
    assert [document.text[word.start : word.end] for word in document.words] == words


def test_a_frame_is_no_table(reads: Reads) -> None:
    document = reads(pdf(Sheet(grid((60, 400, 540), (720, 650)) + paragraph(72, 700, LINES))))
    assert Kind.TABLE not in {block.kind for block in document.blocks}
    assert document.text == READABLE


def test_the_same_file_gives_the_same_document(reads: Reads) -> None:
    assert reads(pdf(ruled())) == reads(pdf(ruled()))


def test_a_pdf_with_another_ending_is_read_as_pdf(tmp_path: Path) -> None:
    path = tmp_path / "stuk.docx"
    path.write_bytes(pdf(full()))
    assert read(path, Settings()).text == READABLE


def test_a_page_count_that_the_file_makes_up_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "stuk.pdf"
    path.write_bytes(pdf(full(), full()).replace(b"/Count 2", b"/Count 9"))
    document = read(path, Settings())
    assert [page.state for page in document.pages] == [PageState.TEXT, PageState.TEXT]
