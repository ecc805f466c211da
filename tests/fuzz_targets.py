"""What reads a file that comes from outside, with files for each to begin from, all made in code.

A target gets a path; it may do its work or raise a `BronnenError` with a next step. Everything else is a finding.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import mutations
import office_factory
import pdf_factory
from click.testing import CliRunner
from lenses import written
from teams import all_judged, documents, keep

from bronnen.errors import BronnenError, ExitCode
from bronnen.settings import Settings

CORPUS = Path(__file__).parents[1] / "corpus"
_TEXT = "Ouders vertellen dat zij lang wachten. Uit onderzoek van het CBS blijkt dat de vraag groeit.\n"
_PDF = (b"/Kids[", b"/Type/Page", b"/Parent 3 0 R", b"/Contents ", b"<<", b">>", b"stream\n", b"endstream", b" 0 R ")
_PDF += (b"/Filter/FlateDecode", b"/Filter[/LZWDecode/ASCII85Decode]", b"/Rotate 90", b"/MediaBox[0 0 1e9 -1]", b" Do ")
_PDF += (b"q ", b"BT ", b" Tj ET ", b"[(a)-1e9(b)]TJ ", b"/Encrypt 1 0 R", b"/Length 999999", b"BI /W 1 ID x EI ")
_XML = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"</w:p>",
    b"<w:tbl>",
    b"<w:p><w:r><w:t>",
    b"<table:table-cell>",
    b"]]>",
)
_XML += (
    b"<?xml version='1.0' encoding='utf-7'?>",
    b" xml:lang='nl'",
    b"<a>" * 50,
    b"<text:p>",
    b"<!--",
    b"&#0;",
    b"&#x110000;",
)
_HTML = (
    b"<table>",
    b"<tr>",
    b"<sup><a href='#n1'>1</a></sup>",
    b"<li id='n1'>",
    b"<div>" * 300,
    b"</body>",
    b"<p>",
    b"&#1114112;",
)
_MARKUP = (
    b"[^1]: ",
    b"[^1]",
    b"> " * 60,
    b"- " * 60,
    b"| a | b |\n|---|---|\n",
    b"```",
    b"# ",
    b"<script>",
    b"\x1b[31m",
    b"\xf0\x9f",
)
_JSON = (b"{", b"}", b"[" * 200, b"NaN", b"1e999", b'"start":', b'"\\ud800"', b"null", b",", b"9" * 5000)
_TOML = (b"[a]\n", b'x = """', b"= 1e999", b"1979-05-27", b"[[a]]\n", b"a.b.c = 1\n", b"'", b"{", b"inf", b"9" * 5000)
_CSV = (b";", b",", b'"', b"=1+1", b"\t", b"name", b"document", b"\r", b"used", b"sep=;\n")


@dataclass(frozen=True)
class Target:
    """How a kind of file is made, changed and read."""

    suffix: str
    seeds: Callable[[], Sequence[bytes]]
    read: Callable[[Path], object]
    mutate: mutations.Mutate = mutations.of_bytes
    words: tuple[bytes, ...] = ()


def check_document(path: Path) -> None:
    """Analyses a document; every span lies in its text."""
    from bronnen.pipeline import analyse, load_tools

    found = analyse(path, load_tools(Settings()))
    size = len(found.document.text)
    spans = [*found.document.blocks, *found.document.pages, *found.document.words, *found.passages, *found.verdicts]
    spans += [sentence for passage in found.passages for sentence in passage.sentences]
    assert all(0 <= one.start <= one.end <= size for one in spans), "a span outside the text"
    assert found.document.id == hashlib.sha256(path.read_bytes()).hexdigest()
    assert all(one.quote == found.document.text[one.start : one.end] for one in found.verdicts)


def ran(*words: str | Path) -> None:
    """Runs a command in this process; a fault of bronnen itself is raised."""
    from bronnen.cli import main

    outcome = CliRunner().invoke(main, ["--debug", *(str(word) for word in words)])
    if outcome.exit_code == ExitCode.BUG:
        raise AssertionError(outcome.output[-1500:])


def check_labels(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = shutil.copytree(_store(), Path(folder) / "store")
        ran("corpus", "import", path, "--store", store)
        ran("corpus", "export", Path(folder) / "out.jsonl", "--store", store)


def check_store(path: Path) -> None:
    """All that reads a store, and what writes in one."""
    with tempfile.TemporaryDirectory() as told:
        folder = Path(told) / "store"
        folder.mkdir()
        shutil.copy(path, folder / "bronnen.sqlite")
        ran("verify", folder)
        ran("search", folder, "onderzoek")
        ran("search", folder, "--source", "scientific", "--format", "csv")
        for form, name in (("json", "a.json"), ("html", "a.html"), ("qdpx", "a.qdpx"), ("csv", "tables")):
            ran("report", folder, "--format", form, "--out", Path(told) / name)
        ran("show", "nota zorg.pdf", "--store", folder)
        ran("corpus", "export", Path(told) / "labels.jsonl", "--store", folder)
        ran("corpus", "export", Path(told) / "labels.json", "--format", "labelstudio", "--store", folder)
        ran("sample", folder, "--out", Path(told) / "sample.csv")
        ran("audit", "plan", folder, "--size", "5", "--out", Path(told) / "plan.json")
        ran("corpus", "import", _labels(), "--store", folder)


def check_lens(path: Path) -> None:
    from bronnen import lens

    lens.label(lens.load(path), [("Ouders wachten lang.", "Dat blijkt.")])


def check_lens_model(path: Path) -> None:
    """A model of a lens that says itself that it is whole: who makes one can sign it too."""
    from bronnen.lens import load, model

    taken = load(_lens() / "two.toml")
    with tempfile.TemporaryDirectory() as told:
        card = json.loads((_lens() / "model" / "card.json").read_text())
        card["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        card["id"] = model._identity(card)
        (Path(told) / "card.json").write_text(json.dumps(card))
        shutil.copy(path, Path(told) / "model.skops")
        model.load(Path(told), taken).labels([("Voor de haven is een bedrag begroot.",)])


def check_card(path: Path) -> None:
    """A model of which the card was edited, and signed anew."""
    from bronnen import classifier
    from bronnen.settings import resource

    with tempfile.TemporaryDirectory() as told:
        try:
            card = json.loads(path.read_bytes())
            card["id"] = classifier._identity(card["sha256"], card)
            content = json.dumps(card).encode("utf-8", "surrogatepass")
        except Exception:
            content = path.read_bytes()
        (Path(told) / "card.json").write_bytes(content)
        (Path(told) / "model.skops").symlink_to(resource("models", "sources", "model.skops"))
        classifier.Model.load(Path(told))


def check_plan(path: Path) -> None:
    """A plan with a hash that fits what stands in it."""
    from bronnen.audit.plan import plan_of
    from bronnen.formats import plans

    try:
        values = json.loads(path.read_bytes())
        values.pop("hash", None)
        plans.write_hashed(path, values)
    except (BronnenError, ValueError, AttributeError, TypeError, RecursionError):
        pass
    values, name = plans.read_hashed(path)
    plan_of(values, name)


def check_table(path: Path) -> None:
    from bronnen.formats.metadata import read_metadata

    read_metadata(path).of("d" * 64, "map/nota.pdf", "nota.pdf")


def check_sheet(path: Path) -> None:
    from bronnen.formats.sheets import read_sheet

    read_sheet(path)


def check_settings(path: Path) -> None:
    from bronnen.settings import load_settings, settings_hash

    settings_hash(load_settings(path))


def check_questions(path: Path) -> None:
    from bronnen import questions, taxonomy

    questions.read(taxonomy.names(), path)


def check_meanings(path: Path) -> None:
    from bronnen.formats.meaning import read_meanings

    read_meanings(path)


def check_marked(path: Path) -> None:
    from bronnen.formats.marked import read_marked

    read_marked(path, ("money", "risk"))


def check_samples(path: Path) -> None:
    from bronnen.training.own import read_own

    read_own([path])


def _made(make: Callable[[Path], object], suffix: str = "") -> bytes:
    """The bytes of the file that `make` writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made{suffix}"
        make(path)
        return path.read_bytes()


def _pdfs() -> list[bytes]:
    sheet, text = pdf_factory.Sheet, pdf_factory.text
    lines = [_TEXT.strip()[:70]] * 4
    plain = pdf_factory.pdf(sheet(pdf_factory.paragraph(60, 700, lines)), sheet(text(60, 700, "Een."), rotate=90))
    table = (
        pdf_factory.grid((60, 200, 400), (500, 600, 700)) + text(70, 650, "Kop") + text(70, 550, "Uit onderzoek blijkt")
    )
    found = [
        plain,
        pdf_factory.pdf(sheet(table, crop=(10, 10, 500, 800), image=True)),
        pdf_factory.pdf(sheet(plain), password=""),
    ]
    return found + [
        _unpacked(CORPUS / "voorbeelden" / f"{name}.pdf") for name in ("kamervragen-verloskunde", "reactienota-n739")
    ]


def _unpacked(path: Path) -> bytes:
    """The PDF with its streams unpacked, so that a change is one of content."""
    import pikepdf

    def make(out: Path) -> None:
        with pikepdf.open(path) as pdf:
            pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.generalized, compress_streams=False, qdf=True)

    return _made(make)


def _words() -> list[bytes]:
    body = (
        office_factory.p("Aanleiding", "Heading1")
        + office_factory.p(_TEXT)
        + (f"<w:tbl><w:tr><w:tc>{office_factory.p('Cel')}</w:tc><w:tc>{office_factory.p('Twee')}</w:tc></w:tr></w:tbl>")
    )
    mark = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    noted = lambda path: office_factory.with_notes(  # noqa: E731
        office_factory.word(path, body + office_factory.p("Zin.", more=mark)), {"footnote": {1: "Bron: CBS"}}
    )
    return [_made(noted, ".docx")]


def _opens() -> list[bytes]:
    body = f"<text:h>Kop</text:h><text:p>{_TEXT}<text:note><text:note-citation>1</text:note-citation><text:note-body>"
    body += "<text:p>CBS</text:p></text:note-body></text:note></text:p><table:table><table:table-row><table:table-cell>"
    body += "<text:p>a</text:p></table:table-cell><table:table-cell/></table:table-row></table:table>"
    return [_made(partial(office_factory.open_text, body=body), ".odt")]


def _pages() -> list[bytes]:
    note = "<sup><a href='#n1'>1</a></sup>"
    inside = f"<h1>Kop</h1><p>{_TEXT * 3}{note}</p><table><tr><td>a</td><td>b</td></tr></table><ul><li>{_TEXT}</li>"
    inside += "</ul><figure><img src='http://example.org/a.png'><figcaption>Bij</figcaption></figure>"
    inside += f"<ol><li id='n1'>{_TEXT}</li></ol>"
    return [f"<html><head><meta charset='utf-8'></head><body><article>{inside}</article></body></html>".encode()]


def _markups() -> list[bytes]:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n"
    return [f"---\ntitel: x\n---\n# Kop\n\n{_TEXT}[^1]\n\n- een\n- twee\n\n{table}\n[^1]: CBS\n".encode()]


@cache
def _store() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="bronnen-fuzz-"))
    found = documents(2, apart=False)
    return keep(folder / "store", found, [one for each in found for one in all_judged(each)])


@cache
def _labels() -> Path:
    path = _store().parent / "labels.jsonl"
    ran("corpus", "export", path, "--store", _store(), "--by", "all")
    return path


def _exported(name: str, form: str = "auto") -> list[bytes]:
    return [
        _made(lambda path: ran("corpus", "export", path, "--store", _store(), "--format", form, "--by", "all"), name)
    ]


def _projects() -> list[bytes]:
    return [_made(lambda path: ran("report", _store(), "--format", "qdpx", "--out", path), ".qdpx")]


@cache
def _lens() -> Path:
    """A folder with a lens, its marked texts and a model of them."""
    import numpy as np

    from bronnen import lens
    from bronnen.training.lens import train

    folder = Path(tempfile.mkdtemp(prefix="bronnen-fuzz-"))
    path = written(folder, "two", ("money", "risk"), {"money": ["bedrag"], "risk": ["gevaar"]})
    train(lens.load(path), [path.with_suffix(".jsonl")], np.random.default_rng(1)).save(folder / "model")
    return folder


def _books(rows: Sequence[Sequence[Any]], title: str = "a") -> list[bytes]:
    from openpyxl import Workbook

    def make(path: Path) -> None:
        book = Workbook()
        book.active.title = title
        for row in rows:
            book.active.append(list(row))
        book.save(path)

    return [_made(make, ".xlsx")]


def _plans() -> list[bytes]:
    return [_made(lambda path: ran("audit", "plan", _store(), "--size", "5", "--out", path), ".json")]


def _sheets(suffix: str) -> list[bytes]:
    from bronnen.formats.sheets import SheetRow, write_sheet

    rows = [SheetRow(number, "nota.pdf", 1, "Kop", _TEXT, "abc") for number in (1, 2)]
    return [_made(lambda path: write_sheet(path, rows, "f" * 64), suffix)]


def _read(*parts: str) -> Callable[[], list[bytes]]:
    return lambda: [CORPUS.parent.joinpath(*parts).read_bytes()]


_META = [["name", "organisatie", "jaar"], ["nota.pdf", "Elsterhout", 2026], ["b.pdf", "Bosrade", 2025]]
_CODES = b'[codes]\n"beleving" = "experiential used"\nonderzoek = "scientific none"\nrest = "skip"\n'
_MARKED = b'{"document": "a", "text": "Voor het park is geld.", "labels": ["money"]}\n' * 2
_SAMPLES = b'{"unit":"u","doc":"d","organisation":"o","whole":true,"page":1,"par":1,"text":"Een zin.",'
_SAMPLES += b'"used":["scientific"],"called_for":[]}\n'

TARGETS: Mapping[str, Target] = {
    "pdf": Target(".pdf", _pdfs, check_document, words=_PDF),
    "docx": Target(".docx", _words, check_document, mutations.of_zip, _XML),
    "odt": Target(".odt", _opens, check_document, mutations.of_zip, _XML),
    "html": Target(".html", _pages, check_document, words=_HTML),
    "md": Target(".md", _markups, check_document, words=_MARKUP),
    "txt": Target(".txt", _markups, check_document, words=_MARKUP),
    "labels.jsonl": Target(".jsonl", lambda: _exported("a.jsonl"), check_labels, mutations.of_json, _JSON),
    "labels.csv": Target(".csv", lambda: _exported("a.csv"), check_labels, words=_CSV),
    "labels.xlsx": Target(".xlsx", lambda: _exported("a.xlsx"), check_labels, mutations.of_zip, _XML),
    "labelstudio": Target(".json", lambda: _exported("a.json", "labelstudio"), check_labels, mutations.of_json, _JSON),
    "doccano": Target(".jsonl", lambda: _exported("a.jsonl", "doccano"), check_labels, mutations.of_json, _JSON),
    "prodigy": Target(".jsonl", lambda: _exported("a.jsonl", "prodigy"), check_labels, mutations.of_json, _JSON),
    "inception": Target(".zip", lambda: _exported("a.zip", "inception"), check_labels, mutations.of_zip, _XML),
    "webanno": Target(
        ".zip", lambda: _exported("a.zip", "webanno"), check_labels, mutations.of_zip, (b"\t", b"#Text=", b"1-1\t")
    ),
    "qdpx": Target(".qdpx", _projects, check_labels, mutations.of_zip, _XML),
    "metadata.csv": Target(
        ".csv", lambda: ["\n".join(";".join(map(str, row)) for row in _META).encode()], check_table, words=_CSV
    ),
    "metadata.xlsx": Target(".xlsx", lambda: _books(_META), check_table, mutations.of_zip, _XML),
    "sheet.csv": Target(".csv", lambda: _sheets(".csv"), check_sheet, words=_CSV),
    "sheet.xlsx": Target(".xlsx", lambda: _sheets(".xlsx"), check_sheet, mutations.of_zip, _XML),
    "settings": Target(".toml", _read("configs", "default.toml"), check_settings, words=_TOML),
    "lens": Target(".toml", _read("configs", "lenses", "kenniscultuur.toml"), check_lens, words=_TOML),
    "questions": Target(".toml", _read("configs", "questions.toml"), check_questions, words=_TOML),
    "meanings": Target(".toml", lambda: [_CODES], check_meanings, words=_TOML),
    "marked": Target(".jsonl", lambda: [_MARKED], check_marked, mutations.of_json, _JSON),
    "samples": Target(".jsonl", lambda: [_SAMPLES * 2], check_samples, mutations.of_json, _JSON),
    "plan": Target(".json", _plans, check_plan, mutations.of_json, _JSON),
    "card": Target(".json", _read("models", "sources", "card.json"), check_card, mutations.of_json, _JSON),
    "lens model": Target(
        ".skops", lambda: [(_lens() / "model" / "model.skops").read_bytes()], check_lens_model, mutations.of_zip, _JSON
    ),
    "store": Target(".sqlite", lambda: [(_store() / "bronnen.sqlite").read_bytes()], check_store, mutations.of_store),
}
