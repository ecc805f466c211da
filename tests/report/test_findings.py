"""What calls up questions, who is heard and which documents are linked, as the report words it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from factories import analysis
from lenses import marked, toml_of

from bronnen import questions, taxonomy
from bronnen.cli import main
from bronnen.dossier import Dossier, gather
from bronnen.dossier.connections import connections
from bronnen.heard import Count
from bronnen.heard.bearers import Bearing
from bronnen.quantify import HARDLY_ANY
from bronnen.questions import Kind
from bronnen.records import Balance, Estimate, Labels, Source, Use
from bronnen.report.facts import About, asked
from bronnen.report.findings import heard_facts, link_facts
from bronnen.report.talk import findings
from bronnen.report.voice import Voice
from bronnen.settings import Settings
from bronnen.store import Store

E, P, W = Source
VOICE = Voice("nl")
SURE = Estimate(0.4, 0.38, 0.42)


def balance(
    used: tuple[float, float, float] = (40, 40, 40),
    called: tuple[float, float, float] = (0, 0, 0),
    *,
    passages: int = 200,
    combined: Estimate = SURE,
    evenness: Estimate = SURE,
    coverage: Estimate = SURE,
    width: float = 0.05,
    doubts: tuple[str, ...] = (),
) -> Balance:
    """A balance whose counts lie within one of what is given, and shares within `width`."""
    total = sum(used)

    def around(values: tuple[float, float, float]) -> Mapping[Source, Estimate]:
        return {s: Estimate(v, max(0, v - 1), v + 1) for s, v in zip(Source, values, strict=True)}

    shares = {
        source: Estimate(value / total, max(0, value / total - width), min(1, value / total + width))
        for source, value in zip(Source, used, strict=True)
    }
    found = {
        Use.USED: {source: int(value) for source, value in zip(Source, used, strict=True)},
        Use.CALLED_FOR: {source: int(value) for source, value in zip(Source, called, strict=True)},
    }
    figures = (around(used), around(called), shares, None, evenness, coverage, combined)
    return Balance(passages, 0, found, *figures, "draws", 0.95, doubts)


LITTLE = Estimate(0.02, 0.0, 0.06)


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        (balance(), {}),
        (balance((0, 60, 60), coverage=Estimate(0.5, 0.4, 0.6)), {Kind.MISSING: "experiential"}),
        (balance((0, 60, 60), (5, 0, 0)), {Kind.PROMISED: "experiential"}),
        (balance((5, 5, 110)), {Kind.PREVAILS: "scientific"}),
        (balance((30, 30, 60), width=0.3), {Kind.DOUBT: None}),
        (balance((40, 40, 40), combined=LITTLE), {Kind.APART: None}),
        (balance((40, 40, 40), evenness=Estimate(0.9, 0.8, 1)), {Kind.BALANCED: None}),
        (balance((1, 1, 1), coverage=LITTLE, doubts=(HARDLY_ANY,)), {Kind.LITTLE: None}),
        (balance((0, 5, 5), passages=19), {}),
    ],
)
def test_what_is_found_in_a_balance(told: Balance, kinds: Mapping[Kind, str | None]) -> None:
    """Only what the intervals leave no doubt about; a short text says nothing."""
    found = {one.kind: one.source for one in findings(told, (), (), VOICE)}
    assert found == kinds
    own = questions.read(taxonomy.names())
    put = asked(told, (), About(questions=own), VOICE, 9)
    assert {one.finding.kind for one in put} == set(kinds)
    assert len({one.text for one in put}) == len(put) <= 9


def test_one_bearer_behind_nearly_everything_is_told_by_name() -> None:
    counts = [
        Count("bewoners", Bearing.PEOPLE, E, Use.USED, 1, 40),
        Count("SCP", Bearing.INSTITUTE, W, Use.USED, 1, 10),
        Count("CBS", Bearing.INSTITUTE, W, Use.USED, 1, 2),
        Count("NZa", Bearing.BODY, P, Use.USED, 1, 4),
    ]
    found = [one for one in findings(balance(), counts, (), VOICE) if one.kind is Kind.ONE_BEARER]
    assert [(one.source, "SCP" in one.words) for one in found] == [("scientific", True)]
    columns = heard_facts(counts, VOICE)
    assert [[bearer["name"] for part in column["parts"] for bearer in part["bearers"]] for column in columns] == [
        ["bewoners"],
        ["NZa"],
        ["SCP", "CBS"],
    ]


QUESTION = "Er komt onderzoek naar de stikstofneerslag bij veehouderijen in het heidegebied."


def dossier() -> Dossier:
    """Documents of two themes that ask the same, and rest on the same uncommon institute."""
    filler: list[tuple[str, Labels]] = [(f"De raad stelt punt {at} van het beleid vast.", {}) for at in range(40)]
    rests: tuple[str, Labels] = ("Volgens het Trimbos-instituut drinken jongeren minder.", {W: Use.USED})
    asks: tuple[str, Labels] = (QUESTION, {W: Use.CALLED_FOR})
    told = [
        analysis("natuur.pdf", [rests, asks, *filler], document_id="a" * 64),
        analysis("landbouw.pdf", [(QUESTION.replace("bij", "rond"), asks[1]), rests], document_id="b" * 64),
        *(analysis(f"ander{at}.pdf", filler[:at], document_id=f"{at:064x}") for at in range(1, 9)),
    ]
    return gather(told, Settings())


def test_documents_that_could_help_each_other_are_linked_with_their_passages() -> None:
    whole = dossier()
    told = link_facts(connections(whole), whole, {one.document.id for one in whole.documents}, VOICE)
    assert [line["line"] for line in told["bearers"]] == [
        "natuur.pdf en landbouw.pdf noemen allebei Trimbos-instituut."
    ]
    for links in (told["bearers"], told["called"]):
        for link in links:
            assert {quote["where"] for quote in link["quotes"]} == {"natuur.pdf, blz. 1", "landbouw.pdf, blz. 1"}
    assert link_facts(connections(whole), whole, {f"{1:064x}"}, VOICE) == {"called": [], "bearers": []}


def test_a_project_of_a_users_own_taxonomy_trains_and_reports(tmp_path: Path) -> None:
    """No code is touched: a TOML file, marked texts, two commands."""
    lens, labels = tmp_path / "eigen.toml", tmp_path / "eigen.jsonl"
    lens.write_text(toml_of(("money", "risk")), encoding="utf-8")
    labels.write_text("\n".join(json.dumps(row) for row in marked(("money", "risk"))), encoding="utf-8")
    words = ["train", "--lens", str(lens), "--labels", str(labels), "--out", str(tmp_path / "model")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    found = analysis("plan.pdf", [("De kosten van de brug stijgen boven het budget.", {}), ("De raad dankt u.", {})])
    with Store(tmp_path / "uit", write=True) as store:
        run = store.begin_run(Settings(), "0.1.0")
        store.add(run, 0, found.document.path, replace(found))
        store.end_run(run)
    out = tmp_path / "r.html"
    words = [
        "report",
        str(tmp_path / "uit"),
        "--out",
        str(out),
        "--lens",
        str(lens),
        "--lens-model",
        str(tmp_path / "model"),
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert "Een tweede bril: Proef" in text and "money nl" in text
    assert "Gevonden met een model dat leerde van" in text
    assert "De kosten van de brug" in text
