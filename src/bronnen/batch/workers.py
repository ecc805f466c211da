"""Processes that do tasks, one at a time each; one that crashes, stands still or grows costs its own task only.

`concurrent.futures` and loky give up all tasks when one process dies; here each process has a pipe of its own, so
that it is known which task was lost. One thread in the parent watches over them: it hands out tasks, takes results,
and kills what is over its time or memory. Processes are made by forkserver on Linux, where a new one is there at
once, and by spawn elsewhere: forking is not safe on macOS, and Windows has none.

What travels through the pipes is pickled by `multiprocessing`, between processes of one user on one machine.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from typing import Any

import psutil

from bronnen.batch.limits import MB, Clock, bound, held, kill, resident
from bronnen.errors import BronnenError, LostError, TimedOutError, TooLargeError
from bronnen.records import Stage
from bronnen.settings import LimitSettings

METHOD = "forkserver" if sys.platform == "linux" else "spawn"
"""How processes are made."""

PRELOADED = ["bronnen.pipeline"]
"""What a forkserver imports once, for all its workers."""

_TICK = 0.25  # seconds between looks at clocks and memory
_TASKS = 250  # a process is replaced after this many, so that what a library leaks does not add up
_KEPT = 0.6  # and when it still holds more than this part of its memory after a task
_STARTS = 3  # processes that died before they were ready, one after another: none can run here
_starting = threading.Lock()  # the surroundings are those of the whole process
_GIVE_BACK = "MALLOC_TRIM_THRESHOLD_"  # of the C library
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_OBJECTS = 50_000  # more of these at a time before Python looks which can go: some 20 MB
_is_settled = False  # whether this process has loaded what it keeps
_pipe: Connection | None = None  # of a worker to its parent; None in any other process


def tell(stage: Stage, pages: int) -> None:
    """A `records.Told`: lets the parent allow the time that a stage needs. Does nothing outside a worker."""
    if _pipe is not None:
        _pipe.send(("stage", (stage, pages)))


def ready() -> None:
    """Lets the parent know that this worker has loaded its tools: from now on the time counts."""
    global _is_settled
    if _pipe is not None:
        _pipe.send(("ready", None))
        if not _is_settled:
            _is_settled = True
            settle()


def settle() -> None:
    """Makes Python look less often which objects hold each other and can go, and never at those that are there by now.

    Of what is loaded nothing will go, and a document makes far more objects than it drops: left as it is, that looking
    takes an eighth of a worker's time, and half of that of the process that takes the results.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS, 10, 10)


@dataclass(slots=True)
class _Task:
    future: Future[Any]
    does: Callable[..., Any]
    given: tuple[Any, ...]
    is_begun: bool = False


@dataclass(slots=True)
class _Worker:
    """A process and what it is doing."""

    process: Any
    pipe: Connection
    clock: Clock
    seen: psutil.Process | None
    task: _Task | None = None
    done: int = 0
    is_ready: bool = False


class Workers(Executor):
    """Up to `count` processes, made when there is work for them. Use it in a `with`.

    The exception of a future is a `LostError` where its process was lost, and else what the task raised.
    """

    def __init__(self, count: int, limits: LimitSettings) -> None:
        self._count, self._limits = count, limits
        self._context: Any = multiprocessing.get_context(METHOD)
        self._waiting: deque[_Task] = deque()
        self._workers: list[_Worker] = []
        self._failed_starts = 0
        self._is_closing = False
        self._error: BronnenError | None = None  # why there is no work any more
        self._next_look = 0.0
        self._lock = threading.Lock()
        self._bell, self._rope = multiprocessing.Pipe(duplex=False)  # wakes the thread
        self._thread = threading.Thread(target=self._watch, name="bronnen-workers", daemon=True)

    @property
    def is_closed(self) -> bool:
        """Whether they have been sent home, or no process of theirs would start: they take no more tasks."""
        return self._is_closing

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The future of `fn(*args)`, done in a process to which both can travel."""
        assert not kwargs, "tasks are given by position"
        task = _Task(Future(), fn, args)
        with self._lock:
            if self._is_closing:
                raise self._error or RuntimeError("these workers have been sent home")
            self._waiting.append(task)
            if not self._thread.ident:
                self._thread.start()
        self._rope.send(None)
        return task.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends all processes at once; tasks that are not done are given up."""
        with self._lock:
            self._is_closing = True
        with suppress(OSError):
            self._rope.send(None)
        if self._thread.ident:
            self._thread.join()

    # In the thread.

    def _watch(self) -> None:
        """The life of the thread. Whatever goes wrong in it ends every task with that error."""
        error: BronnenError | None = None
        with suppress(AttributeError):  # Windows; elsewhere processes made here leave Ctrl-C to the parent
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            if METHOD == "forkserver":
                _start_forkserver()
            while not self._is_closing:
                self._step()
        except Exception as caught:
            said = f"The program that reads files does not start ({type(caught).__name__}: {caught})."
            error = caught if isinstance(caught, BronnenError) else BronnenError(said, _RESTART)
        with self._lock:
            self._is_closing, self._error = True, error
        while self._workers:
            self._end(self._workers[0], error or _given_up())
        for task in self._waiting:
            if error is None and task.future.cancel():
                task.future.set_running_or_notify_cancel()  # wakes who waits for it
            elif task.is_begun or task.future.set_running_or_notify_cancel():
                task.future.set_exception(error or _given_up())

    def _step(self) -> None:
        self._hand_out()
        heard: dict[Any, _Worker | None] = {worker.pipe: worker for worker in self._workers if worker.task}
        heard[self._bell] = None
        for pipe in wait(list(heard), timeout=_TICK if len(heard) > 1 else None):
            worker = heard[pipe]
            if worker is None:
                self._bell.recv()
            else:
                self._hear(worker)
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + _TICK
            for worker in [one for one in self._workers if one.task]:
                self._judge(worker)

    def _hand_out(self) -> None:
        """Gives waiting tasks to processes without one, and makes those."""
        while self._waiting:
            worker = next((one for one in self._workers if one.task is None), None)
            if worker is None and len(self._workers) == self._count:
                return
            worker = worker or self._made()  # before a task is taken: where this fails, none is lost
            task = self._waiting.popleft()
            if not task.is_begun and not task.future.set_running_or_notify_cancel():
                continue
            task.is_begun = True
            worker.task = task
            worker.clock.start(is_ready=worker.is_ready)
            try:
                worker.pipe.send((task.does, task.given))
            except OSError:  # it died while it waited: no fault of the task
                if worker.is_ready:
                    self._waiting.appendleft(task)
                    worker.task = None
                self._lose(worker, LostError(*_CRASHED))
            except Exception as error:  # it cannot travel
                worker.task = None
                task.future.set_exception(error)

    def _made(self) -> _Worker:
        pipe, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._limits.memory_mb * MB), daemon=True)
        process.start()
        theirs.close()
        seen = None
        with suppress(psutil.Error):
            seen = psutil.Process(process.pid)
        worker = _Worker(process, pipe, Clock(self._limits), seen)
        self._workers.append(worker)
        return worker

    def _hear(self, worker: _Worker) -> None:
        try:
            kind, told = worker.pipe.recv()
        except (EOFError, OSError):
            self._lose(worker, LostError(*_CRASHED))
            return
        except Exception as error:  # it cannot be made again on this side
            kind, told = "raised", error
        if kind == "stage":
            worker.clock.allow(*told)
        elif kind == "ready":
            worker.clock.start(is_ready=True)
            worker.is_ready = True
            self._failed_starts = 0
        else:
            self._take(worker, kind, told)

    def _take(self, worker: _Worker, kind: str, told: Any) -> None:
        task, worker.task = worker.task, None
        worker.done += 1
        if worker.done >= _TASKS or held(worker.seen) > _KEPT * self._limits.memory_mb * MB:
            self._end(worker, _given_up())
        assert task is not None
        if kind == "result":
            task.future.set_result(told)
        else:
            task.future.set_exception(told)

    def _judge(self, worker: _Worker) -> None:
        most = self._limits.memory_mb
        if worker.clock.is_over():
            self._lose(worker, TimedOutError(*_TIMED_OUT))
        elif resident(worker.seen, has_programs=worker.clock.has_told(Stage.OCR)) > most * MB:
            said = f"The program that read this file took more than {most} MB of memory and was stopped."
            self._lose(worker, TooLargeError(said, _NEXT))

    def _lose(self, worker: _Worker, error: LostError) -> None:
        """Ends a process and its task; one that never got ready is no fault of the task, which is done again."""
        if not worker.is_ready and worker.task is not None:
            self._failed_starts += 1
            if self._failed_starts == _STARTS:
                raise BronnenError(f"The program that reads files does not start ({error.message})", _RESTART)
            self._waiting.appendleft(worker.task)
            worker.task = None
        self._end(worker, error)

    def _end(self, worker: _Worker, error: Exception) -> None:
        kill(worker.seen)
        worker.process.join(5)
        worker.pipe.close()
        self._workers.remove(worker)
        if worker.task is not None:
            worker.task.future.set_exception(error)


_NEXT = "Save it anew as PDF and try again, or give it more with [limits] in the settings."
_CRASHED = ("The program that read this file crashed or ran out of memory.", "Save it anew as PDF and try again.")
_TIMED_OUT = ("Reading this file took longer than its pages account for, and was stopped.", _NEXT)
_RESTART = "Start the machine anew, or install bronnen again; `bronnen check` tells more."


def _given_up() -> BronnenError:
    return BronnenError("This was given up before it was done.")


def _start_forkserver() -> None:
    """Starts the process from which workers are forked, in surroundings of its own.

    One thread per worker, since documents share out the cores. And memory that is let go of stays at hand: Dask has its
    workers give it back at once, so that every large array costs as much as it did at first, a quarter of all time.
    """
    with _starting:
        forkserver.set_forkserver_preload(PRELOADED)
        before = dict(os.environ)
        os.environ.update({name: "1" for name in _THREADS if name not in before})
        os.environ.pop(_GIVE_BACK, None)
        try:
            forkserver.ensure_running()
        finally:
            for name in (*_THREADS, _GIVE_BACK):
                if name in before:
                    os.environ[name] = before[name]
                else:
                    os.environ.pop(name, None)


# In a worker.


def _serve(pipe: Connection, memory: int) -> None:
    """The life of a worker: tasks from the pipe, until the parent goes or ends it."""
    global _pipe
    _pipe = pipe
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    bound(memory)
    for name in _THREADS:
        os.environ.setdefault(name, "1")  # where numpy is not there yet
    _hush()
    while True:
        try:
            does, given = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = ("result", does(*given))
        except Exception as error:
            answer = ("raised", error)
        try:
            pipe.send(answer)
        except OSError:
            return
        except Exception as error:  # it cannot travel
            pipe.send(("raised", RuntimeError(f"{type(error).__name__}: {error}")))


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _hush() -> None:
    """What a library prints while it dies is no news to the reader, who gets the failure."""
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
