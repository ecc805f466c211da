"""`bronnen train`: a model of the rows that come with bronnen and of a team's own labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bronnen.errors import MissingError, UsageError

if TYPE_CHECKING:
    import numpy as np

    from bronnen.classifier import Examples, Model
    from bronnen.training.team import Team

Facts = dict[str, Any]


@click.command()
@click.option(
    "--add",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Labels of your own (.jsonl or .csv) or samples (.jsonl); may be given again.",
)
@click.option(
    "--from-store",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Learn from what people said of the documents in this store.",
)
@click.option(
    "--learn-all", is_flag=True, help="With --from-store: learn from the documents kept apart too, and measure nothing."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", help="The folder for the new model.")
@click.option("--name", metavar="NAME", help="Instead of --out: keep it by this name (`bronnen models`).")
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
    folder: Path | None,
    learn_all: bool,
    out: Path | None,
    name: str | None,
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
    `bronnen scan --model NAME`, or for all scans with `bronnen models use NAME`.

    With --from-store it learns from what people said of the documents in a store: people win over models, adjudication
    over both. One document in five is kept apart (`bronnen sample` marks those 'evaluate') and never learned from; on
    those the model in use and the new one are compared, if people labelled any.

    With --lens and --labels it trains a lens of your own (docs/lenses.md), of your marked texts alone.
    """
    place = _place(out, name)
    if lens or marked:
        if not (lens and marked) or files or alone or folder or name:
            raise UsageError(
                "--lens and --labels go together, with --out and without the others.", "See docs/lenses.md."
            )
        _train_lens(lens, marked, place, seed, force=force)
        return
    if (folder and files) or (learn_all and not folder):
        raise UsageError("--from-store goes without --add, and --learn-all with --from-store.", "See docs/training.md.")
    if alone and not (files or folder):
        raise UsageError("--alone needs labels of your own.", "Give them with --add or --from-store.")
    import numpy as np

    from bronnen.classifier import make_room

    make_room(place, force=force)
    rng = np.random.default_rng(seed)
    weight = 1.0 if alone else weight
    if folder:
        _train_from_store(folder, place, rng, weight, alone=alone, learn_all=learn_all)
    else:
        _train_from_files(files, place, rng, weight, alone=alone)
    if name:
        click.echo(f"`bronnen models use {name}` lets all scans use it.", err=True)


def _place(out: Path | None, name: str | None) -> Path:
    """The folder for the model, on the shelf or elsewhere."""
    from bronnen.extract import openable
    from bronnen.shelf import place_for

    if (out is None) == (name is None):
        raise UsageError("Say where the model goes.", "Give --out FOLDER, or --name NAME.")
    return openable(place_for(name) if name is not None else Path(str(out)))


def _train_from_files(
    files: tuple[Path, ...], out: Path, rng: np.random.Generator, weight: float, *, alone: bool
) -> None:
    from bronnen.classifier import Model
    from bronnen.extract import openable
    from bronnen.settings import resource
    from bronnen.training.train import own_examples

    before = Model.load(resource("models", "sources"))
    own = own_examples([openable(path) for path in files], before.reader, weight) if files else None
    model, shipped = _trained(own, before, rng, alone=alone)
    model.save(out, force=True)
    _tell(model, out)
    if own and shipped:
        click.echo("\n" + _compared(model, before, own))


def _train_from_store(
    folder: Path, out: Path, rng: np.random.Generator, weight: float, *, alone: bool, learn_all: bool
) -> None:
    from bronnen.classifier import Model
    from bronnen.extract import openable
    from bronnen.settings import resource
    from bronnen.store import Store
    from bronnen.training.team import about, team_examples, team_of

    with Store(openable(folder)) as store:
        team = team_of(store, everything=learn_all)
    own = team_examples(team, Model.load(resource("models", "sources")).reader, weight)
    if team.versions:
        click.echo(f"left out: {team.versions} documents that are versions of documents kept apart", err=True)
    before = _in_use()
    model, _ = _trained(own, before, rng, alone=alone)
    facts = None if learn_all else _before_and_after(str(folder), team, before, model)
    model.card["team"] = {**about(team.of(team.learn)), "before_and_after": facts}
    model.save(out, force=True)
    _tell(model, out)
    _tell_team(model.card["team"], learn_all=learn_all)


def _trained(
    own: Examples | None, before: Model, rng: np.random.Generator, *, alone: bool
) -> tuple[Model, Examples | None]:
    """The new model, and the rows of bronnen that it learned from too."""
    from bronnen.records import Unit
    from bronnen.training import train as training

    shipped = None if alone else training.shipped_rows()
    for name, examples in (("bronnen's rows", shipped), ("your labels", own)):
        if examples:
            counts = ", ".join(f"{int(examples.judged(unit).sum())} {unit}s" for unit in Unit)
            click.echo(f"{name}: {counts}, {len(set(examples.groups.tolist()))} documents", err=True)
    click.echo("training: some minutes", err=True)
    return training.train(shipped, own, before.reader, rng), shipped


def _tell(model: Model, out: Path) -> None:
    from bronnen.training.train import table

    click.echo("On documents that the model did not learn from:\n")
    click.echo(table(model))
    click.echo(f"model {model.id}: {len(model.data) / 1e6:.1f} MB, in {out}", err=True)


def _in_use() -> Model:
    """The model in use, to compare with; bronnen's own where that one does not fit this bronnen any more."""
    from bronnen.classifier import Model
    from bronnen.settings import resource
    from bronnen.shelf import folder_of, in_use

    try:
        return Model.load(folder_of(in_use()))
    except MissingError as error:
        click.echo(f"bronnen: {error} Compared with the model that comes with bronnen instead.", err=True)
        return Model.load(resource("models", "sources"))


def _before_and_after(path: str, team: Team, before: Model, after: Model) -> Facts | None:
    """How the two models do on the documents kept apart; None where people labelled none of those."""
    from bronnen.cli.evaluate import weights_of
    from bronnen.training.compare import compare
    from bronnen.training.facts import Measured, comparison_facts
    from bronnen.training.material import learned, read
    from bronnen.training.team import kept_material

    found = kept_material(team)
    if found is None:
        return None
    material, lost = found
    both = tuple(Measured(read(model, material), learned(model.card, material)) for model in (before, after))
    told = compare(material, both[0].reading, both[1].reading, weights_of(material))
    return comparison_facts(path, material, (both[0], both[1]), told, lost)


def _tell_team(team: Facts, *, learn_all: bool) -> None:
    """Says what the card says of the labellers, and what changed."""
    from bronnen.cli.figures import show_comparison
    from bronnen.cli.screen import console

    counts = ", ".join(map(str, team["judged"]))
    who = "1 person" if len(team["judged"]) == 1 else f"{len(team['judged'])} people"
    click.echo(f"\nLabelled by {who} (texts: {counts}); settled afterwards: {team['adjudicated']}.")
    for source, one in team["agreement"].items():
        if one["units"]:
            told = "cannot be told" if one["kappa"] is None else f"kappa {one['kappa']:.2f}"
            click.echo(f"Agreement on {source}: {told}, over {one['units']} texts that two people judged.")
    if team["before_and_after"]:
        click.echo("\nOn the documents kept apart, A the model that was in use and B the new one:")
        show_comparison(team["before_and_after"], console())
    elif not learn_all:
        click.echo(
            "\nPeople labelled no document that is kept apart, so nothing shows whether the new model is better. "
            "`bronnen sample` gives some of those ('evaluate')."
        )


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

    told = own.judged(Unit.PASSAGE)
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
