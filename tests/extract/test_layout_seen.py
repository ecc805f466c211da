"""What real pages showed to go wrong, made again: each was seen in a document and mended for all."""

from __future__ import annotations

import pytest
from page_factory import SIZE, Row, column, page, told, whole, words

from bronnen.extract import layout
from bronnen.extract.grids import apart
from bronnen.extract.rules import Rule
from bronnen.extract.words import RawWord
from bronnen.records import PageState

BODY: list[Row] = [
    (50.0, 300.0 + 12 * row, "gewone tekst die de regel vult met woorden en nog meer") for row in range(8)
]


def high(x: float, y: float, text: str, height: float) -> RawWord:
    """A word of narrow letters in a font that stands tall on its line."""
    return RawWord(text, x, y, x + 3.0 * len(text), y + height, SIZE, False)


def test_narrow_words_in_a_tall_font_are_no_text_up_the_margin() -> None:
    line = [*words(50, 200, "We komen"), high(92, 199, "uit", 16), *words(105, 200, "de crisis als dat nodig"),
            high(224, 199, "is.", 16)]  # fmt: skip
    laid = layout.from_pages([page(1, [line])], [PageState.TEXT])
    assert laid.text == "We komen uit de crisis als dat nodig is."
    assert not laid.left_out


def test_short_words_up_the_margin_go_with_the_long_ones() -> None:
    heights = [("Rechten", 60), ("en", 12), ("Zorg", 30), ("van", 17)]
    upright = [RawWord(text, 20, 300 + 80 * at, 30, 300 + 80 * at + tall, SIZE, False)
               for at, (text, tall) in enumerate(heights)]  # fmt: skip
    assert told(page(1, [upright, *column(100, "a")])) == [("paragraph", whole("a"))]


def test_a_line_that_ends_in_a_figure_ends_no_sentence() -> None:
    rows: list[Row] = [
        (50, 200, "De ontvangst is u bevestigd bij brief van de burgemeester van 6"),
        (50, 212, "augustus met een kenmerk erbij, en daarna is de termijn nog eens verlengd tot 2027."),
    ]
    assert [text[-20:] for _, text in told(page(1, rows))] == ["s verlengd tot 2027."]


def test_the_number_of_a_question_heads_what_is_asked() -> None:
    rows: list[Row] = [
        (50, 200, "Vraag 1"),
        (50, 212, "Bent u bekend met het bericht dat de huisartsen in de regio geen plaats meer hebben?"),
        (50, 236, "Antwoord 1"),
        (50, 248, "Ja, dat bericht is mij bekend, en ik spreek er met de verzekeraars over door."),
    ]
    assert [kind for kind, _ in told(page(1, rows))] == ["heading", "paragraph"] * 2


def test_a_title_without_a_gap_is_no_part_of_its_paragraph() -> None:
    title = (50.0, 288.0, "Persoonlijke opvattingen in een stuk")
    assert len(told(page(1, [title, *BODY]))) == 1  # it goes on with a small letter
    titled = [title, (50.0, 300.0, BODY[0][2].capitalize()), *BODY[1:]]
    assert [text[:12] for _, text in told(page(1, titled))] == ["Persoonlijke", "Gewone tekst"]


NOTED: list[list[RawWord]] = [
    words(50, 200, "Uit onderzoek ^1 blijkt dat dit in veel wijken van de stad werkt en dat het loont voor"),
    words(50, 212, "iedereen, zoals de wijkteams ^2 zelf ook zeggen als hun naar hun werk gevraagd wordt."),
]


def test_notes_numbered_as_a_list_are_notes_where_their_marks_are() -> None:
    notes = [words(50, 700, "1. Jansen en De Vries, Werken in de wijk, 2024.", 8.0),
             words(50, 710, "2. Een gesprek met twee wijkteams.", 8.0)]  # fmt: skip
    laid = layout.from_pages([page(1, [*NOTED, *notes])], [PageState.TEXT])
    assert [block.kind.value for block in laid.blocks] == ["paragraph", "footnote", "footnote"]
    assert [(note.label, note.note) for note in laid.notes] == [("1", 1), ("2", 2)]
    unmarked = [
        words(50, 212, "Dit zijn de regels waar niemand een noot bij heeft gezet, van de stad en het land."),
        *notes,
    ]
    assert [kind for kind, _ in told(page(1, unmarked))][1:] == ["list", "list"]


def test_the_page_of_a_source_is_no_list_item() -> None:
    note = [words(50, 700, "1 Europese Commissie, Richtsnoeren voor apps, paragraaf 3.6,", 8.0),
            words(50, 710, "p. 8.", 8.0)]  # fmt: skip
    texts = [text for kind, text in told(page(1, [NOTED[0], *note])) if kind == "footnote"]
    assert texts == ["1 Europese Commissie, Richtsnoeren voor apps, paragraaf 3.6, p. 8."]


@pytest.mark.parametrize(("end", "kind"), [(". . .", "paragraph"), ("..... 12", "contents")])
def test_an_ellipsis_makes_no_contents(end: str, kind: str) -> None:
    assert [found for found, _ in told(page(1, [(50, 200, f"Hele gesprekken volgden {end}")]))] == [kind]


def test_a_note_set_wider_than_the_text_stays_whole() -> None:
    filled = (
        "1 Zo werd lang geleden een plicht als maatregel ingevoerd voor wie in het land kwam wonen of werken en die"
    )
    note = [words(50, 700, filled, 8.0), words(50, 719, "nooit meer is afgeschaft.", 8.0)]
    texts = [text for kind, text in told(page(1, [*NOTED, *BODY, *note])) if kind == "footnote"]
    assert texts == [f"{filled} nooit meer is afgeschaft."]


MARGIN: list[Row] = [(430, 200 + 17 * row, text) for row, text in enumerate(("Datum", "1 april", "Kenmerk", "320973"))]


def test_the_margin_of_a_letter_is_read_apart() -> None:
    texts = [text for _, text in told(page(1, [*column(50, "a"), *MARGIN]))]
    assert texts[0] == whole("a") and " ".join(texts[1:]) == "Datum 1 april Kenmerk 320973"


def test_a_sentence_runs_on_over_the_page_past_the_margin() -> None:
    first = page(1, [*column(50, "a"), *MARGIN])
    second = page(2, [(50, 200, "tot het einde van de zin.")])
    laid = layout.from_pages([first, second], [PageState.TEXT] * 2)
    assert laid.text.endswith(f"{whole('a')} tot het einde van de zin.")


def test_labels_beside_their_values_stay_together() -> None:
    names, values = ("Datum", "Kenmerk", "Bijlage"), ("1 april", "12", "2")
    rows: list[Row] = [(50, 200 + 20 * at, name) for at, name in enumerate(names)]
    rows += [(150, 201 + 20 * at, value) for at, value in enumerate(values)]  # drawn after all names
    assert [text for _, text in told(page(1, rows))] == ["Datum | 1 april", "Kenmerk | 12", "Bijlage | 2"]


def test_columns_end_where_a_title_over_the_next_ones_begins() -> None:
    title = words(40, 320, "KWETSBARE GROEPEN", 15.0)
    next_title = words(40, 340, "EN WAT WIJ VOOR HEN WILLEN BETEKENEN", 15.0)
    rows = [*column(50, "a"), *column(300, "b", 4), title, next_title]
    texts = [text for _, text in told(page(1, rows))]
    assert texts[0] == f"{whole('a')} {whole('b', 4)}"


def test_a_sentence_goes_on_under_a_picture() -> None:
    filled = "deze regel is gevuld met woorden tot aan het einde"
    rows: list[Row] = [(50, 200, "In dit stuk staat dat alle regels gevuld zijn en"), (50, 212, filled),
                       (50, 400, "en onder de plaat gaat de zin gewoon verder."),
                       (50, 430, "losse regel onder een zin die met een punt eindigde")]  # fmt: skip
    texts = [text for _, text in told(page(1, rows))]
    assert len(texts) == 2 and texts[0].endswith("einde en onder de plaat gaat de zin gewoon verder.")


def test_the_open_side_of_a_table_is_a_side() -> None:
    level = [Rule(50, y, 350, y) for y in (100, 120, 140, 160)]
    upright = [Rule(x, 100, x, 160) for x in (150, 250, 350)]
    inside = [word for row in range(3) for at in range(3)
              for word in words(60 + 100 * at, 105 + 20 * row, f"{'abc'[at]}{row}")]  # fmt: skip
    outside, tables, _ = apart([*level, *upright], inside)
    assert not outside
    rows = [[" ".join(word.text for word in cell) for cell in row] for row in tables[0].rows]
    assert rows == [[f"{name}{row}" for name in "abc"] for row in range(3)]
