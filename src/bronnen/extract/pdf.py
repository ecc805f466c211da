"""Which engine reads which page of a PDF, and what a document without readable text is told.

pdfium reads, since it is some ten times as fast. pdfplumber reads the pages with grids too large
to make out, the pages on which pdfium fails and those whose text looks garbled; where pdfium cannot open the file at
all, it reads all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from bronnen.errors import BronnenError, EncryptedError, NoTextError, UnreadableError
from bronnen.extract import layout, ocr, pdfium, without_junk
from bronnen.extract.garbled import is_garbled
from bronnen.extract.words import RawPage, without
from bronnen.records import PageState, Stage, Told, silent
from bronnen.settings import ExtractSettings, Settings

MAX_PAGES = 20_000


def read(data: bytes, name: str, settings: Settings, told: Told = silent, reader: str = "") -> tuple[layout.Laid, str]:
    """The laid-out text of a PDF, and the names and versions of the engines that read it.

    For `reader` see `ocr.recognise_page`.

    Raises:
        UnreadableError, EncryptedError, NoTextError: with the file's name and a next step.
    """
    data = without_junk(data)
    try:
        pages, extractor = pages_of(data, settings.extract, told)
    except BronnenError as error:
        raise type(error)(f"{name} {error.message}", error.next_step) from error
    outcomes = ocr.recognised(data, pages, [state_of(page) for page in pages], settings, told, reader)
    states = [one.state for one in outcomes]
    if PageState.TEXT not in states:
        raise _no_text(name, pages, states, settings)
    laid = ocr.placed(layout.from_pages([one.page for one in outcomes], states), outcomes)
    if any(one.recognised for one in outcomes):
        extractor = f"{extractor}, {ocr.version(settings.ocr.language)}"
    return laid, extractor


def pages_of(data: bytes, asked: ExtractSettings, told: Told = silent) -> tuple[list[RawPage], str]:
    """What the engine asked for sees on every page, and the names and versions of the engines that did.

    Words that a reader cannot see are left out, whichever engine reads, unless `asked` says that they are kept.
    """
    engine, keep = asked.engine, asked.hidden == "keep"
    if engine == "pdfplumber":
        return _all_by_plumber(data, told, keep)
    try:
        told(Stage.PDFIUM, 0)
        with pdfium.opened(data) as document, ExitStack() as stack:
            numbers = range(1, _count(len(document)) + 1)
            told(Stage.PDFIUM, len(numbers))
            if engine == "pdfium":
                return [_tried(_by_pdfium(document, keep), number) for number in numbers], pdfium.VERSION
            reference = _Reference(data, len(document), stack, told)
            pages = [_best(document, reference, number, keep) for number in numbers]
            while len(pages) > reference.pages > 0 and pages[-1].failed:
                pages.pop()  # pdfium believes the number that the file states, pdfplumber counts
            return pages, f"{pdfium.VERSION}, {reference.version}" if reference.version else pdfium.VERSION
    except EncryptedError:
        raise
    except UnreadableError as error:
        if engine == "pdfium" or data[:1024].find(b"%PDF-") < 0:
            raise _named(data, error) from error
        return _all_by_plumber(data, told, keep=True)  # what pdfium cannot open cannot be drawn


def state_of(page: RawPage) -> PageState:
    """What the page gave: a page that no engine could read counts as garbled, so that it is reported."""
    if page.failed:
        return PageState.GARBLED
    words = page.all_words()
    if not words and not page.odd:
        return PageState.SCANNED if page.has_image else PageState.EMPTY
    return PageState.GARBLED if is_garbled((word.text for word in words), page.odd) or not words else PageState.TEXT


class _Reference:
    """pdfplumber's view of the document, opened when the first page needs it and closed by the stack."""

    def __init__(self, data: bytes, count: int, stack: ExitStack, told: Told) -> None:
        self.data, self.count, self.stack, self.told = data, count, stack, told
        self.document: Any = None
        self.tried = False
        self.pages = 0  # as pdfplumber counts them; 0 where it was not asked
        self.version = ""

    def read(self, number: int) -> RawPage | None:
        """The page, or None where pdfplumber cannot read it or counts the pages otherwise than pdfium does."""
        from bronnen.extract import plumber

        self.told(Stage.PDFPLUMBER, 1)
        try:
            if not self.tried:
                self.tried = True
                document = self.stack.enter_context(plumber.opened(self.data))
                self.pages = len(document.pages)
                self.document = document if self.pages == self.count else None
            if self.document is None:
                return None
            page = plumber.read_page(self.document, number)
        except Exception:  # the edge: pdfminer throws whatever a damaged page makes it do
            return None
        self.version = plumber.VERSION
        return page if not page.failed else None


def _best(document: Any, reference: _Reference, number: int, keep: bool) -> RawPage:
    try:
        page, has_table = pdfium.read_page(document, number, keep_hidden=keep)
    except MemoryError:  # the file fails: another engine would take more, and not know what is hidden
        raise
    except Exception as error:  # the edge: pdfium and ctypes
        return reference.read(number) or _failed(number, error)
    if page.failed:
        return page
    words = page.all_words()
    if has_table or ((words or page.odd) and is_garbled((word.text for word in words), page.odd)):
        found = reference.read(number)
        found = without(found, page) if found else None
        # pdfplumber is the reference, but a page of which it sees much less than pdfium is one that it misreads
        if found is not None and (len(found.all_words()) >= 0.8 * len(words) or not has_table):
            return found
    return page


def _by_pdfium(document: Any, keep: bool) -> Callable[[int], RawPage]:
    return lambda number: pdfium.read_page(document, number, keep_hidden=keep)[0]


def _tried(read_page: Callable[[int], RawPage], number: int) -> RawPage:
    try:
        return read_page(number)
    except MemoryError:
        raise
    except Exception as error:  # the edge
        return _failed(number, error)


def _failed(number: int, error: Exception) -> RawPage:
    return RawPage(number, 0.0, 0.0, [], failed=f"{type(error).__name__}: {error}"[:200])


def _all_by_plumber(data: bytes, told: Told, keep: bool) -> tuple[list[RawPage], str]:
    from bronnen.extract import plumber

    try:
        told(Stage.PDFPLUMBER, 0)
        with plumber.opened(data) as document:
            numbers = range(1, _count(len(document.pages)) + 1)
            told(Stage.PDFPLUMBER, len(numbers))
            read_page: Callable[[int], RawPage] = lambda number: plumber.read_page(document, number)  # noqa: E731
            pages = [_tried(read_page, number) for number in numbers]
        return pages if keep else _as_seen(data, pages, told), plumber.VERSION
    except EncryptedError:
        raise
    except UnreadableError as error:
        raise _named(data, error) from error
    except MemoryError:
        raise
    except Exception as error:  # the edge: pdfminer
        raise _named(data, UnreadableError(f"is damaged ({type(error).__name__}).", "Fetch the file again.")) from error


def _as_seen(data: bytes, pages: list[RawPage], told: Told) -> list[RawPage]:
    """The pages without the words that a reader cannot see, which only pdfium can tell: it draws pages.

    A page of which it cannot tell counts as failed; a file that it cannot open is read as it is (docs/hidden.md).
    """
    with ExitStack() as stack:
        try:
            document = stack.enter_context(pdfium.opened(data))
        except UnreadableError:
            return pages
        told(Stage.PDFIUM, len(pages))
        seen = [_tried(_by_pdfium(document, keep=False), number) for number in range(1, _count(len(document)) + 1)]
    while len(seen) > len(pages) and seen[-1].failed:
        seen.pop()  # the file states more pages than it has
    if len(seen) != len(pages):
        return [replace(_nothing(page), failed="which page it is cannot be told") for page in pages]
    return [_seen_of(page, other) for page, other in zip(pages, seen, strict=True)]


def _seen_of(page: RawPage, other: RawPage) -> RawPage:
    """The page as a reader sees it; nothing of it where pdfium failed, which then gives the reason."""
    if page.failed:
        return page
    return replace(_nothing(page), failed=other.failed) if other.failed else without(page, other)


def _nothing(page: RawPage) -> RawPage:
    return RawPage(page.number, page.width, page.height, [], has_image=page.has_image)


def _count(pages: int) -> int:
    if not pages:
        raise UnreadableError("has no pages.", "Fetch the file again.")
    if pages > MAX_PAGES:
        raise UnreadableError(f"has {pages} pages.", f"Split it into files of at most {MAX_PAGES} pages.")
    return pages


def _named(data: bytes, error: UnreadableError) -> UnreadableError:
    """The error, or a clearer one if the file is something else than a PDF."""
    if b"%PDF-" in data[:1024]:
        return error
    start = data[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head")):
        return UnreadableError("is a web page, not a PDF.", "Fetch the file again, or save it as .html.")
    return UnreadableError("is not a PDF.", "Fetch the file again, or give it the ending that fits it.")


def _no_text(name: str, pages: list[RawPage], states: list[PageState], settings: Settings) -> BronnenError:
    if all(page.failed for page in pages):
        return UnreadableError(f"{name} has no page that can be read ({pages[0].failed}).", "Fetch the file again.")
    told = ", ".join(_counted(states))
    if PageState.SCANNED in states or PageState.GARBLED in states:
        return NoTextError(f"{name} has no text that can be read: of {len(states)} pages {told}.", _next(settings))
    return NoTextError(f"{name} has no text: all {len(states)} pages are empty.", "Check that it is the right file.")


def _next(settings: Settings) -> str:
    """What to do about a document that text recognition did not get to, or could not read either."""
    if settings.ocr.mode == "off":
        return "Read it with text recognition: --ocr auto."
    return ocr.lacking(settings.ocr.language) or "Text recognition could not read it either: find a better copy."


def _counted(states: list[PageState]) -> Iterator[str]:
    words = {
        PageState.SCANNED: "scanned (an image without text)",
        PageState.GARBLED: "with a garbled text layer",
        PageState.EMPTY: "empty",
    }
    counts = Counter(states)
    for state, told in words.items():
        if counts[state]:
            yield f"{counts[state]} {told}"
