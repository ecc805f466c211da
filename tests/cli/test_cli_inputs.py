"""Which files a scan takes, and how often."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bronnen.cli.inputs import Part, collect, part_of
from bronnen.errors import UsageError
from bronnen.extract import extended

SUFFIXES = {".pdf", ".txt"}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        *("b.pdf", "a.PDF", "sub/c.txt", "sub/deep/d.pdf", "x.docx", "x.xls", "y.xls", "noext"),
        *("._a.pdf", "~$b.pdf", ".hidden.pdf", ".git/e.pdf", "out/f.pdf", "old/bronnen.sqlite", "old/g.txt"),
    ):
        file = tmp_path / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "in"


def names(*given: str, out: str = "in/out") -> list[str]:
    return [path.as_posix() for path in collect(given, SUFFIXES, Path(out)).files]


@pytest.mark.usefixtures("tree")
def test_a_folder_gives_what_can_be_read_in_order() -> None:
    assert names("in") == ["in/a.PDF", "in/b.pdf", "in/sub/c.txt", "in/sub/deep/d.pdf"]
    ignored = collect(["in"], SUFFIXES, Path("in/out")).ignored
    assert dict(ignored) == {".docx": 1, ".xls": 2, "without a suffix": 1, "hidden or temporary": 3}


@pytest.mark.usefixtures("tree")
def test_a_file_that_is_named_is_taken_once() -> None:
    assert names("in/x.xls", "in/b.pdf", "in/../in/b.pdf", str(Path("in/b.pdf").absolute())) == ["in/x.xls", "in/b.pdf"]
    assert names("in/sub", "in/sub/deep", "in/sub/c.txt") == ["in/sub/c.txt", "in/sub/deep/d.pdf"]
    assert names("gone.pdf", "gone*.pdf") == ["gone.pdf", "gone*.pdf"]


@pytest.mark.usefixtures("tree")
def test_patterns_that_the_shell_left_alone() -> None:
    assert names("in/*.pdf") == ["in/b.pdf"]
    assert names("in/**/*.pdf") == ["in/b.pdf", "in/sub/deep/d.pdf"]
    assert names("in/s*") == ["in/sub/c.txt", "in/sub/deep/d.pdf"]
    odd = Path("in/sub/[a].txt")
    odd.write_text("x")
    assert names("in/sub/[a].txt") == ["in/sub/[a].txt"]


def test_links_out_of_the_folder_are_not_followed(tree: Path) -> None:
    outside = tree.parent / "elsewhere"
    outside.mkdir()
    (outside / "secret.pdf").write_text("x")
    try:
        (tree / "link.pdf").symlink_to(outside / "secret.pdf")
        (tree / "sub" / "folder").symlink_to(outside)
        (tree / "sub" / "round").symlink_to(tree)
        (tree / "sub" / "same.txt").symlink_to(tree / "sub" / "c.txt")
    except OSError:
        pytest.skip("no symlinks here")
    assert names("in") == ["in/a.PDF", "in/b.pdf", "in/sub/c.txt", "in/sub/same.txt", "in/sub/deep/d.pdf"]
    assert collect(["in"], SUFFIXES).ignored["link out of the folder"] == 1


def test_a_link_to_itself_stops_nothing(tree: Path) -> None:
    try:
        (tree / "loop.pdf").symlink_to("loop.pdf")
    except OSError:
        pytest.skip("no symlinks here")
    assert "in/loop.pdf" in names("in")


@pytest.mark.usefixtures("tree")
def test_results_beside_the_documents_hide_none_of_them() -> None:
    everything = ["in/a.PDF", "in/b.pdf", "in/out/f.pdf", "in/sub/c.txt", "in/sub/deep/d.pdf"]
    assert names("in", out="in") == everything
    assert names("in", out=".") == everything
    assert names("in/**/*.pdf", out="in") == ["in/b.pdf", "in/out/f.pdf", "in/sub/deep/d.pdf"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may enter everything")
def test_a_folder_that_may_not_be_entered_stops_nothing(tree: Path) -> None:
    (tree / "sub").chmod(0o400)
    try:
        assert {"in/a.PDF", "in/b.pdf"} <= set(names("in"))
    finally:
        (tree / "sub").chmod(0o700)


@pytest.mark.skipif(os.name == "nt", reason="names of bytes")
def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"nota\xff.txt")).write_text("x")
    assert len(collect([str(tmp_path)], SUFFIXES).files) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("C:\\short.pdf", "C:\\short.pdf"),
        ("C:\\" + "a" * 300, "\\\\?\\C:\\" + "a" * 300),
        ("\\\\server\\share\\" + "a" * 300, "\\\\?\\UNC\\server\\share\\" + "a" * 300),
        ("\\\\?\\C:\\" + "a" * 300, "\\\\?\\C:\\" + "a" * 300),
    ],
)
def test_long_names_on_windows(name: str, expected: str) -> None:
    assert extended(name) == expected


@pytest.mark.usefixtures("tree")
def test_every_file_is_in_one_part_wherever_the_folder_stands(tmp_path: Path) -> None:
    whole = names("in")
    parts = [collect(["in"], SUFFIXES, Path("in/out"), Part(number, 3)) for number in (1, 2, 3)]
    assert sorted(file.as_posix() for part in parts for file in part.files) == sorted(whole)
    assert [part.ignored["in another part"] for part in parts] == [len(whole) - len(part.files) for part in parts]
    Path("in").rename("elsewhere")
    moved = collect([str(tmp_path / "elsewhere")], SUFFIXES, None, Part(1, 3)).files
    assert [file.name for file in moved if "out" not in str(file)] == [file.name for file in parts[0].files]


def test_parts_are_of_like_size() -> None:
    sizes = [sum(Part(number, 4).holds(f"map/{name}.pdf") for name in range(4000)) for number in (1, 2, 3, 4)]
    assert sum(sizes) == 4000 and max(sizes) - min(sizes) < 200


@pytest.mark.parametrize("told", ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", "1/99999999", "²/4"])
def test_a_part_that_is_none_is_told(told: str) -> None:
    with pytest.raises(UsageError, match="3/16"):
        part_of(told)


def test_addresses_stand_beside_folders_and_share_their_parts() -> None:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    for name in ("a.pdf", "sub/b.pdf", "sub/c.txt", "d.xls"):
        system.pipe(f"/inputs/{name}", name.encode())
    found = collect(["memory://inputs", "memory://inputs/sub/", "memory://inputs/a.pdf"], SUFFIXES)
    assert [str(file) for file in found.files] == [
        f"memory://inputs/{name}" for name in ("a.pdf", "sub/b.pdf", "sub/c.txt")
    ]
    part = collect(["memory://inputs"], SUFFIXES, None, Part(1, 2)).files
    assert [str(file) for file in part] == [
        f"memory://inputs/{name}" for name in ("a.pdf", "sub/b.pdf", "sub/c.txt") if Part(1, 2).holds(name)
    ]
    system.store.clear()
