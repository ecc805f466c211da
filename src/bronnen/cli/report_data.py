"""A report for programs and spreadsheets: the rows of its tables, and the files they are written to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from bronnen import __version__
from bronnen.cli.outputs import group_rows
from bronnen.dossier import Dossier
from bronnen.formats import flat, tables, workbook
from bronnen.formats.links import page_link
from bronnen.heard import counted, heard_rows
from bronnen.records import Source
from bronnen.report.facts import About
from bronnen.settled import weighed


def _rows(dossier: Dossier, about: About, language: str, here: Path) -> dict[str, Iterator[tables.Row]]:
    """The rows of every table, made when they are asked for."""
    return {
        "balance": _balance_rows(dossier),
        "sections": (
            tables.section_row(one.document, number, chapter.heading, chapter.balance)
            for one in dossier.documents
            for number, chapter in enumerate(one.chapters, start=1)
        ),
        "groups": group_rows(dossier.groups),
        "passages": _passage_rows(dossier, about, language, here),
        "heard": (row for one in dossier.documents for row in heard_rows(one.document, one.mentions)),
        "failures": (tables.failure_row(failure) for failure in about.failures),
    }


def _passage_rows(dossier: Dossier, about: About, language: str, here: Path) -> Iterator[tables.Row]:
    for one in dossier.documents:
        page_of, text = tables.page_numbers(one.document), one.document.text
        is_there = one.document.id in about.links
        for labelled in one.passages:
            page = page_of(labelled.passage.start)
            told = (weighed(labelled, source, text, language) for source in Source if source in labelled.labels)
            reasons = "; ".join(dict.fromkeys(line for lines in told for line in lines))
            row = flat.flat_passage_row(one.document, labelled, page, reasons, by_people=bool(labelled.by_people))
            yield {**row, workbook.LINK: page_link(one.document.path, page, here) if is_there else None}


def _institutes(dossier: Dossier) -> Iterator[tables.Row]:
    for count in counted(one.mentions for one in dossier.documents):
        yield {
            "bearer": count.name,
            "kind": count.kind.value,
            "source": count.source.value,
            "use": count.use.value,
            "documents": count.documents,
            "passages": count.passages,
        }


def _method(dossier: Dossier, about: About) -> dict[str, tables.Value]:
    """How the figures came about: keys and values."""
    makers = {one.made_with for one in dossier.documents}
    return {
        "bronnen": __version__,
        "scanned": about.date,
        "models": ", ".join(sorted({one.model for one in makers})),
        "language": ", ".join(sorted({one.language for one in makers})),
        "settings": json.dumps(asdict(dossier.settings)),
        "balance": dossier.documents[0].balance.method,
        "intervals": "95%",
    }


def write_workbook(dossier: Dossier, about: About, language: str, out: Path) -> None:
    rows = _rows(dossier, about, language, out.parent)
    method = [{"key": key, "value": value} for key, value in _method(dossier, about).items()]
    sheets: workbook.Sheets = {
        "balance": (_balance_columns(dossier), rows["balance"]),
        "sections": (tables.SECTION_COLUMNS, rows["sections"]),
        "groups": (tables.GROUP_COLUMNS, rows["groups"]),
        "passages": (flat.PASSAGE_COLUMNS, rows["passages"]),
        "institutes": (flat.INSTITUTE_COLUMNS, _institutes(dossier)),
        "failures": (tables.FAILURE_COLUMNS, rows["failures"]),
        "method": (flat.METHOD_COLUMNS, method),
    }
    workbook.write_workbook(out, sheets)


def write_tables(dossier: Dossier, about: About, language: str, out: Path, form: str) -> None:
    """A folder with a file per table, and the codebook of their columns."""
    from bronnen.formats.codebook import TABLES, write_codebook
    from bronnen.formats.parquet import write_parquet

    out.mkdir(parents=True, exist_ok=True)
    rows = _rows(dossier, about, language, out)
    columns = {name: TABLES[name] for name in rows} | {"balance": _balance_columns(dossier)}
    for name, found in rows.items():
        if form == "csv":
            tables.write_csv(out / f"{name}.csv", columns[name], found)
        else:
            write_parquet(out / f"{name}.parquet", columns[name], found, name)
    write_codebook(out / "codebook.csv", columns)


def _balance_rows(dossier: Dossier) -> Iterator[tables.Row]:
    nothing = dict.fromkeys(_balance_columns(dossier), "")
    for one in dossier.documents:
        yield {**nothing, **one.properties, **tables.balance_row(one.document, one.balance)}


def _balance_columns(dossier: Dossier) -> tuple[str, ...]:
    """The columns of the balance, and after them those of the user's own table."""
    own = dict.fromkeys(column for one in dossier.documents for column in one.properties)
    return (*tables.BALANCE_COLUMNS, *(column for column in own if column not in tables.BALANCE_COLUMNS))


def write_json(dossier: Dossier, about: About, language: str, out: Path) -> None:
    from bronnen.formats.whole import write_report_json

    rows = _rows(dossier, about, language, out.parent)
    passages = ({key: value for key, value in row.items() if key != workbook.LINK} for row in rows.pop("passages"))
    write_report_json(out, _method(dossier, about), passages=passages, **rows)
