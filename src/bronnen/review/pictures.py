"""Pictures of pages, of files that are still those that were scanned; nothing that a browser says is ever a path.

pdfium is not thread-safe, so pictures are made one at a time, beside the lock of the desk: a press never waits for one.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import OrderedDict
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from threading import Lock

from bronnen import files
from bronnen.errors import BronnenError
from bronnen.extract import openable
from bronnen.extract.picture import Picture, marked, picture, place_on
from bronnen.places import bare
from bronnen.records import Document, Passage, recognised
from bronnen.report.highlight import boxes_of
from bronnen.settings import OcrSettings

_PATIENCE = 20.0  # seconds
_KEPT = 6  # pages in memory, some 5 MB each
_LARGEST = 400 * 2**20  # bytes of a file


class State(StrEnum):
    """Whether there is a picture of a document's pages."""

    THERE = "there"
    NO_PAGES = "no_pages"  # of this kind of file
    GONE = "gone"
    CHANGED = "changed"  # the file is another one than was scanned


class Pictures:
    """The pages that were drawn last, and which files are as they were."""

    def __init__(self, ocr: OcrSettings | None = None, *, keep_hidden: bool = False) -> None:
        self._ocr = ocr  # where text recognition remembers what it read
        self._keep_hidden = keep_hidden  # as in the scan: whether words that nobody sees are in the passages
        self._lock = Lock()
        self._pages: OrderedDict[tuple[str, int], Picture] = OrderedDict()
        self._checked: dict[str, tuple[int, int, bool]] = {}  # per document: time and size of its file, is it the same

    def state(self, document: Document) -> State:
        """Whether the file of a document is there, with the same bytes."""
        if not document.name.lower().endswith(".pdf") and not document.extractor.startswith("pdf"):
            return State.NO_PAGES
        try:
            found = _stat(document.path)
            known = self._checked.get(document.id)
            if known is None or known[:2] != (found.st_mtime_ns, found.st_size):
                is_same = _bytes(document) is not None
                known = self._checked[document.id] = (found.st_mtime_ns, found.st_size, is_same)
        except (OSError, ValueError):
            return State.GONE
        return State.THERE if known[2] else State.CHANGED

    def png(self, document: Document, passage: Passage, number: int) -> bytes | None:
        """Page `number` with the part of a passage that stands on it marked; None where it cannot be drawn."""
        if not self._lock.acquire(timeout=_PATIENCE):  # a page that takes for ever must not pile up those who wait
            return None
        try:
            page = self._page(document, number)
            return None if page is None else marked(page, _boxes(page, document, passage, number))
        finally:
            self._lock.release()

    def _page(self, document: Document, number: int) -> Picture | None:
        key = document.id, number
        if key not in self._pages:
            try:
                data = _bytes(document)
                if data is None:
                    return None
                is_recognised = number in recognised(document.pages)
                ocr = self._ocr if is_recognised else None
                self._pages[key] = picture(data, number, ocr, document.extractor, keep_hidden=self._keep_hidden)
            except (OSError, ValueError, BronnenError):
                return None
            if len(self._pages) > _KEPT:
                self._pages.popitem(last=False)
        self._pages.move_to_end(key)
        return self._pages[key]


def pages_of(document: Document, passage: Passage) -> list[int]:
    """The pages on which a passage stands, at most three; none where the format has no pages."""
    if not document.blocks or document.blocks[0].page is None:
        return []
    return [page.number for page in document.pages if page.start < passage.end and page.end > passage.start][:3]


def _stat(path: str) -> os.stat_result:
    """What the system says of a file on this machine.

    Raises:
        OSError: it is a pipe or device, which may never end, or stands on another machine, which would learn who asks.
    """
    if path.startswith(("//", "\\\\", "/\\", "\\/")):
        raise OSError(f"{path} is on another machine")
    found = openable(Path(path)).stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(f"{path} is no file")
    return found


def _bytes(document: Document) -> bytes | None:
    """The bytes of a document's file, or None where they are no longer those that were scanned."""
    if _stat(document.path).st_size > _LARGEST:
        return None
    data = files.content(openable(Path(document.path)), _LARGEST)
    return data if hashlib.sha256(data).hexdigest() == document.id else None


def _boxes(page: Picture, document: Document, passage: Passage, number: int) -> list[tuple[float, float, float, float]]:
    told = next((one for one in document.pages if one.number == number), None)
    if told is None:
        return []
    start, end = max(passage.start, told.start), min(passage.end, told.end)
    place = place_on(page, document.text[start:end], len(bare(document.text[told.start : start])))
    if place is None:
        return []
    as_seen = replace(document, text=page.text, words=page.words)
    return [(box.x0, box.top, box.x1, box.bottom) for box in boxes_of(as_seen, *place)]
