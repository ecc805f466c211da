"""`bronnen show` and `bronnen search`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from factories import E, P, W
from walks import Walk, files, run, scan

from bronnen.cli.screen import bar, cells, printable, readable, tag
from bronnen.cli.search import snippet
from bronnen.records import Use
from bronnen.taxonomy import looks


@pytest.fixture
def scanned(walk: Walk) -> Walk:
    files(a="een", b="twee")
    assert scan("in").exit_code == 0
    walk.walked.clear()
    return walk


def test_show_analyses_a_file_now_and_keeps_nothing(walk: Walk) -> None:
    files(a="een")
    found = run("show", "in/a.txt")
    assert found.exit_code == 0 and walk.walked == ["a.txt"]
    assert "[E] Ouders vertellen dat zij lang wachten" in found.stdout
    assert "[P?] Wij gaan de wijkteams" in found.stdout
    assert "=> wetenschap gebruikt" in found.stdout and "=> professioneel gevraagd" in found.stdout
    assert "-- p. 1 --" in found.stdout and "Aanleiding" in found.stdout
    assert "ervaringskennis: 1 (0-" in found.stdout
    assert [path.name for path in Path().iterdir()] == ["in"]


def test_show_takes_it_from_a_store(scanned: Walk) -> None:
    for told in ("in/a.txt", "a.txt", str(Path("in/a.txt").absolute())):
        assert "De raad stelt" in run("show", told, "--store", "out").stdout
    Path("in/a.txt").unlink()
    assert run("show", "a.txt", "--store", "out").exit_code == 0
    assert scanned.walked == []
    gone = run("show", "c.txt", "--store", "out")
    assert gone.exit_code == 2 and "is not in the store" in gone.stderr
    assert run("show", "a.txt", "--store", "in").exit_code == 7


def test_show_less(scanned: Walk) -> None:
    labelled = run("show", "a.txt", "--store", "out", "--only-labelled").stdout
    assert "De raad stelt" not in labelled and "Ouders" in labelled
    science = run("show", "a.txt", "--store", "out", "--source", "scientific").stdout
    assert "CBS" in science and "Ouders" not in science


@pytest.mark.parametrize(("content", "code"), [("encrypted", 4), ("no_text", 5)])
def test_show_has_the_exit_code_of_its_file(walk: Walk, content: str, code: int) -> None:
    files(a=content)
    assert run("show", "in/a.txt").exit_code == code
    assert run("show", "in").exit_code == 2


def test_search_prints_where_it_stands(scanned: Walk) -> None:
    found = run("search", "out", "clienten tevreden")
    assert found.exit_code == 0
    assert "a.txt, p. 1  [W]" in found.stdout and "b.txt" in found.stdout
    assert "Uit onderzoek van het CBS" in found.stdout
    assert "[P?]" in run("search", "out", "--use", "called_for").stdout


def test_search_for_programs(scanned: Walk) -> None:
    hits = json.loads(run("search", "out", "wacht*", "--format", "json").stdout)
    assert [(hit["name"], hit["page"], hit["labels"]) for hit in hits] == [
        ("a.txt", 1, {"experiential": "used"}),
        ("b.txt", 1, {"experiential": "used"}),
    ]
    rows = list(csv.DictReader(io.StringIO(run("search", "out", "wacht*", "--format", "csv", "--limit", "1").stdout)))
    assert len(rows) == 1 and rows[0]["experiential"] == "used" and rows[0]["scientific"] == ""


def test_search_that_finds_nothing_or_asks_nothing(scanned: Walk) -> None:
    found = run("search", "out", "zeppelin")
    assert (found.exit_code, found.stdout) == (0, "") and "Nothing found" in found.stderr
    assert run("search", "out").exit_code == 2
    assert run("search", "out", "*").exit_code == 2
    assert run("search", "out", "caf\udce9").exit_code == 0
    assert run("search", "in", "x").exit_code == 7


def test_a_snippet_is_cut_around_the_word() -> None:
    long = "woord " * 200 + "Cliënten zeggen dit. " + "einde " * 200
    piece, spans = snippet(long, "clienten")
    assert len(piece) < 260 and piece.startswith("... ") and piece.endswith(" ...")
    assert [piece[start:end] for start, end in spans] == ["Cliënten"]
    assert snippet("x" * 1000, "x*")[0].startswith("x" * 100)
    assert snippet("a\x1b[2J\nb", "zz") == ("a[2J b", [])


def test_bars_add_up() -> None:
    for shares in ({E: 1 / 3, P: 1 / 3, W: 1 / 3}, {E: 0.001, P: 0.001, W: 0.998}, {E: 0.0, P: 0.5, W: 0.5}):
        found = cells(shares, 10)
        assert sum(found.values()) == 10
        assert all((found[source] > 0) == (share > 0) for source, share in shares.items())
    assert bar({E: 0.5, P: 0.25, W: 0.25}, 8).plain == "EEEEPPWW"
    assert bar(None, 3).plain == "---"


def test_what_reaches_the_screen_is_safe() -> None:
    assert printable("a\x1b]0;x\x07\u202eb\u00a0c\udc80é") == "a\\x1b]0;x\\x07\\u202eb c\\udc80é"
    assert readable("a\x1b[2J\u202e b\n\tc\u00ad") == "a[2J b c"
    assert tag({W: Use.CALLED_FOR, P: Use.USED}) == "P W?"


def linear(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(rgb: list[float]) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def test_colours_are_told_apart_and_read() -> None:
    # Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB: protan, deutan, tritan; and no deficiency
    matrices = (
        ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
        ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
        ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
        ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    )
    colours = [linear(look.colour) for look in looks().values()]
    for matrix in matrices:
        seen = [[sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix] for colour in colours]
        for first in range(3):
            for second in range(first):
                distance = sum((a - b) ** 2 for a, b in zip(seen[first], seen[second], strict=True)) ** 0.5
                assert distance > 0.15, (matrix, first, second, distance)
    for look in looks().values():
        light, dark = luminance(linear(look.colour)), luminance(linear(look.ink))
        assert (max(light, dark) + 0.05) / (min(light, dark) + 0.05) > 4.5
