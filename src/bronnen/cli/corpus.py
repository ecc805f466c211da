"""`bronnen corpus import` and `export`: labels by people in and out of a store; `agreement` is beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bronnen.cli.agreement import agreement
from bronnen.errors import ExitCode, UsageError

if TYPE_CHECKING:
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
    "--codes",
    metavar="TOML",
    type=click.Path(path_type=Path),
    help="What the codes of a QDA project stand for; our own names are known.",
)
@click.pass_context
def bring_in(ctx: click.Context, file: Path, folder: Path, codes: Path | None) -> None:
    """Add the labels in FILE (.jsonl, .csv or .qdpx) to the store in DIR, as verdicts by people.

    A label goes to its place by its offsets, or else to where its text stands in the document. What has no place is
    listed, and the exit code is then 8. A file with a bad row is refused whole. Labels by a model are left out.

    A .qdpx is a project of ATLAS.ti, MAXQDA, NVivo or QualCoder (REFI-QDA).
    """
    from bronnen.extract import openable

    if file.suffix.lower() == ".qdpx":
        from bronnen.cli.qda import bring_in_project

        ctx.exit(int(bring_in_project(openable(file), openable(folder), codes)))
    if codes is not None:
        raise UsageError(f"--codes belongs to a .qdpx, not to {file.name}.")
    from bronnen.formats.labels import read_labels
    from bronnen.store import Store

    read = read_labels(openable(file))
    by_people = [verdict for verdict in read if not verdict.by.startswith("model:")]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    Store(openable(folder)).close()  # says so where there is none, rather than making one
    with Store(openable(folder), write=True) as store:
        placed, left = _placed(store, by_people)
        added = store.add_verdicts(replace(verdict, at=verdict.at or now, scores=None) for verdict in placed)
    click.echo(f"{added} labels added, {len(placed) - added} were there already, {len(left)} have no place.")
    if len(read) > len(by_people):
        click.echo(
            f"{len(read) - len(by_people)} labels are by a model and were left out: a scan makes those.", err=True
        )
    _list(left)
    ctx.exit(int(ExitCode.BATCH if left else ExitCode.OK))


@corpus.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--store", "folder", required=True, metavar="DIR", type=click.Path(path_type=Path), help="With the store."
)
@click.option(
    "--by", type=click.Choice(["person", "model", "all"]), default="person", show_default=True, help="Whose labels."
)
def bring_out(file: Path, folder: Path, by: str) -> None:
    """Write the labels in the store in DIR to FILE (.jsonl or .csv)."""
    from bronnen.extract import openable
    from bronnen.formats.labels import write_labels
    from bronnen.store import Store

    count = 0

    def counted(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
        nonlocal count
        for verdict in verdicts:
            count += 1
            yield verdict

    with Store(openable(folder)) as store:
        write_labels(openable(file), counted(store.verdicts(by)))
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


def _placed(store: Store, verdicts: Iterable[Verdict]) -> tuple[list[Verdict], list[Left]]:
    from bronnen.corpus import anchor
    from bronnen.records import page_at

    documents: dict[str, Document | None] = {}
    placed: list[Verdict] = []
    left: list[Left] = []
    for verdict in verdicts:
        if verdict.document_id not in documents:
            found = store.analysis(verdict.document_id)
            documents[verdict.document_id] = found.document if found else None
        document = documents[verdict.document_id]
        if document is None:
            left.append((verdict, "the document is not in the store"))
            continue
        there = anchor(verdict, document.text)
        if there is None:
            left.append((verdict, "its text is not in the document"))
            continue
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
