"""Opening the file of a store and holding its lock.

The lock is a database of its own, empty, on which an exclusive transaction stays open: it goes when its owner does,
also by kill -9, works on Windows and on network drives as well as the store itself does, and leaves readers alone.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bronnen.errors import StoreError
from bronnen.store.rows import told

FILE = "bronnen.sqlite"
LOCK = "bronnen.lock"
_PATIENCE = 30.0  # seconds to wait for a reader to let go


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
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def copied(connection: sqlite3.Connection, *, shared: bool = False) -> sqlite3.Connection:
    """A copy of a database on a disk that cannot be written; it lies in a temporary file that SQLite takes away."""
    copy = sqlite3.connect("", isolation_level=None, check_same_thread=not shared)
    connection.backup(copy)
    return copy
