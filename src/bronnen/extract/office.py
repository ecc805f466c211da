"""Word (.docx) and OpenDocument (.odt) files to blocks of text.

python-docx and odfdo open the document; the walk over its elements is here, because their own text properties leave
out text boxes, insertions and notes. What is left out: headers and footers, deletions, comments, hidden text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bronnen.errors import NoTextError, UnreadableError
from bronnen.extract.marks import mark
from bronnen.extract.odt import odt_blocks
from bronnen.extract.package import (
    DAMAGED,
    Blocks,
    clean_zip,
    inline,
    missing,
    notes_of,
    open_package,
    row,
    short,
)
from bronnen.records import Kind

_BULLETS = "•◦▪‣●○■□–—-*·\uf0b7\uf0a7\uf02d\uf0d8\uf076"
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_STRICT = (  # the namespaces of 'Strict Open XML', and the usual ones that python-docx knows
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)


def read_blocks(data: bytes, path: Path) -> Blocks:
    """The blocks of a .docx or .odt file in reading order; a table gives a block per row, cells joined by ' | '.

    A footnote or endnote is a block of its own after the paragraph it belongs to; both have its mark (see `marks`).

    Raises:
        MissingError: the office libraries are not installed.
        EncryptedError: the file opens only with a password.
        UnreadableError: the file is damaged, hostile, or something else than its suffix says.
        NoTextError: there is no text in it.
    """
    is_odt = path.suffix.lower() == ".odt"
    members = open_package(data, path, ".odt" if is_odt else ".docx")
    try:
        blocks = odt_blocks(path, members) if is_odt else _docx_blocks(path, members)
    except RecursionError as error:
        raise UnreadableError(f"{path.name} nests its text too deep to be real.", DAMAGED) from error
    found = [(kind, text) for kind, text in map(_tidy, blocks) if text]
    if not found:
        raise NoTextError(
            f"{path.name} opens, but has no text in it.", "If it holds scanned pages, run OCR on it first."
        )
    return found


def _tidy(block: tuple[Kind, str]) -> tuple[Kind, str]:
    """The block with single spaces, and as a list item where somebody typed the bullet."""
    kind, text = block
    text = " ".join("".join(c if c >= " " else " " for c in text.translate(_UNSEEN)).split())
    if kind in (Kind.PARAGRAPH, Kind.LIST) and len(text) > 2 and text[0] in _BULLETS and text[1] == " ":
        return Kind.LIST, text[2:].strip()
    return kind, text


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_VAL = _W + "val"
_SPACES = frozenset(_W + name for name in ("tab", "br", "cr", "ptab"))
_SKIPPED = frozenset(
    [_W + name for name in ("del", "moveFrom", "rPr", "pPr", "instrText", "delText", "rt", "sectPr", "sdtPr", "tblPr")]
    + [_W + name for name in ("tblGrid", "trPr", "tcPr", "fldChar", "sdtEndPr")]
)


@dataclass(slots=True)
class _Style:
    name: str
    outline: bool
    numbered: bool


@dataclass(slots=True)
class _Word:
    """What the walk over a Word document needs to know besides the element at hand."""

    styles: dict[str, _Style]
    notes: dict[tuple[str, str], Any]  # ('footnote', id) -> element
    labels: dict[tuple[str, str], str] = field(default_factory=dict)


def _label(word: _Word, note: tuple[str, str]) -> str:
    """The note's number as Word gives it: 1, 2 ... for footnotes, i, ii ... for endnotes, in the order of marks."""
    if note not in word.labels:
        count = 1 + sum(kind == note[0] for kind, _ in word.labels)
        word.labels[note] = str(count) if note[0] == "footnote" else _roman(count)
    return word.labels[note]


def _roman(number: int) -> str:
    """The number in small Roman figures.

    >>> _roman(14)
    'xiv'
    """
    told = ""
    values = {100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"}
    for value, figures in values.items():
        told += number // value * figures
        number %= value
    return told


def _docx_blocks(path: Path, members: dict[str, bytes]) -> Blocks:
    try:
        import docx
        from docx.oxml import parse_xml
    except ImportError as error:
        raise missing("python-docx", path) from error
    for name, content in members.items():
        if b"purl.oclc.org/ooxml" in content:
            for strict, usual in _STRICT:
                content = content.replace(strict, usual)
            members[name] = content
    try:
        document = docx.Document(clean_zip(members))
        word = _Word(_styles(document.part), {})
        for relation in document.part.rels.values():
            kind = relation.reltype.rpartition("/")[2]
            if kind in ("footnotes", "endnotes") and not relation.is_external:
                for note in parse_xml(relation.target_part.blob):
                    word.notes[(kind[:-1], note.get(_W + "id"))] = note
        return list(_docx_walk(document.element.body, word))
    except RecursionError:
        raise
    except Exception as error:  # python-docx and lxml raise whatever a damaged part leads to
        raise UnreadableError(f"{path.name} cannot be read as a Word document ({short(error)}).", DAMAGED) from error


def _styles(part: Any) -> dict[str, _Style]:
    """The styles by id, with what they inherit."""
    found: dict[str, Any] = {}
    for style in part.styles.element.iterchildren(_W + "style"):
        found.setdefault(style.get(_W + "styleId"), style)

    def resolve(style_id: str | None) -> _Style:
        name, outline, numbered, seen = "", None, None, set()
        while style_id in found and style_id not in seen:
            seen.add(style_id)
            style = found[style_id]
            name = name or _value(style.find(_W + "name")).lower()
            level = _value(style.find(f"{_W}pPr/{_W}outlineLvl"))
            outline = outline if outline is not None or not level else level in "012345678"
            number = style.find(f"{_W}pPr/{_W}numPr")
            if numbered is None and number is not None:
                numbered = _value(number.find(_W + "numId")) != "0"
            style_id = _value(style.find(_W + "basedOn")) or None
        return _Style(name, bool(outline), bool(numbered))

    return {style_id: resolve(style_id) for style_id in found}


def _value(element: Any) -> str:
    return "" if element is None else str(element.get(_VAL) or "")


def _docx_walk(parent: Any, word: _Word) -> Iterator[tuple[Kind, str]]:
    for child in parent:
        if child.tag == _W + "p":
            yield from _docx_paragraph(child, word)
        elif child.tag == _W + "tbl":
            yield from _docx_table(child, word)
        elif child.tag == _W + "sdt" and _value(child.find(f".//{_W}docPartGallery")) == "Table of Contents":
            yield from ((Kind.CONTENTS, text) for kind, text in _docx_walk(child, word) if kind is not Kind.FOOTNOTE)
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:  # w:sdt, w:ins, w:customXml ...
            yield from _docx_walk(child, word)


def _docx_paragraph(paragraph: Any, word: _Word) -> Iterator[tuple[Kind, str]]:
    pieces: list[str] = []
    boxes: list[Any] = []
    marks: list[tuple[str, str]] = []
    _docx_runs(paragraph, word, pieces, boxes, marks)
    yield _docx_kind(paragraph, word), "".join(pieces)
    for note in marks:
        told = inline(list(_docx_walk(word.notes[note], _Word(word.styles, {}))))
        yield Kind.FOOTNOTE, mark(_label(word, note)) + told.lstrip()
    for box in boxes:
        yield from _docx_walk(box, word)


def _docx_runs(parent: Any, word: _Word, pieces: list[str], boxes: list[Any], marks: list[tuple[str, str]]) -> None:
    """Collects the text under an element, its text boxes and the notes it marks."""
    for child in parent:
        tag = child.tag
        if tag == _W + "t" or (isinstance(tag, str) and tag.endswith("/math}t")):
            pieces.append(child.text or "")
        elif tag in _SPACES:
            pieces.append(" ")
        elif tag == _W + "noBreakHyphen":
            pieces.append("-")
        elif tag in (_W + "footnoteReference", _W + "endnoteReference"):
            note = (tag[len(_W) : -len("Reference")], child.get(_W + "id"))
            if note in word.notes:
                marks.append(note)
                pieces.append(mark(_label(word, note)))
        elif tag == _W + "txbxContent":
            boxes.append(child)
        elif tag == _MC + "AlternateContent":
            chosen = child.find(_MC + "Choice")
            chosen = child.find(_MC + "Fallback") if chosen is None else chosen  # both say the same
            if chosen is not None:
                _docx_runs(chosen, word, pieces, boxes, marks)
        elif tag == _W + "r" and _is_hidden(child):
            continue
        elif isinstance(tag, str) and tag not in _SKIPPED:
            _docx_runs(child, word, pieces, boxes, marks)


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and _value(vanish) not in ("0", "false", "off")


def _docx_kind(paragraph: Any, word: _Word) -> Kind:
    properties = paragraph.find(_W + "pPr")
    style = _Style("", False, False)
    level, number = "", None
    if properties is not None:
        style = word.styles.get(_value(properties.find(_W + "pStyle")), style)
        level = _value(properties.find(_W + "outlineLvl"))
        number = properties.find(_W + "numPr")
    if style.name.startswith(("toc ", "inhopg ")) or style.name in ("toc heading", "table of figures"):
        return Kind.CONTENTS
    if style.name in ("title", "subtitle") or style.name.startswith(("heading ", "kop ")):
        return Kind.HEADING
    if (level in "012345678") if level else style.outline:
        return Kind.HEADING
    if style.name in ("caption", "bijschrift"):
        return Kind.CAPTION
    is_numbered = style.numbered if number is None else _value(number.find(_W + "numId")) != "0"
    if is_numbered or style.name.startswith(("list bullet", "list number")):
        return Kind.LIST
    return Kind.PARAGRAPH


def _docx_table(table: Any, word: _Word) -> Iterator[tuple[Kind, str]]:
    rows = [_docx_cells(row) for row in _docx_rows(table)]
    if all(len(cells) <= 1 for cells in rows):  # a box around text rather than a table
        for cells in rows:
            for cell in cells:
                yield from _docx_walk(cell, word)
        return
    for cells in rows:
        contents = [list(_docx_walk(cell, word)) for cell in cells]
        yield Kind.TABLE, row(map(inline, contents))
        for content in contents:
            yield from notes_of(content)


def _docx_rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == _W + "tr":
            if child.find(f"{_W}trPr/{_W}del") is None:
                yield child
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            yield from _docx_rows(child)


def _docx_cells(row: Any) -> list[Any]:
    cells: list[Any] = []
    for child in row:
        if child.tag == _W + "tc":
            cells.append(child)
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            cells += _docx_cells(child)
    return cells
