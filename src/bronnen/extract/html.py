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

from bronnen.errors import MissingError, NoTextError, UnreadableError
from bronnen.extract.plain import decoded, tidy
from bronnen.records import Kind

MAX_BYTES = 20 * 1024 * 1024
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_NOTE_MARKS = "//sup[.//a or parent::a]"  # 'm<sup>2</sup>' has no link, the mark of a note has
_INLINE = frozenset(("hi", "ref", "lb", "del", "span", "graphic"))
_KINDS = {"head": Kind.HEADING, "item": Kind.LIST}


def read_blocks(path: Path) -> list[tuple[Kind, str]]:
    """The blocks of the page's own text, in reading order; a table gives a block per row, cells joined by ' | '.

    Raises:
        MissingError: trafilatura is not installed.
        UnreadableError: the file is no web page, or larger than 20 MB.
        NoTextError: the page has no text of its own.
    """
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{path.name} is larger than 20 MB.", "Save the page without its pictures.")
    page = decoded(data, path.name, _declared(data))
    if page.lstrip()[:13].lower().startswith(("mime-version:", "from: <saved")):
        raise UnreadableError(f"{path.name} is a web archive (.mht).", "Save the page as 'web page, HTML only'.")
    body = _body(page, path)
    blocks = [] if body is None else [(kind, tidy(text)) for kind, text in _walk(body, Kind.PARAGRAPH)]
    told = _told_by_page(page) if any(text for _, text in blocks) else {}
    found = [(told.get(_key(text), kind), text.rstrip("↩\ufe0e ")) for kind, text in blocks if _key(text)]
    if not found:
        raise NoTextError(f"{path.name} has no text of its own.", "Save the page again from the browser, or as PDF.")
    return found


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
            'Run `uv sync --extra office` or `pip install "bronnen[office]"`.',
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


def _told_by_page(page: str) -> dict[str, Kind]:
    """The captions and linked notes of the page by their text; trafilatura's tree no longer tells them apart."""
    from lxml import etree, html  # type: ignore[import-untyped]

    try:
        root = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return {}
    told = {_key(element.text_content()): Kind.CAPTION for element in root.iter("figcaption", "caption")}
    links = root.xpath("//sup//a[starts-with(@href, '#')] | //a[starts-with(@href, '#')][parent::sup or sup]")
    targets = {link.get("href")[1:] for link in links if link.text_content().strip(" []()").isdigit()}
    for element in root.iter("li", "p", "div", "dd", "aside"):
        if element.get("id") in targets:
            for part in (element, *element.iter("p")):
                told[_key(part.text_content())] = Kind.FOOTNOTE
    told.pop("", None)
    return told


def _key(text: str) -> str:
    return tidy(text).rstrip("↩\ufe0e ")


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
