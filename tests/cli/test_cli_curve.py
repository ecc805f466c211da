"""`bronnen curve`: table, JSON and picture from one set of facts, and nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from teams import all_judged, documents, keep
from walks import run

from bronnen.classifier import part
from bronnen.formats.labels import write_labels
from bronnen.training import train as training


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    rows = training.shipped_rows()
    few = part(rows, np.arange(0, len(rows.groups), 40))
    monkeypatch.setattr(training, "shipped_rows", lambda: few)
    monkeypatch.chdir(tmp_path)
    told = [*documents(4, apart=False), *documents(2, apart=True, first=4)]
    return keep(tmp_path / "out", told, [one for made in told for one in all_judged(made)])


@pytest.mark.slow
def test_table_json_and_picture_say_the_same(store: Path) -> None:
    done = run("curve", "--store", store, "--json", "c.json", "--svg", "c.svg", "--next", "50", "--repeats", "1")
    assert done.exit_code == 0, done.output
    assert "30 labelled passages, 6 documents" in done.stdout
    facts = json.loads(Path("c.json").read_text(encoding="utf-8"))
    assert facts["following"] == 50 and len(facts["lines"]) == 3
    used = facts["lines"]["scientific"]["used"]
    assert f"The next 50 labels are expected to give {used['expected']['value']:+.3f}" in done.stdout
    picture = ElementTree.fromstring(Path("c.svg").read_text(encoding="utf-8"))
    circles = [one for one in picture.iter() if one.tag.endswith("circle")]
    assert len(circles) == sum(one["f1"] is not None for s in facts["lines"].values() for one in s["used"]["points"])


@pytest.mark.slow
def test_labels_in_files_are_read_in_the_documents_of_a_store(store: Path, tmp_path: Path) -> None:
    told = documents(5, apart=False)
    other = keep(tmp_path / "other", told)
    write_labels(Path("labels.jsonl"), [one for made in told for one in all_judged(made)])
    done = run("curve", "labels.jsonl", "--store", other, "--json", "-", "--repeats", "1")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["labels"] == 25


def test_wrong_use_is_told_at_once(store: Path) -> None:
    assert run("curve").exit_code == 2
    assert run("curve", "--store", store, "--json", "nergens/c.json").exit_code == 2
    assert run("curve", "--store", "nergens").exit_code == 7
    assert run("curve", "nergens.jsonl").exit_code == 7
