"""Both ends of a cluster without Dask: the processes of a worker come and go, and what is not equal is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from factories import MADE_WITH, analysis

from bronnen import batch
from bronnen.batch import cluster
from bronnen.errors import LostError, UsageError
from bronnen.records import Analysis
from bronnen.settings import LimitSettings, settings_of

LIMITS = LimitSettings()


class Pool:
    """In the place of `Workers`."""

    def __init__(self, count: int, limits: LimitSettings) -> None:
        self.is_closed = False

    def shutdown(self) -> None:
        self.is_closed = True


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[cluster._Kept]:
    monkeypatch.setattr(cluster, "Workers", Pool)
    monkeypatch.setattr(cluster, "_threads", lambda: 2)
    found = cluster._Kept()
    yield found
    if found._timer is not None:
        found._timer.cancel()


def timers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if isinstance(one, threading.Timer) and not one.finished.is_set()]


def test_nobody_is_sent_home_while_a_document_is_read(kept: cluster._Kept) -> None:
    with kept.workers(LIMITS) as long:
        with kept.workers(LIMITS) as short:
            assert short is long
        assert not timers(), "one document is still being read"
        kept._send_home(kept._turn)
        assert not long.is_closed
    kept._send_home(kept._turn - 1)
    assert not long.is_closed, "another document came since"
    kept._send_home(kept._turn)
    assert long.is_closed
    with kept.workers(LIMITS) as after:
        assert not after.is_closed


def test_one_clock_runs_however_many_documents_there_were(kept: cluster._Kept) -> None:
    for _ in range(20):
        with kept.workers(LIMITS):
            assert not timers()
        assert len(timers()) == 1


def test_those_that_broke_are_replaced(kept: cluster._Kept) -> None:
    with kept.workers(LIMITS) as broken:
        broken.shutdown()
    with kept.workers(LIMITS) as found:
        assert found is not broken and not found.is_closed


class Client:
    status = "running"

    def get_executor(self, pure: bool) -> None:
        return None


def test_results_of_a_worker_that_reads_with_something_else_are_refused() -> None:
    made = cluster.Cluster(Client(), {"bronnen": MADE_WITH.version, "model": MADE_WITH.model})
    first = analysis()

    def read_by(extractor: str) -> object:
        found = replace(first, document=replace(first.document, extractor=extractor))
        more = made._checked(SimpleNamespace(analysis=found))  # what a scan asks for, of which it is a part
        one = made._checked(found)
        assert isinstance(one, Analysis) == isinstance(more, SimpleNamespace)
        return one

    assert isinstance(read_by("pdfium 1, pdfplumber 2"), Analysis)
    assert isinstance(read_by("pdfium 1, tesseract 5.3.0 nld"), Analysis)
    assert isinstance(read_by("plain text"), Analysis)
    refused = read_by("pdfium 1, tesseract 5.4.0 nld")
    assert isinstance(refused, UsageError) and "tesseract 5.4.0 nld, and others with tesseract 5.3.0 nld" in str(
        refused
    )


def test_tesseract_must_be_equal_unless_nothing_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster.tesseract, "version", lambda: "5.3.0")
    monkeypatch.setattr(cluster.tesseract, "languages", lambda: frozenset({"nld", "fra", "osd"}))
    on = cluster.described(settings_of({"ocr": {"language": "nld+eng"}}))
    assert (on["Tesseract"], on["languages of Tesseract"]) == ("5.3.0", "nld+osd")
    off = cluster.described(settings_of({"ocr": {"mode": "off"}}))
    assert not any("Tesseract" in name for name in off)


def test_a_memory_on_a_disk_that_is_not_here_is_left_out(tmp_path: Path) -> None:
    here = settings_of({"ocr": {"cache": str(tmp_path / "ocr")}})
    assert cluster._at_home(here) == here
    there = settings_of({"ocr": {"cache": str(tmp_path / "other" / "ocr")}})
    assert cluster._at_home(there).ocr.cache == ""
    assert not list(tmp_path.iterdir())


class KilledWorker(Exception):
    """Named as what Dask raises where the workers of a task died one after another."""


@pytest.mark.parametrize("error", [KilledWorker(), ConnectionResetError("gone")])
def test_what_the_cluster_loses_says_nothing_of_the_document(error: Exception) -> None:
    made = cluster.Cluster(Client(), {"bronnen": MADE_WITH.version, "model": MADE_WITH.model})
    told: Future[object] = Future()
    found: Future[object] = Future()
    found.set_exception(error)
    made._hear(told, (), 0, found)
    lost = told.exception()
    assert isinstance(lost, LostError) and lost.code == "lost" and lost.code not in batch.LOST
