"""The codebook of columns: complete, without leftovers, in both languages, and the same as the documentation."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from bronnen.formats import codebook
from bronnen.formats.tables import cell

DOCS = Path(__file__).parents[2] / "docs" / "file-formats.md"
BLOCK = re.compile(r"(?<=<!-- columns -->\n).*?(?=<!-- end of columns -->)", re.S)


def test_every_column_of_every_table_is_in_the_codebook_and_nothing_else() -> None:
    used = set()
    for table, names in codebook.TABLES.items():
        assert len(set(names)) == len(names)
        for name in names:
            assert codebook.column(table, name) is not None, (table, name)
            used.add(f"{table}.{name}" if f"{table}.{name}" in codebook._columns() else name)
    assert used == set(codebook._columns())
    assert len(used) > 100


def test_every_column_is_explained_in_both_languages() -> None:
    for name, told in codebook._columns().items():
        assert told.type in {"text", "integer", "number"}, name
        assert min(len(told.meaning), len(told.betekenis)) > 8, name
        assert told.meaning != told.betekenis, name
        assert not re.search(r"[{}]", told.meaning + told.betekenis), name
        assert told.unit or told.type != "number", name


def test_a_figure_an_end_of_its_interval_and_a_column_that_differs_per_table() -> None:
    told = codebook.column("balance", "experiential_called_for_n")
    assert told is not None
    assert told.meaning == "estimate of how many passages really call for experiential knowledge"
    assert told.betekenis == "schatting van hoeveel passages echt om ervaringskennis vragen"
    low = codebook.column("balance", "scientific_used_low")
    assert low is not None
    assert low.meaning == "lower end of the 95% interval of `scientific_used_n`"
    kinds = {codebook.column(table, "kind") for table in ("passages", "institutes")}
    assert len(kinds) == 2


def test_types_say_what_the_tables_hold() -> None:
    for name, wanted in (("scientific_used_found", "integer"), ("scientific_used_n", "number"), ("doubts", "text")):
        told = codebook.column("balance", name)
        assert told is not None and told.type == wanted


def test_the_codebook_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "codebook.csv"
    codebook.write_codebook(path, {"passages": (*codebook.TABLES["passages"], "gemeente")})
    read = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    assert [one["column"] for one in read] == [*codebook.TABLES["passages"], "gemeente"]
    assert list(read[0]) == list(codebook.TABLES["codebook"])
    assert read[-1] == {"table": "passages", "column": "gemeente", "type": "text", "unit": "", "meaning": "",
                        "betekenis": ""}  # fmt: skip
    assert all(cell(value) == value for one in read for value in one.values())


def test_the_documentation_is_current() -> None:
    text = DOCS.read_text(encoding="utf-8")
    made = f"\n{codebook.markdown()}\n\n"
    if os.environ.get("BRONNEN_REWRITE"):
        text = BLOCK.sub(lambda _: made, text)
        DOCS.write_text(text, encoding="utf-8", newline="\n")
    found = BLOCK.search(text)
    assert found is not None and found[0] == made, "rewrite it with BRONNEN_REWRITE=1"


@pytest.mark.parametrize("name", ["experiential", "page", "judged_by"])
def test_the_documentation_names_columns(name: str) -> None:
    assert f"`{name.replace('experiential', '<source>')}`" in codebook.markdown()
