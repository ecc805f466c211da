"""Word and OpenDocument files: the text a reader sees, in reading order, and nothing hostile gets through."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from office_factory import change, open_text, p, with_notes, word

from bronnen.errors import EncryptedError, MissingError, NoTextError, UnreadableError
from bronnen.extract import layout, office, package
from bronnen.records import Kind

docx = pytest.importorskip("docx", reason="the extra 'office' is not installed")
odfdo = pytest.importorskip("odfdo", reason="the extra 'office' is not installed")


def read_blocks(path: Path) -> list[tuple[Kind, str]]:
    return list(office.read_blocks(path.read_bytes(), path))


def told(path: Path) -> list[tuple[str, str]]:
    laid = layout.from_blocks(read_blocks(path))
    return [(block.kind.value, laid.text[block.start : block.end]) for block in laid.blocks]


def test_word_styles_lists_and_tables_in_reading_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Nota wonen", 0)
    document.add_heading("Aanleiding", 1)
    document.add_paragraph("Bewoners\u00a0zeggen  dat\tzij\nwachten.")
    document.add_paragraph("Eerste punt", style="List Bullet")
    document.add_paragraph("• Getypte bullet")
    table = document.add_table(2, 2)
    for index, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cel {index}"
    table.cell(1, 1).text = ""
    box = document.add_table(1, 1)
    box.cell(0, 0).text = "Kader om een alinea."
    document.add_paragraph("Figuur 1: wachttijd", style="Caption")
    document.add_paragraph("Slot.")
    document.save(tmp_path / "a.docx")
    assert told(tmp_path / "a.docx") == [
        ("heading", "Nota wonen"),
        ("heading", "Aanleiding"),
        ("paragraph", "Bewoners zeggen dat zij wachten."),
        ("list", "Eerste punt"),
        ("list", "Getypte bullet"),
        ("table", "cel 0 | cel 1"),
        ("table", "cel 2"),
        ("paragraph", "Kader om een alinea."),
        ("caption", "Figuur 1: wachttijd"),
        ("paragraph", "Slot."),
    ]


def test_dutch_names_of_word_styles(tmp_path: Path) -> None:
    document = docx.Document()
    for name in ("Inhopg 1", "Bijschrift"):
        document.styles.add_style(name, 1)
        document.add_paragraph(f"Tekst in {name}", style=name)
    document.save(tmp_path / "a.docx")
    assert told(tmp_path / "a.docx") == [("contents", "Tekst in Inhopg 1"), ("caption", "Tekst in Bijschrift")]


def test_word_changes_hidden_text_and_text_boxes(tmp_path: Path) -> None:
    box = "<w:txbxContent>" + p("In een kader.") + "</w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    both = f"<w:r><mc:AlternateContent {mc}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"  # noqa: E501
    changes = (
        "<w:del><w:r><w:delText>weg</w:delText><w:t>weg</w:t></w:r></w:del><w:ins><w:r><w:t> en blijft</w:t></w:r></w:ins>"  # noqa: E501
        "<w:moveFrom><w:r><w:t>verplaatst</w:t></w:r></w:moveFrom>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>verborgen</w:t></w:r><w:r><w:t>.</w:t></w:r>"
    )
    contents = (
        "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
        f"<w:sdtContent>{p('Inhoud')}{p('Een 3')}</w:sdtContent></w:sdt>"
    )
    path = word(tmp_path / "a.docx", contents + p("Dit staat", more=changes + both) + p("Erna."))
    assert told(path) == [
        ("contents", "Inhoud"),
        ("contents", "Een 3"),
        ("paragraph", "Dit staat en blijft."),
        ("paragraph", "In een kader."),
        ("paragraph", "Erna."),
    ]


def test_word_notes_come_after_their_paragraph(tmp_path: Path) -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>, zo blijkt.</w:t></w:r>'
    path = word(tmp_path / "a.docx", p("Het steeg", more=mark) + p("Erna."))
    assert told(with_notes(path, {"footnote": {2: "CBS, 2023."}})) == [
        ("paragraph", "Het steeg, zo blijkt."),
        ("footnote", "CBS, 2023."),
        ("paragraph", "Erna."),
    ]


def test_strict_open_xml_is_read(tmp_path: Path) -> None:
    def strict(members: dict[str, bytes]) -> None:
        for name, content in members.items():
            for old, new in (
                (b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main"),
                (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
            ):  # fmt: skip
                content = content.replace(old, new)
            members[name] = content

    assert told(change(word(tmp_path / "a.docx"), strict)) == [("paragraph", "HIER")]


def test_open_document_text(tmp_path: Path) -> None:
    body = """
    <text:tracked-changes><text:changed-region><text:deletion><text:p>weg</text:p></text:deletion></text:changed-region></text:tracked-changes>
    <text:p text:style-name="P1">Nota wonen</text:p>
    <text:table-of-content><text:index-body><text:p>Aanleiding 3</text:p></text:index-body></text:table-of-content>
    <text:h text:outline-level="1">Aanleiding</text:h>
    <text:p>Het steeg<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>CBS, 2023.</text:p></text:note-body></text:note>,<text:s text:c="3"/>zo<text:tab/>blijkt<text:change-start text:change-id="1"/> nu<text:change-end text:change-id="1"/>.<office:annotation><text:p>opmerking</text:p></office:annotation></text:p>
    <text:list><text:list-item><text:p>Een</text:p><text:list><text:list-item><text:p>Onder een</text:p></text:list-item></text:list></text:list-item></text:list>
    <table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Jaar</text:p></table:table-cell><table:table-cell><text:p>Aantal</text:p></table:table-cell></table:table-row></table:table-header-rows>
    <table:table-row><table:table-cell><text:p>2022</text:p></table:table-cell><table:table-cell><text:p>14</text:p></table:table-cell></table:table-row></table:table>
    <text:p><draw:frame><draw:text-box><text:p>In een kader.</text:p></draw:text-box></draw:frame>Slot.</text:p>"""  # noqa: E501
    assert told(open_text(tmp_path / "a.odt", body)) == [
        ("heading", "Nota wonen"),
        ("contents", "Aanleiding 3"),
        ("heading", "Aanleiding"),
        ("paragraph", "Het steeg, zo blijkt nu."),
        ("footnote", "CBS, 2023."),
        ("list", "Een"),
        ("list", "Onder een"),
        ("table", "Jaar | Aantal"),
        ("table", "2022 | 14"),
        ("paragraph", "Slot."),
        ("paragraph", "In een kader."),
    ]


def test_a_document_by_odfdo_itself_is_read(tmp_path: Path) -> None:
    document = odfdo.Document("text")
    document.body.append(odfdo.Header(1, "Kop"))
    document.body.append(odfdo.Paragraph("Een alinea."))
    document.save(tmp_path / "a.odt")
    assert told(tmp_path / "a.odt")[-2:] == [("heading", "Kop"), ("paragraph", "Een alinea.")]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.docx", b"", UnreadableError),
        ("a.docx", b"PK\x03\x04 and no more", UnreadableError),
        ("a.docx", b"%PDF-1.7", UnreadableError),
        ("a.docx", b"{\\rtf1}", UnreadableError),
        ("a.odt", b"gewoon tekst", UnreadableError),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), UnreadableError),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), EncryptedError),  # noqa: E501
    ],
    ids=["empty", "cut off", "pdf", "rtf", "text", "old doc", "password"],
)  # fmt: skip
def test_what_is_no_office_file_is_refused(tmp_path: Path, name: str, content: bytes, error: type[Exception]) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error):
        read_blocks(path)


def test_a_password_on_an_odt(tmp_path: Path) -> None:
    path = open_text(tmp_path / "a.odt", "<text:p>x</text:p>", manifest="<encryption-data/>")
    with pytest.raises(EncryptedError, match="password"):
        read_blocks(path)


def test_nothing_in_it(tmp_path: Path) -> None:
    with pytest.raises(NoTextError):
        read_blocks(open_text(tmp_path / "a.odt", "<text:p> \u00a0 </text:p>"))
    with pytest.raises(NoTextError):
        read_blocks(word(tmp_path / "a.docx", p(" ")))


def test_a_spreadsheet_named_odt(tmp_path: Path) -> None:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with pytest.raises(UnreadableError, match="not a text document"):
        read_blocks(open_text(tmp_path / "a.odt", "", mimetype=kind, kind="spreadsheet"))


@pytest.mark.parametrize("part", ["[Content_Types].xml", "word/document.xml", "word/styles.xml"])
def test_a_missing_or_broken_part(tmp_path: Path, part: str) -> None:
    for name, edit in (
        ("gone.docx", lambda members: members.pop(part)),
        ("cut.docx", lambda members: members.update({part: members[part][:200]})),
    ):
        path = change(word(tmp_path / name), edit)
        try:
            assert told(path) == [("paragraph", "HIER")]  # styles may be missed
        except UnreadableError as error:
            assert error.next_step


def test_bytes_that_changed_on_the_way(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    whole = path.read_bytes()
    for at in range(100, len(whole), len(whole) // 40):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            read_blocks(path)
        except (UnreadableError, NoTextError, EncryptedError):
            continue


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path: Path, coding: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>'

    def arm(name: str) -> Callable[[dict[str, bytes]], None]:
        def edit(members: dict[str, bytes]) -> None:
            xml = members[name].decode().partition("?>")[2]
            members[name] = f'<?xml version="1.0" encoding="{coding}"?>{bomb}{xml}'.encode(coding)

        return edit

    for path, name in (
        (word(tmp_path / "a.docx"), "word/document.xml"),
        (open_text(tmp_path / "a.odt", "<text:p>x</text:p>"), "content.xml"),
    ):
        with pytest.raises(UnreadableError, match="entities"):
            read_blocks(change(path, arm(name)))


def test_a_zip_bomb_is_refused_by_what_it_says(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    with pytest.raises(UnreadableError, match="250 times"):
        read_blocks(change(path, lambda members: members.update({"word/media/a.xml": bytes(5_000_000)})))


def test_a_zip_bomb_is_refused_by_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = word(tmp_path / "a.docx")
    monkeypatch.setattr(package, "MAX_BYTES", 20_000)
    monkeypatch.setattr(package, "_refuse_bomb", lambda path, infos: None)
    with pytest.raises(UnreadableError, match="200 MB"):
        read_blocks(path)
    monkeypatch.undo()
    monkeypatch.setattr(package, "MAX_MEMBERS", 3)
    with pytest.raises(UnreadableError, match="files"):
        read_blocks(path)


def test_a_lie_about_the_size_is_found_out(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    whole = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        info = archive.getinfo("word/styles.xml")
    central = whole.rindex(b"word/styles.xml") - 46
    whole[central + 24 : central + 28] = (100).to_bytes(4, "little")
    assert info.file_size > 100
    path.write_bytes(whole)
    with pytest.raises(UnreadableError, match="damaged"):
        read_blocks(path)


def test_text_nested_too_deep(tmp_path: Path) -> None:
    deep = "<text:section>" * 3000 + "<text:p>x</text:p>" + "</text:section>" * 3000
    with pytest.raises(UnreadableError):
        read_blocks(open_text(tmp_path / "a.odt", deep))
    with pytest.raises(UnreadableError):
        read_blocks(word(tmp_path / "a.docx", "<w:sdt>" * 3000 + p("x") + "</w:sdt>" * 3000))


def test_a_missing_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [word(tmp_path / "a.docx"), open_text(tmp_path / "a.odt", "<text:p>x</text:p>")]
    for name in ("docx", "odfdo"):
        monkeypatch.setitem(sys.modules, name, None)
    for path in paths:
        with pytest.raises(MissingError, match=r"--extra office"):
            read_blocks(path)
