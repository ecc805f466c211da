"""How the tables of a store come about, version after version.

Each entry of `MIGRATIONS` brings a store one version further, in one transaction together with its `user_version`:
a kill in the middle leaves the older version whole. Entries are added at the end and never changed, since stores
out there were made by them. What may never happen here: a statement that drops or rewrites a person's verdict.

The schema in words: `documents` holds what was read, its pages and blocks beside it; `analyses` says what was made of
it with which versions, of which the newest counts; `passages` and `sentences` are spans over the text of that newest
analysis; `note_marks` are the places of notes, and the positions of their blocks; `models` says how the models
behind analyses err; `verdicts` is what models and people said. The three source columns of a verdict hold 'used',
'called_for' or 'none' (looked at, not there) and NULL for a source that was not looked at; a person's row with three
NULLs takes back what that person said before of the same span. `remarks` are notes that people made at passages: of
one person and span the last counts, and an empty one takes it away. Offsets are Unicode code points, half-open.
`passage_search` has no text of its own: it indexes that of `passages`. `document` of a failure is the id of the file
that was tried, which need not stand in `documents`.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

from bronnen.errors import StoreError

APPLICATION_ID = 0x62726F6E  # 'bron': tells a bronnen store from any other SQLite file

_FIRST = """
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  started TEXT NOT NULL,
  ended TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL,
  settings TEXT NOT NULL
);

CREATE TABLE documents (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  extractor TEXT NOT NULL
);

CREATE TABLE document_pages (
  document INTEGER NOT NULL REFERENCES documents(key),
  position INTEGER NOT NULL,
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  number INTEGER NOT NULL,
  width REAL NOT NULL,
  height REAL NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (document, position)
) WITHOUT ROWID;

CREATE TABLE blocks (
  document INTEGER NOT NULL REFERENCES documents(key),
  position INTEGER NOT NULL,
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  kind TEXT NOT NULL,
  page INTEGER,
  PRIMARY KEY (document, position)
) WITHOUT ROWID;

CREATE TABLE analyses (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents(key),
  run INTEGER NOT NULL REFERENCES runs(id),
  version TEXT NOT NULL,
  settings TEXT NOT NULL,
  model TEXT NOT NULL,
  language TEXT NOT NULL,
  balance TEXT NOT NULL
);
CREATE INDEX analyses_of_document ON analyses(document, id);

CREATE TABLE passages (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents(key),
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  kind TEXT NOT NULL,
  heading TEXT NOT NULL
);
CREATE INDEX passages_of_document ON passages(document, id);

CREATE TABLE sentences (
  passage INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  PRIMARY KEY (passage, position)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE passage_search USING fts5(heading, text, content='', tokenize="unicode61 remove_diacritics 2");

CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents(key),
  analysis INTEGER REFERENCES analyses(id),
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  page INTEGER,
  unit TEXT NOT NULL,
  experiential TEXT CHECK (experiential IN ('none', 'used', 'called_for')),
  professional TEXT CHECK (professional IN ('none', 'used', 'called_for')),
  scientific TEXT CHECK (scientific IN ('none', 'used', 'called_for')),
  quote TEXT,
  by TEXT NOT NULL,
  at TEXT NOT NULL,
  experiential_used REAL,
  experiential_called_for REAL,
  professional_used REAL,
  professional_called_for REAL,
  scientific_used REAL,
  scientific_called_for REAL,
  CHECK ((analysis IS NOT NULL) = (by GLOB 'model:*')),
  CHECK (analysis IS NOT NULL OR quote IS NOT NULL)
);
CREATE INDEX verdicts_of_document ON verdicts(document, start, end);
CREATE INDEX verdicts_of_people ON verdicts(document) WHERE analysis IS NULL;

CREATE TRIGGER verdicts_are_never_changed BEFORE UPDATE ON verdicts
BEGIN SELECT RAISE(ABORT, 'a verdict is never changed: add another one'); END;
CREATE TRIGGER verdicts_of_people_stay BEFORE DELETE ON verdicts WHEN OLD.analysis IS NULL
BEGIN SELECT RAISE(ABORT, 'a verdict by a person is never removed'); END;

CREATE TABLE run_documents (
  run INTEGER NOT NULL REFERENCES runs(id),
  position INTEGER NOT NULL,
  path TEXT NOT NULL,
  document INTEGER NOT NULL REFERENCES documents(key),
  PRIMARY KEY (run, position)
) WITHOUT ROWID;

CREATE TABLE failures (
  run INTEGER NOT NULL REFERENCES runs(id),
  position INTEGER NOT NULL,
  path TEXT NOT NULL,
  code TEXT NOT NULL,
  exit_code INTEGER NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (run, position)
) WITHOUT ROWID;

CREATE TABLE duplicates (
  run INTEGER NOT NULL REFERENCES runs(id),
  position INTEGER NOT NULL,
  path TEXT NOT NULL,
  same_as TEXT NOT NULL,
  PRIMARY KEY (run, position)
) WITHOUT ROWID;

CREATE TABLE ignored (
  run INTEGER NOT NULL REFERENCES runs(id),
  reason TEXT NOT NULL,
  files INTEGER NOT NULL,
  PRIMARY KEY (run, reason)
) WITHOUT ROWID;
"""

_SECOND = """
CREATE TABLE models (
  id TEXT PRIMARY KEY,
  rates TEXT NOT NULL
) WITHOUT ROWID;
ALTER TABLE blocks ADD COLUMN opens_chapter INTEGER NOT NULL DEFAULT 0;
"""

_THIRD = """
ALTER TABLE verdicts ADD COLUMN reasons TEXT;
CREATE TABLE note_marks (
  document INTEGER NOT NULL REFERENCES documents(key),
  position INTEGER NOT NULL,
  start INTEGER NOT NULL,
  label TEXT NOT NULL,
  note INTEGER,
  PRIMARY KEY (document, position)
) WITHOUT ROWID;
"""

_FOURTH = """
CREATE TABLE remarks (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents(key),
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  quote TEXT NOT NULL,
  text TEXT NOT NULL,
  by TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX remarks_of_document ON remarks(document, start, end);
CREATE TRIGGER remarks_are_never_changed BEFORE UPDATE ON remarks
BEGIN SELECT RAISE(ABORT, 'a remark is never changed: add another one'); END;
CREATE TRIGGER remarks_stay BEFORE DELETE ON remarks
BEGIN SELECT RAISE(ABORT, 'a remark is never removed'); END;
"""

_FIFTH = """
ALTER TABLE document_pages ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE document_pages ADD COLUMN confidence REAL;
ALTER TABLE passages ADD COLUMN confidence REAL;
"""

_SIXTH = """
ALTER TABLE failures ADD COLUMN document TEXT;
CREATE INDEX failures_of_document ON failures(document) WHERE document IS NOT NULL;
"""

MIGRATIONS: list[str] = [_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH]


_SHADOW = "passage_search_"  # tables that SQLite's full-text search makes for itself, in its own words
_NO_WRITING = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)  # the second: of a journal beside the file


def migrate(connection: sqlite3.Connection, name: str, *, write: bool = True) -> bool:
    """Brings a store to the newest version; a new, empty file becomes an empty store.

    For who only reads, one that cannot be written stays as it is. Tells whether it is of the newest version now.

    Raises:
        StoreError: the file is a database of something else, a store of a newer bronnen, or one into which somebody
            put triggers, views or other columns.
    """
    version, application, tables = (
        connection.execute(question).fetchone()[0]
        for question in ("PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_master")
    )
    if application != APPLICATION_ID and (application or version or tables):
        raise StoreError(f"{name} is a database, but not one of bronnen.", "Give another folder with --out.")
    if version > len(MIGRATIONS):
        raise StoreError(
            f"{name} was made by a newer bronnen (format {version}; this one knows up to {len(MIGRATIONS)}).",
            "Install the newer bronnen, or give another folder with --out.",
        )
    if version:
        _refuse_foreign(connection, name, version)
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script}; {marks} COMMIT;")
        except sqlite3.OperationalError as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if found >= number:
                continue  # another bronnen that opened the store at the same time did it first
            if not write and error.sqlite_errorcode & 0xFF in _NO_WRITING:
                return False
            raise
    return True


def _refuse_foreign(connection: sqlite3.Connection, name: str, version: int) -> None:
    """Refuses a store whose tables, views and triggers are not those that bronnen made.

    A store comes from others at times, and a trigger or view would run in it whenever bronnen reads or writes.

    Raises:
        StoreError: something differs.
    """
    found = _schema(connection)
    wanted = _made(version)
    wrong = sorted(one for one in wanted.keys() | found.keys() if found.get(one) != wanted.get(one))
    if wrong:
        said = ", ".join(" ".join(f"{kind} {told}".split()) for kind, told in wrong[:3])
        raise StoreError(
            f"{name} is not as bronnen made it: {said:.120}.",
            "Take out what was added, or put it aside and scan again; keep it if people's labels are in it.",
        )


@cache
def _made(version: int) -> dict[tuple[str, str], str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for script in MIGRATIONS[:version]:
            fresh.executescript(script)
        return _schema(fresh)


def _schema(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """What is in a database, by kind and name, with the words that made it; SQLite's own tables left out."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    return {
        (str(kind), str(name)): "" if str(name).startswith(_SHADOW) else " ".join(str(sql).split())
        for kind, name, sql in rows
    }
