"""Pages for readers: facts decided elsewhere go in, one HTML file that needs nothing else comes out.

A page loads nothing from outside, works without JavaScript, and escapes every text from a document (jinja2's
autoescape): a document is material, it never becomes part of the page. This is the only room that imports jinja2.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bronnen.records import Labels, Source, Use
from bronnen.report.figures import Figures
from bronnen.report.plots import Plot, curves, reliability, ticks
from bronnen.report.words import WORDS
from bronnen.taxonomy import looks, use_mark, use_name

LANGUAGES = tuple(WORDS)


def evaluation_page(facts: Mapping[str, Any], language: str = "nl") -> str:
    """The page of an evaluation or a comparison, from the facts that `bronnen evaluate --json` gives too."""
    words, figures = WORDS[language], Figures(language)
    shown = looks(language)
    return (
        _environment()
        .get_template(f"{facts['kind']}.html.jinja")
        .render(
            facts=facts,
            language=language,
            words=words,
            plot=Plot(),
            ticks=ticks(),
            figures=figures,
            looks={source.value: look for source, look in shown.items()},
            uses={use.value: use_name(use, language) for use in Use},
            tag=lambda told: _tag(told, shown),
            curves=lambda source: curves(facts["figures"][source]),
            reliability=lambda source: reliability(facts["figures"][source]["used"]["calibration"]["bins"]),
        )
    )


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _tag(told: Mapping[str, str], shown: Mapping[Source, Any]) -> str:
    """Labels as a reader meets them: 'ervaring, wetenschap?'; '' for none."""
    labels: Labels = {Source(source): Use(use) for source, use in told.items()}
    return ", ".join(shown[source].short + use_mark(labels[source]) for source in Source if source in labels)
