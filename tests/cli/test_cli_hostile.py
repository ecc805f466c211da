"""Folders that somebody made to harm: what hangs, leads out, changes, vanishes, or has a name that means something."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from walks import Walk, files, run, scan

from bronnen import files as opening
from bronnen.cli import inputs
from bronnen.store import Store

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, pipes and such names are made for Linux and macOS")

NAMES = (
    *("met een spatie.txt", "regel\neinde.txt", "-rf.txt", "--help.txt", "[bold red]x.txt", "[link=http:x]a.txt"),
    *("=cmd|' -C calc'!A0.txt", "@SUM(1).txt", "+1.txt", "a;=1+1.txt", 'a,"b".txt', "Политика.txt", "政策.txt"),
    *("سياسة.txt", "\u202egnp.txt", "\x1b[31mrood.txt", "a" * 246 + ".txt", os.fsdecode(b"nota\xff.txt")),
    *("e\u0301.txt", "\u00e9.txt", "$(id).txt", "`id`.txt", "<img src=x onerror=1>.txt", "\t.txt", "CON.txt"),
    *("#image(1).txt", "%00.txt"),
)


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    """What waits for ever fails here."""

    def stop(*_: object) -> None:
        raise TimeoutError("it waits for ever")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def failures() -> dict[str, str]:
    """What failures.csv tells, by the name of the file."""
    with Path("out/failures.csv").open(encoding="utf-8", newline="") as stream:
        return {Path(row["path"]).name: row["message"] for row in csv.DictReader(stream)}


def read() -> list[str]:
    with Path("out/balance.csv").open(encoding="utf-8", newline="") as stream:
        return [Path(row["path"].removeprefix("'")).name for row in csv.DictReader(stream)]


def test_pipes_and_devices_are_told_and_nothing_waits(walk: Walk) -> None:
    files(goed="een")
    os.mkfifo("in/pijp.txt")
    Path("in/nul.txt").symlink_to("/dev/zero")
    Path("named.txt").symlink_to("/dev/zero")
    found = scan("in", "in/pijp.txt", "named.txt")
    assert found.exit_code == 8 and read() == ["goed.txt"]
    assert set(failures()) == {"pijp.txt", "named.txt"}  # the link in the folder led out of it
    assert all("a pipe or a device" in said for said in failures().values())


def test_a_link_that_is_put_there_in_between_is_not_followed(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    files(goed="een", ruil="twee")
    Path("geheim.txt").write_text("dit blijft hier")
    collect = inputs.collect

    def swapped(*given: object) -> inputs.Inputs:
        found = collect(*given)  # type: ignore[arg-type]
        Path("in/ruil.txt").unlink()
        Path("in/ruil.txt").symlink_to(Path("geheim.txt").absolute())
        return found

    monkeypatch.setattr(inputs, "collect", swapped)
    assert scan("in").exit_code == 8
    assert read() == ["goed.txt"] and "leads out of the folder" in failures()["ruil.txt"]


def test_a_folder_that_becomes_a_link_is_not_followed(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in/sub").mkdir()
    Path("in/sub/a.txt").write_text("een")
    Path("elders").mkdir()
    Path("elders/a.txt").write_text("dit blijft hier")
    collect = inputs.collect

    def swapped(*given: object) -> inputs.Inputs:
        found = collect(*given)  # type: ignore[arg-type]
        Path("in/sub").rename("weg")
        Path("in/sub").symlink_to(Path("elders").absolute())
        return found

    monkeypatch.setattr(inputs, "collect", swapped)
    assert scan("in").exit_code == 8 and "leads out of the folder" in failures()["a.txt"]


def test_links_inside_the_folder_still_count(walk: Walk) -> None:
    files(goed="een")
    Path("in/ook.txt").symlink_to("goed.txt")
    Path("lus").symlink_to("in")
    assert scan("lus").exit_code == 0 and len(read()) == 1


def test_a_file_that_changes_before_it_is_read_fails_and_no_twin_is_lost(walk: Walk) -> None:
    files(a="een", b="een", c="twee")

    def changed(path: Path, *told: Any) -> object:
        if path.name == "a.txt":
            path.write_text("iets anders")
        return walk.analyse(path, *told)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bronnen.pipeline.analyse", changed)
        assert scan("in").exit_code == 8
    assert sorted(read()) == ["b.txt", "c.txt"] and "changed while it was read" in failures()["a.txt"]
    assert scan("in").exit_code == 0 and sorted(read()) == ["a.txt", "b.txt", "c.txt"]


def test_files_and_folders_that_vanish_are_told(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    files(goed="een", weg="twee")
    Path("in/sub").mkdir()
    Path("in/sub/ook.txt").write_text("drie")
    collect = inputs.collect

    def gone(*given: object) -> inputs.Inputs:
        found = collect(*given)  # type: ignore[arg-type]
        Path("in/weg.txt").unlink()
        Path("in/sub/ook.txt").unlink()
        Path("in/sub").rmdir()
        return found

    monkeypatch.setattr(inputs, "collect", gone)
    assert scan("in").exit_code == 8
    assert read() == ["goed.txt"] and set(failures()) == {"weg.txt", "ook.txt"}
    assert all("There is no file" in said for said in failures().values())


def test_a_file_that_grows_for_ever_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"a" * 3_000_000)
    reading = opening.opened

    def growing(*told: object) -> object:
        stream = reading(*told)  # type: ignore[arg-type]
        take = stream.read

        class Growing:
            def __enter__(self) -> Growing:
                return self

            def __exit__(self, *_: object) -> None:
                stream.close()

            def fileno(self) -> int:
                return stream.fileno()

            def read(self, size: int = -1) -> bytes:
                with path.open("ab") as more:
                    more.write(b"b" * 1_500_000)
                return take(size)

        return Growing()

    monkeypatch.setattr(opening, "opened", growing)
    for step in (lambda: opening.digest(path), lambda: opening.content(path, 1 << 30)):
        with pytest.raises(OSError, match="changed while it was read"):
            step()
    assert path.stat().st_size < 20_000_000


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "groot.txt"
    with path.open("wb") as stream:
        stream.truncate(5 << 30)  # no byte on the disk
    with pytest.raises(OSError, match="more than 1"):
        opening.content(path, 1 << 30)


def test_names_that_mean_something_are_names(walk: Walk) -> None:
    for number, name in enumerate(NAMES):
        Path("in", name).write_text(f"tekst {number}")
    found = scan("in")
    assert found.exit_code == 0, found.output
    assert not re.search(r"[\x1b\u202e\ud800-\udfff]", found.output)
    assert len(read()) == len(NAMES) == len(walk.walked)
    with Path("out/balance.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert not [cell for row in rows for cell in (row["name"], row["path"]) if re.match(r"[=+\-@\t\r]", cell)]
    for sheet in load_workbook("out/balance.xlsx").worksheets:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["html", "json", "csv", "xlsx", "qdpx", "summary"])
def test_names_that_mean_something_are_names_in_reports(walk: Walk, form: str) -> None:
    chosen = NAMES if form != "summary" else ("=1+1.txt", "#image(1).txt", os.fsdecode(b"nota\xff.txt"), NAMES[1])
    for number, name in enumerate(chosen):
        Path("in", name).write_text(f"tekst {number}")
    assert scan("in").exit_code == 0
    out = Path(f"rapport.{form}" if form in ("html", "json", "xlsx", "qdpx") else "rapport")
    found = run("report", "out", "--format", form, "--out", out)
    assert found.exit_code == 0, found.output
    if form == "summary":
        assert len(list(out.iterdir())) == len(chosen)
        assert all(one.read_bytes().startswith(b"%PDF-") for one in out.iterdir())
    if form == "html":
        assert "<img src=x" not in out.read_text(encoding="utf-8")
    if form == "csv":
        for table in out.glob("*.csv"):
            rows = csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline=""))
            assert not [cell for row in rows for cell in row if re.match(r"[=@]|[+-]\D", cell)], table


def test_a_name_like_an_option_can_be_given(walk: Walk) -> None:
    Path("--help.txt").write_text("een")
    assert run("scan", "--out", "out", "--jobs", "1", "--", "--help.txt").exit_code == 0
    assert read() == ["--help.txt"]


@pytest.mark.parametrize("name", ["a" * 5000, "a" * 300 + ".txt", "nul\0.txt", "\0", "a/" * 3000, "\ud800.txt"])
def test_a_name_that_no_file_can_have_is_told(walk: Walk, name: str) -> None:
    files(goed="een")
    found = scan("in", name)
    assert found.exit_code == 8 and len(read()) == 1, found.output
    assert run("show", name, "--store", "out").exit_code == 2
    assert run("report", "out", "--out", "a.json", "--format", "json", "--document", name).exit_code == 2


def test_paths_in_a_store_are_not_waited_for(walk: Walk) -> None:
    os.mkfifo("pijp.pdf")
    files(goed="een")
    assert scan("in").exit_code == 0
    with Store(Path("out"), write=True) as store:
        key = store.documents()[0][0]
        store.take(1, [(0, str(Path("pijp.pdf").absolute()), key)])
    for form, out in (("qdpx", "a.qdpx"), ("html", "a.html"), ("xlsx", "a.xlsx"), ("pdf", "kopie")):
        assert run("report", "out", "--format", form, "--out", out).exit_code in (0, 2, 8)
