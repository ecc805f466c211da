"""`bronnen report`: what a scan found, for readers: a page, a workbook, a marked PDF, a project, a summary."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from bronnen.cli.choices import LANGUAGES

if TYPE_CHECKING:
    from bronnen.dossier import Dossier
    from bronnen.report.facts import About


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option(
    "--document", "wanted", metavar="X", help="Only this document: its name, path or id (or the first signs)."
)
@click.option(
    "--metadata",
    type=click.Path(path_type=Path),
    help="A CSV or .xlsx with a column `name`, `path` or `document` and a column per property.",
)
@click.option("--language", type=click.Choice(LANGUAGES), default="nl", show_default=True, help="Of the report.")
def report(folder: Path, out: Path, wanted: str | None, metadata: Path | None, language: str) -> None:
    """Write a report of the last scan in DIR, for readers.

    The report is one file that needs nothing else and loads nothing: the balance per document and group, the passages
    with their page and what weighed, what is missing, who is heard, and questions to talk about.
    """
    from bronnen.extract import openable
    from bronnen.formats import replacing, without_surrogates
    from bronnen.report.facts import facts
    from bronnen.report.page import documents_page
    from bronnen.report.passages import passage_facts

    dossier, about = _gathered(folder, out, wanted, metadata)
    told = facts(dossier, about, language)
    with replacing(openable(out)) as stream:
        for piece in documents_page(told, (passage_facts(one, language) for one in dossier.documents)):
            stream.write(without_surrogates(piece).encode())


def _gathered(folder: Path, out: Path, wanted: str | None, metadata: Path | None) -> tuple[Dossier, About]:
    from bronnen.cli.inputs import find_document
    from bronnen.dossier import gather, only
    from bronnen.dossier.gaps import gaps, looked_at
    from bronnen.dossier.trends import trends
    from bronnen.errors import UsageError
    from bronnen.extract import openable
    from bronnen.formats.metadata import read_metadata
    from bronnen.report.facts import About
    from bronnen.store import Store

    told = read_metadata(openable(metadata)) if metadata else None
    with Store(openable(folder)) as store:
        run = store.last_run()
        if run is None:
            raise UsageError(f"There is no scan in {folder}.", f"`bronnen scan ... --out {folder}` makes one.")
        settings = store.run_settings(run)
        one = find_document(wanted, store.run_documents(run), "the last scan") if wanted else ""
        dossier = gather(store.analyses(run), settings, told)
        failures, date = store.failures(run), store.run_date(run)
    if not dossier.documents:
        raise UsageError(f"The last scan in {folder} read no document.", "See failures.csv there.")
    whole, dossier = dossier, only(dossier, one) if one else dossier
    return dossier, About(
        date=date,
        failures=() if one else failures,
        card=_card(dossier),
        links=_links(dossier, out),
        trends=() if one else trends(dossier),
        gaps=[gap for gap in gaps(whole) if not one or gap.document == one],
        looked_at=looked_at(dossier),
    )


def _card(dossier: Dossier) -> dict[str, Any]:
    """The card of the model that made the labels; empty where it is not at hand any more."""
    import json

    from bronnen.settings import model_folder

    models = {one.made_with.model for one in dossier.documents}
    try:
        card = json.loads((model_folder(dossier.settings) / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) and {card.get("id")} == models else {}


def _links(dossier: Dossier, out: Path) -> dict[str, str]:
    """Links from the report to the documents that are still where they were read, by id; relative where that can be."""
    found = {}
    here = out.absolute().parent
    for one in dossier.documents:
        path = Path(one.document.path).absolute()
        if path.is_file():
            found[one.document.id] = link(path, here)
    return found


def link(path: Path, here: Path) -> str:
    """A link from the folder `here` to a file, as a page may hold it; nothing in a name can make it another link.

    >>> link(PurePosixPath("/a/map/nota #1.pdf"), PurePosixPath("/a/uit"))
    '../map/nota%20%231.pdf'
    """
    try:
        away = os.path.relpath(path, here)
    except ValueError:  # another drive
        return path.as_uri()
    return PurePosixPath("/" + away.replace(os.sep, "/")).as_uri().removeprefix("file:///")
