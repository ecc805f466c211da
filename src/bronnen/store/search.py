"""From a reader's words to passages in the store.

The words are data: whatever is typed becomes quoted words for FTS5, never its syntax.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bronnen.records import Labels, Passage, Source, Use
from bronnen.store.rows import storable

_PHRASE_OR_WORD = re.compile(r'"([^"]*)"(\*?)|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with the labels that count for it."""

    document_id: str
    name: str
    path: str
    page: int | None
    passage: Passage
    text: str
    labels: Labels


def match_of(words: str) -> str:
    """An FTS5 question that is always valid: all words, phrases in double quotes, a star for words that begin so.

    Empty where no letter or digit was typed.

    >>> match_of('jeugd* "uit onderzoek blijkt" NOT)')
    '"jeugd"* "uit onderzoek blijkt" "NOT)"'
    """
    parts = []
    for found in _PHRASE_OR_WORD.finditer(storable(words).replace("\x00", " ")):
        phrase, star, word = found.groups()
        text = phrase if word is None else word.rstrip("*")
        begins = bool(star) or (word is not None and word != text)
        if any(character.isalnum() for character in text):
            parts.append(f'"{text}"' + ("*" if begins else ""))
    return " ".join(parts)


def candidates(
    connection: sqlite3.Connection, match: str, source: Source | None, use: Use | None
) -> Iterable[tuple[Any, ...]]:
    """Rows (passage id, document key, start, end, kind, heading), the best match first, that may carry the label.

    May: somebody gave it to a span inside the passage; which verdict counts is for the caller to settle.
    Without words all passages, in the order of the store.
    """
    sources = [source] if source else list(Source)
    uses = [use] if use else list(Use)
    conditions: list[str] = []
    values: list[str] = []
    if source or use:
        labelled = " OR ".join(f"v.{name} IN ({', '.join('?' * len(uses))})" for name in sources)
        conditions.append(
            "EXISTS (SELECT 1 FROM verdicts v WHERE v.document = p.document AND v.start >= p.start "
            f"AND v.start < p.end AND v.end <= p.end AND ({labelled}))"
        )
        values += [str(value) for _ in sources for value in uses]
    columns = "SELECT p.id, p.document, p.start, p.end, p.kind, p.heading FROM "
    if match:
        conditions.insert(0, "passage_search MATCH ?")
        values.insert(0, match)
        table, order = "passage_search JOIN passages p ON p.id = passage_search.rowid", "passage_search.rank, p.id"
    else:
        table, order = "passages p", "p.id"
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return connection.execute(f"{columns}{table}{where} ORDER BY {order}", values)
