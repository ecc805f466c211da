"""Passages, institutes and a report's method as flat rows: one passage a row, for R, pandas and a spreadsheet.

`passages.jsonl` has more (sentences); here every label and every score is a column of its own.
"""

from __future__ import annotations

from bronnen.formats.tables import DECIMALS, LabelledPassage, Value
from bronnen.records import Document, Source, Use

PASSAGE_COLUMNS = (
    *("document", "name", "path", "page", "start", "end", "kind", "heading", "text"),
    *(source.value for source in Source),
    *(f"{source}_{use}_score" for source in Source for use in Use),
    *("reasons", "judged_by", "ocr_confidence"),
)
INSTITUTE_COLUMNS = ("bearer", "kind", "source", "use", "documents", "passages")
METHOD_COLUMNS = ("key", "value")


def flat_passage_row(
    document: Document, labelled: LabelledPassage, page: int | None, reasons: str = "", *, by_people: bool = False
) -> dict[str, Value]:
    """The row of one passage, with the columns of `PASSAGE_COLUMNS`.

    `page` is that of its start (`tables.page_numbers`), `reasons` what weighed, in words, and `by_people` whether
    people judged it for a source at least.
    """
    passage, scores = labelled.passage, labelled.scores or {}
    row: dict[str, Value] = {
        "document": document.id,
        "name": document.name,
        "path": document.path,
        "page": page,
        "start": passage.start,
        "end": passage.end,
        "kind": passage.kind.value,
        "heading": passage.heading,
        "text": document.text[passage.start : passage.end],
    }
    row |= {source.value: labelled.labels[source].value if source in labelled.labels else "" for source in Source}
    for source in Source:
        for use in Use:
            score = scores.get(source, {}).get(use)
            row[f"{source}_{use}_score"] = None if score is None else round(score, DECIMALS)
    sure = None if passage.confidence is None else round(passage.confidence, DECIMALS)
    return {**row, "reasons": reasons, "judged_by": "person" if by_people else "model", "ocr_confidence": sure}
