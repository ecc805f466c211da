"""The data of a report: the same in every format, in little memory, and nothing in it that runs or leads elsewhere."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from factories import analysis

from bronnen.errors import MissingError
from bronnen.formats import codebook, flat, parquet, tables, whole, workbook
from bronnen.formats.links import page_link
from bronnen.records import Labels, Passage, Scores, Unit

DOCS = Path(__file__).parents[2] / "docs" / "file-formats.md"
RISKY = ("=1+1", "+1+1", "-1+1", "@SUM(1,1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x";"y")', "=cmd|' /C calc'!A0")


@dataclass(frozen=True)
class Whole:
    passage: Passage
    labels: Labels
    scores: Scores | None
    sentences: tuple[Any, ...] = ()


def flat_rows(times: int = 1) -> Iterator[dict[str, tables.Value]]:
    found = analysis()
    page_of = tables.page_numbers(found.document)
    for _ in range(times):
        for passage in found.passages:
            verdict = next(v for v in found.verdicts if v.unit is Unit.PASSAGE and v.start == passage.start)
            told = Whole(passage, verdict.labels, verdict.scores)
            yield flat.flat_passage_row(found.document, told, page_of(passage.start), "een werkwoord van zeggen")


def risky_row(text: str) -> dict[str, tables.Value]:
    row: dict[str, tables.Value] = dict.fromkeys(flat.PASSAGE_COLUMNS, text)
    link = page_link(f"http://kwaad.nl/{text}", 4, Path())
    return {**row, "page": 4, "start": 1, "end": 2, workbook.LINK: link}


def write_report(path: Path, passages: Any) -> None:
    balance = [tables.balance_row(analysis().document, analysis().balance)]
    failures = [{"path": text, "code": "bug", "exit_code": 1, "message": text} for text in RISKY]
    bearer = dict(zip(flat.INSTITUTE_COLUMNS, ("=CBS", "institute", "scientific", "used", 2, 3), strict=True))
    method = [{"key": text, "value": text} for text in RISKY]
    sheets: workbook.Sheets = {
        "balance": (tables.BALANCE_COLUMNS, balance),
        "passages": (flat.PASSAGE_COLUMNS, passages),
        "institutes": (flat.INSTITUTE_COLUMNS, [bearer]),
        "failures": (tables.FAILURE_COLUMNS, failures),
        "method": (flat.METHOD_COLUMNS, method),
    }
    workbook.write_workbook(path, sheets)


# ------------------------------------------------------------------------------------------------------------ rows


def test_a_flat_row_says_what_the_passage_line_says() -> None:
    rows = list(flat_rows())
    assert [tuple(row) for row in rows] == [flat.PASSAGE_COLUMNS] * 4
    first, other = rows[0], rows[2]
    assert (first["page"], first["heading"], first["experiential"], first["scientific"]) == (
        1,
        "Aanleiding",
        "used",
        "",
    )
    assert first["text"] == "Ouders vertellen dat zij lang wachten op hulp."
    assert other["professional"] == "called_for"
    assert (first["experiential_used_score"], first["experiential_called_for_score"]) == (0.875, 0.1)
    assert (first["reasons"], first["judged_by"]) == ("een werkwoord van zeggen", "model")
    found = analysis()
    unscored = flat.flat_passage_row(found.document, Whole(found.passages[0], {}, None), None, by_people=True)
    assert unscored["judged_by"] == "person"
    assert {unscored[name] for name in flat.PASSAGE_COLUMNS if name.endswith(("_score", "_confidence"))} == {None}


# -------------------------------------------------------------------------------------------------------- workbook


def test_the_workbook_of_a_report(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    link = page_link(str(tmp_path / "map" / "nota #1.pdf"), 4, tmp_path)
    rows = [{**row, workbook.LINK: link} for row in flat_rows()]
    write_report(path, iter(rows))
    first = path.read_bytes()
    write_report(path, iter(rows))
    assert path.read_bytes() == first
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["balance", "passages", "institutes", "failures", "method"]
    for sheet in book:
        last = sheet.cell(sheet.max_row, sheet.max_column).coordinate
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:{last}")
        assert [cell.value for cell in sheet[1]] == list(codebook.TABLES[sheet.title])
        assert not sheet.data_validations.dataValidation
    sheet = book["passages"]
    cells = dict(zip(flat.PASSAGE_COLUMNS, sheet[2], strict=True))
    assert cells["page"].value == 1
    assert cells["page"].hyperlink.target == "map/nota%20%231.pdf#page=4"
    assert cells["text"].alignment.wrap_text
    assert {cell.alignment.vertical for cell in sheet[2] if cell.value is not None} == {"top"}
    assert sheet.row_dimensions[2].height == 15
    assert cells["experiential_used_score"].value == 0.875
    assert book["balance"]["O2"].number_format == "0%"


def test_no_cell_of_a_workbook_is_a_formula_or_an_error(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    texts = ("#N/A", "a;=1+1", *RISKY)  # what looks plain goes first: how a column looks is worked out once
    write_report(path, map(risky_row, texts))
    book = openpyxl.load_workbook(path)
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}
    for text, row in zip(texts, book["passages"].iter_rows(min_row=2), strict=True):
        cells = dict(zip(flat.PASSAGE_COLUMNS, row, strict=True))
        assert cells["name"].value.lstrip("\n\r\t") == text.lstrip("\r\t")
        assert cells["name"].quotePrefix == (text in RISKY)
        assert re.match(r"http%3A/kwaad\.nl/|\./http%3A/", cells["page"].hyperlink.target), "no address of a site"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_runs_nothing_and_keeps_it_so_when_it_saves(tmp_path: Path) -> None:
    write_report(tmp_path / "r.xlsx", map(risky_row, RISKY))
    sheets = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    for form, folder in ((sheets, "csv"), ("xlsx", "xlsx")):
        command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", form, "--outdir", str(tmp_path / folder), str(tmp_path / "r.xlsx")]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    with (tmp_path / "csv" / "r-passages.csv").open(encoding="utf-8", newline="") as stream:
        read = list(csv.DictReader(stream))
    assert [row["name"].strip() for row in read] == [text.strip() for text in RISKY]
    again = openpyxl.load_workbook(tmp_path / "xlsx" / "r.xlsx")
    kinds = [cell.data_type for sheet in again for row in sheet for cell in row]
    assert len(kinds) > 100
    assert "f" not in kinds
    assert [cell.value.strip() for cell in again["passages"]["B"][1:]] == [text.strip() for text in RISKY]


def test_what_does_not_fit_a_sheet_or_a_cell_goes_on_or_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 4)
    monkeypatch.setattr(workbook, "_MAX_LINKS", 2)
    long = "\U0001f600" * 20_000
    rows = [{"name": f"n{at}", "page": None, "text": long, workbook.LINK: "nota.pdf"} for at in range(7)]
    workbook.write_workbook(tmp_path / "a.xlsx", {"passages": (("name", "page", "text"), iter(rows))})
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    names = [[cell.value for cell in sheet["A"]] for sheet in book]
    assert book.sheetnames == ["passages", "passages (2)", "passages (3)"]
    assert names == [["name", "n0", "n1", "n2"], ["name", "n3", "n4", "n5"], ["name", "n6"]]
    assert [cell.hyperlink is not None for cell in book["passages"]["A"]] == [False, True, False, False]
    text = book["passages"]["C2"].value
    assert text.endswith("(cut: a cell holds no more)")
    assert 32_700 < len(text.encode("utf-16-le")) // 2 <= 32_767


def test_an_interruption_leaves_nothing_beside_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows() -> Iterator[dict[str, tables.Value]]:
        yield from flat_rows()
        assert list(tmp_path.iterdir()), "openpyxl writes rows beside the workbook"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_report(tmp_path / "r.xlsx", rows())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("path", "page", "expected"),
    [
        ("map/nota.pdf", 4, "map/nota.pdf#page=4"),
        ("nota.md", None, "nota.md"),
        ("javascript:alert(1)", 1, "./javascript%3Aalert%281%29#page=1"),
        ("http://kwaad.nl/a b?c#d&e'\"", 1, "./http%3A/kwaad.nl/a%20b%3Fc%23d%26e%27%22#page=1"),
        ("../é\udce9.pdf", 2, "../%C3%A9%EF%BF%BD.pdf#page=2"),
        ("//server/share/nota.pdf", 1, None),
        ("\\\\server\\share\\nota.pdf", 1, None),
        ("/\\server/nota.pdf", 1, None),
    ],
)
def test_a_link_leads_to_a_file_and_nowhere_else(path: str, page: int | None, expected: str | None) -> None:
    assert page_link(path, page, Path()) == expected


def test_a_file_on_another_drive_has_its_whole_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr("os.path.relpath", fail)
    monkeypatch.setattr("os.path.splitdrive", lambda path: (path[:2], path[2:]))
    monkeypatch.setattr("os.sep", "\\")
    assert page_link("D:\\map\\nota 1.pdf", 3, Path()) == "file:///D:/map/nota%201.pdf#page=3"
    assert page_link("x\\nota.pdf", 3, Path()) is None


# -------------------------------------------------------------------------------------------------- parquet and json


def test_parquet_has_types_nothing_escaped_and_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "passages.parquet"
    rows = [*flat_rows(), {**risky_row("=1+1\udce9"), "page": None, "scientific_used_score": None}]
    numbers = {name: 0.5 for name in flat.PASSAGE_COLUMNS if name.endswith(("_score", "_confidence"))}
    rows[-1] |= numbers | {"scientific_used_score": None}
    parquet.write_parquet(path, flat.PASSAGE_COLUMNS, iter(rows))
    first = path.read_bytes()
    parquet.write_parquet(path, flat.PASSAGE_COLUMNS, iter(rows))
    assert path.read_bytes() == first
    read = pyarrow.parquet.read_table(path)
    assert tuple(read.column_names) == flat.PASSAGE_COLUMNS
    types = {field.name: str(field.type) for field in read.schema}
    assert (types["page"], types["experiential_used_score"], types["text"]) == ("int64", "double", "string")
    assert read.schema.field("start").metadata[b"unit"] == b"code points"
    assert read.slice(0, 4).to_pylist() == rows[:4]
    last = read.to_pylist()[-1]
    assert (last["name"], last["page"], last["scientific_used_score"]) == ("=1+1\ufffd", None, None)


def test_any_table_can_be_parquet_and_columns_of_the_user_are_text(tmp_path: Path) -> None:
    row = {**tables.balance_row(analysis().document, analysis().balance), "jaar": 2024}
    parquet.write_parquet(tmp_path / "b.parquet", tuple(row), [row], "balance")
    (read,) = pyarrow.parquet.read_table(tmp_path / "b.parquet").to_pylist()
    assert read == {**row, "jaar": "2024"}
    parquet.write_parquet(tmp_path / "e.parquet", flat.INSTITUTE_COLUMNS, [], "institutes")
    assert pyarrow.parquet.read_table(tmp_path / "e.parquet").num_rows == 0


def test_without_pyarrow_there_is_a_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingError, match=r"--extra parquet"):
        parquet.write_parquet(tmp_path / "a.parquet", flat.PASSAGE_COLUMNS, [])
    assert not list(tmp_path.iterdir())


def test_json_is_one_object(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    whole.write_report_json(path, {"version": "0.1.0"}, passages=flat_rows(), failures=[{"path": "\udce9=1"}])
    read = json.loads(path.read_text(encoding="utf-8"))
    keys = ["made_with", "balance", "sections", "groups", "passages", "heard", "failures", "documented"]
    assert list(read) == keys
    assert read["passages"] == list(flat_rows())
    assert (read["made_with"], read["groups"]) == ({"version": "0.1.0"}, [])
    assert read["failures"] == [{"path": "\ufffd=1"}]
    documented = {(one["table"], one["column"]): one["meaning"] for one in read["documented"]}
    assert "page" in documented["passages", "page"]
    with pytest.raises(ValueError, match="JSON"):
        whole.write_report_json(path, {}, balance=[{"x": float("nan")}])
    assert json.loads(path.read_text(encoding="utf-8")) == read


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_passages_are_written_as_they_come(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"

    def peak(times: int) -> int:
        tracemalloc.start()
        if form == "csv":
            tables.write_csv(path, flat.PASSAGE_COLUMNS, flat_rows(times))
        elif form == "json":
            whole.write_report_json(path, {}, passages=flat_rows(times))
        else:
            write_report(path, flat_rows(times))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)  # what is loaded once
    assert peak(120) < peak(10) + 200_000


# ------------------------------------------------------------------------------------------- examples in the docs


def example(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    assert len([line for line in found.splitlines() if line]) == 2
    return str(found)


def test_the_columns_in_the_examples_are_there() -> None:
    named = set(re.findall(r'\["(\w+)"\]|groupby\("(\w+)"', example("python")))
    named |= {(name, "") for name in re.findall(r"\$(\w+)", example("r"))}
    assert {one or other for one, other in named} == {"kind", "scientific"}
    assert {"kind", "scientific"} <= set(flat.PASSAGE_COLUMNS)


@pytest.mark.parametrize(("language", "needs"), [("python", "pandas"), ("r", "Rscript")])
def test_the_examples_run(tmp_path: Path, language: str, needs: str) -> None:
    """pandas and R are no part of bronnen: where they are absent, the columns are read as pandas would, by pyarrow."""
    parquet.write_parquet(tmp_path / "passages.parquet", flat.PASSAGE_COLUMNS, flat_rows())
    counts = pyarrow.parquet.read_table(tmp_path / "passages.parquet").group_by(["kind", "scientific"]).aggregate(
        [([], "count_all")]
    )  # fmt: skip
    assert sorted(counts["count_all"].to_pylist()) == [1, 3]
    if language == "python":
        pytest.importorskip(needs)
        command = [sys.executable, "-c", example("python")]
    else:
        if shutil.which(needs) is None:
            pytest.skip("R is not installed")
        command = ["Rscript", "-e", example("r")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "paragraph" in done.stdout
