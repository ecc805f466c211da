"""A scan that finds nothing new: its files stay, and nothing heavy is loaded; and what makes those files otherwise."""

from __future__ import annotations

import csv
import errno
import io
import json
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import workers as stand_ins
from factories import E, analysis, verdict
from walks import Here, Lost, Walk, files, scan

from bronnen import __version__, batch, origin
from bronnen.batch import Crew
from bronnen.cli import entry, outputs, unchanged
from bronnen.records import Analysis, Unit, Use
from bronnen.settings import Settings
from bronnen.store import Store


def contents() -> dict[str, bytes]:
    return {name: (Path("out") / name).read_bytes() for name in outputs.FILES}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the documents that were counted to be written."""
    names: list[str] = []
    make = entry.entry_of

    def noted(stored: Analysis, settings: Settings) -> entry.Entry:
        names.append(stored.document.name)
        return make(stored, settings)

    monkeypatch.setattr(entry, "entry_of", noted)
    return names


def test_files_are_left_where_nothing_changed(walk: Walk, counted: list[str]) -> None:
    files(a="een", b="scanned", c="encrypted", d="een")
    first, before = scan("in"), contents()
    assert counted == ["a.txt", "b.txt"]
    counted.clear()
    again = scan("in")
    assert counted == [] and contents() == before
    assert (again.exit_code, again.stdout) == (first.exit_code, first.stdout), "the page says the same"
    scan("in", "--format", "csv")
    assert counted == ["a.txt", "b.txt"], "who asks for the rows gets rows"


def said() -> None:
    with Store(Path("out"), write=True) as store:
        (document_id, _, _), *_ = store.documents()
        found = store.analysis(document_id)
        assert found is not None
        span = found.passages[0]
        told = {"by": "person:an", "document_id": document_id}
        store.add_verdicts([verdict(found.document.text, span.start, span.end, Unit.PASSAGE, {E: Use.USED}, **told)])  # type: ignore[arg-type]


def damaged() -> None:
    (Path("out") / unchanged.FILE).write_text('{"state": [')


CHANGES: dict[str, Callable[[], object]] = {
    "a file more": lambda: files(e="vijf"),
    "other content": lambda: files(a="een en meer"),
    "a file less": lambda: Path("in/b.txt").unlink(),
    "another name": lambda: Path("in/a.txt").rename("in/z.txt"),
    "a failure more": lambda: files(f="encrypted"),
    "a duplicate more": lambda: files(g="een"),
    "a verdict by a person": said,
    "a result that was changed": lambda: Path("out/balance.csv").write_text("changed"),
    "a result that is gone": lambda: Path("out/groups.csv").unlink(),
    "a damaged note": damaged,
}


@pytest.mark.parametrize("change", CHANGES)
def test_files_are_made_anew_after_a_change(walk: Walk, change: str) -> None:
    files(a="een", b="twee", c="drie")
    scan("in")
    CHANGES[change]()
    scan("in")
    found = contents()
    (Path("out") / unchanged.FILE).unlink()
    scan("in")
    assert contents() == found, "as they would be from nothing"
    assert (Path("out") / unchanged.FILE).is_file()


def test_new_documents_are_counted_where_they_are_read_and_told_as_from_the_store(
    walk: Walk, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "_IN_MEMORY", 10_000)  # the rest goes to a file
    names = {chr(97 + at) * 2: f"tekst {at}" for at in range(19)}
    files(**names, b="scanned", c="encrypted", d="tekst 3")
    scan("in")
    assert len(counted) == len(set(counted)) == 20, "once each, and not again for the files"
    assert {path.name for path in Path("out").iterdir()} == {
        *outputs.FILES, unchanged.FILE, "bronnen.sqlite", "bronnen.lock"
    }  # fmt: skip
    found = contents()
    (Path("out") / unchanged.FILE).unlink()
    scan("in")
    assert len(counted) == 40 and contents() == found


def test_a_document_that_people_judged_is_told_with_their_verdicts_when_it_is_read_again(
    walk: Walk, counted: list[str]
) -> None:
    files(a="een", b="twee")
    scan("in")
    said()
    walk.made_with = replace(walk.made_with, model="another")
    counted.clear()
    scan("in")
    assert sorted(counted) == ["a.txt", "a.txt", "b.txt", "b.txt"]
    with Store(Path("out")) as store:
        assert next(iter(store.verdicts("person"))).document_id in store.made_with()
    assert [row["judged"] for row in csv.DictReader(io.StringIO(contents()["balance.csv"].decode()))] == ["1", "0"]


def test_where_there_is_no_room_to_keep_rows_they_are_made_from_the_store(
    walk: Walk, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        """A file of which a part is written before the disk is full."""

        def write(self, told: Any) -> int:
            super().write(told[: len(told) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")

    files(**{name * 2: name for name in "abcd"})
    scan("in")
    found = contents()
    monkeypatch.setattr(entry, "_IN_MEMORY", 80_000)  # two documents
    for no_room in (("TemporaryFile", lambda **_: Full()), ("_SPARE", 1 << 60)):
        monkeypatch.setattr(entry, *no_room)
        shutil.rmtree("out")
        counted.clear()
        assert scan("in").exit_code == 0 and contents() == found
        assert len(counted) == 8, "nothing is taken from what was half kept"


def test_what_cannot_be_read_back_is_made_from_the_store(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    files(a="een", b="twee")
    scan("in")
    found = contents()
    shutil.rmtree("out")
    keep = entry.Spool.put

    def cut(self: entry.Spool, one: entry.Entry) -> None:
        keep(self, one)
        self._file.truncate(40_000)

    monkeypatch.setattr(entry.Spool, "put", cut)
    assert scan("in").exit_code == 0 and contents() == found


def test_another_table_or_setting_makes_them_anew(walk: Walk, counted: list[str]) -> None:
    files(a="een", b="twee")
    Path("kind.csv").write_text("name,soort\na.txt,nota\nb.txt,brief\n")
    scan("in")
    for words in (["--metadata", "kind.csv"], []):
        counted.clear()
        scan("in", *words)
        assert counted == ["a.txt", "b.txt"]
    Path("kind.toml").write_text('[balance]\ndocuments = "unusual"\n')
    counted.clear()
    scan("in", "--settings", "kind.toml")
    assert counted == ["a.txt", "b.txt"]


def test_other_columns_make_them_anew(walk: Walk, counted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another bronnen with the same version, as a checkout is, may write other columns."""
    files(a="een")
    scan("in")
    counted.clear()
    monkeypatch.setattr(unchanged, "_columns", lambda: "others")
    scan("in")
    assert counted == ["a.txt"]


def test_a_scan_that_finds_nothing_new_loads_nothing_heavy(tmp_path: Path) -> None:
    made_with = origin.expected(Settings())
    assert made_with is not None and made_with.version == __version__
    (tmp_path / "in").mkdir()
    with Store(tmp_path / "out", write=True) as store:
        number = store.begin_run(Settings(), __version__)
        for position, name in enumerate(("a.pdf", "b.pdf")):
            (tmp_path / "in" / name).write_text(name)
            document_id = sha256(name.encode()).hexdigest()
            store.add(number, position, name, analysis(name, made_with=made_with, document_id=document_id))
    script = (
        "import sys\nfrom bronnen.cli import main\n"
        "try:\n    main(['scan', 'in', '--out', 'out'])\nexcept SystemExit as done:\n    assert not done.code\n"
        "heavy = {'spacy', 'sklearn', 'skops', 'pypdfium2', 'pdfplumber', 'openpyxl'} & set(sys.modules)\n"
        "print('heavy', *heavy, file=sys.stderr)"
    )
    loaded = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert "a.pdf" in done.stdout and "b.pdf" in done.stdout
        loaded.append(set(done.stderr.splitlines()[-1].split()[1:]))
    assert loaded == [{"openpyxl"}, set()], "the first one writes"


def stored(folder: Path, count: int) -> Iterator[tuple[Store, int]]:
    with Store(folder, write=True) as store:
        number = store.begin_run(Settings(), __version__)
        for at in range(count):
            store.add(number, at, f"{at:03}.pdf", analysis(f"{at:03}.pdf", folder=""))
        yield store, number


def test_many_documents_are_shared_out_and_a_worker_that_is_lost_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    read = entry.read_entries

    def lost_at_times(folder: Path, run: int, first: int, settings: Settings) -> list[entry.Entry]:
        calls.append(first)
        if len(calls) == 2:
            raise Lost
        return read(folder, run, first, settings)

    monkeypatch.setattr(entry, "crew", lambda settings, places: nullcontext(Crew(Here(), lambda: 3)))
    monkeypatch.setattr(entry, "read_entries", lost_at_times)
    for store, number in stored(tmp_path, 19):
        here = list(entry.entries(store, number, Settings()))
        assert not calls
        monkeypatch.setattr(entry, "_MANY", 19)
        there = list(entry.entries(store, number, Settings()))
        assert len(calls) == 3 and [one.line.name for one in there] == [f"{at:03}.pdf" for at in range(19)]
        for one, other in zip(here, there, strict=True):
            assert (one.passages, one.sections, one.balance, one.line) == (
                other.passages,
                other.sections,
                other.balance,
                other.line,
            )
            assert (one.drawn.counts == other.drawn.counts).all()


def test_a_process_that_dies_over_the_rows_costs_no_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch.workers, "PRELOADED", ["factories"])
    monkeypatch.setattr(entry, "read_entries", stand_ins.entries_lost)
    for store, number in stored(tmp_path, 19):
        here = [one.line for one in entry.entries(store, number, Settings())]
        monkeypatch.setattr(entry, "_MANY", 19)
        assert [one.line for one in entry.entries(store, number, Settings())] == here


@pytest.mark.slow
def test_what_is_kept_of_a_document_is_small(tmp_path: Path) -> None:
    """Ten thousand documents may take some 200 MB of the memory of the one process that writes."""
    for store, number in stored(tmp_path, 40):
        outputs.write(store, number, tmp_path, Settings())
        tracemalloc.start()
        written = outputs.write(store, number, tmp_path, Settings())
        kept = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert len(written.lines) == 40
        assert kept / 40 < 20_000


def test_the_note_holds_what_the_page_says(walk: Walk) -> None:
    files(a="een")
    scan("in")
    told = json.loads((Path("out") / unchanged.FILE).read_text())
    assert set(told["files"]) == set(outputs.FILES) == {path.name for path in Path("out").glob("[a-z]*.[cjx]*")}
    assert [line["name"] for line in told["lines"]] == ["a.txt"]
