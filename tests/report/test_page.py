"""The page: safe whatever stands in a document, whole in one file, and the same in both languages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from string import Formatter
from typing import Any

import pytest

from bronnen.records import Source, Use
from bronnen.report import LANGUAGES, evaluation_page
from bronnen.report.figures import Figures
from bronnen.report.plots import HEIGHT, WIDTH, across, up
from bronnen.report.words import EN, NL

HOSTILE = "</p><script>alert(1)</script><img src=x onerror=alert(2)> & \"'{{ 7*7 }} {x} http://kwaad.nl/x.png"
EMPTY = {"meta", "br", "img", "link"}  # of HTML; those of SVG close themselves


def estimate(value: float, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


def quality(cases: int) -> dict[str, Any]:
    some = estimate(0.7312, 0.7, 0.76) if cases else None
    bins = [{"low": n / 10, "high": (n + 1) / 10, "units": 0, "score": None, "share": None} for n in range(9)]
    bins.append({"low": 0.9, "high": 1.0, "units": 30, "score": 0.93, "share": estimate(0.9, 0.8, 1.0)})
    return {
        "units": 1234,
        "cases": cases,
        "documents": 9,
        "threshold": 0.25,
        **dict.fromkeys(("precision", "recall", "f1", "average_precision"), some),
        "confusion": {"tp": 1, "fp": 2, "fn": 3, "tn": 12345},
        "calibration": {"scored": 9, "error": 0.02, "brier": 0.01, "skill": some, "bins": bins},
        "curve": [{"recall": 0.1, "precision": 1.0}, {"recall": 1.0, "precision": 0.2}] if cases else [],
    }


def each(make: Any) -> dict[str, dict[str, Any]]:
    return {source.value: {use.value: make(source, use) for use in Use} for source in Source}


def evaluation(text: str = "Ouders vertellen het.") -> dict[str, Any]:
    miss = {
        "document": text,
        "name": text,
        "page": 4,
        "text": text,
        "score": 0.93,
        "labels": {"scientific": "called_for"},
        "given": {"experiential": "used"},
    }
    agreed = {"units": 5, "first": 2, "second": 3, "both": 2, "kappa": 0.5, "alpha": None, "f1": 0.8}
    score = {"cases": 3, "precision": None, "recall": 0.1, "f1": estimate(0.5)}
    part = {"name": text, "members": 1, "documents": 2, "units": 3, "figures": each(lambda s, u: score)}
    return {
        "format": 1,
        "kind": "evaluation",
        "made_with": made(),
        "labels": labels(text),
        "model": {"id": text, "learned_from": {"documents": 3, "versions": 2}},
        "figures": each(lambda s, u: quality(0 if s is Source.PROFESSIONAL else 1684)),
        "macro_f1": {"used": None, "called_for": None},
        "organisations": [part, {**part, "name": None, "members": 7}],
        "genres": [part],
        "misses": each(lambda s, u: {"false_positives": [miss], "false_negatives": []}),
        "agreement": {
            "labellers": [text, "bo"],
            "pairs": [{"first": "model", "second": text, "figures": each(lambda s, u: agreed)}],
            "alpha_of_all": each(lambda s, u: 0.5),
        },
    }


def comparison(text: str = "x") -> dict[str, Any]:
    one = {
        "cases": 9,
        "first": 0.5,
        "second": 0.61,
        "difference": estimate(0.11, -0.02, 0.24),
        "above_zero": 0.93,
        "outcome": "no difference shown",
    }
    none = {**dict.fromkeys(("first", "second", "difference", "above_zero")), "cases": 0, "outcome": "cannot be told"}
    return {
        "format": 1,
        "kind": "comparison",
        "made_with": made(),
        "labels": labels(text),
        "models": [{"id": text, "learned_from": None}, {"id": "b", "learned_from": {"documents": 2, "versions": 0}}],
        "f1": each(lambda s, u: one if u is Use.USED else none),
        "average_precision": each(lambda s, u: one),
        "macro_f1": {"used": one, "called_for": none},
    }


def made() -> dict[str, Any]:
    return {
        "bronnen": "0.1.0", "rounds": 1000, "seed": 6, "level": 0.95, "least_documents": 5, "least_cases": 20,
        "calibration_from": 0.1,
    }  # fmt: skip


def labels(name: str) -> dict[str, Any]:
    return {
        "path": f"/geheim/{name}", "name": name, "unit": "passage", "units": 10766, "documents": 9, "groups": 8,
        "organisations": 3, "lost": 2,
    }  # fmt: skip


class Tags(HTMLParser):
    """Every tag with its attributes, the text outside style, and whether tags close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facts", [evaluation(HOSTILE), comparison(HOSTILE)], ids=["evaluation", "comparison"])
def test_text_stays_text_and_nothing_comes_from_outside(facts: dict[str, Any], language: str) -> None:
    page = evaluation_page(facts, language)
    tags = Tags(page)
    assert tags.open == []
    names = {name for name, _ in tags.found}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "a", "input"}
    for _, attributes in tags.found:
        assert not {name for name in attributes if name.startswith("on") or name in ("src", "href", "style", "srcset")}
        assert "refresh" not in str(attributes.get("http-equiv", "")).lower()
    style = page[page.index("<style>") : page.index("</style>")]
    assert not re.search(r"url\(|@import|//", style)
    assert HOSTILE in tags.text and "{{ 7*7 }}" in tags.text  # shown as it stands
    assert ("meta", "default-src 'none'") in [(n, str(a.get("content"))[:18]) for n, a in tags.found]
    assert "/geheim/" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_is_missing_or_no_number(language: str) -> None:
    for facts in (evaluation(), comparison()):
        text = Tags(evaluation_page(facts, language)).text
        assert not re.search(r"\bnan\b|\bNone\b(?!\.)|\bTrue\b|\{|\}", text)


def test_a_dutch_reader_reads_dutch_figures() -> None:
    page = evaluation_page(evaluation())
    assert '<html lang="nl">' in page and "0,73" in page and "12.345" in page
    assert "klopt dat in 73 van de 100 gevallen (marge: 70–76)" in page
    assert "van 3 van de 9 documenten heeft dit model geleerd, en 2 zijn er een versie van" in page
    english = evaluation_page(evaluation(), "en")
    assert '<html lang="en">' in english and "0.73" in english and "12,345" in english
    assert "geen verschil aangetoond" in evaluation_page(comparison())


def test_the_colours_come_from_the_taxonomy() -> None:
    from bronnen.taxonomy import looks

    page = evaluation_page(evaluation())
    assert all(look.colour in page and look.name in page for look in looks().values())


def test_both_languages_say_the_same() -> None:
    assert NL.keys() == EN.keys()

    def fields(said: object) -> object:
        if isinstance(said, str):
            return sorted(name for _, name, _, _ in Formatter().parse(said) if name)
        return [fields(part) for pair in said for part in pair]  # type: ignore[attr-defined]

    for key in NL:
        assert fields(NL[key]) == fields(EN[key]), key


def test_figures_are_written_as_a_reader_writes_them() -> None:
    dutch = Figures("nl")
    assert (dutch.number(None), dutch.signed(-0.012, 2), dutch.signed(0.0), dutch.signed(-0.001)) == (
        "–", "−0,01", "0,00", "0,00",
    )  # fmt: skip
    assert dutch.range(estimate(0.5)) == "" and dutch.hundreds(estimate(0.9991, 0.998, 0.9995)) == ""
    assert [dutch.hundred(value) for value in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0", "1", "50", "99", "100"]
    assert dutch.range(estimate(0.04, -0.07, 0.12)) == "−0,07 tot 0,12"
    assert dutch.range(estimate(0.1, -0.02, 0.24), sign=True) == "−0,02 tot +0,24"


def test_marks_stay_inside_the_plot() -> None:
    for value in (0.0, 0.5, 1.0):
        assert 0 < across(value) < WIDTH and 0 < up(value) < HEIGHT
    assert across(0.2) < across(0.8) and up(0.2) > up(0.8)
