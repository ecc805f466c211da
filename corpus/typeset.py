"""Sets the project's documents as PDFs with the layout that real policy documents have.

Text and labels come from the sources; what is written to `waarheid/<slug>.json` is the text that is known
to stand on its pages, in reading order. The same sources and version of typst give the same bytes: fixed dates, typst's
own embedded fonts, no system font. Needs the dependency group `typeset`:

    python -m uv run --group typeset python corpus/typeset.py [slug ...]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import source
from source import Block, Piece, Sentence, Text

EXAMPLES = source.FOLDER / "voorbeelden"
TRUTHS = source.FOLDER / "waarheid"
LAST = -1  # the number of the mark at the very end
TIMESTAMP = 1_767_225_600  # 1 January 2026; in the file instead of the moment of making
FONTS = {"libertinus": "Libertinus Serif", "computer": "New Computer Modern"}
MARGINS = {
    "nota": "(x: 2.6cm, top: 2.8cm, bottom: 2.6cm)",
    "rapport": "(x: 1.9cm, top: 2.5cm, bottom: 2.2cm)",
    "verslag": "(left: 2.5cm, right: 3.2cm, y: 2.4cm)",
    "brief": "(left: 2.9cm, right: 4.6cm, top: 3.4cm, bottom: 2.2cm)",
}
BULLETS = {"nota": "•", "rapport": "–", "verslag": "-", "brief": "•"}
HEADING_SIZES = ((1, 1.35), (2, 1.12), (3, 1.0), (4, 0.95))
COLOURS = {"nota": "#154273", "rapport": "#7a3b1e", "verslag": "#000000", "brief": "#000000"}

PRELUDE = """
#let plek(nummer) = context [#metadata((nummer, here().page()))<plek>]
#let zwart(breedte) = box(fill: black, width: breedte * 0.52em, height: 0.85em, baseline: 0.12em)
#let punt(teken, inhoud) = block(above: 0.65em, below: 0.65em,
  grid(columns: (1.5em, 1fr), column-gutter: 0.2em, teken, inhoud))
#let kader(inhoud) = block(width: 100%, fill: luma(242), stroke: (left: 2.5pt + kleur), inset: 9pt, radius: 1pt,
  above: 1.1em, below: 1.1em, { set par(first-line-indent: 0pt, justify: false); set text(hyphenate: false); inhoud })
#let staven(..paren) = block(above: 1.2em, below: 0.8em, width: 100%, breakable: false, {
  let hoogste = calc.max(..paren.pos().map(paar => paar.at(1)))
  set par(first-line-indent: 0pt); set text(size: 0.8em)
  align(center, grid(columns: paren.pos().len(), column-gutter: 1.2em, row-gutter: 0.5em, align: bottom + center,
    ..paren.pos().map(paar => str(paar.at(1))),
    ..paren.pos().map(paar => rect(width: 2.6em, height: 6.5em * paar.at(1) / hoogste + 1pt, fill: kleur.lighten(35%))),
    ..paren.pos().map(paar => paar.at(0))))
})
#let kop(niveau, inhoud) = block(sticky: true, above: (1.9em, 1.5em, 1.3em, 1.1em).at(niveau - 1), below: 0.75em, {
  set par(first-line-indent: 0pt, justify: false); set text(hyphenate: false)
  heading(level: niveau, outlined: true, inhoud)
})
#let regel(inhoud) = block(above: 0.55em, below: 0.55em, { set par(first-line-indent: 0pt, justify: false); inhoud })
#let lijst(inhoud) = block(above: 0.75em, below: 1.05em, inhoud)
#let onderschrift(plakt, inhoud) = block(sticky: plakt, above: 1em, below: if plakt { 0.7em } else { 1.2em }, {
  set par(first-line-indent: 0pt, justify: false); set text(size: 0.87em, style: "italic"); inhoud })
#let colofon(inhoud) = block(above: 2em, {
  set par(first-line-indent: 0pt); set text(size: 0.8em, fill: luma(70)); inhoud })
"""


def written(text: Text) -> str:
    """The document in typst's language."""
    return "\n".join([_page(text), _title(text), *_body(text), f"#plek({LAST})"]) + "\n"


def rendered(text: Text) -> tuple[bytes, dict[str, Any]]:
    """The bytes of the PDF, and the truth about it: what `waarheid/<slug>.json` holds.

    Raises:
        ModuleNotFoundError: typst is not installed.
    """
    import typst  # type: ignore[import-not-found,unused-ignore]

    code = written(text).encode("utf-8")
    pdf = typst.compile(code, format="pdf", ignore_system_fonts=True, timestamp=TIMESTAMP)
    found = json.loads(typst.query(code, "<plek>", field="value", ignore_system_fonts=True))
    return pdf, _truth(text, dict(found))


def write(texts: Iterable[Text], folder: Path) -> list[Path]:
    """The PDFs written to the folder; what is known to stand in each goes to `waarheid/`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for text in texts:
        pdf, truth = rendered(text)
        path = folder / f"{text.slug}.pdf"
        path.write_bytes(pdf)
        lines = json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
        (TRUTHS / f"{path.stem}.json").write_text(lines, encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


def _truth(text: Text, pages: dict[int, int]) -> dict[str, Any]:
    """Blocks in the order of reading: per page what begins on it, then the footnotes on it."""
    blocks = []
    for number, block in enumerate(text.blocks):
        if not block.sentences:
            continue
        blocks.append(
            {
                "kind": block.kind,
                "page": pages[number],
                "text": block.text.replace("\t", " "),
                "sentences": [sentence.text.replace("\t", " ") for sentence in block.sentences],
                "start": block.start,
                "end": block.end,
                "level": block.level,
                "marker": _marker(text, block),
                "boxed": block.boxed,
                "cells": ["".join(piece.text for piece in cell) for cell in block.cells],
                "notes": [note for sentence in block.sentences for note in sentence.notes],
            }
        )
    blocks.sort(key=lambda block: (block["page"], block["kind"] == "footnote"))
    front = text.front
    letter = front["stijl"] == "brief" and front["kop"]
    return {
        "slug": text.slug,
        "pages": max(pages.values()),
        "columns": int(front["kolommen"]),
        "running": [line for line in (front["organisatie"] if letter else "", front["kop"], front["voet"]) if line],
        "blocks": blocks,
    }


def _marker(text: Text, block: Block) -> str:
    return BULLETS[text.front["stijl"]] if block.marker == "-" else block.marker


def _page(text: Text) -> str:
    """Paper, fonts, running head and foot."""
    front = text.front
    style = front["stijl"]
    colour = f'rgb("{COLOURS[style]}")'
    heads = {
        "nota": "[#set text(size: 0.8em, fill: luma(90)); #h(1fr) #lopend]",
        "rapport": "[#set text(size: 0.8em); #stack(spacing: 0.4em, lopend, line(length: 100%, stroke: 0.4pt))]",
        "verslag": "none",
        "brief": "context [#set text(size: 0.75em); #set par(justify: false); "
        "#place(dx: 100% + 0.6cm, dy: 1.6cm, box(width: 3.4cm)["
        "#strong(uitgever) #linebreak() #lopend #v(0.4em) "
        "Pagina #counter(page).display() van #counter(page).final().first()])]",
    }
    feet = {
        "nota": "context [#set text(size: 0.8em); #voet #h(1fr) "
        "#counter(page).display() / #counter(page).final().first()]",
        "rapport": "context [#set text(size: 0.8em); #voet #h(1fr) #counter(page).display()]",
        "verslag": "context align(center)[#set text(size: 0.85em); "
        '#voet #linebreak() #"- " #counter(page).display() #" -"]',
        "brief": "none",
    }
    points = float(front["punten"])
    justify = "true" if front["uitvullen"] == "ja" else "false"
    indent = "1.2em" if style == "rapport" else "0pt"
    spacing = "0.65em" if style == "rapport" else "1.05em"
    return "\n".join(
        [
            f"#let kleur = {colour}",
            f"#let lopend = [{_string(front['kop'])}]",
            f"#let uitgever = [{_string(front['organisatie'])}]",
            f"#let voet = [{_string(front['voet'])}]",
            PRELUDE.strip(),
            f"#set document(title: {_literal(front['titel'])}, author: {_literal(front['organisatie'])}, "
            f"date: datetime(year: {int(front['jaar'])}, month: 1, day: 1))",
            f'#set page(paper: "{front["papier"]}", margin: {MARGINS[style]}, columns: {int(front["kolommen"])}, '
            f"header: {heads[style] if front['kop'] else 'none'}, footer: {feet[style]})",
            f'#set text(font: "{FONTS[front["letter"]]}", size: {points}pt, lang: "nl", hyphenate: true)',
            f"#set par(justify: {justify}, first-line-indent: {indent}, spacing: {spacing}, leading: 0.62em)",
            "#set footnote.entry(separator: line(length: 28%, stroke: 0.5pt), gap: 0.45em)",
            "#show footnote.entry: set text(size: 0.92em)",
            "#show heading: set text(fill: kleur)",
            *(f"#show heading.where(level: {n}): set text(size: {points * size:.2f}pt)" for n, size in HEADING_SIZES),
            "#show heading: set block(above: 0pt, below: 0pt)",
        ]
    )


def _title(text: Text) -> str:
    """The title and what stands under it; over all columns where there are more."""
    size = "1.2em" if text.front["stijl"] == "brief" else "1.7em"
    lines = []
    for number, block in enumerate(text.blocks[:2]):
        if _is_title(number, text):
            look = f'size: {size}, weight: "bold"' if number == 0 else "size: 1.05em"
            lines.append(
                f"#block(below: 0.9em)[#set text({look}, hyphenate: false); "
                "#set par(justify: false, first-line-indent: 0pt, leading: 0.5em); "
                f"#plek({number}){_inline(block.sentences, {})}]"
            )
    if text.front["kolommen"] == "1":
        return "\n".join(lines)
    lines.append("#line(length: 100%, stroke: 0.8pt + kleur)")
    return '#place(top, scope: "parent", float: true, clearance: 1.6em)[\n' + "\n".join(lines) + "\n]"


def _is_title(number: int, text: Text) -> bool:
    return number == 0 or (number == 1 and bool(text.front["ondertitel"]))


def _body(text: Text) -> list[str]:
    """Every block after the title, boxes and tables taken together."""
    notes = {block.marker: (number, block) for number, block in enumerate(text.blocks) if block.kind == "footnote"}
    numbered = [
        (number, block)
        for number, block in enumerate(text.blocks)
        if block.kind != "footnote" and not _is_title(number, text)
    ]
    after = {number: text.blocks[number + 1] for number, _ in numbered if number + 1 < len(text.blocks)}
    parts: list[str] = []
    for form, group in groupby(numbered, key=lambda entry: _form(entry[1])):
        blocks = list(group)
        if form == "table":
            parts += [_table(text, rows, notes) for rows in _tables(blocks)]
            continue
        lines = "\n".join(_block(text, number, block, notes, after.get(number)) for number, block in blocks)
        opening, closing = {"box": ("#kader[", "]"), "list": ("#lijst[", "]"), "meta": ("", "#v(0.8em)")}.get(
            form, ("", "")
        )
        parts += [opening, lines, closing]
    return parts


def _form(block: Block) -> str:
    """What neighbouring blocks have to share to be set together."""
    if block.boxed:
        return "box"
    if block.cells:
        return "table"
    if block.meta:
        return "meta"
    return "list" if block.kind == "list" else ""


def _block(text: Text, number: int, block: Block, notes: dict[str, tuple[int, Block]], after: Block | None) -> str:
    if block.directive:
        return _directive(block)
    body = f"#plek({number}){_inline(block.sentences, notes)}"
    if block.kind == "heading":
        return f"#kop({block.level}, [{body}])"
    if block.kind == "list":
        return f"#punt({_literal(_marker(text, block))}, [{body}])"
    if block.kind == "caption":
        before_table = "true" if after is not None and after.cells else "false"
        return f"#onderschrift({before_table}, [{body}])"
    if block.kind == "colophon":
        return f"#colofon[{body}]"
    if block.meta:
        return f"#regel[{body}]"
    return f"\n{body}\n"


def _directive(block: Block) -> str:
    if block.directive == "figuur":
        kind, _, pairs = block.argument.partition(":")
        if kind != "staven":
            raise source.SourceError(f"'!figuur {block.argument}': only 'staven: naam=getal; ...' is drawn.")
        bars = [pair.rpartition("=") for pair in pairs.split(";")]
        return "#staven(" + ", ".join(f"({_literal(name.strip())}, {float(n):g})" for name, _, n in bars) + ")"
    written = {
        "pagina": "#pagebreak(weak: true)",
        "wit": "#v(1.5em)",
        "inhoud": '#outline(title: "Inhoud", indent: 1em)',
        "liggend": "#set page(flipped: true)",
        "staand": "#set page(flipped: false)",
        "kolommen": f"#set page(columns: {block.argument or 1})",
    }
    return written[block.directive]


def _tables(blocks: Sequence[tuple[int, Block]]) -> list[list[tuple[int, Block]]]:
    """Rows that stand together, cut before every head but the first."""
    tables: list[list[tuple[int, Block]]] = []
    for entry in blocks:
        if entry[1].header or not tables:
            tables.append([])
        tables[-1].append(entry)
    return tables


def _table(text: Text, rows: Sequence[tuple[int, Block]], notes: dict[str, tuple[int, Block]]) -> str:
    strokes = {
        "nota": "(x, y) => (bottom: 0.4pt + luma(120), top: if y == 0 { 0.8pt })",
        "rapport": "(x, y) => (top: if y < 2 { 0.7pt }, bottom: 0.3pt + luma(160))",
        "verslag": "0.5pt",
        "brief": "0.4pt + luma(100)",
    }
    width = len(rows[0][1].cells)
    lengths = [max(len("".join(p.text for p in block.cells[c])) for _, block in rows) for c in range(width)]
    columns = ", ".join(f"{max(8, min(length, 60))}fr" for length in lengths)
    cells = []
    for number, block in rows:
        row = []
        for column, cell in enumerate(block.cells):
            body = (f"#plek({number})" if column == 0 else "") + _pieces(cell, notes)
            row.append(f"[*{body}*]" if block.header else f"[{body}]")
        cells.append(f"table.header({', '.join(row)})" if block.header else ", ".join(row))
    return (
        "#block(above: 1em, below: 1.2em, width: 100%, {\n"
        "set par(first-line-indent: 0pt, justify: false); set text(size: 0.9em, hyphenate: true)\n"
        f"table(columns: ({columns},), inset: (x: 5pt, y: 4.2pt), stroke: {strokes[text.front['stijl']]},\n"
        + ",\n".join(cells)
        + ")\n})"
    )


def _inline(sentences: Sequence[Sentence], notes: dict[str, tuple[int, Block]]) -> str:
    """Sentences after each other; one that begins with a dash, a speaker's name, on a line of its own."""
    parts = [_pieces(sentence.pieces, notes) for sentence in sentences]
    gaps = ["", *("#linebreak();" if sentence.text.startswith("—") else '#" ";' for sentence in sentences[1:])]
    return "".join(gap + part for gap, part in zip(gaps, parts, strict=True))


def _pieces(pieces: Sequence[Piece], notes: dict[str, tuple[int, Block]]) -> str:
    """Pieces as typst markup in which every text is a string, so that nothing of it is read as markup."""
    parts = []
    for piece in pieces:
        if piece.note:
            number, block = notes[piece.note]
            parts.append(f"#footnote[#plek({number}){_inline(block.sentences, notes)}]")
        elif piece.black:
            parts.append(f"#zwart({piece.black})")
        else:
            part = _string(piece.text)
            part = f"#emph[{part}]" if piece.italic else part
            parts.append(f"#strong[{part}]" if piece.bold else part)
    return "".join(parts)


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _string(text: str) -> str:
    return f"#{_literal(text)};" if text else ""


def main() -> int:
    paths = {path.stem: path for path in source.paths()}
    unknown = set(sys.argv[1:]) - set(paths)
    if unknown:
        print(f"No such document: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    texts = [source.read(paths[slug]) for slug in sys.argv[1:] or paths]
    for path in write((text for text in texts if sys.argv[1:] or text.front["zetten"] == "ja"), EXAMPLES):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
