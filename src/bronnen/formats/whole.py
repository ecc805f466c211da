"""A whole report as one JSON object, for programs; written as it comes, so that 50,000 passages take little memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bronnen.formats import replacing, tables, without_surrogates
from bronnen.formats.codebook import TABLES, codebook_rows

Rows = Iterable[Mapping[str, Any]]

_TABLES = ("balance", "sections", "groups", "passages", "institutes", "failures")


def write_report_json(
    path: Path,
    made_with: Mapping[str, Any],
    *,
    balance: Rows = (),
    sections: Rows = (),
    groups: Rows = (),
    passages: Rows = (),
    heard: Rows = (),
    failures: Rows = (),
) -> None:
    """Writes a report with the keys `made_with`, those given, and `documented`: the codebook of all columns.

    Every row is on a line of its own. `passages` are flat rows or those of passages.jsonl; none is kept.

    Raises:
        ValueError: a figure is not a number (NaN).
    """
    parts: dict[str, Rows] = {
        "balance": balance,
        "sections": sections,
        "groups": groups,
        "passages": passages,
        "heard": heard,
        "failures": failures,
        "documented": codebook_rows({name: TABLES[name] for name in _TABLES}),
    }
    with replacing(path) as stream:

        def say(text: str) -> None:
            stream.write(without_surrogates(text).encode())

        say('{\n"made_with": ' + tables.json_line(made_with))
        for name, rows in parts.items():
            say(f',\n"{name}": [')
            between = "\n"
            for row in rows:
                say(between + tables.json_line(row))
                between = ",\n"
            say("\n]")
        say("\n}\n")
