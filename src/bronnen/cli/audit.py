"""`bronnen audit plan`, `sheet` and `result`: a random sample, judged by people, and what follows from it."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bronnen.errors import StoreError, UsageError

if TYPE_CHECKING:
    from bronnen.audit.judgements import Judgement
    from bronnen.audit.plan import Plan
    from bronnen.records import Analysis

_PATH = click.Path(path_type=Path)
_MARGIN = 0.05


@click.group()
def audit() -> None:
    """Check the model on a random sample, and estimate the balance from it.

    First `plan` draws passages at random. Then `sheet` writes them to a workbook, in which people judge them without
    seeing what the model said. At the end `result` says how often the documents use each source, with a 95% interval
    that holds however good or bad the model is, and how good the model is on these documents.
    """


@audit.command("plan")
@click.argument("folder", metavar="DIR", type=_PATH)
@click.option("--document", "wanted", multiple=True, metavar="NAME", help="Only this document; may be repeated.")
@click.option(
    "--margin",
    type=click.FloatRange(0.005, 0.5),
    help=f"How far a share may be off, either way: 0.05 is 5 points.  [default: {_MARGIN}]",
)
@click.option("--size", type=click.IntRange(min=1), help="How many passages to judge, instead of a margin.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Of the drawing.  [default: a new one, told]")
@click.option("--out", required=True, type=_PATH, help="Where the plan goes (.json).")
def plan(
    folder: Path, wanted: tuple[str, ...], margin: float | None, size: int | None, seed: int | None, out: Path
) -> None:
    """Draw a random sample of the passages in the store in DIR.

    It is drawn from the counted passages of the last scan, or of the documents given by name, path or id. Passages
    to which the model gives different labels are drawn apart, more of those it is in doubt about. How many: as
    many as should give the wanted margin, if the model's scores are as good as they say.
    """
    from bronnen import __version__
    from bronnen.audit.plan import planned, values_of
    from bronnen.cli.audited import show_plan
    from bronnen.cli.frame import frame
    from bronnen.extract import openable
    from bronnen.formats.plans import write_hashed
    from bronnen.store import Store

    if margin is not None and size is not None:
        raise UsageError("--margin and --size say two things.", "Give one of them.")
    _refuse_there(out)
    with Store(openable(folder)) as store:
        drawn_from = frame(store, wanted)
    aim = None if size is not None else margin if margin is not None else _MARGIN
    seed = secrets.randbelow(2**31) if seed is None else seed  # one that nobody could know beforehand
    made = planned(drawn_from, seed, __version__, size=size, margin=aim)
    show_plan(made, write_hashed(openable(out), values_of(made)), out)


@audit.command("sheet")
@click.argument("plan_file", metavar="PLAN", type=_PATH)
@click.option("--store", "folder", required=True, metavar="DIR", type=_PATH, help="From which the plan was made.")
@click.option("--out", required=True, type=_PATH, help="Where the sheet goes (.xlsx or .csv).")
@click.option("--auditor", default="", metavar="NAME", help="Who will judge; may be filled in on the sheet too.")
def sheet(plan_file: Path, folder: Path, out: Path, auditor: str) -> None:
    """Write the sampled passages of PLAN to a sheet in Dutch, on which people judge them.

    It says nothing of what the model found. Judges choose gebruikt, gevraagd or geen for each source; the workbook
    explains it. Make one sheet for each judge.
    """
    from bronnen.cli.frame import sheet_rows
    from bronnen.extract import openable
    from bronnen.formats.sheets import write_sheet
    from bronnen.store import Store

    _refuse_there(out)
    name = " ".join(auditor.split())
    if len(name) > 100 or not name.isprintable():
        raise UsageError("--auditor is no name.", "Give a name of at most 100 characters.")
    made, plan_hash = _plan(plan_file)
    with Store(openable(folder)) as store:
        rows = list(sheet_rows(store, made, plan_hash))
    write_sheet(openable(out), rows, plan_hash, name)
    click.echo(f"{len(rows)} passages to judge in {out}.")


@audit.command("result")
@click.argument("plan_file", metavar="PLAN", type=_PATH)
@click.argument("sheets", metavar="SHEET...", nargs=-1, required=True, type=_PATH)
@click.option(
    "--settled", "together", type=_PATH, multiple=True, help="A sheet with what the judges agreed on afterwards."
)
@click.option("--out", type=_PATH, help="Write the result to this file (.json), with its audit trail.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--store", "folder", metavar="DIR", type=_PATH, help="From which the plan was made; needed for --keep.")
@click.option("--keep", is_flag=True, help="Keep the judgements in the store, as labels by people.")
def result(
    plan_file: Path,
    sheets: tuple[Path, ...],
    together: tuple[Path, ...],
    out: Path | None,
    form: str,
    folder: Path | None,
    keep: bool,
) -> None:
    """Estimate the balance from the judged SHEETs (.xlsx or .csv) of PLAN.

    Every sampled passage must be judged for every source, on one sheet or another. A sheet on which text or rows were
    changed is refused. Where judges differ, nothing is settled for them: they talk it through, and give what they
    agree on with --settled.
    """
    import json

    from bronnen import __version__
    from bronnen.audit import judgements as judging
    from bronnen.audit.result import facts_of, plan_facts
    from bronnen.audit.result import result as estimated
    from bronnen.cli.audited import show_agreement, show_result
    from bronnen.cli.screen import console
    from bronnen.extract import openable
    from bronnen.formats.plans import content_hash, write_hashed

    if keep and folder is None:
        raise UsageError("--keep needs a store.", "Give --store too.")
    if out and out.absolute() in [path.absolute() for path in (plan_file, *sheets, *together)]:
        raise UsageError(f"--out {out} is one of the files to read.", "Give another name.")
    made, plan_hash = _plan(plan_file)
    said, trail = _read(made, plan_hash, sheets)
    agreed, settling = _read(made, plan_hash, together)
    settled = judging.settled(said, agreed)
    try:
        judging.refuse_open(made, settled)
    except StoreError:
        if settled.differences:
            show_agreement(made, said, settled, console(sys.stderr))
        raise
    facts = {
        "format": 1,
        "kind": "audit result",
        "version": __version__,
        "plan": {"name": plan_file.name, "hash": plan_hash, **plan_facts(made)},
        "sheets": trail,
        "settled": settling,
        **facts_of(estimated(made, settled), made, settled, said),
    }
    if keep and folder is not None:
        _keep(folder, made, said, agreed)
    if out:
        write_hashed(openable(out), facts)
        click.echo(f"The result and its audit trail are in {out}.", err=True)
    if form == "json":
        click.echo(json.dumps({"hash": content_hash(facts), **facts}, indent=1, allow_nan=False))
    else:
        show_result(facts, console())


def _plan(path: Path) -> tuple[Plan, str]:
    from bronnen.audit.plan import plan_of
    from bronnen.extract import openable
    from bronnen.formats.plans import read_hashed

    values, plan_hash = read_hashed(openable(path))
    return plan_of(values, path.name), plan_hash


def _read(plan: Plan, plan_hash: str, paths: Sequence[Path]) -> tuple[list[Judgement], list[dict[str, Any]]]:
    """The judgements on some sheets, and per sheet what the audit trail tells of it."""
    from bronnen import files
    from bronnen.audit.judgements import judgements
    from bronnen.extract import openable
    from bronnen.formats.sheets import read_sheet, refuse

    found: list[Judgement] = []
    trail: list[dict[str, Any]] = []
    for path in paths:
        read = read_sheet(openable(path))
        here, bad = judgements(plan, plan_hash, read)
        if bad:
            refuse(path, bad)
        found += here
        trail.append(
            {
                "name": path.name,
                "sha256": files.digest(openable(path)),
                "saved": read.modified,
                "auditors": [
                    {
                        "name": name,
                        "dates": sorted({one.date for one in here if one.auditor == name and one.date}),
                        "numbers": sorted(one.number for one in here if one.auditor == name),
                    }
                    for name in sorted({one.auditor for one in here})
                ],
            }
        )
    return found, trail


def _keep(folder: Path, plan: Plan, said: Sequence[Judgement], agreed: Sequence[Judgement]) -> None:
    """Adds the judgements to the store as verdicts of people, each with the text that it is about."""
    from bronnen.audit.judgements import verdicts
    from bronnen.audit.plan import digest
    from bronnen.extract import openable
    from bronnen.records import page_at
    from bronnen.store import Store

    Store(openable(folder)).close()  # says so where there is none, rather than making one
    with Store(openable(folder), write=True) as store:
        documents: dict[str, Analysis | None] = {}
        kept = []
        digests = {(plan.documents[one.document].id, one.start, one.end): one.digest for one in plan.sampled}
        for verdict in verdicts(plan, said) + verdicts(plan, agreed, kind="adjudicated"):
            if verdict.document_id not in documents:
                documents[verdict.document_id] = store.analysis(verdict.document_id)
            found = documents[verdict.document_id]
            if found is None:
                raise UsageError("The store lacks a document of the plan.", "Give the store that the plan is of.")
            page = page_at(found.document, verdict.start)
            quote = found.document.text[verdict.start : verdict.end]
            if digest(quote) != digests[verdict.document_id, verdict.start, verdict.end]:
                raise StoreError(
                    f"{found.document.name} was read anew since the plan was made, and its text is another one.",
                    "The judgements were not kept. Give the store as it was.",
                )
            kept.append(replace(verdict, quote=quote, page=page.number if page else None))
        added = store.add_verdicts(kept, imported=True)
    click.echo(f"{added} judgements added to the store, {len(kept) - added} were there already.", err=True)


def _refuse_there(path: Path) -> None:
    """A plan or a sheet that is overwritten may take days of judging with it."""
    from bronnen.extract import openable

    if openable(path).exists():
        raise UsageError(f"{path} is there already.", "Give another name, or take it away first.")
