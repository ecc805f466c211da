"""Full and read-only disks: a clear error, nothing half-written, older results as they were.

File modes prove nothing where tests run as root, so the disk is a tiny one in memory, in a mount namespace of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lenses import written

from bronnen.cli import unchanged

HERE = Path(__file__).parent
Step = dict[str, Any]


@cache
def _can_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    return (
        subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0
    )


def steps(kind: str, tmp_path: Path) -> dict[str, Step]:
    """What `disk.py` told, by step."""
    if not _can_mount():
        pytest.skip("this system makes no mount namespace for who runs the tests")
    for name in ("disk", "work"):
        (tmp_path / name).mkdir()
    lens = written(tmp_path, "two", ("money", "risk"))
    paths = os.pathsep.join([str(HERE.parent / "src"), str(HERE)])
    done = subprocess.run(
        ["unshare", "-m", sys.executable, str(HERE / "disk.py"), kind, str(tmp_path / "disk"), str(lens)],
        cwd=tmp_path / "work",
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {told["step"]: told for told in map(json.loads, done.stdout.splitlines())}


RESULTS = ("balance.csv", "balance.xlsx", "passages.jsonl", "sections.csv", "groups.csv")


@pytest.mark.slow
def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    found = steps("full", tmp_path)
    first = found.pop("first")["files"]
    again = found.pop("again")
    assert again["code"] == 0 and again["files"]["balance.csv"] != first["balance.csv"], "it goes on from there"
    failed = [told for told in found.values() if told["code"] != 0]
    assert {told["step"].split()[0].rstrip(",") for told in failed} >= {"scan", "report", "export", "train"}
    for told in failed:
        assert told["code"] == 7, told
        assert "disk" in told["said"] and "fault" not in told["said"], told
    for told in found.values():
        odd = [name for name in told["files"] if name.startswith(".bronnen") or name.endswith("-journal")]
        assert not set(odd) - {unchanged.FILE}, told
    for told in (found["scan, 0 left"], found["scan, 5000 left"]):
        assert told["code"] == 7 and {name: told["files"][name] for name in RESULTS} == {
            name: first[name] for name in RESULTS
        }


@pytest.mark.slow
def test_a_disk_that_may_only_be_read_is_told(tmp_path: Path) -> None:
    found = steps("locked", tmp_path)
    first = found.pop("first")["files"]
    for told in found.values():
        assert told["files"] == first, told
    assert found["report elsewhere"]["code"] == found["search"]["code"] == 0, found
    for step in ("scan", "report there", "export", "review", "train"):
        told = found[step]
        assert told["code"] in ((7,) if step != "train" else (2, 7)) and "fault" not in told["said"], told
