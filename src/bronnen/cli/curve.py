"""`bronnen curve`: whether more labels are worth it, and for which source."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bronnen.errors import UsageError

if TYPE_CHECKING:
    from bronnen.classifier import Examples, Reader

_PATH = click.Path(path_type=Path)
Facts = dict[str, Any]


@click.command()
@click.argument("labels", nargs=-1, type=_PATH)
@click.option(
    "--store", "folder", metavar="DIR", type=_PATH, help="With the labelled documents; alone: its own labels."
)
@click.option("--next", "following", type=click.IntRange(min=1), default=200, show_default=True, help="Labels to come.")
@click.option(
    "--repeats", type=click.IntRange(1, 20), default=2, show_default=True, help="More are steadier and slower."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=20, show_default=True, help="The same seed, the same curve."
)
@click.option("--json", "json_file", metavar="FILE", help="Write all figures as JSON; - is stdout, without the table.")
@click.option("--svg", metavar="FILE", type=_PATH, help="Write the curves as a picture.")
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of that picture.")
def curve(
    labels: tuple[Path, ...],
    folder: Path | None,
    following: int,
    repeats: int,
    seed: int,
    json_file: str | None,
    svg: Path | None,
    lang: str,
) -> None:
    """Show whether more labels are worth it: a learning curve of your own labels.

    LABELS are label files (.jsonl or .csv) or samples (.jsonl). With --store they are read in their documents, as
    `bronnen train --from-store` does; without LABELS, what people said in the store counts.

    Models learn from 10, 25, 50 and 100% of your labelled documents, beside a part of the rows that come with bronnen,
    and read documents of yours that they did not learn from. Per source: F1 of passages, what your labels gave so far,
    and what the next ones are expected to give, with 95% intervals over documents. Takes some five minutes on a laptop,
    longer with --repeats; Ctrl-C stops it and writes nothing.
    """
    import numpy as np

    from bronnen.classifier import Model
    from bronnen.extract import openable
    from bronnen.settings import resource
    from bronnen.training.curve import curve as found
    from bronnen.training.curve import curve_facts
    from bronnen.training.train import shipped_rows

    for path in filter(None, (svg, None if json_file in (None, "-") else Path(str(json_file)))):
        if not openable(path.parent).is_dir():  # said now, and not after all the work
            raise UsageError(f"There is no folder {path.parent}.", "Make it first, or give another place.")
    own = _own(labels, folder, Model.load(resource("models", "sources")).reader)
    told = found(shipped_rows(), own, np.random.default_rng(seed), repeats, following, _progress)
    facts = curve_facts(told, seed, repeats)
    _write(facts, json_file, svg, lang)
    if json_file != "-":
        _show(facts)


def _own(labels: tuple[Path, ...], folder: Path | None, reader: Reader) -> Examples:
    from bronnen.extract import openable
    from bronnen.formats.labels import read_labels
    from bronnen.store import Store
    from bronnen.training.team import team_examples, team_of
    from bronnen.training.train import own_examples

    files = [openable(path) for path in labels]
    if folder is None:
        if not files:
            raise UsageError("There is nothing to draw a curve of.", "Give files with labels, or --store DIR.")
        return own_examples(files, reader)
    told = [one for path in files for one in read_labels(path)] if files else None
    with Store(openable(folder)) as store:
        team = team_of(store, told, everything=True)
    return team_examples(team, reader)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\rtraining {done} of {total}", err=True, nl=done == total)


def _write(facts: Facts, json_file: str | None, svg: Path | None, lang: str) -> None:
    from bronnen.extract import openable
    from bronnen.formats import replacing

    if svg:
        from bronnen.report.growth import growth_picture

        with replacing(openable(svg)) as stream:
            stream.write(growth_picture(facts, lang).encode())
        click.echo(f"The picture is in {svg}.", err=True)
    if json_file == "-":
        click.echo(json.dumps(facts, indent=1, allow_nan=False))
    elif json_file:
        with replacing(openable(Path(json_file))) as stream:
            stream.write((json.dumps(facts, indent=1, allow_nan=False) + "\n").encode())
        click.echo(f"The figures are in {json_file}.", err=True)


def _show(facts: Facts) -> None:
    from bronnen.records import Source, Use
    from bronnen.taxonomy import looks

    click.echo(f"{facts['labels']} labelled passages, {facts['documents']} documents. F1 of passages, 95% intervals.\n")
    for use in Use:
        for source in Source:
            line = facts["lines"][source.value][use.value]
            name = f"{looks('en')[source].name}, {use.value.replace('_', ' ')}"
            click.echo(f"{name}: {line['cases']} cases in {line['documents']} documents")
            for point in line["points"]:
                gain = "" if not point["share"] else f"   gain {_estimate(point['gain'], '+.3f')}"
                click.echo(f"  {point['labels']:7.0f} labels   F1 {_estimate(point['f1'], '.3f')}{gain}")
            expected = _estimate(line["expected"], "+.3f")
            click.echo(f"  The next {facts['following']} labels are expected to give {expected}: {line['worth']}.\n")
    click.echo("Measured beside a part of bronnen's rows: gains beside all of them are smaller, if anything.")


def _estimate(told: Facts | None, form: str) -> str:
    if told is None:
        return "-"
    ends = "" if told["low"] is None else f" ({told['low']:{form}} to {told['high']:{form}})"
    return f"{told['value']:{form}}{ends}"
