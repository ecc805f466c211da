"""Rows: how text is made plain, and that a row depends on nothing but its nearest surroundings."""

from __future__ import annotations

import pickle

import pytest

from bronnen.features import LENT, NEARBY, cleaned, is_heading, rows, words_of

PLAIN = [
    ("wacht\u00adtijden", "wachttijden"),
    ("de ge- laagdheid", "de gelaagdheid"),
    ("in- en uitstroom", "in- en uitstroom"),
    ("zorg- of welzijn", "zorg- of welzijn"),
    ("● Ouders", "• Ouders"),
    ("\uf0b7 Ouders", "• Ouders"),
    ("12,5 % en 7%", "<proc> en <proc>"),
    ("zestig procent", "zestig <proc>"),
    ("in 2019 waren er 1.234", "in <jaar> waren er 0"),
    ("zie https://www.cbs.nl/nl-nl?x=1 hier", "zie <link> hier"),
    ("“Fijn”, zei zij", "'Fijn', zei zij"),
    ("ﬁnancieel", "financieel"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "wanted"), PLAIN)
def test_debris_is_made_plain(text: str, wanted: str) -> None:
    assert cleaned(text) == wanted


HEADINGS = [
    ("4.2 Bevindingen uit de praktijk", True),
    ("## Wat inwoners zeggen", True),
    ("Ouders vertellen dat zij lang wachten.", False),
    ("uit kolommen gebroken stuk", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "wanted"), HEADINGS)
def test_a_heading_is_told_by_its_look(text: str, wanted: bool) -> None:
    assert is_heading(text) is wanted


PAGE = [
    ("Wat ouders zeggen",),
    ("Ouders vertellen dat zij wachten.", "Ook is het druk."),
    ("Volgens het CBS steeg het aantal met 12% (Jansen, 2019).",),
]


def test_rows_stand_in_order_with_their_passage() -> None:
    made = rows(PAGE)
    assert [row.passage for row in made] == [0, 1, 1, 2]
    assert made[1].length == 5


def test_names_say_their_family() -> None:
    for row in rows(PAGE):
        for family, names in row.names.items():
            assert family not in LENT
            assert all(name.startswith(f"{family}_") for name in names)


def test_look_and_place_are_told() -> None:
    shape = rows(PAGE)[3].names["shape"]
    assert {"shape_author_year", "shape_abbreviation", "shape_alone"} <= set(shape)
    assert "shape_first" in rows(PAGE)[1].names["shape"]
    assert "shape_last" in rows(PAGE)[2].names["shape"]


def test_rows_are_plain_and_alike_in_another_process() -> None:
    assert pickle.loads(pickle.dumps(rows(PAGE))) == rows(PAGE)  # noqa: S301 - our own bytes


def test_a_row_is_the_same_in_a_chunk_and_in_a_whole_document() -> None:
    chunk = [("Een zin over zorg.", "Nog een zin.")]
    whole = [("Ver weg.",)] * 30 + chunk
    assert [row.names for row in rows(whole)[30:]] == [row.names for row in rows(chunk)]


def test_neighbours_lend_from_no_further_than_they_say() -> None:
    assert max(max(abs(step) for step in steps) for _, steps in LENT.values()) == NEARBY


def test_nothing_gives_no_rows() -> None:
    assert rows([]) == []
    assert rows([("",)])[0].length == 0


def test_long_rubbish_is_cut_off() -> None:
    assert len(words_of("woord " * 5000)) == 400
