"""What one document may take of a machine: time by what it is going through, and memory.

The time follows the work: each stage that is told (`records.Stage`) adds its seconds, to begin with and per page.
Memory is bounded in two ways. Where the system can (Linux), the process itself cannot get more, and most often fails
in an orderly way; everywhere its parent looks at what it holds, together with the programs that it started.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

import psutil

from bronnen.records import Stage
from bronnen.settings import LimitSettings

MB = 1 << 20
_LOADING = 300.0  # seconds for loading the models, on a slow disk with a virus scanner
_OPENING = 30.0  # seconds before the first stage is told


class Clock:
    """The time that a task has left."""

    def __init__(self, limits: LimitSettings) -> None:
        self._limits = limits
        self._ends = float("inf")
        self._told: set[Stage] = set()

    def start(self, *, is_ready: bool) -> None:
        """A new task, or one whose tools are ready only now."""
        self._told.clear()
        self._ends = time.monotonic() + (_OPENING if is_ready else _LOADING)

    def allow(self, stage: Stage, pages: int) -> None:
        """Adds the time for so many pages of a stage; the first stage takes the place of what was left to open it."""
        seconds = pages * float(getattr(self._limits, f"{stage}_page_seconds"))
        if not self._told:
            self._ends = time.monotonic()
        if stage not in self._told:
            self._told.add(stage)
            seconds += float(getattr(self._limits, f"{stage}_seconds"))
        self._ends += seconds

    def has_told(self, stage: Stage) -> bool:
        """Whether the task is or was at this stage."""
        return stage in self._told

    def is_over(self) -> bool:
        return time.monotonic() > self._ends


def bound(memory: int) -> None:
    """Bounds this process to so many bytes, and lets no crash write what it held to the disk or show a window."""
    if os.name == "nt":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x8003)  # type: ignore[attr-defined,unused-ignore]  # no crash windows
        return
    import resource

    for which, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_DATA, memory)):
        with suppress(OSError, ValueError):  # a lower bound is set already
            resource.setrlimit(which, (most, most))


def memory() -> tuple[int, int]:
    """The bytes of memory of this machine that are free for programs, and all of them."""
    found = psutil.virtual_memory()
    return found.available, found.total


def resident(process: psutil.Process | None, *, has_programs: bool) -> int:
    """The bytes of memory that a process holds, with those of programs that it may have started; 0 where it is gone.

    To find those, all processes of the machine are gone through, which takes milliseconds.
    """
    found = held(process)
    if process is not None and has_programs:
        with suppress(psutil.Error):
            found += sum(map(held, process.children(recursive=True)))
    return found


def kill(process: psutil.Process | None) -> None:
    """Ends a process and all that it started, at once; never another one that got its number since."""
    with suppress(psutil.Error):
        if process is not None and process.is_running():
            for one in (*process.children(recursive=True), process):
                with suppress(psutil.Error):
                    one.kill()


def held(process: psutil.Process | None) -> int:
    """The bytes of memory that a process itself holds; 0 for one that is gone."""
    with suppress(psutil.Error):
        return int(process.memory_info().rss) if process is not None else 0
    return 0
