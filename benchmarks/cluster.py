"""Through a Dask cluster on this machine, or with the workers of a scan itself: how much is lost on the way.

    python -m uv run --extra dask python benchmarks/cluster.py ../shared/data/pdf

Runs the same `bronnen scan` three ways in turn, everything included, and prints one table: pages per second of the
clock, as ratios against the scan's own workers. `--scheduler local` starts and ends its cluster within that time; the
third way finds one that stands already, of as many Dask workers as there are workers, with the settings that
docs/scale.md gives. Seconds of all processors together say something on a busy machine too; those of the scanning
process tell how much of the work can never be shared. The output files must be equal byte for byte. `--limit N` takes
N files spread over the folder, `--jobs N` so many workers, `--turns N` the best of N. Linux only: it waits for every
process that a scan leaves behind, to count its time.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import NamedTuple

import pypdfium2

_FILES = ("balance.csv", "sections.csv", "groups.csv", "passages.jsonl", "failures.csv", "warnings.csv")
_WAYS = ("own workers", "--scheduler local", "Dask workers that stand already")
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: processes whose parent went become children of this one


class Taken(NamedTuple):
    """Seconds of the clock, of all processors together, and of the processors in the scanning process alone."""

    clock: float
    processors: float
    scanning: float


def scan(paths: list[Path], out: Path, jobs: int, *more: str) -> Taken:
    """What the whole command takes."""
    command = [sys.executable, "-m", "bronnen", "scan", *map(str, paths), "--out", str(out), "--jobs", str(jobs), *more]
    before, started = os.times(), time.perf_counter()
    began = subprocess.Popen([*command, "--format", "csv"], stdout=subprocess.DEVNULL)
    own = 0.0
    while began.poll() is None:
        with suppress(OSError):
            told = Path(f"/proc/{began.pid}/stat").read_text().rpartition(")")[2].split()
            own = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
        time.sleep(0.05)
    clock = time.perf_counter() - started
    assert began.returncode in (0, 8), began.returncode
    with suppress(ChildProcessError):
        until = time.perf_counter() + 10  # what it left behind ends by itself; a cluster that stands does not
        while time.perf_counter() < until:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.05)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Taken(clock, used, own)


@contextmanager
def standing(jobs: int, folder: Path) -> Iterator[str]:
    """The address of a cluster of so many Dask workers, as docs/scale.md starts them."""
    told = {"DAEMON": "False", "PROFILE__ENABLED": "False"}
    environment = {**os.environ, **{f"DASK_DISTRIBUTED__WORKER__{name}": value for name, value in told.items()}}
    environment["DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL"] = "500ms"
    dask = [sys.executable, "-m", "dask"]
    where = folder / "scheduler.json"
    commands = (
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(where)],
        [*dask, "worker", "--scheduler-file", str(where), "--nworkers", str(jobs), "--nthreads", "1", "--no-dashboard"],
    )
    started = [subprocess.Popen(one, env=environment, cwd=folder, stderr=subprocess.DEVNULL) for one in commands]
    try:
        while not where.exists():
            time.sleep(0.1)
        time.sleep(10)  # until the workers are there
        yield json.loads(where.read_text())["address"]
    finally:
        for one in reversed(started):
            one.terminate()


def page_count(path: Path) -> int:
    try:
        with pypdfium2.PdfDocument(path) as pdf:
            return len(pdf)
    except pypdfium2.PdfiumError:
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--turns", type=int, default=1)
    told = parser.parse_args()
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    paths = sorted(told.folder.glob("*.pdf"))
    if told.limit:
        paths = paths[:: max(1, len(paths) // told.limit)]
    pages = sum(map(page_count, paths))
    print(f"{len(paths)} files, {pages} pages, {told.jobs} workers\n")
    taken: dict[str, list[Taken]] = {name: [] for name in _WAYS}
    with tempfile.TemporaryDirectory() as made:
        for turn in range(told.turns):
            for number, name in enumerate(_WAYS):
                out = Path(made) / f"{number}-{turn}"
                with standing(told.jobs, Path(made)) if number == 2 else nullcontext("local") as address:
                    more = ("--scheduler", address) if number else ()
                    taken[name].append(scan(paths, out, told.jobs, *more))
        for name in _FILES:
            same = {(Path(made) / f"{number}-0" / name).read_bytes() for number in range(len(_WAYS))}
            assert len(same) == 1, f"{name} differs"
    print(f"{'':34}{'pages/s':>10}{'ratio':>8}{'processors, s':>15}{'scanning process, s':>21}")
    best = {name: Taken(*map(min, zip(*found, strict=True))) for name, found in taken.items()}
    reference = best[_WAYS[0]]
    for name, found in best.items():
        used = "" if name == _WAYS[2] else f"{found.processors:.1f}"  # of its cluster nothing is known
        print(
            f"{name:34}{pages / found.clock:10.1f}{reference.clock / found.clock:8.2f}{used:>15}{found.scanning:21.1f}"
        )


if __name__ == "__main__":
    main()
