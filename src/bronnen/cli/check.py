"""`bronnen check`: what works on this machine, for who installed bronnen or helps somebody who did."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bronnen.errors import ExitCode

if TYPE_CHECKING:
    from bronnen.cli.machine import Line


@click.command()
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), default=Path(), help="Where results would go; else: here."
)
@click.option("--settings", "settings_file", type=click.Path(path_type=Path), help="A TOML file with settings.")
@click.option("--model", metavar="NAME", default="", help="A classifier by its name or folder; else the one in use.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
def check(ctx: click.Context, out: Path, settings_file: Path | None, model: str, form: str) -> None:
    """Show what works on this machine, and how to mend what does not.

    Tries what a scan needs, down to a page of PDF made for it, and looks up what only some files or reports need.
    Takes some seconds. Exit code 0: scans work; 6: something that they need is missing or broken.
    """
    from bronnen.cli.machine import OK, lines

    found: list[Line] = []
    for line in lines(out, settings_file, model):
        found.append(line)
        if form == "table":
            _show(line)
    works = all(line.state == OK for line in found if line.is_needed)
    if form == "json":
        click.echo(json.dumps({"works": works, "lines": [asdict(line) for line in found]}, ensure_ascii=True, indent=1))
    else:
        click.echo("Scans work here." if works else "Scans do not work here yet: mend what is needed.")
    ctx.exit(int(ExitCode.OK if works else ExitCode.MISSING))


def _show(line: Line) -> None:
    from bronnen.cli.screen import printable

    needed = " (needed)" if line.is_needed and line.mend else ""
    click.echo(printable(f"{line.state:8} {line.name:10} {line.purpose}: {line.found}{needed}"))
    if line.mend:
        click.echo(printable(f"{'':19} -> {line.mend}"))
