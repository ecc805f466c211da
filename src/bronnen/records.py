"""The nouns that flow from PDF to report.

Frozen records without behaviour beyond a look-up; no I/O and no third-party import.
A span is half-open, `[start, end)`, in Unicode code points over `Document.text`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Source(StrEnum):
    """One of the three sources of knowledge; they have equal standing, the order is the alphabet's."""

    EXPERIENTIAL = "experiential"
    PROFESSIONAL = "professional"
    SCIENTIFIC = "scientific"


class Use(StrEnum):
    """Whether the text draws on a source (`used`) or only plans, promises or asks for it (`called_for`)."""

    USED = "used"
    CALLED_FOR = "called_for"


class Kind(StrEnum):
    """What a block of text is on the page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    TABLE = "table"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    CONTENTS = "contents"
    COLOPHON = "colophon"


class PageState(StrEnum):
    """What a page gave the extractor."""

    TEXT = "text"
    EMPTY = "empty"  # nothing on it
    SCANNED = "scanned"  # an image and no text: needs OCR
    GARBLED = "garbled"  # a text layer that is not the text a reader sees: reported, never classified


class Unit(StrEnum):
    """What a verdict is about."""

    SENTENCE = "sentence"
    PASSAGE = "passage"


class Stage(StrEnum):
    """What a document is going through; each takes a time of its own per page."""

    PDFIUM = "pdfium"
    PDFPLUMBER = "pdfplumber"
    OCR = "ocr"
    READING = "reading"  # from text to verdicts


Told = Callable[[Stage, int], None]
"""Hears that so many pages are going to a stage, before they do: whoever waits can tell work from a standstill."""


def silent(stage: Stage, pages: int) -> None:
    """A `Told` that does nothing."""


Labels = Mapping[Source, Use]
"""No key means no label."""

Scores = Mapping[Source, Mapping[Use, float]]
"""Probabilities between 0 and 1."""

Reasons = Mapping[Source, tuple[str, ...]]
"""Per label the names of the features that weighed most, in the sentence that carries it (`verdicts.carrier`)."""


class _Travelling:
    """A record that goes from process to process as its values, by the hundreds of a document.

    What dataclasses with slots do for that, in Python, takes three times as long.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        names: Iterable[str] = self.__slots__
        return type(self), tuple([getattr(self, name) for name in names])


class Word(NamedTuple):
    """A word, or the part of one that stands on one line, in PDF points from the page's top left corner.

    A tuple, unlike the other records: there are hundreds on a page, and tuples are made four times as fast.
    """

    start: int
    end: int
    page: int  # from 1
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool
    confidence: float | None = None  # of the text recognition, 0 to 1; None where text was there


@dataclass(frozen=True, slots=True)
class Page(_Travelling):
    """The span of text that stands on one page, and the page's size in points."""

    start: int
    end: int
    number: int  # from 1
    width: float
    height: float
    state: PageState
    hidden: int = 0  # words left out because a reader cannot see them: blacked out, in the paper's colour, off the page
    confidence: float | None = (
        None  # of the text recognition, 0 to 1, mean over the words; None where text was there, 0 where it found none
    )


@dataclass(frozen=True, slots=True)
class Block(_Travelling):
    """A stretch of text that belongs together on the page; blocks never overlap and stand in reading order."""

    start: int
    end: int
    kind: Kind
    page: int | None  # where it begins, it may end on a later one; None where the format has no pages
    opens_chapter: bool = False  # a heading of the highest rank


@dataclass(frozen=True, slots=True)
class NoteMark:
    """The raised number of a note, which is no part of the text: it stood right before the character at `start`."""

    start: int
    label: str  # '12'
    note: int | None  # the index in `Document.blocks` of its note; None where that was not found


@dataclass(frozen=True, slots=True)
class Document:
    """The text a person would read, and where everything in it stands.

    `id` is the sha256 of the file's bytes, `name` the file's name, `path` the path as given.
    `text` is NFC and final. Formats without pages have one page, number 1, without words.
    """

    id: str
    name: str
    path: str
    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    words: tuple[Word, ...]
    extractor: str  # 'pdfium 5.15.2, pdfplumber 0.11.10': what read it
    notes: tuple[NoteMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence(_Travelling):
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage(_Travelling):
    """Up to some 120 words inside one block, with its sentences and the text of the heading above it."""

    start: int
    end: int
    kind: Kind
    heading: str
    sentences: tuple[Sentence, ...]
    confidence: float | None = None  # of the text recognition, 0 to 1, mean over its words; None where text was there


@dataclass(frozen=True, slots=True)
class Verdict(_Travelling):
    """What one person or one model says of one sentence or passage. Verdicts are added, never changed.

    `judged` are the sources that were looked at: the others are unknown, not 'none'.
    `quote` is the text of the span, so that a verdict can be anchored again after a better extraction.
    `at` is a UTC time in ISO 8601; a model's is empty, because the run that made it knows the time.
    """

    document_id: str
    start: int
    end: int
    page: int | None
    unit: Unit
    judged: frozenset[Source]
    labels: Labels
    quote: str
    by: str  # 'model:<id>' or 'person:<name>'
    at: str = ""
    scores: Scores | None = None  # models only
    reasons: Reasons | None = None  # models only, of a passage


@dataclass(frozen=True, slots=True)
class Remark:
    """A note that a person made at a passage; an empty text takes the one before it away."""

    document_id: str
    start: int
    end: int
    quote: str
    text: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and, where they are known, the ends of its 95% interval."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """What is known of how a model errs on passages, for one source and use, from documents that it had not seen.

    `share`: of those passages, how many carry it. `tpr`, `fpr`: how many of those that do, and of those that do not,
    got the label. `of_cases`, `of_others`: the mean probability that each of the two got. `line`: intercept and slope
    of the true log-odds over the given ones; `spread`: variance, covariance and variance of those two over documents.
    `moves`: what is added to log-odds in draws, per kind of documents (`quantify.PRIORS`), so that all documents
    together come out right.
    """

    share: float
    tpr: float
    fpr: float
    of_cases: float
    of_others: float
    line: tuple[float, float] = (0.0, 1.0)
    spread: tuple[float, float, float] = (0.0, 0.0, 0.0)
    moves: Mapping[str, float] = field(default_factory=dict)


Known = Mapping[Source, Mapping[Use, ErrorRates]]


@dataclass(frozen=True, slots=True)
class Balance:
    """How much a document draws on each source, counted in passages.

    `used` and `called_for` are estimates of how many passages really do; `found` counts the labels, as they stand.
    `shares` divide the passages per source over the three sources and sum to one; they, `evenness` and
    `combined` are None where no passage carries a source, never NaN.
    """

    passages: int  # that were counted
    judged: int  # of these, how many people judged for a source at least
    found: Mapping[Use, Mapping[Source, int]]
    used: Mapping[Source, Estimate]
    called_for: Mapping[Source, Estimate]
    used_shares: Mapping[Source, Estimate] | None
    called_for_shares: Mapping[Source, Estimate] | None
    evenness: Estimate | None  # 0: one source only, 1: all three equal
    coverage: Estimate | None  # share of passages that use any source; None without passages
    combined: Estimate | None  # share of source-bearing passages that use two or three
    method: str
    level: float  # of the intervals
    doubts: tuple[str, ...]  # why not to lean on it: 'too little text', 'hardly separates: scientific called_for'


@dataclass(frozen=True, slots=True)
class MadeWith:
    """What produced an analysis; the same file and the same `MadeWith` give the same result."""

    version: str
    settings: str  # short hash of the settings that drive results
    model: str  # id of the classifier
    language: str  # name and version of the spaCy pipeline


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything the walk found out about one document."""

    document: Document
    passages: tuple[Passage, ...]
    verdicts: tuple[Verdict, ...]
    balance: Balance
    made_with: MadeWith
    known: Known  # of the model that made the verdicts
    parts: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    """Just after the walk, the draws of its chapters (`balance.Part`): heavy, and not kept."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a batch yields for a file that could not be analysed."""

    path: str
    code: str  # a word a program can look for: 'encrypted'
    exit_code: int
    message: str  # what happened and what to do next


def pages_at(document: Document) -> Callable[[int], Page | None]:
    """What tells for a place in the text the page on which it stands, or None before the first page's text.

    Pages without text have empty spans and are never the answer. None as well where the format has no pages.
    """
    has_pages = not document.blocks or document.blocks[0].page is not None
    pages = [page for page in document.pages if page.end > page.start] if has_pages else []
    starts = [page.start for page in pages]

    def page_of(offset: int) -> Page | None:
        found = bisect_right(starts, offset) - 1
        return pages[found] if found >= 0 else None

    return page_of


def page_at(document: Document, offset: int) -> Page | None:
    """The page on which the character at `offset` stands, as `pages_at` tells it for many."""
    return pages_at(document)(offset)


def recognised(pages: Iterable[Page]) -> dict[int, float]:
    """The numbers of the pages that text recognition read, each with how sure it was of its words."""
    return {
        page.number: page.confidence for page in pages if page.confidence is not None and page.state is PageState.TEXT
    }
