"""The sheet of an audit: blind, the same bytes each time, nothing that runs, and hostile files refused by name."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bronnen.errors import BronnenError, StoreError
from bronnen.formats import cells
from bronnen.formats.explanation import explanation
from bronnen.formats.sheets import COLUMNS, JUDGEMENTS, SHEET, WORDS, SheetRow, read_sheet, write_sheet
from bronnen.records import Source, Use

ROWS = [
    SheetRow(1, "nota.pdf", 3, "1.1", "Ouders vertellen dat zij wachten.", "c0123456789ab"),
    SheetRow(2, '=HYPERLINK("http://x")', None, "+kop", "=1+1; =B2 is geen formule", "cabc"),
    SheetRow(3, "nota.pdf", 4, "", "a" * 32_000, "cdef"),
]


@pytest.fixture(params=["xlsx", "csv"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"blad.{request.param}"


def fill(path: Path, judgements: dict[int, tuple[Any, Any, Any]], **more: Any) -> None:
    """Types judgements as a person would, in the program that belongs to the file."""
    columns = list(JUDGEMENTS.values())
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), delimiter=";"))
        for number, words in judgements.items():
            for column, word in zip(columns, words, strict=True):
                rows[number][COLUMNS.index(column)] = "" if word is None else str(word)
            for column, value in more.items():
                rows[number][COLUMNS.index(column)] = str(value)
        with path.open("w", encoding="cp1252", newline="") as stream:  # as Excel saves 'CSV'
            csv.writer(stream, delimiter=";").writerows(rows)
        return
    book = openpyxl.load_workbook(path)
    for number, words in judgements.items():
        for column, word in zip(columns, words, strict=True):
            book[SHEET].cell(number + 1, COLUMNS.index(column) + 1, word)
        for column, value in more.items():
            book[SHEET].cell(number + 1, COLUMNS.index(column) + 1, value)
    book.save(path)


def test_what_is_filled_in_comes_back(path: Path) -> None:
    write_sheet(path, ROWS, "h" * 64, "An")
    fill(path, {1: ("gebruikt", " Geen ", "GEVRAAGD"), 2: (None, "geen", None)}, opmerking="é", datum="2026-05-03")
    read = read_sheet(path)
    first, second, third = read.rows
    assert first.uses == {Source.EXPERIENTIAL: Use.USED, Source.PROFESSIONAL: None, Source.SCIENTIFIC: Use.CALLED_FOR}
    assert (first.number, first.code, first.auditor, first.date, first.note) == (
        "1",
        "c0123456789ab",
        "An",
        "2026-05-03",
        "é",
    )
    assert second.uses == {Source.PROFESSIONAL: None} and third.uses == {}
    assert third.text == "a" * 32_000
    assert "=B2 is geen formule" in second.text.replace("'", "")


def test_the_same_rows_give_the_same_bytes(path: Path) -> None:
    write_sheet(path, ROWS, "h" * 64)
    first = path.read_bytes()
    write_sheet(path, ROWS, "h" * 64)
    assert path.read_bytes() == first


def test_the_workbook_is_ready_to_judge_in(tmp_path: Path) -> None:
    path = tmp_path / "blad.xlsx"
    write_sheet(path, ROWS, "h" * 64, "An")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [SHEET, "uitleg"]
    sheet = book[SHEET]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert sheet["B3"].data_type == sheet["D3"].data_type == sheet["E3"].data_type == "s"
    (choice,) = sheet.data_validations.dataValidation
    assert (str(choice.sqref), choice.formula1) == ("F2:H4", '"gebruikt,gevraagd,geen"')
    assert sheet.protection.sheet and sheet["E2"].protection.locked
    assert not any(sheet[f"{letter}2"].protection.locked for letter in "FGHIJK")
    assert [sheet.row_dimensions[at].height for at in (2, 4)] == [30, 409]
    told = " ".join(str(cell.value) for row in book["uitleg"] for cell in row)
    assert "h" * 64 in told and "An" in told and "3 stukken" in told


def test_the_explanation_names_every_word_and_column_in_short_sentences() -> None:
    told = explanation("h", "", 12)
    heads = [head for head, _ in told]
    assert {*JUDGEMENTS.values(), *WORDS} <= set(heads)
    for _, text in told:
        for sentence in text.replace("?", ".").replace(":", ".").split(". "):
            assert len(sentence.split()) <= 25, sentence
            assert not {"tevens", "middels", "inzake", "betreffende", "dient"} & set(sentence.lower().split())


def test_a_day_typed_in_excel_is_a_day(tmp_path: Path) -> None:
    path = tmp_path / "blad.xlsx"
    write_sheet(path, ROWS, "h")
    fill(path, {1: ("geen", "geen", "geen")}, datum=datetime(2026, 5, 3), beoordelaar="Bo")
    assert read_sheet(path).rows[0].date == "2026-05-03"


def test_unknown_words_are_named_by_row_and_column(path: Path) -> None:
    write_sheet(path, ROWS, "h")
    fill(path, {1: ("ja", "geen", 1), 3: ("geen", "#N/B", "geen")})
    with pytest.raises(StoreError) as error:
        read_sheet(path)
    for told in ("row 2, ervaringskennis: 'ja'", "row 2, wetenschappelijke kennis: '1'", "row 4, professionele"):
        assert told in str(error.value)


def test_a_formula_is_no_judgement(tmp_path: Path) -> None:
    path = tmp_path / "blad.xlsx"
    write_sheet(path, ROWS, "h")
    fill(path, {1: ('=IF(1=1,"geen","")', "geen", "geen")})
    with pytest.raises(StoreError, match="row 2, F: is a formula"):
        read_sheet(path)


def test_moved_and_added_columns_and_rows_in_another_order_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "blad.csv"
    path.write_text(
        "eigen;controle;tekst;nr;wetenschappelijke kennis;professionele kennis;Ervaringskennis\n"
        "x;cdef;b;2;geen;geen;gebruikt\n;;;;;;\nx;cabc;a;1;geen;geen;\n",
        encoding="utf-8",
    )
    assert [(row.row, row.number, len(row.uses)) for row in read_sheet(path).rows] == [(2, "2", 3), (4, "1", 2)]


def test_a_missing_or_double_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "blad.csv"
    for head, said in (
        ("nr;tekst", "controle: is missing"),
        (";".join([*COLUMNS, "nr"]), "nr: is twice"),
        ("", "is empty"),
    ):
        path.write_text(head + "\n" if head else "", encoding="utf-8")
        with pytest.raises(StoreError, match=said):
            read_sheet(path)
    with pytest.raises(StoreError, match=r"neither \.xlsx nor \.csv"):
        read_sheet(tmp_path / "blad.ods")
    with pytest.raises(StoreError, match=r"neither \.xlsx nor \.csv"):
        write_sheet(tmp_path / "blad.ods", ROWS, "h")
    assert not (tmp_path / "blad.ods").exists()


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return stream.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "text": lambda: b"nr;tekst",
    "old": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "zip": lambda: zipped(a_xml=b"<a/>"),
    "bomb": lambda: zipped(a_xml=b" " * 30_000_000),
    "entities": lambda: zipped(a_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    "entities16": lambda: zipped(a_xml='<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16")),
    "broken": lambda: zipped(a_xml=b"<a/>")[:-30],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_workbooks_are_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "blad.xlsx"
    path.write_bytes(HOSTILE[kind]())
    with pytest.raises(BronnenError, match=r"blad\.xlsx") as error:
        read_sheet(path)
    assert error.value.next_step


def test_broken_parts_of_a_real_workbook_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "blad.xlsx"
    write_sheet(path, ROWS, "h")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name in members:
        if not name.endswith(("workbook.xml", "sheet1.xml")):
            continue
        for content in (
            b"",
            b"<a>",
            b"\0\0",
            members[name][: len(members[name]) // 2],
            members[name].replace(b"<", b"["),
        ):
            with zipfile.ZipFile(path, "w") as archive:
                for other, kept in members.items():
                    archive.writestr(other, content if other == name else kept)
            with pytest.raises(BronnenError):
                read_sheet(path)


def test_huge_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_BYTES", 1000)
    monkeypatch.setattr(cells, "MAX_ROWS", 10)
    path = tmp_path / "blad.csv"
    path.write_text("a" * 2000)
    with pytest.raises(StoreError, match="larger"):
        read_sheet(path)
    path.write_text("nr\n" * 20)
    with pytest.raises(StoreError, match="more rows"):
        read_sheet(path)
    path.write_bytes(b'nr;"\0')
    with pytest.raises(StoreError, match="no CSV"):
        read_sheet(path)
    path.write_bytes(b'nr;"open')
    with pytest.raises(StoreError, match="no CSV"):
        read_sheet(path)
    with pytest.raises(StoreError, match="Cannot read"):
        read_sheet(tmp_path / "gone.csv")
