"""What a scan writes for programs and spreadsheets: balance, failures, duplicates, warnings and passages.

`*_row` functions turn records into flat rows with the documented columns, `write_*` functions put rows in a file.
The CSV files have commas and no byte order mark, for programs; `balance.xlsx` is the same table for Excel.
"""

from __future__ import annotations

import csv
import io
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bronnen.formats import FORMULA, replacing, without_surrogates
from bronnen.records import (
    Balance,
    Document,
    Estimate,
    Failure,
    Labels,
    PageState,
    Passage,
    Scores,
    Source,
    Use,
    recognised,
)

Value = str | int | float | None
Row = Mapping[str, Value]

_OF_COUNTS = (
    *("found", "n", "low", "high", "rate", "rate_low", "rate_high"),
    *("share", "share_low", "share_high"),
)
FIGURES = (
    *("passages", "judged"),
    *(f"{source}_{use}_{figure}" for source in Source for use in Use for figure in _OF_COUNTS),
    *(f"{figure}{end}" for figure in ("evenness", "coverage", "combined") for end in ("", "_low", "_high")),
    *("method", "doubts"),
)
"""What is said of a document, a chapter or a group."""

BALANCE_COLUMNS = ("document", "name", "path", "pages", *FIGURES)
SECTION_COLUMNS = ("document", "name", "path", "section", "heading", *FIGURES)
DIFFERENCES = tuple(
    f"{source}_{figure}" for source in Source for figure in ("rate_more", "rate_more_low", "rate_more_high", "outcome")
)
GROUP_COLUMNS = ("column", "group", "documents", *FIGURES, *DIFFERENCES)
FAILURE_COLUMNS = ("path", "code", "exit_code", "message")
DUPLICATE_COLUMNS = ("path", "same_as")
HEARD_COLUMNS = ("document", "name", "path", "bearer", "kind", "source", "use", "passages", "first_page")
WARNING_COLUMNS = ("path", "page", "code", "message")
DECIMALS = 4

_WARNINGS = {
    PageState.SCANNED: "This page is a picture without text and was not read; `bronnen check` tells what reads it.",
    PageState.GARBLED: "The text layer of this page is not the text a reader sees; it was not read.",
}
_SOURCES = tuple((source, source.value) for source in Source)  # asked of every sentence
_USES = tuple((use, use.value) for use in Use)
_IN_VAIN = (
    "Text recognition found no text on this page that it is sure of (a photograph, handwriting), or gave up on it."
)
UNSURE = 0.9
"""Where text recognition is less sure than this, from 0 to 1, more than a tenth of the words is wrong (docs/ocr.md)."""

T = TypeVar("T")


class Labelled(Protocol):
    """A span with the labels that count for it and the model's scores."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def scores(self) -> Scores | None: ...


class LabelledPassage(Protocol):
    """A passage with its labels, and its sentences with theirs."""

    @property
    def passage(self) -> Passage: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def scores(self) -> Scores | None: ...
    @property
    def sentences(self) -> Sequence[Labelled]: ...


# ----------------------------------------------------------------------------------------------------------- rows


def balance_row(document: Document, balance: Balance) -> dict[str, Value]:
    """The row of one document in balance.csv."""
    return {**_name_row(document), "pages": len(document.pages), **figures(balance)}


def section_row(document: Document, number: int, heading: str, balance: Balance) -> dict[str, Value]:
    """The row of one chapter in sections.csv; chapters count from 1."""
    return {**_name_row(document), "section": number, "heading": heading, **figures(balance)}


def group_row(
    column: str, group: str, documents: int, balance: Balance, more: Mapping[Source, Estimate] | None
) -> dict[str, Value]:
    """The row of one group of documents in groups.csv.

    `more` is how much larger the part of its passages that use each source is than among all other documents; None
    where that cannot be said.
    """
    row: dict[str, Value] = {"column": column, "group": group, "documents": documents, **figures(balance)}
    for source in Source:
        gap = more[source] if more else None
        row |= _bracketed(f"{source}_rate_more", gap)
        row[f"{source}_outcome"] = _outcome(gap)
    return row


def figures(balance: Balance) -> dict[str, Value]:
    """The figures of a balance under the names of `FIGURES`; a share is None where there is nothing to share."""
    row: dict[str, Value] = {"passages": balance.passages, "judged": balance.judged}
    for source in Source:
        for use, counts, shares in (
            (Use.USED, balance.used, balance.used_shares),
            (Use.CALLED_FOR, balance.called_for, balance.called_for_shares),
        ):
            name = f"{source}_{use}"
            row[f"{name}_found"] = balance.found.get(use, {}).get(source)
            told = _bracketed(name, counts[source])
            row |= {f"{name}_n": told.pop(name), **told}
            row |= _bracketed(f"{name}_rate", _per(counts[source], balance.passages))
            row |= _bracketed(f"{name}_share", shares[source] if shares is not None else None)
    for name, estimate in (
        ("evenness", balance.evenness),
        ("coverage", balance.coverage),
        ("combined", balance.combined),
    ):
        row |= _bracketed(name, estimate)
    return {**row, "method": balance.method, "doubts": "; ".join(balance.doubts)}


def _name_row(document: Document) -> dict[str, Value]:
    return {"document": document.id, "name": document.name, "path": document.path}


def _bracketed(name: str, estimate: Estimate | None) -> dict[str, Value]:
    """A figure and the ends of its interval, under its name."""
    ends = (None, None, None) if estimate is None else (estimate.value, estimate.low, estimate.high)
    return {f"{name}{end}": _rounded(value) for end, value in zip(("", "_low", "_high"), ends, strict=True)}


def _per(estimate: Estimate, passages: int) -> Estimate | None:
    """A number of passages as a part of all of them."""
    if not passages or estimate.low is None or estimate.high is None:
        return None
    return Estimate(estimate.value / passages, estimate.low / passages, estimate.high / passages)


def _outcome(gap: Estimate | None) -> str | None:
    if gap is None or gap.low is None or gap.high is None:
        return None
    return "more" if gap.low > 0 else "less" if gap.high < 0 else "no difference shown"


def failure_row(failure: Failure) -> dict[str, Value]:
    return {
        "path": failure.path,
        "code": failure.code,
        "exit_code": int(failure.exit_code),
        "message": failure.message,
    }


def warning_rows(path: str, document: Document) -> Iterator[dict[str, Value]]:
    """A row for every page that could not be read, holds words that nobody sees, or was read by text recognition."""
    for page in document.pages:
        row: dict[str, Value] = {"path": path, "page": page.number}
        if page.state in _WARNINGS:
            message = _WARNINGS[page.state] if page.confidence is None else _IN_VAIN
            yield {**row, "code": page.state.value, "message": message}
        if page.hidden:
            yield {**row, "code": "hidden", "message": _hidden(page.hidden)}
    for number, sure in recognised(document.pages).items():
        code, more = (
            ("ocr_unsure", ": more than one in ten may be wrong, look at the page") if sure < UNSURE else ("ocr", "")
        )
        message = f"This page was read by text recognition (OCR), which is {sure:.0%} sure of its words{more}."
        yield {"path": path, "page": number, "code": code, "message": message}


def _hidden(count: int) -> str:
    words, are, them = ("1 word", "is", "it") if count == 1 else (f"{count} words", "are", "them")
    return (
        f"{words} on this page {are} not visible (under a box, in the colour of the paper, cut off or outside the page)"
        f" and not read or stored. The file itself still holds {them}: whoever shares it shares {them} too."
    )


def passage_rows(document: Document, passages: Iterable[LabelledPassage]) -> Iterator[dict[str, Any]]:
    """The passages of a document as the objects of passages.jsonl, in the given order."""
    page_of = page_numbers(document)
    for labelled in passages:
        passage = labelled.passage
        yield {
            "document": document.id,
            "name": document.name,
            "path": document.path,
            "page": page_of(passage.start),
            "start": passage.start,
            "end": passage.end,
            "kind": passage.kind.value,
            "heading": passage.heading,
            "text": document.text[passage.start : passage.end],
            "labels": _labels(labelled.labels),
            "scores": _scores(labelled.scores),
            "ocr_confidence": _rounded(passage.confidence),
            "sentences": [
                {
                    "start": sentence.start,
                    "end": sentence.end,
                    "text": document.text[sentence.start : sentence.end],
                    "labels": _labels(sentence.labels),
                    "scores": _scores(sentence.scores),
                }
                for sentence in labelled.sentences
            ],
        }


def page_numbers(document: Document) -> Callable[[int], int | None]:
    """Tells on which page a place in the text is, from 1; None where the format has no pages."""
    has_pages = any(block.page is not None for block in document.blocks)
    pages = [page for page in document.pages if page.end > page.start] if has_pages else []
    starts = [page.start for page in pages]

    def page_of(place: int) -> int | None:
        at = bisect_right(starts, place) - 1
        return pages[at].number if at >= 0 else None

    return page_of


def _labels(labels: Labels) -> dict[str, str]:
    return {name: labels[source].value for source, name in _SOURCES if source in labels} if labels else {}


def _scores(scores: Scores | None) -> dict[str, dict[str, float]]:
    if scores is None:
        return {}
    return {
        name: {said: round(told[use], DECIMALS) for use, said in _USES if use in told}
        for source, name in _SOURCES
        if (told := scores.get(source)) is not None
    }


def _rounded(value: float | None) -> int | float | None:
    if value is None:
        return None
    rounded = round(float(value), DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded


# ---------------------------------------------------------------------------------------------------------- files


def write_balance(path: Path, rows: Iterable[Row]) -> None:
    """Writes balance.csv."""
    write_csv(path, BALANCE_COLUMNS, rows)


def write_sections(path: Path, rows: Iterable[Row]) -> None:
    """Writes sections.csv."""
    write_csv(path, SECTION_COLUMNS, rows)


def write_groups(path: Path, rows: Iterable[Row]) -> None:
    """Writes groups.csv."""
    write_csv(path, GROUP_COLUMNS, rows)


def write_failures(path: Path, failures: Iterable[Failure]) -> None:
    """Writes failures.csv."""
    write_csv(path, FAILURE_COLUMNS, map(failure_row, failures))


def write_duplicates(path: Path, duplicates: Iterable[tuple[str, str]]) -> None:
    """Writes duplicates.csv from pairs of a path and the path of the file it equals."""
    write_csv(path, DUPLICATE_COLUMNS, ({"path": path, "same_as": same_as} for path, same_as in duplicates))


def write_heard(path: Path, rows: Iterable[Row]) -> None:
    """Writes heard.csv: who is heard in each document."""
    write_csv(path, HEARD_COLUMNS, rows)


def write_warnings(path: Path, rows: Iterable[Row]) -> None:
    """Writes warnings.csv."""
    write_csv(path, WARNING_COLUMNS, rows)


def passage_lines(document: Document, passages: Iterable[LabelledPassage]) -> bytes:
    """The lines of a document in passages.jsonl; a lone surrogate in a file name becomes U+FFFD."""
    lines = (json_line(row) + "\n" for row in passage_rows(document, passages))
    return without_surrogates("".join(lines)).encode()


def write_passages(path: Path, lines: Iterable[bytes]) -> None:
    """Writes passages.jsonl from the lines of each document."""
    with replacing(path) as stream:
        stream.writelines(lines)


def json_line(row: Mapping[str, Any]) -> str:
    """A row as JSON on one line, readable as it is, its keys in the order of the documentation."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False)


def cell(value: T) -> T | str:
    """A value as a CSV cell that no spreadsheet runs: text that could be a formula gets an apostrophe before it.

    So does text after a semicolon or tab inside it: a Dutch Excel takes those for the border between two cells.

    >>> cell("=1+1.pdf"), cell("a;=B1.pdf"), cell("rapport.pdf"), cell(-1)
    ("'=1+1.pdf", "a;'=B1.pdf", 'rapport.pdf', -1)
    """
    if not isinstance(value, str):
        return value
    text = re.sub(r"(?<=[;\t])(?=[=+\-@])", "'", without_surrogates(value))
    return f"'{text}" if FORMULA.match(text) else text


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A table as CSV with commas and CR LF line ends (RFC 4180), for a file or for stdout."""
    stream = io.StringIO(newline="")
    _fill(stream, columns, rows)
    return stream.getvalue()


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Writes a table as CSV, one row in memory at a time; the same rows give the same bytes."""
    with replacing(path) as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as stream:
        _fill(stream, columns, rows)


def _fill(stream: Any, columns: Sequence[str], rows: Iterable[Row]) -> None:
    table = csv.writer(stream, lineterminator="\r\n")  # with "\n" csv leaves a lone CR unquoted
    table.writerow(columns)
    for row in rows:
        table.writerow([cell(row[name]) for name in columns])
