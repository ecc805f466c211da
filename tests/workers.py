"""Stand-ins for what a worker of `bronnen.batch` runs: the name of a file says what it does. No file is read."""

from __future__ import annotations

import os
import time
from pathlib import Path

from factories import analysis

from bronnen import batch
from bronnen.errors import BronnenError, EncryptedError, MissingError
from bronnen.settings import Settings

real_start = batch._start


class Odd(Exception):
    """Cannot travel between processes: it will not be made again from its arguments."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("odd")


def start(settings: Settings) -> None:
    batch._bound_memory()


def start_without_model(settings: Settings) -> None:
    batch._tools = MissingError("There is no model.", "Install it.")


def work(path: Path) -> batch.Outcome | BronnenError:
    """Good files take a moment, so that several are under way at once."""
    name = path.stem
    if name.startswith("crash"):
        os._exit(9)
    if name.startswith("greedy"):
        try:
            return analysis(str(len(bytearray(8 << 30))))
        except MemoryError as error:
            return batch.failure_of(path, error)
    if name.startswith("locked"):
        return batch.failure_of(path, EncryptedError("It is locked.", "Unlock it."))
    if name.startswith("odd"):
        raise Odd(1, 2)
    time.sleep(60 if name.startswith("slow") else 0.01)
    return analysis(path.name)
