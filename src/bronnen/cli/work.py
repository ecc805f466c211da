"""From a list of files to a run in the store: what is known is taken, the rest is analysed, each file accounted for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bronnen import __version__
from bronnen.batch import analyse_all, failure_of
from bronnen.cli.inputs import Inputs, file_hash, openable
from bronnen.cli.screen import printable
from bronnen.errors import BronnenError, UnreadableError
from bronnen.records import Analysis, Failure
from bronnen.settings import Settings
from bronnen.store import Duplicate, Store

Report = Callable[[int, int, str], None]
"""Told how many files are done, out of how many, and the last one's name."""

Places = dict[Path, int]
"""Files and their positions in the run."""


def work(store: Store, inputs: Inputs, settings: Settings, report: Report) -> int:
    """Puts a run with all the files into the store; the run's number.

    Interrupted, the store holds what was finished by then, under the newest run.
    """
    run = store.begin_run(settings, __version__)
    total = len(inputs.files)
    ids, twins, failures = _identified(inputs.files, lambda done: report(done, total, ""))
    store.pass_over(run, twins, dict(inputs.ignored))
    for position, failure in failures:
        store.fail(run, position, failure)
    known = _known(store, ids, settings)
    taken = [(position, str(path), ids[path]) for position, path in enumerate(inputs.files) if ids.get(path) in known]
    store.take(run, taken)
    done = len(taken) + len(twins) + len(failures)
    report(done, total, "")
    todo = {openable(path): place for place, path in enumerate(inputs.files) if path in ids and ids[path] not in known}
    for path, outcome in analyse_all(list(todo), settings, settings.batch.jobs):
        position = todo[path]
        _keep(store, run, position, inputs.files[position], outcome)
        done += 1
        report(done, total, inputs.files[position].name)
    store.end_run(run)
    return run


def _identified(
    files: list[Path], report: Callable[[int], None]
) -> tuple[dict[Path, str], list[tuple[int, Duplicate]], list[tuple[int, Failure]]]:
    """The document id of every file that is the first with its bytes; the duplicates; what could not be read."""
    ids: dict[Path, str] = {}
    first: dict[str, Path] = {}
    twins: list[tuple[int, Duplicate]] = []
    failures: list[tuple[int, Failure]] = []
    for position, path in enumerate(files):
        try:
            found = _checked_hash(path)
        except (OSError, ValueError, BronnenError) as error:
            failures.append((position, failure_of(path, _as_unreadable(path, error))))
            continue
        if found in first:
            twins.append((position, Duplicate(str(path), str(first[found]))))
        else:
            first[found] = path
            ids[path] = found
        if position % 50 == 0:
            report(0)
    return ids, twins, failures


def _checked_hash(path: Path) -> str:
    file = openable(path)
    if not file.exists():
        raise UnreadableError(f"There is no file {printable(str(path))}.", "Check the name.")
    if not file.is_file():
        raise UnreadableError(f"{printable(str(path))} is not an ordinary file.", "Give a file or a folder.")
    return file_hash(file)


def _as_unreadable(path: Path, error: Exception) -> BronnenError:
    if isinstance(error, BronnenError):
        return error
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return UnreadableError(f"Cannot read {printable(str(path))}: {reason}.", "Check its rights and that it is there.")


def _known(store: Store, ids: dict[Path, str], settings: Settings) -> set[str]:
    """The ids of documents whose newest analysis is what these settings would give again."""
    made = store.made_with()
    if not any(found in made for found in ids.values()):
        return set()
    from bronnen.pipeline import load_tools  # costs seconds, so only where it may save more

    wanted = load_tools(settings).made_with
    return {found for found, made_with in made.items() if made_with == wanted}


def _keep(store: Store, run: int, position: int, path: Path, outcome: Analysis | Failure) -> None:
    if isinstance(outcome, Analysis):
        document = replace(outcome.document, path=str(path), name=path.name)
        try:
            store.add(run, position, str(path), replace(outcome, document=document))
            return
        except BronnenError:
            raise  # the store itself is in trouble: no other file would fare better
        except Exception as error:
            outcome = failure_of(path, error)
    store.fail(run, position, replace(outcome, path=str(path)))
