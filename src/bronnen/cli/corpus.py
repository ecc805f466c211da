"""`bronnen corpus import` and `export`: labels by people in and out of a store; `agreement` is beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bronnen.cli.agreement import agreement
from bronnen.cli.choices import EXPORTS, IMPORTS
from bronnen.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from bronnen.exchange.returning import Spot, Tally
    from bronnen.records import Document, Verdict
    from bronnen.store import Store

_SHOWN = 20

Left = tuple["Verdict", str]
"""A verdict that could not be placed, and why."""


@click.group()
def corpus() -> None:
    """Bring labels by people in and out of a store, and compare labellers."""


corpus.add_command(agreement)


@corpus.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--store", "folder", required=True, metavar="DIR", type=click.Path(path_type=Path), help="With the store."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", *IMPORTS]),
    default="auto",
    show_default=True,
    help="Of FILE; auto: by its suffix and content.",
)
@click.option(
    "--codes",
    metavar="TOML",
    type=click.Path(path_type=Path),
    help="What the labels of another program stand for; our own names are known.",
)
@click.option("--coder", metavar="NAME", help="Who labelled, where another program's file does not say.")
@click.pass_context
def bring_in(ctx: click.Context, file: Path, folder: Path, form: str, codes: Path | None, coder: str | None) -> None:
    """Add the labels in FILE to the store in DIR, as verdicts by people.

    \b
    jsonl, csv, xlsx   labels as `bronnen corpus export` writes them
    labelstudio        Label Studio: JSON or JSON-MIN
    doccano            JSON lines with spans or names of labels
    prodigy            JSON lines, as `prodigy db-out` writes them
    inception          UIMA CAS XMI or WebAnno TSV 3; a .zip, or one document
    qdpx               a REFI-QDA project of ATLAS.ti, MAXQDA, NVivo or QualCoder

    A label goes to its place by its offsets, or else to where its text stands in the document: letter by letter, then
    where the letters are alike. What has no place is listed, and the exit code is then 8. A file with a bad row is
    refused whole. Labels by a model are left out.
    """
    from bronnen.extract import openable
    from bronnen.formats.recognise import form_of

    form = form_of(openable(file)) if form == "auto" else form
    if form not in ("jsonl", "csv", "xlsx"):
        from bronnen.cli import coded

        ctx.exit(int(coded.bring_in(coded.Asked(openable(file), openable(folder), form, codes, coder))))
    if codes is not None or coder is not None:
        raise UsageError(f"--codes and --coder belong to another program's file, not to {file.name}.")
    from bronnen.cli.coded import tell_places
    from bronnen.exchange import returning
    from bronnen.formats.labels import read_labels
    from bronnen.store import Store

    read = read_labels(openable(file), form)
    by_people = [verdict for verdict in read if not verdict.by.startswith("model:")]
    Store(openable(folder)).close()  # says so where there is none, rather than making one
    tally = returning.Tally()
    with Store(openable(folder), write=True) as store:
        placed, left = _placed(store, by_people, tally)
        added = store.add_verdicts(placed, imported=True)
    there = tally.known + len(placed) - added
    click.echo(f"{added} labels added, {there} were there already, {len(left)} have no place.")
    if len(read) > len(by_people):
        click.echo(
            f"{len(read) - len(by_people)} labels are by a model and were left out: a scan makes those.", err=True
        )
    tell_places(tally)
    _list(left)
    ctx.exit(int(ExitCode.BATCH if left else ExitCode.OK))


@corpus.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--store", "folder", required=True, metavar="DIR", type=click.Path(path_type=Path), help="With the store."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", *EXPORTS]),
    default="auto",
    show_default=True,
    help="Of FILE; auto: by its suffix, where that is .jsonl, .csv or .xlsx.",
)
@click.option(
    "--by",
    type=click.Choice(["person", "model", "all"]),
    help="Whose labels: people's in a table, and all in a file for another program.",
)
@click.option("--unit", type=click.Choice(["passage", "document"]), help="What another program shows as one text.")
@click.option("--config", metavar="XML", type=click.Path(path_type=Path), help="Where Label Studio's interface goes.")
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of the codes.")
def bring_out(
    file: Path, folder: Path, form: str, by: str | None, unit: str | None, config: Path | None, lang: str
) -> None:
    """Write the labels in the store in DIR to FILE, or its texts with their labels for another program.

    \b
    jsonl, csv, xlsx   one label a row
    labelstudio        tasks (JSON), with the interface beside them (.config.xml); the model's labels are predictions
    doccano            JSON lines: a record with the model's labels, and one per person
    prodigy            JSON lines: a record without an answer, and one per person
    inception          a .zip of UIMA CAS XMI: a document with the model's labels, and one per person
    webanno            the same as WebAnno TSV 3

    With --by person nobody sees the model's labels. All of it comes back with `bronnen corpus import`.
    """
    from bronnen.extract import openable
    from bronnen.formats.labels import table_form, write_labels
    from bronnen.store import Store

    form = table_form(file) if form == "auto" else form
    if form not in ("jsonl", "csv", "xlsx"):
        from bronnen.cli import coded

        asked = coded.Asked(openable(file), openable(folder), form, unit=unit, by=by, config=config, language=lang)
        click.echo(f"{coded.bring_out(asked)} texts written to {file}.")
        return
    if unit is not None or config is not None:
        raise UsageError(f"--unit and --config belong to another program's file, not to {file.name}.")
    count = 0

    def counted(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
        nonlocal count
        for verdict in verdicts:
            count += 1
            yield verdict

    with Store(openable(folder)) as store:
        write_labels(openable(file), counted(store.verdicts(by or "person")), form)
    click.echo(f"{count} labels written to {file}.")


@corpus.command("codebook")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of the names.")
def codebook(file: Path, lang: str) -> None:
    """Write the codes for sources and uses to FILE (.qdc), to code with in a QDA program.

    ATLAS.ti, MAXQDA, NVivo and QualCoder read it as a REFI-QDA codebook. What is coded by these codes comes back with
    `bronnen corpus import project.qdpx`.
    """
    from bronnen.exchange import codes
    from bronnen.extract import openable
    from bronnen.formats.qdpx.writing import write_codebook

    found = codes(lang).values()
    write_codebook(openable(file), found)
    click.echo(f"{len(found)} codes written to {file}.")


def _placed(store: Store, verdicts: Iterable[Verdict], tally: Tally) -> tuple[list[Verdict], list[Left]]:
    """The verdicts on their place, without those that are in the store as they are; and those without a place."""
    from bronnen.corpus import anchor
    from bronnen.exchange.returning import Spot
    from bronnen.records import page_at

    shelf: dict[str, tuple[Document, Spot, list[Verdict]] | None] = {}
    placed: list[Verdict] = []
    left: list[Left] = []
    for verdict in verdicts:
        if verdict.document_id not in shelf:
            found = store.analysis(verdict.document_id)
            shelf[verdict.document_id] = (
                (found.document, Spot(found.document.text), [replace(one, page=None) for one in found.verdicts])
                if found
                else None
            )
        kept = shelf[verdict.document_id]
        if kept is None:
            left.append((verdict, "the document is not in the store"))
            continue
        document, spot, known = kept
        there = anchor(verdict, document.text) or spot.again(verdict, tally)
        if there is None:
            left.append((verdict, "its text is not in the document"))
        elif verdict.at and replace(there, page=None, scores=None) in known:
            tally.known += 1
        else:
            page = page_at(document, there.start) if there.start != verdict.start or verdict.page is None else None
            placed.append(replace(there, page=page.number) if page else there)
    return placed, left


def _list(left: list[Left]) -> None:
    from bronnen.cli.screen import printable, readable

    for verdict, reason in left[:_SHOWN]:
        quote = readable(verdict.quote)[:60]
        click.echo(
            f"  {printable(verdict.document_id)[:12]} {verdict.start}-{verdict.end} '{quote}': {reason}", err=True
        )
    if len(left) > _SHOWN:
        click.echo(f"  ... and {len(left) - _SHOWN} more", err=True)
