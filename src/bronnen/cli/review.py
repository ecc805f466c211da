"""`bronnen review`: a local page on which people check and correct the labels in a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bronnen.cli.choices import LANGUAGES, SOURCES
from bronnen.errors import StoreError, UsageError

if TYPE_CHECKING:
    from bronnen.review.desk import Desk
    from bronnen.review.queue import Order, Queue
    from bronnen.review.sheet import PlannedSheet
    from bronnen.settings import Settings
    from bronnen.store import Store

_PATH = click.Path(path_type=Path)
_PORT = 8765
_ORDERS = ["uncertainty", "document", "source"]


@click.command()
@click.argument("folder", metavar="DIR", type=_PATH)
@click.option("--name", default="", metavar="NAME", help="Who reviews; asked on the page without it.")
@click.option(
    "--order", "by", type=click.Choice(_ORDERS), default="uncertainty", show_default=True,
    help="uncertainty: what the model doubts first; source: what most likely carries --source first.",
)  # fmt: skip
@click.option("--source", type=click.Choice(SOURCES), help="The source that the order goes by.")
@click.option(
    "--random", "share", type=click.FloatRange(0, 1), default=0.2, show_default=True,
    help="Share of the passages that come at random instead.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Of those at random.")
@click.option("--plan", type=_PATH, help="Judge the sample of this plan of `bronnen audit plan`, blind.")
@click.option("--again", is_flag=True, help="With --plan: keep what people said of the sample before, and go on.")
@click.option("--blind", is_flag=True, help="Do not show what the model says.")
@click.option("--language", type=click.Choice(LANGUAGES), default="nl", show_default=True, help="Of the page.")
@click.option("--host", metavar="HOST", help="Let other machines in too: 0.0.0.0, or a name of this machine.")
@click.option("--port", type=click.IntRange(1024, 65535), default=_PORT, show_default=True)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def review(
    folder: Path,
    name: str,
    by: str,
    source: str | None,
    share: float,
    seed: int,
    plan: Path | None,
    again: bool,
    blind: bool,
    language: str,
    host: str | None,
    port: int,
    no_browser: bool,
) -> None:
    """Check and correct the labels of the last scan in DIR, in a browser.

    Shows one passage at a time with its page. Keys 1, 2 and 3 change a label, Enter confirms the passage, ? shows all
    keys. Every press is kept in the store at once. Stop with Ctrl+C.

    The page is for this machine only, and opens by the link that is printed, which has a key. With --host others can
    take part through the link that is printed, each under their own name; the connection is not encrypted, so only do
    so on a network that you trust.
    """
    import webbrowser

    from bronnen.extract import openable
    from bronnen.records import Source
    from bronnen.review.app import Review, create_app, good_name
    from bronnen.review.desk import Desk
    from bronnen.review.guard import door
    from bronnen.review.queue import Order
    from bronnen.review.serving import serve
    from bronnen.settings import remembering
    from bronnen.store import Store

    _refuse_wrong(name, by, source, blind=blind, again=again and plan is None)
    where = door(host, port)
    Store(openable(folder)).close()  # says so where there is none, rather than making one
    with Store(openable(folder), write=True, shared=True) as store:
        order = Order(by, Source(source) if source else None, share, seed)
        settings, queue, sheet = _queue(store, order, plan)
        desk = Desk(store, queue, blind=blind or sheet is not None)
        early = {} if again or sheet is None else _early(sheet, desk, good_name(name))
        app = create_app(Review(desk, remembering(settings, folder), where, good_name(name), language, sheet, early))

        def ready() -> None:
            click.echo(f"{len(queue.items)} passages. Open {where.address}")
            click.echo("Stop with Ctrl+C; everything is kept at once.", err=True)
            if not no_browser:
                webbrowser.open(where.address)

        serve(app, where, ready)


def _refuse_wrong(name: str, by: str, source: str | None, *, blind: bool, again: bool) -> None:
    """Refuses options that do not go together; `again` where it was given without a plan."""
    from bronnen.review.app import good_name

    if name and not good_name(name):
        raise UsageError(
            "--name is no name.", "Give a name of at most 60 characters, without a colon, and not 'bronnen'."
        )
    if by == "source" and source is None:
        raise UsageError("--order source needs to know which.", "Give --source too.")
    if by == "source" and blind:
        raise UsageError(
            "--order source tells what the model says, so it does not go with --blind.", "Give --order document."
        )
    if again:
        raise UsageError("--again belongs to --plan.", "Give --plan too, or leave --again out.")


def _early(sheet: PlannedSheet, desk: Desk, name: str) -> dict[str, int]:
    """Who cannot judge a plan blind any more, and of how many passages; refuses where that is who starts."""
    from bronnen.review.sheet import judged_before

    early = judged_before(sheet, desk.said())
    if name in early:
        raise UsageError(
            f"{early[name]} passages of this plan were judged by {name} before.",
            "Give another --name; or --again, if all of that was done blind with this plan.",
        )
    return early


def _queue(store: Store, order: Order, plan: Path | None) -> tuple[Settings, Queue, PlannedSheet | None]:
    """The settings of the last scan, the passages to review, and the sheet of a plan."""
    from bronnen.review.queue import queued

    run = store.last_run()
    if run is None or not store.has_documents(run):
        raise StoreError("The last scan of this store read no document.", "Run `bronnen scan` first.")
    settings = store.run_settings(run)
    if plan is None:
        return settings, queued(store.scored(run), settings.segment, order), None
    from bronnen.audit.plan import plan_of
    from bronnen.cli.frame import sheet_rows
    from bronnen.extract import openable
    from bronnen.formats.plans import read_hashed
    from bronnen.review.sheet import planned_sheet

    values, plan_hash = read_hashed(openable(plan))
    made = plan_of(values, plan.name)
    sheet = planned_sheet(made, sheet_rows(store, made, plan_hash))
    return settings, sheet.queue, sheet
