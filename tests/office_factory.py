"""Word and OpenDocument files made in code."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODT = "application/vnd.oasis.opendocument.text"
SPACES = {"office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style"}
NS = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for short, name in SPACES.items())


def change(path: Path, edit: Callable[[dict[str, bytes]], None]) -> Path:
    """The zip file again, after `edit` has changed its members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    edit(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def word(path: Path, body: str = "", styles: str = "") -> Path:
    """A .docx with the default styles, and those given, whose body is the given XML, or one paragraph."""
    import docx

    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Koptekst van elke bladzijde"
    document.add_paragraph("HIER")
    document.save(path)

    def put(members: dict[str, bytes]) -> None:
        xml = members["word/document.xml"].decode()
        start, end = xml.rindex("<w:p>", 0, xml.index("HIER")), xml.index("</w:p>", xml.index("HIER")) + len("</w:p>")
        members["word/document.xml"] = (xml[:start] + body + xml[end:]).encode()
        told = members["word/styles.xml"].decode()
        members["word/styles.xml"] = told.replace("</w:styles>", f"{styles}</w:styles>").encode()

    return change(path, put) if body else path


def with_notes(path: Path, notes: Mapping[str, Mapping[int, str]]) -> Path:
    """The .docx with these notes: 'footnote' or 'endnote' -> the note's id -> its text, after a number and a space."""

    def put(members: dict[str, bytes]) -> None:
        for kind, told in notes.items():
            name = f"{kind}s"
            inside = "".join(
                f'<w:{kind} w:id="{number}"><w:p><w:r><w:{kind}Ref/></w:r>'
                f"<w:r><w:t> {text}</w:t></w:r></w:p></w:{kind}>"
                for number, text in told.items()
            )
            line = f'<w:{kind} w:type="separator" w:id="0">{p("lijn")}</w:{kind}>'
            members[f"word/{name}.xml"] = f"<w:{name} {W}>{line}{inside}</w:{name}>".encode()
            content = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{name}+xml"
            types = members["[Content_Types].xml"].decode()
            members["[Content_Types].xml"] = types.replace(
                "</Types>", f'<Override PartName="/word/{name}.xml" ContentType="{content}"/></Types>'
            ).encode()
            link = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{name}"
            rels = members["word/_rels/document.xml.rels"].decode()
            members["word/_rels/document.xml.rels"] = rels.replace(
                "</Relationships>", f'<Relationship Id="rId9{kind}" Type="{link}" Target="{name}.xml"/></Relationships>'
            ).encode()

    return change(path, put)


def p(text: str, style: str = "", more: str = "") -> str:
    looks = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{looks}<w:r><w:t xml:space="preserve">{text}</w:t></w:r>{more}</w:p>'


def open_text(path: Path, body: str, *, mimetype: str = ODT, manifest: str = "", kind: str = "text") -> Path:
    """An .odt whose body is the given XML."""
    styles = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    content = (
        f'<?xml version="1.0"?><office:document-content {NS}><office:automatic-styles>{styles}</office:automatic-styles>'  # noqa: E501
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return path
