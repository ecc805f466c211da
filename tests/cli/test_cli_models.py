"""`bronnen models`, and the whole loop: label, train from a store, use, scan again, go back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from teams import TOLD, all_judged, documents, keep
from walks import Walk, files, run, scan

from bronnen import shelf
from bronnen.classifier import Model, part
from bronnen.corpus import is_kept_apart
from bronnen.records import Unit, Verdict
from bronnen.settings import resource
from bronnen.store import Store
from bronnen.training import train as training

SHIPPED = resource("models", "sources")


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv(shelf.VARIABLE, str(folder))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SHIPPED, folder / "mei", ignore=shutil.ignore_patterns("rows.npz"))
    return folder


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = training.shipped_rows()
    few = part(rows, np.arange(0, len(rows.groups), 40))
    monkeypatch.setattr(training, "shipped_rows", lambda: few)


def test_list_use_and_remove(own: Path) -> None:
    told = json.loads(run("models", "list", "--json").stdout)
    assert [(one["name"], one["in_use"]) for one in told] == [("bronnen", True), ("mei", False)]
    assert run("models", "use", "mei").exit_code == 0
    listed = run("models", "list").stdout.splitlines()
    assert [line[:5] for line in listed] == ["  bro", "* mei"]
    refused = run("models", "remove", "mei")
    assert refused.exit_code == 2 and "--force" in refused.stderr
    assert run("models", "remove", "bronnen", "--force").exit_code == 2
    assert run("models", "remove", "mei", "--force").exit_code == 0
    assert shelf.in_use() == "bronnen" and not (own / "mei").exists()


def test_a_model_that_cannot_be_used_is_not_chosen(own: Path) -> None:
    (own / "mei" / "model.skops").write_bytes(b"other")
    assert run("models", "use", "mei").exit_code == 6
    assert shelf.in_use() == "bronnen"
    assert run("models", "use", "juni").exit_code == 2


def test_cards_side_by_side_say_that_they_cannot_be_compared(own: Path) -> None:
    done = run("models", "compare", "bronnen", "mei")
    assert done.exit_code == 0 and "cannot be compared" in done.stdout
    assert done.stdout.count("scientific") == 2


def test_models_are_compared_on_what_is_kept_apart(own: Path, tmp_path: Path) -> None:
    free = documents(2, apart=False)
    keep(tmp_path / "a", free, [one for made in free for one in all_judged(made)])
    refused = run("models", "compare", "bronnen", "mei", "--store", "a")
    assert refused.exit_code == 2 and "kept apart" in refused.stderr
    apart = documents(6, apart=True)
    keep(tmp_path / "b", apart, [one for made in apart for one in all_judged(made)])
    done = run("models", "compare", "bronnen", "mei", "--store", "b")
    assert done.exit_code == 0, done.output
    assert f"{6 * len(TOLD)} passages, 6 documents" in done.stdout and "no difference shown" in done.stdout


def test_a_scan_says_which_model_it_used_and_redoes_what_another_read(own: Path, walk: Walk) -> None:
    files(a="een", b="twee")
    first = scan("in")
    assert "model bronnen (m1)" in first.stderr
    assert run("models", "use", "mei").exit_code == 0
    walk.made_with = replace(walk.made_with, model="m2")
    second = scan("in")
    assert "model mei (m2)" in second.stderr
    assert walk.walked == ["a.txt", "b.txt"] * 2
    assert "model bronnen" in scan("in", "--model", "bronnen").stderr
    with Store(Path("out")) as store:
        assert [store.run_settings(number).model.path for number in (1, 2, 3)] == ["bronnen", "mei", "bronnen"]


@pytest.mark.usefixtures("few_rows")
def test_training_says_where_the_model_goes(own: Path, tmp_path: Path) -> None:
    for words in (
        [],
        ["--out", "x", "--name", "juni"],
        ["--name", "../juni"],
        ["--name", "mei"],
        ["--name", "bronnen"],
    ):
        done = run("train", "--add", "nergens.jsonl", *words)
        assert done.exit_code == 2, words
    assert run("train", "--out", "x", "--learn-all").exit_code == 2
    assert run("train", "--out", "x", "--from-store", "a", "--add", "b.jsonl").exit_code == 2


@pytest.mark.slow
@pytest.mark.usefixtures("few_rows")
def test_the_whole_loop(own: Path, tmp_path: Path) -> None:
    """Scan, label sixty passages, train from the store, use the model, scan again, go back."""
    (tmp_path / "in").mkdir()
    parts = ("zorg", "groen", "vervoer", "woon", "school", "water"), ("beleid", "plan", "akkoord", "fonds")
    for number, subject in enumerate(map("".join, product(*parts))):
        text = "\n\n".join(told.format(subject) for told, _ in TOLD)
        (tmp_path / "in" / f"{number}.txt").write_text(text, encoding="utf-8")
    assert scan("in").exit_code == 0
    assert run("sample", "out", "--out", "next.jsonl", "--number", "60", "--random-share", "0.3").exit_code == 0
    rows = [json.loads(line) for line in Path("next.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 55
    for row in rows:
        row["by"] = "person:an"
        row["labels"] = next(labels for told, labels in TOLD if row["text"].startswith(told[:12]))
    Path("done.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run("corpus", "import", "done.jsonl", "--store", "out").exit_code == 0

    done = run("train", "--from-store", "out", "--name", "juni")
    assert done.exit_code == 0, done.output
    card = Model.load(own / "juni").card
    learned = [row for row in rows if not is_kept_apart(row["document"])]
    assert {row["purpose"] for row in learned} == {"learn"}
    assert card["team"]["judged"] == [len(learned)] and card["data"]["own_runs"] <= 24
    compared = card["team"]["before_and_after"]
    assert compared["labels"]["units"] == len(rows) - len(learned) > 0
    assert compared["models"][1]["learned_from"] == {"documents": 0, "versions": 0}
    assert "no difference shown" in done.stdout or "better" in done.stdout or "cannot be told" in done.stdout

    before = _said("out")
    assert run("models", "use", "juni").exit_code == 0
    again = scan("in")
    assert again.exit_code == 0 and f"model juni ({card['id']})" in again.stderr
    after = _said("out")
    assert {one.by for one in after} == {f"model:{card['id']}"}
    assert run("models", "use", "bronnen").exit_code == 0
    assert scan("in").exit_code == 0
    assert [(one.start, one.scores) for one in _said("out")] == [(one.start, one.scores) for one in before]


def _said(folder: str) -> list[Verdict]:
    with Store(Path(folder)) as store:
        return [one for one in store.verdicts("model") if one.unit is Unit.PASSAGE]
