"""`bronnen evaluate`: how well a model reads labelled text, or which of two models reads it better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bronnen.errors import StoreError, UsageError

if TYPE_CHECKING:
    from bronnen.records import Unit
    from bronnen.training.facts import Measured
    from bronnen.training.material import Material

Facts = dict[str, Any]

_LINE = 1_000_000  # characters that are read to see which form a file has


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@click.option("--store", "folder", metavar="DIR", type=click.Path(path_type=Path), help="With the labelled documents.")
@click.option("--model", metavar="NAME", help="A classifier, by its name or folder, instead of the one in use.")
@click.option("--compare", nargs=2, metavar="A B", help="Two classifiers, by name or folder: which is better?")
@click.option("--unit", type=click.Choice(["passage", "sentence"]), default="passage", show_default=True)
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Write a page with plots and misses.")
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of that page.")
@click.option("--json", "json_file", metavar="FILE", help="Write all figures as JSON; - is stdout, without the table.")
@click.option(
    "--misses", type=click.IntRange(min=0), default=5, show_default=True, help="How many of the worst misses, per kind."
)
def evaluate(
    labels: Path,
    folder: Path | None,
    model: str | None,
    compare: tuple[str, str] | None,
    unit: str,
    html: Path | None,
    lang: str,
    json_file: str | None,
    misses: int,
) -> None:
    """Show how well a classifier reads the labelled text in LABELS.

    LABELS holds training samples (.jsonl, a sentence a line), or labels by people (.jsonl or .csv, as `bronnen corpus
    export` writes them) on documents in the store in DIR; docs/file-formats.md shows both.

    Per source and use: precision, recall, F1 and average precision with 95% intervals, in which whole documents are
    drawn again; what was found rightly, wrongly and missed; how far scores are probabilities; figures per genre and
    organisation; the worst misses with their text; how far labellers and model agree. With --compare, how two
    classifiers differ and whether that is more than noise.
    """
    from bronnen.cli.figures import show_comparison, show_evaluation
    from bronnen.cli.screen import console
    from bronnen.extract import openable
    from bronnen.records import Unit

    if model and compare:
        raise UsageError("--model and --compare do not go together.", "Name both models after --compare.")
    for path in filter(None, (html, None if json_file in (None, "-") else Path(str(json_file)))):
        if not openable(path.parent).is_dir():  # said now, and not after all the work
            raise UsageError(f"There is no folder {path.parent}.", "Make it first, or give another place.")
    material, lost = material_of(labels, folder, Unit(unit))
    facts = (
        compared_facts(labels, material, compare, lost)
        if compare
        else _evaluated(labels, material, model, misses, lost)
    )
    _write(facts, html, lang, json_file)
    if json_file != "-":
        (show_comparison if compare else show_evaluation)(facts, console())


def material_of(path: Path, folder: Path | None, unit: Unit) -> tuple[Material, int]:
    """What LABELS holds, and how many labels have no place in the documents."""
    from bronnen.corpus import read_samples
    from bronnen.extract import openable
    from bronnen.formats.labels import read_labels
    from bronnen.store import Store
    from bronnen.training.material import of_samples, of_verdicts

    lost = 0
    if _is_samples(path):
        if folder:
            raise UsageError(f"{path} holds samples, which need no store.", "Leave out --store.")
        samples = read_samples(openable(path))
        material = of_samples(samples, unit) if samples else None
    else:
        verdicts = read_labels(openable(path))
        if not folder:
            raise UsageError(
                f"{path} holds labels on documents.", "Say with --store DIR where `bronnen scan` put those documents."
            )
        with Store(openable(folder)) as store:
            found = [store.analysis(document) for document in dict.fromkeys(one.document_id for one in verdicts)]
        material, lost = of_verdicts([one for one in found if one is not None], verdicts, unit)
    if material is None or not material.places:
        raise UsageError(
            f"{path} has no {unit} that a person labelled" + (" in the documents of the store." if folder else "."),
            "Give other labels, or another --store or --unit.",
        )
    return material, lost


def _is_samples(path: Path) -> bool:
    """Whether a file holds training samples rather than labels on documents, by its first line."""
    import json

    from bronnen.extract import openable

    if path.suffix.lower() == ".csv":
        return False
    try:
        with openable(path).open(encoding="utf-8-sig", errors="replace") as stream:
            first = next((line for line in iter(lambda: stream.readline(_LINE), "") if line.strip()), "")
    except OSError as error:
        raise StoreError(
            f"Cannot read {path}: {error.strerror or type(error).__name__}.", "Check its name and rights."
        ) from error
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return True  # read_samples says what is wrong and where
    return not (isinstance(row, dict) and "document" in row and "doc" not in row)


def _evaluated(path: Path, material: Material, model: str | None, most: int, lost: int) -> Facts:
    from bronnen.shelf import in_use
    from bronnen.training.evaluate import evaluate as evaluated
    from bronnen.training.facts import evaluation_facts

    model_read = measured(model or in_use(), material)
    found = evaluated(material, model_read.reading, weights_of(material), most)
    return evaluation_facts(str(path), material, model_read, found, lost)


def compared_facts(path: Path, material: Material, models: tuple[str, str], lost: int) -> Facts:
    from bronnen.training.compare import compare
    from bronnen.training.facts import comparison_facts

    first, second = (measured(told, material) for told in models)
    found = compare(material, first.reading, second.reading, weights_of(material))
    return comparison_facts(str(path), material, (first, second), found, lost)


def measured(told: str, material: Material) -> Measured:
    from bronnen.classifier import Model
    from bronnen.extract import openable
    from bronnen.shelf import folder_of
    from bronnen.training.facts import Measured
    from bronnen.training.material import learned, read

    model = Model.load(openable(folder_of(told)))
    return Measured(read(model, material), learned(model.card, material))


def weights_of(material: Material) -> Any:
    import numpy as np

    from bronnen.training import bootstrap
    from bronnen.training.evaluate import SEED

    return bootstrap.draws(material.size, bootstrap.ROUNDS, np.random.default_rng(SEED))


def _write(facts: Facts, html: Path | None, lang: str, json_file: str | None) -> None:
    import json

    from bronnen.extract import openable
    from bronnen.formats import replacing, without_surrogates

    if html:
        from bronnen.report import evaluation_page

        page = without_surrogates(evaluation_page(facts, lang))
        with replacing(openable(html)) as stream:
            stream.write(page.encode("utf-8"))
        click.echo(f"The page is in {html}.", err=True)
    if json_file == "-":
        click.echo(json.dumps(facts, indent=1, allow_nan=False))
    elif json_file:
        text = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False)
        with replacing(openable(Path(json_file))) as stream:
            stream.write((without_surrogates(text) + "\n").encode("utf-8"))
        click.echo(f"The figures are in {json_file}.", err=True)
