"""What `bronnen audit` prints of a plan and of a result. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bronnen.cli.screen import printable, readable
from bronnen.records import Source, Use
from bronnen.taxonomy import looks

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from bronnen.audit.judgements import Judgement, Settled
    from bronnen.audit.plan import Plan

Facts = Mapping[str, Any]

_MOST = 10  # differences; all are in the JSON


def show_plan(plan: Plan, plan_hash: str, path: Path) -> None:
    """Prints what was drawn from what, and what it should give."""
    from bronnen.audit.result import strata_of

    sample = len(plan.sampled)
    click.echo(
        f"{sample} of {len(plan.passages)} passages drawn from {_documents(len(plan.documents))}, seed {plan.seed}."
    )
    for one in strata_of(plan):
        click.echo(f"  {one['sample']:5} of {one['passages']:6}  the model says: {one['name']}")
    half = max(plan.expected.values())
    click.echo(
        f"Expected for the worst source: {100 * half:.1f} points either way, if the model's scores are as good as they "
        "say; if not, more, and the result tells how much."
    )
    if plan.margin is not None and half > plan.margin:
        click.echo("That is all of them; a smaller margin cannot be had.")
    if plan.left_out:
        click.echo(f"Files that could not be read, and of which nothing can be said: {plan.left_out}.", err=True)
    click.echo(f"The plan is in {path}. Note its hash down before anybody judges: {plan_hash}")


def show_result(facts: Facts, screen: Console) -> None:
    """Prints the balance, how good the model is, and how far judges agree."""
    population, sample = facts["population"], facts["sample"]
    _say(
        screen,
        f"{sample['passages']} of {population['passages']} passages judged, of {_documents(population['documents'])}. "
        "In brackets 95% intervals.",
    )
    judges = ", ".join(
        f"{printable(one['name'])} ({len(one['numbers'])})" for sheet in facts["sheets"] for one in sheet["auditors"]
    )
    plan = facts["plan"]
    _say(screen, f"Plan {plan['hash'][:12]}, seed {plan['seed']}, model {printable(plan['made_with']['model'])}.")
    _say(screen, f"Judged by {judges}.")
    if population["left_out"]:
        _say(screen, f"Of {population['left_out']} files that could not be read this says nothing.")
    screen.print(_balance(facts))
    for line in _remarks(facts):
        _say(screen, line)
    screen.print(_accuracy(facts))
    for pair in facts["agreement"]["pairs"]:
        screen.print(_pair(pair))
    _differences(facts["agreement"]["differences"], screen)


def show_agreement(plan: Plan, said: Sequence[Judgement], settled: Settled, screen: Console) -> None:
    """Prints how far judges agree, where they have not settled their differences yet."""
    from bronnen.audit.result import agreement_of

    for pair in agreement_of(plan, said, settled)["pairs"]:
        screen.print(_pair(pair))


def _balance(facts: Facts) -> Table:
    table = _table("share of passages", "", "estimate", "judging alone", "the model counts", "in the sample")
    for use in Use:
        for source, look in looks("en").items():
            _balance_row(table, use.value, look.short, facts["figures"][source][use])
        table.add_section()
    _balance_row(table, Use.USED.value, "any", facts["coverage"])
    return table


def _balance_row(table: Table, use: str, name: str, one: Facts) -> None:
    cells = [_share(one["share"]), _share(one["alone"]), f"{one['counted']:.1%}", str(one["positives"])]
    table.add_row(use, name, *cells)


def _remarks(facts: Facts) -> list[str]:
    """What a reader must know of these figures: the margin, and for what the model's scores were of no use."""
    lines = []
    shares = facts["used_shares"]
    if shares:
        told = ", ".join(f"{look.name} {_share(shares[source])}" for source, look in looks("en").items())
        lines.append(f"Of all uses: {told}.")
    margin = facts["margin"]
    wanted = f" (wanted: {100 * margin['wanted']:.1f})" if margin["wanted"] is not None else ""
    lines.append(f"The worst source is known to {100 * margin['reached']:.1f} points either way{wanted}.")
    no_help = [
        look.name
        for source, look in looks("en").items()
        if facts["figures"][source][Use.USED]["outcome"] != "narrower than judging alone"
    ]
    if no_help:
        lines.append(
            f"For {' and '.join(no_help)} this sample is too small, or the model too poor, to do better than judging "
            "alone: the interval is no narrower."
        )
    return lines


def _accuracy(facts: Facts) -> Table:
    table = _table("the model here", "", "precision", "recall", "F1")
    for use in Use:
        for source, look in looks("en").items():
            one = facts["figures"][source][use]
            table.add_row(use.value, look.short, *(_number(one[name]) for name in ("precision", "recall", "f1")))
        table.add_section()
    return table


def _pair(pair: Facts) -> Table:
    called = f"{readable(pair['first'])} - {readable(pair['second'])}"
    table = _table("judges", "use", "source", "passages", "first", "second", "both", "kappa", "alpha", "F1")
    for use in Use:
        for source, look in looks("en").items():
            one = pair["figures"][source][use]
            counts = [str(one[name]) for name in ("units", "first", "second", "both")]
            measures = ["-" if one[name] is None else f"{one[name]:.2f}" for name in ("kappa", "alpha", "f1")]
            table.add_row(called, use.value, look.short, *counts, *measures)
        table.add_section()
    return table


def _differences(found: Sequence[Facts], screen: Console) -> None:
    if found:
        _say(screen, f"Judgements on which people differed, and what they settled on: {len(found)}.")
    for one in found[:_MOST]:
        said = ", ".join(f"{printable(name)} {use or 'none'}" for name, use in one["said"].items())
        name = looks("en")[Source(one["source"])].name
        _say(screen, f"  number {one['number']}, {name}: {said}; settled: {one['settled'] or 'none'}")


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for at, name in enumerate(columns):
        table.add_column(name, justify="left" if at < 2 or name == "source" else "right", overflow="fold")
    return table


def _share(told: Facts) -> str:
    return f"{told['value']:.1%} ({100 * told['low']:.1f}-{100 * told['high']:.1f})"


def _number(told: Facts | None) -> str:
    return "-" if told is None else f"{told['value']:.2f} ({told['low']:.2f}-{told['high']:.2f})"


def _documents(number: int) -> str:
    return f"{number} document{'s' * (number != 1)}"


def _say(screen: Console, text: str) -> None:
    screen.print(text, soft_wrap=not screen.is_terminal)
