"""The project's own documents: sources that parse, labels that anchor, PDFs that are what their sources say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
EXAMPLES = CORPUS / "voorbeelden"
HARD = CORPUS / "lastig"

sys.path.insert(0, str(CORPUS))

import build  # noqa: E402
import source  # noqa: E402
import typeset  # noqa: E402

PATHS = source.paths()
FRONT = "---\ntitel: Een brief\nsoort: brief\norganisatie: Gemeente Nergens\njaar: 2026\nlicentie: CC0\n---\n"

each_document = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def parsed(body: str) -> source.Text:
    return source.parse(FRONT + body, "proef")


@each_document
def test_a_source_parses_and_its_spans_are_its_sentences(path: Path) -> None:
    text = source.read(path)
    assert text.front["licentie"] == "CC0"
    assert len(text.sentences) >= 40
    for sentence in text.sentences:
        assert text.text[sentence.start : sentence.end] == sentence.text
    ends = [0, *(sentence.end for sentence in text.sentences)]
    gaps = [text.text[end : sentence.start] for end, sentence in zip(ends, text.sentences, strict=False)]
    assert set(gaps) <= {"", " ", "\n\n"}, "only the documented gaps stand between units"


@each_document
def test_a_fair_part_of_the_units_carries_no_label(path: Path) -> None:
    text = source.read(path)
    bare = sum(not sentence.labels for sentence in text.sentences)
    assert bare / len(text.sentences) > 0.3


def test_labels_are_what_the_builder_writes() -> None:
    written = build.label_lines(map(source.read, PATHS))
    assert build.LABELS.read_text(encoding="utf-8") == written, "run: python corpus/build.py"


def test_every_label_anchors() -> None:
    texts = {path.stem: source.read(path).text for path in PATHS}
    for line in build.LABELS.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        assert texts[record["document"]][record["start"] : record["end"]] == record["text"]
        assert set(record["labels"]) <= set(record["judged"]) == set(source.LETTERS.values())
        assert set(record["labels"].values()) <= {"used", "called_for"}


def test_no_sentence_of_some_length_stands_in_two_documents() -> None:
    seen: dict[str, str] = {}
    for path in PATHS:
        for sentence in source.read(path).sentences:
            if len(sentence.text) > 60:
                assert seen.setdefault(sentence.text, path.stem) == path.stem, sentence.text


@each_document
def test_a_document_is_typeset_and_its_truth_is_its_source(path: Path) -> None:
    text = source.read(path)
    pdf = EXAMPLES / f"{path.stem}.pdf"
    if text.front["zetten"] != "ja":
        assert not pdf.exists()
        return
    assert pdf.read_bytes().startswith(b"%PDF-")
    truth = json.loads((CORPUS / "waarheid" / f"{pdf.stem}.json").read_text(encoding="utf-8"))
    told = sorted((block["start"], block["kind"], tuple(block["sentences"])) for block in truth["blocks"])
    known = [
        (block.start, block.kind, tuple(sentence.text.replace("\t", " ") for sentence in block.sentences))
        for block in text.blocks
        if block.sentences
    ]
    assert told == sorted(known), f"run: python corpus/typeset.py {path.stem}"
    assert [block["page"] for block in truth["blocks"]] == sorted(block["page"] for block in truth["blocks"])


def test_every_example_has_a_source() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.pdf")} <= {path.stem for path in PATHS}
    assert {path.name for path in HARD.glob("*.pdf")} == {
        "gescand.pdf",
        "kapotte-tekstlaag.pdf",
        "twee-op-een-vel.pdf",
        "versleuteld.pdf",
        "zwart-met-tekst.pdf",
    }


@pytest.mark.slow
@each_document
def test_typesetting_again_gives_the_same_bytes(path: Path) -> None:
    pytest.importorskip("typst", reason="typst is in the dependency group 'typeset', outside the default")
    text = source.read(path)
    if text.front["zetten"] != "ja":
        pytest.skip("this document stays text")
    pdf, truth = typeset.rendered(text)
    assert pdf == (EXAMPLES / f"{path.stem}.pdf").read_bytes(), f"run: python corpus/typeset.py {path.stem}"
    assert truth == json.loads((CORPUS / "waarheid" / f"{path.stem}.json").read_text(encoding="utf-8"))


def test_the_builder_as_a_command(tmp_path: Path) -> None:
    command = [sys.executable, str(CORPUS / "build.py"), "--check", "--blank", str(tmp_path / "leeg")]
    command += ["--samples", str(tmp_path / "samples.jsonl")]
    subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8", timeout=60)
    corpus: ModuleType = pytest.importorskip("bronnen.corpus")
    samples = corpus.read_samples(tmp_path / "samples.jsonl")
    assert [sample.unit for sample in samples] == [f"corpus/{path.stem}" for path in PATHS]
    for path in PATHS:
        bare = source.read(tmp_path / "leeg" / path.name)
        assert not any(sentence.labels for sentence in bare.sentences)
        assert bare.text == source.read(path).text, "taking labels off leaves the text as it was"


def test_labels_notes_and_looks_are_not_part_of_the_text() -> None:
    text = parsed("Uit *de peiling* van 2024 blijkt dit.[^1] {E W}\nDe heer [zwart:9] niet.\n\n[^1]: Bron. {W?}\n")
    assert text.text == "Een brief\n\nUit de peiling van 2024 blijkt dit. De heer niet.\n\nBron."
    assert [dict(sentence.labels) for sentence in text.sentences] == [
        {},
        {"experiential": "used", "scientific": "used"},
        {},
        {"scientific": "called_for"},
    ]
    assert text.sentences[1].notes == ("1",)


def test_lines_become_the_blocks_they_look_like() -> None:
    body = """
# 1 Kop
Een zin.
Nog een zin.
- eerste
  Vervolg van eerste.
- tweede
a. letter

| Wie | Wat |
|---|---|
| raad | niets | {P}

Figuur 2: een staaf
> # Kader
> Zin in kader.
= Datum: vandaag
% geen tekst
~ Colofon
"""
    blocks = parsed(body).blocks[1:]
    assert [(block.kind, block.text, block.marker) for block in blocks] == [
        ("heading", "1 Kop", ""),
        ("paragraph", "Een zin. Nog een zin.", ""),
        ("list", "eerste Vervolg van eerste.", "-"),
        ("list", "tweede", "-"),
        ("list", "letter", "a."),
        ("table", "Wie\tWat", ""),
        ("table", "raad\tniets", ""),
        ("caption", "Figuur 2: een staaf", ""),
        ("heading", "Kader", ""),
        ("paragraph", "Zin in kader.", ""),
        ("paragraph", "Datum: vandaag", ""),
        ("colophon", "Colofon", ""),
    ]
    assert [block.boxed for block in blocks[8:11]] == [True, True, False]
    assert blocks[5].header and blocks[6].sentences[0].labels == {"professional": "used"}


@pytest.mark.parametrize(
    "body",
    [
        "Zin. {X}",
        "Zin. {W E}",
        "Zin. {E E}",
        "Zin. {E,P}",
        "Zin {E} gaat door.",
        "Zin zonder noot.[^1]",
        "Zin.[^2]\n\n[^2]: Noot.",
        "  Ingesprongen zonder lijst.",
        "| een | twee |\n|---|---|\n| een |",
        "|---|---|",
        "!onbekend",
        "[zwart:3]",
    ],
)
def test_what_breaks_the_notation_is_refused_with_its_line(body: str) -> None:
    with pytest.raises(source.SourceError, match=r"proef\.md, line \d+: "):
        parsed(body + "\n")


def test_front_matter_must_be_whole() -> None:
    with pytest.raises(source.SourceError, match="lacks licentie"):
        source.parse(FRONT.replace("licentie: CC0\n", ""), "proef")
    with pytest.raises(source.SourceError, match="no line of front matter"):
        source.parse(FRONT.replace("jaar:", "kleur: rood\njaar:"), "proef")
