"""`bronnen train`: a model of the rows that come with bronnen and of a team's own labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bronnen.errors import UsageError

if TYPE_CHECKING:
    from bronnen.classifier import Model
    from bronnen.training.train import Own


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
    "--weight", type=click.FloatRange(0.1, 100), help="What one of your labels counts for against one of ours."
)
@click.option("--seed", type=int, help="The seed of the folds; the same seed gives the same model.")
@click.option("--force", is_flag=True, help="Replace a model that is in the folder.")
def train(files: tuple[Path, ...], out: Path, alone: bool, weight: float | None, seed: int | None, force: bool) -> None:
    """Train the classifier, with labels of your own added.

    They are added to the training rows that come with bronnen. Takes some minutes. Prints what the model scores on documents that it did not learn from, and of your own labels
    also what the model that comes with bronnen makes of them. Nothing of your texts is kept but weights of hashed
    features; use the model with --model FOLDER.
    """
    import numpy as np

    from bronnen.classifier import Model
    from bronnen.extract import openable
    from bronnen.settings import resource
    from bronnen.training.train import SEED, WEIGHT, own_examples, shipped_rows, table
    from bronnen.training.train import train as trained

    if not force and any((out / name).exists() for name in ("model.skops", "card.json")):
        raise UsageError(f"{out} already has a model.", "Choose another folder, or add --force to replace it.")
    if alone and not files:
        raise UsageError("--alone needs labels of your own.", "Give them with --add.")
    before = Model.load(resource("models", "sources"))
    own = own_examples([openable(path) for path in files], before.reader, weight or WEIGHT) if files else None
    shipped = None if alone else shipped_rows()
    for name, examples in (("bronnen's rows", shipped), ("your labels", own.examples if own else None)):
        if examples:
            said = f"{len(examples)} sentences, {len(examples.passages)} passages, {len(set(examples.groups.tolist()))}"
            click.echo(f"{name}: {said} documents", err=True)
    click.echo("training: some minutes", err=True)
    model = trained(shipped, own, before.reader, np.random.default_rng(SEED if seed is None else seed))
    model.save(out, force=force)
    click.echo("On documents that the model did not learn from:\n")
    click.echo(table(model))
    if own and "own" in model.card:
        click.echo("\n" + _compared(model, before, own))
    click.echo(f"model {model.id}: {len(model.data) / 1e6:.1f} MB, in {out}", err=True)


def _compared(model: Model, before: Model, own: Own) -> str:
    """F1 on the team's own passages: of the model that comes with bronnen, and of the new one on unseen documents."""
    import numpy as np

    from bronnen.classifier import SOURCES, USES, decided, rates
    from bronnen.records import Unit

    told = own.examples.told[own.examples.passage_runs, 1]
    scores = before.score_examples(own.examples)[Unit.PASSAGE][told]
    given, truth = decided(scores, before.thresholds["passage"]), own.examples.passages[told]
    lines = ["Passages of your own labels, F1 (new: documents that the new model did not learn from):", ""]
    lines.append(f"{'source':13} {'use':11} {'cases':>6} {'shipped':>8} {'new':>6}")
    for i, source in enumerate(SOURCES):
        for j, use in enumerate(USES):
            if truth[:, i, j].any():
                old = rates(truth[:, i, j], given[:, i, j])["f1"]
                new = model.card["own"]["passage"][source.value][use.value]["f1"]
                lines.append(f"{source.value:13} {use.value:11} {int(np.sum(truth[:, i, j])):6} {old:8.3f} {new:6.3f}")
    return "\n".join(lines)
