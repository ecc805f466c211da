"""Many documents: each one ends as an `Analysis` or as a `Failure`, whatever is in it.

Catches broadly, as only this room and the CLI do. `work` is what happens to one document, wherever it happens; any
`concurrent.futures.Executor` can run it: `workers.Workers` on this machine, a cluster on others. Workers read and hand
back records; they never write.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from bronnen.batch import workers
from bronnen.errors import BronnenError, ExitCode, LostError, TimedOutError, TooLargeError
from bronnen.records import Analysis, Failure
from bronnen.remote import Place, Remote
from bronnen.settings import Settings

Outcome = Analysis | Failure
T = TypeVar("T")

LOST = (LostError.code, TimedOutError.code, TooLargeError.code)
"""The codes of failures that cost a worker; not that of `AstrayError`, which says nothing of the document."""

_PER_WORKER = 2  # documents handed out per worker: one at work, one waiting; more would only cost memory
_MOST_WORKERS = 60 if os.name == "nt" else 4096  # Windows cannot wait for more pipes


class Crew(NamedTuple):
    """Who does the work, and how many documents to hand out at a time."""

    executor: Executor
    at_once: Callable[[], int]


@contextmanager
def crew(settings: Settings, places: Collection[Place], scheduler: str = "") -> Iterator[Crew]:
    """Worker processes on this machine, one per core unless the settings say otherwise, and no more than documents.

    With the address of a Dask scheduler, those of its cluster (`cluster.cluster`).
    """
    if scheduler:
        from bronnen.batch.cluster import cluster

        with cluster(scheduler, settings, len(places)) as found:
            yield found
        return
    count = max(1, min(settings.batch.jobs or cores(), len(places), _MOST_WORKERS))
    at_once = count * _PER_WORKER
    if not any(isinstance(place, Remote) for place in places):
        with workers.Workers(count, settings.limits) as executor:
            yield Crew(executor, lambda: at_once)
        return
    from bronnen.batch.fetching import Fetching

    with Fetching(at_once) as fetching, workers.Workers(count, settings.limits) as executor:
        fetching.executor = executor
        yield Crew(fetching, lambda: at_once)


def analyse_all(
    paths: Iterable[Place], settings: Settings, crew: Crew, does: Callable[[Path, Settings], T | Failure]
) -> Iterator[tuple[Place, T | Failure]]:
    """Every path with what became of it, as they come. `does` is done to each: `work`, or what builds on that.

    Raises:
        BronnenError: the tools (model, language pipeline) or the workers themselves do not work: no document would.
    """
    todo = iter(paths)
    under_way: dict[Future[T | Failure], Place] = {}
    try:
        while True:
            for path in islice(todo, max(0, crew.at_once() - len(under_way))):
                under_way[crew.executor.submit(does, cast(Path, path), settings)] = path  # it makes a path of a place
            if not under_way:
                return
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                path = under_way.pop(future)
                yield path, _told(path, future)
    finally:
        for future in under_way:  # interrupted, or nobody wants the rest
            future.cancel()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def failure_of(path: Place | str, error: Exception) -> Failure:
    """What a file's error means to a reader; an error that is not bronnen's own is a bug, told in one line."""
    if isinstance(error, BronnenError):
        return Failure(str(path), error.code, int(error.exit_code), str(error))
    if isinstance(error, MemoryError):
        return Failure(str(path), "memory", int(ExitCode.UNREADABLE), "There is not enough memory for this file.")
    said = " ".join(str(error).split())[:300]
    name = type(error).__name__
    message = f"{name}: {said}. This is a fault in bronnen: please report it." if said else f"{name}, without a word."
    return Failure(str(path), "bug", int(ExitCode.BUG), message)


def work(path: Path, settings: Settings) -> Outcome:
    """One document without its words, in the process in which this is called; the tools are loaded once and kept.

    Raises:
        BronnenError: the tools cannot be loaded.
    """
    from bronnen import pipeline

    try:
        tools = pipeline.load_tools(settings)
    except BronnenError:
        raise
    except Exception as error:
        raise BronnenError(failure_of("", error).message) from error
    workers.ready()
    try:
        found = pipeline.analyse(path, tools, workers.tell)
        return replace(found, document=replace(found.document, words=()))  # boxes are heavy, and not kept
    except Exception as error:
        return failure_of(path, error)


def _told(path: Place, future: Future[T | Failure]) -> T | Failure:
    error = future.exception()
    if isinstance(error, LostError):
        return failure_of(path, error)
    if isinstance(error, BronnenError) or (error and not isinstance(error, Exception)):
        raise error
    return failure_of(path, error) if isinstance(error, Exception) else future.result()
