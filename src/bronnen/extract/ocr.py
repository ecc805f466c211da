"""Text recognition (OCR): pages that are a picture, or of which the text layer is no good, read as a person sees them.

One page at a time: pdfium draws it, `straight` makes it level, `tesseract` reads it, and what was read is remembered
under the hash of the picture, so that a scan that was broken off goes on where it was. What comes out is a `RawPage`
as an engine gives it, level and upright, for the layout; `placed` puts its words back where they stand on the page.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from bronnen.errors import MissingError
from bronnen.extract import pdfium, remembered, scans, straight, tesseract
from bronnen.extract.garbled import SAMPLE, is_garbled, likelihood
from bronnen.extract.layout import Laid
from bronnen.extract.words import MAX_CHARS, MAX_SIDE, RawPage, RawWord, Tally, clean
from bronnen.records import PageState, Stage, Told, Word
from bronnen.settings import Settings

MOST_DPI, LEAST_DPI = 300, 70
MOST_PIXELS = 40_000_000
"""Of a page as it is drawn; a larger page is drawn coarser, but not at all under LEAST_DPI."""

MOST_STORED = 250_000_000
"""Pixels of a picture in the file; a larger one is no scan but a trap."""

SURE = 0.3
"""Words of which Tesseract is less sure than this are specks and lines more often than words."""

READABLE = 0.6
"""A page of which the words are less sure than this on average (a photograph, handwriting) gives no text."""

POOR = -2.5
"""Under this likelihood (`garbled`) a text layer that came with a scan is recognised anew."""

_FEW = 25  # words beside a picture of the whole page: a stamp, a page number
_BETTER = 0.05  # of likelihood: by how much text must look more like a language to take the place of a layer
_DOUBTFUL = 0.75  # less sure than this, a page may lie on its side
_SHARE = 0.85  # of the time for a page: what goes to Tesseract
_FONT = 1.09  # size of a font over the distance from its highest letter to its lowest tail
_RISE, _FALL = 0.8, 0.22  # of a font's size, over and under the line on which letters stand
_ALIKE = 0.14  # sizes that differ less than this from the usual one are the usual one


@dataclass(frozen=True, slots=True)
class Recognised:
    """What text recognition made of a page; `page` is level and upright, `confidence` the mean over its words."""

    page: RawPage
    confidence: float
    way: straight.Way
    scale: float  # points per pixel


class Outcome(NamedTuple):
    """A page after text recognition; `tried` also where it gave nothing."""

    page: RawPage
    state: PageState
    recognised: Recognised | None
    tried: bool


def lacking(language: str = "nld") -> str | None:
    """What is missing for text recognition and the line that mends it; None where everything is there."""
    found = tesseract.missing(language)
    return f"{found[0]} To install it: {found[1]}." if found else None


def version(language: str) -> str:
    """What reads, as `Document.extractor` names it."""
    osd = "" if "osd" in tesseract.languages() else " without osd"  # then no page is turned
    return f"tesseract {tesseract.version()} {language}{osd}"


def reader_of(extractor: str) -> str:
    """What text recognition a document was read with, as `version` names it; '' without.

    >>> reader_of("pdfium 5.15.2, tesseract 5.3.0 nld"), reader_of("pdfium 5.15.2")
    ('tesseract 5.3.0 nld', '')
    """
    last = extractor.rpartition(", ")[2]
    return last if last.startswith("tesseract ") else ""


def recognised(
    data: bytes, pages: Sequence[RawPage], states: Sequence[PageState], settings: Settings, told: Told, reader: str = ""
) -> list[Outcome]:
    """Every page, after text recognition where that was wanted and could be done; for `reader` see `recognise_page`.

    A page that it cannot read, takes too long over, or that is too large costs that page only.

    Raises:
        MissingError: it was to read all pages, and is not there.
    """
    asked = settings.ocr.mode
    plain = [Outcome(page, state, None, False) for page, state in zip(pages, states, strict=True)]
    if asked == "force" and not reader and (missing := lacking(settings.ocr.language)):
        raise MissingError(missing)
    if asked == "off" or not _may_want(asked, pages, states):
        return plain
    try:
        with pdfium.opened(data) as document:
            return [
                _again(document, one, settings, told, reader) if one.page.number <= len(document) else _in_vain(one)
                for one in plain
            ]
    except MemoryError:
        raise
    except Exception:  # the edge: a file that only pdfplumber opens cannot be drawn
        return [_in_vain(one) for one in plain]


def placed(laid: Laid, outcomes: Sequence[Outcome]) -> Laid:
    """The layout with the words of recognised pages where they stand on the page, and with how sure they are."""
    found = {one.page.number: one for one in outcomes if one.tried}
    if not found:
        return laid
    pages = []
    for page in laid.pages:
        one = found.get(page.number)
        if one and one.recognised:
            way, scale = one.recognised.way, one.recognised.scale
            page = replace(
                page, width=way.width * scale, height=way.height * scale, confidence=one.recognised.confidence
            )
        elif one:
            page = replace(page, confidence=0.0)
        pages.append(page)
    return replace(laid, pages=tuple(pages), words=tuple(_put_back(word, found) for word in laid.words))


def _put_back(word: Word, found: Mapping[int, Outcome]) -> Word:
    one = found.get(word.page)
    if one is None or one.recognised is None:
        return word
    x0, top, x1, bottom = on_page(one.recognised, (word.x0, word.top, word.x1, word.bottom))
    return word._replace(x0=x0, top=top, x1=x1, bottom=bottom)


def on_page(told: Recognised, box: straight.Box) -> straight.Box:
    """Where a box of the level page stands on the page as displayed, in points."""
    x0, top, x1, bottom = (side / told.scale for side in box)
    left, high, right, low = told.way.back((x0, top, x1, bottom))
    return left * told.scale, high * told.scale, right * told.scale, low * told.scale


def recognise_page(
    document: Any, number: int, language: str, seconds: float, cache: Path | None, reader: str = "", *,
    only_known: bool = False,
) -> Recognised | None:  # fmt: skip
    """Page `number` (from 1) as text recognition reads it; with `only_known` no more than what is remembered of it.

    Remembered of `reader`, as `reader_of` gives it, where that is named: the Tesseract that read the page then need
    not be the one that is here now, nor need there be one.

    Raises:
        tesseract.Failed: the page is too large, cannot be drawn, or Tesseract gave up.
    """
    image, dpi = drawn(document, number)
    name = remembered.name_of(image.size, dpi, image.tobytes(), reader or version(language))
    known = remembered.recall(cache, name) if cache else None
    if known is None:
        if only_known or (reader and lacking(language)):
            return None
        known = _read(image, dpi, language, seconds)
        if cache and reader in ("", version(language)):
            remembered.keep(cache, name, known)
    way = straight.Way(image.width, image.height, known.quarter, known.angle)
    return _page(number, known.words, way, 72 / dpi)


def drawn(document: Any, number: int) -> tuple[Any, int]:
    """Page `number` (from 1) as a grey picture, and its pixels per inch.

    As fine as the scan in it is (a finer picture tells no more and takes longer), within bounds.

    Raises:
        tesseract.Failed: it is too large, or pdfium cannot draw it.
    """
    page = document[number - 1]
    try:
        width, height = page.get_size()
        if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
            raise tesseract.Failed("its size is absurd")
        if scans.most_pixels(page) > MOST_STORED:
            raise tesseract.Failed("the picture in it is too large")
        dpi = _fineness(scans.finest(page))
        dpi = min(dpi, int((MOST_PIXELS / (width * height)) ** 0.5 * 72))
        if dpi < LEAST_DPI:
            raise tesseract.Failed("it is too large")
        return page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L"), dpi
    except tesseract.Failed:
        raise
    except Exception as error:  # the edge: whatever a damaged page makes pdfium do
        raise tesseract.Failed(f"it cannot be drawn ({type(error).__name__})") from error
    finally:
        page.close()


def _fineness(found: float) -> int:
    """The resolution to draw at: that of the scan, doubled while it is coarse."""
    if not 20 <= found < MOST_DPI:
        return MOST_DPI
    while found < MOST_DPI / 2:
        found *= 2
    return round(found)


def _may_want(mode: str, pages: Sequence[RawPage], states: Sequence[PageState]) -> bool:
    """Whether it is worth opening the file again: it is not for most documents."""
    return mode == "force" or any(
        state in (PageState.SCANNED, PageState.GARBLED) or page.has_image
        for page, state in zip(pages, states, strict=True)
    )


def _again(document: Any, one: Outcome, settings: Settings, told: Told, reader: str) -> Outcome:
    page, state = one.page, one.state
    if not _wanted(document, page, state, settings.ocr.mode) or (not reader and lacking(settings.ocr.language)):
        return one
    told(Stage.OCR, 1)
    cache = Path(settings.ocr.cache) if settings.ocr.cache else None
    seconds = _SHARE * settings.limits.ocr_page_seconds
    try:
        found = recognise_page(document, page.number, settings.ocr.language, seconds, cache, reader)
    except MemoryError:
        raise
    except Exception:  # the edge: whatever a damaged page does to pdfium, Pillow or Tesseract
        return _in_vain(one)
    if found is None or not _is_readable(found):
        return _in_vain(one)
    if state is PageState.TEXT and not _is_better(found.page, page, settings.ocr.mode):
        return one
    return Outcome(replace(found.page, unseen=page.unseen), PageState.TEXT, found, True)


def _in_vain(one: Outcome) -> Outcome:
    """A page as it was; one that needed text recognition has had its chance, until its file or the settings change."""
    return one._replace(tried=one.state in (PageState.SCANNED, PageState.GARBLED))


def _wanted(document: Any, page: RawPage, state: PageState, mode: str) -> bool:
    if mode == "force":
        return state is not PageState.EMPTY
    if state in (PageState.SCANNED, PageState.GARBLED):
        return True
    if state is PageState.EMPTY or not page.has_image:
        return False
    words = page.all_words()
    if len(words) > _FEW and not _is_poor(words):
        return False  # most pages with a picture: no need to look at it
    sheet = document[page.number - 1]
    try:
        return scans.is_covered(sheet) and (len(words) <= _FEW or scans.is_hidden(sheet))
    finally:
        sheet.close()


def _is_readable(found: Recognised) -> bool:
    """Whether what was recognised is text, and not what a photograph or handwriting looks like."""
    words = found.page.words
    return bool(words) and found.confidence >= READABLE and not is_garbled((word.text for word in words), 0)


def _is_poor(words: Sequence[RawWord]) -> bool:
    return _likely(words) < POOR


def _likely(words: Sequence[RawWord]) -> float:
    """How much the words look like a language, by a sample of them: see `garbled`."""
    return likelihood(" ".join(word.text for word in words[:: max(1, len(words) // SAMPLE)]))[0]


def _is_better(found: RawPage, before: RawPage, mode: str) -> bool:
    """Whether what was recognised should take the place of text that was there."""
    if mode == "force":
        return True
    words = before.all_words()
    if len(words) <= _FEW:
        return len(found.words) > 2 * len(words)
    return _likely(found.words) > _likely(words) + _BETTER


def _read(image: Any, dpi: int, language: str, seconds: float) -> remembered.Known:
    """What Tesseract reads in a picture of a page, upright or not."""
    until = time.monotonic() + seconds
    image = straight.cleaned(image)
    level, way = straight.levelled(image)
    words = tesseract.read(_png(level), dpi, language, seconds)
    if _mean(words) < _DOUBTFUL and (left := until - time.monotonic()) > 1:  # perhaps it lies on its side
        quarter = tesseract.turned(_png(image), dpi, left / 2)
        if quarter:
            other, turned = straight.levelled(image, quarter)
            again = tesseract.read(_png(other), dpi, language, until - time.monotonic())
            if _mean(again) > _mean(words):
                words, way = again, turned
    return remembered.Known(way.quarter, way.angle, tuple(words[:MAX_CHARS]))


def _mean(words: Sequence[tesseract.Read]) -> float:
    """How sure the letters are on average; 0 without words."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _png(image: Any) -> bytes:
    import io

    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _page(number: int, words: Sequence[tesseract.Read], way: straight.Way, scale: float) -> Recognised:
    """The page as the layout reads it: a word of a line is as high as the line, and usual sizes are all the same."""
    kept = [word for word in words if word.confidence >= SURE and (word.confidence >= 0.6 or _has_letter(word.text))]
    usual = _usual([word.size for word in kept])
    wide, high = (side * scale for side in way.level)
    tally = Tally()
    found: list[RawWord] = []
    for word in kept:
        text = clean(word.text, tally)
        size = usual if abs(word.size - usual) <= _ALIKE * usual else word.size
        size *= _FONT * scale
        x0, x1, base = word.x0 * scale, word.x1 * scale, word.base * scale
        if text and x0 < x1 and 0 <= x0 <= wide and 0 <= base <= high + size:
            box = (x0, base - _RISE * size, x1, base + _FALL * size)
            if _is_on_page(box, way, scale):  # a level page has corners that lie outside the page
                found.append(RawWord(text, *box, size, False, word.confidence))
    sure = sum(word.confidence or 0.0 for word in found) / len(found) if found else 0.0
    return Recognised(RawPage(number, wide, high, found, has_image=True, odd=tally.odd), sure, way, scale)


def _is_on_page(box: straight.Box, way: straight.Way, scale: float) -> bool:
    """Whether the middle of a box of the level page, in points, stands on the page as displayed."""
    left, top, right, bottom = (side / scale for side in box)
    x0, y0, x1, y1 = way.back((left, top, right, bottom))
    return 0 <= x0 + x1 <= 2 * way.width and 0 <= y0 + y1 <= 2 * way.height


def _usual(sizes: Sequence[float]) -> float:
    return sorted(sizes)[len(sizes) // 2] if sizes else 0.0


def _has_letter(text: str) -> bool:
    return any(char.isalnum() for char in text)
