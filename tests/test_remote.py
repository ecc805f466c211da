"""Files behind an address: what is listed, what is shown of it, and what a copy must be."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

fsspec = pytest.importorskip("fsspec")

from bronnen import remote  # noqa: E402
from bronnen.batch.fetching import fetched  # noqa: E402
from bronnen.errors import MissingError, UnreadableError, UsageError  # noqa: E402
from bronnen.records import Failure  # noqa: E402
from bronnen.remote import at_hand, listed, sha256_of, shown  # noqa: E402
from bronnen.settings import Settings  # noqa: E402

SUFFIXES = {".pdf", ".txt"}
ODD = "é\n#?%41 [x].pdf"


@pytest.fixture
def archive() -> Iterator[str]:
    """An address with files: their contents are their paths."""
    system = fsspec.filesystem("memory")
    for name in ("b.pdf", "a.PDF", "sub/c.txt", ODD, "x.xls", ".hidden.pdf", ".git/e.pdf", "~$b.pdf"):
        system.pipe(f"/archive/{name}", name.encode())
    system.pipe("/archive/old/bronnen.sqlite", b"")
    system.pipe("/archive/old/f.pdf", b"f")
    system.pipe("/archive2/g.pdf", b"g")
    yield "memory://archive"
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def test_an_address_gives_what_a_folder_would(archive: str) -> None:
    ignored: Counter[str] = Counter()
    found = list(listed(archive, SUFFIXES, ignored))
    assert [str(one) for one in found] == [f"memory://archive/{name}" for name in ("a.PDF", "b.pdf", "sub/c.txt", ODD)]
    assert dict(ignored) == {".xls": 1, "hidden or temporary": 2}
    assert [one.name for one in found] == ["a.PDF", "b.pdf", "c.txt", ODD]
    (one,) = listed(f"{archive}/sub/c.txt", SUFFIXES, ignored)
    assert (str(one), sha256_of(one)) == ("memory://archive/sub/c.txt", sha256(b"sub/c.txt").hexdigest())


def test_a_copy_is_there_only_while_it_is_read(archive: str) -> None:
    for one in listed(archive, SUFFIXES, Counter()):
        with at_hand(replace(one, sha256=sha256_of(one))) as path:
            assert path.read_bytes() == str(one).removeprefix("memory://archive/").encode()
            assert path.suffix == one.suffix and path.name.isprintable() and "/" not in path.name
            folder = path.parent
        assert not folder.exists()
    with at_hand(Path("as it is")) as path:
        assert path == Path("as it is")


def test_a_file_that_changes_or_goes_between_listing_and_reading_is_told(archive: str) -> None:
    one = next(iter(listed(f"{archive}/b.pdf", SUFFIXES, Counter())))
    known = replace(one, sha256=sha256_of(one))
    system = fsspec.filesystem("memory")
    system.pipe("/archive/b.pdf", b"other")
    with pytest.raises(UnreadableError, match=r"b\.pdf was changed"), at_hand(known):
        raise AssertionError("nothing is read")
    system.rm("/archive/b.pdf")
    with pytest.raises(UnreadableError, match=r"memory://archive/b\.pdf"), at_hand(known):
        raise AssertionError("nothing is read")
    assert not list(Path(tempfile.gettempdir()).glob(f"bronnen-copy-{os.getpid()}-*"))


@pytest.mark.parametrize("told", ["http://host/a.pdf", "https://host/a.pdf", "zip://a.pdf::file:///b.zip", "ftp://h/a"])
def test_other_addresses_are_refused_before_any_connection(told: str) -> None:
    with pytest.raises(UsageError, match="reads no files from"):
        list(listed(told, SUFFIXES, Counter()))


@pytest.mark.parametrize("told", ["file:///tmp", "FILE://a.pdf", "local:///tmp"])
def test_an_address_of_this_disk_is_refused_for_its_path(told: str) -> None:
    with pytest.raises(UsageError, match="Give the path itself"):
        list(listed(told, SUFFIXES, Counter()))


@pytest.mark.parametrize(
    "told", ["sftp://jan:ge/heim@host/a", "sftp://jan:ge?heim@host/a", "smb://jan:g@e/heim@host/a"]
)
def test_an_address_whose_password_cannot_be_told_from_its_path_is_refused(told: str) -> None:
    with pytest.raises(UsageError, match="environment") as caught:
        list(listed(told, SUFFIXES, Counter()))
    assert "heim" not in str(caught.value)


def test_a_password_that_a_library_decodes_is_not_shown() -> None:
    url = "sftp://jan:ge%2Fheim@host/a"
    assert "heim" not in str(remote._unreadable(url, OSError("no entry for jan with ge/heim")))


def test_what_is_no_file_or_not_below_the_address_is_counted(archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    system = fsspec.filesystem("memory")
    told = [
        {"name": "/archive", "type": "directory"},
        {"name": "/archive/pipe.pdf", "type": "other"},
        {"name": "/elsewhere/x.pdf", "type": "file"},
        {"name": "/archive/..", "type": "directory"},
        {"name": "/archive/b.pdf", "type": "file"},
    ]
    monkeypatch.setattr(type(system), "ls", lambda self, path, detail: told)
    ignored: Counter[str] = Counter()
    assert [one.name for one in listed(archive, SUFFIXES, ignored)] == ["b.pdf"]
    assert dict(ignored) == {"no file": 1, "not below the address": 2}


def test_a_copy_has_a_name_that_fits_on_a_disk(archive: str) -> None:
    system = fsspec.filesystem("memory")
    system.pipe(f"/archive/{'字' * 300}.pdf", b"x")
    (one,) = (one for one in listed(archive, SUFFIXES, Counter()) if one.name.startswith("字"))
    with at_hand(one) as path:
        assert path.suffix == ".pdf" and len(path.name.encode()) <= 200


def test_without_a_place_for_a_copy_that_file_fails(archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    one = next(iter(listed(archive, SUFFIXES, Counter())))
    found = fetched(ThreadPoolExecutor(1), lambda *_: pytest.fail("nothing is read"), one, Settings())
    assert isinstance(found, Failure) and found.code == "unreadable" and "TMPDIR" in found.message


def test_files_of_two_servers_that_are_shown_alike_are_two() -> None:
    def identity(url: str) -> tuple[str, ...]:
        return remote.Remote(shown(url), url, "/map/a.pdf").identity

    assert identity("sftp://jan@host/map") != identity("sftp://piet@host/map")
    assert identity("sftp://jan@host/map") == identity("SFTP://jan@host/map/a.pdf")


def test_a_wrong_address_is_told_and_a_missing_library_named() -> None:
    with pytest.raises(UnreadableError, match="memory://nowhere"):
        list(listed("memory://nowhere", SUFFIXES, Counter()))
    if importlib.util.find_spec("s3fs") is None:
        with pytest.raises(MissingError, match="s3fs"):
            list(listed("s3://bucket/folder", SUFFIXES, Counter()))


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("sftp://jan:geheim@host:22/map/a.pdf", "sftp://host:22/map/a.pdf"),
        ("SFTP://jan@host/map/a@b.pdf", "sftp://host/map/a@b.pdf"),
        ("s3://bucket/a?X-Amz-Signature=geheim", "s3://bucket/a"),
        ("abfs://bak@rekening.dfs.core.windows.net/a?sig=geheim", "abfs://bak@rekening.dfs.core.windows.net/a"),
        ("smb://dom;jan:ge@heim@host/a", "smb://host/a"),
        ("abfs://jan:geheim@rekening/a", "abfs://rekening/a"),
    ],
)
def test_what_opens_an_address_is_not_shown(url: str, safe: str) -> None:
    assert shown(url) == safe
    one = remote.Remote(shown(url), url, "/map/a.pdf")
    assert "geheim" not in f"{one!r} {one}" and "jan" not in repr(one)
    opens = url.partition("://")[2].partition("/")[0].rpartition("@")[0].rpartition(":")[2] or url.rpartition("=")[2]
    said = str(remote._unreadable(url, OSError(f"401 for {url}: {opens}")))
    assert not any(secret in said for secret in ("geheim", "ge@heim")) and safe in said


def test_an_address_is_no_path() -> None:
    assert remote.is_url("s3://a/b") and remote.is_url("memory://a")
    assert not any(map(remote.is_url, ("a/b", "C:/a", "C:\\a", "//server/share", "s3:/a", "./s3://a")))


def test_copies_of_a_killed_run_are_removed_after_a_day(
    archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (old, fresh, alive) = (
        tmp_path / f"bronnen-copy-{name}" for name in ("99999999-a", "99999999-b", f"{os.getpid()}-c")
    )
    for folder in (old, fresh, alive):
        folder.mkdir()
        (folder / "secret.pdf").write_text("x")
    for folder in (old, alive):
        os.utime(folder, (1, 1))
    remote._sweep.cache_clear()
    with at_hand(next(iter(listed(archive, SUFFIXES, Counter())))):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([fresh.name, alive.name])
