"""`bronnen train`, on a small part of the rows that come with bronnen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from bronnen.classifier import Model, part
from bronnen.cli import main
from bronnen.training import train as training

TOLD = [
    ("Bewoners vertelden tijdens de inloopavond dat zij {} missen.", {"experiential": "used"}),
    ("De wijkteams merken in de praktijk dat {} vastloopt.", {"professional": "used"}),
    ("Uit onderzoek van het SCP blijkt dat {} toeneemt.", {"scientific": "used"}),
    ("Het college stelt het plan voor {} vast.", {}),
]


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = training.shipped_rows()
    few = part(rows, np.arange(0, len(rows.groups), 40))
    monkeypatch.setattr(training, "shipped_rows", lambda: few)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Labels of passages in six documents of one's own."""
    path = tmp_path / "labels.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for document in range(6):
            at = 0
            for text, found in TOLD:
                quote = text.format(("zorg", "groen", "vervoer", "jeugdhulp", "opvang", "sport")[document])
                row = {"document": f"d{document}", "start": at, "end": at + len(quote), "unit": "passage"}
                at += len(quote) + 2
                out.write(json.dumps({**row, "text": quote, "labels": found, "by": "person:an"}) + "\n")
    return path


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["train", *map(str, arguments)])
    return done.exit_code, done.output


@pytest.mark.slow
@pytest.mark.usefixtures("few_rows")
def test_own_labels_are_added_and_compared(labels: Path, tmp_path: Path) -> None:
    code, output = run("--add", labels, "--out", tmp_path / "model")
    assert code == 0, output
    assert "24 passages, 6 documents" in output
    assert "yours:" in output and "bronnen:" in output
    model = Model.load(tmp_path / "model")
    assert model.card["data"]["own_runs"] == 6
    assert model.card["own"]["passage"]["scientific"]["used"]["cases"] == 6
    assert b"inloopavond" not in model.data
    code, output = run("--add", labels, "--out", tmp_path / "model")
    assert code == 2 and "--force" in output


@pytest.mark.usefixtures("few_rows")
def test_what_cannot_be_trained_is_told_at_once(labels: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run("--out", tmp_path / "file")[0] == 2
    assert run("--alone", "--out", tmp_path / "a")[0] == 2
    code, output = run("--alone", "--add", labels, "--out", tmp_path / "b")
    assert code == 2 and "sentences of at least five" in output and "--alone" in output
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    code, output = run("--add", tmp_path / "empty.jsonl", "--out", tmp_path / "c")
    assert code == 2 and "file-formats.md" in output
    assert run("--add", tmp_path / "none.jsonl", "--out", tmp_path / "d")[0] != 0
