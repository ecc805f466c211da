"""`bronnen train`: a model of the rows that come with bronnen and of a team's own labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bronnen.errors import UsageError

if TYPE_CHECKING:
    from bronnen.classifier import Examples, Model


@click.command()
@click.option(
    "--add",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Labels of your own (.jsonl or .csv) or samples (.jsonl); may be given again.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder for the new model.")
@click.option("--alone", is_flag=True, help="Learn from your own labels only, not from the rows of bronnen.")
@click.option(
    "--weight",
    type=click.FloatRange(0.1, 100),
    default=3.0,
    show_default=True,
    help="What one of your labels counts for.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=20, show_default=True, help="The same seed, the same model."
)
@click.option("--force", is_flag=True, help="Replace a model that is in the folder.")
@click.option("--lens", default="", metavar="LENS", help="Train a lens instead: a .toml of your own, or a name.")
@click.option(
    "--labels",
    "marked",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="With --lens: texts marked with its keys (.jsonl, .csv or .xlsx); may be given again.",
)
def train(
    files: tuple[Path, ...],
    out: Path,
    alone: bool,
    weight: float,
    seed: int,
    force: bool,
    lens: str,
    marked: tuple[Path, ...],
) -> None:
    """Train the classifier, with labels of your own added.

    They are added to the training rows that come with bronnen. Takes some minutes. Prints what the model scores on
    documents that it did not learn from: on bronnen's rows and on your labels apart, beside what the model that comes
    with bronnen scores there. Nothing of your texts is kept but weights of hashed features; use the model with
    `bronnen scan --model FOLDER`.

    With --lens and --labels it trains a lens of your own (docs/lenses.md), of your marked texts alone.
    """
    if lens or marked:
        if not (lens and marked) or files or alone:
            raise UsageError("--lens and --labels go together, without --add or --alone.", "See docs/lenses.md.")
        _train_lens(lens, marked, out, seed, force=force)
        return
    import numpy as np

    from bronnen.classifier import Model, make_room
    from bronnen.extract import openable
    from bronnen.settings import resource
    from bronnen.training.train import own_examples, shipped_rows, table
    from bronnen.training.train import train as trained

    make_room(out, force=force)
    if alone and not files:
        raise UsageError("--alone needs labels of your own.", "Give them with --add.")
    before = Model.load(resource("models", "sources"))
    added = [openable(path) for path in files]
    own = own_examples(added, before.reader, 1.0 if alone else weight) if files else None
    shipped = None if alone else shipped_rows()
    for name, examples in (("bronnen's rows", shipped), ("your labels", own)):
        if examples:
            counts = f"{len(examples)} sentences, {len(examples.passages)} passages"
            click.echo(f"{name}: {counts}, {len(set(examples.groups.tolist()))} documents", err=True)
    click.echo("training: some minutes", err=True)
    model = trained(shipped, own, before.reader, np.random.default_rng(seed))
    model.save(out, force=True)
    click.echo("On documents that the model did not learn from:\n")
    click.echo(table(model))
    if own and shipped:
        click.echo("\n" + _compared(model, before, own))
    click.echo(f"model {model.id}: {len(model.data) / 1e6:.1f} MB, in {out}", err=True)


def _train_lens(name: str, marked: tuple[Path, ...], out: Path, seed: int, *, force: bool) -> None:
    import numpy as np

    from bronnen import lens
    from bronnen.classifier import make_room
    from bronnen.extract import openable
    from bronnen.training.lens import table
    from bronnen.training.lens import train as trained

    taken = lens.load(name)
    make_room(out, force=force)
    model = trained(taken, [openable(path) for path in marked], np.random.default_rng(seed))
    model.save(out, force=True)
    data = model.card["data"]
    click.echo(f"On documents that the model did not learn from ({data['texts']} texts, {data['groups']} documents):\n")
    click.echo(table(model))
    click.echo("\nlists F1: the word lists alone; all F1: what one gets who gives the key to every text", err=True)
    click.echo(f"model {model.id}: {len(model.data) / 1e6:.1f} MB, in {out}", err=True)


def _compared(model: Model, before: Model, own: Examples) -> str:
    """F1 of passages on bronnen's rows and on the team's labels, of the shipped and of the new model.

    Each on documents that it did not learn from; the shipped model learned from none of the team's.
    """
    from bronnen.classifier import SOURCES, USES, decided, rates
    from bronnen.records import Unit

    told = own.told[own.passage_runs, 1]
    given = decided(before.score_examples(own)[Unit.PASSAGE][told], before.thresholds["passage"])
    truth = own.passages[told]
    there, here = f"{'bronnen:':>9} {'shipped':>8} {'new':>6}", f"{'yours:':>9} {'shipped':>8} {'new':>6}"
    lines = [f"{'F1 of passages':25} {there}   {here}"]
    for i, source in enumerate(SOURCES):
        for j, use in enumerate(USES):
            old, new, mine = (
                card["passage"][source.value][use.value]
                for card in (before.card["cross_validated"], model.card["shipped"], model.card["own"])
            )
            there = f"{old['cases']:>9} {old['f1']:8.3f} {new['f1']:6.3f}"
            shipped = rates(truth[:, i, j], given[:, i, j])["f1"]
            here = f"{mine['cases']:>9} {shipped:8.3f} {mine['f1']:6.3f}" if mine["cases"] else f"{0:>9}"
            lines.append(f"{source.value:13} {use.value:11} {there}   {here}")
    return "\n".join(lines)
