"""Labels in and out: nothing changes on the way, and a bad file is named by line and column."""

from __future__ import annotations

import csv
import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bronnen.errors import StoreError
from bronnen.formats.labels import read_labels, write_labels
from bronnen.records import Source, Unit, Use, Verdict

ROW = {"document": "d1", "page": 3, "start": 5, "end": 9, "unit": "sentence", "text": "Het.",
       "judged": ["scientific"], "labels": {"scientific": "used"}, "by": "person:anna"}  # fmt: skip
HEADER = "document;page;start;end;unit;text;judged;labels;by\n"

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.sampled_from(
    [
        "=1+1",
        "-5",
        "@x",
        "\t=a",
        "\r\nb",
        "'=1",
        "''-",
        "'s avonds",
        'a"b;c,d',
        "é\u0301",
        "𝔘𐐷",
        "a\r\nb",
        " x ",
        "\u2028",
    ]
)
LABELS = st.dictionaries(st.sampled_from(Source), st.sampled_from(Use))
SHARES = st.floats(0, 1, allow_subnormal=True)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    labels = draw(LABELS)
    start = draw(st.integers(0, 10**9 - 1))
    uses = st.dictionaries(st.sampled_from(Use), SHARES, min_size=1)
    return Verdict(
        document_id=draw(TEXTS.filter(bool)),
        start=start,
        end=draw(st.integers(start + 1, 10**9)),
        page=draw(st.none() | st.integers(1, 9999)),
        unit=draw(st.sampled_from(Unit)),
        judged=frozenset(labels) | draw(st.frozensets(st.sampled_from(Source), min_size=1)),
        labels=labels,
        quote=draw(TEXTS),
        by=draw(st.sampled_from(["person:anna", 'person:=Jan; de "B"', "model:0a1b", "adjudicated:team é"])),
        at=draw(st.sampled_from(["", "2026-01-02T03:04:05+00:00"])),
        scores=draw(st.none() | st.dictionaries(st.sampled_from(Source), uses, min_size=1)),
    )


@settings(deadline=None)
@given(st.lists(verdicts(), max_size=4), st.sampled_from([".jsonl", ".csv"]))
def test_what_is_written_is_read_back_unchanged(told: list[Verdict], suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"labels{suffix}"
        write_labels(path, told)
        assert read_labels(path) == told
        assert [file.name for file in Path(folder).iterdir()] == [path.name]


def test_times_of_other_zones_become_utc_since_they_are_compared_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    for told, kept in (
        ("2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00+00:00"),
        ("2026-03-01T12:00:00.120+00:00", "2026-03-01T12:00:00.120+00:00"),
        ("2026-03-01", "2026-03-01T00:00:00+00:00"),
        ("20260301T120000", "2026-03-01T12:00:00+00:00"),
        ("2026-W09-7 12:00", "2026-03-01T12:00:00+00:00"),
    ):
        path.write_text(json.dumps(ROW | {"at": told}), encoding="utf-8")
        assert read_labels(path)[0].at == kept
    path.write_text(json.dumps(ROW | {"at": "0001-01-01T00:00:00+14:00"}), encoding="utf-8")
    with pytest.raises(StoreError, match="line 1, at"):
        read_labels(path)


def test_a_time_that_is_yet_to_come_is_refused_and_may_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    soon = datetime.now(UTC) + timedelta(hours=23)
    path.write_text(json.dumps(ROW | {"at": soon.isoformat()}), encoding="utf-8")
    (verdict,) = read_labels(path)
    write_labels(path, [verdict, replace(verdict, at="9999-01-01T00:00:00+00:00")])
    with pytest.raises(StoreError, match="line 2, at: 9999"):
        read_labels(path)


def test_lone_surrogates_survive_as_json(tmp_path: Path) -> None:
    told = [Verdict("d", 0, 1, None, Unit.PASSAGE, frozenset(Source), {}, "\ud800", "person:a")]
    write_labels(tmp_path / "a.jsonl", told)
    assert read_labels(tmp_path / "a.jsonl") == told
    write_labels(tmp_path / "a.csv", told)
    assert read_labels(tmp_path / "a.csv")[0].quote == "\ufffd"


def test_the_csv_opens_in_a_dutch_excel_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_labels(path, [Verdict("d", 0, 3, 1, Unit.SENTENCE, frozenset(Source), {}, '=cmd|"x"', "person:a")])
    assert path.read_bytes().startswith("\ufeffdocument;page;".encode())
    row = next(csv.DictReader(path.open(encoding="utf-8-sig", newline=""), delimiter=";"))
    assert row["text"] == '\'=cmd|"x"'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_all_delimiters_empty_rows_and_other_columns_are_read(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    names = ["note", "By", "document", "start", "end", "unit", "text", "labels"]
    cells = ["zie mij", "person:a", "d", "0", "4", "passage", "Het.", '"scientific=used;professional=called_for"']
    rows = [names, cells, [""] * len(names)]
    path.write_text("\r\n".join(delimiter.join(row) for row in rows), encoding="utf-8")
    (found,) = read_labels(path)
    assert found.labels == {Source.SCIENTIFIC: Use.USED, Source.PROFESSIONAL: Use.CALLED_FOR}
    assert (found.judged, found.page, found.at, found.scores) == (frozenset(Source), None, "", None)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"start": -1}, "start"),
        ({"start": 9}, "end"),
        ({"start": True}, "start"),
        ({"start": 1.0}, "start"),
        ({"end": 10**12}, "end"),
        ({"end": None}, "end"),
        ({"page": 0}, "page"),
        ({"page": "3"}, "page"),
        ({"unit": "word"}, "unit"),
        ({"unit": ["sentence"]}, "unit"),
        ({"text": 4}, "text"),
        ({"document": ""}, "document"),
        ({"document": "x" * 301}, "document"),
        ({"judged": []}, "judged"),
        ({"judged": "scientific"}, "judged"),
        ({"judged": ["hearsay"]}, "judged"),
        ({"labels": []}, "labels"),
        ({"labels": {"hearsay": "used"}}, "labels"),
        ({"labels": {"scientific": "maybe"}}, "labels"),
        ({"labels": {"professional": "used"}}, "labels"),  # was not judged
        ({"by": "anna"}, "by"),
        ({"by": "person:"}, "by"),
        ({"at": "yesterday"}, "at"),
        ({"at": 5}, "at"),
        ({"scores": {"scientific": {"used": 1.5}}}, "scores"),
        ({"scores": {"scientific": {"used": True}}}, "scores"),
        ({"scores": {"scientific": 0.5}}, "scores"),
        ({"scores": {"scientific": {"used": float("nan")}}}, "line"),
    ],
)
def test_a_bad_value_is_named_by_line_and_column(tmp_path: Path, change: dict[str, object], column: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(ROW) + "\n\n" + json.dumps(ROW | change) + "\n", encoding="utf-8")
    with pytest.raises(StoreError, match=rf"1 bad row: line 3, {column}: ") as raised:
        read_labels(path)
    assert "Nothing was read" in raised.value.next_step


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b"{\n", "line 1, line"),
        ("a.jsonl", b"[1]\n", "not a JSON object"),
        ("a.jsonl", b"[" * 200_000, "not JSON"),
        ("a.jsonl", b'{"start": ' + b"9" * 6000 + b"}", "not JSON"),
        ("a.jsonl", b"x" * 1_000_005, "longer than"),
        ("a.jsonl", b"\xff\xfe\n", "not UTF-8"),
        ("a.csv", b"", "lacks document"),
        ("a.csv", b"document;page\n", "lacks start"),
        ("a.csv", HEADER.encode() + b"d;1;0;4;sentence;x\n", "line 2, line: has 6 cells"),
        ("a.csv", HEADER.encode() + b'd;1;0;4;sentence;"x;;;person:a\n', "not CSV"),
        ("a.csv", HEADER.encode() + b'd;1;0;4;sentence;"' + b"x\n" * 200_000, "not CSV"),
        ("a.csv", HEADER.encode() + b'd;1;0;4;passage;"a\nb";;;person:a\nd;1;0;x;passage;a;;;person:a\n', "line 4, end"),  # noqa: E501
        ("a.csv", HEADER.encode() + b"d;1;0;4;sentence;x;;scientific;person:a\n", "labels: 'scientific' is not"),
        ("a.csv", HEADER.encode() + b"d;1,5;0;4;sentence;x;;;person:a\n", "page: '1,5'"),
        ("a.xlsx", b"PK", "no workbook"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(StoreError, match=said):
        read_labels(path)


def test_only_the_first_bad_rows_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(ROW | {"start": -1}) + "\n" for _ in range(40)), encoding="utf-8")
    with pytest.raises(StoreError, match=r"40 bad rows: line 1, .*line 5, .*; and 35 more") as raised:
        read_labels(path)
    assert "line 6" not in str(raised.value)


def test_a_verdict_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(StoreError, match="end"):
        write_labels(path, [Verdict("d", 4, 4, None, Unit.PASSAGE, frozenset(Source), {}, "", "person:a")])
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text(encoding="utf-8") == "old"


def test_a_missing_file_or_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Cannot read"):
        read_labels(tmp_path / "a.csv")
    with pytest.raises(StoreError, match="Cannot write"):
        write_labels(tmp_path / "no" / "a.csv", [])


# ------------------------------------------------------------------------------------------------------ as a workbook

XML_TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=30)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(verdicts(), max_size=4), st.lists(XML_TEXTS | st.sampled_from(["=1+1", "'s", "a\nb", "007", "#N/A", "𝔘"]))
)
def test_a_workbook_holds_the_same_labels(told: list[Verdict], quotes: list[str]) -> None:
    named = [replace(one, document_id=f"d{at}", quote=(quotes[at:] or ["x"])[0]) for at, one in enumerate(told)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.xlsx"
        write_labels(path, named)
        assert read_labels(path) == named


def workbook(path: Path, *rows: list[object]) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_a_workbook_that_somebody_filled_in(tmp_path: Path) -> None:
    header = ["Document", "start", "end ", "unit", "text", "labels", "by", "at", "eigen kolom"]
    day = datetime(2026, 3, 1, 10, 0, tzinfo=None)
    workbook(
        tmp_path / "a.xlsx", header, ["d1", 5, 9.0, "sentence", "Het.", "scientific=used", "person:an", day, "x"], []
    )
    (found,) = read_labels(tmp_path / "a.xlsx")
    assert (found.start, found.end, found.at, found.by) == (5, 9, "2026-03-01T10:00:00+00:00", "person:an")
    assert found.judged == frozenset(Source)


def test_a_bad_cell_of_a_workbook_is_named_and_a_formula_is_no_text(tmp_path: Path) -> None:
    header = ["document", "start", "end", "unit", "text", "labels", "by"]
    good = ["d1", 5, 9, "sentence", "Het.", "scientific=used", "person:an"]
    workbook(tmp_path / "a.xlsx", header, good, [*good[:2], "negen", *good[3:]], [*good[:4], "=1+1", *good[5:]])
    with pytest.raises(StoreError) as caught:
        read_labels(tmp_path / "a.xlsx")
    assert "line 3, end: 'negen' is no whole number" in caught.value.message
    assert "line 4, E: is a formula" in caught.value.message and "2 bad rows" in caught.value.message
    workbook(tmp_path / "a.xlsx", header[:-1], good[:-1])
    with pytest.raises(StoreError, match="header: lacks by"):
        read_labels(tmp_path / "a.xlsx")


def test_a_text_that_no_cell_holds_is_refused(tmp_path: Path) -> None:
    one = Verdict("d", 0, 3, 1, Unit.SENTENCE, frozenset(Source), {}, "x" * 32_768, "person:a")
    with pytest.raises(StoreError, match="does not hold"):
        write_labels(tmp_path / "a.xlsx", [one])
    assert not (tmp_path / "a.xlsx").exists()
