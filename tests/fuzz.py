"""Changed files of every kind that bronnen reads, until the time is up: `python tests/fuzz.py --seconds 600`.

Each file is read in a process of its own kind, with a bound on memory and time; a file ends in a result or in a
`BronnenError` with a next step, and whatever else happens is printed and kept. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fuzz_targets import TARGETS, Target

_MEMORY = 3 << 30  # bytes of data a reader may hold
_PATIENCE = 30.0  # CPU seconds for one file
_READY = "ready"


@dataclass(frozen=True)
class Finding:
    """A file that ended in neither: which, with which seed it was made, and what happened."""

    target: str
    number: int
    said: str
    content: bytes


def made(name: str, target: Target, seeds: Sequence[bytes], number: int) -> bytes:
    """The file with this number; the same always."""
    draw = random.Random(f"{name} {number}")
    return target.mutate(draw, draw.choice(list(seeds)), target.words)


def fuzz(name: str, numbers: range, seconds: float) -> Iterator[Finding | int]:
    """What was found in the files with these numbers, and at the end how many were tried before the time was up."""
    target = TARGETS[name]
    seeds = target.seeds()
    reader: _Reader | None = None
    tried = 0
    until = None  # the time begins when the first file has been read, and with it all libraries
    with tempfile.TemporaryDirectory(prefix="bronnen-fuzz-") as folder:
        path = Path(folder) / f"nota{target.suffix}"
        try:
            for number in numbers:
                if until and time.monotonic() > until:
                    break
                content = made(name, target, seeds, number)
                path.write_bytes(content)
                reader = reader or _Reader(name)
                said, is_alive = reader.tell(path)
                tried += 1
                until = until or time.monotonic() + seconds
                if said:
                    yield Finding(name, number, said, content)
                if not is_alive:
                    reader = None
        finally:
            if reader:
                reader.stop()
    yield tried


class _Reader:
    """A process that reads files for one target."""

    def __init__(self, name: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(name, theirs), daemon=True)
        self._process.start()
        theirs.close()
        assert self._pipe.recv() == _READY

    def tell(self, path: Path) -> tuple[str, bool]:
        """What went wrong with a file, or nothing; and whether this reader can go on."""
        import psutil

        self._pipe.send(path)
        told = psutil.Process(self._process.pid)
        begun = sum(told.cpu_times()[:2])
        try:
            while not self._pipe.poll(1.0):
                if sum(told.cpu_times()[:2]) - begun > _PATIENCE:
                    self.stop()
                    return "too slow", False
            return str(self._pipe.recv()), True
        except (EOFError, OSError, psutil.Error):
            self._process.join()
            return f"the process died ({self._process.exitcode})", False

    def stop(self) -> None:
        self._process.kill()
        self._process.join()


def _serve(name: str, pipe: Connection) -> None:
    """Runs in the reader: bounds itself, then reads file after file."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    target = TARGETS[name]
    with suppress(EOFError, OSError):
        pipe.send(_READY)
        while True:
            path = pipe.recv()
            pipe.send(said_of(target, path))


def said_of(target: Target, path: Path) -> str:
    """What is wrong with how a file was read; nothing where it ended well."""
    from bronnen.errors import BronnenError

    try:
        target.read(path)
    except BronnenError as error:
        if not error.next_step:
            return f"no next step: {error}"
        if len(str(error)) > 2000:
            return f"a message of {len(str(error))} characters"
    except Exception:
        return traceback.format_exc()[-2500:]
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS), metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0, help="for all targets together")
    parser.add_argument("--first", type=int, default=0, help="number of the first file of each target")
    parser.add_argument("--files", type=int, default=10**9, help="at most so many files per target")
    parser.add_argument("--keep", type=Path, help="a folder for the files that were found")
    told = parser.parse_args()
    count = 0
    for name in told.targets:
        for found in fuzz(name, range(told.first, told.first + told.files), told.seconds / len(told.targets)):
            if isinstance(found, int):
                print(f"{name}: {found} files", flush=True)
                continue
            count += 1
            print(f"--- {name} {found.number}: {found.said}", flush=True)
            if told.keep:
                told.keep.mkdir(parents=True, exist_ok=True)
                (told.keep / f"{name.replace(' ', '-')}-{found.number}{TARGETS[name].suffix}").write_bytes(
                    found.content
                )
    print(f"{count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
