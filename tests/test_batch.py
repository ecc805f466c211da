"""The batch: every file ends as an analysis or a failure, whatever happens to the workers."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import workers as stand_ins
from factories import analysis
from walks import Here

from bronnen import batch, pipeline
from bronnen.batch import Crew, analyse_all, crew, failure_of
from bronnen.batch.workers import Workers
from bronnen.errors import BronnenError, EncryptedError, LostError, MissingError, UnreadableError
from bronnen.records import Analysis, Failure, Word
from bronnen.settings import LimitSettings, Settings, settings_of

QUICK = settings_of({"limits": {"pdfium_seconds": 0.5, "pdfplumber_seconds": 0.5, "pdfplumber_page_seconds": 0.5}})


@pytest.fixture(autouse=True)
def pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that read no files, see `workers`, and load nothing."""
    monkeypatch.setattr(batch.workers, "PRELOADED", ["factories"])


def ends(*names: str, jobs: int = 2, settings: Settings = QUICK) -> dict[str, str]:
    paths = [Path(name) for name in names]
    with crew(replace(settings, batch=replace(settings.batch, jobs=jobs)), paths) as at_work:
        done = list(analyse_all(paths, settings, at_work, stand_ins.work))
    assert sorted(path.name for path, _ in done) == sorted(names), "every file once"
    return {path.name: outcome.code if isinstance(outcome, Failure) else "ok" for path, outcome in done}


@pytest.fixture
def two() -> Iterator[Workers]:
    with Workers(2, LimitSettings()) as executor:
        yield executor


def test_what_comes_back_from_another_process_is_what_was_sent() -> None:
    found = analysis("a.pdf")
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own bytes
    assert again == found and again.verdicts and again.passages[0].sentences


def test_a_worker_that_dies_costs_only_its_file() -> None:
    names = [f"{number:02}.pdf" for number in range(12)]
    lost = ["crash.pdf", "crash2.pdf", "segfault.pdf", "killed.pdf"]
    found = ends("locked.pdf", *names[:5], *lost, *names[5:], "odd.pdf")
    assert {found.pop(name) for name in lost} == {"crashed"}
    assert found.pop("locked.pdf") == "encrypted"
    assert found.pop("odd.pdf") == "bug"
    assert set(found.values()) == {"ok"}


def test_workers_are_as_good_where_they_cannot_be_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch.workers, "METHOD", "spawn")
    found = ends("a.pdf", "crash.pdf", "b.pdf", "hanging.pdf", "c.pdf")
    assert found == {"a.pdf": "ok", "crash.pdf": "crashed", "b.pdf": "ok", "hanging.pdf": "timeout", "c.pdf": "ok"}


def test_a_file_on_which_a_worker_stands_still_is_given_up_and_one_that_works_on_is_not() -> None:
    began = time.monotonic()
    found = ends("a.pdf", "hanging.pdf", "deaf.pdf", "patient.pdf", "b.pdf")
    assert found == {"a.pdf": "ok", "hanging.pdf": "timeout", "deaf.pdf": "timeout", "patient.pdf": "ok", "b.pdf": "ok"}
    assert time.monotonic() - began < 60


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds it")
def test_a_file_that_eats_all_memory_costs_only_itself() -> None:
    assert ends("a.pdf", "greedy.pdf", "b.pdf") == {"a.pdf": "ok", "greedy.pdf": "memory", "b.pdf": "ok"}


@pytest.mark.slow
def test_memory_that_the_system_does_not_bound_is_watched() -> None:
    small = settings_of({"limits": {"memory_mb": 1024}})
    assert ends("a.pdf", "growing.pdf", "b.pdf", settings=small) == {
        "a.pdf": "ok",
        "growing.pdf": "memory",
        "b.pdf": "ok",
    }


def test_a_worker_is_replaced_after_some_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch.workers, "_TASKS", 3)
    with Workers(1, LimitSettings()) as one:
        found = [one.submit(stand_ins.pid).result() for _ in range(7)]
    assert [found.count(pid) for pid in dict.fromkeys(found)] == [3, 3, 1]


def test_a_worker_that_dies_while_it_waits_costs_nothing(two: Workers) -> None:
    for _ in range(3):
        pid = two.submit(stand_ins.pid).result()
        waiting = psutil.Process(pid)
        waiting.kill()
        psutil.wait_procs([waiting], timeout=5)
    assert two.submit(stand_ins.pid).result()


def test_an_error_of_a_task_is_its_own(two: Workers) -> None:
    with pytest.raises(EncryptedError, match="locked"):
        two.submit(stand_ins.fail, EncryptedError("It is locked.", "Unlock it.")).result()
    with pytest.raises(Exception, match="pickle"):
        two.submit(lambda: 1).result()
    assert two.submit(stand_ins.pid).result()


def test_what_waits_can_be_cancelled_and_the_end_gives_up_the_rest(tmp_path: Path) -> None:
    with Workers(1, LimitSettings()) as one:
        slow = one.submit(stand_ins.mark, str(tmp_path), "slow", 60)
        while not slow.running():
            time.sleep(0.01)
        waiting = [one.submit(stand_ins.mark, str(tmp_path), f"{number}", 0) for number in range(3)]
        assert waiting[0].cancel() and not slow.cancel()
    assert isinstance(slow.exception(), BronnenError) and not isinstance(slow.exception(), LostError)
    assert all(future.cancelled() for future in waiting)
    assert not list(tmp_path.iterdir())
    with pytest.raises(RuntimeError):
        one.submit(stand_ins.pid)


def test_a_reader_who_stops_leaves_no_workers_behind() -> None:
    paths = [Path("a.pdf"), *(Path(f"slow{number}.pdf") for number in range(3))]
    with crew(Settings(), paths) as at_work:
        found = analyse_all(paths, Settings(), at_work, stand_ins.work)
        assert next(found)[0] == Path("a.pdf")
        began = time.monotonic()
        found.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("fails", ["_made", "_start_forkserver"])
def test_a_system_that_gives_no_process_ends_the_scan_with_a_reason(
    fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(batch.workers, "METHOD", "forkserver")
    monkeypatch.setattr(Workers if fails == "_made" else batch.workers, fails, refused)
    with pytest.raises(BronnenError, match=r"does not start .*temporarily unavailable"):
        ends("a.pdf", "b.pdf", "c.pdf")


@pytest.mark.parametrize("name", ["untooled.pdf", "unready.pdf"])
def test_tools_that_do_not_load_are_told_once(name: str) -> None:
    with pytest.raises(BronnenError, match=r"no model|does not start"):
        ends(name, "b.pdf", "c.pdf", jobs=1)


def test_what_happens_to_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    word = Word(0, 1, 1, 0, 0, 1, 1, 9, False)

    def analyse(path: Path, tools: object, told: object) -> Analysis:
        if path.stem == "locked":
            raise EncryptedError("It is locked.", "Unlock it.")
        if path.stem == "bug":
            raise KeyError("of\nmany lines")
        found = analysis(path.name)
        object.__setattr__(found.document, "words", (word,))
        return found

    monkeypatch.setattr(pipeline, "load_tools", lambda settings: SimpleNamespace())
    monkeypatch.setattr(pipeline, "analyse", analyse)
    paths = [Path("a.pdf"), Path("locked.pdf"), Path("bug.pdf")]
    done = list(analyse_all(paths, Settings(), Crew(Here(), lambda: 1), batch.work))
    first = done[0][1]
    assert isinstance(first, Analysis) and first.document.words == ()
    assert done[1][1] == Failure("locked.pdf", "encrypted", 4, "It is locked. Unlock it.")
    bug = done[2][1]
    assert isinstance(bug, Failure) and (bug.code, bug.exit_code) == ("bug", 1)
    assert "KeyError" in bug.message and "\n" not in bug.message


def test_tools_with_a_fault_are_told_as_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    def load_tools(settings: Settings) -> None:
        raise OSError("a library is damaged")

    monkeypatch.setattr(pipeline, "load_tools", load_tools)
    with pytest.raises(BronnenError, match="library is damaged"):
        list(analyse_all([Path("a.pdf"), Path("b.pdf")], Settings(), Crew(Here(), lambda: 1), batch.work))


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (UnreadableError("Damaged."), "unreadable", 3),
        (MissingError("Gone."), "missing", 6),
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
    assert ends() == {}


@pytest.mark.skipif(batch.workers.METHOD != "forkserver", reason="elsewhere there is no such setting")
def test_workers_keep_the_memory_they_let_go_of_whatever_dask_sets() -> None:
    script = (
        "import os\nfrom bronnen.batch.workers import Workers\nfrom bronnen.settings import LimitSettings\n"
        "if __name__ == '__main__':\n"
        "    with Workers(1, LimitSettings()) as workers:\n"
        "        names = ('MALLOC_TRIM_THRESHOLD_', 'OMP_NUM_THREADS')\n"
        "        there = [workers.submit(os.getenv, name).result() for name in names]\n"
        "        print(there, [os.getenv(name) for name in names])"
    )
    surroundings = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=surroundings | {"MALLOC_TRIM_THRESHOLD_": "65536"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[None, '1'] ['65536', None]"
