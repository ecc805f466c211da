"""Markdown (.md) and plain text (.txt) files to blocks of text.

Markdown says what is a heading and what a list; markdown-it-py reads it. Plain text does not, so `wrapped.py` tells it
from the form of the lines. Nothing here guesses an encoding beyond UTF-8, UTF-16 and Windows' cp1252.
"""

from __future__ import annotations

import codecs
import contextlib
import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bronnen.errors import NoTextError, UnreadableError
from bronnen.extract.marks import mark
from bronnen.extract.wrapped import blocks_of
from bronnen.records import Kind

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

MAX_BYTES = 50 * 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHERS = (
    (b"%PDF-", "a PDF", "Give it the suffix .pdf."),
    (b"PK\x03\x04", "a zip file or an office document", "Give it its own suffix: .docx or .odt."),
    (b"\xd0\xcf\x11\xe0", "an old Word, Excel or PowerPoint file", "Open it and save it as .docx."),
    (b"{\\rtf", "an RTF file", "Open it and save it as .docx."),
    (b"\x89PNG", "a picture", "Run OCR on it first."),
    (b"\xff\xd8\xff", "a picture", "Run OCR on it first."),
)
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_NOTE = re.compile(r"\[\^([^\]\s]{1,60})\]:[ \t]*(.*)")
_NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,60})\]")
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_WEB_ENCODINGS = re.compile(r"iso-8859-\d{1,2}|windows-125\d|cp125\d|macintosh|koi8-[ru]")


def read_blocks(data: bytes, path: Path) -> list[tuple[Kind, str]]:
    """The blocks of a .md or .txt file in reading order.

    Raises:
        UnreadableError: the file is binary, something else than text, or larger than 50 MB.
        NoTextError: there is no text in it.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{path.name} is larger than 50 MB.", "Split it into one file per document.")
    text = decoded(data, path.name)
    if path.suffix.lower() in (".md", ".markdown"):
        blocks = list(_markdown_blocks(text))
    else:
        if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
            raise UnreadableError(f"{path.name} is a web page.", "Give it the suffix .html.")
        blocks = blocks_of(text)
    found = [(kind, said) for kind, said in ((kind, tidy(said)) for kind, said in blocks) if said]
    if not found:
        raise NoTextError(f"{path.name} has no text in it.", "Check that it is the right file.")
    return found


def tidy(text: str) -> str:
    """The text with single spaces, without characters that nobody sees.

    >>> tidy("  be\\u00adleid \\n van\\u00a0nu ")
    'beleid van nu'
    """
    seen = text.translate(_UNSEEN)
    return " ".join("".join(char if char >= " " and not "\x7f" <= char <= "\x9f" else " " for char in seen).split())


def decoded(data: bytes, name: str, declared: str = "") -> str:
    """The text of a file's bytes, with '\\n' between lines.

    A byte order mark decides; else UTF-8 where it fits, then the `declared` encoding, then cp1252.

    Raises:
        UnreadableError: the bytes are of another kind of file, or no text at all.
    """
    for head, what, next_step in _OTHERS:
        if data.startswith(head):
            raise UnreadableError(f"{name} is {what}, whatever its name says.", next_step)
    for opening, encoding in _MARKS:
        if data.startswith(opening):
            text = data.decode(encoding, errors="replace")
            break
    else:
        text = _unmarked(data, declared)
    controls = sum(char < " " and char not in "\t\n\r\f\v\x07\x1a\x02" for char in text)
    if "\0" in text or controls > len(text) // 100 or text.count("\ufffd") > len(text) // 10:
        raise UnreadableError(f"{name} is not text.", "Check what it is; if it is text, save it as UTF-8.")
    return re.sub(r"\r\n?|[\x85\u2028\u2029\v]", "\n", text)


def _unmarked(data: bytes, declared: str) -> str:
    encodings = ["utf-8", "cp1252"]
    if _WEB_ENCODINGS.fullmatch(declared.lower()) and declared.lower() != "iso-8859-1":  # browsers read that as cp1252
        encodings.insert(1, declared)
    for encoding in encodings:
        with contextlib.suppress(LookupError, UnicodeError):
            return data.decode(encoding)
    return data.decode("cp1252", errors="replace")


# ------------------------------------------------------------------------------------------------------- markdown


def _markdown_blocks(text: str) -> Iterator[tuple[Kind, str]]:
    """The blocks that the tokens tell; a note comes after the first block that has its mark."""
    found = list(_token_blocks(_parser().parse(_FRONT_MATTER.sub("", text.lstrip("\ufeff"), count=1))))
    notes = {name: said for _, said, name in found if name}
    marked = {label for _, said, name in found if not name for label in _NOTE_MARK.findall(said)}
    given: set[str] = set()
    for kind, said, name in found:
        if name:
            if name not in marked:
                yield kind, said
            continue
        yield kind, _NOTE_MARK.sub(lambda found: mark(found[1]) if found[1] in notes else found[0], said)
        for label in _NOTE_MARK.findall(said):
            if label in notes and label not in given:
                given.add(label)
                yield Kind.FOOTNOTE, mark(label) + notes[label]


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.block.ruler.before("reference", "note", _note_rule, {"alt": ["paragraph", "reference"]})
    return parser


def _note_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Reads '[^1]: the text of a note', with the indented lines below it; CommonMark has no notes of its own."""
    found = _NOTE.match(state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]])
    if not found or state.is_code_block(start):
        return False
    if silent:
        return True
    lines = [found[2]]
    line = start + 1
    while line < end and not state.isEmpty(line) and state.sCount[line] > state.blkIndent:
        lines.append(state.src[state.bMarks[line] : state.eMarks[line]].strip())
        line += 1
    token = state.push("inline", "", 0)
    token.content, token.children, token.info, token.map = "\n".join(lines), [], found[1], [start, line]
    state.line = line
    return True


def _token_blocks(tokens: Sequence[Token]) -> Iterator[tuple[Kind, str, str]]:
    """Kind, text, and the name of the note that the block is, if it is one."""
    in_list = 0
    in_heading = False
    row: list[str] | None = None
    for token in tokens:
        if token.type in ("list_item_open", "list_item_close"):
            in_list += token.nesting
        elif token.type in ("heading_open", "heading_close"):
            in_heading = token.nesting > 0
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield Kind.TABLE, " | ".join(cell for cell in map(tidy, row) if cell), ""
            row = None
        elif token.type == "inline":
            said = _inline(token.children or [])
            if row is not None:
                row.append(said)
            elif token.info:
                yield Kind.FOOTNOTE, said, token.info
            else:
                yield Kind.HEADING if in_heading else Kind.LIST if in_list else Kind.PARAGRAPH, said, ""
        elif token.type in ("fence", "code_block"):
            yield Kind.PARAGRAPH, token.content, ""
        elif token.type == "html_block":
            for line in _without_tags(token.content).splitlines():
                yield Kind.PARAGRAPH, line, ""


def _inline(children: Sequence[Token]) -> str:
    pieces: list[str] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
        elif child.type == "html_inline":
            pieces.append(" " if child.content.lower().startswith("<br") else "")
        elif child.type != "image":
            pieces.append(child.content)
    return "".join(pieces)


def _without_tags(markup: str) -> str:
    text = _HIDDEN.sub(" ", markup)
    text = re.sub(r"</t[dh]>\s*(?=<t[dh])", " | ", text, flags=re.IGNORECASE)
    text = re.sub(r"\n", " ", text)
    text = re.sub(r"<br[^>]*>|</(?:p|tr|li|div|h[1-6]|blockquote|caption)>", "\n", text, flags=re.IGNORECASE)
    return html.unescape(_TAG.sub("", text))
