"""Options that several commands share, and how they become settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from bronnen.records import Source, Use

SOURCES = [str(source) for source in Source]
USES = [str(use) for use in Use]
LANGUAGES = ["nl", "en"]
REPORTS = ["html", "summary", "pdf", "xlsx", "csv", "parquet", "json", "qdpx"]
IMPORTS = ["jsonl", "csv", "xlsx", "labelstudio", "doccano", "prodigy", "inception", "qdpx"]
EXPORTS = ["jsonl", "csv", "xlsx", "labelstudio", "doccano", "prodigy", "inception", "webanno"]
FORMATS = ["table", "json", "csv"]

Command = Callable[..., Any]

_OCR = "Read the text in pictures of pages: where there is no good text (auto), of all pages, or never."


def settings_options(command: Command) -> Command:
    """Adds --settings, --engine, --hidden, --ocr, --spacy-model and --model, which the command gets as `settings`."""

    @click.option("--settings", "settings_file", type=click.Path(path_type=Path), help="A TOML file with settings.")
    @click.option(
        "--engine", type=click.Choice(["auto", "pdfplumber", "pdfium"]), help="What reads the words of a PDF."
    )
    @click.option(
        "--hidden",
        type=click.Choice(["leave_out", "keep"]),
        help="Words of a PDF that a reader cannot see, such as those under a black box.",
    )
    @click.option("--ocr", type=click.Choice(["auto", "off", "force"]), help=_OCR)
    @click.option("--spacy-model", help="An installed spaCy pipeline instead of bronnen's own.")
    @click.option(
        "--model",
        metavar="NAME",
        help="A classifier instead of the one in use: its name (`bronnen models list`) or its folder.",
    )
    @wraps(command)
    def with_settings(
        *args: Any,
        settings_file: Path | None,
        engine: str | None,
        hidden: str | None,
        ocr: str | None,
        spacy_model: str | None,
        model: str | None,
        **told: Any,
    ) -> Any:
        from dataclasses import replace

        from bronnen.settings import load_settings
        from bronnen.shelf import in_use

        settings = load_settings(settings_file)
        if engine:
            settings = replace(settings, extract=replace(settings.extract, engine=engine))
        if hidden:
            settings = replace(settings, extract=replace(settings.extract, hidden=hidden))
        if ocr:
            settings = replace(settings, ocr=replace(settings.ocr, mode=ocr))
        if spacy_model:
            settings = replace(settings, language=replace(settings.language, spacy_model=spacy_model))
        chosen = model or settings.model.path or in_use()  # told now: all workers, and a later report, have the same
        settings = replace(settings, model=replace(settings.model, path=chosen))
        return command(*args, settings=settings, **told)

    return with_settings
