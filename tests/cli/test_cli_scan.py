"""`bronnen scan`: every file is accounted for, and what is done stays done."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from factories import MADE_WITH, E, P, W, analysis, verdict
from walks import Walk, files, run, scan

from bronnen import pipeline, quantify
from bronnen.cli.screen import put_csv
from bronnen.errors import MissingError, StoreError, UnreadableError
from bronnen.formats import tables
from bronnen.records import Analysis, Estimate, Labels, Told, Unit, Use, Verdict, silent
from bronnen.store import Store

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "corpus" / "voorbeelden"


def table(name: str, out: str = "out") -> list[dict[str, str]]:
    with (Path(out) / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def paths(name: str, out: str = "out") -> list[str]:
    return [Path(row["path"]).name for row in table(name, out)]


@pytest.mark.usefixtures("walk")
def test_every_file_is_in_exactly_one_table() -> None:
    files(a="een", b="encrypted", c="twee", d="een", e="bug", f="no_text", g="scanned")
    Path("in/x.xls").write_text("x")
    found = scan("in", "in/a.txt", "in/gone.txt", "./in/c.txt")
    assert found.exit_code == 8
    assert paths("balance.csv") == ["a.txt", "c.txt", "g.txt"]
    assert paths("failures.csv") == ["b.txt", "e.txt", "f.txt", "gone.txt"]
    assert [row["code"] for row in table("failures.csv")] == ["encrypted", "bug", "no_text", "unreadable"]
    assert [row["exit_code"] for row in table("failures.csv")] == ["4", "1", "5", "3"]
    assert [(Path(row["path"]).name, Path(row["same_as"]).name) for row in table("duplicates.csv")] == [
        ("d.txt", "a.txt")
    ]
    assert [(row["page"], row["code"]) for row in table("warnings.csv")] == [("2", "scanned"), ("3", "scanned")]
    lines = Path("out/passages.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 12 and {json.loads(line)["name"] for line in lines} == {"a.txt", "c.txt", "g.txt"}
    assert Path("out/balance.xlsx").read_bytes()[:2] == b"PK"
    assert "ignored: .xls (1)" in found.stderr and "ignored" not in found.stdout
    assert "Niet gelukt: 4" in found.stdout and "It is locked. Unlock it." in found.stdout
    assert "g.txt: scan zonder tekst: 2-3" in found.stdout
    assert "Te weinig tekst" in found.stdout and "Dubbel" in found.stdout


def test_a_file_is_no_duplicate_of_one_that_failed(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    analyse = walk.analyse

    def picky(path: Path, tools: SimpleNamespace, told: Told) -> Analysis:
        if path.name == "a.txt":
            raise UnreadableError("It is not what its name says.", "Rename it.")
        return analyse(path, tools)

    monkeypatch.setattr(pipeline, "analyse", picky)
    files(a="een", b="een", c="een", d="encrypted", e="encrypted")
    assert scan("in").exit_code == 8
    assert paths("balance.csv") == ["b.txt"] and paths("failures.csv") == ["a.txt", "d.txt", "e.txt"]
    assert [[Path(path).name for path in row.values()] for row in table("duplicates.csv")] == [["c.txt", "b.txt"]]


def test_a_file_that_crashes_is_not_tried_again_under_another_name(walk: Walk) -> None:
    files(a="crash", b="crash", c="crash too")
    assert scan("in").exit_code == 8
    assert [(row["path"], row["code"]) for row in table("failures.csv")] == [
        (str(Path("in", name)), "crashed") for name in ("a.txt", "b.txt", "c.txt")
    ]
    assert walk.walked == ["a.txt", "c.txt"]


def test_a_file_that_cost_two_workers_is_kept_apart_until_someone_asks(walk: Walk) -> None:
    files(a="crash", b="een", c="crash", d="encrypted")
    for _ in range(2):
        walk.walked.clear()
        scan("in")
        assert "a.txt" in walk.walked
    walk.walked.clear()
    assert scan("in").exit_code == 8
    assert walk.walked == ["d.txt"], "an ordinary failure is tried again"
    rows = table("failures.csv")
    assert [(Path(row["path"]).name, row["code"]) for row in rows] == [
        ("a.txt", "crashed"),
        ("c.txt", "crashed"),
        ("d.txt", "encrypted"),
    ]
    assert "--retry" in rows[0]["message"] and "2 runs" in rows[0]["message"]
    scan("in")
    assert table("failures.csv") == rows, "what was not tried does not count"
    scan("in", "--retry")
    assert walk.walked.count("a.txt") == 1
    Path("more.toml").write_text("[limits]\nmemory_mb = 4096\n", encoding="utf-8")
    walk.walked.clear()
    scan("in", "--settings", "more.toml")
    assert "a.txt" in walk.walked, "with other limits it may go well"


@pytest.mark.parametrize(
    ("content", "code"),
    [("een", 0), ("unreadable", 3), ("encrypted", 4), ("no_text", 5), ("missing", 6), ("bug", 1)],
)
def test_exit_codes_of_one_file_and_of_a_batch(walk: Walk, content: str, code: int) -> None:
    files(a=content)
    assert scan("in/a.txt").exit_code == code
    assert scan("in").exit_code == (8 if code else 0)
    assert scan("in/gone.txt").exit_code == 3


def test_a_second_run_does_only_what_changed(walk: Walk) -> None:
    files(a="een", b="twee", c="encrypted")
    assert scan("in").exit_code == 8
    first = Path("out/passages.jsonl").read_bytes()
    walk.walked.clear()
    assert scan("in").exit_code == 8
    assert walk.walked == ["c.txt"], "what failed is tried again"
    assert Path("out/passages.jsonl").read_bytes() == first
    files(a="een en meer", c="drie", d="vier")
    Path("in/b.txt").rename("in/z.txt")
    walk.walked.clear()
    assert scan("in").exit_code == 0
    assert walk.walked == ["a.txt", "c.txt", "d.txt"]
    assert paths("balance.csv") == ["a.txt", "c.txt", "d.txt", "z.txt"]
    assert paths("failures.csv") == []
    for changed in (replace(MADE_WITH, model="m2"), replace(MADE_WITH, settings="other")):
        walk.made_with = changed
        walk.walked.clear()
        scan("in")
        assert walk.walked == ["a.txt", "c.txt", "d.txt", "z.txt"]
    walk.walked.clear()
    scan("in/a.txt")
    assert (walk.walked, paths("balance.csv")) == ([], ["a.txt"]), "the files describe this run"
    with Store(Path("out")) as store:
        assert len(store.documents()) == 5, "the store keeps what was there"


def test_formats_on_stdout(walk: Walk) -> None:
    files(a="een", b="encrypted")
    found = scan("in", "--format", "json")
    (row,) = json.loads(found.stdout)
    assert row["name"] == "a.txt" and row["experiential_used_found"] == 1 and row["method"].startswith("draws")
    assert "Niet gelukt" in found.stderr
    assert scan("in", "--format", "csv").stdout == Path("out/balance.csv").read_text(encoding="utf-8")


def test_csv_on_stdout_keeps_its_line_ends_on_windows(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="cp1252", newline="\r\n"))
    put_csv("a\r\nb\r\n")
    sys.stdout.flush()
    assert written.getvalue() == b"a\r\nb\r\n"


def test_what_people_said_is_in_the_balance(walk: Walk) -> None:
    files(a="een")
    scan("in")
    with Store(Path("out"), write=True) as store:
        (document_id, _, _), *_ = store.documents()
        found = store.analysis(document_id)
        assert found is not None
        last = found.passages[3]
        said = verdict(
            found.document.text,
            last.start,
            last.end,
            Unit.PASSAGE,
            {E: Use.USED},
            by="person:an",
            document_id=document_id,
        )
        store.add_verdicts([said])
    scan("in")
    (row,) = table("balance.csv")
    assert int(row["experiential_used_low"]) >= 1 and row["judged"] == "1"
    assert json.loads(Path("out/passages.jsonl").read_text(encoding="utf-8").splitlines()[3])["labels"] == {
        "experiential": "used"
    }


def by(name: str, found: Analysis, index: int, labels: Labels, at: str = "") -> Verdict:
    passage, document = found.passages[index], found.document
    return verdict(
        document.text, passage.start, passage.end, Unit.PASSAGE, labels, by=name, at=at, document_id=document.id
    )


def test_a_team_that_judged_all_leaves_nothing_to_estimate(walk: Walk) -> None:
    files(a="een")
    scan("in")
    (before,) = table("balance.csv")
    assert float(before["scientific_used_low"]) < float(before["scientific_used_high"])
    with Store(Path("out"), write=True) as store:
        found = store.analysis(store.documents()[0][0])
        assert found is not None
        store.add_verdicts(
            [
                by("person:an", found, 0, {E: Use.USED}, "2026-01-01T10:00:00+00:00"),
                by("person:bo", found, 0, {E: Use.USED, W: Use.USED}, "2026-01-02T10:00:00+00:00"),
                by("person:an", found, 1, {}),
                by("person:bo", found, 2, {}, "2026-01-02T10:00:00+00:00"),
                by("adjudicated:cees", found, 2, {P: Use.USED}, "2026-01-01T10:00:00+00:00"),
            ]
        )
    scan("in")
    (partly,) = table("balance.csv")
    width = [float(row["scientific_used_high"]) - float(row["scientific_used_low"]) for row in (before, partly)]
    assert width[0] >= width[1] and partly != before
    with Store(Path("out"), write=True) as store:
        store.add_verdicts([by("person:an", found, 3, {})])
    scan("in")
    for name in ("balance.csv", "sections.csv", "groups.csv"):
        (row,) = table(name)
        for source, count in (("experiential", "1"), ("professional", "1"), ("scientific", "1")):
            assert [row[f"{source}_used_{figure}"] for figure in ("found", "n", "low", "high")] == [count] * 4
        assert [row[f"{figure}{end}"] for figure in ("coverage", "combined") for end in ("", "_low", "_high")] == [
            "0.5"
        ] * 6
    assert walk.walked == ["a.txt"]


PAIRS = {"rijk": {E: Use.USED}, "kaal": {}}


@pytest.fixture
def told_apart(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Files of 30 passages: of one that begins with 'rijk' all use ervaringskennis, of others none."""

    def analyse(path: Path, tools: SimpleNamespace, told: Told = silent) -> Analysis:
        found = walk.analyse(path, tools)
        labels = PAIRS[path.read_text(encoding="utf-8").split()[0]]
        told = [(f"Ouders vertellen over maand {number} van het wachten.", labels) for number in range(30)]
        return analysis(path.name, told, folder=str(path.parent), document_id=found.document.id)

    monkeypatch.setattr(pipeline, "analyse", analyse)
    return walk


def test_groups_of_a_users_own_table(told_apart: Walk) -> None:
    files(a="rijk 1", b="rijk 2", c="rijk 3", d="kaal 4", e="kaal 5", f="kaal 6", g="kaal 7", h="unreadable")
    lines = [f"{name}.txt;{'Noord' if name in 'abc' else 'Zuid'};{name}" for name in "abcdef"]
    Path("meta.csv").write_text("\n".join(["sep=;", "Naam;Organisatie;nr", *lines, "weg.txt;Oost;9"]), "utf-8")
    found = scan("in/a.txt", "in/b.txt", "in", "--metadata", "meta.csv")
    assert found.exit_code == 8
    for told in (
        "Wijken af van de andere groepen: Organisatie Noord (meer ervaringskennis), Organisatie Zuid (minder",
        "Staan niet in de tabel met kenmerken: g.txt.",
        "Staan wel in die tabel, maar zijn niet gelezen: weg.txt.",
    ):
        assert told in found.stdout
    rows = [row for row in table("groups.csv") if row["column"] != "nr"]
    assert [(row["column"], row["group"], row["documents"], row["passages"]) for row in rows] == [
        ("", "all documents", "7", "210"),
        ("Organisatie", "(unknown)", "1", "30"),
        ("Organisatie", "Noord", "3", "90"),
        ("Organisatie", "Zuid", "3", "90"),
    ]
    assert [row["experiential_outcome"] for row in rows] == ["", "", "more", "less"]
    assert {row[f"{source}_outcome"] for row in rows[2:] for source in (P, W)} == {"no difference shown"}
    assert [bool(row["experiential_rate_more"]) for row in rows] == [False, False, True, True]
    assert float(rows[2]["experiential_rate_more_low"]) > 0.2
    assert [row["experiential_used_found"] for row in rows] == ["90", "0", "90", "0"]


def test_a_workbook_of_properties_gives_the_same_groups(told_apart: Walk) -> None:
    files(a="rijk 1", b="kaal 2")
    told = [("bestand", "jaar"), ("a.txt", "2023"), ("b.txt", "2024")]
    Path("meta.csv").write_text("\n".join(map(";".join, told)), "utf-8")
    book = openpyxl.Workbook()
    for name, year in told:
        book.worksheets[0].append((name, int(year) if year.isdecimal() else year))
    book.save("meta.xlsx")
    written = []
    for name in ("meta.csv", "meta.xlsx"):
        assert "Te weinig documenten om groepen te vergelijken" in scan("in", "--metadata", name).stdout
        written.append(Path("out/groups.csv").read_bytes())
    assert written[0] == written[1] and b"jaar,2023,1,30" in written[0]


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [(0.01, 0.3, "more"), (-0.3, -0.01, "less"), (-0.01, 0.3, "no difference shown"), (-0.3, 0, "no difference shown")],
)
def test_a_difference_shows_where_its_interval_leaves_out_zero(low: float, high: float, outcome: str) -> None:
    gap = Estimate((low + high) / 2, low, high)
    row = tables.group_row("jaar", "2024", 3, analysis().balance, dict.fromkeys((E, P, W), gap))
    assert row["professional_outcome"] == outcome


@pytest.mark.usefixtures("told_apart")
def test_without_a_table_all_documents_are_the_only_group() -> None:
    files(a="rijk 1", b="kaal 2")
    assert "tabel met kenmerken" not in scan("in").stdout
    (row,) = table("groups.csv")
    assert (row["group"], row["documents"], row["experiential_outcome"]) == ("all documents", "2", "")


@pytest.mark.usefixtures("told_apart")
def test_documents_with_hardly_any_source_have_no_division(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantify, "_FEW", 20)
    files(a="rijk 1", b="kaal 2")
    found = scan("in")
    assert "Bijna geen kennis uit een van de drie bronnen gevonden: b.txt." in found.stdout
    assert [row["doubts"] for row in table("balance.csv")] == ["", "hardly any source"]
    lines = {line.split()[0]: line for line in found.stdout.splitlines() if line.strip()}
    assert lines["a.txt"].count("%") == lines["alle"].count("%") == 3 and "%" not in lines["b.txt"]
    assert "De drie samen zijn 100%" in found.stdout
    bare = scan("in/b.txt").stdout
    assert "Bijna geen kennis" in bare and "De drie samen" not in bare, "nothing is shown that it could be about"


@pytest.mark.usefixtures("walk")
def test_a_document_with_little_text_is_named_once() -> None:
    files(a="een")
    found = scan("in").stdout
    assert "Te weinig tekst" in found and "Bijna geen kennis" not in found and "De drie samen" not in found
    assert table("balance.csv")[0]["doubts"] == "too little text; hardly any source"


def test_chapters_and_the_sheets_of_the_workbook(walk: Walk) -> None:
    files(a="een", b="twee")
    scan("in")
    rows = table("sections.csv")
    assert [(row["name"], row["section"], row["heading"], row["passages"]) for row in rows] == [
        ("a.txt", "1", "Aanleiding", "4"),
        ("b.txt", "1", "Aanleiding", "4"),
    ]
    assert [row["experiential_used_n"] for row in rows] == [row["experiential_used_n"] for row in table("balance.csv")]
    book = openpyxl.load_workbook("out/balance.xlsx")
    assert book.sheetnames == ["balance", "sections", "groups"]
    for name in book.sheetnames:
        head, *told = book[name].iter_rows(values_only=True)
        wanted = table(f"{name}.csv")
        assert list(head) == list(wanted[0])
        assert [["" if cell is None else str(cell) for cell in row] for row in told] == [
            list(r.values()) for r in wanted
        ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("titel;jaar\na.txt;2024\n", "has no column document, path, name"),
        ("naam;bestand\na.txt;a.txt\n", "has two columns of one name or meaning: 'name'"),
        ("name;jaar\na.txt;2024\na.txt;2023\n", "Row 3 of meta.csv tells something else of 'a.txt'"),
        (None, "Cannot read meta.csv"),
    ],
)
def test_a_wrong_table_is_told_before_anything_is_read(walk: Walk, content: str | None, said: str) -> None:
    files(a="een")
    if content is not None:
        Path("meta.csv").write_text(content, encoding="utf-8")
    found = scan("in", "--metadata", "meta.csv")
    assert found.exit_code == 7 and said in found.stderr and "Traceback" not in found.stderr
    assert walk.walked == [] and not Path("out").exists()


def test_interrupted_here_the_rest_waits_for_the_next_run(walk: Walk) -> None:
    files(a="een", b="interrupt", c="drie")
    found = scan("in")
    assert found.exit_code == 130
    assert paths("balance.csv") == ["a.txt"]
    assert "Afgebroken: 2 bestanden" in found.stdout
    files(b="twee")
    walk.walked.clear()
    assert scan("in").exit_code == 0
    assert walk.walked == ["b.txt", "c.txt"]


def test_a_disk_that_fills_up_keeps_what_is_done(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    add = Store.add

    def full(store: Store, run: int, position: int, path: str, analysis: Analysis) -> None:
        if position == 2:
            raise StoreError("The disk is full.", "Make room.")
        add(store, run, position, path, analysis)

    files(a="een", b="twee", c="drie", d="vier")
    monkeypatch.setattr(Store, "add", full)
    found = scan("in")
    assert found.exit_code == 7 and "Make room." in found.stderr
    assert paths("balance.csv") == ["a.txt", "b.txt"] and "Afgebroken: 2 bestanden" in found.stdout


def test_tools_that_are_missing_leave_older_results_alone(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    files(a="een")
    scan("in")

    def missing(settings: object) -> None:
        raise MissingError("There is no model.", "Install it.")

    files(a="twee")
    monkeypatch.setattr(walk, "load_tools", missing)
    monkeypatch.setattr(pipeline, "load_tools", missing)
    found = scan("in")
    assert (found.exit_code, found.stderr) == (6, "bronnen: There is no model. Install it.\n")
    assert paths("balance.csv") == ["a.txt"]


def test_nothing_to_read_is_wrong_use(walk: Walk) -> None:
    Path("in/x.xls").write_text("x")
    found = scan("in")
    assert found.exit_code == 2 and "nothing to read" in found.stderr
    assert not Path("out").exists()


def test_an_output_folder_that_cannot_be_is_told(walk: Walk) -> None:
    files(a="een")
    Path("out").write_text("a file")
    found = scan("in")
    assert found.exit_code == 7 and "it is a file" in found.stderr
    Path("out").unlink()
    Path("out").mkdir()
    with Store(Path("out"), write=True):
        found = scan("in")
    assert found.exit_code == 7 and "in use" in found.stderr


@pytest.mark.parametrize("name", ["balance", "passages", "failures"])
def test_a_file_that_another_program_holds_costs_only_itself(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def held(path: Path, rows: Iterable[object]) -> None:
        next(iter(rows), None)
        raise StoreError(f"Cannot write {path}.", "Close it.")

    files(a="een", b="twee", c="bug")
    monkeypatch.setattr(tables, f"write_{name}", held)
    found = scan("in")
    assert found.exit_code == 7 and "Close it." in found.stderr
    for other, rows in {"balance": ["a.txt", "b.txt"], "failures": ["c.txt"], "duplicates": []}.items():
        assert paths(f"{other}.csv") == rows if other != name else not Path(f"out/{other}.csv").exists()
    assert Path("out/passages.jsonl").exists() == (name != "passages")


def test_names_of_others_cannot_write_on_the_screen(walk: Walk) -> None:
    for name in (
        "a\x1b[31m\nrood.txt",
        "x" * 200 + ".txt",
        "b\u202efdp.txt",
        os.fsdecode(b"n\xff.txt"),
        "[bold]x[.txt",
    ):
        try:
            (Path("in") / name).write_text(name.encode("utf-8", "replace").decode())
        except OSError:
            continue
    found = scan("in")
    assert found.exit_code == 0
    assert "\x1b" not in found.stdout and "\u202e" not in found.stdout
    assert "[bold]x[.txt" in found.stdout.replace("\n", "")
    assert len(table("balance.csv")) == len(list(Path("in").iterdir()))


@pytest.mark.parametrize("width", ["36", "60", "200"])
def test_any_width_will_do(walk: Walk, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setattr(quantify, "ENOUGH", 1)
    monkeypatch.setattr(quantify, "_FEW", 1)
    files(**{"een_lange_naam_" + "x" * 150: "een"})
    found = scan("in")
    assert found.exit_code == 0
    rows = found.stdout[: found.stdout.index("De bestanden")].splitlines()
    assert any(row.count("%") == 3 for row in rows)
    assert any("%)" in row or "% (" in row for row in rows) == (int(width) >= 72)
    assert max(map(len, rows)) <= max(int(width), 90)  # the legend below a narrow table is one line


def test_out_inside_in_is_no_input(walk: Walk) -> None:
    files(a="een")
    for _ in range(2):
        assert scan("in", out="in/out").exit_code == 0
        Path("in/out/report.txt").write_text("niet lezen")
        assert paths("balance.csv", "in/out") == ["a.txt"]
    assert scan("in", out="elders").exit_code == 0
    assert paths("balance.csv", "elders") == ["a.txt"], "nor is an older result"


DRIVER = """
import signal, sys; sys.path[:0] = [{tests!r}]
import workers
from bronnen import batch
from bronnen.cli import entry, main
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are born ignoring Ctrl-C
    entry.work, batch.workers.PRELOADED = workers.made, ["factories"]
    main(sys.argv[1:], prog_name="bronnen")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_with_workers_leaves_a_usable_result(walk: Walk, tmp_path: Path) -> None:
    files(a="1", b="2", slow1="3", slow2="4", slow3="5")
    driver = tmp_path / "driver.py"
    driver.write_text(DRIVER.format(tests=str(TESTS)))
    command = [sys.executable, str(driver), "scan", "in", "--out", "out", "--jobs", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as scanning:
        began = time.monotonic()
        while time.monotonic() < began + 20:
            time.sleep(0.1)
            if Path("out/bronnen.sqlite").exists():
                with Store(Path("out")) as store:
                    if len(store.documents()) == 2:
                        break
        interrupted = time.monotonic()
        os.killpg(scanning.pid, signal.SIGINT)  # as a terminal does: to the workers too
        try:
            out, err = scanning.communicate(timeout=20)
        finally:
            if scanning.poll() is None:
                os.killpg(scanning.pid, signal.SIGKILL)
    assert scanning.returncode == 130, err.decode()
    assert time.monotonic() - interrupted < 5
    assert b"Traceback" not in err and b"interrupted" in err
    assert paths("balance.csv") == ["a.txt", "b.txt"]
    assert "Afgebroken: 3 bestanden" in out.decode()


@pytest.mark.skipif(not (EXAMPLES / "kamerbrief-schuldregeling.pdf").exists(), reason="no examples yet")
@pytest.mark.slow
def test_real_documents_through_the_real_walk(tmp_path: Path) -> None:
    chosen = [str(path) for path in sorted(EXAMPLES.glob("kamer*.pdf"))]
    command = [sys.executable, "-m", "bronnen", "scan", *chosen, "--out", str(tmp_path / "out"), "--jobs", "2"]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=100)
    assert done.returncode == 0, done.stderr.decode()
    assert b"kamerbrief-schuldregeling.pdf" in done.stdout and b"\x1b" not in done.stdout
    rows = table("balance.csv", str(tmp_path / "out"))
    assert [row["path"] for row in rows] == chosen
    assert all(int(row["passages"]) > 5 and int(row["scientific_used_n"]) > 0 for row in rows)
    found = run("search", tmp_path / "out", "onderzoek*", "--source", "scientific", "--format", "json")
    assert all("scientific" in hit["labels"] for hit in json.loads(found.stdout)) and found.exit_code == 0
