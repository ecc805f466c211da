"""`bronnen report`: what a scan found, for readers: a page, a summary, a marked PDF, tables, a project."""

from __future__ import annotations

from pathlib import Path

import click

from bronnen.cli.choices import LANGUAGES, REPORTS
from bronnen.errors import ExitCode, UsageError

_PATH = click.Path(path_type=Path)
_ENDINGS = {  # of the file that each format writes; those without write a folder
    "html": (".html", ".htm"),
    "summary": (".html", ".pdf"),
    "pdf": (".pdf",),
    "xlsx": (".xlsx",),
    "csv": (),
    "parquet": (),
    "json": (".json",),
    "qdpx": (".qdpx",),
}


@click.command()
@click.argument("folder", metavar="DIR", type=_PATH)
@click.option("--out", required=True, type=_PATH, help="The file, or for some formats the folder, to write.")
@click.option(
    "--format", "form", type=click.Choice(REPORTS), default="html", show_default=True, help="What to write; see above."
)
@click.option("--document", "wanted", metavar="X", help="Only this document: its name, path or id.")
@click.option(
    "--metadata", type=_PATH, help="A CSV or .xlsx with a column `name`, `path` or `document` and one per property."
)
@click.option(
    "--lens", metavar="L", help="Read the passages by a lens too: `kenniscultuur`, or a TOML file of your own."
)
@click.option("--lens-model", type=_PATH, help="The folder of a model that `bronnen train --lens` made.")
@click.option("--questions", type=_PATH, help="A TOML file with questions of your own; see configs/questions.toml.")
@click.option("--language", type=click.Choice(LANGUAGES), default="nl", show_default=True, help="Of the report.")
@click.option("--force", is_flag=True, help="Replace what is there already.")
@click.pass_context
def report(
    ctx: click.Context,
    folder: Path,
    out: Path,
    form: str,
    wanted: str | None,
    metadata: Path | None,
    lens: str | None,
    lens_model: Path | None,
    questions: Path | None,
    language: str,
    force: bool,
) -> None:
    """Write a report of the last scan in DIR, for readers.

    \b
    html     one page that needs nothing else: balance, plots, passages, gaps, links, who is heard, questions
    summary  one A4 per document; --out is a .html or .pdf with --document, and without it a folder of PDFs
    pdf      a copy of the PDF with its passages highlighted; --out as for summary
    xlsx     a workbook: balance, passages, institutes, failures, method
    csv      a folder of tables with a codebook of their columns
    parquet  the same tables for R and pandas
    json     everything in one file
    qdpx     a REFI-QDA project for ATLAS.ti, MAXQDA, NVivo or QualCoder

    summary as PDF, pdf and parquet need an extra: python -m uv sync --extra office --extra pdf --extra parquet
    """
    from bronnen.cli import reports
    from bronnen.cli.screen import printable
    from bronnen.extract import openable

    if lens_model is not None and lens is None:
        raise UsageError("--lens-model goes with a lens.", "Give --lens too.")
    _check_out(out, form, force=force, is_one=wanted is not None)
    asked = reports.Asked(folder, openable(out), form, wanted, metadata, lens, lens_model, questions, language)
    outcome = reports.write(asked)
    for line in outcome.lines:
        click.echo(f"bronnen: {printable(line)}", err=True)
    if not outcome.failed:
        click.echo(f"bronnen: written: {printable(str(out))}", err=True)
    ctx.exit(int(ExitCode.BATCH if outcome.failed else ExitCode.OK))


def _check_out(out: Path, form: str, *, force: bool, is_one: bool) -> None:
    """Refuses a place that does not fit, before any work is done.

    Raises:
        UsageError: the name does not go with the format, a folder is wanted or there is one, there is no such folder,
            or something is there already.
    """
    endings = _ENDINGS[form] if is_one or form not in ("summary", "pdf") else ()
    if endings and out.suffix.lower() not in endings:
        raise UsageError(f"{out} does not end in {' or '.join(endings)}.", f"Name it so for --format {form}.")
    if not endings and out.suffix and not out.is_dir():
        raise UsageError(f"--format {form} writes a folder.", "Name a folder, or add --document for one document.")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {out.absolute().parent}.", "Make it, or choose another place.")
    if out.is_dir() if endings else out.is_file():
        raise UsageError(f"{out} is a {'folder' if endings else 'file'}.", "Choose another name.")
    if out.exists() and not force and not _is_empty_folder(out):
        raise UsageError(f"{out} is there already.", "Choose another place, or add --force to replace it.")


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())
