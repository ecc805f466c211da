"""All of ../shared/data/pdf_torture through `bronnen scan`: a result or a named failure each, the batch alive."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[1]
TORTURE = ROOT.parent / "shared" / "data" / "pdf_torture"
LIMIT = 1536  # MB a worker may take here
_SECONDS = 900

FILES = sorted(TORTURE.rglob("*.pdf"))


@pytest.mark.slow
@pytest.mark.skipif(not FILES, reason="../shared/data/pdf_torture is not here")
def test_all_of_the_torture_ends_in_a_result_or_a_named_failure(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f"[limits]\nmemory_mb = {LIMIT}\n")
    good = ROOT / "corpus" / "voorbeelden" / "reactienota-n739.pdf"  # read last: the batch is alive
    words = [
        "scan",
        str(TORTURE),
        str(good),
        "--out",
        str(tmp_path / "out"),
        "--settings",
        str(settings),
        "--jobs",
        "2",
    ]
    begun = time.monotonic()
    most: dict[str, int] = {"parent": 0, "worker": 0}
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "bronnen", *words], env=environment, stdout=log, stderr=log
        ) as scanning,
    ):
        seen = psutil.Process(scanning.pid)
        while scanning.poll() is None and time.monotonic() < begun + _SECONDS:
            with suppress(psutil.Error):
                most["parent"] = max(most["parent"], seen.memory_info().rss)
                for child in seen.children(recursive=True):
                    most["worker"] = max(most["worker"], child.memory_info().rss)
            time.sleep(0.05)
        if scanning.poll() is None:
            scanning.kill()
    seconds = time.monotonic() - begun
    print(f"{len(FILES)} files in {seconds:.0f} s; MB at most: { ({name: one >> 20 for name, one in most.items()}) }")
    assert scanning.returncode == 8, (tmp_path / "log").read_text()[-3000:]
    tables = {name: rows(tmp_path / "out" / f"{name}.csv") for name in ("balance", "failures", "duplicates")}
    told = sorted(row["path"] for table in tables.values() for row in table)
    assert told == sorted([*map(str, FILES), str(good)]), "each file once"
    assert str(good) in [row["path"] for row in tables["balance"]]
    for row in tables["failures"]:
        assert row["code"] not in ("bug", "memory") and len(row["message"]) > 20, row
    assert most["worker"] < 1.3 * LIMIT * 2**20 and most["parent"] < 400 * 2**20


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
