"""What must hold in every store, as data: one question to SQLite a rule, which answers with what breaks it.

A question gives rows of a document's key (NULL where it is about none) and where in it. `temp.texts` holds the key
and length of every document's text, in code points. Each reads a table once or looks up by an index, so that ten
thousand documents take minutes.
"""

from __future__ import annotations

from typing import NamedTuple

from bronnen.records import Kind, PageState, Source, Unit, Use

AGAIN = "Scan the files anew into another folder; keep this store if people's labels are in it."
REDO = "Run the same `bronnen scan` again; what is still told then stands in an older run."


class Rule(NamedTuple):
    """`says`: what is the matter and what it means; `is_grave`: not so in a store that is whole."""

    part: str
    code: str
    says: str
    step: str
    question: str
    is_grave: bool = True


def _listed(values: object) -> str:
    return ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]


def _outside(table: str, column: str = "document", least: int = 0) -> str:
    return (
        f"SELECT x.{column}, 'characters ' || x.start || '-' || x.end FROM {table} x JOIN temp.texts t "
        f"ON t.key = x.{column} WHERE x.start < 0 OR x.end < x.start + {least} OR x.end > t.length"
    )


def _overlapping(table: str, order: str) -> str:
    return (
        f"SELECT document, 'characters ' || start || '-' || end FROM (SELECT document, start, end, lag(end) OVER "
        f"(PARTITION BY document ORDER BY {order}) AS before FROM {table}) WHERE start < before"
    )


def _gaps(table: str) -> str:
    return (
        f"SELECT document, count(*) || ' of ' || (max(position) + 1) FROM {table} GROUP BY document "
        "HAVING count(*) <> max(position) + 1 OR min(position) <> 0"
    )


_SCORES = [f"{source}_{use}" for source in Source for use in Use]
_MODEL_ON = (
    "EXISTS (SELECT 1 FROM verdicts v WHERE v.document = p.document AND v.start = {x}.start AND v.end = {x}.end "
    "AND v.unit = '{unit}' AND v.analysis IS NOT NULL)"
)
_TEXT = "The text is there, but where things stand in it is not to be trusted."

RULES: tuple[Rule, ...] = (
    # Runs and what came out of them.
    Rule(
        "runs", "file-twice", "A file of a run has more than one outcome.", REDO,
        "SELECT NULL, 'run ' || run || ', file ' || (position + 1) FROM (SELECT run, position FROM run_documents "
        "UNION ALL SELECT run, position FROM failures UNION ALL SELECT run, position FROM duplicates) "
        "GROUP BY run, position HAVING count(*) > 1",
    ),
    Rule(
        "runs", "file-lost", "A run that came to its end does not account for all its files.", REDO,
        "SELECT NULL, 'run ' || r.id || ': ' || (max(f.position) + 1 - count(DISTINCT f.position)) || ' files' "
        "FROM runs r JOIN (SELECT run, position FROM run_documents UNION ALL SELECT run, position FROM failures "
        "UNION ALL SELECT run, position FROM duplicates) f ON f.run = r.id WHERE r.ended <> '' GROUP BY r.id "
        "HAVING max(f.position) + 1 <> count(DISTINCT f.position) OR min(f.position) < 0",
    ),
    Rule(
        "runs", "no-analysis", "A document has no analysis: what was made of it is lost.", REDO,
        "SELECT d.key, d.id FROM documents d WHERE NOT EXISTS (SELECT 1 FROM analyses a WHERE a.document = d.key)",
    ),
    Rule(
        "runs", "duplicate-of-none", "A duplicate is said to equal a file that the run did not read.", REDO,
        "SELECT NULL, d.path FROM duplicates d WHERE NOT EXISTS (SELECT 1 FROM run_documents r WHERE r.run = d.run "
        "AND r.path = d.same_as)",
    ),
    Rule(
        "runs", "cut-off", "A run was cut off: what it had done by then is here.",
        "Run the same `bronnen scan` again, if no later run did.",
        "SELECT NULL, 'run ' || id || ' of ' || started FROM runs WHERE ended = ''", False,
    ),
    # Where things stand in the texts.
    Rule("places", "page-outside", f"A page lies outside its text. {_TEXT}", AGAIN, _outside("document_pages")),
    Rule("places", "page-order", f"Pages overlap. {_TEXT}", AGAIN, _overlapping("document_pages", "position")),
    Rule("places", "page-lost", "Pages of a document are missing.", AGAIN, _gaps("document_pages")),
    Rule("places", "block-outside", f"A block lies outside its text. {_TEXT}", AGAIN, _outside("blocks")),
    Rule("places", "block-order", f"Blocks overlap. {_TEXT}", AGAIN, _overlapping("blocks", "position")),
    Rule("places", "block-lost", "Blocks of a document are missing.", AGAIN, _gaps("blocks")),
    Rule("places", "note-lost", "Notes of a document are missing.", AGAIN, _gaps("note_marks")),
    Rule(
        "places", "note-outside", "The mark of a note lies outside its text, or leads to no block.", AGAIN,
        "SELECT n.document, 'character ' || n.start FROM note_marks n JOIN temp.texts t ON t.key = n.document "
        "WHERE n.start < 0 OR n.start > t.length OR (n.note IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM blocks b WHERE b.document = n.document AND b.position = n.note))",
    ),
    Rule(
        "places", "passage-outside", f"A passage lies outside its text. {_TEXT}", AGAIN, _outside("passages", least=1)
    ),
    Rule("places", "passage-order", "Passages overlap, or stand in another order than the text.", AGAIN,
         _overlapping("passages", "id")),
    Rule(
        "places", "sentence-outside", "The sentences of a passage do not fill it, overlap, or are missing.", AGAIN,
        "SELECT p.document, 'characters ' || p.start || '-' || p.end FROM passages p LEFT JOIN (SELECT passage, "
        "min(start) AS first, max(end) AS last, sum(end - start) AS length, min(end - start) AS shortest, "
        "count(*) <> max(position) + 1 AS lost FROM sentences GROUP BY passage) s ON s.passage = p.id "
        "WHERE s.first IS NOT p.start OR s.last IS NOT p.end OR s.length > p.end - p.start OR s.shortest < 1 OR s.lost",
    ),
    Rule(
        "places", "kind-unknown", "A block, passage or page is of a kind that bronnen does not know.", AGAIN,
        f"SELECT document, kind FROM blocks WHERE kind NOT IN ({_listed(Kind)}) UNION ALL "
        f"SELECT document, kind FROM passages WHERE kind NOT IN ({_listed(Kind)}) UNION ALL "
        f"SELECT document, state FROM document_pages WHERE state NOT IN ({_listed(PageState)})",
    ),
    Rule(
        "places", "confidence-unknown", "How sure the text recognition was, or what is hidden, is no such number.",
        AGAIN,
        "SELECT document, 'page ' || number FROM document_pages WHERE confidence NOT BETWEEN 0 AND 1 OR hidden < 0 "
        "UNION ALL SELECT document, 'characters ' || start || '-' || end FROM passages "
        "WHERE confidence NOT BETWEEN 0 AND 1",
    ),
    # What models and people said.
    Rule(
        "labels", "model-of-none", "A model's label does not belong to the newest analysis of its document.", AGAIN,
        "SELECT v.document, 'characters ' || v.start || '-' || v.end FROM verdicts v LEFT JOIN (SELECT document, "
        "max(id) AS id FROM analyses GROUP BY document) n ON n.document = v.document "
        "LEFT JOIN analyses a ON a.id = n.id WHERE v.analysis IS NOT NULL "
        "AND (v.analysis IS NOT n.id OR v.by IS NOT 'model:' || a.model)",
    ),
    Rule(
        "labels", "not-judged", "The model did not judge a passage or sentence: its labels are lost.", AGAIN,
        "SELECT p.document, 'characters ' || p.start || '-' || p.end FROM passages p WHERE p.document IN "
        "(SELECT document FROM analyses) AND NOT " + _MODEL_ON.format(x="p", unit=Unit.PASSAGE) + " UNION ALL "
        "SELECT p.document, 'characters ' || s.start || '-' || s.end FROM sentences s JOIN passages p "
        "ON p.id = s.passage WHERE NOT " + _MODEL_ON.format(x="s", unit=Unit.SENTENCE),
    ),
    Rule(
        "labels", "label-of-none", "There are labels by a model on passages or sentences that are not there.", AGAIN,
        "SELECT v.document, v.units || ' labels, ' || coalesce(p.units, 0) || ' passages and sentences' FROM "
        "(SELECT document, count(*) AS units FROM verdicts WHERE analysis IS NOT NULL GROUP BY document) v LEFT JOIN "
        "(SELECT p.document, count(*) + count(DISTINCT p.id) AS units FROM passages p JOIN sentences s "
        "ON s.passage = p.id GROUP BY p.document) p ON p.document = v.document WHERE v.units > coalesce(p.units, 0)",
    ),
    Rule(
        "labels", "label-unknown", "A label has a form that bronnen never writes (a score, a unit, reasons).", AGAIN,
        "SELECT document, 'characters ' || start || '-' || end FROM verdicts WHERE "
        f"unit NOT IN ({_listed(Unit)}) OR start < 0 OR end < start OR "
        + " OR ".join(f"{name} NOT BETWEEN 0 AND 1" for name in _SCORES)
        + " OR (reasons IS NOT NULL AND CASE WHEN json_valid(reasons) THEN json_remove(reasons, "
        + ", ".join(f"'$.{source}'" for source in Source)
        + ") <> '{}' ELSE true END)",
    ),
    Rule(
        "labels", "remark-nowhere", "A remark by a person stands nowhere: its place was changed.", AGAIN,
        "SELECT document, 'characters ' || start || '-' || end FROM remarks WHERE start < 0 OR end < start "
        "OR end - start <> length(CAST(quote AS TEXT)) AND instr(quote, char(0)) = 0",
    ),
    # The index that `bronnen search` uses.
    Rule(
        "search", "not-indexed", "A passage cannot be found by its words.", REDO,
        "SELECT p.document, 'characters ' || p.start || '-' || p.end FROM passages p WHERE NOT EXISTS "
        "(SELECT 1 FROM passage_search_docsize s WHERE s.id = p.id)",
    ),
    Rule(
        "search", "indexed-none", "The search index holds passages that are not there.", REDO,
        "SELECT NULL, 'passage ' || s.id FROM passage_search_docsize s WHERE NOT EXISTS "
        "(SELECT 1 FROM passages p WHERE p.id = s.id)",
    ),
)  # fmt: skip
