"""`bronnen report`: every format is written from a store, says what it must, and wrong use leaves nothing behind."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from shutil import copytree

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from factories import PARAGRAPHS, E, P, W, analysis

from bronnen.cli import main
from bronnen.formats import tables
from bronnen.formats.codebook import TABLES
from bronnen.formats.qdpx.reading import read_qdpx
from bronnen.records import Failure, Labels, Use
from bronnen.settings import Settings
from bronnen.store import Store

EXAMPLES = Path(__file__).parents[2] / "corpus" / "voorbeelden"
NAMES = ("advies.pdf", "brief.pdf", "=1+1.pdf")
KNOWS: list[tuple[str, Labels]] = [
    ("Volgens het SCP voelt een op de drie ouderen zich eenzaam.", {W: Use.USED}),
    ("Er komt onderzoek naar de wachttijden bij de jeugdzorg.", {W: Use.CALLED_FOR}),
    ("De gemeente maakt werk van een kennisagenda en van kennisdeling.", {}),
    *PARAGRAPHS * 8,
]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with three documents and a failure."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "uit"
    with Store(folder, write=True) as opened:
        run = opened.begin_run(Settings(), "0.1.0")
        for position, name in enumerate(NAMES):
            found = analysis(name, KNOWS, document_id=f"{position + 1:064x}")
            opened.add(run, position, found.document.path, found)
        opened.fail(run, len(NAMES), Failure("map/weg.pdf", "encrypted", 4, "It opens only with a password."))
        opened.end_run(run)
    return folder


def report(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["report", *map(str, words)])


def written(*words: str | Path) -> Path:
    done = report(*words)
    assert done.exit_code == 0, done.output
    return Path(words[words.index("--out") + 1])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_page_tells_of_everything(store: Path) -> None:
    text = written(store, "--out", "r.html", "--lens", "kenniscultuur").read_text(encoding="utf-8")
    for said in ("Waar steunen deze documenten op?", "Sociaal en Cultureel Planbureau (SCP)", "weg.pdf", "Lacunes"):
        assert said in text
    assert "Een tweede bril: Kenniscultuur" in text and "niet getraind" in text
    assert text.count('<script type="application/json" id="p') == len(NAMES)
    english = written(store, "--out", "e.html", "--language", "en").read_text(encoding="utf-8")
    assert "What do these documents draw on?" in english and "Lacunes" not in english


def test_one_document_is_set_against_the_others_and_shown_alone(store: Path) -> None:
    text = written(store, "--out", "r.html", "--document", "brief.pdf").read_text(encoding="utf-8")
    assert "Waar steunt dit document op?" in text
    assert text.count('<script type="application/json" id="p') == 1
    assert "weg.pdf" not in text


def test_tables_have_the_columns_that_the_codebook_tells_of(store: Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow.parquet import read_table

    folder, other = (
        written(store, "--out", "csv", "--format", "csv"),
        written(store, "--out", "pq", "--format", "parquet"),
    )
    told = {(row["table"], row["column"]) for row in rows(folder / "codebook.csv")}
    names = {"balance", "sections", "groups", "passages", "heard", "failures"}
    assert {path.stem for path in folder.iterdir()} == names | {"codebook"}
    for name in names:
        found = read_table(other / f"{name}.parquet")
        with (folder / f"{name}.csv").open(encoding="utf-8") as stream:
            head = next(csv.reader(stream))
        assert tuple(head) == tuple(found.column_names) == tuple(TABLES[name])
        assert {(name, column) for column in head} <= told
        assert found.num_rows == len(rows(folder / f"{name}.csv"))
    passages = rows(folder / "passages.csv")
    assert len(passages) == len(KNOWS) * len(NAMES)
    assert passages[0]["scientific"] == "used" and float(passages[0]["scientific_used_score"]) == 0.875
    assert passages[-1]["name"] == "'=1+1.pdf"
    assert {row["bearer"] for row in rows(folder / "heard.csv")} >= {"Sociaal en Cultureel Planbureau (SCP)"}


def test_one_file_of_json_holds_it_all(store: Path) -> None:
    told = json.loads(written(store, "--out", "r.json", "--format", "json").read_text(encoding="utf-8"))
    assert len(told["balance"]) == len(NAMES) and len(told["passages"]) == len(KNOWS) * len(NAMES)
    assert told["failures"][0]["code"] == "encrypted"
    assert set(told["balance"][0]) == set(tables.BALANCE_COLUMNS)
    assert told["made_with"]["models"] == "m1"


def test_the_workbook_never_runs_a_formula(store: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(written(store, "--out", "r.xlsx", "--format", "xlsx"))
    assert book.sheetnames == ["balance", "sections", "groups", "passages", "institutes", "failures", "method"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "=1+1.pdf" and cell.quotePrefix for cell in cells)


def test_a_project_holds_every_label(store: Path) -> None:
    project = read_qdpx(written(store, "--out", "r.qdpx", "--format", "qdpx"))
    texts = list(project.texts)
    assert [text.name for text in texts] == list(NAMES)
    labelled = sum(bool(labels) for _, labels in KNOWS)
    assert [len(text.selections) for text in texts] == [labelled] * len(NAMES)
    one = read_qdpx(written(store, "--out", "one.qdpx", "--format", "qdpx", "--document", "brief.pdf"))
    assert [text.name for text in one.texts] == ["brief.pdf"]


def test_a_summary_is_one_page_or_a_folder_of_pages(store: Path) -> None:
    pytest.importorskip("typst")
    page = written(store, "--out", "s.html", "--format", "summary", "--document", "brief.pdf")
    assert "brief.pdf" in page.read_text(encoding="utf-8")
    one = written(store, "--out", "s.pdf", "--format", "summary", "--document", "brief.pdf")
    document = pypdfium2.PdfDocument(one)
    assert len(document) == 1 and "ervaringskennis" in document[0].get_textpage().get_text_bounded()
    document.close()
    folder = written(store, "--out", "all", "--format", "summary")
    assert len(list(folder.glob("*.pdf"))) == len(NAMES)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--document", "niet.pdf"), "niet.pdf is not in the last scan"),
        (("--lens", "bestaat-niet"), "There is no lens"),
        (("--lens-model", "x"), "Give --lens too"),
        (("--questions", "weg.toml"), "weg.toml"),
        (("--metadata", "weg.csv"), "weg.csv"),
        (("--format", "pdf"), "0 of 3"),
    ],
)
def test_wrong_use_is_told(store: Path, words: tuple[str, ...], said: str) -> None:
    out = "r" if "--format" in words else "r.html"
    done = report(store, "--out", out, *words)
    assert said in done.stderr
    assert done.exit_code in (2, 6, 7, 8)
    assert not Path(out).is_file()


def test_what_is_there_is_replaced_only_when_asked(store: Path) -> None:
    Path("r.html").write_text("van mij")
    done = report(store, "--out", "r.html")
    assert done.exit_code == 2 and "--force" in done.stderr
    assert Path("r.html").read_text() == "van mij"
    assert "Waar steunen" in written(store, "--out", "r.html", "--force").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("out", "form", "said"),
    [
        ("x.pdf", "html", "does not end in .html"),
        ("x.csv", "xlsx", "does not end in .xlsx"),
        ("x.pdf", "summary", "writes a folder"),
        ("weg/x.html", "html", "There is no folder"),
        ("er.html", "csv", "writes a folder"),
        ("map", "csv", ""),
        ("uit", "csv", "the folder of the scan"),
        ("uit/balance.xlsx", "xlsx", "a file of the scan"),
        ("uit/ocr", "csv", "a file of the scan"),
        ("map/brief.html", "html", "one of the documents"),
    ],
)
def test_a_report_never_takes_the_place_of_anything_else(store: Path, out: str, form: str, said: str) -> None:
    """Not even with --force: not of the store, nor of what the scan wrote, nor of a document that it read."""
    Path("map").mkdir()
    for name in ("er.html", "map/brief.html", "uit/balance.xlsx"):
        Path(name).write_text("van mij")
    with Store(store, write=True) as opened:
        run = opened.begin_run(Settings(), "0.1.0")
        found = analysis("brief.html", KNOWS, document_id="f" * 64)
        opened.add(run, 0, "map/brief.html", found)
        opened.end_run(run)
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    done = report(store, "--out", out, "--format", form, "--force")
    assert said in done.stderr
    assert (done.exit_code == 2) == bool(said)
    assert {path: path.read_bytes() for path in before} == before


def test_columns_of_a_users_own_table_are_in_the_balance(store: Path) -> None:
    Path("meta.csv").write_text("name,thema\nbrief.pdf,wonen\nweg.pdf,zorg\n", encoding="utf-8")
    done = report(store, "--out", "t", "--format", "csv", "--metadata", "meta.csv")
    assert done.exit_code == 0
    assert "not in the table of --metadata: advies.pdf" in done.stderr and "weg.pdf" in done.stderr
    assert [row["thema"] for row in rows(Path("t/balance.csv"))] == ["", "wonen", ""]
    assert any(row["column"] == "thema" for row in rows(Path("t/codebook.csv")))


def test_an_empty_store_is_told(tmp_path: Path) -> None:
    with Store(tmp_path / "uit", write=True) as opened:
        opened.end_run(opened.begin_run(Settings(), "0.1.0"))
    done = report(tmp_path / "uit", "--out", tmp_path / "r.html")
    assert done.exit_code == 2 and "read no document" in done.stderr
    assert "There is no store" in report(tmp_path / "niets", "--out", tmp_path / "r.html").stderr


@pytest.mark.slow
def test_the_examples_as_highlighted_copies_and_a_project_with_their_files(tmp_path: Path) -> None:
    """The whole way, from a folder of PDFs: copies have a cover, a note per label, and leave the files as they were."""
    pytest.importorskip("pikepdf")
    import pikepdf

    papers = tmp_path / "map"
    copytree(EXAMPLES, papers, ignore=lambda _, names: sorted(names)[3:])
    before = {path.name: path.read_bytes() for path in papers.iterdir()}
    done = CliRunner().invoke(main, ["scan", str(papers), "--out", str(tmp_path / "uit")])
    assert done.exit_code == 0, done.output
    folder = written(tmp_path / "uit", "--out", tmp_path / "kopie", "--format", "pdf")
    copies = sorted(folder.glob("*.pdf"))
    assert len(copies) == len(before) == 3
    for copy, (name, data) in zip(copies, sorted(before.items()), strict=True):
        assert (papers / name).read_bytes() == data
        with pikepdf.open(copy) as made, pikepdf.open(papers / name) as source:
            assert len(made.pages) == len(source.pages) + 1
            notes = [note for page in made.pages[1:] for note in page.get("/Annots", []) if note.get("/T") == "bronnen"]
            assert len(notes) > 5
            assert any("Wat het zwaarst woog" in str(note["/Contents"]) for note in notes)
            with made.open_outline() as outline:
                assert any(entry.title == "ervaringskennis, gebruikt" for entry in outline.root)
    (papers / sorted(before)[0]).write_bytes(b"%PDF-1.4 changed")
    again = report(tmp_path / "uit", "--out", tmp_path / "weer", "--format", "pdf")
    assert "is gone or was changed" in again.stderr and "wrote 2 of 3" in again.stderr
    assert again.exit_code == 8
    project = written(tmp_path / "uit", "--out", tmp_path / "p.qdpx", "--format", "qdpx")
    with zipfile.ZipFile(project) as archive:
        assert sum(name.endswith(".pdf") for name in archive.namelist()) == 2


def test_labels_of_every_source_are_in_the_fixture() -> None:
    """The tests above would say nothing of a source that no document carries."""
    assert {source for _, labels in KNOWS for source in labels} == {E, P, W}
