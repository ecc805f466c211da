"""The command itself: quick, quiet, and with the exit codes that docs/cli.md promises."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bronnen import cli, errors
from bronnen.cli import COMMANDS, main

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"
HEAVY = ("jinja2", "spacy", "sklearn", "skops", "numpy", "pdfplumber", "pypdfium2", "rich", "openpyxl", "sqlite3")


def test_help_answers_at_once_and_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom bronnen.cli import main\n"
        "try:\n    main(['--help'], prog_name='bronnen')\n"
        f"finally:\n    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        taken.append(time.perf_counter() - began)
        if min(taken) < 0.3:
            break
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)
    assert min(taken) < 0.3, taken


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_imports_nothing_heavy(name: str) -> None:
    code = (
        "import sys\nfrom bronnen.cli import main\n"
        f"try:\n    main([{name!r}, '--help'], prog_name='bronnen')\n"
        f"finally:\n    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_list_of_commands_says_what_the_commands_say() -> None:
    context = click.Context(main)
    for name, (_, _, line) in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None and command.name == name
        assert command.help is not None and command.help.startswith(line)


def test_version() -> None:
    assert CliRunner().invoke(main, ["--version"]).output == "bronnen 0.1.0\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("Wrong.", "Do."), 2),
        (errors.UnreadableError("Wrong.", "Do."), 3),
        (errors.EncryptedError("Wrong.", "Do."), 4),
        (errors.NoTextError("Wrong.", "Do."), 5),
        (errors.MissingError("Wrong.", "Do."), 6),
        (errors.StoreError("Wrong.", "Do."), 7),
        (ValueError("of\nmany lines"), 1),
        (RecursionError(), 1),
        (KeyboardInterrupt(), 130),
        (click.UsageError("Wrong."), 2),
    ],
)
def test_every_exception_has_its_exit_code(error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def broken() -> None:
        raise error

    monkeypatch.setattr(cli.Commands, "get_command", lambda self, ctx, name: broken)
    found = CliRunner().invoke(main, ["broken"])
    assert found.exit_code == code
    assert found.stdout == "" and "Traceback" not in found.stderr
    assert found.stderr.strip()
    if isinstance(error, errors.BronnenError):
        assert found.stderr == "bronnen: Wrong. Do.\n"
    if code != 130 and code != 2:
        assert "Traceback" in CliRunner().invoke(main, ["--debug", "broken"]).stderr
        assert "Traceback" in CliRunner(env={"BRONNEN_DEBUG": "1"}).invoke(main, ["broken"]).stderr


def test_an_error_cannot_write_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.click, "echo", lambda text, err: print(text))  # click's own cleans where no terminal is
    for error in (errors.UnreadableError("a\x1b[2J.pdf cannot be read."), ValueError("a\x1b[2J")):

        @click.command()
        def broken(error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(cli.Commands, "get_command", lambda self, ctx, name, broken=broken: broken)
        found = CliRunner().invoke(main, ["broken"])
        assert found.exit_code in (1, 3) and "\x1b" not in found.output and "a\\x1b[2J" in found.output


def test_wrong_use_is_2() -> None:
    for words in (["nothing"], ["scan"], ["scan", "x"], ["scan", "x", "--out", "y", "--engine", "magic"]):
        assert CliRunner().invoke(main, words).exit_code == 2


def test_a_console_of_another_code_page_never_breaks_a_run(tmp_path: Path) -> None:
    code = "import click\nfrom bronnen.cli import main\nmain(['search', 'x\\u2603\\U0001f600', 'y'])"
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, cwd=tmp_path)
    assert done.returncode == 7 and b"There is no store in x??" in done.stderr


def reference() -> str:
    """docs/cli.md: the help of every command."""
    parts = [
        "# The command line\n\nMade from `bronnen --help`: `BRONNEN_REWRITE=1 pytest tests/cli/test_cli_main.py`.\n"
    ]

    def add(command: click.Command, name: str, parent: click.Context | None) -> None:
        context = command.make_context(
            name, [], parent=parent, resilient_parsing=True, terminal_width=100, max_content_width=100
        )
        parts.append(f"## `{context.command_path}`\n\n```text\n{command.get_help(context)}\n```\n")
        if isinstance(command, click.Group):
            for inside in command.list_commands(context):
                found = command.get_command(context, inside)
                assert found is not None
                add(found, inside, context)

    add(main, "bronnen", None)
    return "\n".join(parts)


def test_the_documentation_is_current() -> None:
    if os.environ.get("BRONNEN_REWRITE"):
        DOCS.parent.mkdir(exist_ok=True)
        DOCS.write_text(reference(), encoding="utf-8", newline="\n")
    assert DOCS.read_text(encoding="utf-8") == reference(), "rewrite it with BRONNEN_REWRITE=1"
