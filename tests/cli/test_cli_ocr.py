"""Text recognition from the command line: what is told where it is missing, what is done again, what is remembered."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pdf_factory import Sheet, paragraph, pdf
from PIL import Image
from scan_factory import scan as scanned
from walks import Walk, files, run, scan

from bronnen.cli.work import _readable_now
from bronnen.extract import ocr, pdfium, remembered, tesseract
from bronnen.extract.tesseract import Read
from bronnen.settings import Settings
from bronnen.store import Store

ROOT = Path(__file__).parents[2]
INSTALL = "Tesseract is not installed. To install it: apt install this."
needs_tesseract = pytest.mark.skipif(ocr.lacking() is not None, reason=str(ocr.lacking()))


def lacks(monkeypatch: pytest.MonkeyPatch, said: str | None) -> None:
    monkeypatch.setattr(ocr, "lacking", lambda language="nld": said)
    monkeypatch.setattr(tesseract, "missing", lambda language: said and (said, "install it"))


def test_what_was_not_read_is_told_once_and_read_once_it_can_be(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    files(a="scanned", b="tekst", c="no_text", d="scanned too")
    lacks(monkeypatch, INSTALL)
    first = scan("in")
    assert first.output.count(INSTALL) == 1
    assert "2 bladzijden in 1 document en 1 heel document" in " ".join(first.output.split())
    assert walk.walked == ["a.txt", "b.txt", "c.txt", "d.txt"]
    walk.walked.clear()
    scan("in")
    assert walk.walked == ["c.txt"], "a failure is tried again, as ever"
    walk.walked.clear()
    lacks(monkeypatch, None)
    again = scan("in")
    assert sorted(walk.walked) == ["a.txt", "c.txt"] and INSTALL not in again.output
    walk.walked.clear()
    off = scan("in", "--ocr", "off")
    assert walk.walked == ["c.txt"] and "ontbreekt" not in off.output


def test_force_needs_the_program(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    files(a="tekst")
    lacks(monkeypatch, INSTALL)
    found = scan("in", "--ocr", "force")
    assert found.exit_code == 6 and INSTALL in found.output
    assert not walk.walked and not Path("out").exists()


def test_a_store_does_not_know_where_pages_are_remembered(walk: Walk) -> None:
    files(a="tekst")
    scan("in")
    with Store(Path("out")) as store:
        settings = store.run_settings(store.last_run() or 0)
    assert settings.ocr.cache == "" and settings.ocr.mode == "auto"


STAND_IN = """
import os, sys, time
if "--version" in sys.argv or "--list-langs" in sys.argv:
    print("tesseract 5.3.0" if "--version" in sys.argv else "languages:\\nnld"); sys.exit()
sys.stdin.buffer.read()
with open({log!r}, "a") as log: log.write("page\\n")
time.sleep(0.4)
line = "<span class='ocr_line' title='bbox 100 {{0}} 900 {{1}}; baseline 0 -5; x_size 30'>"
word = "<span class='ocrx_word' title='bbox {{0}} 0 {{1}} 30; x_wconf 93'>ouders</span>"
for at in range(9):
    print(line.format(200 + 60 * at, 230 + 60 * at))
    print("".join(word.format(100 + 150 * n, 220 + 150 * n) for n in range(5)), "</span>")
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a script is no program on Windows")
def test_a_scan_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    log, program = tmp_path / "log", tmp_path / "tesseract"
    program.write_text(f"#!{sys.executable}\n{STAND_IN.format(log=str(log))}", encoding="utf-8")
    program.chmod(0o755)
    pages = [Image.new("L", (1240, 1754), 255 - shade) for shade in range(6)]
    (tmp_path / "nota.pdf").write_bytes(scanned(pages, 150))
    code = (
        "import sys; from pathlib import Path; from bronnen.extract import read\n"
        "from bronnen.settings import Settings, remembering\n"
        f"here = Path({str(tmp_path)!r})\n"
        "document = read(here / 'nota.pdf', remembering(Settings(), here))\n"
        "print(*[page.state for page in document.pages])"
    )
    surroundings = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE) as first:
        patience = time.monotonic() + 60
        while len(list((tmp_path / "ocr").rglob("*.json"))) < 2 and time.monotonic() < patience:
            time.sleep(0.02)
        first.kill()
    known = len(list((tmp_path / "ocr").rglob("*.json")))
    assert 2 <= known < 6
    time.sleep(0.6)  # the one under way ends by itself
    before = log.read_text().count("page")
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["text"] * 6, done.stderr
    assert log.read_text().count("page") - before == 6 - known
    assert all(path.suffix == ".json" for path in (tmp_path / "ocr").rglob("*") if path.is_file())


@needs_tesseract
@pytest.mark.slow
def test_recognised_text_is_told_as_such_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["Uit onderzoek van het CBS blijkt dat het aantal huishoudens groeit.", "Ouders vertellen dat zij wachten."]
    known = pdf(Sheet(paragraph(60, 760, lines * 12, size=12)))
    with pdfium.opened(known) as document:
        image = document[0].render(scale=200 / 72, grayscale=True).to_pil().convert("L")
    Path("in").mkdir()
    Path("in/scan.pdf").write_bytes(scanned([image.rotate(1.5, fillcolor=255)], 200))
    found = run("scan", "in", "--out", "out", "--jobs", "1")
    assert found.exit_code == 0, found.output
    assert "Gelezen met tekstherkenning (OCR)" in found.output and "blz. 1, zekerheid 9" in found.output
    (warning,) = csv.DictReader(Path("out/warnings.csv").read_text(encoding="utf-8").splitlines())
    assert warning["code"] == "ocr" and "% sure" in warning["message"]
    rows = [json.loads(line) for line in Path("out/passages.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows and all(0.8 < row["ocr_confidence"] <= 1 for row in rows)
    assert run("report", "out", "--out", "rapport.html").exit_code == 0
    page = Path("rapport.html").read_text(encoding="utf-8")
    assert "Gelezen met tekstherkenning (OCR)" in page and str(tmp_path / "out" / "ocr") not in page
    pytest.importorskip("pikepdf")
    pytest.importorskip("typst")
    monkeypatch.setattr(ocr, "_read", None)  # what was read is remembered, and not read again
    made = run("report", "out", "--format", "pdf", "--out", "kopie")
    assert made.exit_code == 0, made.output
    assert list(Path("kopie").rglob("*.pdf"))
    _report_after_the_program_changed(monkeypatch)


def _report_after_the_program_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered does for a report, whatever is installed now; where it is gone the real cause is told."""
    for name in ("kopie2", "kopie3"):
        lacks(monkeypatch, INSTALL if name == "kopie2" else None)
        monkeypatch.setattr(tesseract, "version", lambda: "9.9.9")
        made = run("report", "out", "--format", "pdf", "--out", name)
        assert made.exit_code == 0 and list(Path(name).rglob("*.pdf")), made.output
    shutil.rmtree("out/ocr")
    words = [Read("ouders", 100.0 * at, 100.0 * at + 80, 300, 30, 0.95) for at in range(9)]
    monkeypatch.setattr(ocr, "_read", lambda *_: remembered.Known(0, 0.0, tuple(words)))
    made = run("report", "out", "--format", "pdf", "--out", "kopie4")
    told = " ".join(made.output.split())
    assert made.exit_code == 8 and "was read by tesseract 5" in told and "Scan it again" in told
    with Store(Path("out")) as store:
        assert set(_readable_now(store, Settings())) == {found for found, _, _ in store.documents()}, (
            "a scan reads anew"
        )
        monkeypatch.undo()
        assert not _readable_now(store, Settings())


@needs_tesseract
@pytest.mark.slow
def test_a_passage_of_a_scan_is_marked_on_the_picture_of_its_page(tmp_path: Path) -> None:
    from dataclasses import replace

    from bronnen.extract import read
    from bronnen.extract.picture import marked, picture, place_on
    from bronnen.report.highlight import boxes_of
    from bronnen.settings import remembering

    data = (ROOT / "corpus" / "lastig" / "gescand.pdf").read_bytes()
    settings = remembering(Settings(), tmp_path)
    document = read(ROOT / "corpus" / "lastig" / "gescand.pdf", settings)
    quote = document.text[document.words[40].start : document.words[60].end]
    page = picture(data, 1, settings.ocr)
    place = place_on(page, quote, 200)
    assert place is not None and place_on(picture(data, 1), quote, 200) is None
    boxes = boxes_of(replace(document, text=page.text, words=page.words), *place)
    told = [(box.x0, box.top, box.x1, box.bottom) for box in boxes]
    assert told and marked(page, told) != marked(page, [])
