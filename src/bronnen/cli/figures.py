"""The tables of `bronnen evaluate` on a terminal, from its facts. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bronnen.cli.screen import printable, readable, tag
from bronnen.records import Source, Use
from bronnen.taxonomy import looks

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Facts = Mapping[str, Any]

_WIDE = 118  # columns from which an interval stands beside its figure
_MOST = 12  # organisations or genres; all are in the page and the JSON
_TEXT = 160  # characters of a miss


def show_evaluation(facts: Facts, screen: Console) -> None:
    """Prints one model's figures, the parts, the worst misses of `used`, and the agreement."""
    _opening(facts, screen)
    _say(screen, _learned(facts["model"], facts["labels"], f"model {facts['model']['id']}"))
    screen.print(_qualities(facts, screen))
    screen.print(_counts(facts))
    for name in ("genres", "organisations"):
        if facts[name]:
            _parts(facts[name], name, screen)
    _misses(facts["misses"], screen)
    _agreement(facts["agreement"], screen)


def show_comparison(facts: Facts, screen: Console) -> None:
    """Prints how two models differ, and in words whether that is more than noise."""
    _opening(facts, screen)
    for letter, model in zip("AB", facts["models"], strict=True):
        _say(screen, f"{letter} is model {model['id']}. {_learned(model, facts['labels'], letter)}")
    table = _table("use", "source", "cases", "figure", "A", "B", "B - A", "B above A", "outcome")
    outcomes = {"first is better": "A is better", "second is better": "B is better"}
    for use in Use:
        rows = [(look.name, "F1", facts["f1"][source][use]) for source, look in looks("en").items()]
        rows.append(("mean of the three", "F1", facts["macro_f1"][use]))
        rows += [(look.name, "AP", facts["average_precision"][source][use]) for source, look in looks("en").items()]
        for name, figure, one in rows:
            gap, above = one["difference"], one["above_zero"]
            between = "-" if gap is None else f"{gap['value']:+.3f}{_range(gap, ' ', '+.3f')}"
            share = "-" if above is None else f"{above:.1%}"
            outcome = outcomes.get(one["outcome"], one["outcome"])
            cells = [_number(one["first"], 3), _number(one["second"], 3), between, share, outcome]
            table.add_row(use.value, name, str(one["cases"]), figure, *cells)
        table.add_section()
    screen.print(table)
    _say(screen, "'No difference shown' is no proof that the models are alike; one in twenty differences is chance.")


def _opening(facts: Facts, screen: Console) -> None:
    labels, made = facts["labels"], facts["made_with"]
    of = f" of {labels['organisations']} organisations" if labels["organisations"] else ""
    versions = f" ({labels['groups']} without versions)" if labels["groups"] < labels["documents"] else ""
    _say(screen, f"{labels['units']} {labels['unit']}s, {labels['documents']} documents{versions}{of}.")
    _say(
        screen,
        f"In brackets the 95% interval over documents ({made['rounds']} rounds, seed {made['seed']}); "
        f"none below {made['least_documents']} documents, nor where no document contradicts the figure.",
    )
    if labels["lost"]:
        _say(screen, f"Labels that have no place in the documents and do not count: {labels['lost']}.")


def _learned(model: Facts, labels: Facts, name: str) -> str:
    found = model["learned_from"]
    if found is None:
        return (
            f"Mind: the card of {name} does not list the documents that it learned from. "
            "If these are among them, the figures are too good."
        )
    if not found["documents"]:
        return f"{name} learned from none of these documents."
    more = f" (and {found['versions']} are versions of those)" if found["versions"] else ""
    return (
        f"Mind: {name} learned from {found['documents']} of these {labels['documents']} documents{more}. "
        "Figures on them are too good."
    )


def _qualities(facts: Facts, screen: Console) -> Table:
    apart = " " if screen.width >= _WIDE else "\n"
    table = _table("use", "source", "cases", "precision", "recall", "F1", "average precision")
    for use in Use:
        for source, look in looks("en").items():
            one = facts["figures"][source][use]
            told = [one[name] for name in ("precision", "recall", "f1", "average_precision")]
            table.add_row(use.value, look.name, str(one["cases"]), *(_estimate(value, apart) for value in told))
        table.add_row(use.value, "mean of the three", "", "", "", _estimate(facts["macro_f1"][use], apart), "")
        table.add_section()
    return table


def _counts(facts: Facts) -> Table:
    table = _table("use", "source", "TP", "FP", "FN", "TN", "threshold", "cal. error", "Brier", "skill")
    for use in Use:
        for source, look in looks("en").items():
            one = facts["figures"][source][use]
            told = one["calibration"]
            counts = [str(one["confusion"][name]) for name in ("tp", "fp", "fn", "tn")]
            measures = [_number(told["error"], 3), _number(told["brier"], 3), _estimate(told["skill"], " ")]
            table.add_row(use.value, look.name, *counts, _number(one["threshold"], 3), *measures)
        table.add_section()
    return table


def _parts(parts: Sequence[Facts], name: str, screen: Console) -> None:
    table = _table(
        f"F1 of used per {name.removesuffix('s')}", "documents", *(look.name for look in looks("en").values())
    )
    named, rest = [part for part in parts if part["name"]], [part for part in parts if part["name"] is None]
    for part in named[:_MOST] + rest:
        called = readable(part["name"]) if part["name"] else f"all others ({part['members']})"
        cells = [
            f"{_estimate(one['f1'], ' ')}  n={one['cases']}" for one in (part["figures"][s]["used"] for s in Source)
        ]
        table.add_row(called, str(part["documents"]), *cells)
    screen.print(table)
    if len(named) > _MOST:
        _say(screen, f"... and {len(named) - _MOST} {name} more: --html or --json.")


def _misses(told: Facts, screen: Console) -> None:
    """The worst misses of `used`; those of `called_for` are in the page and the JSON."""
    for source, look in looks("en").items():
        for kind, said in (("false_positives", "given, not labelled"), ("false_negatives", "labelled, not given")):
            found = told[source]["used"][kind]
            if found:
                _say(screen, f"Worst misses, {look.name} used: {said}")
            for one in found:
                text = readable(one["text"])
                text = text if len(text) <= _TEXT else f"{text[:_TEXT]}..."
                page = f" p. {one['page']}" if one["page"] is not None else ""
                labels = tag({Source(name): Use(use) for name, use in one["labels"].items()}) or "none"
                _say(screen, f"  {one['score']:.2f}  {printable(one['name'])}{page} (labels: {labels})")
                _say(screen, f"        {text}")


def _agreement(told: Facts, screen: Console) -> None:
    table = _table("agreement", "use", "source", "units", "first", "second", "both", "kappa", "alpha", "F1")
    for pair in told["pairs"]:
        for use in Use:
            for source, look in looks("en").items():
                one = pair["figures"][source][use]
                counts = [str(one[name]) for name in ("units", "first", "second", "both")]
                measures = [_number(one[name]) for name in ("kappa", "alpha", "f1")]
                called = f"{readable(pair['first'])} - {readable(pair['second'])}"
                table.add_row(called, use.value, look.name, *counts, *measures)
        table.add_section()
    if told["alpha_of_all"]:
        for use in Use:
            for source, look in looks("en").items():
                alpha = _number(told["alpha_of_all"][source][use])
                table.add_row("all labellers", use.value, look.name, "", "", "", "", "", alpha, "")
    screen.print(table)
    if not told["labellers"]:
        _say(screen, "The labels tell of one labeller only: how far people agree among themselves cannot be said.")


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for index, name in enumerate(columns):
        is_text = index == 0 or name in ("source", "use", "outcome", "figure")
        table.add_column(name, justify="left" if is_text else "right", overflow="fold")
    return table


def _estimate(told: Facts | None, apart: str) -> str:
    return "-" if told is None else f"{told['value']:.2f}{_range(told, apart)}"


def _range(told: Facts, apart: str, form: str = ".2f") -> str:
    between = " to " if "+" in form or (told["low"] or 0) < 0 else "-"
    return "" if told["low"] is None else f"{apart}({told['low']:{form}}{between}{told['high']:{form}})"


def _number(value: float | None, decimals: int = 2) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"


def _say(screen: Console, text: str) -> None:
    screen.print(text, soft_wrap=not screen.is_terminal)
