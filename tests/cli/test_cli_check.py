"""`bronnen check`: says what works and what mends the rest, and never falls over itself."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from walks import run

from bronnen import language, shelf
from bronnen.batch import limits
from bronnen.cli import machine
from bronnen.cli.machine import Line
from bronnen.extract import tesseract

NEEDED = {"bronnen", "libraries", "language", "model", "folder", "scan"}
NO_OPTIONAL = {"office", "pdf", "parquet", "ocr", "dask"}


def told(*words: str | Path) -> tuple[int, dict[str, Any]]:
    """The exit code and the lines by name."""
    found = run("check", "--format", "json", *words)
    assert found.exit_code in (0, 6), found.output
    report = json.loads(found.stdout)
    assert report["works"] == (found.exit_code == 0)
    lines = {line["name"]: line for line in report["lines"]}
    for line in lines.values():
        assert line["state"] in ("ok", "missing", "trouble") and line["purpose"] and line["found"]
        assert bool(line["mend"]) == (line["state"] != "ok"), line
    return found.exit_code, lines


@pytest.fixture
def without_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long and is not what a test is about."""
    monkeypatch.setattr(machine, "_optional", lambda: iter(()))


def test_here_all_that_a_scan_needs_works(tmp_path: Path) -> None:
    code, lines = told("--out", tmp_path / "not" / "yet")
    assert code == 0 and lines.keys() >= NEEDED | NO_OPTIONAL | {"room", "memory"}
    assert {name for name, line in lines.items() if line["is_needed"] and line["state"] == "ok"} >= NEEDED
    assert "pypdfium2" in lines["scan"]["found"] and str(tmp_path) in lines["folder"]["found"]
    assert list(tmp_path.iterdir()) == []
    assert lines["pdf"]["state"] == "ok" or "pdf" in lines["pdf"]["mend"]


@pytest.mark.usefixtures("without_optional")
def test_a_model_that_is_not_there_is_told_with_the_way_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(shelf.VARIABLE, str(tmp_path))
    (tmp_path / "in-use.txt").write_text("mine\n")
    code, lines = told("--out", tmp_path)
    assert code == 6
    assert lines["model"]["state"] == "trouble" and "bronnen models use bronnen" in lines["model"]["mend"]
    assert lines["scan"]["state"] == "trouble" and lines["language"]["state"] == "ok"
    shown = run("check", "--out", tmp_path)
    assert shown.exit_code == 6 and "Scans do not work here yet" in shown.stdout and "(needed)" in shown.stdout


@pytest.mark.usefixtures("without_optional")
def test_a_model_or_settings_that_are_no_good_are_told(tmp_path: Path) -> None:
    code, lines = told("--model", tmp_path / "none", "--out", tmp_path)
    assert code == 6 and lines["model"]["state"] == "trouble"
    (tmp_path / "s.toml").write_text("[segmnt]\n")
    code, lines = told("--settings", tmp_path / "s.toml", "--out", tmp_path)
    assert code == 6 and lines["settings"]["state"] == "trouble" and lines["scan"]["state"] == "ok"


@pytest.mark.usefixtures("without_optional")
def test_a_library_that_breaks_is_told_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(name: str = "") -> object:
        raise OSError("DLL load\nfailed \x1b[2J")

    monkeypatch.setattr(language, "load", broken)
    monkeypatch.setattr("bronnen.pipeline.load_tools", lambda settings: broken())
    code, lines = told("--out", tmp_path)
    assert code == 6 and lines["folder"]["state"] == "ok"
    assert lines["language"]["found"].startswith("OSError: DLL load failed") and lines["language"]["mend"]
    assert "\x1b" not in run("check", "--out", tmp_path).stdout


def test_a_folder_in_which_nothing_can_be_written_or_locked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Unlocked:
        def __init__(self, folder: Path, *, write: bool) -> None: ...
        def __enter__(self) -> Any:
            return SimpleNamespace(begin_run=lambda *_: 1, end_run=lambda _: None)

        def __exit__(self, *_: object) -> None: ...
        def close(self) -> None: ...

    with monkeypatch.context() as patched:
        patched.setattr("bronnen.store.Store", Unlocked)
        (line, *_) = machine._out(tmp_path)
        assert line.state == "trouble" and "locked" in line.found and "--out" in line.mend

    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(machine.tempfile, "TemporaryDirectory", refused)
    (line, *_) = machine._out(tmp_path)
    assert line.state == "trouble" and line.is_needed and "Permission denied" in line.found


def test_little_room_or_memory_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    room = [line for line in machine._out(tmp_path) if line.name == "room"]
    assert [line.state for line in room] == ["trouble"] and room[0].is_needed
    monkeypatch.setattr(limits, "memory", lambda: (10**9, 4 * 10**9))
    line = machine._tried("memory", "more", machine._memory)
    assert line.state == "trouble" and "--jobs 1" in line.mend
    monkeypatch.setattr(limits, "memory", lambda: (4 * 10**9, 8 * 10**9))
    monkeypatch.setattr("bronnen.batch.cores", lambda: 16)
    assert "use --jobs 2" in machine._tried("memory", "more", machine._memory).found


def optional(monkeypatch: pytest.MonkeyPatch, **lacking: str) -> dict[str, Line]:
    real = metadata.version
    gone = set(lacking.values())

    def version(name: str) -> str:
        if name in gone:
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(machine.metadata, "version", version)
    monkeypatch.setattr(machine, "_typeset", lambda: "typst")
    return {line.name: line for line in machine._optional()}


def test_an_extra_that_is_missing_comes_with_a_line_that_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    found = optional(monkeypatch, office="odfdo")
    assert found["office"].state == "missing" and found["office"].found == "odfdo is not installed"
    assert found["office"].mend.startswith("python -m uv sync --extra office")
    assert ("--extra pdf" in found["office"].mend) == (found["pdf"].state == "ok")
    monkeypatch.setattr(machine, "_is_checkout", lambda: False)
    assert optional(monkeypatch, office="odfdo")["office"].mend.startswith('python -m pip install "bronnen[office')


def test_libraries_are_those_that_the_package_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    required = machine._required()
    assert {"click", "spacy", "scikit-learn"} <= {name for name, _ in required[""]} and "" in required
    assert ("python-docx", ">=1.1") in required["office"] and set(required) >= {"", *machine._EXTRAS}
    assert [line.state for line in machine._libraries()] == ["ok"]
    optional(monkeypatch, pdf="skops")
    (line,) = machine._libraries()
    assert line.state == "missing" and line.is_needed and "skops is not installed" in line.found

    def unknown(_: str) -> None:
        raise metadata.PackageNotFoundError("bronnen")

    monkeypatch.setattr(machine.metadata, "requires", unknown)
    (line,) = machine._libraries()
    assert line.state == "trouble" and not line.is_needed
    assert all(line.state != "ok" for line in machine._optional())


@pytest.mark.parametrize(
    ("version", "bounds", "is_met"),
    [
        ("8.1", ">=8.1", True),
        ("8.0.9", ">=8.1", False),
        ("10.0", ">=9.5", True),
        ("2", ">=2.0", True),
        ("3.8.14", ">=3.8.7,<3.9", True),
        ("3.9.0", "<3.9,>=3.8.7", False),
        ("1.9.1", "==1.9.*", True),
        ("1.10.0", "==1.9.*", False),
        ("2.0.0rc1", ">=2.0", True),
        ("1.0", "", True),
    ],
)
def test_versions_are_held_against_bounds(version: str, bounds: str, is_met: bool) -> None:
    assert machine.fits(version, bounds) is is_met


@pytest.mark.parametrize(
    ("program", "languages", "state"),
    [("tesseract", {"eng", "nld"}, "ok"), ("tesseract", {"eng"}, "missing"), (None, set(), "missing")],
)
@pytest.mark.parametrize("system", ["linux", "darwin", "win32", "freebsd"])
def test_text_recognition_needs_tesseract_with_dutch(
    monkeypatch: pytest.MonkeyPatch, system: str, program: str | None, languages: set[str], state: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(tesseract, "program", lambda: program)
    monkeypatch.setattr(tesseract, "version", lambda: "5.3.0")
    monkeypatch.setattr(tesseract, "languages", lambda: frozenset(languages))
    tesseract.missing.cache_clear()
    line, other = machine._recognition("nld"), machine._recognition("nld+fra")
    tesseract.missing.cache_clear()
    assert line.state == state and ("tesseract" in line.mend.lower()) == (state == "missing")
    assert other.state == "missing", "the language of the settings"


def test_the_page_made_for_the_trial_is_what_other_programs_read(tmp_path: Path) -> None:
    path = tmp_path / "proef.pdf"
    path.write_bytes(machine.page(machine._TEXT))
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        text = document[0].get_textpage().get_text_range()
    assert text.split() == " ".join(machine._TEXT).split()
