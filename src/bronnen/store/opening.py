"""Opening the file of a store and holding its lock.

The lock is a database of its own, empty, on which an exclusive transaction stays open: it goes when its owner does,
also by kill -9, works on Windows and on network drives as well as the store itself does, and leaves readers alone.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bronnen.errors import StoreError
from bronnen.store.rows import told

FILE = "bronnen.sqlite"
LOCK = "bronnen.lock"
_PATIENCE = 30.0  # seconds to wait for a reader to let go
_LONGEST = 1 << 28  # bytes of a value that is read of a store that may be hostile; the longest text takes 200 MB
_JOURNALS = ("-journal", "-wal", "-shm")


def make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if folder.is_file() else error.strerror or str(error)
        raise StoreError(f"Cannot make the folder {folder}: {reason}.", "Give another folder with --out.") from error


def lock(path: Path) -> sqlite3.Connection:
    with told(path.with_name(FILE)):
        connection = sqlite3.connect(path, timeout=0.2, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def connect(path: Path, *, shared: bool = False) -> sqlite3.Connection:
    """A connection; a shared one may be used by several threads, but by one at a time."""
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=not shared)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")  # else INSERT OR REPLACE removes behind the triggers' back
    connection.execute("PRAGMA secure_delete = ON")  # words that a new analysis leaves out do not stay in the file
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")  # damage is noticed before it is read as something else
    return connection


def bind(connection: sqlite3.Connection, *, write: bool) -> None:
    """Forbids a reader to write, and finds out whether a writer can, before hours of work for it; changes nothing.

    Raises:
        sqlite3.Error: it cannot; SQLite itself only says so at the first change.
    """
    if not write:
        connection.execute("PRAGMA query_only = ON")
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {version:d}")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def copied(connection: sqlite3.Connection, *, shared: bool = False) -> sqlite3.Connection:
    """A copy of a database on a disk that cannot be written; it lies in a temporary file that SQLite takes away."""
    copy = sqlite3.connect("", isolation_level=None, check_same_thread=not shared)
    connection.backup(copy)
    return copy


@contextmanager
def untouched(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a store that may be anything, and that stays as it is, byte for byte.

    Meanwhile no bronnen writes to it. Where a journal says that a writer was cut off, or the file is in another
    journal mode, reading it would mean writing to it: then a copy in a temporary folder is read.

    Raises:
        StoreError: another bronnen is writing, or the file cannot be opened.
    """
    with told(path), _alone(path.with_name(LOCK)), tempfile.TemporaryDirectory(prefix="bronnen-") as folder:
        found = path
        if any(path.with_name(path.name + ending).is_file() for ending in _JOURNALS) or _is_wal(path):
            found = Path(folder) / FILE
            for ending in ("", *_JOURNALS):
                with suppress(FileNotFoundError):
                    shutil.copyfile(path.with_name(path.name + ending), found.with_name(found.name + ending))
        with closing(
            sqlite3.connect(_address(found, copy=found != path), uri=True, isolation_level=None)
        ) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            connection.text_factory = decoded
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA temp_store = FILE")
            yield connection


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Holds the lock of a store without making one: who writes makes it."""
    if not path.is_file():
        yield
        return
    connection = sqlite3.connect(_address(path, copy=True), uri=True, timeout=0.2, isolation_level=None)
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorname or "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise
        except sqlite3.DatabaseError:
            pass  # no lock of bronnen, or on a disk that cannot be written: nobody writes there
        yield


def _is_wal(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(20)[18:20] != b"\x01\x01"


def _address(path: Path, *, copy: bool) -> str:
    """The address under which SQLite opens a file for reading, or a copy for writing too; never makes one."""
    name = path.absolute().as_posix().replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file://{'' if name.startswith('/') else '/'}{name}?mode={'rw' if copy else 'ro'}"


def decoded(text: bytes) -> str:
    """Text as it is stored; what is no UTF-8 as lone surrogates, that a check can find."""
    return text.decode("utf-8", "surrogateescape")
