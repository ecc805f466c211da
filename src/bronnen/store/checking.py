"""Is a store whole? Looks at everything in it and changes nothing, also where it was written by hostile hands.

From the outside in: what SQLite says of the file, then its form (tables and triggers as the migrations make them),
then what is in it. What stands deeper is only looked at where what carries it is sound. One document's text is in
memory at a time.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import normalize

from bronnen.errors import BronnenError, StoreError
from bronnen.migrations import APPLICATION_ID, MIGRATIONS, migrate
from bronnen.settings import settings_of
from bronnen.store import Store, opening, rows
from bronnen.store.rules import AGAIN, REDO, RULES
from bronnen.store.search import match_of

SAMPLE = 1000  # passages that are looked up in the search index
_SHOWN = 3  # examples of a finding
MOST = 10_000  # of what one finding counts; more is told as 'or more'
_ID = re.compile(r"[0-9a-f]{64}")
_SECOND = len("2026-01-01T00:00:00")
_SPACES = re.compile(r"\s+")
_ASIDE = "Put it aside under another name and scan again; keep it if people's labels are in it."
_ENDS = ("damaged", "not-ours", "newer", "other-tables")  # after these, what is in the tables says nothing
_APART = ("passage_search",)  # its own tables are FTS5's business, and differ between versions of SQLite
NOT_SO = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError, BronnenError)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, or (not `is_grave`) that a reader should know.

    `says`: what, and what it means; `step`: what to do; `count`: how often, at most `MOST`.
    """

    code: str
    says: str
    step: str
    count: int
    examples: tuple[str, ...]
    is_grave: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """A part that was looked at: what was looked at, with figures, and what was found."""

    part: str
    about: str
    findings: tuple[Finding, ...] = ()
    is_skipped: bool = False

    @property
    def is_whole(self) -> bool:
        return not any(finding.is_grave for finding in self.findings)


class Still(Store):
    """A store over a connection that somebody else opened, to read from."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection, self._opened = path, connection, ExitStack()

    def run_ended(self, run: int) -> bool:
        """Whether a run came to its end."""
        found = self._connection.execute("SELECT ended FROM runs WHERE id = ?", (run,)).fetchone()
        return bool(found and found[0])

    def judged(self, document_id: str) -> list[str]:
        """The words in a document that people ever judged, what they took back too."""
        question = (
            "SELECT v.quote FROM verdicts v JOIN documents d ON d.key = v.document "
            "WHERE d.id = ? AND v.analysis IS NULL"
        )
        return [quote for (quote,) in self._connection.execute(question, (document_id,))]


def finding(code: str, says: str, step: str, examples: Iterable[str], *, is_grave: bool = True) -> tuple[Finding, ...]:
    """One finding with its examples counted, or none where there is no example."""
    shown: list[str] = []
    count = 0
    for example in examples:
        count += 1
        if len(shown) < _SHOWN:
            shown.append(example[:200])
        if count == MOST:
            break
    return (Finding(code, says, step, count, tuple(shown), is_grave),) if count else ()


def check(folder: Path, further: Callable[[Still], Iterator[Checked]]) -> Iterator[Checked]:
    """What was found in each part of the store in a folder, as it comes; then `further`, where the store is sound.

    Raises:
        StoreError: there is no store, another bronnen is writing to it, or it cannot be opened.
    """
    path = folder / opening.FILE
    if not path.is_file():
        raise StoreError(f"There is no store in {folder}.", "Give the folder of `bronnen scan --out`.")
    with opening.untouched(path) as connection:
        for part, look in _OUTSIDE.items():
            found = guarded(part, partial(look, connection))
            yield found
            if any(one.code in _ENDS for one in found.findings):
                yield from (Checked(rest, "", is_skipped=True) for rest in _PARTS)
                return
        with _newest(connection, path) as newest:
            for part, look in _CONTENT.items():
                yield guarded(part, partial(look, newest))
            yield from further(Still(path, newest))


@contextmanager
def _newest(connection: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    """The connection, or one to a copy in the newest version."""
    if _number(connection, "PRAGMA user_version") == len(MIGRATIONS):
        yield connection
        return
    with closing(opening.copied(connection)) as copy:
        copy.text_factory = opening.decoded
        migrate(copy, str(path))
        yield copy


def guarded(part: str, look: Callable[[], Checked]) -> Checked:
    """What `look` finds; that it cannot look is a finding too."""
    try:
        return look()
    except (sqlite3.DatabaseError, *NOT_SO) as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR")):
            raise
        says = "This part cannot be read: the file is damaged, or no store of bronnen."
        return Checked(part, "", finding("damaged", says, _ASIDE, [f"{type(error).__name__}: {error}"]))


# ------------------------------------------------------------------------------------------------ the file and its form


def _file(connection: sqlite3.Connection) -> Checked:
    """SQLite's own look at every page, row and reference."""
    said = [row[0] for row in connection.execute(f"PRAGMA integrity_check({_SHOWN + 1})")]
    damaged = "The file is damaged: some of what it holds is lost or not what it was."
    found = finding("damaged", damaged, _ASIDE, (str(one) for one in said if one != "ok"))
    if not found:
        loose = connection.execute("PRAGMA foreign_key_check")
        says = "Rows belong to a document, run or analysis that is not there."
        found = finding("loose", says, AGAIN, (f"{table} of {parent}" for table, _, parent, _ in loose))
    size = _number(connection, "PRAGMA page_count") * _number(connection, "PRAGMA page_size")
    return Checked("file", f"{size / 1e6:.1f} MB, its pages and references", found)


def _form(connection: sqlite3.Connection) -> Checked:
    """The tables, indexes and triggers against those that the migrations make; tables that differ end the check."""
    version, application = (_number(connection, f"PRAGMA {name}") for name in ("user_version", "application_id"))
    if application != APPLICATION_ID:
        says = "This is a database, but not one of bronnen."
        return Checked(
            "form", "", finding("not-ours", says, "Give the folder of `bronnen scan --out`.", [hex(application)])
        )
    if not 0 < version <= len(MIGRATIONS):
        says = f"This is a store of a newer bronnen; this one knows up to version {len(MIGRATIONS)}."
        return Checked("form", "", finding("newer", says, "Install the newer bronnen.", [f"version {version}"]))
    with closing(sqlite3.connect(":memory:")) as model:
        for script in MIGRATIONS[:version]:
            model.executescript(script)
        wanted = _schema(model)
    there = _schema(connection)
    others = [name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name)]
    tables = [name for name in others if "table" in (name[0], there.get(name, ("", ""))[0]) and name in wanted]
    guards = [name for name in others if name[0] == "trigger" and name in wanted]
    indexes = [name for name in others if name[0] == "index" and name in wanted]
    added = [name for name in others if name not in wanted]
    found = (
        *finding("other-tables", "Tables are not as bronnen makes them: what is in them was not looked at.", _ASIDE,
                 map(_called, sorted(tables))),
        *finding("unguarded", "Nothing keeps people's labels from being changed or removed: they may have been.",
                 "Compare people's labels with an older copy of the store or an export of them.",
                 map(_called, sorted(guards))),
        *finding("no-index", "An index is not as bronnen makes it: searching is slow or finds the wrong things.", AGAIN,
                 map(_called, sorted(indexes))),
        *finding("added", "Somebody added to the store what bronnen does not make.",
                 "Find out who did and why; a trigger can change what is written.", map(_called, sorted(added))),
    )  # fmt: skip
    count = {kind: sum(name[0] == kind for name in wanted) for kind in ("table", "trigger")}
    return Checked("form", f"version {version}, {count['table']} tables, {count['trigger']} triggers", found)


def _schema(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """(kind, name) -> its SQL, white space apart; what belongs to SQLite or FTS5 itself has its name only."""
    found: dict[tuple[str, str], str] = {}
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master"):
        if not str(name).startswith("sqlite_"):
            is_apart = any(str(name).startswith(f"{one}_") for one in _APART)
            found[str(kind), str(name)] = "" if is_apart else _SPACES.sub(" ", str(sql or ""))
    return found


def _called(name: tuple[str, str]) -> str:
    return " ".join(name)


def _number(connection: sqlite3.Connection, question: str) -> int:
    found = connection.execute(question).fetchone()[0]
    return found if isinstance(found, int) else -1


# --------------------------------------------------------------------------------------------------- what is in it


def _values(connection: sqlite3.Connection) -> Checked:
    """Of every column the type, of every text that it is text, of every JSON that bronnen can read it."""
    found: list[Finding] = []
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql <> ''")]
    for table in tables:
        if table.startswith(_APART):
            continue
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        wrong = " OR ".join(
            f"typeof({name}) NOT IN ('{kind.lower()}'{'' if must or is_key else ', ' + repr('null')})"
            for _, name, kind, must, _, is_key in columns
        )
        count = _number(connection, f"SELECT count(*) FROM {table} WHERE {wrong}")
        says = "Values are of another kind than bronnen writes: whatever reads them stumbles."
        found += finding("other-values", says, AGAIN, (table for _ in range(min(count, MOST))))
    found += finding("bad-text", "A document's text is damaged, or its id is none.", AGAIN, _texts(connection))
    found += finding(
        "bad-settings",
        "The settings of a run cannot be read.",
        REDO,
        _unread(connection, "SELECT 'run ' || id, settings FROM runs", lambda told: settings_of(json.loads(told))),
    )
    found += finding(
        "bad-balance",
        "The figures of an analysis cannot be read.",
        AGAIN,
        _unread(connection, "SELECT 'analysis ' || id, balance FROM analyses", rows.balance_of),
    )
    found += finding(
        "bad-rates",
        "What is known of a model's errors cannot be read.",
        REDO,
        _unread(connection, "SELECT id, rates FROM models", json.loads),
    )
    documents = _number(connection, "SELECT count(*) FROM documents")
    length = _number(connection, "SELECT coalesce(sum(length), 0) FROM temp.texts")
    return Checked("values", f"{documents} documents of {length} characters", tuple(found))  # fmt: skip


def _texts(connection: sqlite3.Connection) -> Iterator[str]:
    """Notes the length of every text in `temp.texts`; yields the documents of which text or id is no good."""
    connection.execute("CREATE TEMP TABLE texts (key INTEGER PRIMARY KEY, length INTEGER)")
    for key, document_id, name, text in connection.execute("SELECT key, id, name, text FROM documents"):
        is_text = isinstance(text, str)
        connection.execute("INSERT INTO temp.texts VALUES (?, ?)", (key, len(text) if is_text else 0))
        if not is_text or not text.strip() or rows.storable(text) != text or not _ID.fullmatch(str(document_id)):
            yield str(name)


def _unread(connection: sqlite3.Connection, question: str, read: Callable[[str], Any]) -> Iterator[str]:
    for name, told in connection.execute(question):
        try:
            read(told)
        except NOT_SO as error:
            yield f"{name} ({type(error).__name__})"


def _ruled(part: str, about: Mapping[str, str]) -> Callable[[sqlite3.Connection], Checked]:
    """Looks at the rules of a part; `about` are questions that count, with what they count."""

    def look(connection: sqlite3.Connection) -> Checked:
        found: list[Finding] = []
        for rule in RULES:
            if rule.part == part:
                examples = _named(connection, connection.execute(rule.question))
                found += finding(rule.code, rule.says, rule.step, examples, is_grave=rule.is_grave)
        counted = ", ".join(f"{_number(connection, question)} {what}" for what, question in about.items())
        return Checked(part, counted, tuple(found))

    return look


def _named(connection: sqlite3.Connection, broken: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    for key, where in broken:
        row = connection.execute("SELECT name FROM documents WHERE key = ?", (key,)).fetchone()
        yield f"{row[0]}: {where}" if row else str(where)


def _people(connection: sqlite3.Connection) -> Checked:
    """Whether what people said still stands where they said it.

    A label given after the newest analysis of its document was, is on the text that is there: its quote must be too.
    Older ones are put in their place by their quotes when they are read, and those that have none left wait.
    """
    question = (
        "SELECT v.document, d.name, v.start, v.end, v.quote, v.at, (SELECT max(CASE r.ended WHEN '' THEN r.started "
        "ELSE r.ended END) FROM analyses a JOIN runs r ON r.id = a.run WHERE a.document = v.document), d.text "
        "FROM {} v JOIN documents d ON d.key = v.document {} ORDER BY v.document"
    )
    moved: list[str] = []
    gone: list[str] = []
    count = 0
    for table, where in (("verdicts", "WHERE v.analysis IS NULL"), ("remarks", "")):
        for _, name, start, end, quote, at, made, text in connection.execute(question.format(table, where)):
            count += 1
            if text[start:end] != quote:
                is_there = normalize("NFC", quote) in text
                if not is_there and at[:_SECOND] > made[:_SECOND]:
                    moved.append(f"{name}: characters {start}-{end}, {at}")
                elif not is_there:
                    gone.append(f"{name}: characters {start}-{end}, {at}")
    found = (
        *finding("other-quote", "A person's label quotes words that the text has not: one of the two was changed.",
                 "Compare with an older copy of the store, or an export of the labels.", moved),
        *finding("no-place", "A person's label is on words that are no longer in the text, which was read anew.",
                 "It is kept and counts nowhere; judge the passage again with `bronnen review`.", gone, is_grave=False),
    )  # fmt: skip
    return Checked("people", f"{count} labels and remarks by people", found)


def _search(connection: sqlite3.Connection) -> Checked:
    """The rules, and whether a sample of passages is found by its words."""
    found = _ruled("search", {"passages": "SELECT count(*) FROM passages"})(connection)
    step = max(1, _number(connection, "SELECT count(*) FROM passages") // SAMPLE)
    question = (
        "SELECT p.id, d.name, p.start, p.end, d.text FROM passages p JOIN documents d ON d.key = p.document "
        f"WHERE p.id % {step} = 0"
    )
    says = "The words of a passage are not those in the search index: its text was changed, or the index is damaged."
    return replace(
        found, findings=(*found.findings, *finding("other-words", says, AGAIN, _unfound(connection, question)))
    )


def _unfound(connection: sqlite3.Connection, question: str) -> Iterator[str]:
    for at, name, start, end, text in connection.execute(question):
        words = text[start:end].replace('"', " ").replace("\x00", " ")
        match = match_of(f'"{words}"')
        wanted = "SELECT 1 FROM passage_search WHERE passage_search MATCH ? AND rowid = ?"
        if match and not connection.execute(wanted, (f"text : {match}", at)).fetchone():
            yield f"{name}: characters {start}-{end}"


_OUTSIDE: dict[str, Callable[[sqlite3.Connection], Checked]] = {"file": _file, "form": _form}
_CONTENT: dict[str, Callable[[sqlite3.Connection], Checked]] = {
    "values": _values,
    "runs": _ruled("runs", {"runs": "SELECT count(*) FROM runs", "analyses": "SELECT count(*) FROM analyses"}),
    "places": _ruled("places", {"passages": "SELECT count(*) FROM passages",
                                "sentences": "SELECT count(*) FROM sentences"}),
    "labels": _ruled("labels", {"by models": "SELECT count(*) FROM verdicts WHERE analysis IS NOT NULL"}),
    "people": _people,
    "search": _search,
}  # fmt: skip
_PARTS = (*_CONTENT, "outputs")
