"""Many documents: each one ends as an `Analysis` or as a `Failure`, whatever is in it.

Catches broadly, as only this room and the CLI do. Workers are processes made by 'spawn', the same on every system;
they load their tools once, read documents and hand back records; they never write. A worker that dies (a crash in a
library, killed for its memory) takes its whole pool along: the documents that were under way are then done again one
at a time, so that only the guilty one is given up.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bronnen.errors import BronnenError, ExitCode
from bronnen.records import Analysis, Failure
from bronnen.settings import Settings

if TYPE_CHECKING:
    from bronnen.pipeline import Tools

Outcome = Analysis | Failure
Done = tuple[Path, Outcome]

_PER_WORKER = 2  # documents handed out per worker: one at work, one waiting; more would only cost memory
_MEMORY = 3 << 30  # bytes a worker may hold, where the system can say so (Linux); beyond it the document fails
_MOST_WORKERS = 61 if os.name == "nt" else 4096  # Windows cannot wait for more processes
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_tools: Tools | BronnenError | None = None  # of this worker process; set once by `_start`


def analyse_all(paths: Sequence[Path], settings: Settings, jobs: int) -> Iterator[Done]:
    """Every path with what became of it, as they come; documents without their words.

    Args:
        jobs: how many documents at the same time; 0 for one per core. One job works in this process.

    Raises:
        MissingError: the tools themselves (model, language pipeline) cannot be loaded: no document would succeed.
    """
    workers = min(jobs or cores(), len(paths), _MOST_WORKERS)
    if workers <= 1:
        yield from _here(paths, settings)
        return
    todo = deque(paths)
    while todo:
        suspects = deque((yield from _in_pool(todo, settings, workers, workers * _PER_WORKER)))
        while suspects:
            for path in (yield from _in_pool(suspects, settings, 1, 1)):
                yield path, crashed(path)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def failure_of(path: Path | str, error: Exception) -> Failure:
    """What a file's error means to a reader; an error that is not bronnen's own is a bug, told in one line."""
    if isinstance(error, BronnenError):
        return Failure(str(path), error.code, int(error.exit_code), str(error))
    if isinstance(error, MemoryError):
        return Failure(str(path), "memory", int(ExitCode.UNREADABLE), "There is not enough memory for this file.")
    said = " ".join(str(error).split())[:300]
    name = type(error).__name__
    message = f"{name}: {said}. This is a fault in bronnen: please report it." if said else f"{name}, without a word."
    return Failure(str(path), "bug", int(ExitCode.BUG), message)


def crashed(path: Path | str) -> Failure:
    """The failure of a file on which a worker died."""
    message = "The program that read this file crashed or ran out of memory. Save it anew as PDF and try again."
    return Failure(str(path), "crashed", int(ExitCode.UNREADABLE), message)


def _here(paths: Sequence[Path], settings: Settings) -> Iterator[Done]:
    from bronnen.pipeline import load_tools

    tools: Tools | None = None
    for path in paths:
        tools = tools or load_tools(settings)
        yield path, _outcome(path, tools)


def _outcome(path: Path, tools: Tools) -> Outcome:
    from bronnen.pipeline import analyse

    try:
        found = analyse(path, tools)
        return replace(found, document=replace(found.document, words=()))  # boxes are heavy, and not kept
    except Exception as error:
        return failure_of(path, error)


def _in_pool(todo: deque[Path], settings: Settings, workers: int, at_once: int) -> Generator[Done, None, list[Path]]:
    """Works `todo` off in a pool; returns the paths that were under way when a worker died, [] when all is done."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(settings,))
    before = set(multiprocessing.active_children())
    under_way: dict[Future[Outcome | BronnenError], Path] = {}
    try:
        while todo or under_way:
            try:
                while todo and len(under_way) < at_once:
                    with _interrupts_held():
                        under_way[pool.submit(_work, todo[0])] = todo[0]
                    todo.popleft()
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            except BrokenProcessPool:
                done = set()
            results = [(future, future.exception()) for future in done]
            for future, error in results:
                if not isinstance(error, BrokenProcessPool):
                    yield _told(under_way.pop(future), future, error)
            if not done or any(isinstance(error, BrokenProcessPool) for _, error in results):
                return list(under_way.values())
        pool.shutdown(wait=True)
        return []
    finally:
        if under_way or todo:  # broken, interrupted, or nobody wants the rest
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()


def _told(path: Path, future: Future[Outcome | BronnenError], error: BaseException | None) -> Done:
    if isinstance(error, Exception):
        return path, failure_of(path, error)  # the result could not travel between processes
    outcome = future.result()
    if isinstance(outcome, BronnenError):
        raise outcome
    return path, outcome


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes started inside ignore Ctrl-C from their first instruction; the parent alone answers it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _start(settings: Settings) -> None:
    """Runs once in every worker: leaves Ctrl-C to the parent, goes when the parent goes, loads the tools."""
    global _tools
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _bound_memory()
    for name in _THREADS:
        os.environ.setdefault(name, "1")  # before numpy is there: the cores are shared out by document
    from bronnen.pipeline import load_tools

    try:
        _tools = load_tools(settings)
    except BronnenError as error:
        _tools = error
    except Exception as error:  # a pool whose workers cannot start says nothing of why: carry it to the parent
        _tools = BronnenError(failure_of("", error).message)


def _bound_memory() -> None:
    """Makes a document that eats all memory fail in its worker, before the system kills whatever is largest."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(OSError, ValueError):  # a lower bound is set already
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(path: Path) -> Outcome | BronnenError:
    """Runs in a worker: one document."""
    assert _tools is not None, "a worker begins with _start"
    return _tools if isinstance(_tools, BronnenError) else _outcome(path, _tools)
