"""One document in the tables: put in, taken out, read back.

Knows connections, not transactions: the caller opens and ends those.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from math import isfinite
from typing import Any, NamedTuple

from bronnen.formats.rates import known_rates, told_rates
from bronnen.records import (
    Analysis,
    Block,
    Document,
    Kind,
    Known,
    MadeWith,
    NoteMark,
    Page,
    PageState,
    Passage,
    Remark,
    Sentence,
    Source,
    Use,
    Verdict,
)
from bronnen.store import rows
from bronnen.store.rows import FAR, VERDICT_COLUMNS, VERDICT_PLACES, chance_of, fitting, span_of, storable, text_of


class Duplicate(NamedTuple):
    """A file with the same bytes as one that came before it."""

    path: str
    same_as: str


class Scored(NamedTuple):
    """The passages of a document, without their sentences, each with six probabilities: source by source, `used` first.

    A model that did not judge a passage gives none for it.
    """

    document_id: str
    text: str
    passages: list[tuple[Passage, tuple[float | None, ...]]]


class Near(NamedTuple):
    """A passage with the ones before and after it, and what models said inside it."""

    document: Document
    before: Passage | None
    passage: Passage
    after: Passage | None
    verdicts: tuple[Verdict, ...]


def replace(connection: sqlite3.Connection, run: int, analysis: Analysis) -> int:
    """Puts an analysis in the place of the one before it; the key of its document."""
    document = analysis.document
    text = storable(document.text)
    row = connection.execute("SELECT key, text FROM documents WHERE id = ?", (document.id,)).fetchone()
    if row:
        _clear(connection, *row)
    key: int = connection.execute(
        "INSERT INTO documents (id, name, path, text, extractor) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
        "SET name = excluded.name, path = excluded.path, text = excluded.text, extractor = excluded.extractor "
        "RETURNING key",
        (document.id, storable(document.name), storable(document.path), text, document.extractor),
    ).fetchone()[0]
    made = analysis.made_with
    analysis_id = connection.execute(
        "INSERT INTO analyses (document, run, version, settings, model, language, balance) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (key, run, made.version, made.settings, made.model, made.language, rows.balance_json(analysis.balance)),
    ).lastrowid
    connection.execute(
        "INSERT INTO models VALUES (?, ?) ON CONFLICT DO NOTHING", (made.model, json.dumps(told_rates(analysis.known)))
    )
    places = ", ".join("?" * 10)
    connection.executemany(f"INSERT INTO document_pages VALUES ({places})", rows.page_rows(document, key))
    connection.executemany("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)", rows.block_rows(document, key))
    connection.executemany("INSERT INTO note_marks VALUES (?, ?, ?, ?, ?)", rows.note_rows(document, key))
    _put_passages(connection, key, text, analysis.passages)
    connection.executemany(
        f"INSERT INTO verdicts ({VERDICT_COLUMNS}) VALUES ({VERDICT_PLACES})",
        (rows.verdict_row(verdict, key, analysis_id) for verdict in analysis.verdicts),
    )
    return key


def _put_passages(connection: sqlite3.Connection, key: int, text: str, passages: Iterable[Passage]) -> None:
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM passages").fetchone()[0]
    numbered = list(enumerate(passages, start=first))
    connection.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (at, key, found.start, found.end, str(found.kind), storable(found.heading), found.confidence)
            for at, found in numbered
        ),
    )
    connection.executemany(
        "INSERT INTO sentences VALUES (?, ?, ?, ?)",
        (
            (at, position, sentence.start, sentence.end)
            for at, found in numbered
            for position, sentence in enumerate(found.sentences)
        ),
    )
    connection.executemany(
        "INSERT INTO passage_search (rowid, heading, text) VALUES (?, ?, ?)",
        ((at, storable(found.heading), text[found.start : found.end]) for at, found in numbered),
    )


def _clear(connection: sqlite3.Connection, key: int, text: str) -> None:
    """Takes away what machines made of a document; verdicts of people and old balances stay.

    The search index keeps no text, so it has to be told what it indexed.
    """
    question = "SELECT id, heading, start, end FROM passages WHERE document = ?"
    for passage_id, heading, start, end in connection.execute(question, (key,)).fetchall():
        with fitting():
            said = text[start:end]
        connection.execute(
            "INSERT INTO passage_search (passage_search, rowid, heading, text) VALUES ('delete', ?, ?, ?)",
            (passage_id, heading, said),
        )
    connection.execute("DELETE FROM verdicts WHERE document = ? AND analysis IS NOT NULL", (key,))
    for table in ("passages", "document_pages", "blocks", "note_marks"):
        connection.execute(f"DELETE FROM {table} WHERE document = ?", (key,))


def forget(connection: sqlite3.Connection) -> None:
    """Takes the words of replaced passages out of the search index, which until then only notes that they are gone.

    Only where an analysis was replaced since the last run that ended: it writes the whole index.
    """
    question = (
        "SELECT 1 FROM analyses a WHERE a.run > (SELECT coalesce(max(id), 0) FROM runs WHERE ended <> '') "
        "AND EXISTS (SELECT 1 FROM analyses b WHERE b.document = a.document AND b.id < a.id) LIMIT 1"
    )
    if connection.execute(question).fetchone():
        connection.execute("INSERT INTO passage_search (passage_search) VALUES ('optimize')")


def document(connection: sqlite3.Connection, key: int) -> Document:
    question = "SELECT id, name, path, text, extractor FROM documents WHERE key = ?"
    document_id, name, path, text, extractor = map(text_of, connection.execute(question, (key,)).fetchone())
    size = len(text)
    question = (
        "SELECT start, end, number, width, height, state, hidden, confidence "
        "FROM document_pages WHERE document = ? ORDER BY position"
    )
    pages = tuple(
        Page(*span_of(start, end, size), number, width, height, PageState(state), hidden, confidence)
        for start, end, number, width, height, state, hidden, confidence in connection.execute(question, (key,))
    )
    question = "SELECT start, end, kind, page, opens_chapter FROM blocks WHERE document = ? ORDER BY position"
    blocks = tuple(
        Block(*span_of(start, end, size), Kind(kind), page, bool(opens_chapter))
        for start, end, kind, page, opens_chapter in connection.execute(question, (key,))
    )
    question = "SELECT start, label, note FROM note_marks WHERE document = ? ORDER BY position"
    notes = tuple(
        NoteMark(span_of(start, size, size)[0], text_of(label), note)
        for start, label, note in connection.execute(question, (key,))
    )
    _check(pages, blocks, notes)
    return Document(document_id, name, path, text, pages, blocks, words=(), extractor=extractor, notes=notes)


def made_with(connection: sqlite3.Connection) -> dict[str, MadeWith]:
    question = (
        "SELECT d.id, a.version, a.settings, a.model, a.language FROM analyses a JOIN documents d "
        "ON d.key = a.document WHERE a.id IN (SELECT max(id) FROM analyses GROUP BY document)"
    )
    return {row[0]: MadeWith(*map(text_of, row[1:])) for row in connection.execute(question)}


def remarks(connection: sqlite3.Connection) -> list[Remark]:
    question = (
        "SELECT d.id, r.start, r.end, r.quote, r.text, r.by, r.at FROM remarks r JOIN documents d "
        "ON d.key = r.document WHERE r.text <> '' AND r.id IN "
        "(SELECT max(id) FROM remarks GROUP BY document, start, end, by) ORDER BY r.document, r.start, r.id"
    )
    found = connection.execute(question).fetchall()
    return [Remark(text_of(row[0]), *span_of(row[1], row[2], FAR), *map(text_of, row[3:])) for row in found]


def tries(connection: sqlite3.Connection, run: int, codes: Collection[str]) -> dict[str, tuple[int, str, str]]:
    same = " AND ".join(
        f"json_extract(r.settings, '$.{part}') IS json_extract(this.settings, '$.{part}')"
        for part in ("limits", "extract", "ocr")
    )
    question = (
        "SELECT f.document, count(*), f.code, f.message, max(f.run) FROM failures f JOIN runs r ON r.id = f.run "
        f"JOIN runs this ON this.id = ? WHERE f.document IS NOT NULL AND r.version = this.version AND {same} AND "
        "NOT EXISTS (SELECT 1 FROM documents d JOIN analyses a ON a.document = d.key "
        "WHERE d.id = f.document AND a.run >= f.run) AND "
        f"f.code IN ({', '.join('?' * len(codes))}) GROUP BY f.document"
    )
    return {row[0]: row[1:4] for row in connection.execute(question, (run, *codes))}


def _check(pages: Iterable[Page], blocks: Sequence[Block], notes: Iterable[NoteMark]) -> None:
    """Refuses numbers that none of the readers of a document gives.

    Raises:
        ValueError: there is one.
    """
    for page in pages:
        sizes = (page.width, page.height)
        is_number = type(page.number) is int and page.number > 0 and type(page.hidden) is int
        if not is_number or not all(type(one) in (int, float) and isfinite(one) for one in sizes):
            raise ValueError(f"a page has the number {page.number!r:.40} or the size {sizes!r:.80}")
        if page.confidence is not None:
            chance_of(page.confidence)
    for block in blocks:
        if block.page is not None and type(block.page) is not int:
            raise ValueError(f"a block is on page {block.page!r:.40}")
    for mark in notes:
        if mark.note is not None and not (type(mark.note) is int and 0 <= mark.note < len(blocks)):
            raise ValueError(f"the note of a mark is block {mark.note!r:.40}")


def known(connection: sqlite3.Connection, model: str) -> Known:
    """What is known of a model's errors; nothing, where an older bronnen used it."""
    row = connection.execute("SELECT rates FROM models WHERE id = ?", (model,)).fetchone()
    try:
        return known_rates(json.loads(row[0])) if row else {}
    except (ValueError, LookupError, TypeError):  # it kept less of them
        return {}


def said_last(connection: sqlite3.Connection, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """What the same person said last of the same words on the same span, per source.

    Of an adjudication: what anybody settled last, since one of another person may have come in between.
    """
    document, _, start, end, _, unit, by, _, quote = values[:9]
    who, maker = ("by GLOB ?", "adjudicated:*") if by.startswith("adjudicated:") else ("by = ?", by)
    found: tuple[Any, ...] | None = connection.execute(
        f"SELECT {', '.join(Source)} FROM verdicts WHERE document = ? AND start = ? AND end = ? AND unit = ? "
        f"AND {who} AND quote = ? ORDER BY id DESC LIMIT 1",
        (document, start, end, unit, maker, quote),
    ).fetchone()
    return found


def is_known(connection: sqlite3.Connection, values: tuple[Any, ...], at: str) -> bool:
    """Whether a file brings nothing new with a verdict: its person said it before, or took it back since.

    A verdict of which the file tells no time (`at` is empty) is known if its person ever said the same of each of its
    sources: no later time may come to what was taken back.
    """
    document, _, start, end, _, unit, by, _, quote, *said = values[: 9 + len(Source)]
    told = connection.execute(
        f"SELECT at, {', '.join(Source)} FROM verdicts WHERE document = ? AND start = ? AND end = ? AND unit = ? "
        "AND by = ? AND quote = ? AND analysis IS NULL",
        (document, start, end, unit, by, quote),
    ).fetchall()
    if not at:
        return all(any(row[column] == use for row in told) for column, use in enumerate(said, 1) if use is not None)
    return any((row[0] == at and row[1:] == tuple(said)) or (row[0] >= at and not any(row[1:])) for row in told)


def passages(connection: sqlite3.Connection, key: int, size: int = FAR) -> tuple[Passage, ...]:
    """The passages of a document, which must lie in its text of so many characters."""
    sentences: dict[int, list[Sentence]] = {}
    question = (
        "SELECT s.passage, s.start, s.end FROM passages p JOIN sentences s ON s.passage = p.id "
        "WHERE p.document = ? ORDER BY p.id, s.position"
    )
    for passage_id, start, end in connection.execute(question, (key,)):
        sentences.setdefault(passage_id, []).append(Sentence(*span_of(start, end, size)))
    question = "SELECT id, start, end, kind, heading, confidence FROM passages WHERE document = ? ORDER BY id"
    return tuple(
        _passage(size, tuple(sentences.get(passage_id, ())), *told)
        for passage_id, *told in connection.execute(question, (key,))
    )


def _passage(
    size: int, inside: tuple[Sentence, ...], start: Any, end: Any, kind: Any, heading: Any, confidence: Any = None
) -> Passage:
    sure = None if confidence is None else chance_of(confidence)
    return Passage(*span_of(start, end, size), Kind(kind), text_of(heading), inside, sure)


def sentences(connection: sqlite3.Connection, passage_id: int) -> tuple[Sentence, ...]:
    question = "SELECT start, end FROM sentences WHERE passage = ? ORDER BY position"
    return tuple(Sentence(*span_of(start, end, FAR)) for start, end in connection.execute(question, (passage_id,)))


def scored(connection: sqlite3.Connection, key: int) -> Scored:
    """A document's passages without their sentences, with the scores that a model gave each."""
    found = connection.execute("SELECT id, text FROM documents WHERE key = ?", (key,)).fetchone()
    document_id, text = map(text_of, found)
    columns = ", ".join(f"v.{source}_{use}" for source in Source for use in Use)
    question = (
        f"SELECT p.start, p.end, p.kind, p.heading, {columns} FROM passages p LEFT JOIN verdicts v ON "
        "v.document = p.document AND v.start = p.start AND v.end = p.end AND v.unit = 'passage' "
        "AND v.analysis IS NOT NULL WHERE p.document = ? ORDER BY p.id"
    )
    passages = [
        (_passage(len(text), (), *told), tuple(None if score is None else chance_of(score) for score in scores))
        for *told, scores in ((*row[:4], row[4:]) for row in connection.execute(question, (key,)))
    ]
    return Scored(document_id, text, passages)


def recognition(connection: sqlite3.Connection) -> dict[str, str]:
    """Document id -> extractor, where that names a Tesseract; '' where a page never got the recognition it needs."""
    question = "SELECT id, extractor FROM documents WHERE extractor LIKE '%, tesseract %'"
    found = {text_of(one): text_of(extractor) for one, extractor in connection.execute(question)}
    question = (
        "SELECT DISTINCT d.id FROM document_pages p JOIN documents d ON d.key = p.document "
        "WHERE p.state IN (?, ?) AND p.confidence IS NULL"
    )
    unread = connection.execute(question, (PageState.SCANNED.value, PageState.GARBLED.value))
    return found | {row[0]: "" for row in unread}


def around(
    connection: sqlite3.Connection, key: int, start: int
) -> tuple[Passage | None, Passage, Passage | None] | None:
    """The passage of a document that begins at `start`, and the ones before and after it."""
    question = "SELECT id FROM passages WHERE document = ? AND start = ?"
    row = connection.execute(question, (key, start)).fetchone()
    if row is None:
        return None
    question = (
        "SELECT id, start, end, kind, heading, confidence FROM passages WHERE document = ? AND id BETWEEN ? AND ?"
    )
    found = {
        at - row[0]: _passage(FAR, sentences(connection, at), *told)
        for at, *told in connection.execute(question, (key, row[0] - 1, row[0] + 1))
    }
    return found.get(-1), found[0], found.get(1)


def state(connection: sqlite3.Connection, run: int) -> str:
    """A digest of the rows from which the files of a run are made."""
    found = hashlib.sha256()
    for question, *given in (
        (
            "SELECT r.position, r.path, d.id, a.id, a.version, a.settings, a.model, a.language FROM run_documents r "
            "JOIN documents d ON d.key = r.document JOIN analyses a ON a.id = "
            "(SELECT max(id) FROM analyses WHERE document = d.key) WHERE r.run = ? ORDER BY r.position",
            run,
        ),
        ("SELECT position, path, code, exit_code, message FROM failures WHERE run = ? ORDER BY position", run),
        ("SELECT position, path, same_as FROM duplicates WHERE run = ? ORDER BY position", run),
        (f"SELECT id, {VERDICT_COLUMNS} FROM verdicts WHERE analysis IS NULL ORDER BY id",),
    ):
        for row in connection.execute(question, given):
            found.update(repr(row).encode())
        found.update(b";")
    return found.hexdigest()
