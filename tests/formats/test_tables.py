"""The tables of a scan: exactly the promised columns, nothing that a spreadsheet runs, never half a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from factories import analysis

from bronnen.formats import tables
from bronnen.formats.workbook import write_workbook
from bronnen.records import Estimate, Failure, Labels, PageState, Passage, Scores, Source, Unit, Use

COUNTED = ("found", "n", "low", "high", "rate", "rate_low", "rate_high", "share", "share_low", "share_high")
COLUMNS = [
    *("document", "name", "path", "pages", "passages", "judged"),
    *(f"{source}_{use}_{figure}" for source in Source for use in Use for figure in COUNTED),
    *(f"{figure}{end}" for figure in ("evenness", "coverage", "combined") for end in ("", "_low", "_high")),
    *("method", "doubts"),
]
OF_GROUPS = ("rate_more", "rate_more_low", "rate_more_high", "outcome")
LINE = "document name path page start end kind heading text labels scores ocr_confidence sentences"


@dataclass(frozen=True)
class Span:
    start: int
    end: int
    labels: Labels
    scores: Scores | None


@dataclass(frozen=True)
class Whole:
    passage: Passage
    labels: Labels
    scores: Scores | None
    sentences: tuple[Span, ...]


def row(name: str = "nota.pdf", path: str = "map/nota.pdf") -> dict[str, tables.Value]:
    found = analysis()
    return tables.balance_row(replace(found.document, id="d" * 64, name=name, path=path), found.balance)


def passages() -> Iterator[Whole]:
    found = analysis()
    for passage in found.passages:
        verdict = next(v for v in found.verdicts if v.unit is Unit.PASSAGE and v.start == passage.start)
        sentences = tuple(Span(s.start, s.end, verdict.labels, verdict.scores) for s in passage.sentences)
        yield Whole(passage, verdict.labels, verdict.scores, sentences)


def test_the_balance_has_exactly_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "balance.csv"
    tables.write_balance(path, [row()])
    assert path.read_bytes().startswith(b"document,name,path,pages,passages,judged,experiential_used_found,")
    (read,) = csv.DictReader(path.open(encoding="utf-8", newline=""))
    assert list(read) == COLUMNS == list(row())
    assert (read["passages"], read["judged"]) == ("4", "0")
    assert (read["experiential_used_found"], read["professional_used_found"]) == ("1", "0")
    assert float(read["experiential_used_low"]) <= float(read["experiential_used_n"])
    assert float(read["experiential_used_n"]) <= float(read["experiential_used_high"])
    assert (read["method"], read["doubts"]) == (
        "draws, ordinary documents",
        "too little text; hardly any source",
    )
    shares = [float(read[f"{source}_used_share"]) for source in Source]
    assert sum(shares) == pytest.approx(1)


def test_without_sources_the_shares_are_empty() -> None:
    told = tables.figures(analysis(paragraphs=[("Wij stellen het beleid vast.", {})]).balance)
    assert told["scientific_used_share"] is None
    assert (told["scientific_used_n"], told["scientific_used_rate"]) == (0, 0)
    assert ",," in tables.csv_text(tables.FIGURES, [told])


def test_a_rate_is_a_number_of_passages_over_all_of_them() -> None:
    balance = replace(analysis().balance, passages=8, judged=3, used=dict.fromkeys(Source, Estimate(2, 1, 5)))
    told = tables.figures(balance)
    assert told["judged"] == 3
    assert [told[f"professional_used_{end}"] for end in ("n", "low", "high")] == [2, 1, 5]
    assert [told[f"professional_used_rate{end}"] for end in ("", "_low", "_high")] == [0.25, 0.125, 0.625]
    for empty in (replace(balance, passages=0), replace(balance, used=dict.fromkeys(Source, Estimate(2, None, None)))):
        told = tables.figures(empty)
        assert [told[f"professional_used_rate{end}"] for end in ("", "_low", "_high")] == [None] * 3


def test_a_group_tells_how_much_more_of_its_passages_use_a_source() -> None:
    balance, more = analysis().balance, dict.fromkeys(Source, Estimate(0.1, -0.05, 0.25))
    row = tables.group_row("jaar", "2024", 3, balance, more)
    assert list(row) == list(tables.GROUP_COLUMNS)
    assert list(row)[-12:] == [f"{source}_{figure}" for source in Source for figure in OF_GROUPS]
    assert [row[f"scientific_{figure}"] for figure in OF_GROUPS] == [0.1, -0.05, 0.25, "no difference shown"]
    alone = tables.group_row("", "all documents", 3, balance, None)
    assert [alone[f"scientific_{figure}"] for figure in OF_GROUPS] == [None] * 4


def test_the_workbook_says_the_same_in_numbers(tmp_path: Path) -> None:
    path = tmp_path / "balance.xlsx"
    rows = [row(), row('=HYPERLINK("http://x")', "@a\x01\udce9\ufffe")]
    sheets = {"balance": (tables.BALANCE_COLUMNS, rows)}
    write_workbook(path, sheets)
    first = path.read_bytes()
    write_workbook(path, sheets)
    assert path.read_bytes() == first
    sheet = openpyxl.load_workbook(path)["balance"]
    assert [cell.value for cell in sheet[1]] == COLUMNS
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:BY3")
    cells = dict(zip(COLUMNS, sheet[2], strict=True))
    assert (cells["judged"].value, cells["experiential_used_found"].value) == (0, 1)
    assert cells["experiential_used_share"].value == rows[0]["experiential_used_share"]
    assert sheet["B3"].data_type == "s"
    assert sheet["B3"].value == '=HYPERLINK("http://x")'
    assert sheet["C3"].value == "@a\ufffd"
    assert sheet.column_dimensions["B"].width > 20


@pytest.mark.parametrize(
    ("columns", "form"),
    [
        (("experiential_used_share", "scientific_called_for_rate_low", "coverage_high", "combined"), "0%"),
        (("experiential_rate_more", "scientific_rate_more_high"), "+0.00;-0.00;0.00"),  # points are no per cents
        (("evenness", "evenness_low"), "0.00"),
        (("passages", "judged", "experiential_used_n", "experiential_used_low", "pages"), "General"),
    ],
)
def test_numbers_look_as_what_they_are(tmp_path: Path, columns: tuple[str, ...], form: str) -> None:
    assert set(columns) <= {*COLUMNS, *tables.GROUP_COLUMNS}
    write_workbook(tmp_path / "a.xlsx", {"a": (columns, [dict.fromkeys(columns, 0.1)])})
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["a"]
    assert [(cell.value, cell.number_format) for cell in sheet[2]] == [(0.1, form)] * len(columns)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_runs_as_a_formula(tmp_path: Path, start: str) -> None:
    path = tmp_path / "failures.csv"
    tables.write_failures(path, [Failure(f"{start}1+1.pdf", "unreadable", 3, f'{start}x, "y"\r\nz')])
    (read,) = csv.DictReader(path.open(encoding="utf-8", newline=""))
    assert read == {
        "path": f"'{start}1+1.pdf",
        "code": "unreadable",
        "exit_code": "3",
        "message": f'\'{start}x, "y"\r\nz',
    }


def test_duplicates_and_warnings(tmp_path: Path) -> None:
    tables.write_duplicates(tmp_path / "d.csv", [("b.pdf", "a,.pdf")])
    assert (tmp_path / "d.csv").read_bytes() == b'path,same_as\r\nb.pdf,"a,.pdf"\r\n'
    document = analysis(states={2: PageState.SCANNED, 3: PageState.EMPTY, 4: PageState.GARBLED}).document
    tables.write_warnings(tmp_path / "w.csv", tables.warning_rows("map/a.pdf", document))
    read = list(csv.DictReader((tmp_path / "w.csv").open()))
    assert [(told["path"], told["page"], told["code"]) for told in read] == [
        ("map/a.pdf", "2", "scanned"),
        ("map/a.pdf", "4", "garbled"),
    ]


def test_a_passage_line(tmp_path: Path) -> None:
    path = tmp_path / "passages.jsonl"
    tables.write_passages(path, [tables.passage_lines(analysis().document, passages())])
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 4
    first: dict[str, Any] = lines[0]
    assert list(first) == LINE.split()
    assert (first["page"], first["kind"], first["heading"]) == (1, "paragraph", "Aanleiding")
    assert first["text"] == "Ouders vertellen dat zij lang wachten op hulp."
    assert first["labels"] == {"experiential": "used"}
    assert first["scores"]["experiential"] == {"used": 0.875, "called_for": 0.1}
    assert list(first["sentences"][0]) == ["start", "end", "text", "labels", "scores"]
    assert "cliënten" in path.read_text(encoding="utf-8")


def test_numbers_are_rounded_and_names_with_lone_surrogates_pass(tmp_path: Path) -> None:
    whole = next(passages())
    scores = {source: dict.fromkeys(Use, 1 / 3) for source in Source}
    document = replace(analysis().document, path="nota\udce9.pdf")
    told = json.loads(tables.passage_lines(document, [Whole(whole.passage, {}, scores, ())]))
    assert told["scores"]["scientific"]["used"] == 0.3333
    assert told["path"] == "nota\ufffd.pdf"
    tables.write_balance(tmp_path / "b.csv", [row("nota\udce9.pdf")])
    tables.write_failures(tmp_path / "f.csv", [Failure("nota\udce9.pdf", "bug", 1, "")])


def test_an_interruption_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "balance.csv"
    path.write_text("old", encoding="utf-8")

    def rows() -> Iterator[dict[str, tables.Value]]:
        yield row()
        raise KeyboardInterrupt

    def write_as_workbook(path: Path, rows: Iterator[dict[str, tables.Value]]) -> None:
        write_workbook(path, {"balance": (tables.BALANCE_COLUMNS, rows)})

    def write_as_lines(path: Path, rows: Iterator[dict[str, tables.Value]]) -> None:
        tables.write_passages(path, (json.dumps(row).encode() for row in rows))

    for write in (tables.write_balance, write_as_workbook, write_as_lines):
        with pytest.raises(KeyboardInterrupt):
            write(path, rows())
    assert [file.name for file in tmp_path.iterdir()] == ["balance.csv"]
    assert path.read_text(encoding="utf-8") == "old"
