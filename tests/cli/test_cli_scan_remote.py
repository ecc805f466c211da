"""`bronnen scan` of an address: as of a folder, and without a trace of what opens it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from walks import Walk, scan

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def archive() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    for name, content in {"a.txt": "one", "b.txt": "one", "sub/c.txt": "two", "d.txt": "encrypted"}.items():
        system.pipe(f"/shelf/{name}", content.encode())
    yield "memory://shelf?token=geheim"
    system.store.clear()


def rows(name: str) -> list[dict[str, str]]:
    with Path("out", name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """memory:// takes no tokens; the address that was typed stays with the file all the same."""
    from bronnen import remote

    real = remote._opened
    monkeypatch.setattr(remote, "_opened", lambda told: real(told.partition("?")[0]))


@pytest.mark.usefixtures("opened")
def test_every_file_is_accounted_for_and_known_again(walk: Walk, archive: str) -> None:
    found = scan(archive)
    assert found.exit_code == 8, found.output
    assert [row["path"] for row in rows("balance.csv")] == ["memory://shelf/a.txt", "memory://shelf/sub/c.txt"]
    assert [row["name"] for row in rows("balance.csv")] == ["a.txt", "c.txt"]
    assert [(row["path"], row["same_as"]) for row in rows("duplicates.csv")] == [
        ("memory://shelf/b.txt", "memory://shelf/a.txt")
    ]
    assert [(row["path"], row["code"]) for row in rows("failures.csv")] == [("memory://shelf/d.txt", "encrypted")]
    walk.walked.clear()
    assert scan(archive).exit_code == 8
    assert walk.walked == ["d.txt"], "only what failed is read again"


@pytest.mark.usefixtures("opened", "walk")
def test_what_opens_an_address_is_written_nowhere(archive: str) -> None:
    found = scan(archive)
    assert "geheim" not in found.output
    written = [path for path in Path("out").rglob("*") if path.is_file()]
    assert any(path.name == "bronnen.sqlite" for path in written)
    assert not [path.name for path in written if b"geheim" in path.read_bytes()]


@pytest.mark.usefixtures("walk")
def test_an_address_that_is_wrong_leaves_nothing_behind() -> None:
    found = scan("memory://nowhere")
    assert found.exit_code == 3 and "memory://nowhere" in found.output
    assert not Path("out").exists()
    assert scan("https://example.org/a.pdf").exit_code == 2


@pytest.mark.usefixtures("opened", "walk")
def test_a_single_file_that_fails_ends_with_its_own_code(archive: str) -> None:
    assert scan(archive.replace("?", "/d.txt?")).exit_code == 4
