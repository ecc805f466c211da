"""Markdown and plain text: lines put back together, what is what told from the form, and five real texts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bronnen.errors import NoTextError, UnreadableError
from bronnen.extract import layout, plain
from bronnen.extract.wrapped import blocks_of
from bronnen.records import Kind

SEEDS = Path(__file__).parents[3] / "shared" / "data" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the real texts in ../shared/data/seeds are not here")


def read_blocks(path: Path) -> list[tuple[Kind, str]]:
    return list(plain.read_blocks(path.read_bytes(), path))


def told(tmp_path: Path, content: str | bytes, name: str = "a.txt") -> list[tuple[str, str]]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    laid = layout.from_blocks(read_blocks(path))
    return [(block.kind.value, laid.text[block.start : block.end]) for block in laid.blocks]


def lines(content: str) -> list[tuple[str, str]]:
    return [(kind.value, text) for kind, text in blocks_of(content)]


WRAPPED = """Het versterken van de kenniscultuur binnen gemeenten waarin
de drie bronnen als gelijkwaardig worden gezien, vraagt
meer dan snelle oplossingen. Wij denken aan kennis-
werkplaatsen, aan beleids-
en uitvoeringskennis en aan de regio Noord-
Holland. Deze regels zijn afgebroken omdat de kolom smal is.
Bewoners vertellen er graag over.

Een tweede alinea die gewoon op een regel past."""


def test_wrapped_lines_are_joined() -> None:
    (first, second) = lines(WRAPPED)
    assert first[1] == (
        "Het versterken van de kenniscultuur binnen gemeenten waarin de drie bronnen als gelijkwaardig worden gezien, "
        "vraagt meer dan snelle oplossingen. Wij denken aan kenniswerkplaatsen, aan beleids- en uitvoeringskennis en "
        "aan de regio Noord-Holland. Deze regels zijn afgebroken omdat de kolom smal is. "
        "Bewoners vertellen er graag over."
    )
    assert second == ("paragraph", "Een tweede alinea die gewoon op een regel past.")


def test_a_paragraph_per_line_stays_a_paragraph_per_line() -> None:
    text = "De gemeente ziet dat wachttijden oplopen. " * 6
    assert lines(f"{text}\nEn dan.\n{text}") == [("paragraph", text.strip()), ("paragraph", "En dan."), ("paragraph", text.strip())]  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("mark", ["•", "-", "*", "–", "«", "»", "o", "▪", "\uf0b7"])
def test_bullets_are_items(mark: str) -> None:
    found = lines(
        f"Wij doen drie dingen:\n {mark} Luisteren naar bewoners\n {mark} leren van elkaar,\n   ook als het lang duurt.\n"  # noqa: E501
    )
    assert found == [
        ("paragraph", "Wij doen drie dingen:"),
        ("list", "Luisteren naar bewoners"),
        ("list", "leren van elkaar, ook als het lang duurt."),
    ]  # fmt: skip


def test_numbers_dashes_and_quotes_in_a_running_sentence_are_no_items() -> None:
    law = "Wij lezen dit in de wet van vorig jaar, waar staat\nwat hiervoor geldt, en dat is geregeld in artikel\n12. Dat is later"  # noqa: E501
    assert len(lines(f"{law} vervallen, zoals u weet van ons,\nen dat is goed.")) == 1
    assert len(lines("Onze werkplaatsen in de beleidscyclus\n- en hoe zij samenwerken - zijn van belang.")) == 1
    assert lines("« Dat is een citaat » zegt hij.") == [("paragraph", "« Dat is een citaat » zegt hij.")]
    assert lines("1. Eerste punt.\n2. Tweede punt.") == [("list", "1. Eerste punt."), ("list", "2. Tweede punt.")]


def test_headings_are_short_lines_above_a_text() -> None:
    text = "Nota wonen\n\n1. Aanleiding\n\nDe gemeente ziet dat wachttijden oplopen.\n\nLos woord\n"
    assert [kind for kind, _ in lines(text)] == ["heading", "heading", "paragraph", "paragraph"]
    people = "\n\n".join(f"Naam {letter} (gemeente)" for letter in "ABCD")
    assert "heading" not in [kind for kind, _ in lines(f"Aanwezig waren:\n\n{people}")]


def test_tables_and_contents() -> None:
    found = lines(
        "Inleiding ........ 3\nSlot . . . . . . 12\n\nJaar\tAantal\n2022\t14\n\n| wijk | uren |\n|---|---|\n| oost | elf |"  # noqa: E501
    )
    assert found == [
        ("contents", "Inleiding ........ 3"),
        ("contents", "Slot . . . . . . 12"),
        ("table", "Jaar | Aantal"),
        ("table", "2022 | 14"),
        ("table", "wijk | uren"),
        ("table", "oost | elf"),
    ]  # fmt: skip


def test_a_line_of_stops_takes_no_time() -> None:
    began = time.perf_counter()
    assert blocks_of("Naam " + "." * 100_000 + " x\n" + "Inleiding " + "." * 1_000 + " 3")
    assert time.perf_counter() - began < 2


def test_heads_feet_and_page_numbers_go() -> None:
    pages = [
        f"Nota wonen 2025\n\nDit is de tekst van bladzijde {word}.\n\n{number}"
        for number, word in enumerate(["een", "twee", "drie", "vier"])
    ]
    found = lines("\f".join(pages))
    assert [text for _, text in found] == [f"Dit is de tekst van bladzijde {word}." for word in ["een", "twee", "drie", "vier"]]  # fmt: skip  # noqa: E501


def test_a_sentence_runs_on_over_a_page() -> None:
    text = (
        "De bewoners van de wijk zeggen dat zij al jaren\nwachten op een antwoord van de gemeente en dat zij\n"
        "dat niet meer vol kunnen houden, zodat ze\f\nnu zelf aan de slag gaan met een plan."
    )
    assert len(lines(text)) == 1


def test_what_stands_around_a_web_page_goes() -> None:
    text = (
        "Home | Nieuws | Contact\n\nDeze website gebruikt cookies om u beter te helpen.\n\n"
        "De gemeente vroeg bewoners om hun verhaal.\n\nReacties (2)\n\nJan zei\n\nop 3 mei 2021 om 14:30\n\nMooi stuk!"
    )
    assert lines(text) == [("paragraph", "De gemeente vroeg bewoners om hun verhaal.")]
    kept = "Reacties (2)\n\nWij kregen twee reacties van bewoners op het plan.\n\nZij vrezen drukte."
    assert len(lines(kept)) == 3  # a chapter of a report, not the comments under a page


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings(tmp_path: Path, coding: str) -> None:
    text = "Cliënten zeggen: ‘het duurt lang’ – en dat klopt, € 5 per keer."
    assert told(tmp_path, text.encode(coding)) == [("paragraph", text)]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x85"])
def test_line_ends_and_phantom_spaces(tmp_path: Path, newline: str) -> None:
    text = f"  Een  zin\u00a0met spa\u00adties\u200b.{newline}{newline} \u00a0 {newline}Nog een zin."
    assert [said for _, said in told(tmp_path, text)] == ["Een zin met spaties.", "Nog een zin."]


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.4 x", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1 x}", bytes(range(256)) * 4,
     "Een zin.".encode("utf-16-le"), b"<!DOCTYPE html><html></html>"],
    ids=["pdf", "zip", "doc", "rtf", "binary", "utf-16 without a mark", "html"],
)  # fmt: skip
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableError) as raised:
        told(tmp_path, content)
    assert raised.value.next_step


@pytest.mark.parametrize("content", ["", " \n\f\n", "\ufeff", "... ---"])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_nothing_in_it(tmp_path: Path, content: str, name: str) -> None:
    if name == "a.md" and "-" in content:
        return
    with pytest.raises(NoTextError):
        told(tmp_path, content, name)


def test_markdown(tmp_path: Path) -> None:
    text = """---
title: x
---
# Nota *wonen*

Ouders[^1] zeggen dat
zij **wachten**.[^b] Zie [hier](http://x.nl) en `dit`.<br>Klaar.

[^1]: https://cbs.nl/rapport
[^b]: Een noot
    op twee regels.
[^c]: Zonder plek.

Tussenkop
---------
- een
- twee
  1. onder twee

> Een citaat.

| Jaar | Aantal |
|------|-------:|
| 2022 | 14 |

<!-- weg --><div>In <b>html</b> &amp; meer.</div>

![plaatje](x.png)
"""
    assert told(tmp_path, text, "a.md") == [
        ("heading", "Nota wonen"),
        ("paragraph", "Ouders zeggen dat zij wachten. Zie hier en dit. Klaar."),
        ("footnote", "https://cbs.nl/rapport"),
        ("footnote", "Een noot op twee regels."),
        ("footnote", "Zonder plek."),
        ("heading", "Tussenkop"),
        ("list", "een"),
        ("list", "twee"),
        ("list", "onder twee"),
        ("paragraph", "Een citaat."),
        ("table", "Jaar | Aantal"),
        ("table", "2022 | 14"),
        ("paragraph", "In html & meer."),
    ]


@given(st.text(st.sampled_from("ab Ze.-–•1|\t\n\f\u00ad:«"), max_size=200))
def test_no_text_breaks_it_and_no_word_is_made_up(text: str) -> None:
    letters = "".join(said for _, said in blocks_of(text))
    assert all(char in text or char in " -|" for char in letters)  # a soft hyphen may become a hyphen, a tab a bar
    assert letters.count("e") <= text.count("e")


@needs_seeds
@pytest.mark.parametrize(
    ("start", "wanted", "unwanted"),
    [
        ("000", [("heading", "De rol van Kennisland"), ("paragraph", "2008 - 2008")], []),
        ("001", [("heading", "Kennismanagement"), ("list", "Verbinden"), ("paragraph", "De taken van de kennisfunctie zijn:")], []),  # noqa: E501
        ("002", [("heading", "VNG Kennishub"), ("list", "bestaande kennis te ontsluiten"), ("list", "Flexibiliteit vanuit de subsidieverstrekker")], []),  # noqa: E501
        ("003", [("heading", "Aanleiding"), ("heading", "Opzet"), ("list", "geen ambtelijk taalgebruik"), ("paragraph", "Corien Prins, UVT, WRR")],  # noqa: E501
         ["you may not use this service", "Stichting | Programma", "marloes", "plutocratie", "permission to comment"]),
        ("004", [("heading", "Introductie"), ("heading", "Stevig kennisbeleid"), ("list", "Op welke manier zouden we dit nog meer kunnen borgen?"),  # noqa: E501
                 ("paragraph", "Op welke manier creéren leidinggevenden ruimte voor reflectie en kennisdeling in het dagelijks werk?")],  # noqa: E501
         ["invlioedssfeer van\n", " o N A", "kennis- werkplaatsen", "|", "« "]),
    ],
)  # fmt: skip
def test_the_real_texts_come_through_readable(start: str, wanted: list[tuple[str, str]], unwanted: list[str]) -> None:
    path = next(SEEDS.glob(f"{start}_*.txt"))
    found = [(kind.value, text) for kind, text in read_blocks(path)]
    assert set(wanted) <= set(found)
    whole = "\n\n".join(text for _, text in found)
    assert not [piece for piece in unwanted if piece in whole]
    source = path.read_text(encoding="utf-8")
    if start in ("000", "001", "002"):  # nothing to leave out in these: every letter comes through, in order
        assert [char for char in whole if char.isalnum()] == [char for char in source if char.isalnum()]


def test_notes_of_markdown_know_where_they_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("Ouders[^a] zeggen dat [^a].\n\n[^a]: CBS.\n", encoding="utf-8")
    laid = layout.from_blocks(read_blocks(path))
    assert laid.text == "Ouders zeggen dat.\n\nCBS."
    assert [(laid.text[: note.start], note.label, note.note) for note in laid.notes] == [
        ("Ouders", "a", 1),
        ("Ouders zeggen dat", "a", 1),
    ]
