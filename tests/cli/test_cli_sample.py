"""`bronnen sample`: a file that people can fill in, and of which nothing counts that they did not."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from factories import analysis
from openpyxl import load_workbook
from teams import all_judged, document, documents, ids, keep
from walks import run

from bronnen.corpus import is_kept_apart
from bronnen.formats.labels import read_labels
from bronnen.store import Store


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return keep(tmp_path / "out", [*documents(6, apart=False), *documents(3, apart=True, first=6)])


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_it_is_filled_in_and_comes_back(store: Path, suffix: str) -> None:
    path = Path(f"next.{suffix}")
    done = run("sample", store, "--out", path, "--number", "20")
    assert done.exit_code == 0, done.output
    assert "16 passages to learn from" in done.stdout and "4 to measure with" in done.stdout
    assert read_labels(path) == []  # what nobody filled in is no judgement, least of all 'none'
    text = path.read_text(encoding="utf-8-sig")
    if suffix == "csv":
        rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
        rows[0] |= {"by": "person:an", "labels": "scientific=used"}
        rows[1] |= {"by": "person:an"}
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            table = csv.DictWriter(out, rows[0], delimiter=";")
            table.writeheader()
            table.writerows(rows)
    else:
        rows = [json.loads(line) for line in text.splitlines()]
        rows[0] |= {"by": "person:an", "labels": {"scientific": "used"}}
        rows[1] |= {"by": "person:an"}
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert len(rows) == 20
    assert all((row["purpose"] == "evaluate") is is_kept_apart(row["document"]) for row in rows)
    assert {row["purpose"] for row in rows} == {"learn", "evaluate"}
    imported = run("corpus", "import", path, "--store", store)
    assert imported.exit_code == 0 and imported.stdout.startswith(
        "2 labels added, 0 were there already, 0 have no place"
    )
    with Store(store) as kept:
        told = list(kept.verdicts("person"))
    assert [dict(one.labels) for one in told].count({}) == 1 and all(len(one.judged) == 3 for one in told)


def test_a_row_that_is_half_filled_in_is_named(store: Path) -> None:
    assert run("sample", store, "--out", "next.jsonl").exit_code == 0
    rows = [json.loads(line) for line in Path("next.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[2]["labels"] = {"scientific": "used"}
    Path("next.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    refused = run("corpus", "import", "next.jsonl", "--store", store)
    assert refused.exit_code == 7 and "line 3, by" in refused.stderr


def test_what_people_judged_is_not_asked_again(store: Path) -> None:
    (first,) = ids(1, apart=False)

    def asked(out: str) -> set[str]:
        assert run("sample", store, "--out", out, "--number", "1000", "--per-document", "99").exit_code == 0
        return {json.loads(line)["document"] for line in Path(out).read_text(encoding="utf-8").splitlines()}

    assert first in asked("one.jsonl")
    with Store(store, write=True) as kept:
        kept.add_verdicts(all_judged(document(first, "zorg")))
    assert first not in asked("two.jsonl")


def test_a_workbook_is_for_the_eye_and_comes_back(store: Path, tmp_path: Path) -> None:
    assert run("sample", store, "--out", "next.xlsx", "--number", "5").exit_code == 0
    book = load_workbook("next.xlsx")
    sheet = book.worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    assert head[:7] == ("purpose", "name", "page", "heading", "text", "labels", "by")
    assert len(rows) == 5 and all(row[5] is None and row[6] is None for row in rows)
    sheet["F3"], sheet["G3"] = "scientific=used", "person:an"
    book.save("next.xlsx")
    assert run("corpus", "import", "next.xlsx", "--store", store).stdout.startswith("1 labels added")


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_hostile_text_comes_back_as_it_was_and_runs_nowhere(store: Path, tmp_path: Path, suffix: str) -> None:
    texts = ["=1+1;=B1 zegt het CBS", "'-Ouders vertellen;\t@zij", '"een\nregel"; en <b>nog</b> een\x1b[2J']
    (free,) = ids(1, apart=False)
    made = analysis("=nota.pdf", [(text, {}) for text in texts], document_id=free, heading="+kop")
    folder = keep(tmp_path / "hostile", [made])
    path = Path(f"hostile.{suffix}")
    assert run("sample", folder, "--out", path, "--random-share", "0").exit_code == 0
    raw = path.read_text(encoding="utf-8-sig")
    if suffix == "csv":
        rows = list(csv.DictReader(io.StringIO(raw, newline=""), delimiter=";"))
        assert not any(cell[:1] in "=+-@\t" for row in rows for cell in row.values() if cell)
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            table = csv.DictWriter(out, rows[0], delimiter=";")
            table.writeheader()
            table.writerows({**row, "by": "person:an"} for row in rows)
    else:
        path.write_text(raw.replace('"by": ""', '"by": "person:an"'), encoding="utf-8")
    assert sorted(one.quote for one in read_labels(path)) == sorted(texts)
    assert run("corpus", "import", path, "--store", folder).stdout.startswith("3 labels added")


def test_wrong_use_writes_nothing(store: Path, tmp_path: Path) -> None:
    Path("there.csv").write_text("van iemand", encoding="utf-8")
    assert run("sample", store, "--out", "there.csv").exit_code == 2
    assert Path("there.csv").read_text(encoding="utf-8") == "van iemand"
    assert run("sample", store, "--out", "next.doc").exit_code == 7
    assert run("sample", tmp_path / "nergens", "--out", "next.csv").exit_code == 7
    only = keep(tmp_path / "apart", documents(1, apart=True))
    few = run("sample", only, "--out", "few.csv", "--number", "100")
    assert few.exit_code == 0 and "not 20" in few.stderr and "scan more documents" in few.stderr
    assert not Path("next.csv").exists() and not Path("next.doc").exists()
