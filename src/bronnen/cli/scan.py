"""`bronnen scan`: from files to a folder with the results."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bronnen import remote
from bronnen.cli.choices import FORMATS, settings_options
from bronnen.errors import BronnenError, ExitCode, NoTextError, UsageError

if TYPE_CHECKING:
    from bronnen.cli.entry import Spool
    from bronnen.cli.inputs import Inputs
    from bronnen.cli.outputs import Written
    from bronnen.cli.summary import Line
    from bronnen.cli.work import Report
    from bronnen.formats.metadata import Metadata
    from bronnen.records import Failure
    from bronnen.settings import Settings
    from bronnen.store import Store


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--out", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The folder for the results."
)
@settings_options
@click.option("--jobs", type=click.IntRange(min=0), help="Documents at the same time; 0: one per core (the default).")
@click.option(
    "--metadata",
    type=click.Path(path_type=Path),
    help="A CSV or .xlsx with a column `name`, `path` or `document` and a column per property, for groups.csv.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    default="",
    help="A Dask cluster does the work: tcp://HOST:PORT, tls://HOST:PORT, or `local` to try it on this machine.",
)
@click.option("--part", metavar="N/M", help="Only part N of M of the files, to do each part apart: 3/16.")
@click.option("--retry", is_flag=True, help="Also try files that crashed, or took too long or too much, in two runs.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Of stdout.")
@click.pass_context
def scan(
    ctx: click.Context,
    paths: tuple[str, ...],
    out: Path,
    settings: Settings,
    jobs: int | None,
    metadata: Path | None,
    scheduler: str,
    part: str | None,
    retry: bool,
    form: str,
) -> None:
    """Find out what documents draw on, and write the results to a folder.

    PATH is a file, a folder (with all below it), a pattern such as '*.pdf', or an address such as s3://bucket/folder.

    DIR gets balance.csv (a row per document), sections.csv (per chapter), groups.csv (all documents together, and per
    group), all three in balance.xlsx too, passages.jsonl, failures.csv, duplicates.csv, warnings.csv (pages that could
    not be read, hold words that nobody sees, or were read by text recognition) and bronnen.sqlite (the store); the
    folder ocr remembers what text recognition read. They describe the files of this run; the store keeps earlier ones
    too. Run again into the same DIR, only new or changed files are read, and files that failed. Ctrl-C keeps what is
    done: the same command goes on from there.
    """
    from bronnen import extract
    from bronnen.cli.entry import Spool
    from bronnen.cli.inputs import collect, part_of
    from bronnen.formats.metadata import read_metadata
    from bronnen.store import Store

    if jobs is not None:
        settings = replace(settings, batch=replace(settings.batch, jobs=jobs))
    settings = _with_ocr(settings, out)
    told = read_metadata(extract.openable(metadata)) if metadata else None
    inputs = collect(paths, extract.SUFFIXES, out, part_of(part) if part else None)
    _tell_ignored(inputs.ignored)
    if not inputs.files:
        raise UsageError("There is nothing to read here.", f"bronnen reads {', '.join(sorted(extract.SUFFIXES))}.")
    with Store(extract.openable(out), write=True) as store, Spool(extract.openable(out)) as spool:
        stopped = _work(store, inputs, settings, spool, retry=retry, scheduler=scheduler)
        run = store.last_run()
        assert run is not None
        _tell(store, run, inputs, out, settings, form, told, spool)
        if isinstance(stopped, BronnenError):
            raise stopped
        code = ExitCode.INTERRUPTED if stopped else _exit_code(store.failures(run), paths)
    ctx.exit(int(code))


def _with_ocr(settings: Settings, out: Path) -> Settings:
    """The settings with a folder of the results to remember recognised pages in."""
    from bronnen.settings import remembering

    if settings.ocr.mode == "force":
        from bronnen.errors import MissingError
        from bronnen.extract.ocr import lacking

        if missing := lacking(settings.ocr.language):
            raise MissingError(missing)
    return remembering(settings, out)


def _lacking(lines: Sequence[Line], failures: Sequence[Failure], settings: Settings) -> str:
    """What would have read the pages that were not read, where it is missing."""
    pages = sum(len(line.unread) for line in lines)
    scans = sum(failure.code == NoTextError.code for failure in failures)
    if settings.ocr.mode == "off" or not (pages or scans):
        return ""
    from bronnen.extract.ocr import lacking

    return lacking(settings.ocr.language) or ""


def _work(
    store: Store, inputs: Inputs, settings: Settings, spool: Spool, *, retry: bool, scheduler: str
) -> BronnenError | KeyboardInterrupt | None:
    """Does the run; what stopped it before its end while something was done, if anything did."""
    from bronnen.cli.work import work

    before = store.last_run()
    try:
        with _progress(len(inputs.files)) as report:
            work(store, inputs, settings, report, spool, retry=retry, scheduler=scheduler)
    except (KeyboardInterrupt, BronnenError) as reason:
        run = store.last_run()
        if run is None or run == before or not store.has_documents(run):
            raise  # older results stay as they are
        if isinstance(reason, KeyboardInterrupt):
            click.echo("bronnen: interrupted; writing what is done.", err=True)
        return reason
    return None


def _exit_code(failures: list[Failure], paths: tuple[str, ...]) -> int:
    """A single file's own code, or that of a batch."""
    told = [remote.shown(path) if remote.is_url(path) else str(Path(path)) for path in paths]
    if [failure.path for failure in failures] == told and len(told) == 1:
        return failures[0].exit_code
    return ExitCode.BATCH if failures else ExitCode.OK


def _tell(
    store: Store,
    run: int,
    inputs: Inputs,
    out: Path,
    settings: Settings,
    form: str,
    metadata: Metadata | None,
    spool: Spool,
) -> None:
    """Writes the files and says on the screen what is in them."""
    from bronnen.cli import unchanged
    from bronnen.cli.outputs import write
    from bronnen.cli.screen import console
    from bronnen.cli.summary import Summary, show
    from bronnen.extract import openable

    state = unchanged.state(store, run, settings, metadata)
    written = unchanged.written(openable(out), state) if form == "table" else None
    if written is None:
        written = write(store, run, openable(out), settings, metadata, spool)
        unchanged.note(openable(out), state, written)
    failures, duplicates = store.failures(run), store.duplicates(run)
    done = len(written.lines) + len(failures) + len(duplicates)
    _tell_model(store, run, settings)
    page = Summary(
        written.lines,
        failures,
        duplicates,
        out,
        unfinished=len(inputs.files) - done,
        total=written.total,
        remarks=written.remarks,
        lacking=_lacking(written.lines, failures, settings),
    )
    if form == "table":
        show(page, console())
    else:
        show(replace(page, lines=[]), console(sys.stderr))
        _print(written, form)


def _tell_model(store: Store, run: int, settings: Settings) -> None:
    """Says which model read the documents of a run."""
    made = store.made_with()
    ids = sorted({made[document].model for document, _, _ in store.run_documents(run)})
    if ids:
        from bronnen.cli.screen import printable

        name = settings.model.path or "bronnen"
        click.echo(f"bronnen: model {printable(name)} ({printable(', '.join(ids))})", err=True)


def _print(written: Written, form: str) -> None:
    from bronnen.cli.screen import put_csv
    from bronnen.formats import tables

    if form == "json":
        click.echo(json.dumps(written.balance, ensure_ascii=True, indent=1))
    else:
        put_csv(tables.csv_text(tables.BALANCE_COLUMNS, written.balance))


def _tell_ignored(ignored: Counter[str]) -> None:
    from bronnen.cli.screen import printable

    if ignored:
        told = ", ".join(f"{printable(reason)} ({count})" for reason, count in sorted(ignored.items()))
        click.echo(f"bronnen: ignored: {told}", err=True)


@contextmanager
def _progress(total: int) -> Iterator[Report]:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total, name: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from bronnen.cli.screen import console, printable

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console(sys.stderr), transient=True) as progress:
        task = progress.add_task("loading", total=total)

        def report(done: int, total: int, name: str) -> None:
            progress.update(task, completed=done, total=total, description=printable(name)[:60] or "loading")

        yield report
