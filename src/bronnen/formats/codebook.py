"""What every column of every table means, in English and Dutch: written beside each export, and into the documentation.

`data/columns.tsv` has a line per column, or per figure with the two ends of its interval. In it `<source>` and `<use>`
stand for each source and use, and `table.column` for a column that means something else in that table.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from bronnen.formats import flat, tables
from bronnen.records import Source, Use

TABLES: Mapping[str, Sequence[str]] = {
    "balance": tables.BALANCE_COLUMNS,
    "sections": tables.SECTION_COLUMNS,
    "groups": tables.GROUP_COLUMNS,
    "failures": tables.FAILURE_COLUMNS,
    "duplicates": tables.DUPLICATE_COLUMNS,
    "warnings": tables.WARNING_COLUMNS,
    "passages": flat.PASSAGE_COLUMNS,
    "institutes": flat.INSTITUTE_COLUMNS,
    "heard": tables.HEARD_COLUMNS,
    "method": flat.METHOD_COLUMNS,
    "codebook": ("table", "column", "type", "unit", "meaning", "betekenis"),
}
"""All tables that bronnen writes, with their columns."""

_SOURCES = {  # in English and Dutch
    Source.EXPERIENTIAL: ("experiential knowledge", "ervaringskennis"),
    Source.PROFESSIONAL: ("professional knowledge", "professionele kennis"),
    Source.SCIENTIFIC: ("scientific knowledge", "wetenschappelijke kennis"),
}
_DOES = {  # of several passages, of one; in English and Dutch
    Use.USED: (("use {source}", "{source} gebruiken"), ("uses {source}", "{source} gebruikt")),
    Use.CALLED_FOR: (("call for {source}", "om {source} vragen"), ("calls for {source}", "om {source} vraagt")),
}
_ENDS = {
    "_low": ("lower end of the 95% interval of `{of}`", "ondergrens van het 95%-interval van `{of}`"),
    "_high": ("upper end of the 95% interval of `{of}`", "bovengrens van het 95%-interval van `{of}`"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds. `type`: 'text', 'integer' or 'number'; `unit` is empty where it is plain."""

    name: str
    type: str
    unit: str
    meaning: str
    betekenis: str


def column(table: str, name: str) -> Column | None:
    """What a column of a table means; None for one that bronnen does not know, such as one of the user's own."""
    known = _columns()
    return known.get(f"{table}.{name}") or known.get(name)


def codebook_rows(told: Mapping[str, Sequence[str]]) -> Iterator[dict[str, tables.Value]]:
    """A row per column of the given tables, with the columns of `TABLES['codebook']`.

    A column that bronnen does not know is one of the user's own: it is text, and nothing is said of it.
    """
    for table, names in told.items():
        for name in names:
            found = column(table, name) or Column(name, "text", "", "", "")
            yield dict(zip(TABLES["codebook"], (table, name, *astuple(found)[1:]), strict=True))


def write_codebook(path: Path, told: Mapping[str, Sequence[str]]) -> None:
    """Writes codebook.csv for the given tables, by name with their columns."""
    tables.write_csv(path, TABLES["codebook"], codebook_rows(told))


def markdown() -> str:
    """The table for docs/file-formats.md: a row per line of the data file."""
    lines = ["| column | type | unit | meaning |", "|---|---|---|---|"]
    for told in _lines():
        table, _, names = told.name.rpartition(".")
        said = ", ".join(f"`{name}`" for name in names.split(", ")) + (f" (of `{table}`)" if table else "")
        meaning = told.meaning.format(source="the source", does="use or call for it", does_one="uses or calls for it")
        lines.append(f"| {said} | {told.type} | {told.unit} | {meaning} |")
    return "\n".join(lines)


@lru_cache(maxsize=1)
def _lines() -> tuple[Column, ...]:
    text = files("bronnen").joinpath("data", "columns.tsv").read_text(encoding="utf-8")
    table = csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    next(table)
    return tuple(Column(*line) for line in table)


@lru_cache(maxsize=1)
def _columns() -> dict[str, Column]:
    """Every column by its name, or by 'table.name'."""
    found: dict[str, Column] = {}
    for line in _lines():
        table, dot, names = line.name.rpartition(".")
        for told in _each(replace(line, name=names)):
            of, *ends = told.name.split(", ")
            for name in (of, *ends):
                meanings = next((said for end, said in _ENDS.items() if ends and name.endswith(end)), None)
                meaning, betekenis = (one.format(of=of) for one in meanings or ("", ""))
                one = replace(told, name=name, meaning=meaning or told.meaning, betekenis=betekenis or told.betekenis)
                found[f"{table}{dot}{name}"] = one
    return found


def _each(line: Column) -> Iterator[Column]:
    """The line for every source and use that its name stands for."""
    for source in Source if "<source>" in line.name else (None,):
        for use in Use if "<use>" in line.name else (None,):
            yield Column(
                line.name.replace("<source>", source or "").replace("<use>", use or ""),
                line.type,
                line.unit,
                _said(line.meaning, source, use, 0),
                _said(line.betekenis, source, use, 1),
            )


def _said(text: str, source: Source | None, use: Use | None, language: int) -> str:
    if source is None:
        return text
    name = _SOURCES[source][language]
    does, does_one = (said[language].format(source=name) for said in _DOES[use]) if use else ("", "")
    return text.format(source=name, does=does, does_one=does_one)
