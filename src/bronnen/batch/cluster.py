"""Documents on other machines, through Dask: each of its workers watches over processes of its own that read them.

A Dask worker never reads a document itself, so that a crash, a standstill or a memory blow-up costs that document and
not the worker with all that was handed to it. What Dask sends between its machines is pickled: whoever may speak to
them may do anything there. Use a network of your own, or tls://.
"""

from __future__ import annotations

import logging
import multiprocessing
import platform
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bronnen import __version__, classifier
from bronnen.batch import Crew, T, cores
from bronnen.batch.fetching import fetched
from bronnen.batch.workers import Workers
from bronnen.errors import EXTRAS, AstrayError, BronnenError, MissingError, UsageError
from bronnen.extract import tesseract
from bronnen.records import Analysis, Failure, MadeWith
from bronnen.remote import Place
from bronnen.settings import LimitSettings, Settings
from bronnen.shelf import model_folder

LOCAL = "local"
"""What `--scheduler` is called for a cluster on this machine, to try it."""

STARTING = "DASK_DISTRIBUTED__WORKER__DAEMON=False python -m dask worker {address} --nworkers 1 --nthreads CORES"
"""The line that starts a worker; with a nanny, it may have no processes of its own unless told so."""

_PER_THREAD = 2  # documents handed out per thread: one at work, one waiting
_TRIES = 3  # for a document that was lost on its way, not on its worker
_PATIENCE = 60.0  # seconds for the scheduler to answer and for a first worker
_IDLE = 60.0  # seconds without documents after which a Dask worker sends its processes home
_COUNTED = 5.0  # seconds between counts of the cluster's threads
_READERS = ("pypdfium2", "pdfplumber", "python-docx", "odfdo", "trafilatura", "markdown-it-py")
_SAME = (*_READERS, "spacy", "scikit-learn", "numpy")  # other versions may read other words
_AGAIN = "What is done is kept: start the scheduler again, and then the same scan."


@contextmanager
def cluster(scheduler: str, settings: Settings, documents: int) -> Iterator[Crew]:
    """The workers of a Dask cluster at an address such as tcp://host:8786, or of one on this machine (`LOCAL`).

    Raises:
        MissingError: Dask is not installed here, the scheduler does not answer, or it has no workers.
        UsageError: the workers have another bronnen or model than this machine, or may have no processes.
    """
    with _client(scheduler, settings, documents) as client:
        wanted = described(settings)
        _check(client, settings, wanted)
        with Cluster(client, wanted) as executor:
            yield Crew(executor, executor.places)


class Cluster(Executor):
    """Documents go to the workers of a Dask client; what comes back is let go of there at once."""

    def __init__(self, client: Any, wanted: dict[str, str]) -> None:
        self._client, self._wanted = client, wanted
        self._executor: Executor = client.get_executor(pure=False)  # the same document again is another task
        self._counted, self._places = 0.0, 0
        self._made_with: MadeWith | None = None
        self._read_with: dict[str, str] = {}  # per reader its version

    def places(self) -> int:
        """How many documents to have under way; it follows the cluster as that grows and shrinks."""
        if time.monotonic() > self._counted + _COUNTED:
            with suppress(Exception):  # a scheduler that is gone is told by the documents
                self._places = sum(self._client.nthreads().values()) * _PER_THREAD
            self._counted = time.monotonic()
        return max(self._places, _PER_THREAD)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The future of `fn(path, settings)`, where `args` are a place and the settings."""
        told: Future[Any] = Future()
        self._try(told, (fn, *args), _TRIES)
        return told

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=False)  # cancels what is not done

    def _try(self, told: Future[Any], task: tuple[Any, ...], left: int) -> None:
        try:
            self._executor.submit(watched, *task).add_done_callback(partial(self._hear, told, task, left - 1))
        except Exception as error:  # the client is closed
            _tell(told, self._lost(error))

    def _hear(self, told: Future[Any], task: tuple[Any, ...], left: int, found: Future[Any]) -> None:
        """Runs in the client's own thread: the answer, another try, or what became of the task."""
        if told.cancelled():
            return
        error = None if found.cancelled() else found.exception()
        if found.cancelled() or isinstance(error, OSError):  # on its way; the worker itself answers with values
            if left and self._client.status == "running":
                self._try(told, task, left)
            else:
                _tell(told, self._lost(error))
        elif error is not None and type(error).__name__ == "KilledWorker":
            _tell(told, AstrayError(*_KILLED))
        elif error is not None:
            _tell(told, error)
        else:
            _tell(told, self._checked(found.result()))

    def _checked(self, outcome: T) -> T | UsageError:
        """An outcome, or why it cannot stand beside the others: workers may join later than the check.

        Looks at an analysis, also where it is the `analysis` of something more.
        """
        analysis = getattr(outcome, "analysis", outcome)
        if not isinstance(analysis, Analysis):
            return outcome
        made = analysis.made_with
        self._made_with = self._made_with or made
        for reader in analysis.document.extractor.split(", "):
            name, _, found = reader.partition(" ")
            if self._read_with.setdefault(name, found) != found:
                said = f"A worker joined that reads with {reader}, and others with {name} {self._read_with[name]}."
                return UsageError(said, _EQUAL)
        if made != self._made_with or (made.version, made.model) != (self._wanted["bronnen"], self._wanted["model"]):
            return UsageError(f"A worker joined that works with other models: {made}.", _EQUAL)
        return outcome

    def _lost(self, error: BaseException | None) -> BronnenError:
        if self._client.status == "running":
            return AstrayError(f"The cluster lost this file on its way ({error or 'cancelled'}).", "Scan it again.")
        return MissingError("The Dask scheduler is gone.", _AGAIN)


_KILLED = (
    "The Dask workers that had this file were lost, one after another, with all that was on them.",
    "Look at their logs and memory; scan it again, or on this machine.",
)
_EQUAL = (
    "Install the same bronnen, the same model and the same Tesseract with its languages on every machine; "
    "a model by its folder must be there too."
)


def described(settings: Settings) -> dict[str, str]:
    """What must be equal on all machines for results to be equal: versions, and the model by its id.

    Of Tesseract also which of the wanted languages are there, unless text recognition is off.

    Raises:
        MissingError: the model is not there, or does not fit.
    """
    try:
        card, _ = classifier.read(model_folder(settings))
    except MissingError as error:
        raise MissingError(f"On {platform.node()}: {error.message}", _EQUAL) from error
    found = {"bronnen": __version__, "model": str(card["id"]), "Python": ".".join(platform.python_version_tuple()[:2])}
    for name in _SAME:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    if settings.ocr.mode != "off":
        found["Tesseract"] = tesseract.version() or "none"
        wanted = {*settings.ocr.language.split("+"), "osd"}
        found["languages of Tesseract"] = "+".join(sorted(wanted & tesseract.languages())) or "none"
    return found


# On a Dask worker.


def standing(settings: Settings) -> tuple[dict[str, str], bool]:
    """What this machine has (`described`), and whether this process may start others.

    Raises:
        MissingError: the model is not there, or does not fit.
    """
    return described(settings), not multiprocessing.current_process().daemon


def watched(does: Callable[..., T], place: Place, settings: Settings) -> T | Failure | BronnenError:
    """What a process of this Dask worker makes of a document; what went wrong comes back as a value.

    A raised error would be written to the worker's log with the document's name, and be tried again on others.
    """
    if multiprocessing.current_process().daemon:
        return UsageError(*_daemon("SCHEDULER"))
    try:
        with _kept.workers(settings.limits) as workers:
            return fetched(workers, does, place, _at_home(settings))
    except BronnenError as error:
        return error


def _at_home(settings: Settings) -> Settings:
    """The settings without a memory of text recognition where this machine does not have the folder it stands in."""
    if not settings.ocr.cache or Path(settings.ocr.cache).parent.is_dir():
        return settings
    return replace(settings, ocr=replace(settings.ocr, cache=""))


class _Kept:
    """The processes of this Dask worker, one per thread of it, kept between documents and sent home when idle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[LimitSettings, Workers] = {}
        self._users, self._turn = 0, 0
        self._timer: threading.Timer | None = None

    @contextmanager
    def workers(self, limits: LimitSettings) -> Iterator[Workers]:
        with self._lock:
            found = self._made.get(limits)
            if found is None or found.is_closed:  # what broke does not come back by itself
                found = self._made[limits] = Workers(_threads(), limits)
            self._users += 1
            self._turn += 1
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        try:
            yield found
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._timer = threading.Timer(_IDLE, self._send_home, (self._turn,))
                    self._timer.daemon = True
                    self._timer.start()

    def _send_home(self, turn: int) -> None:
        with self._lock:
            if not self._users and turn == self._turn:  # a timer may go off while it is being cancelled
                for workers in self._made.values():
                    workers.shutdown()
                self._made.clear()


_kept = _Kept()


def _threads() -> int:
    from distributed import get_worker

    return int(get_worker().state.nthreads)


# On the machine that scans.


@contextmanager
def _client(scheduler: str, settings: Settings, documents: int) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingError("--scheduler needs distributed, not installed here.", EXTRAS) from error
    if scheduler != LOCAL and not scheduler.startswith(("tcp://", "tls://")):
        step = "Give tcp://HOST:PORT, tls://HOST:PORT or local."
        raise UsageError(f"{scheduler} is no address of a Dask scheduler.", step)
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters to the reader is told as an error
    if scheduler == LOCAL:
        jobs = max(1, min(settings.batch.jobs or cores(), documents))
        with _local_cluster(jobs) as made, Client(made, set_as_default=False) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except Exception as error:
        said = f"The Dask scheduler at {scheduler} does not answer ({type(error).__name__}: {error})."
        step = "Start it with `python -m dask scheduler`, and check its address and certificates."
        raise MissingError(said, step) from error
    with client:
        yield client


@contextmanager
def _local_cluster(jobs: int) -> Iterator[Any]:
    """A cluster on this machine that nobody else can speak to, with one Dask worker."""
    import dask
    from distributed import LocalCluster

    told = {
        "distributed.worker.daemon": False,
        "distributed.scheduler.allowed-failures": _TRIES,
        "distributed.scheduler.http.routes": [],  # no page that tells who reads what
        "distributed.worker.http.routes": [],
        "distributed.worker.profile.enabled": False,  # it looks a hundred times a second at what waits
        "distributed.admin.tick.interval": "500ms",
        "distributed.admin.system-monitor.interval": "5s",
    }
    with dask.config.set(told):
        with _interrupts_held():
            made = LocalCluster(
                n_workers=1,  # it keeps a process per thread, and each Dask worker more would cost seconds to start
                threads_per_worker=jobs,
                processes=True,
                dashboard_address="127.0.0.1:0",
                worker_dashboard_address="127.0.0.1:0",
                security=True,  # certificates for this run
                silence_logs=logging.CRITICAL,
            )
        with made:
            yield made


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes that begin inside ignore Ctrl-C all their life; this one answers it, after this."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _check(client: Any, settings: Settings, wanted: dict[str, str]) -> None:
    """Raises what is wrong with the workers that are there now."""
    address = client.scheduler.address
    start = STARTING.format(address=address)
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except Exception as error:
        raise MissingError(f"The Dask scheduler at {address} has no workers.", f"Start some: `{start}`.") from error
    told: dict[str, Any] = client.run(standing, settings, on_error="return")
    for name, answer in told.items():
        if isinstance(answer, BronnenError):
            raise answer
        if isinstance(answer, BaseException):
            said = f"The worker at {name} cannot run bronnen {__version__} ({type(answer).__name__}: {answer})."
            raise UsageError(said, _EQUAL) from answer
        found, may_start = answer
        if not may_start:
            raise UsageError(*_daemon(address))
        other = [
            f"{key} {found.get(key, 'none')} (here {value})" for key, value in wanted.items() if found.get(key) != value
        ]
        if other:
            raise UsageError(f"The worker at {name} has {', '.join(other)}.", _EQUAL)


def _daemon(address: str) -> tuple[str, str]:
    step = f"Start it with `{STARTING.format(address=address)}`, or with --no-nanny."
    return "A Dask worker may not have processes of its own, and a document would be read without a guard.", step


def _tell(told: Future[Any], found: Any) -> None:
    if not told.set_running_or_notify_cancel():
        return
    if isinstance(found, BaseException):
        told.set_exception(found)
    else:
        told.set_result(found)
