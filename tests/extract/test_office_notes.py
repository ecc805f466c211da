"""Harder office files: notes of both sorts with their marks, boxes, nested lists, changes, contents, captions."""

from __future__ import annotations

from pathlib import Path

import pytest
from office_factory import open_text, p, with_notes, word

from bronnen.extract import read
from bronnen.records import Document
from bronnen.settings import Settings

pytest.importorskip("docx", reason="the extra 'office' is not installed")
pytest.importorskip("odfdo", reason="the extra 'office' is not installed")


def told(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def noted(document: Document) -> list[tuple[str, str, str]]:
    """Each mark: the word that it stands at, its label, the text of its note."""
    found = []
    for note in document.notes:
        assert note.note is not None
        block = document.blocks[note.note]
        found.append((document.text[: note.start].split()[-1], note.label, document.text[block.start : block.end]))
    return found


def mark(kind: str, number: int) -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_footnotes_and_endnotes_of_word_have_their_marks(tmp_path: Path) -> None:
    body = (
        p("Het aantal steeg", more=mark("footnote", 7) + run(", zo blijkt") + mark("endnote", 3) + run(" uit cijfers."))
        + "<w:tbl><w:tr><w:tc>" + p("Jaar") + "</w:tc><w:tc>" + p("Aantal", more=mark("footnote", 4)) + "</w:tc></w:tr>"
        + "<w:tr><w:tc>" + p("2023") + "</w:tc><w:tc>" + p("14") + "</w:tc></w:tr></w:tbl>"
        + p("Slot", more=mark("footnote", 99) + run("."))
    )  # fmt: skip
    notes = {"footnote": {7: "CBS, 2023.", 4: "Inclusief verhuizingen."}, "endnote": {3: "Zie ook de bijlage."}}
    document = read(with_notes(word(tmp_path / "a.docx", body), notes), Settings())
    assert told(document) == [
        ("paragraph", "Het aantal steeg, zo blijkt uit cijfers."),
        ("footnote", "CBS, 2023."),
        ("footnote", "Zie ook de bijlage."),
        ("table", "Jaar | Aantal"),
        ("footnote", "Inclusief verhuizingen."),
        ("table", "2023 | 14"),
        ("paragraph", "Slot."),
    ]
    assert noted(document) == [
        ("steeg", "1", "CBS, 2023."),
        ("blijkt", "i", "Zie ook de bijlage."),
        ("Aantal", "2", "Inclusief verhuizingen."),
    ]


def test_nested_lists_boxes_changes_and_contents_of_word(tmp_path: Path) -> None:
    def item(text: str, level: int) -> str:
        number = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
        return f"<w:p><w:pPr>{number}</w:pPr>{run(text)}</w:p>"

    drawn = 'xmlns:v="urn:schemas-microsoft-com:vml"'
    box = f"<w:r><w:pict {drawn}><v:shape><v:textbox><w:txbxContent>{p('Kop in kader', 'Heading2')}{item('Punt', 0)}"
    box += "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    gone = "<w:tr><w:trPr><w:del w:id='1'/></w:trPr><w:tc>" + p("weg") + "</w:tc><w:tc>" + p("weg") + "</w:tc></w:tr>"
    kept = "<w:tr><w:tc>" + p("Noord") + "</w:tc><w:tc>" + p("12") + "</w:tc></w:tr>"
    link = f'<w:hyperlink w:anchor="_Toc1">{run("1 Aanleiding")}<w:r><w:tab/></w:r>{run("3")}</w:hyperlink>'
    contents = f'<w:p><w:pPr><w:pStyle w:val="TOC1"/></w:pPr>{link}</w:p>'
    styles = '<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
    moved = f"<w:moveFrom>{run('van hier')}</w:moveFrom>"
    body = (
        contents + p("Aanleiding", "Heading1") + p("Er staat", more=moved + f"<w:moveTo>{run(' naar hier')}</w:moveTo>")
        + item("Een", 0) + item("Daaronder", 1) + p("Bij de plaat.", more=box) + f"<w:tbl>{kept}{gone}</w:tbl>"
        + p("Figuur 1: wachttijd", "Caption")
    )  # fmt: skip
    document = read(word(tmp_path / "a.docx", body, styles), Settings())
    assert told(document) == [
        ("contents", "1 Aanleiding 3"),
        ("heading", "Aanleiding"),
        ("paragraph", "Er staat naar hier"),
        ("list", "Een"),
        ("list", "Daaronder"),
        ("paragraph", "Bij de plaat."),
        ("heading", "Kop in kader"),
        ("list", "Punt"),
        ("table", "Noord | 12"),
        ("caption", "Figuur 1: wachttijd"),
    ]


def note(label: str, text: str, sort: str = "footnote") -> str:
    return (
        f'<text:note text:note-class="{sort}"><text:note-citation>{label}</text:note-citation>'
        f"<text:note-body><text:p>{text}</text:p></text:note-body></text:note>"
    )


def test_notes_and_captions_of_an_open_document(tmp_path: Path) -> None:
    body = (
        f"<text:p>Het steeg{note('1', 'CBS, 2023.')} en daalde {note('i', 'Zie de bijlage.', 'endnote')}weer.</text:p>"
        "<text:p><draw:frame><draw:text-box><text:p text:style-name='Illustration'>Figuur "
        "<text:sequence>1</text:sequence>: wachttijd</text:p></draw:text-box></draw:frame></text:p>"
        f"<text:list><text:list-item><text:p>Punt{note('2', 'Een tweede.')}</text:p></text:list-item></text:list>"
    )
    document = read(open_text(tmp_path / "a.odt", body), Settings())
    assert told(document) == [
        ("paragraph", "Het steeg en daalde weer."),
        ("footnote", "CBS, 2023."),
        ("footnote", "Zie de bijlage."),
        ("caption", "Figuur 1: wachttijd"),
        ("list", "Punt"),
        ("footnote", "Een tweede."),
    ]
    assert noted(document) == [
        ("steeg", "1", "CBS, 2023."),
        ("daalde", "i", "Zie de bijlage."),
        ("Punt", "2", "Een tweede."),
    ]
