"""What `bronnen corpus import` does with a QDA project: codings by people become verdicts, and the rest is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from bronnen import exchange
from bronnen.cli.screen import readable
from bronnen.errors import ExitCode
from bronnen.formats.qdpx import Project, Text
from bronnen.formats.qdpx.meaning import Meaning, read_meanings
from bronnen.formats.qdpx.reading import read_qdpx
from bronnen.places import digest
from bronnen.records import Verdict
from bronnen.store import Store

_SHOWN = 20
_STANDARD = "code points"


def bring_in_project(file: Path, folder: Path, codes: Path | None) -> ExitCode:
    """Adds the codings by people in a project to a store, all of them or none; says what became of the others."""
    own = read_meanings(codes) if codes else {}
    project = read_qdpx(file)
    told = exchange.meanings((code.full for code in project.codes), own)
    tally = exchange.Tally(left=list(project.left))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    Store(folder).close()  # says so where there is none, rather than making one
    with Store(folder, write=True) as store:
        found = _verdicts(store, project.texts, told, tally)
        added = store.add_verdicts(replace(verdict, at=verdict.at or now) for verdict in found)
    there = tally.known + len(found) - added
    click.echo(f"{added} labels added, {there} were there already, {len(tally.left)} have no place.")
    _tell(project, tally)
    return ExitCode.BATCH if tally.left or tally.unknown else ExitCode.OK


def _verdicts(store: Store, texts: Iterable[Text], told: dict[str, Meaning], tally: exchange.Tally) -> list[Verdict]:
    documents = store.documents()
    known: dict[str, str] = {}

    def digests() -> dict[str, str]:
        if not known:
            for document_id, _, _ in documents:
                analysis = store.analysis(document_id)
                known[document_id] = digest(analysis.document.text) if analysis else ""
        return known

    found: list[Verdict] = []
    for text in texts:
        if not text.selections and not text.quotes:
            continue
        document_id, why = exchange.match(text, documents, digests)
        analysis = store.analysis(document_id) if document_id else None
        if analysis is None:
            exchange.leave(text, told, tally, why)
            continue
        found += exchange.verdicts(text, analysis, told, tally)
    return found


def _tell(project: Project, tally: exchange.Tally) -> None:
    if project.counting != _STANDARD:
        click.echo(f"Places in this project are counted in {project.counting}; they were set right.", err=True)
    if tally.by_model:
        click.echo(f"{tally.by_model} codings are by bronnen itself and were left out.", err=True)
    if tally.skipped:
        click.echo(f"{tally.skipped} codings have a code that says nothing of sources.", err=True)
    if tally.unknown:
        click.echo("Not known what these codes stand for (tell it with --codes):", err=True)
        _list(f"'{readable(code)}': {count} codings" for code, count in tally.unknown.most_common())
    _list(f"{readable(left.where)}: {readable(left.said)}" for left in tally.left)


def _list(lines: Iterable[str]) -> None:
    told = list(lines)
    for line in told[:_SHOWN]:
        click.echo(f"  {line[:200]}", err=True)
    if len(told) > _SHOWN:
        click.echo(f"  ... and {len(told) - _SHOWN} more", err=True)
