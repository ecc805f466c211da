"""Files in a store of objects or on a server, through fsspec: listed, hashed, and copied here while one is read.

The only room that opens a connection, and only to the address that the user typed. What is written and shown of an
address has no name, password or token in it. The process that takes a document apart never gets to see the connection:
whoever watches over it makes the copy, and removes it whatever becomes of that process.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, Any

from bronnen.errors import EXTRAS, BronnenError, MissingError, UnreadableError, UsageError

PROTOCOLS = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "sftp", "ssh", "smb", "memory")
"""What may stand before ://. Not http: a document on the open web is for a browser, which shows where it comes from.

Not file: a path is guarded against what hangs or leads elsewhere, and an address of it would pass by all that.
"""

_ACCOUNTS = ("az", "abfs", "abfss")  # there a container stands before the @, no user
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_CHUNK = 1 << 20
_MAX_BYTES = 1 << 30  # as for a file on disk
_COPIES = "bronnen-copy-"
_DAY = 24 * 3600.0  # seconds
_UNSAFE = re.compile(r"[^\w .,()-]+")
_STORE = "bronnen.sqlite"


@dataclass(frozen=True, slots=True)
class Remote:
    """A file behind an address; `str()` gives the address as it may be written anywhere."""

    shown: str
    given: str = field(repr=False)  # the address that was typed, with what opens it
    path: str = field(repr=False)  # of the file, as its file system names it
    sha256: str = ""  # of its bytes, where known: a copy that differs is refused

    def __str__(self) -> str:
        return self.shown

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(self.path).name

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path).suffix

    @property
    def identity(self) -> tuple[str, ...]:
        """Equal for the same file only: who opens which server, and its path there, as two may be shown alike."""
        protocol, authority, _, query = _parts(self.given)
        return protocol, authority, query, self.path


Place = Path | Remote


def is_url(told: str) -> bool:
    """Whether what was typed is an address rather than a path.

    >>> is_url("s3://archief/2024"), is_url("C:/archief")
    (True, False)
    """
    return _URL.match(told) is not None


def shown(url: str) -> str:
    """An address without who may open it: no name, no password, no query, no line breaks.

    >>> shown("sftp://jan:geheim@host/map/nota.pdf?sig=abc")
    'sftp://host/map/nota.pdf'
    """
    protocol, authority, path, _ = _parts(url)
    before, at, after = authority.rpartition("@")
    keeps = protocol in _ACCOUNTS and ":" not in before
    return f"{protocol}://{before + at if keeps else ''}{after}{path}"


def _parts(url: str) -> tuple[str, str, str, str]:
    """Protocol, authority, path with its first slash, and query."""
    protocol, _, rest = url.partition("://")
    told, _, query = rest.partition("?")
    authority, slash, path = told.partition("/")
    return protocol.lower(), authority, slash + path, query


def listed(told: str, suffixes: Collection[str], ignored: Counter[str]) -> Iterator[Remote]:
    """The files behind an address: itself, or all below it of a type that can be read, in an order of their own.

    `ignored` counts the others by reason, as for a folder on disk. A folder that holds a store is passed over.

    Raises:
        UsageError: the protocol is not one of `PROTOCOLS`, or a password may stand where the path begins.
        MissingError: what speaks it is not installed.
        UnreadableError: it cannot be reached or listed.
    """
    system, root = _opened(told)
    try:
        if system.isfile(root):
            yield Remote(shown(told), told, root)
            return
        yield from _below(system, root, _Listing(told, root, suffixes, ignored))
        system.invalidate_cache()  # a listing of a million files is not kept beside the files
    except BronnenError:
        raise
    except Exception as error:
        raise _unreadable(told, error) from None  # the text of a library's own error may hold a password


def sha256_of(place: Remote) -> str:
    """The sha256 of a file's bytes, in hexadecimal.

    Raises:
        UnreadableError: it cannot be reached.
    """
    return _copied(place, None)


@contextmanager
def at_hand(place: Place) -> Iterator[Path]:
    """A path on this machine with the bytes of a file, for as long as it is needed.

    Raises:
        UnreadableError: it cannot be reached, is too large, or is another file than when it was hashed.
    """
    if isinstance(place, Path):
        yield place
        return
    _sweep()
    with tempfile.TemporaryDirectory(prefix=f"{_COPIES}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        stem = _cut(_UNSAFE.sub("_", PurePosixPath(place.path).stem), 160).strip(" .") or "document"
        copy = Path(folder) / f"{stem}{_cut(_UNSAFE.sub('_', place.suffix), 40)}"
        with copy.open("wb") as stream:
            found = _copied(place, stream)
        if place.sha256 and found != place.sha256:
            raise UnreadableError(f"{place.name} was changed while it was being scanned.", "Run the same scan again.")
        yield copy


def _cut(name: str, most: int) -> str:
    """As much of a name as fits in so many bytes: a disk counts those, and 255 is often all it takes."""
    return name.encode()[:most].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class _Listing:
    told: str
    root: str
    suffixes: Collection[str]
    ignored: Counter[str]

    def remote(self, path: str) -> Remote:
        return Remote(f"{shown(self.told).rstrip('/')}/{path[len(self.root) :].lstrip('/')}", self.told, path)


def _below(system: Any, folder: str, listing: _Listing) -> Iterator[Remote]:
    found = sorted(system.ls(folder, detail=True), key=lambda one: str(one["name"]))
    if any(PurePosixPath(one["name"]).name == _STORE for one in found):
        return
    for one in found:
        path = str(one["name"]).rstrip("/")
        name = PurePosixPath(path).name
        if path == folder.rstrip("/"):
            continue  # the folder's own marker
        if not path.startswith(folder.rstrip("/") + "/") or name in ("", ".", ".."):
            listing.ignored["not below the address"] += 1  # a server that answers with what was not asked
        elif one.get("islink") or one["type"] == "link":
            listing.ignored["link"] += 1
        elif name.startswith((".", "~$")):
            listing.ignored["hidden or temporary"] += one["type"] != "directory"
        elif one["type"] == "directory":
            yield from _below(system, path, listing)
        elif one["type"] != "file":
            listing.ignored["no file"] += 1  # a pipe or a device: reading it may never end
        elif PurePosixPath(path).suffix.lower() not in listing.suffixes:
            listing.ignored[PurePosixPath(path).suffix.lower() or "without a suffix"] += 1
        else:
            yield listing.remote(path)


def _opened(told: str) -> tuple[Any, str]:
    """The file system behind an address, and the path in it. fsspec gives each thread its own."""
    protocol = told.partition("://")[0].lower()
    if protocol in ("file", "local"):
        raise UsageError(f"bronnen reads no files from {protocol}://.", "Give the path itself.")
    if protocol not in PROTOCOLS or "::" in told:
        said = f"bronnen reads no files from {protocol[:20]}://."
        raise UsageError(said, f"It reads from {', '.join(PROTOCOLS)}; or copy them to a folder first.")
    authority = re.split("[/?]", told.partition("://")[2], maxsplit=1)
    if ":" in authority[0] and "@" in authority[-1] and len(authority) == 2:
        said = "This address may have a password with / or ? in it, or a path with @, and cannot be told apart."
        step = "Give the password by the environment or fsspec's own settings (such as FSSPEC_SFTP_PASSWORD)."
        raise UsageError(said, step)
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingError("Reading from an address needs fsspec, not installed here.", EXTRAS) from None
    told_too = {"host_key_policy": "reject"} if protocol in ("sftp", "ssh") else {}  # its default trusts any server
    try:
        system, path = url_to_fs(told, **told_too)
    except ImportError as error:
        raise MissingError(f"Reading from {protocol}:// needs more: {error}.", "Install that beside bronnen.") from None
    except Exception as error:
        raise _unreadable(told, error) from None
    return system, str(path)


def _copied(place: Remote, target: IO[bytes] | None) -> str:
    """The sha256 of the bytes that came, written to `target` on the way."""
    found, size = hashlib.sha256(), 0
    system, _ = _opened(place.given)
    try:
        with system.open(place.path, "rb", block_size=_CHUNK) as stream:
            while piece := stream.read(_CHUNK):
                size += len(piece)
                if size > _MAX_BYTES:
                    raise UnreadableError(f"{place.name} is larger than 1 GB.", "Split it.")
                found.update(piece)
                if target is not None:
                    target.write(piece)
    except BronnenError:
        raise
    except Exception as error:
        raise _unreadable(place.given, error, place.shown) from None
    return found.hexdigest()


def _unreadable(told: str, error: Exception, name: str = "") -> UnreadableError:
    """What went wrong, without what opens the address."""
    said = f"{type(error).__name__}: {error}".rstrip(": ")
    rest = told.partition("://")[2]
    secrets = {rest.partition("/")[0].rpartition("@")[0], rest.partition("?")[2]}
    secrets |= {part for secret in set(secrets) for part in re.split("[:&=]", secret) if len(part) > 3}
    secrets |= {_decoded(secret) for secret in secrets}  # as a library may tell it
    for secret in sorted(secrets, key=len, reverse=True):
        said = said.replace(secret, "***") if secret else said
    step = "Check the address and what opens it (environment or fsspec's own settings)."
    return UnreadableError(f"Cannot read {name or shown(told)} ({' '.join(said.split())[:300]}).", step)


def _decoded(text: str) -> str:
    """A text with its %2F and the like as what they stand for."""
    found = re.sub(
        rb"%[0-9A-Fa-f]{2}", lambda one: bytes.fromhex(one[0][1:].decode()), text.encode(errors="surrogatepass")
    )
    return found.decode(errors="replace")


@lru_cache(maxsize=1)
def _sweep() -> None:
    """Removes copies of documents that a killed process left behind; once in the life of this one.

    Not before a day has gone by: a process in another container may share the folder and not be seen from here.
    """
    import psutil

    for folder in Path(tempfile.gettempdir()).glob(f"{_COPIES}*"):
        owner = folder.name.removeprefix(_COPIES).partition("-")[0]
        with suppress(OSError):
            is_old = folder.lstat().st_mtime < time.time() - _DAY
            if is_old and owner.isdigit() and not psutil.pid_exists(int(owner)) and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
