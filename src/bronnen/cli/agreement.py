"""`bronnen corpus agreement`: how far two labellers agree."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("agreement")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
def agreement(first: Path, second: Path) -> None:
    """Show how far the labels in FIRST and SECOND (.jsonl or .csv) agree, per source and use.

    Compared are the sentences and passages that stand in both files, each source where both judged it. Per source:
    Cohen's kappa, Krippendorff's alpha and F1 (positive agreement); a dash where there is nothing to compare.
    """
    from bronnen.agreement import agreement as compared
    from bronnen.formats.labels import read_labels

    found = compared(read_labels(first), read_labels(second))
    click.echo(f"{'source':13} {'use':11} {'units':>6} {'first':>6} {'second':>6} {'both':>6}  kappa  alpha     F1")
    for (source, use), one in found.items():
        measures = "  ".join("    -" if value is None else f"{value:5.2f}" for value in (one.kappa, one.alpha, one.f1))
        click.echo(f"{source:13} {use:11} {one.units:6} {one.first:6} {one.second:6} {one.both:6}  {measures}")
