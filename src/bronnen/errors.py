"""What can go wrong, each with an exit code, a word for programs and a next step for the reader."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    OK = 0
    BUG = 1
    USAGE = 2
    UNREADABLE = 3
    ENCRYPTED = 4
    NO_TEXT = 5
    MISSING = 6
    STORE = 7
    BATCH = 8
    INTERRUPTED = 130


EXTRAS = "In a checkout of bronnen: `python -m uv sync --extra office --extra pdf --extra parquet --extra dask`."
"""What installs all that is optional; one extra at a time would take the others away again."""


class BronnenError(Exception):
    """Something the reader can act upon. `str()` gives the message and the next step."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    code: ClassVar[str] = "bug"

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step)  # both in args, so that it survives pickling between processes
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class UsageError(BronnenError):
    """The command, an option or a setting is wrong."""

    exit_code, code = ExitCode.USAGE, "usage"


class UnreadableError(BronnenError):
    """The file is damaged, empty, or not what its name says."""

    exit_code, code = ExitCode.UNREADABLE, "unreadable"


class LostError(UnreadableError):
    """The process that read the file is lost: it died, stood still or grew too large. Only this file pays for it."""

    code = "crashed"


class TimedOutError(LostError):
    """Reading took longer than the file's pages account for."""

    code = "timeout"


class TooLargeError(LostError):
    """Reading took more memory than one document may."""

    code = "memory"


class AstrayError(LostError):
    """A cluster lost the document on its way: no fault of the document, which may be tried again."""

    code = "lost"


class EncryptedError(BronnenError):
    """The file opens only with a password."""

    exit_code, code = ExitCode.ENCRYPTED, "encrypted"


class NoTextError(BronnenError):
    """The file opens but has no text to read: a scan, or a garbled text layer."""

    exit_code, code = ExitCode.NO_TEXT, "no_text"


class MissingError(BronnenError):
    """A model, library or program that this needs is not there or does not fit."""

    exit_code, code = ExitCode.MISSING, "missing"


class StoreError(BronnenError):
    """A store or an exchange file is damaged, of another format, or in use."""

    exit_code, code = ExitCode.STORE, "store"
