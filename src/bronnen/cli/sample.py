"""`bronnen sample`: which passages of a scan to label next, as a file to fill in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bronnen.cli.choices import SOURCES
from bronnen.errors import StoreError, UsageError

if TYPE_CHECKING:
    from bronnen.training.choosing import Chosen

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("folder", metavar="DIR", type=_PATH)
@click.option("--out", required=True, type=_PATH, metavar="FILE", help="Where they go (.jsonl, .csv or .xlsx).")
@click.option("--number", type=click.IntRange(1, 100_000), default=100, show_default=True, help="How many passages.")
@click.option(
    "--random-share",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="Which part is drawn at random, to measure with.",
)
@click.option(
    "--source", "wanted", type=click.Choice(SOURCES), multiple=True, help="Only for this source; may be repeated."
)
@click.option(
    "--per-document", type=click.IntRange(min=1), default=10, show_default=True, help="At most so many to learn from."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same seed, the same sample."
)
def sample(
    folder: Path,
    out: Path,
    number: int,
    random_share: float,
    wanted: tuple[str, ...],
    per_document: int,
    seed: int,
) -> None:
    """Write the passages of the last scan in DIR that are worth labelling next.

    Most are passages that the model is in doubt about, evenly per source and unlike each other: labels on these teach
    it most (purpose 'learn'). The others are drawn at random from documents that `bronnen train --from-store` never
    learns from, one document in five: they show honestly what a new model is worth ('evaluate'). What people judged
    already is left out.

    Fill in `labels` (such as 'scientific=used;experiential=called_for', or nothing where no source is there) and `by`
    ('person:' and a name), and bring it back with `bronnen corpus import FILE --store DIR`. A row without `by` and
    labels counts as not looked at, and is passed over.
    """
    from bronnen.extract import openable
    from bronnen.formats.to_label import write_to_label
    from bronnen.records import Source
    from bronnen.store import Store
    from bronnen.training.choosing import candidates, choose

    if out.exists():
        raise UsageError(f"{out} is there already.", "Somebody may have filled it in: give another name.")
    with Store(openable(folder)) as store:
        run = store.last_run()
        if run is None or not store.has_documents(run):
            raise StoreError(
                "The last scan of this store read no document.", "Run `bronnen scan` again, and then this."
            )
        sources = [Source(name) for name in dict.fromkeys(wanted)] or list(Source)
        learn, measure = choose(candidates(store.analyses(run), sources), number, random_share, per_document, seed)
    if not learn and not measure:
        raise UsageError("There is nothing left to label here.", "Scan more documents, or raise --per-document.")
    write_to_label(openable(out), _rows([*measure, *learn]))
    _tell(learn, measure, out, wanted=round(number * random_share))


def _rows(chosen: Sequence[Chosen]) -> Iterator[dict[str, Any]]:
    for one in chosen:
        candidate, passage = one.candidate, one.candidate.passage
        yield {
            "document": candidate.document,
            "page": candidate.page,
            "start": passage.start,
            "end": passage.end,
            "unit": "passage",
            "text": candidate.text,
            "purpose": candidate.purpose.value,
            "doubt": "" if one.source is None else f"{one.source.value} {candidate.doubts[one.source]:.2f}",
            "name": candidate.name,
            "heading": passage.heading,
        }


def _tell(learn: Sequence[Chosen], measure: Sequence[Chosen], out: Path, *, wanted: int) -> None:
    doubted = Counter(one.source.value for one in learn if one.source)
    told = ", ".join(f"{source} {count}" for source, count in doubted.items())
    documents = len({one.candidate.document for one in [*learn, *measure]})
    click.echo(f"{len(learn)} passages to learn from{f' ({told})' if told else ''} and {len(measure)} to measure with,")
    click.echo(f"from {documents} documents, are in {out}.")
    if len(measure) < wanted:
        click.echo(
            f"bronnen: the documents kept apart have {len(measure)} passages left, not {wanted}. One document in five "
            "is kept apart: scan more documents to measure better.",
            err=True,
        )
