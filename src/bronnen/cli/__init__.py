"""The command line: options to settings, exceptions to exit codes, and the pages that a terminal shows.

Commands are imported when they are called and import heavy things inside their functions, so that `bronnen --help`
answers at once. Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import errno
import io
import sys
from importlib import import_module
from typing import Any

import click

from bronnen import __version__
from bronnen.errors import BronnenError, ExitCode

COMMANDS = {  # name -> module, object, first line of help (so that listing them imports none)
    "audit": ("bronnen.cli.audit", "audit", "Check the model on a random sample, and estimate the balance from it."),
    "check": ("bronnen.cli.check", "check", "Show what works on this machine, and how to mend what does not."),
    "corpus": ("bronnen.cli.corpus", "corpus", "Bring labels by people in and out of a store, and compare labellers."),
    "curve": (
        "bronnen.cli.curve",
        "curve",
        "Show whether more labels are worth it: a learning curve of your own labels.",
    ),
    "evaluate": ("bronnen.cli.evaluate", "evaluate", "Show how well a classifier reads the labelled text in LABELS."),
    "models": ("bronnen.cli.models", "models", "Choose the classifier that scans use, from bronnen's own and yours."),
    "report": ("bronnen.cli.report", "report", "Write a report of the last scan in DIR, for readers."),
    "review": ("bronnen.cli.review", "review", "Check and correct the labels of the last scan in DIR, in a browser."),
    "sample": (
        "bronnen.cli.sample",
        "sample",
        "Write the passages of the last scan in DIR that are worth labelling next.",
    ),
    "scan": ("bronnen.cli.scan", "scan", "Find out what documents draw on, and write the results to a folder."),
    "search": ("bronnen.cli.search", "search", "Find passages in a store by their words and labels."),
    "show": ("bronnen.cli.show", "show", "Print a document's passages with their labels."),
    "verify": (
        "bronnen.cli.verify",
        "verify",
        "Check that the store in DIR is whole, and that the files beside it agree with it.",
    ),
    "train": ("bronnen.cli.train", "train", "Train the classifier, with labels of your own added."),
}


class Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; the one place where an exception becomes an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BronnenError as error:
            _trace(ctx)
            click.echo(f"bronnen: {_printable(str(error))}", err=True)
            code = error.exit_code
        except KeyboardInterrupt:
            click.echo("bronnen: interrupted.", err=True)
            code = ExitCode.INTERRUPTED
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader of our output went away: click ends quietly
            _trace(ctx)
            said = _printable(" ".join(str(error).split())[:300])
            click.echo(f"bronnen: a fault in bronnen itself: {type(error).__name__}: {said}", err=True)
            click.echo("Run it again with `bronnen --debug ...` and report what it prints.", err=True)
            code = ExitCode.BUG
        ctx.exit(int(code))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="bronnen", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, envvar="BRONNEN_DEBUG", help="Show the whole traceback of an error.")
@click.pass_context
def main(ctx: click.Context, debug: bool) -> None:
    """Shows what knowledge a Dutch policy document draws on: experiential, professional, scientific.

    Begin with `bronnen scan FOLDER --out RESULT`. Exit codes: 0 all is well, 1 a fault in bronnen, 2 wrong use,
    3 unreadable file, 4 encrypted, 5 no text, 6 a model or program is missing, 7 trouble with a store or an exchange
    file, 8 some of several files failed, 130 interrupted.
    """
    ctx.obj = debug
    for stream in (sys.stdout, sys.stderr):  # a console of another code page shows '?', and never breaks a run
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _printable(text: str) -> str:
    """A message without what could steer a terminal: it may name a file, or say what stood in one."""
    from bronnen.cli.screen import printable

    return printable(text)


def _trace(ctx: click.Context) -> None:
    if ctx.params.get("debug"):
        import traceback

        click.echo(traceback.format_exc(), err=True)
