"""`bronnen models`: a user's own models by name: which there are, which one scans use, which is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bronnen.errors import UsageError

if TYPE_CHECKING:
    from bronnen.shelf import Shelved

_PATH = click.Path(path_type=Path)


@click.group()
def models() -> None:
    """Choose the classifier that scans use, from bronnen's own and yours.

    Yours are kept in a folder of your own, by the names that `bronnen train --name` gave them; `bronnen` is the one
    that comes with bronnen. BRONNEN_MODELS names another folder. Going back is `bronnen models use` with an older name:
    the next scan redoes the documents that another model read.
    """


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def listed(as_json: bool) -> None:
    """Show the models there are, and which one is in use."""
    import json

    from bronnen import shelf
    from bronnen.cli.screen import printable
    from bronnen.errors import MissingError

    try:
        used = shelf.in_use()
    except MissingError as error:
        click.echo(f"bronnen: {error}", err=True)
        used = ""
    found = [{**_facts(one), "in_use": one.name == used} for one in shelf.models()]
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for one in found:
        mark = "*" if one["in_use"] else " "
        own = f", {one['own_runs']} of your own documents or runs" if one["own_runs"] else ""
        click.echo(f"{mark} {one['name']:24} {printable(one['id'][:40])}  {one['passages']} passages{own}")
    click.echo(f"* is in use. Yours are in {shelf.shelf()}.", err=True)


@models.command("use")
@click.argument("name")
def chosen(name: str) -> None:
    """Let scans use the model NAME from now on."""
    from bronnen import shelf
    from bronnen.classifier import Model
    from bronnen.extract import openable

    model = Model.load(openable(shelf.named(name).folder))  # one that cannot be used is told of now
    shelf.use(name)
    click.echo(f"Scans use '{name}' (model {model.id}) from now on.")
    click.echo("A scan into the same folder redoes the documents that another model read.", err=True)


@models.command("remove")
@click.argument("name")
@click.option("--force", is_flag=True, help="Also the one in use; scans then use bronnen's own again.")
def removed(name: str, force: bool) -> None:
    """Remove the model NAME; bronnen's own is never removed."""
    from bronnen import shelf

    shelf.remove(name, force=force)
    click.echo(f"'{name}' is removed.")


@models.command("compare")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--labels", type=_PATH, metavar="FILE", help="Labelled text that neither learned from.")
@click.option(
    "--store",
    "folder",
    type=_PATH,
    metavar="DIR",
    help="With the documents of --labels; alone: what people labelled in the documents kept apart.",
)
def compared(first: str, second: str, labels: Path | None, folder: Path | None) -> None:
    """Show whether model B reads better than model A, by name or folder.

    On labels: the difference with its 95% interval, as `bronnen evaluate --compare`. Without labels the cards are put
    side by side, which says nothing of which is better: each was measured on documents of its own.
    """
    from bronnen.cli.figures import show_comparison
    from bronnen.cli.screen import console

    if labels or folder:
        show_comparison(_on_labels(first, second, labels, folder), console())
        return
    cards = [_loaded(told) for told in (first, second)]
    click.echo(f"{'F1 of passages, cross-validated':33} {'A':>8} {'B':>8}")
    for source, uses in cards[0]["cross_validated"]["passage"].items():
        for use, one in uses.items():
            other = cards[1]["cross_validated"]["passage"][source][use]
            click.echo(f"{source:13} {use:19} {one['f1']:8.3f} {other['f1']:8.3f}")
    click.echo(
        "\nThese figures cannot be compared: each model was measured on its own documents. "
        "Give --labels or --store to compare them on the same ones."
    )


def _on_labels(first: str, second: str, labels: Path | None, folder: Path | None) -> dict[str, Any]:
    from bronnen.cli.evaluate import compared_facts, material_of
    from bronnen.extract import openable
    from bronnen.records import Unit
    from bronnen.store import Store
    from bronnen.training.team import kept_material, team_of

    if labels:
        material, lost = material_of(labels, folder, Unit.PASSAGE)
        return compared_facts(labels, material, (first, second), lost)
    assert folder is not None
    with Store(openable(folder)) as store:
        found = kept_material(team_of(store))
    if found is None:
        raise UsageError(
            "People labelled no document of this store that is kept apart.",
            "Label what `bronnen sample` marks 'evaluate', or give --labels.",
        )
    return compared_facts(folder, found[0], (first, second), found[1])


def _loaded(told: str) -> dict[str, Any]:
    from bronnen.classifier import Model
    from bronnen.extract import openable
    from bronnen.shelf import folder_of

    return Model.load(openable(folder_of(told))).card


def _facts(one: Shelved) -> dict[str, Any]:
    """What the card of a model says, with '?' or 0 for what it does not say."""
    data = one.card.get("data")
    data = data if isinstance(data, dict) else {}
    counts = {name: data.get(name) for name in ("groups", "passages", "own_runs")}
    return {
        "name": one.name,
        "id": told if isinstance(told := one.card.get("id"), str) else "?",
        "folder": str(one.folder),
        **{name: count if type(count) is int else 0 for name, count in counts.items()},
    }
