"""`bronnen corpus agreement`: two label files beside each other."""

from __future__ import annotations

import json
from pathlib import Path

from walks import run


def labels(path: Path, found: list[dict[str, str]]) -> Path:
    rows = [
        {"document": "d", "page": 1, "start": 10 * at, "end": 10 * at + 5, "unit": "sentence", "text": "Tekst",
         "judged": ["experiential", "professional", "scientific"], "labels": one, "by": "person:an"}
        for at, one in enumerate(found)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_two_labellers_are_compared_per_source_and_use(tmp_path: Path) -> None:
    used = {"scientific": "used"}
    first = labels(tmp_path / "een.jsonl", [used, used, {}, {}])
    second = labels(tmp_path / "twee.jsonl", [used, {}, {}, {}])
    done = run("corpus", "agreement", str(first), str(second))
    assert done.exit_code == 0
    lines = {tuple(line.split()[:2]): line.split()[2:] for line in done.stdout.splitlines()}
    assert lines["scientific", "used"] == ["4", "2", "1", "1", "0.50", "0.53", "0.67"]
    assert lines["experiential", "used"] == ["4", "0", "0", "0", "-", "-", "-"]


def test_a_file_that_is_no_labels_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "x.jsonl"
    bad.write_text("geen json", encoding="utf-8")
    assert run("corpus", "agreement", str(bad), str(bad)).exit_code == 7
