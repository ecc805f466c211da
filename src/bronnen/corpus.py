"""Labelled samples: read, split by document, and verdicts put back on their place in a text.

What goes in was labelled outside a document (a sample) or on an older text of it (a verdict); what comes out
are neutral records. This module never decides what a label means and never splits a document over two folds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from bronnen.errors import StoreError
from bronnen.records import Labels, Source, Unit, Use, Verdict

if TYPE_CHECKING:
    import numpy as np

_PARAGRAPH_BREAK = "\n\n"
_ONE_IN = 5  # documents, of which labels are kept apart to measure with
_FORM = "docs/file-formats.md, 'Training samples', shows the form."


@dataclass(frozen=True, slots=True)
class SampleSentence:
    """A sentence of a sample and what was said of it; all three sources were looked at.

    `labellers`: what each of several labellers said before `labels` was settled; empty where that is not told.
    """

    text: str
    labels: Labels
    page: int | None = None
    labellers: Mapping[str, Labels] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """A document, or a run of neighbouring sentences of one, labelled sentence by sentence in reading order.

    `whole`: labelled from begin to end, so that a true balance can be counted.
    """

    unit: str
    document: str
    organisation: str
    whole: bool
    paragraphs: tuple[tuple[SampleSentence, ...], ...]
    genre: str = ""


def read_samples(path: Path) -> list[Sample]:
    """The samples in a JSON-lines file with one sentence a line, in the file's order.

    A line is `{"unit", "doc", "organisation", "whole", "page", "par", "text", "used": [...], "called_for": [...]}`;
    a line may have a `genre` and, under `labellers`, what each of several people said. Other keys are left alone.
    Neighbouring lines of one unit are a sample, neighbouring lines of one `page` and
    `par` in it a paragraph.

    Raises:
        StoreError: the file is not there, a line does not fit, or a unit comes back after another one.
    """
    samples: list[Sample] = []
    seen: set[str] = set()
    for unit, group in groupby(_lines(path), key=lambda line: line[1]["unit"]):
        rows = list(group)
        number, first = rows[0]
        if unit in seen:
            raise StoreError(
                f"{path}, line {number}: unit '{unit:.60}' comes back.", "Keep the lines of a unit together."
            )
        seen.add(unit)
        document = first["doc"]
        for number, row in rows:
            if row["doc"] != document:
                raise StoreError(f"{path}, line {number}: unit '{unit:.60}' is of two documents.", _FORM)
        paragraphs = groupby((row for _, row in rows), key=lambda row: (row["page"], row["par"]))
        samples.append(
            Sample(
                unit=unit,
                document=document,
                organisation=first["organisation"],
                whole=first["whole"],
                paragraphs=tuple(tuple(map(_sentence, part)) for _, part in paragraphs),
                genre=first.get("genre", ""),
            )
        )
    return samples


def sample_text(sample: Sample) -> tuple[str, list[Verdict]]:
    """A sample as one text, and its labels as verdicts of unit 'sentence' over that text.

    Sentences of a paragraph are joined by a space, paragraphs by an empty line. The unit is the document id.

    >>> text, verdicts = sample_text(Sample("u1", "d", "o", False, ((SampleSentence("Een.", {}),),)))
    >>> text, verdicts[0].start, verdicts[0].end
    ('Een.', 0, 4)
    """
    pieces: list[str] = []
    verdicts: list[Verdict] = []
    at = 0
    for paragraph in sample.paragraphs:
        for index, sentence in enumerate(paragraph):
            gap = "" if not pieces else " " if index else _PARAGRAPH_BREAK
            text = normalize("NFC", sentence.text)
            start = at + len(gap)
            at = start + len(text)
            pieces += [gap, text]
            verdicts.append(
                Verdict(
                    document_id=sample.unit,
                    start=start,
                    end=at,
                    page=None,
                    unit=Unit.SENTENCE,
                    judged=frozenset(Source),
                    labels=sentence.labels,
                    quote=text,
                    by="person:sample",
                )
            )
    return "".join(pieces), verdicts


def split(ids: Sequence[str], folds: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """The indices of `ids` in `folds` parts, so that equal ids are always in the same part.

    `ids[i]` names the document (or the organisation) of row i. Parts are filled with the largest documents
    first, each to the smallest part, in an order drawn from `rng`; indices ascend within a part. With fewer
    documents than folds the last parts are empty.
    """
    if folds < 1:
        raise ValueError(f"folds is {folds}, must be 1 or more")
    rows: dict[str, list[int]] = {}
    for index, name in enumerate(ids):
        rows.setdefault(name, []).append(index)
    names = sorted(rows)
    drawn = [names[int(place)] for place in rng.permutation(len(names))]
    drawn.sort(key=lambda name: -len(rows[name]))  # stable: equal sizes keep the drawn order
    parts: list[list[int]] = [[] for _ in range(folds)]
    for name in drawn:
        min(parts, key=len).extend(rows[name])
    return [tuple(sorted(part)) for part in parts]


def is_kept_apart(document_id: str) -> bool:
    """Whether labels on this document are for measuring only, never to learn from: so for one document in five.

    It hangs on the document's bytes alone, so that nothing has to be kept of it and no later scan, sample or person can
    change it. Whole documents, since passages of one document are alike.

    >>> [is_kept_apart(f"{number:064x}") for number in range(4)]
    [False, False, True, False]
    """
    return int(hashlib.sha256(f"kept apart {document_id}".encode()).hexdigest()[:8], 16) % _ONE_IN == 0


def anchor(verdict: Verdict, text: str) -> Verdict | None:
    """The verdict on its place in `text`, or None where its quote does not stand there.

    The offsets hold where they still cover the quote; else the nearest exact occurrence of the quote is taken
    (the earlier of two at the same distance). The page is kept as told, since a text alone has no pages.
    """
    quote = normalize("NFC", verdict.quote)  # Document.text is NFC
    if not quote:
        return None
    if text[verdict.start : verdict.start + len(quote)] == quote:
        place = verdict.start
    else:
        found = list(_occurrences(quote, text))
        if not found:
            return None
        place = min(found, key=lambda start: abs(start - verdict.start))
    return replace(verdict, start=place, end=place + len(quote), quote=quote)


def _occurrences(quote: str, text: str) -> Iterator[int]:
    found = text.find(quote)
    while found >= 0:
        yield found
        found = text.find(quote, found + 1)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield number, _checked(json.loads(line), f"{path}, line {number}")
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} is not UTF-8 (after line {number}).", "Save it as JSON lines in UTF-8.") from error
    except (ValueError, RecursionError) as error:  # a number of more than 4,300 digits is a ValueError too
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:80]
        raise StoreError(f"{path}, line {number} is not JSON: {said}.", _FORM) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(f"Cannot read the samples in {path}: {reason}.", "Check its name and rights.") from error


def _checked(row: Any, where: str) -> dict[str, Any]:
    kinds = {"unit": str, "doc": str, "organisation": str, "whole": bool, "page": int, "par": int, "text": str}
    if not isinstance(row, dict):
        raise StoreError(f"{where} is not an object.", _FORM)
    for name, kind in kinds.items():
        if type(row.get(name)) is not kind:
            raise StoreError(f"{where}: '{name}' must be of type {kind.__name__}, is {row.get(name)!r:.60}.", _FORM)
    if not isinstance(row.get("genre", ""), str):
        raise StoreError(f"{where}: 'genre' must be of type str, is {row['genre']!r:.60}.", _FORM)
    _check_uses(row, where)
    labellers = row.get("labellers", {})
    if not isinstance(labellers, dict):
        raise StoreError(f"{where}: 'labellers' must be an object with what each labeller said.", _FORM)
    for name, said in labellers.items():
        _check_uses(said, f"{where}, labeller '{name}'")
    return row


def _check_uses(said: Any, where: str) -> None:
    if not isinstance(said, dict):
        raise StoreError(f"{where} is not an object.", _FORM)
    for use in Use:
        if not isinstance(said.get(use), list) or not set(map(str, said[use])) <= set(Source):
            raise StoreError(f"{where}: '{use}' must list sources out of {', '.join(Source)}.", _FORM)


def _sentence(row: dict[str, Any]) -> SampleSentence:
    said = {name: _labels(one["used"], one["called_for"]) for name, one in row.get("labellers", {}).items()}
    return SampleSentence(row["text"], _labels(row["used"], row["called_for"]), row["page"], said)


def _labels(used: Iterable[str], called_for: Iterable[str]) -> dict[Source, Use]:
    told = {Source(name): Use.CALLED_FOR for name in called_for}
    told.update({Source(name): Use.USED for name in used})  # where both are told, used wins
    return {source: told[source] for source in Source if source in told}
