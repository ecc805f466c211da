"""Words that a reader cannot see get into nothing that bronnen writes, and are told by number and page."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from pdf_factory import Sheet, paragraph, pdf, text

from bronnen.cli import main
from bronnen.errors import UsageError
from bronnen.extract import read
from bronnen.formats import tables
from bronnen.report.highlight import highlighted
from bronnen.report.losses import Loss
from bronnen.settings import Settings, load_settings, settings_hash, settings_of

SECRET = "Zwanenburgh"
LINES = (
    "Uit onderzoek van het Trimbos-instituut blijkt dat de regeling werkt.",
    "De gemeente sprak met bewoners over hun ervaringen in de wijk.",
    "Daarom adviseert de inspectie om het beleid voort te zetten.",
)


def secretive() -> bytes:
    page = b"".join(paragraph(72, 760 - 60 * part, LINES) for part in range(6))
    hidden = text(200, 300, SECRET, size=12) + b"0 g 198 296 90 16 re f\n"
    return pdf(Sheet(page + hidden), Sheet(page), Sheet(page + hidden))


@pytest.mark.slow
def test_no_hidden_word_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/besluit.pdf").write_bytes(secretive())
    run = CliRunner()
    scanned = run.invoke(main, ["scan", "in", "--out", "out", "--jobs", "1"])
    assert scanned.exit_code == 0, scanned.output
    assert "2 woorden op blz. 1, 3" in scanned.output
    for form, out in (("html", "page.html"), ("qdpx", "project.qdpx"), ("json", "told.json")):
        made = run.invoke(main, ["report", "out", "--format", form, "--out", out])
        assert made.exit_code == 0, made.output
        assert (form == "qdpx") == ("still holds words" in made.output)
    assert "Tekst die een lezer niet ziet" in Path("page.html").read_text(encoding="utf-8")
    copied = run.invoke(main, ["report", "out", "--format", "pdf", "--out", "copies"])
    assert copied.exit_code == 0 and "In deze kopie staan ze ook nog" in copied.output
    found = run.invoke(main, ["search", "out", SECRET, "--format", "json"])
    assert SECRET not in found.output
    with zipfile.ZipFile("project.qdpx") as project:
        project.extractall("project")
    files = [path for path in Path().rglob("*") if path.is_file() and path.parts[0] not in ("in", "copies")]
    assert len(files) > 8
    for path in files:
        assert SECRET.encode() not in path.read_bytes(), path
    kept = run.invoke(main, ["scan", "in", "--out", "kept", "--jobs", "1", "--hidden", "keep"])
    assert kept.exit_code == 0 and "lezer niet ziet" not in kept.output
    assert SECRET in Path("kept/passages.jsonl").read_text(encoding="utf-8")


def read_secretive(tmp_path: Path) -> tuple[bytes, object]:
    path = tmp_path / "besluit.pdf"
    path.write_bytes(secretive())
    return path.read_bytes(), read(path, Settings())


def test_warnings_name_the_page_and_the_number_and_no_word(tmp_path: Path) -> None:
    _, document = read_secretive(tmp_path)
    rows = list(tables.warning_rows("map/besluit.pdf", document))
    assert [(row["page"], row["code"]) for row in rows] == [(1, "hidden"), (3, "hidden")]
    assert all("1 word " in str(row["message"]) and SECRET not in str(row["message"]) for row in rows)


def test_a_copy_that_still_holds_hidden_words_says_so(tmp_path: Path) -> None:
    data, document = read_secretive(tmp_path)
    copy = highlighted(data, document, [], {}, None)
    assert Loss.HIDDEN in copy.losses
    assert "zwart vlak" in copy.told("nl")[-1] and "black box" in copy.told("en")[-1]
    path = tmp_path / "open.pdf"
    path.write_bytes(pdf(Sheet(paragraph(72, 700, LINES))))
    assert Loss.HIDDEN not in highlighted(path.read_bytes(), read(path, Settings()), [], {}, None).losses


def test_the_setting_drives_results_and_is_checked() -> None:
    assert load_settings().extract.hidden == "leave_out"
    keep = settings_of({"extract": {"hidden": "keep"}})
    assert settings_hash(keep) != settings_hash(Settings())
    with pytest.raises(UsageError, match="hidden"):
        settings_of({"extract": {"hidden": "sometimes"}})
