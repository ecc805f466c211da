"""What an audit draws from: the counted passages of a store's last run, with what the model said of them.

Only the model's word counts here: what people said before must not decide which passages are drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bronnen.errors import StoreError

if TYPE_CHECKING:
    from bronnen.audit.plan import Counted, Frame, Plan, PlannedDocument
    from bronnen.formats.sheets import SheetRow
    from bronnen.records import Analysis, MadeWith
    from bronnen.settings import SegmentSettings
    from bronnen.store import Store

_AGAIN = "Run the same `bronnen scan` again, and then this."


def frame(store: Store, wanted: Sequence[str]) -> Frame:
    """The counted passages of the documents that `wanted` names (all where it is empty), in the order of the scan.

    Raises:
        UsageError: a wanted document is not there, or several are called so.
        StoreError: the store has no documents, or they were analysed with different models or settings.
    """
    from bronnen.audit.plan import Frame

    run = store.last_run()
    if run is None or not store.has_documents(run):
        raise StoreError("The last scan of this store read no document.", _AGAIN)
    settings = store.run_settings(run).segment
    documents: list[PlannedDocument] = []
    passages: list[Counted] = []
    made: set[MadeWith] = set()
    chosen = _chosen(store, run, wanted)
    for analysis in store.analyses(run):
        if chosen is None or analysis.document.id in chosen:
            made.add(analysis.made_with)
            passages += _counted(analysis, len(documents), settings)
            documents.append(_document(analysis))
    if len(made) > 1:
        raise StoreError("These documents were analysed with different models or settings.", _AGAIN)
    left_out = 0 if chosen is not None else len(store.failures(run))
    return Frame(made.pop(), tuple(documents), tuple(passages), left_out)


def sheet_rows(store: Store, plan: Plan, plan_hash: str) -> Iterator[SheetRow]:
    """The sampled passages as rows of a sheet, in its order.

    Raises:
        StoreError: a document is not in the store, or its text is another one than when the plan was made.
    """
    from bronnen.audit.plan import check_code, digest, shown
    from bronnen.formats.sheets import SheetRow
    from bronnen.records import page_at

    names = Counter(one.name for one in plan.documents)
    analyses: dict[int, Analysis] = {}
    headings: dict[tuple[int, int, int], str] = {}
    for at in sorted({one.document for one in plan.sampled}):
        told = plan.documents[at]
        found = store.analysis(told.id)
        if found is None:
            raise StoreError(f"{told.name} is not in this store.", "Give the store from which the plan was made.")
        analyses[at] = found
        headings |= {(at, passage.start, passage.end): passage.heading for passage in found.passages}
    for one in plan.sampled:
        document = analyses[one.document].document
        text = document.text[one.start : one.end]
        if digest(text) != one.digest:
            raise StoreError(
                f"{document.name} was read anew since the plan was made, and its text is another one.",
                "Make a new plan, or give the store as it was.",
            )
        told, page = plan.documents[one.document], page_at(document, one.start)
        yield SheetRow(
            number=one.number or 0,
            document=shown(told.name if names[told.name] == 1 else told.path),
            page=page.number if page else None,
            heading=shown(headings.get((one.document, one.start, one.end), "")),
            text=shown(text),
            code=check_code(plan_hash, one),
        )


def _chosen(store: Store, run: int, wanted: Sequence[str]) -> set[str] | None:
    from bronnen.cli.inputs import find_document

    known = store.run_documents(run) if wanted else []
    return {find_document(told, known, "the last scan") for told in wanted} or None


def _document(analysis: Analysis) -> PlannedDocument:
    from bronnen.audit.plan import PlannedDocument
    from bronnen.formats import without_surrogates

    document = analysis.document
    return PlannedDocument(document.id, without_surrogates(document.name), without_surrogates(document.path))


def _counted(analysis: Analysis, document: int, settings: SegmentSettings) -> Iterator[Counted]:
    from bronnen import segment
    from bronnen.audit.plan import LABELS, Counted
    from bronnen.records import Unit
    from bronnen.verdicts import rank

    text = analysis.document.text
    said = {
        (verdict.start, verdict.end): verdict
        for verdict in analysis.verdicts
        if verdict.unit is Unit.PASSAGE and rank(verdict) == 0
    }
    for passage in analysis.passages:
        if not segment.is_counted(passage, text, settings):
            continue
        verdict = said.get((passage.start, passage.end))
        if verdict is None or verdict.scores is None:
            raise StoreError(f"The model did not judge all passages of {analysis.document.name}.", _AGAIN)
        scores = tuple(verdict.scores.get(source, {}).get(use, 0.0) for source, use in LABELS)
        yield Counted(
            *(document, passage.start, passage.end, verdict.labels, scores), text[passage.start : passage.end]
        )
