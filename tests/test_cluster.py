"""A Dask cluster: the same results, and nothing lost when a document, a worker, the scheduler or the client dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import workers as stand_ins

pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]

from bronnen import batch  # noqa: E402
from bronnen.batch import Crew, analyse_all, cluster, crew  # noqa: E402
from bronnen.errors import BronnenError, MissingError, UsageError  # noqa: E402
from bronnen.records import Failure  # noqa: E402
from bronnen.remote import Place  # noqa: E402
from bronnen.settings import settings_of  # noqa: E402

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "corpus" / "voorbeelden"
TWO = settings_of({"batch": {"jobs": 2}, "limits": {"pdfium_seconds": 0.5, "pdfplumber_seconds": 0.5}})
TABLES = ("balance.csv", "sections.csv", "groups.csv", "passages.jsonl", "failures.csv", "warnings.csv")


class Machines:
    """A scheduler and workers as processes, as an administrator would start them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.started = folder, list[subprocess.Popen[bytes]]()
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        log = self.log(0)
        while "Scheduler at:" not in log.read_text():
            assert self.scheduler.poll() is None, log.read_text()
            time.sleep(0.05)
        self.address = next(word for word in log.read_text().split() if word.startswith("tcp://"))

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
        told = {**os.environ, "PYTHONPATH": paths, **environment}
        with self.log(len(self.started)).open("wb") as stream:
            command = [sys.executable, "-m", "dask", *words]
            self.started.append(subprocess.Popen(command, stdout=stream, stderr=stream, env=told, cwd=self.folder))
        return self.started[-1]

    def worker(self, *more: str, **environment: str) -> subprocess.Popen[bytes]:
        where = ("--no-dashboard", "--local-directory", str(self.folder))
        return self.start("worker", self.address, "--nthreads", "1", *where, *more, **environment)

    def log(self, number: int) -> Path:
        return self.folder / f"log{number}"

    def end(self) -> None:
        for one in reversed(self.started):
            with suppress(psutil.Error):
                for child in psutil.Process(one.pid).children(recursive=True):
                    with suppress(psutil.Error):
                        child.kill()
            one.kill()
            one.wait()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    made = Machines(tmp_path)
    yield made
    made.end()


@pytest.fixture(autouse=True)
def work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are not read: see `workers`; what is made of them is by the model m1."""
    real = cluster.Cluster.__init__
    monkeypatch.setattr(
        cluster.Cluster, "__init__", lambda self, client, wanted: real(self, client, {**wanted, "model": "m1"})
    )


def pids(at_work: Crew) -> dict[str, int]:
    executor: Any = at_work.executor
    found: dict[str, int] = executor._client.run(os.getpid)
    return found


def ends(done: list[tuple[Place, batch.Outcome]]) -> dict[str, str]:
    assert len({str(path) for path, _ in done}) == len(done), "every file once"
    return {Path(str(path)).name: one.code if isinstance(one, Failure) else "ok" for path, one in done}


def test_a_poisonous_document_is_kept_apart_on_the_workers_too() -> None:
    lost = {"crash.pdf": "crashed", "segfault.pdf": "crashed", "killed.pdf": "crashed", "hanging.pdf": "timeout"}
    others = {"locked.pdf": "encrypted", "odd.pdf": "bug"}
    names = [*(f"{number:02}.pdf" for number in range(12)), *lost, *others]
    paths = [Path(name) for name in names]
    with crew(TWO, paths, "local") as at_work:
        before = pids(at_work)
        found = ends(list(analyse_all(paths, TWO, at_work, stand_ins.work)))
        assert pids(at_work) == before and len(before) == 1, "no Dask worker pays for a document"
        executor: Any = at_work.executor
        executor._wanted["model"] = "another"
        with pytest.raises(UsageError, match="other models"):  # as when a worker joins later
            list(analyse_all(paths[:4], TWO, at_work, stand_ins.made))
    assert {name: found.pop(name) for name in (*lost, *others)} == lost | others
    assert set(found.values()) == {"ok"} and len(found) == 12


def killed_meanwhile(at_work: Crew, paths: list[Path], kill: int) -> dict[str, str]:
    done = []
    for number, one in enumerate(analyse_all(paths, TWO, at_work, stand_ins.work)):
        done.append(one)
        if number == 5:
            os.kill(kill, signal.SIGKILL)
    return ends(done)


def test_a_dask_worker_that_is_killed_loses_nothing_and_comes_back() -> None:
    paths = [Path(f"{number:03}.pdf") for number in range(60)]
    with crew(TWO, paths, "local") as at_work:
        before = pids(at_work)
        found = killed_meanwhile(at_work, paths, min(before.values()))
        assert found == {path.name: "ok" for path in paths}
        began = time.monotonic()
        while not (after := pids(at_work)) and time.monotonic() < began + 30:
            time.sleep(0.2)
        assert len(after) == 1 and set(after.values()) != set(before.values())


def test_without_anyone_to_start_it_again_the_others_do_its_work(machines: Machines) -> None:
    for _ in range(2):
        machines.worker("--no-nanny")
    paths = [Path(f"{number:03}.pdf") for number in range(60)]
    with crew(TWO, paths, machines.address) as at_work:
        began = time.monotonic()
        while len(before := pids(at_work)) < 2:
            assert time.monotonic() < began + 60
            time.sleep(0.2)
        found = killed_meanwhile(at_work, paths, min(before.values()))
        assert found == {path.name: "ok" for path in paths}
        assert len(pids(at_work)) == 1


def test_a_scheduler_that_is_gone_ends_the_run_with_what_is_done(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines.worker("--no-nanny")
    paths = [Path(f"{number:03}.pdf") for number in range(60)]
    done = []
    with crew(TWO, paths, machines.address) as at_work, pytest.raises(MissingError, match="scheduler is gone"):
        for one in analyse_all(paths, TWO, at_work, stand_ins.work):
            done.append(one)
            if len(done) == 5:
                machines.scheduler.kill()
    assert 5 <= len(done) < 60
    monkeypatch.setattr(cluster, "_PATIENCE", 2.0)
    with pytest.raises(MissingError, match="does not answer"), crew(TWO, paths, machines.address):
        raise AssertionError("there is no scheduler")


def test_workers_that_would_not_do_are_refused_with_what_mends_them(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [Path("a.pdf")]
    monkeypatch.setattr(cluster, "_PATIENCE", 1.0)
    with (
        pytest.raises(MissingError, match=r"no workers.*worker tcp://.* --nthreads"),
        crew(TWO, paths, machines.address),
    ):
        raise AssertionError("there are no workers")
    monkeypatch.setattr(cluster, "_PATIENCE", 60.0)
    nannied = machines.worker()
    says = r"DASK_DISTRIBUTED__WORKER__DAEMON=False.*--no-nanny"
    with pytest.raises(UsageError, match=says), crew(TWO, paths, machines.address):
        raise AssertionError("it may have no processes")
    nannied.terminate()
    nannied.wait()
    machines.worker("--nworkers", "1", DASK_DISTRIBUTED__WORKER__DAEMON="False")
    with crew(TWO, paths, machines.address) as at_work:
        assert ends(list(analyse_all(paths, TWO, at_work, stand_ins.work))) == {"a.pdf": "ok"}
    monkeypatch.setattr(cluster, "__version__", "9.9")
    with pytest.raises(UsageError, match=r"has bronnen .* \(here 9\.9\)"), crew(TWO, paths, machines.address):
        raise AssertionError("it has another bronnen")
    monkeypatch.undo()
    there = replace(TWO, model=replace(TWO.model, path=str(machines.folder / "nowhere")))
    with pytest.raises(BronnenError, match="nowhere"), crew(there, paths, machines.address):
        raise AssertionError("there is no such model")


def scan(out: Path, *more: str) -> list[str]:
    given = [str(path) for path in sorted(EXAMPLES.glob("*.pdf"))[:4]]
    return [sys.executable, "-m", "bronnen", "scan", *given, "--out", str(out), "--jobs", "2", *more]


def test_the_real_scan_on_a_cluster_ends_as_one_here_also_when_it_was_killed(machines: Machines) -> None:
    folder = machines.folder
    machines.worker("--nworkers", "2", DASK_DISTRIBUTED__WORKER__DAEMON="False")
    there = scan(folder / "there", "--scheduler", machines.address)
    with subprocess.Popen(there, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as killed:
        store, began = folder / "there" / "bronnen.sqlite", time.monotonic()
        while not (store.exists() and store.stat().st_size > 300_000) and time.monotonic() < began + 120:
            time.sleep(0.02)
        killed.kill()
    for command in (there, scan(folder / "here")):
        done = subprocess.run(command, capture_output=True, timeout=300)
        assert done.returncode == 0, done.stderr.decode()
    for name in TABLES:
        assert (folder / "there" / name).read_bytes() == (folder / "here" / name).read_bytes(), name
