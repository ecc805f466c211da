"""`bronnen corpus import` and `export`: nothing of what people said is lost or half taken in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from walks import Walk, files, run, scan

from bronnen.store import Store


@pytest.fixture
def scanned(walk: Walk) -> Walk:
    files(a="een")
    assert scan("in").exit_code == 0
    return walk


def label(**changed: Any) -> dict[str, Any]:
    with Store(Path("out")) as store:
        (document_id, _, _), *_ = store.documents()
        found = store.analysis(document_id)
    assert found is not None
    passage = found.passages[3]
    row = {
        "document": document_id,
        "page": 1,
        "start": passage.start,
        "end": passage.end,
        "unit": "sentence",
        "text": found.document.text[passage.start : passage.end],
        "judged": ["experiential"],
        "labels": {"experiential": "used"},
        "by": "person:an",
    }
    return {**row, **changed}


def write(*rows: dict[str, Any]) -> None:
    Path("labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def said() -> list[tuple[str, int, str]]:
    with Store(Path("out")) as store:
        return [(verdict.by, verdict.start, verdict.quote) for verdict in store.verdicts("person")]


def test_labels_go_in_once_and_count(scanned: Walk) -> None:
    write(label(), label(by="person:bo", labels={}))
    found = run("corpus", "import", "labels.jsonl", "--store", "out")
    assert (found.exit_code, found.stdout) == (0, "2 labels added, 0 were there already, 0 have no place.\n")
    again = run("corpus", "import", "labels.jsonl", "--store", "out")
    assert again.stdout == "0 labels added, 2 were there already, 0 have no place.\n"
    assert [by for by, _, _ in said()] == ["person:an", "person:bo"]


def test_a_label_finds_its_place_by_its_text(scanned: Walk) -> None:
    right = label()["start"]
    write(label(start=2, end=9))
    assert run("corpus", "import", "labels.jsonl", "--store", "out").exit_code == 0
    assert said() == [("person:an", right, "De raad stelt het beleid vast.")]


def test_what_has_no_place_is_listed_and_the_rest_goes_in(scanned: Walk) -> None:
    write(label(), label(text="Dit staat nergens."), label(document="0" * 64), label(by="model:x"))
    found = run("corpus", "import", "labels.jsonl", "--store", "out")
    assert found.exit_code == 8
    assert found.stdout == "1 labels added, 0 were there already, 2 have no place.\n"
    assert "'Dit staat nergens.': its text is not in the document" in found.stderr
    assert "the document is not in the store" in found.stderr and "1 labels are by a model" in found.stderr
    assert len(said()) == 1


def test_a_bad_row_refuses_the_file(scanned: Walk) -> None:
    write(label(), label(labels={"magic": "used"}))
    found = run("corpus", "import", "labels.jsonl", "--store", "out")
    assert found.exit_code == 7 and "line 2" in found.stderr
    assert said() == []
    assert run("corpus", "import", "gone.jsonl", "--store", "out").exit_code == 7
    assert run("corpus", "import", "labels.jsonl", "--store", "nowhere").exit_code == 7
    assert not Path("nowhere").exists()


@pytest.mark.parametrize("name", ["labels.jsonl", "export.jsonl", "export.json"])
def test_what_was_taken_back_does_not_come_back_with_an_older_file(scanned: Walk, name: str) -> None:
    write(label())
    run("corpus", "import", "labels.jsonl", "--store", "out")
    form = () if name.endswith("l") else ("--format", "labelstudio")
    assert run("corpus", "export", name.replace("labels", "other"), "--store", "out", *form).exit_code == 0
    with Store(Path("out"), write=True) as store:
        (there,) = store.verdicts("person")
        nothing = replace(there, judged=frozenset(), labels={}, at="2999-01-01T00:00:00+00:00")
        assert store.add_verdicts([nothing], take_back=True) == 1
    found = run("corpus", "import", name, "--store", "out")
    assert found.exit_code == 0 and "0 labels added, 1 were there already" in found.stdout and said() == []


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_what_goes_out_goes_in_elsewhere(scanned: Walk, suffix: str) -> None:
    write(label(), label(by="adjudicated:an"))
    run("corpus", "import", "labels.jsonl", "--store", "out")
    out = f"export.{suffix}"
    assert run("corpus", "export", out, "--store", "out").stdout == f"2 labels written to {out}.\n"
    before = said()
    scan("in", out="other")
    assert run("corpus", "import", out, "--store", "other").exit_code == 0
    with Store(Path("out")) as one, Store(Path("other")) as two:
        assert list(one.verdicts("person")) == list(two.verdicts("person"))
    assert len(before) == 2
    everything = run("corpus", "export", f"all.{suffix}", "--store", "out", "--by", "all").stdout
    assert everything == f"10 labels written to all.{suffix}.\n"
    assert run("corpus", "export", "labels.doc", "--store", "out").exit_code == 7
