"""What the layout makes of made pages: order, heads, hyphens, notes, kinds and sentences that run on."""

from __future__ import annotations

from collections import Counter

import pytest
from page_factory import SIZE, Row, column, page, told, whole, words

from bronnen.extract import layout
from bronnen.extract.grids import apart
from bronnen.extract.hyphens import at_line_end
from bronnen.extract.rules import Rule
from bronnen.extract.words import RawWord
from bronnen.records import PageState


@pytest.mark.parametrize("count", [2, 3])
def test_columns_are_read_one_after_the_other(count: int) -> None:
    columns = [column(50 + 175 * number, "abc"[number]) for number in range(count)]
    in_turn = [row for side in columns for row in side]
    across = [row for rows in zip(*columns, strict=True) for row in rows]
    for drawn in (in_turn, across):
        text = " ".join(told_text for _, told_text in told(page(1, drawn)))
        assert text == " ".join(whole("abc"[number]) for number in range(count))


def test_a_line_over_both_columns_divides_the_page() -> None:
    below = [(x, y + 200, f"onder-{text}") for x, y, text in column(50, "a") + column(300, "b")]
    title = (50.0, 350.0, "Dit opschrift loopt over de volle breedte van het hele blad, van links tot rechts door")
    text = " ".join(text for _, text in told(page(1, [*column(50, "a"), *column(300, "b"), title, *below])))
    places = [text.index(part) for part in ("a0 ", "a7 ", "b0 ", "b7 ", "Dit opschrift", "onder-a0", "onder-b0")]
    assert places == sorted(places)


def test_cells_side_by_side_are_rows_of_a_table() -> None:
    rows = [(x, 200 + 20 * row, f"{name}{row}") for row in range(4) for x, name in ((50, "links"), (300, "rechts"))]
    assert told(page(1, rows)) == [("table", f"links{row} | rechts{row}") for row in range(4)]


def test_heads_and_page_numbers_go_and_text_stays() -> None:
    pages = [
        page(number, [(50, 30, "Nota wonen 2030"), (50, 200, f"Tekst van blad {'xyz'[number - 1]} staat hier."),
                      (300, 800, str(number))])
        for number in (1, 2, 3)
    ]  # fmt: skip
    laid = layout.from_pages(pages, [PageState.TEXT] * 3)
    assert laid.text.split("\n\n") == [f"Tekst van blad {name} staat hier." for name in "xyz"]
    assert Counter(word.text for word in laid.left_out) == Counter(["Nota", "wonen", "2030"] * 3 + ["1", "2", "3"])


HYPHENS = [
    ("beleids-", "voering", {}, "beleidsvoering"),
    ("voor-", "en", {}, "voor- en"),
    ("in-", "en", {}, "in- en"),
    ("Noord-", "Holland", {}, "Noord-Holland"),
    ("niet-", "gebruik", {}, "niet-gebruik"),
    ("e-", "mail", {}, "e-mail"),
    ("GGD-", "arts", {}, "GGD-arts"),
    ("Wmo-", "consulent", {"wmo": 3}, "Wmo-consulent"),
    ("zee-", "egel", {}, "zee-egel"),
    ("zorg-", "plan", {"zorg-plan": 2, "zorgplan": 1}, "zorg-plan"),
    ("niet-", "temin", {"niettemin": 1}, "niettemin"),
    ("2024-", "2025", {}, "2024-2025"),
]


@pytest.mark.parametrize(("head", "tail", "known", "whole"), HYPHENS)
def test_hyphens_at_line_ends(head: str, tail: str, known: dict[str, int], whole: str) -> None:
    text, gap = at_line_end(head, tail, Counter(known))
    assert text + gap + tail == whole


def test_note_marks_point_at_their_notes() -> None:
    rows = [
        words(50, 200, "Uit onderzoek ^1 blijkt dat dit in veel wijken van de stad werkt en dat het loont."),
        words(50, 212, "De oppervlakte is 12 m ^2 en dat is meer dan elders in de stad het geval is geweest."),
        words(50, 700, "1 Jansen en De Vries, Werken in de wijk, 2024.", 8.0),
    ]
    laid = layout.from_pages([page(1, rows)], [PageState.TEXT])
    assert [block.kind.value for block in laid.blocks] == ["paragraph", "footnote"]
    assert "onderzoek blijkt" in laid.text and "m2" in laid.text
    assert [(laid.text[: note.start], note.label, note.note) for note in laid.notes] == [("Uit onderzoek", "1", 1)]


def test_a_sentence_runs_on_over_the_page_past_a_note() -> None:
    first = [(50.0, 700.0, "Deze zin is nog niet af en loopt daarom door op het volgende blad van de"),
             words(50, 780, "1 Een noot onder de tekst.", 8.0)]  # fmt: skip
    laid = layout.from_pages([page(1, first), page(2, [(50, 200, "gemeente, waar hij eindigt.")])],
                             [PageState.TEXT] * 2)  # fmt: skip
    texts = [laid.text[block.start : block.end] for block in laid.blocks]
    assert texts[0] == "1 Een noot onder de tekst."
    assert texts[1].endswith("van de gemeente, waar hij eindigt.")
    assert [laid.text[page.start : page.end][-6:] for page in laid.pages] == ["van de", "indigt."[1:]]


KINDS = [
    ("Tabel 1: Aantal klachten per jaar", "caption"),
    ("Tabel 3 laat zien dat het aantal klachten daalt, jaar na jaar.", "paragraph"),
    ("Bron: CBS StatLine, 2024", "caption"),
    ("2.1 Aanleiding", "heading"),
    ("- eerst vragen we het aan inwoners;", "list"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_kinds(text: str, kind: str) -> None:
    body = [(50.0, 300.0 + 12 * row, "Gewone tekst die de regel vult met woorden en nog meer") for row in range(6)]
    assert told(page(1, [(50, 250, text), *body]))[0] == (kind, text)


def test_contents_are_told_apart() -> None:
    rows: list[Row] = [(50, 200, "Inhoud")]
    rows += [(50, 220 + 14 * row, f"{row + 1} Hoofdstuk over wonen ............ {3 + row}") for row in range(4)]
    assert [kind for kind, _ in told(page(1, rows))] == ["contents"]


def test_text_up_the_margin_is_left_out() -> None:
    upright = [
        RawWord(word, 20, 300 + 60 * at, 30, 350 + 60 * at, SIZE, False) for at, word in enumerate(("Zaak", "van"))
    ]
    assert told(page(1, [upright, *column(100, "a")])) == [("paragraph", whole("a"))]


def test_merged_cells_are_one_cell() -> None:
    level = [Rule(50, y, 350, y) for y in (100, 120, 140, 160)]
    upright = [Rule(x, 100, x, 160) for x in (50, 350)] + [Rule(200, 120, 200, 160)]
    inside = words(60, 105, "Kop over beide") + words(60, 125, "a") + words(210, 125, "b")
    inside += words(60, 145, "c") + words(210, 145, "d")
    outside, tables, _ = apart([*level, *upright], [*words(50, 80, "Boven"), *inside])
    assert [word.text for word in outside] == ["Boven"]
    rows = [[" ".join(word.text for word in cell) for cell in row] for row in tables[0].rows]
    assert rows == [["Kop over beide"], ["a", "b"], ["c", "d"]]
