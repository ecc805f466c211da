"""`bronnen audit`: from a store to a plan, sheets, and a result that can be defended."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from factories import E, P, W, analysis
from walks import Walk, files, run, scan

from bronnen import pipeline
from bronnen.records import Labels, Told, Unit, Use, silent
from bronnen.store import Store

COLUMNS = ("ervaringskennis", "professionele kennis", "wetenschappelijke kennis")
WORDS = {Use.USED: "gebruikt", Use.CALLED_FOR: "gevraagd", None: "geen"}
Rows = list[dict[str, str]]


def paragraphs(name: str) -> list[tuple[str, Labels]]:
    found: list[tuple[str, Labels]] = []
    for at in range(30):
        labels: Labels = {E: Use.USED} if at % 4 == 0 else {W: Use.CALLED_FOR} if at % 7 == 0 else {}
        found.append((f"Alinea {at} van {name} gaat ergens over.", labels))
    return [*found, ("Kort.", {P: Use.USED})]  # two words too few to count


@pytest.fixture
def scanned(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """A store with two documents of thirty counted passages, and a file that could not be read."""

    def analyse(path: Path, tools: SimpleNamespace, told: Told = silent) -> Any:
        if path.read_text() == "unreadable":
            return walk.analyse(path, tools)
        found = analysis(path.name, paragraphs(path.name), made_with=tools.made_with, folder=str(path.parent))
        from dataclasses import replace

        document_id = sha256(path.read_bytes()).hexdigest()
        verdicts = tuple(replace(verdict, document_id=document_id) for verdict in found.verdicts)
        return replace(found, document=replace(found.document, id=document_id), verdicts=verdicts)

    monkeypatch.setattr(pipeline, "analyse", analyse)
    files(een="een", twee="twee", weg="unreadable")
    scan("in")
    return walk


@pytest.fixture
def plan(scanned: Walk) -> dict[str, Any]:
    done = run("audit", "plan", "out", "--size", "24", "--seed", "3", "--out", "plan.json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    return found


def make(name: str, **more: str) -> None:
    words = [word for key, value in more.items() for word in (f"--{key}", value)]
    done = run("audit", "sheet", "plan.json", "--store", "out", "--out", name, *words)
    assert done.exit_code == 0, done.stderr


def read(name: str) -> Rows:
    with Path(name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def write(name: str, rows: Rows) -> None:
    with Path(name).open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        table.writeheader()
        table.writerows(rows)


def judge(name: str, plan: dict[str, Any], change: Callable[[Rows], object] = lambda rows: None, **more: str) -> None:
    """A sheet filled in as the model would, then changed."""
    make(name, **({"auditor": "An"} | more))
    labels = {one["number"]: one["labels"] for one in plan["passages"] if "number" in one}
    rows = read(name)
    for row in rows:
        for source, column in zip((E, P, W), COLUMNS, strict=True):
            told = labels[int(row["nr"])].get(source)
            row[column] = WORDS[Use(told) if told else None]
    change(rows)
    write(name, rows)


def result(*names: str) -> dict[str, Any]:
    done = run("audit", "result", "plan.json", *names, "--format", "json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_plan_is_of_the_counted_passages_of_the_last_scan(plan: dict[str, Any]) -> None:
    assert len(plan["passages"]) == 60 and [one["name"] for one in plan["documents"]] == ["een.txt", "twee.txt"]
    assert sum("number" in one for one in plan["passages"]) == 24
    assert plan["left_out"] == 1 and plan["seed"] == 3 and plan["made_with"]["model"] == "m1"
    assert "Alinea" not in Path("plan.json").read_text(encoding="utf-8")
    first = Path("plan.json").read_bytes()
    run("audit", "plan", "out", "--size", "24", "--seed", "3", "--out", "again.json")
    assert Path("again.json").read_bytes() == first


def test_a_plan_of_one_document_and_of_a_margin(scanned: Walk) -> None:
    done = run("audit", "plan", "out", "--document", "een.txt", "--margin", "0.1", "--seed", "1", "--out", "p.json")
    assert done.exit_code == 0
    assert "of 30 passages drawn from 1 document, seed 1." in done.stdout
    found = json.loads(Path("p.json").read_text(encoding="utf-8"))
    assert found["margin"] == 0.1 and max(found["expected"].values()) <= 0.1 and found["left_out"] == 0
    by_id = run("audit", "plan", "out", "--document", found["documents"][0]["id"][:12], "--out", "q.json")
    assert by_id.exit_code == 0 and json.loads(Path("q.json").read_text())["margin"] == 0.05


def test_each_plan_has_a_seed_of_its_own_that_gives_it_again(scanned: Walk) -> None:
    """Nobody can know beforehand what will be drawn; everybody can check it afterwards."""
    seeds = []
    for name in ("p.json", "q.json"):
        done = run("audit", "plan", "out", "--size", "24", "--out", name)
        seed = json.loads(Path(name).read_text(encoding="utf-8"))["seed"]
        assert done.exit_code == 0 and f", seed {seed}." in done.stdout
        run("audit", "plan", "out", "--size", "24", "--seed", str(seed), "--out", f"again-{name}")
        assert Path(f"again-{name}").read_bytes() == Path(name).read_bytes()
        seeds.append(seed)
    assert seeds[0] != seeds[1]


def test_wrong_use_is_told_and_leaves_nothing(scanned: Walk) -> None:
    for words, said in (
        (("--document", "drie.txt"), "drie.txt is not in the last scan"),
        (("--size", "9", "--margin", "0.1"), "two things"),
        (("--size", "1"), "too small"),
    ):
        done = run("audit", "plan", "out", *words, "--out", "plan.json")
        assert done.exit_code == 2 and said in done.stderr
        assert not Path("plan.json").exists()
    assert run("audit", "plan", "nowhere", "--out", "plan.json").exit_code == 7
    assert run("audit", "plan", "out", "--out", "no/plan.json").exit_code == 7
    run("audit", "plan", "out", "--out", "plan.json")
    again = run("audit", "plan", "out", "--out", "plan.json")
    assert again.exit_code == 2 and "is there already" in again.stderr


def test_what_people_said_before_does_not_decide_what_is_drawn(plan: dict[str, Any]) -> None:
    judge("an.csv", plan, lambda rows: [row.update(dict.fromkeys(COLUMNS, "gebruikt")) for row in rows])
    assert run("audit", "result", "plan.json", "an.csv", "--store", "out", "--keep").exit_code == 0
    run("audit", "plan", "out", "--size", "24", "--seed", "3", "--out", "again.json")
    assert json.loads(Path("again.json").read_text())["hash"] == plan["hash"]


def test_a_sheet_is_blind_and_in_random_order(plan: dict[str, Any]) -> None:
    make("an.xlsx", auditor="An de Wit")
    make("bo.csv")
    rows = read("bo.csv")
    assert [row["nr"] for row in rows] == [str(at) for at in range(1, 25)]
    assert all(row["tekst"].startswith("Alinea") and row["kop"] == "Aanleiding" for row in rows)
    assert {row["pagina"] for row in rows} == {"1"}
    assert not any(row[column] for row in rows for column in COLUMNS)
    sheet = openpyxl.load_workbook("an.xlsx")["beoordelen"]
    told = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[4] for row in told] == [row["tekst"] for row in rows] and told[0][9] == "An de Wit"
    assert [row["tekst"] for row in rows] != sorted(row["tekst"] for row in rows)
    again = run("audit", "sheet", "plan.json", "--store", "out", "--out", "bo.csv")
    assert again.exit_code == 2 and "is there already" in again.stderr


def test_two_documents_of_one_name_are_told_apart(walk: Walk) -> None:
    Path("in/a").mkdir()
    Path("in/b").mkdir()
    Path("in/a/nota.txt").write_text("een")
    Path("in/b/nota.txt").write_text("twee")
    scan("in")
    assert run("audit", "plan", "out", "--document", "nota.txt", "--out", "p.json").exit_code == 2
    run("audit", "plan", "out", "--out", "plan.json")
    make("an.csv")
    assert {Path(row["document"]).parent.name for row in read("an.csv")} == {"a", "b"}


def test_a_text_that_was_read_anew_is_refused(plan: dict[str, Any]) -> None:
    with Store(Path("out"), write=True) as store:
        store._connection.execute("UPDATE documents SET text = replace(text, 'Alinea', 'Stukje')")
    done = run("audit", "sheet", "plan.json", "--store", "out", "--out", "an.csv")
    assert done.exit_code == 7 and "read anew" in done.stderr and not Path("an.csv").exists()


def test_a_result_says_what_the_sample_says(plan: dict[str, Any]) -> None:
    judge("an.csv", plan)
    found = result("an.csv")
    one = found["figures"]["experiential"]["used"]
    assert one["share"]["value"] == pytest.approx(16 / 60, abs=0.02)
    assert one["share"]["low"] < one["share"]["value"] < one["share"]["high"]
    assert one["counted"] == pytest.approx(16 / 60, abs=1e-4)
    assert (one["precision"]["value"], one["recall"]["value"], one["f1"]["value"]) == (1, 1, 1)
    assert found["figures"]["professional"]["used"]["precision"] is None
    assert found["used_shares"]["experiential"]["value"] == 1
    assert found["coverage"]["share"]["value"] == one["share"]["value"]
    table = run("audit", "result", "plan.json", "an.csv")
    assert table.exit_code == 0
    for said in (
        f"Plan {plan['hash'][:12]}, seed 3, model m1",
        "Judged by An (24)",
        "24 of 60 passages judged",
        "experiential knowledge",
        "points either way",
        "precision",
    ):
        assert said in table.stdout
    assert "do better than judging alone" in table.stdout  # nothing professional was found: the model cannot help


def test_the_result_carries_its_audit_trail(plan: dict[str, Any]) -> None:
    judge("an.csv", plan, lambda rows: rows[0].update(datum="2026-05-03"))
    done = run("audit", "result", "plan.json", "an.csv", "--out", "result.json")
    assert done.exit_code == 0
    found = json.loads(Path("result.json").read_text(encoding="utf-8"))
    assert found["plan"]["hash"] == plan["hash"] and found["plan"]["seed"] == 3
    assert found["plan"]["made_with"] == plan["made_with"]
    (sheet,) = found["sheets"]
    assert sheet["name"] == "an.csv" and sheet["sha256"] == sha256(Path("an.csv").read_bytes()).hexdigest()
    assert sheet["auditors"] == [{"name": "An", "dates": ["2026-05-03"], "numbers": list(range(1, 25))}]
    wrong = run("audit", "result", "plan.json", "an.csv", "--out", "plan.json")
    assert wrong.exit_code == 2 and "one of the files to read" in wrong.stderr
    first = Path("result.json").read_bytes()
    run("audit", "result", "plan.json", "an.csv", "--out", "result.json")
    assert Path("result.json").read_bytes() == first


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[4].update(tekst="Iets anders."), "row 6, tekst: was changed"),
        (lambda rows: rows[4].update(controle="c0"), "row 6, controle: was changed"),
        (lambda rows: rows[4].update(nr="99"), "row 6, nr: '99' is no row of this plan"),
        (lambda rows: rows[4].update(nr="1"), "row 6, nr: 1 stands on the sheet twice"),
        (lambda rows: rows.pop(4), "number 5 of the plan is missing"),
        (lambda rows: rows.append(dict(rows[0], nr="25")), "row 26, nr: '25' is no row"),
        (lambda rows: rows[4].update({COLUMNS[0]: "misschien"}), "row 6, ervaringskennis: 'misschien'"),
        (lambda rows: [row.update(beoordelaar="") for row in rows], "beoordelaar: does not say who"),
        (lambda rows: rows[4].update(nr="٥"), "row 6"),
        (lambda rows: rows[4].update(nr="1" * 5000), "row 6"),
    ],
)
def test_a_sheet_that_was_changed_is_refused(plan: dict[str, Any], change: Callable[[Rows], object], said: str) -> None:
    judge("an.csv", plan, change)
    done = run("audit", "result", "plan.json", "an.csv", "--out", "result.json")
    assert done.exit_code == 7 and said in done.stderr
    assert not Path("result.json").exists()


def test_a_sheet_of_another_plan_is_refused(plan: dict[str, Any]) -> None:
    judge("an.csv", plan)
    run("audit", "plan", "out", "--size", "24", "--seed", "4", "--out", "other.json")
    done = run("audit", "result", "other.json", "an.csv")
    assert done.exit_code == 7 and "of another plan" in done.stderr


def test_what_is_not_judged_is_named_and_may_stand_on_another_sheet(plan: dict[str, Any]) -> None:
    def first_half(rows: Rows) -> None:
        for row in rows[12:]:
            row.update(dict.fromkeys(COLUMNS, ""))

    def second_half(rows: Rows) -> None:
        for row in rows[:12]:
            row.update(dict.fromkeys(COLUMNS, ""))

    judge("an.csv", plan, first_half)
    done = run("audit", "result", "plan.json", "an.csv")
    assert done.exit_code == 7 and "12 of 24 passages are not judged" in done.stderr and "number 13, 14" in done.stderr
    judge("bo.csv", plan, second_half, auditor="Bo")
    found = result("an.csv", "bo.csv")
    assert found["agreement"]["pairs"] == []
    assert [sheet["auditors"][0]["name"] for sheet in found["sheets"]] == ["An", "Bo"]
    judge("cor.csv", plan, lambda rows: rows[2].update({COLUMNS[1]: ""}), auditor="Cor")
    done = run("audit", "result", "plan.json", "cor.csv")
    assert "number 3 (professionele kennis)" in done.stderr


def test_where_people_differ_nothing_is_settled_for_them(plan: dict[str, Any]) -> None:
    def other(rows: Rows) -> None:
        rows[6].update({COLUMNS[1]: "gebruikt"})

    def together(rows: Rows) -> None:
        for row in rows[:6] + rows[7:]:
            row.update(dict.fromkeys(COLUMNS, ""))
        rows[6].update({COLUMNS[1]: "gevraagd"})

    judge("an.csv", plan)
    judge("bo.csv", plan, other, auditor="Bo")
    done = run("audit", "result", "plan.json", "an.csv", "bo.csv")
    assert done.exit_code == 7 and done.stdout == ""
    assert "number 7 (professionele kennis: An geen, Bo gebruikt)" in done.stderr and "--settled" in done.stderr
    assert "kappa" in done.stderr
    judge("samen.csv", plan, together, auditor="An en Bo")
    found = result("an.csv", "bo.csv", "--settled", "samen.csv")
    assert found["agreement"]["differences"] == [
        {"number": 7, "source": "professional", "said": {"An": None, "Bo": "used"}, "settled": "called_for"}
    ]
    (pair,) = found["agreement"]["pairs"]
    assert (pair["first"], pair["second"], pair["figures"]["experiential"]["used"]["kappa"]) == ("An", "Bo", 1)
    assert found["settled"][0]["name"] == "samen.csv"
    assert found["figures"]["professional"]["called_for"]["positives"] == 1
    assert (
        "Judgements on which people differed"
        in run("audit", "result", "plan.json", "an.csv", "bo.csv", "--settled", "samen.csv").stdout
    )


def test_what_nobody_differed_about_cannot_be_settled_otherwise(plan: dict[str, Any]) -> None:
    """A sheet of what was agreed on overrules nobody's own judgement in silence; to say the same again is no harm."""

    def together(use: str) -> Callable[[Rows], None]:
        def change(rows: Rows) -> None:
            for row in rows[:6] + rows[7:8] + rows[9:]:
                row.update(dict.fromkeys(COLUMNS, ""))
            rows[6].update({COLUMNS[1]: "gevraagd"})
            rows[8].update({COLUMNS[1]: use})

        return change

    judge("an.csv", plan)
    judge("bo.csv", plan, lambda rows: rows[6].update({COLUMNS[1]: "gebruikt"}), auditor="Bo")
    judge("anders.csv", plan, together("gevraagd"), auditor="An en Bo")
    judge("zelfde.csv", plan, together("geen"), auditor="An en Bo")
    words = ("audit", "result", "plan.json", "an.csv", "bo.csv", "--out", "result.json", "--settled")
    done = run(*words, "anders.csv")
    assert done.exit_code == 7 and not Path("result.json").exists()
    assert "something else of number 9 (professionele kennis), on which nobody differed" in done.stderr
    assert run(*words, "zelfde.csv").exit_code == 0


def test_two_settled_sheets_cannot_say_two_things(plan: dict[str, Any]) -> None:
    def only(use: str) -> Callable[[Rows], None]:
        def change(rows: Rows) -> None:
            for row in rows:
                row.update(dict.fromkeys(COLUMNS, ""))
            rows[6].update({COLUMNS[1]: use})

        return change

    judge("an.csv", plan)
    judge("bo.csv", plan, lambda rows: rows[6].update({COLUMNS[1]: "gebruikt"}), auditor="Bo")
    for name, use in (("een.csv", "gevraagd"), ("twee.csv", "geen"), ("drie.csv", "gevraagd")):
        judge(name, plan, only(use), auditor="An en Bo")
    words = ("audit", "result", "plan.json", "an.csv", "bo.csv", "--settled", "een.csv", "--settled")
    done = run(*words, "twee.csv")
    assert done.exit_code == 7 and "two things of number 7 (professionele kennis)" in done.stderr
    assert run(*words, "drie.csv").exit_code == 0


def test_one_person_cannot_say_two_things(plan: dict[str, Any]) -> None:
    judge("an.csv", plan)
    judge("an2.csv", plan, lambda rows: rows[6].update({COLUMNS[1]: "gebruikt"}))
    done = run("audit", "result", "plan.json", "an.csv", "an2.csv")
    assert done.exit_code == 7 and "An judged number 7 (professionele kennis) twice" in done.stderr


def test_judgements_are_kept_when_asked(plan: dict[str, Any]) -> None:
    judge("an.csv", plan, lambda rows: rows[0].update(datum="3-5-2026"))
    assert run("audit", "result", "plan.json", "an.csv", "--keep").exit_code == 2
    run("audit", "result", "plan.json", "an.csv", "--store", "out")
    with Store(Path("out")) as store:
        assert list(store.verdicts("person")) == []
    done = run("audit", "result", "plan.json", "an.csv", "--store", "out", "--keep")
    assert done.exit_code == 0 and "24 judgements added" in done.stderr
    with Store(Path("out")) as store:
        kept = list(store.verdicts("person"))
    assert len(kept) == 24 and {verdict.by for verdict in kept} == {"person:An"}
    assert {verdict.at for verdict in kept} == {"2026-05-03"} and {verdict.unit for verdict in kept} == {Unit.PASSAGE}
    assert all(verdict.quote.startswith("Alinea") and verdict.page == 1 for verdict in kept)
    again = run("audit", "result", "plan.json", "an.csv", "--store", "out", "--keep")
    assert "0 judgements added to the store, 24 were there already" in again.stderr


def test_a_workbook_goes_the_whole_way(plan: dict[str, Any]) -> None:
    make("an.xlsx", auditor="An")
    book = openpyxl.load_workbook("an.xlsx")
    chance = random.Random(1)
    for row in book["beoordelen"].iter_rows(min_row=2):
        for cell in row[5:8]:
            cell.value = chance.choice(["gebruikt", "gevraagd", "geen"])
    book.properties.lastModifiedBy = "An op kantoor"
    book.save("an.xlsx")
    found = result("an.xlsx")
    assert "An op kantoor" in found["sheets"][0]["saved"]
    assert found["figures"]["professional"]["used"]["share"]["value"] > 0


def test_a_plan_that_was_changed_is_refused(plan: dict[str, Any]) -> None:
    judge("an.csv", plan)
    text = Path("plan.json").read_text(encoding="utf-8")
    Path("plan.json").write_text(text.replace('"seed": 3', '"seed": 5'), encoding="utf-8")
    for words in (("result", "plan.json", "an.csv"), ("sheet", "plan.json", "--store", "out", "--out", "b.csv")):
        done = run("audit", *words)
        assert done.exit_code == 7 and "was changed" in done.stderr
