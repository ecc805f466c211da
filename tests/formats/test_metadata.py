"""A user's own table of documents, as spreadsheets write it."""

from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pytest

from bronnen.errors import StoreError
from bronnen.formats import metadata
from bronnen.formats.metadata import Metadata, read_metadata

ID = "d" * 64


def read(tmp_path: Path, content: str | bytes) -> Metadata:
    path = tmp_path / "meta.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_metadata(path)


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


def test_of_two_keys_the_most_precise_counts(tmp_path: Path) -> None:
    found = read(tmp_path, "name;path;jaar\na.pdf;een/a.pdf;2023\na.pdf;twee/a.pdf;2024\n")
    assert found.columns == ("jaar",)
    assert found.of(ID, "twee/a.pdf", "a.pdf")["jaar"] == "2024"
    assert found.of(ID, "drie/a.pdf", "a.pdf") == {}


def test_files_of_one_name_share_a_row(tmp_path: Path) -> None:
    found = read(tmp_path, "name;jaar\na.pdf;2024\na.pdf;2024\n")
    assert found.of(ID, "een/a.pdf", "a.pdf") == found.of(ID, "twee/a.pdf", "a.pdf") != {}


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
        "Naam;jaar\na.pdf;1\n",
        "name;jaar;jaar\n",
        "name;name\n",
        b"\x00\xff\xfe",
        b"PK\x03\x04",
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(StoreError, match="a column `name`, `path` or `document`"):
        read(tmp_path, content)


def test_a_cell_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no table"):
        read(tmp_path, 'name;jaar\n"a.pdf;' + "x" * 200_000)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "weg.csv", tmp_path):
        with pytest.raises(StoreError, match="Cannot read"):
            read_metadata(path)
    monkeypatch.setattr(metadata, "_MOST", 10)
    with pytest.raises(StoreError, match="larger than"):
        read(tmp_path, "name;jaar\na.pdf;1\n")
