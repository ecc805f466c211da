"""The store: what goes in comes out, and nothing a person said is ever lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from factories import MADE_WITH, PARAGRAPHS, E, P, W, analysis, verdict
from hypothesis import given
from hypothesis import strategies as st

from bronnen import migrations
from bronnen.errors import StoreError
from bronnen.records import Analysis, Failure, PageState, Remark, Source, Unit, Use, Verdict
from bronnen.settings import Settings, settings_of
from bronnen.store import FILE, Duplicate, Store, match_of


def kept(folder: Path, *found: Analysis) -> int:
    with Store(folder, write=True) as store:
        run = store.begin_run(Settings(), "0.1.0")
        for position, one in enumerate(found):
            store.add(run, position, one.document.path, one)
        store.end_run(run)
    return run


def by_person(found: Analysis, index: int = 3, **labels: Use) -> Verdict:
    passage = found.passages[index]
    said = {Source(name): use for name, use in labels.items()}
    return verdict(
        found.document.text, passage.start, passage.end, labels=said, by="person:an", document_id=found.document.id
    )


def test_an_analysis_comes_out_as_it_went_in(tmp_path: Path) -> None:
    found = analysis(states={2: PageState.SCANNED, 3: PageState.EMPTY})
    bare = analysis("leeg.pdf", [("De raad besluit.", {})])  # shares None
    run = kept(tmp_path, found, bare)
    with Store(tmp_path) as store:
        assert list(store.analyses(run)) == [found, bare]
        assert store.analysis(found.document.id) == found
        assert store.analysis("0" * 64) is None
        assert store.made_with() == {found.document.id: MADE_WITH, bare.document.id: MADE_WITH}
        assert [name for _, name, _ in store.documents()] == ["nota.pdf", "leeg.pdf"]


@pytest.mark.parametrize("kept_of", ['{"experiential": {"used": {"share": 0.1}}}', "[]", "{}", "x"])
def test_rates_of_an_older_bronnen_are_unknown(tmp_path: Path, kept_of: str) -> None:
    found = analysis()
    kept(tmp_path, found)
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE models SET rates = ?", (kept_of,))
    with Store(tmp_path) as store:
        assert store.analysis(found.document.id) == replace(found, known={})


def test_text_that_no_file_can_hold_is_kept_with_the_same_offsets(tmp_path: Path) -> None:
    found = analysis("x\udc80.pdf", [("Een \udc80 half teken\x00 en meer woorden.", {W: Use.USED})])
    run = kept(tmp_path, found)
    with Store(tmp_path) as store:
        (again,) = store.analyses(run)
        assert again.document.name == "x?.pdf"
        assert again.document.text == found.document.text.replace("\udc80", "?")
        assert again.passages == found.passages
        assert len(list(store.search("half"))) == 1


@pytest.mark.parametrize("others", [0, 60])
def test_words_that_a_new_analysis_leaves_out_are_in_no_byte_of_the_store(tmp_path: Path, others: int) -> None:
    said = "De heer zwanenburgh sprak. "
    more = [analysis(f"{number}.pdf", [(f"Woord{number} staat er {200 * 'nog '}.", {})]) for number in range(others)]
    first = analysis(paragraphs=[(said, {W: Use.USED}), (50 * said, {})], document_id="a" * 64)
    kept(tmp_path, first, *more)
    assert b"wanenburgh" in (tmp_path / FILE).read_bytes()
    with Store(tmp_path, write=True) as store:  # is cut off before its end
        store.add(store.begin_run(Settings(), "0.1.0"), 0, "nota.pdf", analysis(document_id="a" * 64))
    kept(tmp_path, *more[:1])
    for path in tmp_path.iterdir():
        assert b"wanenburgh" not in path.read_bytes(), path.name
    with Store(tmp_path) as store:
        assert not list(store.search("zwanenburgh"))
        assert len(list(store.search("staat"))) == others


def test_a_new_analysis_replaces_what_machines_made_and_leaves_people_alone(tmp_path: Path) -> None:
    first = analysis()
    kept(tmp_path, first)
    with Store(tmp_path, write=True) as store:
        assert store.add_verdicts([by_person(first, experiential=Use.USED)]) == 1
    document = first.document
    second = replace(
        analysis(paragraphs=[("Een heel andere tekst over water.", {W: Use.USED})]),
        made_with=replace(MADE_WITH, model="m2"),
    )
    second = replace(second, document=replace(second.document, id=document.id))
    run = kept(tmp_path, second)
    with Store(tmp_path) as store:
        (found,) = store.analyses(run)
        assert found.document.text == second.document.text and found.passages == second.passages
        assert [one.by for one in found.verdicts] == ["model:m1", "model:m1", "person:an"]
        assert found.made_with.model == "m2" == store.made_with()[document.id].model
        assert list(store.search("ouders")) == []
        assert [hit.text for hit in store.search("WATER")] == ["Een heel andere tekst over water."]
        assert [one.quote for one in store.verdicts("person")] == [first.document.text[slice(*span(first, 3))]]
    with sqlite3.connect(tmp_path / FILE) as raw:
        assert raw.execute("SELECT count(*) FROM analyses").fetchone() == (2,)
        raw.execute("INSERT INTO passage_search(passage_search) VALUES ('integrity-check')")


def span(found: Analysis, index: int) -> tuple[int, int]:
    return found.passages[index].start, found.passages[index].end


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE verdicts SET scientific = 'used' WHERE by = 'person:an'",
        "UPDATE verdicts SET scientific = 'used' WHERE by = 'model:m1'",
        "DELETE FROM verdicts WHERE by = 'person:an'",
        "INSERT OR REPLACE INTO verdicts SELECT * FROM verdicts WHERE by = 'person:an'",
        "DELETE FROM documents",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_said(tmp_path: Path, statement: str) -> None:
    found = analysis()
    kept(tmp_path, found)
    with Store(tmp_path, write=True) as store:
        store.add_verdicts([by_person(found, scientific=Use.USED)])
        before = list(store.verdicts())
        with pytest.raises(sqlite3.IntegrityError):
            store._connection.execute(statement)
        assert list(store.verdicts()) == before


def test_verdicts_go_in_all_or_none_and_not_twice(tmp_path: Path) -> None:
    found = analysis()
    kept(tmp_path, found)
    said = by_person(found, experiential=Use.USED)
    with Store(tmp_path, write=True) as store:
        with pytest.raises(StoreError):
            store.add_verdicts([said, replace(said, document_id="0" * 64)])
        with pytest.raises(StoreError):
            store.add_verdicts([said, replace(said, by="model:m9")])
        assert list(store.verdicts("person")) == []
        assert store.add_verdicts([said, said]) == 1
        changed = replace(said, labels={}, at="2026-01-01T00:00:00+00:00")
        assert store.add_verdicts([said, changed, changed]) == 1
        only_one = replace(said, judged=frozenset({P}), labels={}, unit=Unit.PASSAGE)
        assert store.add_verdicts([only_one]) == 1
        assert list(store.verdicts("person")) == [said, changed, only_one]
        assert len(list(store.verdicts("all"))) == len(found.verdicts) + 3


def test_search_takes_the_verdict_that_counts(tmp_path: Path) -> None:
    found = analysis()
    kept(tmp_path, found)
    with Store(tmp_path, write=True) as store:
        assert [hit.text[:6] for hit in store.search("onderzoek", W, Use.USED)] == ["Uit on"]
        assert list(store.search("onderzoek", E)) == []
        assert [hit.labels for hit in store.search("", P)] == [{P: Use.CALLED_FOR}]
        assert len(list(store.search("", None, Use.USED))) == 2
        store.add_verdicts([replace(by_person(found, 1), unit=Unit.PASSAGE)])  # a person says: nothing there
        assert list(store.search("onderzoek", W, Use.USED)) == []
        (hit,) = store.search("onderzoek")
        assert (hit.name, hit.page, hit.passage.heading, hit.labels) == ("nota.pdf", 1, "Aanleiding", {})


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("clienten", 1),
        ("CLIËNTEN", 1),
        ("client*", 1),
        ('"uit onderzoek"', 1),
        ('"onderzoek uit"', 0),
        ("onderzoek NOT blijkt", 0),
        ('" OR passage_search MATCH "x', 0),
        ("cbs'; DROP TABLE documents; --", 0),
        ("text:onderzoek", 0),
        ("NEAR(onderzoek blijkt)", 0),
        ("aanleiding", 4),
        ("*", 0),
        ('"', 0),
    ],
)
def test_words_are_words_and_never_syntax(tmp_path: Path, words: str, hits: int) -> None:
    kept(tmp_path, analysis())
    with Store(tmp_path) as store:
        assert len(list(store.search(words))) == hits
        assert len(store.documents()) == 1


@given(st.text(max_size=40))
def test_any_words_make_a_question_that_fts_understands(words: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(text)")
    match = match_of(words.encode("utf-8", "replace").decode())
    if match:
        assert connection.execute("SELECT * FROM t WHERE t MATCH ?", (match,)).fetchall() == []
    connection.close()


def test_a_run_accounts_for_its_files(tmp_path: Path) -> None:
    found = analysis()
    failure = Failure("map/weg.pdf", "unreadable", 3, "Weg.")
    with Store(tmp_path, write=True) as store:
        first = store.begin_run(Settings(), "0.1.0")
        store.add(first, 2, "map/nota.pdf", found)
        store.fail(first, 1, failure)
        store.pass_over(first, [(0, Duplicate("b", "a"))], {".xls": 3, "." + chr(0xDCE8): 1, "." + chr(0xDCE9): 1})
        second = store.begin_run(Settings(), "0.1.0")
        store.take(second, [(0, "elders/anders.pdf", found.document.id)])
        assert store.last_run() == second
        assert store._connection.execute("SELECT reason, files FROM ignored").fetchall() == [(".?", 2), (".xls", 3)]
        assert (store.failures(first), store.duplicates(first)) == ([failure], [Duplicate("b", "a")])
        assert (store.failures(second), store.duplicates(second)) == ([], [])
        (again,) = store.analyses(second)
        assert (again.document.name, again.document.path) == ("anders.pdf", "elders/anders.pdf")
        assert [one.document.path for one in store.analyses(first)] == ["map/nota.pdf"]
        assert store.documents() == [(found.document.id, "anders.pdf", "elders/anders.pdf")], "a search names it anew"


def test_one_writer_at_a_time_and_readers_beside_it(tmp_path: Path) -> None:
    kept(tmp_path, analysis())
    with Store(tmp_path, write=True):
        with pytest.raises(StoreError, match="in use"):
            Store(tmp_path, write=True)
        with Store(tmp_path) as reader:
            assert len(reader.documents()) == 1
            with pytest.raises(StoreError):
                reader.begin_run(Settings(), "0.1.0")
    Store(tmp_path, write=True).close()


def test_a_store_that_is_none_is_refused_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store"):
        Store(tmp_path)
    file = tmp_path / FILE
    file.write_bytes(b"no database at all, but long enough to be looked at" * 50)
    with pytest.raises(StoreError, match="damaged"):
        Store(tmp_path)
    file.unlink()
    with sqlite3.connect(file) as raw:
        raw.execute("CREATE TABLE recipes (name)")
    with pytest.raises(StoreError, match="not one of bronnen"):
        Store(tmp_path, write=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="is a file"):
        Store(tmp_path / "file", write=True)


def test_a_damaged_store_says_so(tmp_path: Path) -> None:
    run = kept(tmp_path, analysis(paragraphs=PARAGRAPHS * 50))
    file = tmp_path / FILE
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"), Store(tmp_path) as store:
        list(store.analyses(run))


def test_a_store_of_a_newer_bronnen_is_refused(tmp_path: Path) -> None:
    kept(tmp_path, analysis())
    with sqlite3.connect(tmp_path / FILE) as raw:
        raw.execute("PRAGMA user_version = 99")
    for write in (False, True):
        with pytest.raises(StoreError, match="newer bronnen"):
            Store(tmp_path, write=write)


def test_migrations_go_step_by_step_and_a_broken_one_leaves_the_old_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path, analysis())
    old = list(migrations.MIGRATIONS)
    monkeypatch.setattr(migrations, "MIGRATIONS", [*old, "CREATE TABLE more (x); CREATE TABLE more (x);"])
    with pytest.raises(StoreError):
        Store(tmp_path)
    monkeypatch.setattr(migrations, "MIGRATIONS", [*old, "CREATE TABLE more (x);"])
    with Store(tmp_path) as store:
        assert store._connection.execute("PRAGMA user_version").fetchone() == (len(old) + 1,)
        assert len(store.documents()) == 1


def test_an_older_store_that_cannot_be_written_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path, analysis())
    with sqlite3.connect(tmp_path / FILE) as raw:  # as the third version was
        raw.executescript(
            "DROP TABLE remarks; ALTER TABLE passages DROP COLUMN confidence;"
            "ALTER TABLE document_pages DROP COLUMN confidence; ALTER TABLE document_pages DROP COLUMN hidden;"
            "DROP INDEX failures_of_document; ALTER TABLE failures DROP COLUMN document;"
            "PRAGMA user_version = 3;"
        )
    before = (tmp_path / FILE).read_bytes()

    def read_only(path: Path, **_: object) -> sqlite3.Connection:
        return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)

    monkeypatch.setattr("bronnen.store.opening.connect", read_only)
    with Store(tmp_path) as store:
        assert store.analysis(analysis().document.id) == analysis() and store.remarks() == []
    with pytest.raises(StoreError):
        Store(tmp_path, write=True)
    assert (tmp_path / FILE).read_bytes() == before


WRITER = """
import sys; sys.path[:0] = [sys.argv[2]]
from pathlib import Path
from factories import PARAGRAPHS, analysis
from bronnen.settings import Settings, settings_of
from bronnen.store import Store
with Store(Path(sys.argv[1]), write=True) as store:
    run = store.begin_run(Settings(), "0.1.0")
    print("ready", flush=True)
    for number in range(10_000):
        found = analysis(f"{number % 7}.pdf", PARAGRAPHS * 20)
        store.add(run, number, found.document.path, found)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")
def test_a_kill_at_any_moment_leaves_a_whole_store(tmp_path: Path) -> None:
    for moment in range(4):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
            time.sleep(0.05 + 0.037 * moment)
            os.kill(writer.pid, signal.SIGKILL)
        with Store(tmp_path, write=True) as store:  # the lock went with its owner
            run = store.last_run()  # none, where the kill came before the first document was kept
            for found in store.analyses(run) if run is not None else ():
                assert found == analysis(found.document.name, PARAGRAPHS * 20)
            assert store._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert store._connection.execute("PRAGMA foreign_key_check").fetchall() == []
            verdicts, documents = (
                store._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("verdicts", "documents")
            )
            assert verdicts == documents * len(PARAGRAPHS) * 20 * 2


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with Store(tmp_path, write=True) as store:
        run = store.begin_run(Settings(), "0.1.0")
        store.add(run, 0, "a.pdf", analysis("a.pdf"))
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreError, match="full"):
            store.add(run, 1, "b.pdf", analysis("b.pdf", PARAGRAPHS * 200))
        assert [one.document.name for one in store.analyses(run)] == ["a.pdf"]


class Late(sqlite3.Connection):
    """Another connection makes the tables after this one asked for the version and before it makes them itself."""

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        (_, _, path) = self.execute("PRAGMA database_list").fetchone()
        with sqlite3.connect(path, isolation_level=None) as first:
            migrations.migrate(first, "s.sqlite")
        return super().executescript(script)


def test_two_that_open_a_new_store_at_once_both_get_it(tmp_path: Path) -> None:
    late = sqlite3.connect(tmp_path / "s.sqlite", isolation_level=None, factory=Late)
    migrations.migrate(late, "s.sqlite")
    assert late.execute("PRAGMA user_version").fetchone()[0] == len(migrations.MIGRATIONS)
    assert not late.in_transaction


def test_what_a_person_took_back_stays_in_the_file_and_counts_nowhere(tmp_path: Path) -> None:
    found = analysis()
    kept(tmp_path, found)
    said = by_person(found, experiential=Use.USED)
    by_other = replace(said, by="person:bo")
    nothing = replace(said, judged=frozenset(), labels={})
    with Store(tmp_path, write=True) as store:
        assert store.add_verdicts([said, by_other, nothing]) == 2, "a file that is imported takes nothing back"
        assert store.add_verdicts([nothing], take_back=True) == 1
        assert list(store.verdicts("person")) == [by_other]
        again = store.analysis(found.document.id)
        assert again is not None and again.verdicts == (*found.verdicts, by_other)
        assert store.add_verdicts([nothing], take_back=True) == 0 and store.add_verdicts([said]) == 1, (
            "and may be said again"
        )
        assert list(store.verdicts("person")) == [by_other, said]
    with sqlite3.connect(tmp_path / FILE) as raw:
        assert raw.execute("SELECT count(*) FROM verdicts WHERE analysis IS NULL").fetchone() == (4,)


def test_an_older_file_brings_back_nothing_that_was_taken_back(tmp_path: Path) -> None:
    found = analysis()
    kept(tmp_path, found)
    day = "2026-01-0{}T00:00:00+00:00".format
    first = replace(by_person(found, experiential=Use.USED), judged=frozenset({Source.EXPERIENTIAL}), at=day(1))
    second = replace(first, judged=frozenset({Source.SCIENTIFIC}), labels={}, at=day(2))
    both = replace(first, judged=first.judged | second.judged, at="")  # a program that tells no times made them one
    nothing = replace(first, judged=frozenset(), labels={}, at=day(3))
    with Store(tmp_path, write=True) as store:
        assert store.add_verdicts([first, second], imported=True) == 2
        assert store.add_verdicts([first, second, both, replace(first, at="")], imported=True) == 0
        assert store.add_verdicts([nothing], take_back=True) == 1
        old = [first, second, both, replace(first, labels={}, at=day(2)), replace(first, labels={}, at=day(3))]
        assert store.add_verdicts(old, imported=True) == 0 and list(store.verdicts("person")) == []
        said_since = replace(first, at=day(4))
        new = [said_since, replace(first, by="person:bo"), replace(first, labels={}, at="")]
        assert store.add_verdicts(new, imported=True) == 3
        *known, without_time = store.verdicts("person")
        assert known == new[:2] and without_time.at > day(4) and without_time.labels == {}


def test_remarks_are_added_and_never_changed(tmp_path: Path) -> None:
    found = analysis()
    kept(tmp_path, found)
    first = Remark(found.document.id, 12, 20, "Ouders", "Twijfel\x00 \U0001f600", "person:an", "2026-01-02")
    with Store(tmp_path, write=True) as store:
        for one in (first, replace(first, by="person:bo"), replace(first, text="Toch niet"), replace(first, start=13)):
            store.add_remark(one)
        assert {(one.by, one.start, one.text) for one in store.remarks()} == {
            ("person:an", 12, "Toch niet"), ("person:bo", 12, first.text), ("person:an", 13, first.text),
        }  # fmt: skip
        store.add_remark(replace(first, text=""))
        assert len(store.remarks()) == 2
    kept(tmp_path, found)
    with Store(tmp_path) as store:
        assert len(store.remarks()) == 2, "a new analysis leaves them alone"
    with sqlite3.connect(tmp_path / FILE) as raw:
        for change in ("UPDATE remarks SET text = 'x'", "DELETE FROM remarks"):
            with pytest.raises(sqlite3.DatabaseError, match="never"):
                raw.execute(change)


def test_passages_come_with_scores_and_with_what_stands_around_them(tmp_path: Path) -> None:
    found = analysis()
    run = kept(tmp_path, found)
    with Store(tmp_path) as store:
        (listed,) = store.scored(run)
        assert listed.document_id == found.document.id and listed.text == found.document.text
        assert [one for one, _ in listed.passages] == [replace(one, sentences=()) for one in found.passages]
        assert listed.passages[1][1] == (0.1, 0.1, 0.1, 0.1, 0.875, 0.1)
        near = store.near(found.document, found.passages[0].start)
        assert near is not None and (near.before, near.passage, near.after) == (None, *found.passages[:2])
        assert near.document == found.document and [one.unit for one in near.verdicts] == [Unit.PASSAGE, Unit.SENTENCE]
        assert store.near(found.document, 1) is None and store.near(replace(found.document, id="0"), 12) is None
        assert (store.document(found.document.id), store.passages(found.document.id)) == (
            found.document,
            found.passages,
        )
        assert (store.document("0"), store.passages("0")) == (None, ())


def test_only_losses_since_the_last_analysis_and_under_the_same_settings_count(tmp_path: Path) -> None:
    found = analysis()
    known = found.document.id
    codes = ("crashed", "timeout")

    def lost(store: Store, settings: Settings, code: str = "crashed") -> int:
        run = store.begin_run(settings, "0.1.0")
        store.fail(run, 0, Failure("a.pdf", code, 3, "It crashed."), tried=known)
        return run

    def counted(store: Store, settings: Settings) -> int:
        return store.tries(store.begin_run(settings, "0.1.0"), codes).get(known, (0, "", ""))[0]

    usual = Settings()
    off, pdfium = settings_of({"ocr": {"mode": "off"}}), settings_of({"extract": {"engine": "pdfium"}})
    with Store(tmp_path, write=True) as store:
        lost(store, usual)
        lost(store, usual)
        lost(store, usual, "lost")
        assert [counted(store, one) for one in (usual, off, pdfium)] == [2, 0, 0]
        lost(store, off)
        assert [counted(store, one) for one in (usual, off, pdfium)] == [2, 1, 0]
        store.add(store.begin_run(off, "0.1.0"), 0, "a.pdf", found)
        assert [counted(store, one) for one in (usual, off)] == [0, 0]
        lost(store, usual)
        assert counted(store, usual) == 1
