"""OpenDocument texts (.odt) to blocks: the walk over the elements of `content.xml`.

odfdo opens the package. Deleted text stands apart in the format (`text:tracked-changes`), so that insertions are
simply there; headers and footers stand in `styles.xml`, which is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from bronnen.errors import EncryptedError, UnreadableError
from bronnen.extract.marks import mark
from bronnen.extract.package import DAMAGED, Blocks, clean_zip, inline, missing, notes_of, row, short
from bronnen.records import Kind

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_INDEXES = frozenset(
    _TEXT + name
    for name in (
        "table-of-content",
        "illustration-index",
        "table-index",
        "object-index",
        "user-index",
        "alphabetical-index",
    )
)
_UNREAD = frozenset(
    [_TEXT + name for name in ("tracked-changes", "note-citation", "ruby-text", "sequence-decls", "variable-decls")]
    + [_OFFICE + name for name in ("annotation", "forms", "binary-data")]
    + [_SVG + "title", _SVG + "desc", _TEXT + "index-title-template", _TEXT + "table-of-content-source"]
)
_GAPS = frozenset(_TEXT + name for name in ("s", "tab", "line-break"))


@dataclass(slots=True)
class _Open:
    """The parent styles of an OpenDocument text, by the name of the style."""

    parents: dict[str, str] = field(default_factory=dict)


def odt_blocks(path: Path, members: dict[str, bytes]) -> Blocks:
    if b"encryption-data" in members.get("META-INF/manifest.xml", b"") or "encrypted-package" in members:
        raise EncryptedError(f"{path.name} opens only with a password.", "Save a copy without a password.")
    try:
        import odfdo
    except ImportError as error:
        raise missing("odfdo", path) from error
    try:
        document = odfdo.Document(clean_zip(members))
        mimetype = document.container.mimetype
        content = document.container.get_part("content.xml")
        root = ElementTree.fromstring(content)  # safe: open_package refuses every document type declaration
    except RecursionError:
        raise
    except Exception as error:  # odfdo raises whatever a damaged part leads to
        raise UnreadableError(
            f"{path.name} cannot be read as an OpenDocument text ({short(error)}).", DAMAGED
        ) from error
    body = root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise UnreadableError(f"{path.name} is of type '{mimetype}', not a text document.", "Save its text as .odt.")
    styles = _Open()
    for style in root.iter(_STYLE + "style"):
        styles.parents[style.get(_STYLE + "name", "")] = style.get(_STYLE + "parent-style-name", "")
    return list(_walk(body, styles, Kind.PARAGRAPH))


def _walk(parent: ElementTree.Element, styles: _Open, kind: Kind) -> Iterator[tuple[Kind, str]]:
    for child in parent:
        tag = child.tag
        if tag == _TEXT + "h":
            yield from _paragraph(child, styles, Kind.CONTENTS if kind is Kind.CONTENTS else Kind.HEADING)
        elif tag == _TEXT + "p":
            yield from _paragraph(child, styles, _kind(child, styles) if kind is Kind.PARAGRAPH else kind)
        elif tag == _TEXT + "list":
            yield from _walk(child, styles, Kind.CONTENTS if kind is Kind.CONTENTS else Kind.LIST)
        elif tag == _TABLE + "table":
            yield from _table(child, styles)
        elif tag in _INDEXES:
            yield from _walk(child, styles, Kind.CONTENTS)
        elif tag not in _UNREAD:  # text:section, text:list-item, draw:frame, draw:text-box ...
            yield from _walk(child, styles, kind)


def _kind(paragraph: ElementTree.Element, styles: _Open) -> Kind:
    name = paragraph.get(_TEXT + "style-name", "")
    for _ in range(10):
        if name in ("Title", "Subtitle") or name.startswith(("Heading", "Kop_20_")):
            return Kind.HEADING
        if name in ("Caption", "Illustration", "Figure", "Drawing", "Table") or name.startswith("Bijschrift"):
            return Kind.CAPTION
        name = styles.parents.get(name, "")
    return Kind.PARAGRAPH


def _paragraph(paragraph: ElementTree.Element, styles: _Open, kind: Kind) -> Iterator[tuple[Kind, str]]:
    pieces: list[str] = []
    boxes: list[ElementTree.Element] = []
    notes: list[ElementTree.Element] = []
    _spans(paragraph, pieces, boxes, notes)
    yield kind, "".join(pieces)
    for note in notes:
        yield Kind.FOOTNOTE, _mark(note) + inline(list(_walk(note, styles, Kind.PARAGRAPH))).lstrip()
    for box in boxes:
        yield from _walk(box, styles, Kind.PARAGRAPH)


def _mark(note: ElementTree.Element) -> str:
    label = "".join(note.findtext(_TEXT + "note-citation", "").split())
    return mark(label) if 0 < len(label) <= 40 else ""


def _spans(
    parent: ElementTree.Element,
    pieces: list[str],
    boxes: list[ElementTree.Element],
    notes: list[ElementTree.Element],
) -> None:
    pieces.append(parent.text or "")
    for child in parent:
        if child.tag in _GAPS:
            pieces.append(" ")
        elif child.tag == _TEXT + "note":
            notes.append(child)
            pieces.append(_mark(child))
        elif child.tag == _DRAW + "text-box":
            boxes.append(child)
        elif child.tag not in _UNREAD:
            _spans(child, pieces, boxes, notes)
        pieces.append(child.tail or "")


def _table(table: ElementTree.Element, styles: _Open) -> Iterator[tuple[Kind, str]]:
    rows = [list(row.iterfind(_TABLE + "table-cell")) for row in _rows(table)]
    if all(len(cells) <= 1 for cells in rows):  # a box around text rather than a table
        for cells in rows:
            for cell in cells:
                yield from _walk(cell, styles, Kind.PARAGRAPH)
        return
    for cells in rows:
        contents = [list(_walk(cell, styles, Kind.PARAGRAPH)) for cell in cells]
        yield Kind.TABLE, row(map(inline, contents))
        for content in contents:
            yield from notes_of(content)


def _rows(table: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for child in table:
        if child.tag == _TABLE + "table-row":
            yield child
        elif child.tag in (_TABLE + "table-header-rows", _TABLE + "table-row-group", _TABLE + "table-rows"):
            yield from _rows(child)
