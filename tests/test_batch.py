"""The batch: every file ends as an analysis or a failure, whatever happens to the workers."""

from __future__ import annotations

import multiprocessing
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import workers
from factories import analysis

from bronnen import batch, pipeline
from bronnen.batch import analyse_all, failure_of
from bronnen.errors import EncryptedError, MissingError, UnreadableError
from bronnen.records import Analysis, Failure, Word
from bronnen.settings import Settings


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that read no files: see `workers`."""
    monkeypatch.setattr(batch, "_start", workers.start)
    monkeypatch.setattr(batch, "_work", workers.work)


def ends(*names: str, jobs: int = 2) -> dict[str, str]:
    done = list(analyse_all([Path(name) for name in names], Settings(), jobs))
    assert sorted(path.name for path, _ in done) == sorted(names), "every file once"
    return {path.name: outcome.code if isinstance(outcome, Failure) else "ok" for path, outcome in done}


@pytest.mark.usefixtures("pool")
def test_a_worker_that_dies_costs_only_its_file() -> None:
    names = [f"{number:02}.pdf" for number in range(12)]
    found = ends("locked.pdf", *names[:5], "crash.pdf", "crash2.pdf", *names[5:], "odd.pdf")
    assert found.pop("crash.pdf") == found.pop("crash2.pdf") == "crashed"
    assert found.pop("locked.pdf") == "encrypted"
    assert found.pop("odd.pdf") in ("bug", "crashed")
    assert set(found.values()) == {"ok"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds it")
@pytest.mark.usefixtures("pool")
def test_a_file_that_eats_all_memory_costs_only_itself() -> None:
    assert ends("a.pdf", "greedy.pdf", "b.pdf") == {"a.pdf": "ok", "greedy.pdf": "memory", "b.pdf": "ok"}


@pytest.mark.usefixtures("pool")
def test_a_reader_who_stops_leaves_no_workers_behind() -> None:
    found = analyse_all([Path("a.pdf"), *(Path(f"slow{number}.pdf") for number in range(3))], Settings(), 2)
    assert next(found)[0] == Path("a.pdf")
    began = time.monotonic()
    found.close()  # type: ignore[attr-defined]
    while multiprocessing.active_children() and time.monotonic() < began + 5:
        time.sleep(0.05)
    assert not multiprocessing.active_children()
    assert time.monotonic() - began < 5


def test_tools_that_do_not_load_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_start", workers.start_without_model)
    with pytest.raises(MissingError, match="no model"):
        list(analyse_all([Path("a.pdf"), Path("b.pdf")], Settings(), 2))


def test_one_job_works_here_and_loads_its_tools_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Settings] = []
    word = Word(0, 1, 1, 0, 0, 1, 1, 9, False)

    def analyse(path: Path, tools: object) -> Analysis:
        if path.stem == "locked":
            raise EncryptedError("It is locked.", "Unlock it.")
        if path.stem == "bug":
            raise KeyError("of\nmany lines")
        found = analysis(path.name)
        object.__setattr__(found.document, "words", (word,))
        return found

    monkeypatch.setattr(pipeline, "load_tools", lambda settings: loads.append(settings) or SimpleNamespace())
    monkeypatch.setattr(pipeline, "analyse", analyse)
    done = list(analyse_all([Path("a.pdf"), Path("locked.pdf"), Path("bug.pdf")], Settings(), 1))
    assert len(loads) == 1
    first = done[0][1]
    assert isinstance(first, Analysis) and first.document.words == ()
    assert done[1][1] == Failure("locked.pdf", "encrypted", 4, "It is locked. Unlock it.")
    bug = done[2][1]
    assert isinstance(bug, Failure) and (bug.code, bug.exit_code) == ("bug", 1)
    assert "KeyError" in bug.message and "\n" not in bug.message


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (UnreadableError("Damaged."), "unreadable", 3),
        (MemoryError(), "memory", 3),
        (RecursionError("maximum recursion depth exceeded"), "bug", 1),
        (ValueError(), "bug", 1),
    ],
)
def test_failures_say_what_a_program_and_a_reader_need(error: Exception, code: str, exit_code: int) -> None:
    found = failure_of(Path("x.pdf"), error)
    assert (found.path, found.code, found.exit_code) == ("x.pdf", code, exit_code)
    assert found.message and "\n" not in found.message


def test_no_files_no_work() -> None:
    assert list(analyse_all([], Settings(), 0)) == []
