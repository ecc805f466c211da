"""Memory of a long scan: does a worker stay flat, and what does the parent hold?

    python -m uv run python benchmarks/memory.py corpus/voorbeelden --documents 2000
    python -m uv run python benchmarks/memory.py corpus/voorbeelden/kamerbrief-kleine-scholen.pdf --documents 10000

Scans copies of the given PDFs that differ by a few bytes at their end, and looks every second at what the scan's
processes hold. Prints a row per tenth of the documents.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing, suppress
from pathlib import Path

import psutil

MB = 1 << 20


def copied(given: Path, folder: Path, count: int) -> None:
    sources = [given] if given.is_file() else sorted(given.glob("*.pdf"))
    for number in range(count):
        data = sources[number % len(sources)].read_bytes()
        (folder / f"{number:06}.pdf").write_bytes(data + f"\n% {number}\n".encode())


def done(store: Path) -> int:
    """How many documents are in the store by now."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as raw:
        return int(raw.execute("SELECT count(*) FROM documents").fetchone()[0])
    return 0


def resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("given", type=Path, help="a PDF or a folder of them")
    words.add_argument("--documents", type=int, default=2000)
    words.add_argument("--jobs", type=int, default=2)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = Path(scratch, "in"), Path(scratch, "out")
        folder.mkdir()
        copied(asked.given, folder, asked.documents)
        command = [sys.executable, "-m", "bronnen", "scan", str(folder), "--out", str(out), "--jobs", str(asked.jobs)]
        parents: dict[int, int] = defaultdict(int)
        workers: dict[int, int] = defaultdict(int)
        seen: set[int] = set()
        began = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as scanning:
            parent = psutil.Process(scanning.pid)
            while scanning.poll() is None:
                tenth = min(9, 10 * done(out / "bronnen.sqlite") // asked.documents)
                parents[tenth] = max(parents[tenth], resident(parent))
                with suppress(psutil.Error):
                    for child in parent.children(recursive=True):
                        seen.add(child.pid)
                        workers[tenth] = max(workers[tenth], resident(child))
                time.sleep(1)
        print(f"{asked.documents} documents, {asked.jobs} workers, {time.monotonic() - began:.0f} s, "
              f"{len(seen)} processes in all, exit code {scanning.returncode}\n")  # fmt: skip
        print("documents        largest worker, MB   parent, MB")
        for tenth in sorted(workers):
            told = f"{tenth * 10}-{tenth * 10 + 10}%"
            print(f"{told:<16} {workers[tenth] / MB:>18.0f} {parents[tenth] / MB:>12.0f}")


if __name__ == "__main__":
    main()
