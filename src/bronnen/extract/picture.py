"""A page of a PDF as a picture, with a passage marked on it: what a reader of the passage would have seen.

Only the one page is read again, so that it is there at once: the passage is found on it by its letters. The bytes are
handed in by the caller, who knows that they are those that were read before.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bronnen.errors import BronnenError, UnreadableError
from bronnen.extract import layout, pdfium, without_junk
from bronnen.extract import ocr as recogniser
from bronnen.places import Places
from bronnen.records import PageState, Word
from bronnen.settings import OcrSettings

_WIDE, _TALL = 1100, 2400  # pixels at most
_MARK = (255, 236, 150)  # laid over the page as a marker's ink: what is black stays black
_EDGE = (176, 112, 0)
_PAD = 1.5  # points around a box


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it looks, and the words on it with their places; `scale` is pixels per point."""

    image: Any
    scale: float
    text: str
    words: tuple[Word, ...]


def picture(
    data: bytes, number: int, ocr: OcrSettings | None = None, before: str = "", *, keep_hidden: bool = False
) -> Picture:
    """Page `number` (from 1) of the PDF in `data`; with `ocr` a page that text recognition read, as it is remembered.

    `before` is the `Document.extractor` of what was read then. With `keep_hidden` words that nobody sees are among its
    words: passages hold them where the scan kept them.

    Raises:
        UnreadableError, EncryptedError: the file or the page cannot be read.
    """
    with pdfium.opened(without_junk(data)) as document:
        if not 1 <= number <= len(document):
            raise UnreadableError(f"has no page {number}.")
        try:
            laid = _recognised(document, number, ocr, recogniser.reader_of(before)) if ocr else None
            if laid is None:
                raw, _ = pdfium.read_page(document, number, keep_hidden=keep_hidden)
                laid = layout.from_pages([raw], [PageState.TEXT])
            text, words = laid.text, laid.words
        except BronnenError:
            raise
        except Exception:  # the edge: a page that cannot be read may still be seen
            text, words = "", ()
        try:
            page = document[number - 1]
            try:
                width, height = page.get_size()
                scale = min(_WIDE / max(width, 1.0), _TALL / max(height, 1.0))
                image = page.render(scale=scale).to_pil().convert("RGB")
            finally:
                page.close()
        except Exception as error:  # the edge: whatever a damaged page makes pdfium do
            raise UnreadableError(f"has a page {number} that cannot be drawn.") from error
    return Picture(image, scale, text, tuple(words))


def _recognised(document: Any, number: int, settings: OcrSettings, reader: str) -> layout.Laid | None:
    if not settings.cache:
        return None
    cache = Path(settings.cache)
    found = recogniser.recognise_page(document, number, settings.language, 0, cache, reader, only_known=True)
    if found is None:
        return None
    outcome = recogniser.Outcome(found.page, PageState.TEXT, found, True)
    return recogniser.placed(layout.from_pages([found.page], [PageState.TEXT]), [outcome])


def place_on(page: Picture, quote: str, before: int) -> tuple[int, int] | None:
    """The span in the text of the page where the words of `quote` stand, about `before` letters from its begin."""
    return Places(page.text).find(quote, before) if page.text else None


def marked(page: Picture, boxes: Sequence[tuple[float, float, float, float]]) -> bytes:
    """The page as PNG with these boxes (x0, top, x1, bottom, in points from the top left) marked."""
    from PIL import Image, ImageChops, ImageDraw

    image = page.image.copy()
    for box in boxes:
        x0, top, x1, bottom = (
            round(max(0.0, (side + pad) * page.scale))
            for side, pad in zip(box, (-_PAD, -_PAD, _PAD, _PAD), strict=True)
        )
        x1, bottom = min(x1, image.width), min(bottom, image.height)
        if x0 < x1 and top < bottom:
            under = image.crop((x0, top, x1, bottom))
            image.paste(ImageChops.multiply(under, Image.new("RGB", under.size, _MARK)), (x0, top))
    if boxes:  # colour is never the only sign: a line in the margin shows where to look
        top, bottom = (round(side * page.scale) for side in (min(b[1] for b in boxes), max(b[3] for b in boxes)))
        left = max(2, round((min(box[0] for box in boxes) - 10) * page.scale))
        ImageDraw.Draw(image).line([(left, top), (left, bottom)], fill=_EDGE, width=5)
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
