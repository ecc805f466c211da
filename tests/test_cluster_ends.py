"""The processes of a Dask worker: kept while any document is read, sent home after, made again where they broke."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bronnen.batch import cluster
from bronnen.settings import LimitSettings

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
