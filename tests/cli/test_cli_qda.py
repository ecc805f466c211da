"""`bronnen corpus import project.qdpx`: what people coded goes in once, and what became of the rest is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from factories import E, P, W
from walks import Walk, files, run, scan

from bronnen import exchange
from bronnen.formats.coded import Code, Coding, Left, Selection, Text
from bronnen.formats.qdpx import Project
from bronnen.formats.qdpx.writing import write_qdpx
from bronnen.records import Analysis, Use
from bronnen.store import Store

NOW = "2026-03-01T10:00:00+00:00"
OURS = exchange.codes()
USED = {source: OURS[source, Use.USED].name for source in (E, P, W)}


@pytest.fixture
def scanned(walk: Walk) -> Analysis:
    files(a="een", b="twee")
    assert scan("in").exit_code == 0
    with Store(Path("out")) as store:
        found = store.analysis(store.documents()[0][0])
    assert found is not None
    return found


def by_hand(found: Analysis, words: str, code: str, coder: str = "An na", at: str = NOW) -> Selection:
    start = found.document.text.index(words)
    return Selection(start, start + len(words), (Coding(code, coder, at),))


def write(found: Analysis, *selections: Selection, codes: tuple[Code, ...] = (), **text: str) -> None:
    """A project of ours to which people added selections."""
    told = exchange.text(found)
    changed = replace(told, selections=(*told.selections, *selections), **text)
    write_qdpx(Path("p.qdpx"), Project("p", NOW, (*OURS.values(), *codes), [changed]))


def said() -> list[tuple[str, str, str, dict[str, str]]]:
    with Store(Path("out")) as store:
        return [
            (one.by, one.at, one.quote, {source: one.labels.get(source, "none") for source in one.judged})
            for one in store.verdicts("person")
        ]


def test_additions_go_in_once_and_count(scanned: Analysis) -> None:
    added = by_hand(scanned, "De raad stelt het beleid vast.", USED[P])
    no = by_hand(scanned, "Ouders vertellen dat zij lang wachten op hulp.", OURS[E, None].name, at="")
    write(scanned, added, no)
    found = run("corpus", "import", "p.qdpx", "--store", "out")
    assert found.exit_code == 0, found.output
    assert found.stdout == "2 labels added, 0 were there already, 0 have no place.\n"
    assert found.stderr == "3 codings are by bronnen itself and were left out.\n"
    assert [(by, quote, uses) for by, _, quote, uses in said()] == [
        ("person:An na", "Ouders vertellen dat zij lang wachten op hulp.", {E: "none"}),
        ("person:An na", "De raad stelt het beleid vast.", {P: "used"}),
    ]
    assert [at for _, at, _, _ in said()] == [NOW, NOW], "of a coding without a time, that of the project"
    again = run("corpus", "import", "p.qdpx", "--store", "out")
    assert again.stdout == "0 labels added, 2 were there already, 0 have no place.\n"
    rows = run("search", "out", "--source", "professional", "--use", "used")
    assert "De raad stelt het beleid vast" in rows.stdout


def test_codes_are_told_in_a_file(scanned: Analysis) -> None:
    mine = (Code("Mijn code"), Code("Citaat"), Code("Vertrouwen"))
    told = [by_hand(scanned, "De raad stelt het beleid vast.", code.name) for code in mine]
    write(scanned, *told, codes=mine)
    found = run("corpus", "import", "p.qdpx", "--store", "out")
    assert found.exit_code == 8 and said() == []
    assert "  'Vertrouwen': 1 codings\n" in found.stderr and "--codes" in found.stderr
    Path("map.toml").write_text(
        '[codes]\n"mijn  CODE" = "scientific used"\n"Citaat" = "skip"\n"Vertrouwen" = "experiential none"\n'
    )
    found = run("corpus", "import", "p.qdpx", "--store", "out", "--codes", "map.toml")
    assert found.exit_code == 0 and "1 codings have a code that says nothing of sources.\n" in found.stderr
    assert [uses for *_, uses in said()] == [{W: "used", E: "none"}]


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ('[codes]\n"a" = "magic used"', "'a' stands for 'magic used'"),
        ('[codes]\n"a" = 3', "'a' stands for 3"),
        ('[code]\n"a" = "skip"', "one table"),
        ("codes = 3", "one table"),
        ("[codes", "Cannot read"),
    ],
)
def test_a_wrong_file_of_codes_is_named(scanned: Analysis, told: str, wrong: str) -> None:
    write(scanned)
    Path("map.toml").write_text(told)
    found = run("corpus", "import", "p.qdpx", "--store", "out", "--codes", "map.toml")
    assert found.exit_code == 2 and wrong in found.stderr
    assert run("corpus", "import", "labels.csv", "--store", "out", "--codes", "map.toml").exit_code == 2


def test_what_has_no_place_is_listed_and_the_rest_goes_in(scanned: Analysis) -> None:
    fits = by_hand(scanned, "De raad stelt het beleid vast.", USED[P])
    write(scanned, fits, by_hand(scanned, "Aanleiding", USED[E]))
    found = run("corpus", "import", "p.qdpx", "--store", "out")
    assert found.exit_code == 8 and len(said()) == 1
    assert found.stdout == "1 labels added, 0 were there already, 1 have no place.\n"
    assert "  a.txt: 'ervaringskennis gebruikt' on 'Aanleiding': lies in no passage" in found.stderr


def test_a_document_that_is_not_in_the_store(scanned: Analysis) -> None:
    text = "Een heel andere tekst."
    write_qdpx(
        Path("p.qdpx"),
        Project("p", NOW, tuple(OURS.values()), [Text("z.pdf", text, (Selection(0, 5, (Coding(USED[E], "bo"),)),))]),
    )
    found = run("corpus", "import", "p.qdpx", "--store", "out")
    assert found.exit_code == 8 and said() == []
    assert "  z.pdf: 'ervaringskennis gebruikt': the document is not in the store\n" in found.stderr


def test_bad_files_change_nothing(scanned: Analysis) -> None:
    Path("p.qdpx").write_bytes(b"PK\x03\x04 niets")
    assert run("corpus", "import", "p.qdpx", "--store", "out").exit_code == 7
    assert run("corpus", "import", "weg.qdpx", "--store", "out").exit_code == 7
    write(scanned)
    assert run("corpus", "import", "p.qdpx", "--store", "nowhere").exit_code == 7
    assert said() == [] and not Path("nowhere").exists()


def test_names_from_a_project_never_reach_the_screen_raw(scanned: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    from bronnen.cli import coded

    write(scanned)
    told = Project("p", NOW, (), (), left=(Left("a\x1b[2J", "b\x1b]0;x\x07"),))
    monkeypatch.setattr(coded, "read_qdpx", lambda path: told)
    found = run("corpus", "import", "p.qdpx", "--store", "out")
    assert found.exit_code == 8 and "\x1b" not in found.output and "\x07" not in found.output


def test_a_codebook_to_code_with(walk: Walk) -> None:
    assert run("corpus", "codebook", "codes.qdc").stdout == "9 codes written to codes.qdc.\n"
    assert 'name="geen wetenschappelijke kennis"' in Path("codes.qdc").read_text(encoding="utf-8")
    run("corpus", "codebook", "codes.qdc", "--lang", "en")
    assert 'name="scientific knowledge called for"' in Path("codes.qdc").read_text(encoding="utf-8")
