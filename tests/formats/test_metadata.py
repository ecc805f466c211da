"""A user's own table of documents, as spreadsheets write it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize

import openpyxl
import pytest

from bronnen.errors import BronnenError, StoreError
from bronnen.formats import cells
from bronnen.formats.metadata import Metadata, read_metadata

ID = "d" * 64


def read(tmp_path: Path, content: str | bytes) -> Metadata:
    path = tmp_path / "meta.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_metadata(path)


def read_book(tmp_path: Path, *rows: tuple[Any, ...], name: str = "meta.xlsx") -> Metadata:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.create_sheet("elders").append(("name", "kleur"))
    book.save(tmp_path / name)
    return read_metadata(tmp_path / name)


@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_as_spreadsheets_write_it(tmp_path: Path, mark: str, ends: str, encoding: str) -> None:
    rows = (("name", "organisatie", "jaar"), ("één.pdf", f'"Súdwest{mark} Fryslân"', " 2024 "), ("b.pdf", "", "2023"))
    found = read(tmp_path, "".join(mark.join(row) + ends for row in rows).encode(encoding))
    assert found.columns == ("organisatie", "jaar")
    told = found.of(ID, "map/één.pdf", "één.pdf")
    assert (told["organisatie"], told["jaar"]) == (f"Súdwest{mark} Fryslân", "2024")
    assert found.of(ID, "b.pdf", "b.pdf")["organisatie"] == ""
    assert found.of(ID, "c.pdf", "c.pdf") == {}


def test_quoted_cells_keep_line_ends_and_quotes(tmp_path: Path) -> None:
    found = read(tmp_path, 'name,thema\na.pdf,"wonen\nen ""zorg"""\nb.pdf,werk\n')
    assert found.of(ID, "", "a.pdf")["thema"] == 'wonen\nen "zorg"'
    assert found.of(ID, "", "b.pdf")["thema"] == "werk"


@pytest.mark.parametrize(
    ("table", "document"),
    [
        (f"document;jaar\n{ID};2024\n", (ID, "x/y.pdf", "y.pdf")),
        ("path;jaar\n.\\map\\a.pdf;2024\n", (ID, "map/a.pdf", "a.pdf")),
        ("path;jaar\nmap/a.pdf;2024\n", (ID, "map\\a.pdf", "a.pdf")),
        ("path;jaar\nmap/a.pdf;2024\n", (ID, "./map/a.pdf", "a.pdf")),
        ("path;jaar\nC:\\map\\a.pdf;2024\n", (ID, "C:\\map\\a.pdf", "a.pdf")),
        ("jaar;name\n2024;a.pdf\n", (ID, "ergens/a.pdf", "a.pdf")),
        ("name;jaar\noriënt.pdf;2024\n", (ID, "", normalize("NFD", "oriënt.pdf"))),
    ],
)
def test_a_row_is_found_by_its_key(tmp_path: Path, table: str, document: tuple[str, str, str]) -> None:
    found = read(tmp_path, table)
    assert found.columns == ("jaar",)
    assert found.of(*document)["jaar"] == "2024"
    assert found.of("e" * 64, "elders/b.pdf", "b.pdf") == {}


@pytest.mark.parametrize("name", ["meta.xlsx", "META.XLSX"])
def test_a_workbook_is_read_from_its_first_tab(tmp_path: Path, name: str) -> None:
    rows = (
        ("Bestand", "jaar", "datum", None, "deel"),
        ("a.pdf", 2024, date(2024, 5, 3), None, 0.5),
        (None, None, None, None, None),
        ("één.pdf", 2023.0, datetime(2023, 1, 1), None, " =geen som "),
    )
    found = read_book(tmp_path, *rows, name=name)
    assert found.columns == ("jaar", "datum", "deel")
    told = [found.of(ID, "", one) for one in ("a.pdf", "één.pdf")]
    assert [one["jaar"] for one in told] == ["2024", "2023"]
    assert [one["datum"] for one in told] == ["2024-05-03", "2023-01-01"]
    assert [one["deel"] for one in told] == ["0.5", "=geen som"]
    assert found.told == tuple(told)


def test_a_formula_is_no_property(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"Row 3 of meta\.xlsx has a formula.* paste as values"):
        read_book(tmp_path, ("name", "jaar"), ("a.pdf", 2024), ("b.pdf", "=B2+1"))
    found = read_book(tmp_path, ("name", "jaar"), ("a.pdf", 2024), (None, "=SUM(B2:B2)"))
    assert len(found.told) == 1, "a total below the table"


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_a_first_line_for_excel_is_no_row(tmp_path: Path, mark: str) -> None:
    found = read(tmp_path, f"sep={mark}\r\nname{mark}jaar\r\na.pdf{mark}2024\r\n")
    assert found.columns == ("jaar",) and len(found.told) == 1
    assert found.of(ID, "", "a.pdf")["jaar"] == "2024"


@pytest.mark.parametrize(
    "head", ["Naam", "NAAM", " bestand ", "Bestandsnaam", "file", "Name", "pad", "PATH", "ID", "Document"]
)
def test_a_key_may_be_written_in_other_ways(tmp_path: Path, head: str) -> None:
    for value in (ID, "a.pdf"):
        found = read(tmp_path, f"{head};Soort  stuk;JAAR\n{value};nota;2024\n")
        assert found.columns == ("Soort stuk", "JAAR"), "names of groups stay as they are"
        is_id = head.lower() in ("id", "document")
        assert bool(found.of(ID, "a.pdf", "a.pdf")) == (is_id == (value == ID))


def test_of_more_keys_the_most_precise_counts_and_the_others_are_for_the_rest(tmp_path: Path) -> None:
    found = read(tmp_path, f"naam;path;ID;jaar\na.pdf;een/a.pdf;;2023\nb.pdf;twee/b.pdf;{ID};2024\nc.pdf;;;2025\n")
    assert found.columns == ("jaar",)

    def year(document: str, path: str, name: str) -> str | None:
        return found.of(document, path, name).get("jaar")

    other = "e" * 64
    assert year(ID, "een/a.pdf", "a.pdf") == "2024", "its id says more than its path"
    assert year(other, "een/a.pdf", "z.pdf") == "2023"
    assert year(other, "C:/elders/een/a.pdf", "a.pdf") == "2023", "moved since: its name is left"
    assert year(other, "twee/b.pdf", "z.pdf") == year(other, "", "b.pdf") == "2024"
    assert year(other, "c.pdf", "c.pdf") == "2025"
    assert year(other, "d.pdf", "d.pdf") is None


def test_a_name_that_two_documents_share_says_nothing(tmp_path: Path) -> None:
    head = "name;path;jaar\n"
    found = read(tmp_path, head + "a.pdf;een/a.pdf;2023\na.pdf;twee/a.pdf;2024\n")
    assert found.of(ID, "twee/a.pdf", "a.pdf")["jaar"] == "2024"
    assert found.of(ID, "drie/a.pdf", "a.pdf") == {}
    alike = read(tmp_path, head + "a.pdf;een/a.pdf;2023\na.pdf;twee/a.pdf;2023\n")
    assert alike.of(ID, "drie/a.pdf", "a.pdf")["jaar"] == "2023"
    for rows in ("a.pdf;een/a.pdf;2023\na.pdf;;2024\n", "a.pdf;;2024\na.pdf;een/a.pdf;2023\n"):
        own = read(tmp_path, head + rows)
        assert own.of(ID, "een/a.pdf", "a.pdf")["jaar"] == "2023"
        assert own.of(ID, "drie/a.pdf", "a.pdf")["jaar"] == "2024", "a row of that name alone, in either order"


def test_the_rows_are_told_once_each_and_know_how_they_are_called(tmp_path: Path) -> None:
    rows = f"a.pdf;;{ID};1\n;een/b.pdf;;2\n;;{'f' * 64};3\na.pdf;;{ID};1\n;;;4\n"
    found = read(tmp_path, "name;path;document;jaar\n" + rows)
    assert [row["jaar"] for row in found.told] == ["1", "2", "3"]
    assert [found.named(row) for row in found.told] == ["a.pdf", "een/b.pdf", "f" * 64]


def test_files_of_one_name_share_a_row(tmp_path: Path) -> None:
    found = read(tmp_path, "name;jaar\na.pdf;2024\na.pdf;2024\n")
    assert found.of(ID, "een/a.pdf", "a.pdf") is found.of(ID, "twee/a.pdf", "a.pdf") is found.told[0]
    assert len(found.told) == 1


def test_two_different_rows_for_one_document_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"Row 4 of .* 'map/a\.pdf'"):
        read(tmp_path, "path;jaar\nmap/a.pdf;2024\nb.pdf;2024\nmap\\a.pdf;2023\n")


def test_what_spreadsheets_leave_behind_is_left_alone(tmp_path: Path) -> None:
    found = read(tmp_path, "name;jaar;;\na.pdf;2024;;\n;;;\n\n;12;;\n;13;;\nb.pdf\nc.pdf;2022;x;y;z\n")
    assert found.columns == ("jaar",)
    assert [found.of(ID, "", name).get("jaar") for name in ("a.pdf", "b.pdf", "c.pdf")] == ["2024", None, "2022"]
    assert found.of(ID, "", "") == {}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n",
        "a.pdf;2024\n",
        "Titel;jaar\na.pdf;1\n",
        "naam;bestand\na;a.pdf\n",
        "name;jaar;jaar\n",
        "name;name\n",
        "sep=;\n",
        b"PK\x03\x04",
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(StoreError, match="a column `name`, `path` or `document`"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("meta.csv", b"name;jaar\n\x00\xff\xfe", "is no CSV"),
        ("meta.csv", b'name;jaar\n"a.pdf;' + b"x" * 200_000, r"is no CSV \(row 2"),
        ("meta.csv", b"name" + b";x" * 100, "more rows or columns"),
        ("meta.xlsx", b"name;jaar\na.pdf;2024\n", "damaged or no workbook"),
        ("meta.xlsx", b"\xd0\xcf\x11\xe0", "password"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BronnenError, match=said):
        read_metadata(tmp_path / name)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "weg.csv", tmp_path / "weg.xlsx", tmp_path):
        with pytest.raises(StoreError, match="Cannot read"):
            read_metadata(path)
    monkeypatch.setattr(cells, "MAX_BYTES", 10)
    with pytest.raises(StoreError, match="larger than"):
        read(tmp_path, "name;jaar\na.pdf;1\n")
