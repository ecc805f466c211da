"""What a terminal gets to see: safe text, bars and tables, with colour where there is any and readable without.

Nothing from a document or a file name reaches the terminal with its control characters: they could move the cursor,
recolour the screen, or hide a name behind another.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING
from unicodedata import category

from bronnen.records import Labels, Source
from bronnen.taxonomy import looks, use_mark

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_PIPED_WIDTH = 140


def printable(text: str) -> str:
    r"""A name on one line, with everything that is no visible character or space as an escape.

    >>> printable("nota\x1b[31m\n.pdf")
    'nota\\x1b[31m\\n.pdf'
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else " " if category(character) == "Zs" else ascii(character)[1:-1]
        for character in text
    )


def readable(text: str) -> str:
    """Running text on one line: white space as single spaces, characters that do not show left out.

    >>> readable("de  raad\\n\\x1b[2Jbe\\u00adsluit")
    'de raad [2Jbesluit'
    """
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def console(stream: IO[str] | None = None) -> Console:
    """A rich console on stdout or the stream given, that takes text as it is; wide enough when it is no terminal."""
    from rich.console import Console

    file = stream or sys.stdout
    width = None if file.isatty() or "COLUMNS" in os.environ else _PIPED_WIDTH
    return Console(file=file, width=width, markup=False, emoji=False, highlight=False)


def put_csv(text: str) -> None:
    """Writes a table to stdout with its line ends as they are; Windows would make CR CR LF of them."""
    import click

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(newline="")
    click.echo(text, nl=False)


def bar(shares: Mapping[Source, float] | None, width: int) -> Text:
    """The three shares beside each other: letters in the colour of their source, `width` wide in all."""
    from rich.text import Text

    text = Text(no_wrap=True)
    if not shares:
        return text.append("-" * width)
    for source, length in cells(shares, width).items():
        look = looks()[source]
        text.append(look.letter * length, style=look.on_colour)
    return text


def cells(shares: Mapping[Source, float], width: int) -> dict[Source, int]:
    """How many of `width` cells each share gets: by largest remainder, so that they add up; a share above 0 gets one.

    >>> [*cells({Source.EXPERIENTIAL: 0.005, Source.PROFESSIONAL: 0.0, Source.SCIENTIFIC: 0.995}, 20).values()]
    [1, 0, 19]
    """
    exact = {source: shares.get(source, 0.0) * width for source in Source}
    found = {source: max(int(value), int(value > 0)) for source, value in exact.items()}
    while sum(found.values()) < width:
        source = max(Source, key=lambda source: exact[source] - found[source])
        found[source] += 1
    while sum(found.values()) > width:
        found[max(Source, key=lambda source: found[source])] -= 1
    return found


def tag(labels: Labels) -> str:
    """Labels as letters.

    >>> from bronnen.records import Use
    >>> tag({Source.EXPERIENTIAL: Use.USED, Source.SCIENTIFIC: Use.CALLED_FOR})
    'E W?'
    """
    return " ".join(looks()[source].letter + use_mark(labels[source]) for source in Source if source in labels)


def some(names: Sequence[str], most: int = 5) -> str:
    """The first of some names, and how many more there are."""
    told = ", ".join(printable(name) for name in names[:most])
    return told + (f" en nog {len(names) - most}" if len(names) > most else "")
