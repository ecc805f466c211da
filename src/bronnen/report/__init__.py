"""Pages for readers: facts decided elsewhere go in, one HTML file that needs nothing else comes out.

A page loads nothing from outside, and escapes every text from a document (jinja2's autoescape): a document is
material, it never becomes part of the page. Figures need no JavaScript; the plots and passages of many documents do.
This is the only room that imports jinja2 and plotly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bronnen.records import Labels, Source, Use
from bronnen.report.figures import Figures
from bronnen.report.plots import Plot, curves, reliability, ticks
from bronnen.report.templates import environment
from bronnen.report.words import WORDS
from bronnen.taxonomy import looks, use_mark, use_name

LANGUAGES = tuple(WORDS)


def evaluation_page(facts: Mapping[str, Any], language: str = "nl") -> str:
    """The page of an evaluation or a comparison, from the facts that `bronnen evaluate --json` gives too."""
    words, figures = WORDS[language], Figures(language)
    shown = looks(language)
    return (
        environment()
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


def _tag(told: Mapping[str, str], shown: Mapping[Source, Any]) -> str:
    """Labels as a reader meets them: 'ervaring, wetenschap?'; '' for none."""
    labels: Labels = {Source(source): Use(use) for source, use in told.items()}
    return ", ".join(shown[source].short + use_mark(labels[source]) for source in Source if source in labels)
