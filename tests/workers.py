"""Stand-ins for what a worker of `bronnen.batch` does: the name of a file says what happens to it. No text is read."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from hashlib import sha256
from pathlib import Path

from factories import analysis

from bronnen import batch
from bronnen.batch import workers
from bronnen.cli import entry
from bronnen.errors import BronnenError, EncryptedError, MissingError
from bronnen.records import Failure, Stage
from bronnen.settings import Settings


class Odd(Exception):
    """Cannot travel between processes: it will not be made again from its arguments."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("odd")


def work(path: Path, settings: Settings) -> batch.Outcome:
    """Good files take a moment, so that several are under way at once."""
    name = path.stem
    if name.startswith("unready"):
        os._exit(9)
    if name.startswith("untooled"):
        raise MissingError("There is no model.", "Install it.")
    workers.ready()
    if name.startswith("crash"):
        os._exit(9)
    if name.startswith("segfault"):
        ctypes.string_at(0)
    if name.startswith("killed"):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("greedy"):
        try:
            return analysis(str(len(bytearray(8 << 30))))
        except MemoryError as error:
            return batch.failure_of(path, error)
    if name.startswith("locked"):
        return batch.failure_of(path, EncryptedError("It is locked.", "Unlock it."))
    if name.startswith("odd"):
        raise Odd(1, 2)
    if name.startswith("patient"):  # longer than the first stage allows, but it says that there is more to do
        for _ in range(5):
            workers.tell(Stage.PDFPLUMBER, 1)
            time.sleep(0.3)
    if name.startswith("hanging"):
        workers.tell(Stage.PDFIUM, 1)
        time.sleep(600)
    if name.startswith("growing"):
        grow()
    if name.startswith("deaf"):  # holds the interpreter itself
        workers.tell(Stage.PDFIUM, 1)
        ctypes.PyDLL(None).sleep(600)
    time.sleep(60 if name.startswith("slow") else 0.01)
    return analysis(path.name, document_id=sha256(path.read_bytes()).hexdigest() if path.exists() else "")


def grow() -> None:
    """Takes memory past what the system can be asked to bound: of a file, page by page, shared with nobody."""
    import mmap
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.truncate(3 << 30)
        view = mmap.mmap(file.fileno(), 3 << 30)
        for at in range(0, 3 << 30, 4096):
            view[at] = 1
            if at % (1 << 20) == 0:
                time.sleep(0.0005)


def made(path: Path, settings: Settings) -> entry.Made | Failure:
    """As `work`, with what the document adds to the files of a scan."""
    outcome = work(path, settings)
    return outcome if isinstance(outcome, Failure) else entry.Made(outcome, entry.entry_of(outcome, settings))


def log(path: Path, settings: Settings) -> entry.Made:
    """A document that is its own text, noted in the file that the environment names before anything is kept."""
    workers.ready()
    with Path(os.environ["BRONNEN_TEST_LOG"]).open("a", encoding="utf-8") as stream:
        stream.write(f"{path.name}\n")
    time.sleep(0.02)
    content = path.read_bytes()
    found = analysis(path.name, folder=str(path.parent), document_id=sha256(content).hexdigest())
    return entry.Made(found, entry.entry_of(found, settings))


def mark(folder: str, name: str, seconds: float) -> str:
    """Leaves a file, so that a test can see that a task was done, and how often."""
    workers.ready()
    time.sleep(seconds)
    with (Path(folder) / name).open("a") as stream:
        stream.write("x")
    return name


def pid() -> int:
    workers.ready()
    return os.getpid()


def fail(error: BronnenError) -> None:
    raise error


def entries_lost(folder: Path, run: int, first: int, settings: Settings) -> list[entry.Entry]:
    """What documents add to the files of a scan; but for the first ones, over which the process dies."""
    if not first:
        workers.ready()
        os._exit(9)
    return entry.read_entries(folder, run, first, settings)
