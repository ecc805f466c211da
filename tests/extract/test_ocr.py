"""Text recognition: what it reads, what it leaves alone, what it remembers, and what a bad page or program costs."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pdf_factory import Sheet, paragraph, pdf
from PIL import Image, ImageDraw
from scan_factory import EXAMPLES, page, recall, scan, worn

from bronnen.errors import MissingError, NoTextError
from bronnen.extract import ocr, pdfium, read, remembered, straight, tesseract
from bronnen.extract.tesseract import Read
from bronnen.records import Document, PageState, Stage, recognised
from bronnen.segment import passages
from bronnen.settings import ExtractSettings, LimitSettings, OcrSettings, SegmentSettings, Settings

needs_tesseract = pytest.mark.skipif(ocr.lacking() is not None, reason=str(ocr.lacking()))
LINES = (
    "De raad vraagt ouders om hun ervaringen te vertellen.",
    "Onderzoek van de hogeschool laat zien wat werkt,",
    "en de wijkverpleegkundigen herkennen dat beeld.",
)
TWO = [(path, 1 + at % 2) for at, path in enumerate(sorted(EXAMPLES.glob("*.pdf"))[1:20:9])]


def settings(cache: Path | None = None, mode: str = "auto") -> Settings:
    return Settings(ocr=OcrSettings(mode, cache=str(cache) if cache else ""))


def put(folder: Path, data: bytes) -> Path:
    path = folder / "nota.pdf"
    path.write_bytes(data)
    return path


def picture_of(data: bytes, dpi: int = 150) -> Any:
    with pdfium.opened(data) as document:
        return document[0].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")


def words_of(document: Document) -> list[str]:
    return [document.text[word.start : word.end] for word in document.words]


# ------------------------------------------------------------------------------------------------- what it reads


@needs_tesseract
def test_a_scan_is_read_and_every_word_knows_its_place_and_certainty(tmp_path: Path) -> None:
    told: list[tuple[Stage, int]] = []
    known = pdf(Sheet(paragraph(80, 700, LINES, size=12)))
    document = read(put(tmp_path, scan([picture_of(known)] * 2, 150)), settings(), lambda *one: told.append(one))
    assert document.text.count("wijkverpleegkundigen herkennen") == 2
    assert [one.state for one in document.pages] == [PageState.TEXT] * 2
    assert told.count((Stage.OCR, 1)) == 2, "each page asks for its own time"
    assert "tesseract" in document.extractor
    assert document.words and all(0.3 <= (word.confidence or 0) <= 1 for word in document.words)
    there = read(put(tmp_path, known), settings())
    known_words = words_of(there)
    places = {told: word for told, word in zip(known_words, there.words, strict=True) if known_words.count(told) == 1}
    assert len(places) > 15
    for word in document.words:
        same = places.get(document.text[word.start : word.end])
        if same is not None:
            assert abs(word.x0 - same.x0) < 3 and abs(word.bottom - same.bottom) < 4 and abs(word.top - same.top) < 4
    found = passages(document, lambda texts: [[(0, len(text))] for text in texts], SegmentSettings())
    sure = recognised(document.pages)
    assert sorted(sure) == [1, 2] and all(value > 0.8 for value in sure.values())
    assert found and all(one.confidence and abs(one.confidence - sure[1]) < 0.1 for one in found)


@pytest.mark.slow
@needs_tesseract
@pytest.mark.parametrize(("quarter", "skew"), [(0, 2.0), (90, 0.0), (180, -1.0), (270, 1.0)])
def test_words_of_a_page_that_lies_askew_or_on_its_side_stand_where_they_are_seen(quarter: int, skew: float) -> None:
    lines = LINES * 6
    image = picture_of(pdf(Sheet(paragraph(80, 700, lines, size=12))), 200)
    image = image.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    image = image.rotate(quarter, expand=True)  # counter-clockwise, so that `quarter` clockwise makes it upright
    with pdfium.opened(scan([image], 200)) as document:
        found = ocr.recognise_page(document, 1, "nld", 60, None)
    assert found is not None and found.way.quarter == quarter
    assert recall(" ".join(lines).split(), [word.text for word in found.page.words]) > 0.95
    dark = straight.np.asarray(image) < 128
    inside = 0
    for word in found.page.words:
        x0, top, x1, bottom = (round(side * 200 / 72) for side in ocr.on_page(found, word[1:5]))
        inside += dark[max(top, 0) : bottom, max(x0, 0) : x1].any()
        dark[max(top, 0) : bottom, max(x0, 0) : x1] = False
    assert inside == len(found.page.words) and dark.mean() < 0.001, "all ink lies in the boxes of the words"


@needs_tesseract
@pytest.mark.slow
@pytest.mark.parametrize(
    ("dpi", "skew", "bar"), [(300, None, 0.97), (150, 1.0, 0.90), (150, -2.0, 0.90)], ids=["clean", "worn", "worn-2"]
)
def test_the_words_of_known_pages_are_recognised(dpi: int, skew: float | None, bar: float) -> None:
    known: list[str] = []
    seen: list[str] = []
    for seed, (path, number) in enumerate(TWO):
        words, image = page(path, number, dpi)
        with pdfium.opened(scan([image if skew is None else worn(image, skew, seed)], dpi)) as document:
            found = ocr.recognise_page(document, 1, "nld", 120, None)
        assert found is not None
        known += words
        seen += [word.text for word in found.page.words]
    assert len(known) > 800 and recall(known, seen) >= bar


SCANS = Path(__file__).parents[3] / ".." / "shared" / "data" / "pdf_scans"


@needs_tesseract
@pytest.mark.slow
@pytest.mark.skipif(not SCANS.is_dir(), reason="../shared/data/pdf_scans is not here")
def test_all_real_scans_end_with_text(tmp_path: Path) -> None:
    paths = sorted(SCANS.glob("*.pdf"))
    assert len(paths) == 12
    for path in paths:
        document = read(path, settings(tmp_path))
        assert len(document.words) > 50 and all(one.state is not PageState.SCANNED for one in document.pages)


# ------------------------------------------------------------------------------------------- which pages, and when


def layered(invisible: bool, told: str) -> bytes:
    """A page with a picture over all of it and text upon it: hidden, as text recognition leaves it, or seen."""
    content = paragraph(80, 700, [told] * 8)
    return pdf(Sheet((b"3 Tr\n" if invisible else b"") + content, image=True))


@pytest.mark.parametrize(
    ("data", "mode", "wanted"),
    [
        (layered(True, "Een gewone zin van een gemeente over het beleid voor de jeugd."), "auto", False),
        (layered(True, "Een gevvone zin van een gemeeute ovcr het bclejd voor dc jeugd."), "auto", True),
        (layered(False, "Een gevvone zin van een gemeeute ovcr het bclejd voor dc jeugd."), "auto", False),
        (pdf(Sheet(paragraph(80, 700, ["Stuk 12"]), image=True)), "auto", True),
        (pdf(Sheet(paragraph(80, 700, LINES * 4), image=True)), "auto", False),
        (pdf(Sheet(image=True)), "auto", True),
        (pdf(Sheet(image=True)), "off", False),
        (pdf(Sheet(paragraph(80, 700, LINES))), "auto", False),
        (pdf(Sheet(paragraph(80, 700, LINES))), "force", True),
        (pdf(Sheet(), Sheet(paragraph(80, 700, LINES))), "auto", False),
    ],
    ids=[
        "good-layer",
        "poor-layer",
        "poor-but-seen",
        "stamp",
        "text-on-picture",
        "scan",
        "off",
        "text",
        "force",
        "blank",
    ],
)
def test_which_pages_are_recognised(
    data: bytes, mode: str, wanted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def recognise_page(document: Any, number: int, *rest: Any) -> None:
        asked.append(number)
        raise tesseract.Failed("not now")

    monkeypatch.setattr(ocr, "lacking", lambda language: None)
    monkeypatch.setattr(ocr, "recognise_page", recognise_page)
    with contextlib.suppress(NoTextError):
        asked_for = replace(settings(mode=mode), extract=ExtractSettings(hidden="keep"))  # the picture is all grey
        read(put(tmp_path, data), asked_for)
    assert asked == ([1] if wanted else [])


def test_without_the_program_a_document_is_read_as_far_as_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "lacking", lambda language: "Tesseract is not installed. Install it: apt install this.")
    document = read(put(tmp_path, pdf(Sheet(paragraph(80, 700, LINES)), Sheet(image=True))), settings())
    assert [(one.state, one.confidence) for one in document.pages] == [
        (PageState.TEXT, None),
        (PageState.SCANNED, None),
    ]
    with pytest.raises(NoTextError, match="apt install this"):
        read(put(tmp_path, pdf(Sheet(image=True))), settings())
    with pytest.raises(MissingError, match="apt install this"):
        read(put(tmp_path, pdf(Sheet(paragraph(80, 700, LINES)))), settings(mode="force"))
    with pytest.raises(NoTextError, match="--ocr auto"):
        read(put(tmp_path, pdf(Sheet(image=True))), settings(mode="off"))


@pytest.mark.parametrize("system", ["linux", "darwin", "win32", "sunos5"])
@pytest.mark.parametrize(("program", "said"), [(None, "not installed"), ("tesseract", "'nld'")])
def test_what_is_lacking_is_told_with_the_line_that_mends_it(
    system: str, program: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(tesseract, "program", lambda: program)
    monkeypatch.setattr(tesseract, "version", lambda: "5.3.0")
    monkeypatch.setattr(tesseract, "languages", lambda: frozenset({"eng"}))
    tesseract.missing.cache_clear()
    told = ocr.lacking("nld+eng")
    tesseract.missing.cache_clear()
    assert told and said in told and tesseract.INSTALL.get(system, "(nld)") in told


# ----------------------------------------------------------------------------------------------- pages and programs


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for Tesseract."""
    path = folder / "tesseract"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(tesseract, "program", lambda: str(path))
    return path


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a script is no program on Windows")
@pytest.mark.parametrize(
    "script",
    ["time.sleep(60)", "sys.exit(1)", "os.abort()", "sys.stdin.read(0); print('x' * 5_000_000)", "print('<html')"],
    ids=["hangs", "fails", "crashes", "babbles", "says-nothing"],
)
def test_a_page_that_the_program_gives_up_on_costs_that_page_only(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, script, monkeypatch)
    monkeypatch.setattr(ocr, "lacking", lambda language: None)
    short = replace(settings(), limits=LimitSettings(ocr_page_seconds=2.0))
    start = time.monotonic()
    document = read(put(tmp_path, pdf(Sheet(paragraph(80, 700, LINES)), Sheet(image=True))), short)
    assert time.monotonic() - start < 20
    assert [(one.state, one.confidence) for one in document.pages] == [(PageState.TEXT, None), (PageState.SCANNED, 0.0)]
    assert "ervaringen" in document.text


def test_an_answer_made_to_harm_gives_no_more_than_words(monkeypatch: pytest.MonkeyPatch) -> None:
    line = '<span class="ocr_line" title="bbox 0 0 100 20; baseline 0 -4; x_size 16">'
    answers = {
        "": [],
        "<span class='ocrx_word' title='bbox 1 2 3 4'>los</span>": [],
        f"{line}<span class='ocrx_word' title='bbox 1 2 3 nan; x_wconf 90'>nan</span></span>": [],
        f"{line}<span class='ocrx_word' title='bbox 1 2 30 4; x_wconf 900'>&lt;b&gt;</span></span>": [("<b>", 1.0)],
        f"{line}<span class='ocrx_word' title='bbox 1 2 30 4; x_wconf -9'>ab</span> buiten</span>": [("ab", 0.0)],
        f"{line}<span class='ocrx_word' title='bbox 1 2 30 {'9' * 4000}; x_wconf 9'>ab</span></span>": [("ab", 0.09)],
        "<!DOCTYPE a [<!ENTITY b 'cc'>]>" + f"{line}<span class='ocrx_word' title='bbox 1 2 30 4'>&b;</span></span>": [
            ("&b;", 0.0)
        ],
    }
    for answer, wanted in answers.items():
        monkeypatch.setattr(tesseract, "_run", lambda *rest, answer=answer: answer)
        assert [(word.text, word.confidence) for word in tesseract.read(b"", 300, "nld", 1)] == wanted


def test_absurd_pages_and_pictures_are_not_drawn() -> None:
    huge = pdf(Sheet(image=True, media=(0, 0, 150_000, 150_000)))
    with pdfium.opened(huge) as document, pytest.raises(tesseract.Failed, match="too large"):
        ocr.drawn(document, 1)
    large = pdf(Sheet(image=True, media=(0, 0, 2400, 3400)))
    with pdfium.opened(large) as document:
        image, dpi = ocr.drawn(document, 1)
    assert image.width * image.height <= ocr.MOST_PIXELS * 1.01 and ocr.LEAST_DPI <= dpi < ocr.MOST_DPI
    bomb = (
        scan([Image.new("1", (8, 8), 1)], 72)
        .replace(b"/Width 8", b"/Width 60000")
        .replace(b"/Height 8", b"/Height 60000")
    )
    with pdfium.opened(bomb) as document, pytest.raises(tesseract.Failed):
        ocr.drawn(document, 1)


# --------------------------------------------------------------------------------------------------- what it remembers


@pytest.mark.slow
def test_a_page_is_read_once_and_again_when_anything_is_different(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def reading(png: bytes, dpi: int, language: str, seconds: float) -> list[Read]:
        calls.append(language)
        return [Read(word, 60.0 * at, 60.0 * at + 50, 900.0, 20.0, 0.9) for at, word in enumerate(LINES[0].split())]

    monkeypatch.setattr(ocr, "lacking", lambda language: None)
    monkeypatch.setattr(tesseract, "read", reading)
    monkeypatch.setattr(tesseract, "version", lambda: "5.3.0")
    path = put(tmp_path, pdf(Sheet(image=True), Sheet(image=True)))
    first, again = (read(path, settings(tmp_path / "ocr")) for _ in range(2))
    assert calls == ["nld"], "the two pages are the same picture"
    assert replace(first, path="") == replace(again, path="")
    (kept,) = (tmp_path / "ocr").rglob("*.json")
    assert not list((tmp_path / "ocr").rglob("*.tmp"))
    other = settings(tmp_path / "ocr")
    read(path, replace(other, ocr=replace(other.ocr, language="nld+eng")))
    monkeypatch.setattr(tesseract, "version", lambda: "5.4.0")
    read(path, settings(tmp_path / "ocr"))
    assert calls == ["nld", "nld+eng", "nld"]
    kept.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(tesseract, "version", lambda: "5.3.0")
    read(path, settings(tmp_path / "ocr"))
    assert len(calls) == 4 and json.loads(kept.read_text(encoding="utf-8"))["words"], (
        "a file that is not ours is written anew"
    )


WORD = ["woord", 1.0, 2.0, 3.0, 4.0, 0.9]


def spoiled(change: Callable[[dict[str, Any]], Any]) -> str:
    good: dict[str, Any] = {"quarter": 0, "angle": 0.5, "words": [list(WORD)]}
    change(good)
    return json.dumps(good)


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "null", "[" * 100_000, '{"quarter": 0}', "\x00",
        spoiled(lambda told: told.update(quarter=45)),
        spoiled(lambda told: told.update(quarter=True)),
        spoiled(lambda told: told.update(angle="x")),
        spoiled(lambda told: told.update(angle=float("nan"))),
        spoiled(lambda told: told.update(words={"a": 1})),
        spoiled(lambda told: told["words"].append("woord")),
        spoiled(lambda told: told["words"][0].pop()),
        spoiled(lambda told: told["words"][0].append(1.0)),
        spoiled(lambda told: told["words"][0].__setitem__(0, 5)),
        spoiled(lambda told: told["words"][0].__setitem__(0, "twee woorden")),
        spoiled(lambda told: told["words"][0].__setitem__(0, "a" * 5000)),
        spoiled(lambda told: told["words"][0].__setitem__(1, float("inf"))),
        spoiled(lambda told: told["words"][0].__setitem__(2, 1e30)),
        spoiled(lambda told: told["words"][0].__setitem__(3, True)),
        spoiled(lambda told: told["words"][0].__setitem__(5, 1.5)),
    ],
)  # fmt: skip
def test_what_is_remembered_is_checked(content: str, tmp_path: Path) -> None:
    name = "ab" * 32
    remembered.keep(tmp_path, name, remembered.Known(90, 0.5, (Read(*WORD),)))  # type: ignore[arg-type]
    assert remembered.recall(tmp_path, name) == remembered.Known(90, 0.5, (Read(*WORD),))  # type: ignore[arg-type]
    (tmp_path / "ab" / f"{name}.json").write_text(content, encoding="utf-8")
    assert remembered.recall(tmp_path, name) is None


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "ocr").write_text("a file, no folder", encoding="utf-8")
    remembered.keep(tmp_path / "ocr", "ab" * 32, remembered.Known(0, 0.0, ()))
    assert remembered.recall(tmp_path / "ocr", "ab" * 32) is None


# ------------------------------------------------------------------------------------------------------ level pictures


def ruled(skew: float) -> Any:
    image = Image.new("L", (600, 800), 255)
    draw = ImageDraw.Draw(image)
    for y in range(100, 700, 20):
        draw.rectangle((100, y, 500, y + 8), fill=0)
    return image.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)


@pytest.mark.parametrize("skew", [-4.0, -1.5, 0.0, 0.3, 2.0])
def test_the_skew_is_found(skew: float) -> None:
    assert abs(straight.skew(ruled(skew)) + skew) <= 0.2


def test_an_empty_page_is_level_and_without_noise() -> None:
    for size in ((600, 800), (1, 1), (3, 2000)):
        blank = Image.new("L", size, 255)
        assert straight.skew(blank) == 0 and straight.noise(blank) == 0 and straight.cleaned(blank) is blank
    assert straight.noise(worn(ruled(0), 0, 1)) > straight.NOISY


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
@pytest.mark.parametrize("angle", [0.0, -3.0, 2.5])
def test_the_way_back_keeps_the_middle_and_what_is_near(quarter: int, angle: float) -> None:
    way = straight.Way(600, 800, quarter, angle)
    wide, high = way.level
    x0, top, x1, bottom = way.back((wide / 2 - 5, high / 2 - 5, wide / 2 + 5, high / 2 + 5))
    assert abs((x0 + x1) / 2 - 300) < 1 and abs((top + bottom) / 2 - 400) < 1
    assert 9.9 < x1 - x0 < 11 and 9.9 < bottom - top < 11
