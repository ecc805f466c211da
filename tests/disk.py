"""What happens on a disk that is full or may not be written: run by `test_disk.py` in a mount namespace of its own.

Prints a line of JSON per step: its name, exit code, message, and what stands in the folder afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from click.testing import CliRunner
from walks import Here, Walk

from bronnen import origin, pipeline
from bronnen.batch import Crew
from bronnen.cli import main, work


def told(step: str, folder: Path, *words: str | Path) -> None:
    found = CliRunner().invoke(main, [str(word) for word in words])
    there = {
        one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(folder.iterdir()) if one.is_file()
    }
    said = {"step": step, "code": found.exit_code, "said": found.output[-600:], "files": there}
    print(json.dumps(said), flush=True)


def fill(disk: Path, left: int) -> None:
    """Leaves so many bytes of the disk."""
    room = os.statvfs(disk)
    size = room.f_bavail * room.f_frsize - left
    with (disk / "vulling").open("wb") as stream:
        stream.write(b"\1" * max(size, 0))


def scan(count: int, disk: Path, *more: str) -> tuple[str | Path, ...]:
    """A scan of so many documents."""
    for number in range(count):
        Path("in", f"nota {number}.txt").write_text(f"tekst {number} " * 50)
    return ("scan", "in", "--out", disk / "out", "--jobs", "1", *more)


def full(disk: Path, marked: Path) -> None:
    """A scan, then the same disk with less and less room."""
    told("first", disk / "out", *scan(3, disk))
    for left in (0, 5_000, 60_000, 150_000):
        fill(disk, left)
        told(f"scan, {left} left", disk / "out", *scan(40, disk))
        (disk / "vulling").unlink()
        fill(disk, left // 10)
        for form, name in (
            ("html", "a.html"),
            ("xlsx", "a.xlsx"),
            ("json", "a.json"),
            ("qdpx", "a.qdpx"),
            ("csv", "t"),
        ):
            words = ("report", disk / "out", "--format", form, "--force", "--out", disk / "out" / name)
            told(f"report {form}, {left // 10} left", disk / "out", *words)
        told("export", disk / "out", "corpus", "export", disk / "labels.jsonl", "--store", disk / "out", "--by", "all")
        told(
            "train", disk, "train", "--lens", marked, "--labels", marked.with_suffix(".jsonl"), "--out", disk / "model"
        )
        (disk / "vulling").unlink()
    told("again", disk / "out", *scan(40, disk))


def locked(disk: Path, marked: Path) -> None:
    """A scan, then the disk as one that may only be read."""
    told("first", disk / "out", *scan(3, disk))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    told("scan", disk / "out", *scan(6, disk))
    told("report elsewhere", disk / "out", "report", disk / "out", "--format", "json", "--out", "a.json")
    told("report there", disk / "out", "report", disk / "out", "--format", "json", "--out", disk / "a.json")
    told("export", disk / "out", "corpus", "export", disk / "labels.jsonl", "--store", disk / "out", "--by", "all")
    told("search", disk / "out", "search", disk / "out", "onderzoek")
    told("review", disk / "out", "review", disk / "out", "--no-browser")
    told(
        "train", disk / "out", "train", "--lens", marked, "--labels", marked.with_suffix(".jsonl"), "--out", disk / "m"
    )


if __name__ == "__main__":
    walk = Walk()
    pipeline.load_tools = walk.load_tools  # type: ignore[assignment]
    origin.expected = lambda settings: walk.made_with  # type: ignore[assignment]
    pipeline.analyse = walk.analyse  # type: ignore[assignment]
    work.crew = lambda settings, places, scheduler: nullcontext(Crew(Here(), lambda: 1))  # type: ignore[assignment]
    where, lens = Path(sys.argv[2]), Path(sys.argv[3])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(where)], check=True)
    Path("in").mkdir()
    {"full": full, "locked": locked}[sys.argv[1]](where, lens)
