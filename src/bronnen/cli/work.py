"""From a list of files to a run in the store: what is known is taken, the rest is analysed, each file accounted for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import starmap
from pathlib import Path

from bronnen import __version__, files
from bronnen.batch import LOST, analyse_all, crew, failure_of
from bronnen.batch.workers import settle
from bronnen.cli import entry
from bronnen.cli.entry import Made, Spool
from bronnen.cli.inputs import Inputs
from bronnen.cli.screen import printable
from bronnen.errors import BronnenError, ExitCode, UnreadableError
from bronnen.extract import openable
from bronnen.records import Failure
from bronnen.remote import Place, Remote, sha256_of
from bronnen.settings import Settings
from bronnen.store import Duplicate, Store
from bronnen.store.rows import storable

Report = Callable[[int, int, str], None]
"""Told how many files are done, out of how many, and the last one's name."""

Twins = dict[str, deque[int]]
"""Per document id the positions of the files with those bytes that are not looked at yet, in order."""


_AT_ONCE = 16  # files behind an address that are hashed at the same time
_TRIES = 2  # runs in which a document may cost a worker before it is kept apart


def work(
    store: Store,
    inputs: Inputs,
    settings: Settings,
    report: Report,
    spool: Spool,
    *,
    retry: bool = False,
    scheduler: str = "",
) -> int:
    """Puts a run with all the files into the store, and what new documents add to its files in the spool; its number.

    Of files with the same bytes the first one that can be read is analysed: one may fail where another with a
    better suffix does not. A document that cost a worker in two runs is not tried again, but with `retry`.
    Interrupted, the store holds what was finished by then, under the newest run.
    """
    files = inputs.files
    settle()
    run = store.begin_run(replace(settings, ocr=replace(settings.ocr, cache="")), __version__)  # a folder is no result
    store.pass_over(run, (), dict(inputs.ignored))
    twins, failures = _identified(inputs, lambda: report(0, len(files), ""))
    for position, failure in failures:
        store.fail(run, position, failure)
    ids = {position: found for found, positions in twins.items() for position in positions}
    known = _known(store, twins, settings)
    taken = {found: twins[found].popleft() for found in twins if found in known}
    store.take(run, [(position, str(files[position]), found) for found, position in taken.items()])
    store.pass_over(run, (twin for at in taken.values() for twin in _duplicates(files, at, twins[ids[at]])), {})
    apart = {} if retry else _kept_apart(store, run, set(twins) - set(taken))
    for found, failure in apart.items():
        for position in twins[found]:
            store.fail(run, position, replace(failure, path=str(files[position])))
    done = len(failures) + sum(1 + len(twins[found]) for found in taken) + sum(len(twins[found]) for found in apart)
    report(done, len(files), "")
    todo = [positions.popleft() for found, positions in twins.items() if found not in taken and found not in apart]
    if todo:
        with crew(settings, [files[position] for position in todo], scheduler) as at_work:
            while todo:
                places = {_readable(files[position], ids[position]): position for position in todo}
                todo = []
                for path, outcome in analyse_all(places, settings, at_work, entry.work):
                    position = places[path]
                    waiting = twins[ids[position]]
                    outcome = _unchanged(path, outcome, ids[position])
                    done += 1
                    if _keep(store, run, position, files[position], outcome, ids[position], spool):
                        store.pass_over(run, _duplicates(files, position, waiting), {})
                        done += len(waiting)
                    elif waiting and isinstance(outcome, Failure) and outcome.code in LOST:
                        for twin in waiting:  # it would cost a worker again
                            store.fail(run, twin, replace(outcome, path=str(files[twin])))
                        done += len(waiting)
                    elif waiting:
                        todo.append(waiting.popleft())
                    report(done, len(files), files[position].name)
    store.end_run(run)
    return run


def _kept_apart(store: Store, run: int, ids: Collection[str]) -> dict[str, Failure]:
    """The documents that are not tried again, with the failure of the last time."""
    return {
        found: Failure("", code, int(ExitCode.UNREADABLE), f"{message} {_APART.format(times=times)}")
        for found, (times, code, message) in store.tries(run, LOST).items()
        if found in ids and times >= _TRIES
    }


_APART = "This happened in {times} runs, so it was not tried again; `--retry` tries it."


def _unchanged(path: Place, outcome: Made | Failure, known: str) -> Made | Failure:
    """The outcome, or a failure where it is of other bytes than those that made the file known: it changed since."""
    if isinstance(outcome, Failure) or outcome.analysis.document.id == known:
        return outcome
    changed = UnreadableError(f"{printable(path.name)} changed while it was read.", "Run the same command again.")
    return failure_of(path, changed)


def _identified(inputs: Inputs, report: Callable[[], None]) -> tuple[Twins, list[tuple[int, Failure]]]:
    """The files by what is in them, and those that could not be opened."""
    twins: Twins = {}
    failures: list[tuple[int, Failure]] = []
    for position, found in enumerate(_hashes(inputs)):
        if isinstance(found, Failure):
            failures.append((position, found))
        else:
            twins.setdefault(found, deque()).append(position)
        if position % 50 == 0:
            report()
    return twins, failures


def _hashes(inputs: Inputs) -> Iterator[str | Failure]:
    """Per file its hash or why it cannot be read; several at once where each would wait for a server."""
    found = [(file, inputs.within.get(file)) for file in inputs.files]
    if not any(isinstance(file, Remote) for file in inputs.files):
        yield from starmap(_hash, found)
        return
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for start in range(0, len(found), _AT_ONCE):
            yield from threads.map(_hash, *zip(*found[start : start + _AT_ONCE], strict=True))


def _hash(file: Place, within: Path | None) -> str | Failure:
    try:
        return sha256_of(file) if isinstance(file, Remote) else _checked_hash(file, within)
    except (OSError, ValueError, BronnenError) as error:
        return failure_of(file, _as_unreadable(file, error))


def _readable(file: Place, document_id: str) -> Place:
    """What a worker opens; a file behind an address takes along what it must be."""
    return replace(file, sha256=document_id) if isinstance(file, Remote) else openable(file)


def _duplicates(files: list[Place], position: int, twins: Iterable[int]) -> Iterator[tuple[int, Duplicate]]:
    for twin in twins:
        yield twin, Duplicate(str(files[twin]), str(files[position]))


def _checked_hash(path: Path, within: Path | None) -> str:
    try:
        return files.digest(openable(path), within)
    except FileNotFoundError as error:
        raise UnreadableError(f"There is no file {printable(str(path))}.", "Check the name.") from error


def _as_unreadable(path: Place, error: Exception) -> BronnenError:
    if isinstance(error, BronnenError):
        return error
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return UnreadableError(f"Cannot read {printable(str(path))}: {reason}.", "Check its rights and that it is there.")


def _known(store: Store, ids: Iterable[str], settings: Settings) -> set[str]:
    """The ids of documents whose newest analysis is what these settings would give again."""
    made = store.made_with()
    if not any(found in made for found in ids):
        return set()
    from bronnen import origin  # takes a moment, as what it asks does

    wanted = origin.expected(settings)
    if wanted is None:
        from bronnen.pipeline import load_tools  # costs seconds, so only where it may save more

        wanted = load_tools(settings).made_with
    return {found for found, made_with in made.items() if made_with == wanted} - _readable_now(store, settings)


def _readable_now(store: Store, settings: Settings) -> set[str]:
    """The ids of documents that text recognition would read otherwise by now than when they were read.

    They have pages that it could not read then, or another version of it read them.
    """
    if settings.ocr.mode == "off":
        return set()
    readers = store.recognition()
    if not readers:
        return set()
    from bronnen.extract import ocr

    if ocr.lacking(settings.ocr.language):
        return set()
    here = ocr.version(settings.ocr.language)
    return {found for found, extractor in readers.items() if ocr.reader_of(extractor) != here}


def _keep(
    store: Store, run: int, position: int, path: Place, outcome: Made | Failure, document_id: str, spool: Spool
) -> bool:
    """Puts what became of a file into the store; whether that is an analysis."""
    if isinstance(outcome, Made):
        analysis, made = outcome
        document = replace(analysis.document, path=str(path), name=path.name)
        try:
            store.add(run, position, str(path), replace(analysis, document=document))
        except BronnenError:
            raise  # the store itself is in trouble: no other file would fare better
        except Exception as error:
            outcome = failure_of(path, error)
        else:
            if (made.document.path, made.document.name) == (storable(str(path)), path.name):
                spool.put(made)  # a copy of what stands elsewhere has another name
            return True
    store.fail(run, position, replace(outcome, path=str(path)), tried=document_id)
    return False
