"""`bronnen verify`: is a store whole, and do the files beside it say the same? For who must be able to rely on it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bronnen.errors import ExitCode

if TYPE_CHECKING:
    from bronnen.store.checking import Checked, Finding, Still

_SAYS = {
    "file": "what SQLite says of the file",
    "form": "tables, and what guards people's labels",
    "values": "texts, settings and figures can be read",
    "runs": "every file of every run accounted for",
    "places": "passages and sentences lie in their texts",
    "labels": "labels by models fit their passages",
    "people": "labels by people stand where they were given",
    "search": "the search index agrees with the passages",
    "outputs": "the files beside the store say the same",
    "files": "the documents are those that were read",
}


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--files", is_flag=True, help="Also read the documents of the last run again, and compare their sha256.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
def verify(ctx: click.Context, folder: Path, files: bool, form: str) -> None:
    """Check that the store in DIR is whole, and that the files beside it agree with it.

    Reads everything and changes nothing, also of a store from hands that you do not know. Says of each part whether it
    is as bronnen makes it and, where it is not, what that means and what to do. Exit code 0: whole; 7: not.
    """
    from bronnen.extract import openable

    began = time.perf_counter()
    parts: list[Checked] = []
    for part in _looked(openable(folder), files):
        parts.append(part)
        if form == "table":
            _show(part)
    is_whole = all(part.is_whole for part in parts)
    seconds = time.perf_counter() - began
    if form == "json":
        told = {"folder": str(folder), "whole": is_whole, "seconds": round(seconds, 1), "parts": [*map(_record, parts)]}
        click.echo(json.dumps(told, ensure_ascii=True, indent=1))
    else:
        click.echo(_end(parts, is_whole, seconds))
    ctx.exit(int(ExitCode.OK if is_whole else ExitCode.STORE))


def _looked(folder: Path, files: bool) -> Iterator[Checked]:
    from bronnen.store import checking

    def further(store: Still) -> Iterator[Checked]:
        from bronnen.cli.beside import compared, identified

        yield checking.guarded("outputs", lambda: compared(store, folder))
        if files:
            yield checking.guarded("files", lambda: identified(store))

    yield from checking.check(folder, further)


def _state(part: Checked) -> str:
    if part.is_skipped:
        return "skipped"
    return "trouble" if not part.is_whole else "note" if part.findings else "ok"


def _record(part: Checked) -> dict[str, Any]:
    return {"part": part.part, "state": _state(part), "about": part.about,
            "findings": [asdict(one) for one in part.findings]}  # fmt: skip


def _show(part: Checked) -> None:
    from bronnen.cli.screen import printable

    about = f" ({part.about})" if part.about else ""
    click.echo(f"{_state(part):8} {part.part:8} {_SAYS[part.part]}{about}")
    for one in part.findings:
        for line in _lines(one):
            click.echo(f"{'':18}{printable(line)}")


def _lines(one: Finding) -> Iterator[str]:
    from bronnen.store.checking import MOST

    yield f"{one.says} [{one.code}]"
    shown = "; ".join(one.examples)
    more = one.count - len(one.examples)
    yield shown + (f"; and {more}{' or more' if one.count == MOST else ''} others" if more else "")
    yield f"-> {one.step}"


def _end(parts: list[Checked], is_whole: bool, seconds: float) -> str:
    if is_whole:
        return f"The store is whole. Looked at in {seconds:.1f} s."
    bad = ", ".join(part.part for part in parts if not part.is_whole)
    return f"The store is not whole: {bad}. Looked at in {seconds:.1f} s."
