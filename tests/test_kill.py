"""A scan that is killed at any moment leaves a whole store; started again, it does only what was not finished."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from bronnen.store import FILE

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "corpus" / "voorbeelden"
DRIVER = f"""
import sys; sys.path[:0] = [{str(ROOT / "tests")!r}]
import walks, workers
from bronnen import batch, origin
from bronnen.cli import entry, main
if __name__ == "__main__":
    origin.expected = lambda settings: walks.MADE_WITH
    entry.work, batch.workers.PRELOADED = workers.log, ["factories"]
    main(sys.argv[1:], prog_name="bronnen")
"""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]


def killed(command: list[str], after: float, environment: dict[str, str]) -> int | None:
    """Starts a command and kills it, and it alone, after so many seconds; its exit code if it was done before."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env=environment
    ) as scanning:
        try:
            return scanning.wait(after)
        except subprocess.TimeoutExpired:
            scanning.kill()
        began = time.monotonic()
        while left := [one for one in psutil.pids() if session_of(one) == scanning.pid]:
            assert time.monotonic() < began + 20, f"left behind: {left}"
            time.sleep(0.02)
    return None


def time_of(command: list[str], log: Path, environment: dict[str, str]) -> float:
    """The seconds until a scan has its first document under way."""
    began = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env=environment
    ) as scanning:
        while not log.stat().st_size:
            assert scanning.poll() is None and time.monotonic() < began + 60
            time.sleep(0.01)
        scanning.kill()
    return time.monotonic() - began


def session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid) if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None
    except (ProcessLookupError, psutil.Error):
        return None


def kept(out: Path) -> set[str]:
    """The names of the documents in the store, which is whole."""
    if not (out / FILE).exists():
        return set()
    with sqlite3.connect(out / FILE) as raw:  # rolls back what was half done
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        if not raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'documents'").fetchone():
            return set()
        whole = raw.execute(
            "SELECT d.name, (SELECT count(*) FROM passages p WHERE p.document = d.key) > 0, "
            "(SELECT count(*) FROM analyses a WHERE a.document = d.key) FROM documents d"
        ).fetchall()
    assert all(row[1:] == (1, 1) for row in whole), "a document is there with all that belongs to it, made once"
    return {row[0] for row in whole}


def test_killed_at_fifty_moments_nothing_is_lost_and_nothing_done_twice(tmp_path: Path) -> None:
    folder, out, log = tmp_path / "in", tmp_path / "out", tmp_path / "log"
    folder.mkdir()
    names = {f"{number:03}.txt" for number in range(250)}
    for name in names:
        (folder / name).write_text(name, encoding="utf-8")
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "driver.py"), "scan", str(folder), "--out", str(out), "--jobs", "2"]
    environment = {**os.environ, "BRONNEN_TEST_LOG": str(log)}
    draw = np.random.default_rng(50)
    start = 0.0  # seconds before the first document, as this machine is now
    for number in range(50):
        before = kept(out)
        log.write_text("", encoding="utf-8")
        if number % 10 == 0:
            start = time_of([*command[:-4], "--out", str(tmp_path / f"{number}"), "--jobs", "2"], log, environment)
            log.write_text("", encoding="utf-8")
        code = killed(command, draw.uniform(0.3 * start, 1.3 * start), environment)
        assert code in (None, 0)
        walked = set(log.read_text(encoding="utf-8").split())
        assert not walked & before, "what was finished is not done again"
        assert kept(out) >= before
    assert len(kept(out)) > 20, "the moments were chosen so that something was under way"
    done = subprocess.run(command, capture_output=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    assert kept(out) == names
    with sqlite3.connect(out / FILE) as raw:
        last = raw.execute("SELECT count(*) FROM run_documents WHERE run = (SELECT max(id) FROM runs)").fetchone()
    assert last == (len(names),)


@pytest.mark.skipif(not EXAMPLES.exists(), reason="no examples")
def test_the_real_scan_killed_thrice_ends_as_one_that_was_left_alone(tmp_path: Path) -> None:
    def command(out: str) -> list[str]:
        given = [str(path) for path in sorted(EXAMPLES.glob("*.pdf"))[:6]]
        return [sys.executable, "-m", "bronnen", "scan", *given, "--out", str(tmp_path / out), "--jobs", "2"]

    draw = np.random.default_rng(5)
    for _ in range(3):
        killed(command("killed"), draw.uniform(3.0, 8.0), dict(os.environ))
        kept(tmp_path / "killed")
    for out in ("killed", "whole"):
        done = subprocess.run(command(out), capture_output=True, timeout=300)
        assert done.returncode == 0, done.stderr.decode()
    for name in ("passages.jsonl", "balance.csv", "sections.csv", "groups.csv", "warnings.csv", "failures.csv"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
