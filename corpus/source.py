"""The source form of the project's own documents, read exactly: every sentence, its labels and its place.

`corpus/README.md` describes the notation. A file goes in, a `Text` comes out; the typesetter, the builder of
`labels.jsonl` and the tests all read through here. This module never guesses: what it does not know is an error
that names the line. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn
from unicodedata import normalize

FOLDER = Path(__file__).parent
DOCUMENTS = FOLDER / "documenten"

LETTERS = {"E": "experiential", "P": "professional", "W": "scientific"}
REQUIRED = ("titel", "soort", "organisatie", "jaar", "licentie")
HINTS = {  # and what stands in for a hint that is not given; the typesetter's words
    "ondertitel": "",
    "kolommen": "1",
    "papier": "a4",
    "stijl": "nota",  # nota rapport verslag brief
    "letter": "libertinus",  # libertinus computer
    "punten": "10.5",
    "kop": "",  # running head
    "voet": "",  # running foot, before the page number
    "uitvullen": "ja",
    "zetten": "ja",  # nee: text only, no PDF
}
KINDS = ("heading", "paragraph", "list", "table", "caption", "footnote", "colophon")

_LABELS = re.compile(r"\s+\{([^{}]*)\}$")
_ONE_LABEL = re.compile(r"[EPW]\??")
_NOTE = re.compile(r"\[\^(\d+)\]")
_BLACK = re.compile(r"\[zwart:(\d+)\]")
_MARKUP = re.compile(r"\[\^(?P<note>\d+)\]|\[zwart:(?P<black>\d+)\]|(?P<style>\*\*|\*)")
_HEADING = re.compile(r"(#{1,4}) (.+)")
_ITEM = re.compile(r"(-|\d{1,2}\.|[a-z]\.) (.+)")
_DEFINITION = re.compile(r"\[\^(\d+)\]: (.+)")
_CAPTION = re.compile(r"((Figuur|Tabel|Grafiek|Kaart|Foto) \d+(\.\d+)*[:.]|Bron(nen)?:) .+")
_DIRECTIVE = re.compile(r"!(figuur|pagina|liggend|staand|kolommen|inhoud|wit)\b ?(.*)")
_RULE = re.compile(r"\|(\s*:?-+:?\s*\|)+")


class SourceError(ValueError):
    """A document that breaks the notation; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one look inside a sentence: words, a note mark or a blacked-out stretch."""

    text: str = ""
    bold: bool = False
    italic: bool = False
    note: str = ""  # the number of the footnote whose mark stands here
    black: int = 0  # width in letters of what was blacked out


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the source: what a reader sees of it, its labels, and its span in `Text.text`."""

    pieces: tuple[Piece, ...]
    labels: Mapping[str, str]  # 'experiential' -> 'used'; no key, no label
    line: int  # in the file, from 1
    start: int = 0
    end: int = 0

    @property
    def text(self) -> str:
        """The words without markup, note marks and blacked-out stretches; NFC, single spaces."""
        joined = "".join(piece.text for piece in self.pieces)
        return normalize("NFC", re.sub(r" +([.,;:)])", r"\1", re.sub(r" {2,}", " ", joined)).strip())

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(piece.note for piece in self.pieces if piece.note)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands together on the page. A list item and a table row are each a block of their own."""

    kind: str  # one of KINDS, as bronnen.records.Kind; '' for a directive
    sentences: tuple[Sentence, ...]
    level: int = 0  # of a heading, 1 to 4
    marker: str = ""  # of a list item ('-', '1.'), number of a footnote
    boxed: bool = False  # in a quotation or a box
    meta: bool = False  # a line of a letter's head
    header: bool = False  # the first row of a table
    cells: tuple[tuple[Piece, ...], ...] = ()  # of a table row
    directive: str = ""  # 'figuur', ...
    argument: str = ""
    start: int = 0
    end: int = 0

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Text:
    """A document: what its front matter says, its blocks in the source's order, and its plain text."""

    slug: str
    front: Mapping[str, str]
    blocks: tuple[Block, ...]  # directives too
    text: str = field(repr=False)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Everything that can carry a label, in order: sentences, headings, table rows, captions, footnotes."""
        return tuple(sentence for block in self.blocks for sentence in block.sentences)


def paths() -> list[Path]:
    """The sources of all documents, in the order of their names."""
    return sorted(DOCUMENTS.glob("*.md"))


def read(path: Path) -> Text:
    """The document in a file.

    Raises:
        SourceError: the file breaks the notation.
    """
    return parse(path.read_text(encoding="utf-8"), path.stem)


def parse(source: str, slug: str) -> Text:
    """The document in a string of the notation, with its plain text: blocks apart by an empty line, the sentences
    of a block by a space, the cells of a table row by a tab.

    Raises:
        SourceError: the string breaks the notation.
    """
    lines = source.split("\n")
    front, first = _front(lines, slug)
    reader = _Reader(slug)
    title = [Block("heading", (_sentence(slug, front["titel"], 1),), level=0)]
    if front["ondertitel"]:
        title.append(Block("paragraph", (_sentence(slug, front["ondertitel"], 1),), level=0, meta=True))
    for number, line in enumerate(lines[first:], start=first + 1):
        reader.take(line.rstrip(), number)
    reader.close()
    blocks, text = _placed([*title, *reader.blocks])
    _check_notes(slug, blocks)
    return Text(slug, front, tuple(blocks), text)


def unlabelled(source: str) -> str:
    """The same source without its labels and comments, for a labeller who must not see the first one's."""
    lines = [line for line in source.split("\n") if not line.startswith("%")]
    return "\n".join(_LABELS.sub("", line.rstrip()) for line in lines)


def _front(lines: list[str], slug: str) -> tuple[dict[str, str], int]:
    """The front matter with every hint filled in, and the index of the first line after it."""
    if not lines or lines[0].strip() != "---":
        _refuse(slug, 1, "a document begins with '---' and its front matter")
    front = dict(HINTS)
    seen: set[str] = set()
    for index, line in enumerate(lines[1:], start=1):
        if line.strip() == "---":
            missing = [key for key in REQUIRED if not front.get(key)]
            if missing:
                _refuse(slug, 1, f"the front matter lacks {', '.join(missing)}")
            return front, index + 1
        key, colon, value = line.partition(":")
        key = key.strip()
        if not colon or key not in (*REQUIRED, *HINTS) or key in seen:
            _refuse(slug, index + 1, f"'{line}' is no line of front matter, or its key comes twice")
        seen.add(key)
        front[key] = value.strip()
    _refuse(slug, 1, "the front matter does not end")


class _Reader:
    """Takes lines, collects blocks; holds the block that is still open."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.blocks: list[Block] = []
        self._open: Block | None = None
        self._in_table = False

    def take(self, line: str, number: int) -> None:
        if not line:
            self.close()
            self._in_table = False
        elif line.startswith("%"):
            return
        elif line.startswith("  "):
            if self._open is None or self._open.kind not in {"list", "footnote"}:
                _refuse(self.slug, number, "a line that is set in continues a list item or a footnote")
            self._go_on(self._one(line.strip(), number))
        elif line.startswith("|"):
            self._row(line, number)
        else:
            self._begin_or_go_on(line, number)

    def close(self) -> None:
        if self._open is not None:
            self.blocks.append(self._open)
        self._open = None

    def _begin_or_go_on(self, line: str, number: int) -> None:
        if found := _DIRECTIVE.fullmatch(line):
            self._alone(Block("", (), directive=found[1], argument=found[2].strip()))
        elif line.startswith(("!", "|", "\t", "```")):
            _refuse(self.slug, number, f"'{line[:20]}' is not part of the notation")
        elif found := _HEADING.fullmatch(line):
            self._alone(Block("heading", (self._one(found[2], number),), level=len(found[1])))
        elif found := _DEFINITION.fullmatch(line):
            self._begin(Block("footnote", (self._one(found[2], number),), marker=found[1]))
        elif found := _ITEM.fullmatch(line):
            self._begin(Block("list", (self._one(found[2], number),), marker=found[1]))
        elif line.startswith("= "):
            self._alone(Block("paragraph", (self._one(line[2:], number),), meta=True))
        elif line.startswith("~ "):
            self._same(Block("colophon", (self._one(line[2:], number),)))
        elif line.startswith("> # "):
            self._alone(Block("heading", (self._one(line[4:], number),), level=4, boxed=True))
        elif line.startswith("> - "):
            self._alone(Block("list", (self._one(line[4:], number),), marker="-", boxed=True))
        elif line == ">":
            self.close()
        elif line.startswith("> "):
            self._same(Block("paragraph", (self._one(line[2:], number),), boxed=True))
        elif self._open is None and _CAPTION.fullmatch(_LABELS.sub("", line)):
            self._begin(Block("caption", (self._one(line, number),)))
        elif self._open is not None and self._open.kind == "caption":
            self._go_on(self._one(line, number))
        else:
            self._same(Block("paragraph", (self._one(line, number),)))

    def _row(self, line: str, number: int) -> None:
        self.close()
        if _RULE.fullmatch(line):
            last = self.blocks[-1] if self.blocks else None
            if last is None or not last.cells or not self._in_table:
                _refuse(self.slug, number, "a table begins with its head")
            self.blocks[-1] = replace(last, header=True)
            return
        body = _LABELS.sub("", line)
        if not body.endswith("|"):
            _refuse(self.slug, number, "a table row ends with '|' (and its labels)")
        cells = tuple(_pieces(cell.strip()) for cell in body.strip("|").split("|"))
        last = self.blocks[-1] if self.blocks else None
        if self._in_table and last is not None and last.cells and len(last.cells) != len(cells):
            _refuse(self.slug, number, f"a row of {len(cells)} cells in a table of {len(last.cells)}")
        joined: list[Piece] = []
        for index, cell in enumerate(cells):
            joined += [Piece("\t")] if index else []
            joined += cell
        sentence = replace(self._one(line, number), pieces=tuple(joined))
        self.blocks.append(Block("table", (sentence,), cells=cells))
        self._in_table = True

    def _one(self, line: str, number: int) -> Sentence:
        return _sentence(self.slug, line, number)

    def _alone(self, block: Block) -> None:
        self.close()
        self.blocks.append(block)

    def _begin(self, block: Block) -> None:
        self.close()
        self._open = block

    def _same(self, block: Block) -> None:
        """Go on with the open block where it is of the same kind, else begin a new one."""
        last = self._open
        if last is not None and (last.kind, last.boxed) == (block.kind, block.boxed):
            self._go_on(block.sentences[0])
        else:
            self._begin(block)

    def _go_on(self, sentence: Sentence) -> None:
        assert self._open is not None
        self._open = replace(self._open, sentences=(*self._open.sentences, sentence))


def _sentence(slug: str, line: str, number: int) -> Sentence:
    labels: dict[str, str] = {}
    found = _LABELS.search(line)
    if found:
        tags = found[1].split(" ")
        letters = [tag[:1] for tag in tags]
        if not all(map(_ONE_LABEL.fullmatch, tags)) or letters != sorted(set(letters), key="EPW".index):
            _refuse(slug, number, f"'{{{found[1]}}}' is not E, P, W in that order, each with or without '?'")
        labels = {LETTERS[tag[0]]: "called_for" if tag.endswith("?") else "used" for tag in tags}
        line = line[: found.start()]
    sentence = Sentence(_pieces(line), labels, number)
    if not sentence.text or re.search(r"[{}]|\[\^|\[zwart", sentence.text):
        _refuse(slug, number, "nothing is left of the sentence, or a brace or mark that is not closed")
    return sentence


def _pieces(line: str) -> tuple[Piece, ...]:
    """The stretches of a line by their look.

    >>> [piece.text or piece.note for piece in _pieces("Een *schuin* woord.[^2]")]
    ['Een ', 'schuin', ' woord.', '2']
    """
    pieces: list[Piece] = []
    bold = italic = False
    at = 0
    for found in _MARKUP.finditer(line):
        if found.start() > at:
            pieces.append(Piece(line[at : found.start()], bold, italic))
        at = found.end()
        if found["note"]:
            pieces.append(Piece(note=found["note"]))
        elif found["black"]:
            pieces.append(Piece(black=int(found["black"])))
        elif found["style"] == "**":
            bold = not bold
        else:
            italic = not italic
    if at < len(line):
        pieces.append(Piece(line[at:], bold, italic))
    return tuple(pieces)


def _placed(blocks: list[Block]) -> tuple[list[Block], str]:
    """The blocks with their spans and those of their sentences, and the text they are spans of."""
    parts: list[str] = []
    placed: list[Block] = []
    at = 0
    for block in blocks:
        if not block.sentences:
            placed.append(replace(block, start=at, end=at))
            continue
        sentences: list[Sentence] = []
        for index, sentence in enumerate(block.sentences):
            gap = " " if index else "\n\n" if parts else ""
            text = sentence.text
            start = at + len(gap)
            at = start + len(text)
            parts += [gap, text]
            sentences.append(replace(sentence, start=start, end=at))
        placed.append(replace(block, sentences=tuple(sentences), start=sentences[0].start, end=at))
    return placed, "".join(parts)


def _check_notes(slug: str, blocks: list[Block]) -> None:
    """Footnotes are numbered from 1 in the order of their marks, and each has one mark and one text."""
    marks = [note for block in blocks for sentence in block.sentences for note in sentence.notes]
    texts = [block.marker for block in blocks if block.kind == "footnote"]
    wanted = [str(number) for number in range(1, len(marks) + 1)]
    if marks != wanted or sorted(texts, key=int) != wanted:
        _refuse(slug, 1, f"note marks {marks} and notes {texts}: both must be 1, 2, 3, ... once each")


def _refuse(slug: str, number: int, why: str) -> NoReturn:
    raise SourceError(f"{slug}.md, line {number}: {why}.")


def counts(text: Text) -> Iterator[tuple[str, str, int]]:
    """Per source and use the number of sentences of a document: ('experiential', 'used', 12), ..."""
    for source in LETTERS.values():
        for use in ("used", "called_for"):
            yield source, use, sum(sentence.labels.get(source) == use for sentence in text.sentences)
