"""Documents behind an address, for workers that take paths: fetched outside the process that takes them apart."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from bronnen import remote
from bronnen.batch import T, failure_of
from bronnen.errors import UnreadableError
from bronnen.records import Failure
from bronnen.settings import Settings


class Fetching(Executor):
    """Gives the documents of an executor a path for as long as it needs one, by threads that wait for them.

    Leave the executor's own `with` before this one's: its threads wait for what it still does.
    """

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="bronnen-fetching")
        self.executor: Executor | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The future of `fn(path, settings)`, where `args` are a place and the settings."""
        assert self.executor is not None
        return self._threads.submit(fetched, self.executor, fn, *args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait, cancel_futures=cancel_futures)


def fetched(executor: Executor, does: Callable[..., T], place: remote.Place, settings: Settings) -> T | Failure:
    """What an executor makes of a document, which stands on this machine only until it is done.

    Raises:
        BronnenError: what the executor's future raises; or what reads the address is not installed here.
    """
    with ExitStack() as stack:
        try:
            path = stack.enter_context(remote.at_hand(place))
        except UnreadableError as error:
            return failure_of(str(place), error)
        except OSError as error:  # of the folder for copies, here
            said = f"There is no place for a copy of {place.name} ({error.strerror or type(error).__name__})."
            return failure_of(str(place), UnreadableError(said, "Make room, or set TMPDIR to a folder that has it."))
        return executor.submit(does, path, settings).result()
