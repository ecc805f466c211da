"""What fuzzing found, each as a small file of its own; and stores that somebody changed by hand."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from factories import analysis, verdict
from fuzz_targets import check_store, ran
from teams import all_judged, documents, keep

from bronnen.audit.plan import plan_of
from bronnen.corpus import read_samples
from bronnen.errors import BronnenError, StoreError
from bronnen.formats.meaning import read_meanings
from bronnen.formats.plans import read_hashed
from bronnen.records import Unit
from bronnen.settings import load_settings
from bronnen.store import Store

LONG = "9" * 5000  # more digits than Python makes a number of
FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "settings": (f"[segment]\nmax_words = {LONG}\n", load_settings),
    "settings without end": ("# " * 100_000, load_settings),
    "settings of a long name": (f"{'a' * 5000} = 1\n", load_settings),
    "codes": (f"[codes]\na = {LONG}\n", read_meanings),
    "samples": (f'{{"unit": {LONG}}}\n', read_samples),
    "samples of a long text": (json.dumps({"unit": ["a" * 5000]}), read_samples),
    "plan": ('{"hash": "x", "seed": 1e999}', lambda path: plan_of(*read_hashed(path))),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_refused_with_a_short_word_and_a_next_step(name: str, tmp_path: Path) -> None:
    content, read = FILES[name]
    (tmp_path / "a").write_text(content)
    with pytest.raises(BronnenError) as caught:
        read(tmp_path / "a")
    assert caught.value.next_step and len(str(caught.value)) < 600


@pytest.fixture
def store(tmp_path: Path) -> Path:
    found = documents(2, apart=False)
    return keep(tmp_path / "store", found, [one for each in found for one in all_judged(each)]) / "bronnen.sqlite"


FOREIGN = {
    "trigger": "CREATE TRIGGER x AFTER INSERT ON verdicts BEGIN DELETE FROM runs; END",
    "endless trigger": "CREATE TRIGGER x AFTER INSERT ON runs BEGIN INSERT INTO ignored WITH RECURSIVE n(i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT NEW.id, i, 1 FROM n; END",
    "view": "DROP TABLE failures; CREATE VIEW failures AS WITH RECURSIVE n(i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 1 run, i position, 'a' path, '' code, 1 exit_code, '' message "
    "FROM n",
    "without guards": "DROP TRIGGER verdicts_of_people_stay",
    "another column": "ALTER TABLE runs ADD COLUMN x TEXT",
    "index": "CREATE INDEX x ON runs(hex(zeroblob(1000)))",
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("write", [False, True])
def test_a_store_with_something_of_somebody_else_in_it_is_refused(name: str, write: bool, store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.executescript(FOREIGN[name])
    before = store.read_bytes()
    with pytest.raises(StoreError, match="not as bronnen made it") as caught:
        Store(store.parent, write=write)
    assert caught.value.next_step and store.read_bytes() == before


VALUES = [
    ("documents", "text", b"\xff"), ("documents", "path", "9" * 5000), ("documents", "name", "a\0b"),
    ("passages", "start", -1), ("passages", "end", 10**9), ("passages", "kind", "onzin"),
    ("passages", "heading", b"a"), ("passages", "confidence", "hoog"), ("sentences", "end", 2**62),
    ("blocks", "kind", "onzin"), ("blocks", "page", "x"), ("document_pages", "width", float("inf")),
    ("document_pages", "number", "een"), ("note_marks", "note", 10**6), ("note_marks", "label", b"\xff"),
    ("verdicts", "scientific_used", float("inf")), ("verdicts", "reasons", "[1]"), ("verdicts", "start", "x"),
    ("verdicts", "quote", b"\xff"), ("verdicts", "at", b"\xff"), ("verdicts", "page", "x"),
    ("verdicts", "unit", "onzin"), ("runs", "settings", "[" * 5000), ("runs", "settings", "{"),
    ("runs", "started", b"x"), ("analyses", "balance", "{}"), ("analyses", "model", b"\xff"),
    ("models", "rates", '{"a": 1e999}'), ("run_documents", "path", b"\xff"),
    ("run_documents", "path", "a" * 5000),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column", "value"), VALUES)
def test_values_that_no_bronnen_writes_are_no_fault_of_bronnen(
    table: str, column: str, value: object, store: Path
) -> None:
    with closing(sqlite3.connect(store)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        changed = connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,)).rowcount
        for _, sql in guards:
            connection.execute(sql)
        connection.commit()
    assert changed > 0
    check_store(store)


def test_a_model_that_is_packed_wrongly_is_no_fault_of_bronnen() -> None:
    """A byte changed inside a packed part is a zlib.error, an unknown way of packing a NotImplementedError."""
    from bronnen.classifier import disk

    whole = disk.dumped({"weights": [0.5] * 400})
    for at in range(30, len(whole)):
        damaged = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        with contextlib.suppress(ValueError, LookupError, OSError, TypeError, AttributeError, zipfile.BadZipFile):
            disk.loaded(damaged)


def test_a_person_may_have_judged_a_longer_text(tmp_path: Path) -> None:
    """What a person said of an older, longer text stays readable when the text has become shorter."""
    found = analysis()
    far = len(found.document.text) + 100
    said = verdict("x" * (far + 9), far, far + 9, Unit.SENTENCE, by="person:an", document_id=found.document.id)
    folder = keep(tmp_path / "store", [found], [said])
    with Store(folder) as opened:
        assert said.start in [one.start for one in opened.verdicts("person")]
    ran("report", folder, "--format", "json", "--out", tmp_path / "a.json")
