"""Through a Dask cluster on this machine, or with the workers of a scan itself: how much is lost on the way.

    python -m uv run --extra dask python benchmarks/cluster.py ../shared/data/pdf

Runs the same `bronnen scan` both ways in turn, everything included, and prints one table: pages per second of the clock
and of all processors together (the latter says something on a busy machine too), as ratios against the scan's own
workers. The output files must be equal byte for byte. `--limit N` takes N files spread over the folder, `--jobs N` so
many workers. Linux only: it waits for every process that a scan leaves behind, to count its time.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pypdfium2

_FILES = ("balance.csv", "sections.csv", "groups.csv", "passages.jsonl", "failures.csv", "warnings.csv")
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
        while True:
            os.wait()
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Taken(clock, used, own)


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
    taken: dict[str, list[Taken]] = {"own workers": [], "Dask, local cluster": []}
    with tempfile.TemporaryDirectory() as made:
        for turn in range(told.turns):
            for name, more in (("own workers", ()), ("Dask, local cluster", ("--scheduler", "local"))):
                taken[name].append(scan(paths, Path(made) / f"{name[:3]}{turn}", told.jobs, *more))
        for name in _FILES:
            same = (Path(made) / "own0" / name).read_bytes() == (Path(made) / "Das0" / name).read_bytes()
            assert same, f"{name} differs"
    print(f"{'pages/s':24}{'clock':>10}{'ratio':>8}{'processors':>12}{'ratio':>8}{'scanning process, s':>21}")
    best = {name: Taken(*map(min, zip(*found, strict=True))) for name, found in taken.items()}
    reference = best["own workers"]
    for name, found in best.items():
        ratios = reference.clock / found.clock, reference.processors / found.processors
        print(
            f"{name:24}{pages / found.clock:10.1f}{ratios[0]:8.2f}"
            f"{pages / found.processors:12.1f}{ratios[1]:8.2f}{found.scanning:21.1f}"
        )


if __name__ == "__main__":
    main()
