"""The summary: one page, readable by machines and by screen readers, harmless whatever stands in a document."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from string import Formatter

import pikepdf
import pypdfium2
import pytest
import typst

from bronnen.errors import MissingError, UsageError
from bronnen.records import Source
from bronnen.report import fitting
from bronnen.report.summary import HEADINGS, Quote, SourceRow, Summary, summary_page, summary_pdf
from bronnen.taxonomy import looks

HOSTILE = (
    '</p><script>alert(1)</script> #eval("1+1") #panic() \\ $x$ ]*_`<img src=http://kwaad.nl/x onerror=alert(2)>'
    "{{ 7*7 }} \u202eabc \x00\x07 \ud800 \U0001f600 شركة " + "x" * 300
)
A4 = (595.28, 841.89)


def quotes(text: str, count: int = 3) -> list[Quote]:
    return [Quote(f"{text} {number}", f'blz. {number}, onder "Aanpak"', "zeker") for number in range(1, count + 1)]


def rows(passages: list[Quote], language: str = "nl") -> list[SourceRow]:
    return [
        SourceRow(
            look.name,
            look.letter,
            look.colour,
            look.ink,
            "12",
            "8–19",
            "31% (20–44%)",
            "4 (1–9)",
            value=0.31,
            low=0.2,
            high=0.44,
            passages=passages,
        )
        for look in looks(language).values()
    ]


def made(language: str = "nl", text: str = "Ouders vertelden dat zij lang wachtten.") -> Summary:
    return Summary(
        language,
        "Nota jeugdhulp.pdf",
        ["De nota rust vooral op ervaringskennis."],
        rows(quotes(text), language),
        gaps=["In hoofdstuk 3 zien we geen van de drie bronnen."],
        questions=[("Leidinggevende", "Wie vraagt het aan ouders?")],
        doubts=["Er was weinig tekst."],
        made="Gemaakt met bronnen 0.1.0, model m1, bestand 9f2c1a44.",
    )


def long() -> Summary:
    """More of everything than fits on a page."""
    told = "Dit is een lange zin over van alles en nog wat. " * 20
    return replace(
        made(text=told),
        title=told,
        lead=[told] * 9,
        gaps=[told] * 9,
        questions=[(told, told)] * 9,
        doubts=[told] * 9,
        made=told,
    )


def empty() -> Summary:
    bare = [replace(row, passages=(), value=0, low=None, high=None, margin="") for row in rows([])]
    return Summary("nl", "leeg.pdf", ["We vonden geen passages met een bron."], bare)


def hostile() -> Summary:
    bad = [replace(row, name=HOSTILE, letter="<b>", count=HOSTILE, margin=HOSTILE) for row in rows([])]
    bad = [replace(row, passages=[Quote(HOSTILE, HOSTILE, HOSTILE)] * 3) for row in bad]
    return Summary(
        "nl",
        HOSTILE,
        [HOSTILE] * 3,
        bad,
        gaps=[HOSTILE],
        questions=[(HOSTILE, HOSTILE)],
        doubts=[HOSTILE],
        made=HOSTILE,
    )


ALL = (made(), made("en"), long(), empty(), hostile())


def text_of(pdf: bytes) -> str:
    (page,) = pypdfium2.PdfDocument(pdf)
    found: str = page.get_textpage().get_text_bounded()
    return " ".join(re.sub("\u200b|[-\x02\ufffe](\r\n)?(?=[a-z])", "", found).split())


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.title[:8]} {one.language}")
def test_always_one_accessible_page_of_a4_and_the_same_bytes(one: Summary) -> None:
    pdf = summary_pdf(one)
    assert pdf == summary_pdf(one)
    (page,) = pypdfium2.PdfDocument(pdf)
    assert page.get_size() == pytest.approx(A4, abs=0.01)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == one.language
        assert opened.open_metadata().get("pdfuaid:part") == "1"
        fonts = [font for font in opened.objects if isinstance(font, pikepdf.Dictionary) and "/FontName" in font]
        assert fonts
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in fonts)
        said = {str(key) for thing in opened.objects if isinstance(thing, pikepdf.Dictionary) for key in thing}
    assert not said & {"/JavaScript", "/JS", "/URI", "/Launch", "/AA", "/OpenAction", "/EmbeddedFiles"}


def test_nothing_is_lost_where_all_fits() -> None:
    pdf = summary_pdf(made())
    said = text_of(pdf)
    for text in (
        *(
            "Nota jeugdhulp.pdf",
            "ervaringskennis",
            "31% (20–44%)",
            "12 (8–19)",
            "4 (1–9)",
            "Gevraagd",
            "lang wachtten. 3",
        ),
        *(
            'blz. 2, onder "Aanpak" · zeker',
            "In hoofdstuk 3",
            "Leidinggevende: Wie",
            "weinig tekst",
            "bestand 9f2c1a44",
        ),
    ):
        assert text in said, text
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.open_metadata().get("dc:title") == "Nota jeugdhulp.pdf"
        assert "xmp:CreateDate" not in opened.open_metadata()


def test_what_does_not_fit_is_cut_at_a_word_and_counted() -> None:
    said = text_of(summary_pdf(long()))
    assert re.search(r"Sterkste passages.* \w+… blz", said), "a quotation per source stays"
    assert re.search(r"En nog \d in het volledige rapport", said)


def test_a_figure_never_stands_without_its_margin() -> None:
    assert text_of(summary_pdf(empty())).count("12 (geen marge)") == len(Source)
    assert len(re.findall(r"12</b> <span class=\"soft\">\(geen marge\)", summary_page(empty()))) == len(Source)


def test_hostile_text_is_shown_and_never_run() -> None:
    said = text_of(summary_pdf(hostile()))
    assert '#eval("1+1") #panic() \\ $x$ ]*_`<img src=http://kwaad.nl/x' in said
    page = summary_page(hostile())
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert not re.search("[\u202a-\u202e\x00\x07\ud800]", page)


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.title[:8]} {one.language}")
def test_the_page_needs_nothing_from_outside_and_has_its_landmarks(one: Summary) -> None:
    text = summary_page(one)
    text.encode()
    page = Page()
    page.feed(text)
    assert [page.tags.count(tag) for tag in ("html", "main", "h1", "title")] == [1, 1, 1, 1]
    assert ("lang", one.language) in page.attributes
    assert not {"script", "img", "link", "iframe", "object", "a", "form"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {"src", "href", "action"} & names
    assert not [name for name in names if name.startswith("on")]
    assert "default-src 'none'" in text
    style = re.search(r"<style>(.*)</style>", text, re.S)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert "size: A4" in style[1]


def test_an_english_page_says_that_its_quotations_are_dutch() -> None:
    assert summary_page(made("en")).count('<p lang="nl"') == 9


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_all_text_has_contrast() -> None:
    text = summary_page(made())
    inks = re.findall(r"--(?:ink|soft): (#\w{6})", text)
    assert len(inks) == 2
    assert all(contrast(ink, "#ffffff") >= 4.5 for ink in inks)
    assert all(contrast(look.colour, look.ink) >= 4.5 for look in looks().values())


def test_both_languages_say_the_same_things() -> None:
    for one in HEADINGS.values():
        assert [name for _, name, _, _ in Formatter().parse(one.more) if name] == ["number"]
    dutch, english = HEADINGS["nl"], HEADINGS["en"]
    same = [name for name in dutch.__slots__ if getattr(dutch, name) == getattr(english, name)]
    assert same == ["count"]  # passages


def test_a_colour_and_a_bar_are_what_they_should_be() -> None:
    row = rows([])[0]
    with pytest.raises(UsageError, match="no colour"):
        replace(row, colour="red; background: url(http://x)")
    with pytest.raises(ValueError, match="0 to 1"):
        replace(row, high=1.2)


def test_without_typst_there_is_a_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingError, match=r"--extra pdf"):
        summary_pdf(made())


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Ouders wachten lang.", 20, "Ouders wachten lang."),
        ("Ouders wachten lang.", 19, "Ouders wachten…"),
        ("Ouders wachten lang.", 15, "Ouders wachten…"),
        ("Ouders, wachten", 10, "Ouders…"),
        ("x" * 50 + " y", 10, "x" * 9 + "…"),
        (" a \n\t b ", 9, "a b"),
        ("a", 0, ""),
    ],
)
def test_a_cut_is_at_a_word(text: str, limit: int, expected: str) -> None:
    assert fitting.cut(text, limit) == expected
    assert len(fitting.cut(text, limit)) <= limit


def test_the_font_has_every_character_that_is_let_through() -> None:
    kept = "".join(char for char in map(chr, range(0x20, 0x10000)) if fitting.printable(char) == char)
    assert {"é", "ë", "€", "–", "“", "→", "Ж"} <= set(kept)
    assert fitting.printable("a\U0001f600\u0634b") == "a□b"
    typst.compile(
        b'#set document(title: "x", date: none)\n#let t = sys.inputs.t\n#t #strong(t) #text(weight: 600, t)',
        sys_inputs={"t": " ".join(kept)},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
