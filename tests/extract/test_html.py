"""Saved web pages: the page's own text with its form, nothing of what stands around it, and no network."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from bronnen.errors import MissingError, NoTextError, UnreadableError
from bronnen.extract import html, layout
from bronnen.records import Kind

pytest.importorskip("trafilatura", reason="the extra 'office' is not installed")

PAGE = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Jeugdhulp in de wijk</title>
<link rel="stylesheet" href="http://example.org/a.css"></head><body>
<div id="cookie-banner" class="cookie">Wij gebruiken cookies. <button>Accepteren</button></div>
<nav><ul><li><a href="/">Home</a></li><li><a href="/n">Nieuws</a></li></ul></nav>
<main><article><h1>Jeugdhulp in de wijk</h1>
<p>Ouders vertellen dat zij hun verhaal steeds opnieuw moeten doen. Dat kost hun kracht<sup><a href="#n1">1</a></sup>, en tijd.</p>
<h2>Wat wij hoorden</h2><p>In de praktijk blijkt dat wijkteams <b>overvraagd</b> zijn.<br>Het gebouw meet 30 m<sup>2</sup>.</p>
<ul><li>Eerste punt met <a href="x">een link</a></li><li>Tweede punt<ul><li>Een onderdeel</li></ul></li></ul>
<table><tr><th>Jaar</th><th>Aantal</th></tr><tr><td>2022</td><td>14</td></tr></table>
<blockquote><p>Ik voelde mij niet gehoord, zegt een moeder.</p></blockquote>
<p>De gemeente vraagt het instituut om nader onderzoek naar de oorzaken van de wachttijd in de regio.</p>
<img src="http://example.org/a.png"></article>
<section id="comments" class="comments"><h3>Reacties</h3><div class="comment"><p>Ik vind dit een goed verhaal.</p></div></section></main>
<footer><p>Over deze site | Privacy | Cookies</p></footer></body></html>"""  # noqa: E501

BLOCKS = [
    ("heading", "Jeugdhulp in de wijk"),
    (
        "paragraph",
        "Ouders vertellen dat zij hun verhaal steeds opnieuw moeten doen. Dat kost hun kracht, en tijd.",
    ),
    ("heading", "Wat wij hoorden"),
    ("paragraph", "In de praktijk blijkt dat wijkteams overvraagd zijn. Het gebouw meet 30 m2."),
    ("list", "Eerste punt met een link"),
    ("list", "Tweede punt"),
    ("list", "Een onderdeel"),
    ("table", "Jaar | Aantal"),
    ("table", "2022 | 14"),
    ("paragraph", "Ik voelde mij niet gehoord, zegt een moeder."),
    (
        "paragraph",
        "De gemeente vraagt het instituut om nader onderzoek naar de oorzaken van de wachttijd in de regio.",
    ),
]


def read_blocks(path: Path) -> list[tuple[Kind, str]]:
    return list(html.read_blocks(path.read_bytes(), path))


def told(path: Path) -> list[tuple[str, str]]:
    laid = layout.from_blocks(read_blocks(path))
    return [(block.kind.value, laid.text[block.start : block.end]) for block in laid.blocks]


def page(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "pagina.html"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_page_without_what_stands_around_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    path = page(tmp_path, PAGE)
    assert told(path) == BLOCKS
    assert told(path) == BLOCKS  # and no memory of the pages read before


def test_linked_notes_and_captions(tmp_path: Path) -> None:
    notes = '<ol><li id="n1">Centraal Bureau voor de Statistiek, cijfers over 2023. <a href="#r1">↩</a></li></ol>'
    caption = "<figure><img src='a.png'><figcaption>Figuur 1: de wachttijd in de regio.</figcaption></figure>"
    found = told(page(tmp_path, PAGE.replace("</article>", f"{caption}{notes}</article>")))
    assert [block for block in found if block[0] not in ("footnote", "caption")] == BLOCKS
    assert ("footnote", "Centraal Bureau voor de Statistiek, cijfers over 2023.") in found
    assert ("caption", "Figuur 1: de wachttijd in de regio.") in found


MUNICIPAL = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Buurtteams | Gemeente Waterdrecht</title>
</head><body><a class="skip-link" href="#content">Direct naar de inhoud</a>
<div id="cookiebar" class="cookie-consent" role="dialog"><h2>Cookies</h2><p>Deze website gebruikt cookies.</p></div>
<header role="banner"><nav><ul><li><a href="/wonen">Wonen</a></li><li><a href="/zorg">Zorg</a></li></ul></nav></header>
<nav class="breadcrumb"><ol><li><a href="/">Home</a></li><li>Buurtteams</li></ol></nav>
<main id="content"><h1>Evaluatie van de buurtteams</h1>
<p id="p1">Van de ondervraagde inwoners is 72 procent tevreden over het gesprek.<sup id="ref1"><a href="#fn1">[1]</a></sup> Zij noemen de rust en de tijd.</p>
<p>Wie lang wachtte, is minder tevreden<a href="#fn2"><sup>2</sup></a> en belt vaker terug naar de gemeente.</p>
<figure><img src="grafiek.png" alt="Staven"><figcaption>Figuur 1. Tevredenheid per wijk in 2024</figcaption></figure>
<h2>Per wijk</h2>
<table><caption>Tabel 1. Gesprekken per wijk</caption><tr><th>Wijk</th><th>Gesprekken</th></tr>
<tr><td>Noord</td><td>412</td></tr></table>
<details><summary>Hoe is het onderzoek gedaan?</summary><p>De onderzoekers spraken met veertig inwoners van de stad.</p></details>
<ol><li>Maak de eerste afspraak binnen een week.</li><li>Geef elke inwoner een vast gezicht.<ul><li>Ook bij ziekte.</li></ul></li></ol>
<div class="footnotes"><ol><li id="fn1"><p>Inwonerspanel, najaar 2024. <a href="#ref1">↩︎</a></p></li>
<li id="fn2"><sup><a href="#p1">2</a></sup> Rapport Wachten in de wijk, bladzijde 14.</li></ol></div>
<div class="share"><h2>Deel deze pagina</h2><ul><li><a href="#">Facebook</a></li></ul></div></main>
<footer><h2>Contact</h2><p>Telefoon 14 0000, van 9.00 tot 17.00 uur</p></footer></body></html>"""  # noqa: E501


def test_a_page_of_a_municipality(tmp_path: Path) -> None:
    laid = layout.from_blocks(read_blocks(page(tmp_path, MUNICIPAL)))
    assert [(block.kind.value, laid.text[block.start : block.end]) for block in laid.blocks] == [
        ("heading", "Evaluatie van de buurtteams"),
        (
            "paragraph",
            "Van de ondervraagde inwoners is 72 procent tevreden over het gesprek. Zij noemen de rust en de tijd.",
        ),
        ("paragraph", "Wie lang wachtte, is minder tevreden en belt vaker terug naar de gemeente."),
        ("caption", "Figuur 1. Tevredenheid per wijk in 2024"),
        ("heading", "Per wijk"),
        ("caption", "Tabel 1. Gesprekken per wijk"),
        ("table", "Wijk | Gesprekken"),
        ("table", "Noord | 412"),
        ("heading", "Hoe is het onderzoek gedaan?"),
        ("paragraph", "De onderzoekers spraken met veertig inwoners van de stad."),
        ("list", "Maak de eerste afspraak binnen een week."),
        ("list", "Geef elke inwoner een vast gezicht."),
        ("list", "Ook bij ziekte."),
        ("footnote", "Inwonerspanel, najaar 2024."),
        ("footnote", "Rapport Wachten in de wijk, bladzijde 14."),
    ]
    marked = [(laid.text[: note.start].split()[-1], note.label, note.note) for note in laid.notes]
    assert marked == [("gesprek.", "1", 13), ("tevreden", "2", 14)]


@pytest.mark.parametrize(
    ("coding", "declared"),
    [("utf-8", "utf-8"), ("utf-8-sig", ""), ("utf-16", "utf-8"), ("cp1252", "iso-8859-1"), ("cp1252", ""), ("iso8859-2", "iso-8859-2")],  # noqa: E501
)  # fmt: skip
def test_encodings(tmp_path: Path, coding: str, declared: str) -> None:
    text = "Cliënten en één officiële reünie, zo zeggen zij in de wijk waar zij wonen, werken en ouder worden."
    html = f'<html><head><meta charset="{declared}"></head><body><article><p>{text}</p></article></body></html>'
    assert told(page(tmp_path, html.encode(coding))) == [("paragraph", text)]


def test_an_xhtml_page(tmp_path: Path) -> None:
    html = f'<?xml version="1.0" encoding="utf-8"?>{PAGE}'
    assert told(page(tmp_path, html)) == BLOCKS


def test_entities_do_not_reach_for_files(tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("GEHEIM", encoding="utf-8")
    html = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]><html><body><p>Een lange zin &x; hier in de tekst.</p>'  # noqa: E501
    assert "GEHEIM" not in str(told(page(tmp_path, html)))


@pytest.mark.parametrize(
    "content", ["<html><body></body></html>", "<html><body><script>a = 1</script></body></html>", " "]
)
def test_a_page_without_text(tmp_path: Path, content: str) -> None:
    with pytest.raises(NoTextError):
        read_blocks(page(tmp_path, content))


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7", b"PK\x03\x04abc", bytes(range(32)) * 20, b"MIME-Version: 1.0\nContent-Type: multipart/related\n"],
    ids=["pdf", "zip", "binary", "mht"],
)
def test_what_is_no_page(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableError) as raised:
        read_blocks(page(tmp_path, content))
    assert raised.value.next_step


def test_a_page_nested_very_deep(tmp_path: Path) -> None:
    try:  # noqa: SIM105
        read_blocks(page(tmp_path, "<div>" * 20_000 + "<p>Een zin in een diep nest van vakken.</p>"))
    except (UnreadableError, NoTextError):
        pass


def test_a_missing_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(MissingError, match=r"--extra office"):
        read_blocks(page(tmp_path, PAGE))
