"""Saved web pages to blocks of text, without the menus, cookie bars, adverts and comments around it.

trafilatura decides what the page's own text is; this module only asks it for the tree and walks that. It never
opens an address: pictures, frames, style sheets and links that a page names are not fetched.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bronnen.errors import EXTRAS, MissingError, NoTextError, UnreadableError
from bronnen.extract.marks import mark
from bronnen.extract.plain import decoded, tidy
from bronnen.records import Kind

MAX_BYTES = 20 * 1024 * 1024
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_NOTE_LINKS = "//sup//a[starts-with(@href, '#')] | //a[starts-with(@href, '#')][parent::sup or sup]"
_BACK = "↩\ufe0e "  # what leads from a note back to its mark
_NOTE_MARKS = "//sup[.//a or parent::a]"  # 'm<sup>2</sup>' has no link, the mark of a note has
_INLINE = frozenset(("hi", "ref", "lb", "del", "span", "graphic"))
_KINDS = {"head": Kind.HEADING, "item": Kind.LIST}

_Told = dict[str, tuple[Kind, str]]  # by the text of a block: its kind and what it opens with


def read_blocks(data: bytes, path: Path) -> list[tuple[Kind, str]]:
    """The blocks of the page's own text, in reading order; a table gives a block per row, cells joined by ' | '.

    Raises:
        MissingError: trafilatura is not installed.
        UnreadableError: the file is no web page, or larger than 20 MB.
        NoTextError: the page has no text of its own.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{path.name} is larger than 20 MB.", "Save the page without its pictures.")
    page = decoded(data, path.name, _declared(data))
    if page.lstrip()[:13].lower().startswith(("mime-version:", "from: <saved")):
        raise UnreadableError(f"{path.name} is a web archive (.mht).", "Save the page as 'web page, HTML only'.")
    page, told = _prepared(page)
    body = _body(page, path)
    blocks = [] if body is None else [(kind, tidy(text)) for kind, text in _walk(body, Kind.PARAGRAPH)]
    found = [_as_told(kind, text, told) for kind, text in blocks if _key(text)]
    if not found:
        raise NoTextError(f"{path.name} has no text of its own.", "Save the page again from the browser, or as PDF.")
    return found


def _as_told(kind: Kind, text: str, told: _Told) -> tuple[Kind, str]:
    known, opening = told.get(_key(text), (kind, ""))
    return known, opening + text.rstrip(_BACK)


def _declared(data: bytes) -> str:
    found = _CHARSET.search(data[:4096])
    return found[1].decode("ascii") if found else ""


def _body(page: str, path: Path) -> Any:
    """The tree of the page's own text, or None; a second try asks for more text where the first found none."""
    try:
        import trafilatura
    except ImportError as error:
        raise MissingError(
            f"{path.name} needs the library trafilatura, which is not installed.",
            EXTRAS,
        ) from error
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it has to say is said here, by an exception
    for wants_more in (False, True):
        try:
            found = trafilatura.bare_extraction(
                page,
                include_comments=False,
                include_tables=True,
                favor_recall=wants_more,
                prune_xpath=_NOTE_MARKS,
                deduplicate=False,  # it would remember the pages read before
            )
        except RecursionError as error:
            raise UnreadableError(f"{path.name} nests its text too deep to be real.") from error
        except Exception as error:
            said = " ".join(str(error).split())[:150]
            raise UnreadableError(f"{path.name} cannot be read as a web page ({said}).", "Save it again.") from error
        body = getattr(found, "body", None)
        if body is not None and "".join(body.itertext()).strip():
            return body
    return None


def _prepared(page: str) -> tuple[str, _Told]:
    """The page so that trafilatura keeps more of it, and what it does not tell: notes and captions, by their text.

    The links of notes become marks (see `marks`), captions become paragraphs after their figures, which it leaves out.
    """
    from lxml import etree, html  # type: ignore[import-untyped]

    try:
        root = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8", remove_comments=True))
    except (etree.LxmlError, ValueError):
        return page, {}
    told: _Told = {}
    for note, label in _marked(root):
        for part in (note, *note.iter("p")):
            told[_key(part.text_content())] = (Kind.FOOTNOTE, mark(label))
    for caption in [*root.iter("figcaption", "caption")]:
        told[_key(caption.text_content())] = (Kind.CAPTION, "")
        figure = next(caption.iterancestors("figure"), None)
        if caption.tag == "figcaption" and figure is not None:
            caption.tag = "p"
            figure.addnext(caption)
    told.pop("", None)
    return html.tostring(root, encoding="unicode"), told


def _marked(root: Any) -> list[tuple[Any, str]]:
    """The notes that raised links point at, with their labels; each such link is now the mark of its note."""
    targets = {
        element.get("id"): element for element in root.iter("li", "p", "div", "dd", "aside") if element.get("id")
    }
    notes: dict[Any, str] = {}
    for link in root.xpath(_NOTE_LINKS):
        label = link.text_content().strip(" []()")
        note = targets.get(link.get("href")[1:])
        raised = link.getparent() if link.getparent().tag == "sup" else link
        if any(above in notes for above in link.iterancestors()):  # it leads back from a note
            raised.drop_tree()
        elif note is not None and label.isdigit():
            raised.tail = mark(notes.setdefault(note, label)) + (raised.tail or "")
            raised.drop_tree()
    return list(notes.items())


def _key(text: str) -> str:
    return tidy(text).rstrip(_BACK)


def _walk(parent: Any, kind: Kind) -> Iterator[tuple[Kind, str]]:
    """The blocks under an element; text beside a block inside the same element is a block of its own."""
    pieces: list[str] = [parent.text or ""]
    for child in parent:
        tag = child.tag
        if not isinstance(tag, str):
            pass
        elif tag in _INLINE:
            pieces.append(" " if tag == "lb" else "".join(child.itertext()))
        else:
            yield kind, "".join(pieces)
            pieces = []
            if tag == "table":
                yield from _rows(child)
            else:
                yield from _walk(child, _KINDS.get(tag, kind))
        pieces.append(child.tail or "")
    yield kind, "".join(pieces)


def _rows(table: Any) -> Iterator[tuple[Kind, str]]:
    rows = [row.findall("cell") for row in table.iter("row")]
    if all(len(cells) <= 1 for cells in rows):  # a box around text rather than a table
        for cells in rows:
            for cell in cells:
                yield from _walk(cell, Kind.PARAGRAPH)
        return
    for cells in rows:
        texts = (" ".join(text for _, text in _walk(cell, Kind.TABLE)) for cell in cells)
        yield Kind.TABLE, " | ".join(text for text in map(tidy, texts) if text)
