"""`bronnen search`: passages in a store by their words and labels."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import combining, normalize

import click

from bronnen.cli.choices import FORMATS, SOURCES, USES
from bronnen.errors import UsageError
from bronnen.records import Source, Use

if TYPE_CHECKING:
    from bronnen.store import Hit

_SNIPPET = 240  # characters


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("words", default="")
@click.option("--source", type=click.Choice(SOURCES), help="Only passages that carry this source.")
@click.option("--use", type=click.Choice(USES), help="Only with this use of a source.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many passages at most.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def search(folder: Path, words: str, source: str | None, use: str | None, limit: int, form: str) -> None:
    """Find passages in a store by their words and labels.

    Prints the passages in the store in DIR with all of WORDS, the best match first. Capitals and accents make no
    difference. Put a phrase in double quotes, and a star behind the beginning of a word:
    'ervaring* "uit onderzoek blijkt"'. Without WORDS, all passages with the label that is asked for.
    """
    from bronnen.cli.screen import put_csv
    from bronnen.extract import openable
    from bronnen.store import Store, match_of

    if not match_of(words) and (words.strip() or not (source or use)):
        raise UsageError("There is no word to look for.", "Give words, or --source or --use.")
    with Store(openable(folder)) as store:
        found = store.search(words, Source(source) if source else None, Use(use) if use else None)
        hits = list(islice(found, limit))
    if form == "json":
        click.echo(json.dumps([_record(hit) for hit in hits], ensure_ascii=True, indent=1))
    elif form == "csv":
        put_csv(_csv(hits))
    else:
        _print(hits, words)
    if not hits:
        click.echo("Nothing found.", err=True)


def snippet(text: str, words: str, most: int = _SNIPPET) -> tuple[str, list[tuple[int, int]]]:
    """A piece of the text, on one line, around the first word that was sought, and where those words stand in it.

    >>> snippet("Volgens de cliënten gaat het goed.", "clienten")
    ('Volgens de cliënten gaat het goed.', [(11, 19)])
    """
    from bronnen.cli.screen import readable

    line = readable(text)
    sought = [(_folded(word.rstrip("*")), word.endswith("*")) for word in re.findall(r"\w+\*?", words)]
    spans = [
        found.span()
        for found in re.finditer(r"\w+", line)
        if any(_folded(found[0]) == word or (open_ and _folded(found[0]).startswith(word)) for word, open_ in sought)
    ]
    if len(line) <= most:
        return line, spans
    first = max(0, spans[0][0] - most // 3) if spans else 0
    start = line.rfind(" ", 0, first + 1) + 1 if first else 0
    end = len(line) if start + most >= len(line) else max(line.rfind(" ", start, start + most), start + most // 2)
    before, after = "... " if start else "", " ..." if end < len(line) else ""
    shift = len(before) - start
    kept = [(a + shift, b + shift) for a, b in spans if start <= a and b <= end]
    return f"{before}{line[start:end]}{after}", kept


def _folded(word: str) -> str:
    return "".join(sign for sign in normalize("NFD", word.casefold()) if not combining(sign))


def _record(hit: Hit) -> dict[str, Any]:
    return {
        "document": hit.document_id,
        "name": hit.name,
        "path": hit.path,
        "page": hit.page,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "kind": hit.passage.kind,
        "heading": hit.passage.heading,
        "text": hit.text,
        "labels": dict(hit.labels),
    }


def _csv(hits: Sequence[Hit]) -> str:
    from bronnen.formats.tables import csv_text

    columns = ["document", "name", "path", "page", "start", "end", "kind", "heading", "text", *SOURCES]
    rows = ({**dict.fromkeys(SOURCES, ""), **record, **record["labels"]} for record in map(_record, hits))
    return csv_text(columns, rows)


def _print(hits: Sequence[Hit], words: str) -> None:
    from rich.text import Text

    from bronnen.cli.screen import console, printable, tag
    from bronnen.taxonomy import looks

    screen = console()
    for hit in hits:
        head = Text(printable(hit.name), style="bold")
        head.append(f", p. {hit.page}" if hit.page else "", style="")
        for source in Source:
            if source in hit.labels:
                head.append("  ")
                head.append(f"[{tag({source: hit.labels[source]})}]", style=looks()[source].on_colour)
        screen.print(head, soft_wrap=True)
        piece, spans = snippet(hit.text, words)
        body = Text(piece)
        for start, end in spans:
            body.stylize("bold underline", start, end)
        screen.print(body, soft_wrap=not screen.is_terminal)
        screen.print()
