"""The report of documents: what it says adds up, hostile texts stay text, and it works in a real browser."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from browser import needs_chromium, opened
from factories import PARAGRAPHS, E, P, W, analysis, verdict
from hypothesis import given
from hypothesis import strategies as st

from bronnen.dossier import Dossier, gather, only
from bronnen.dossier.gaps import gaps, looked_at
from bronnen.dossier.trends import trends
from bronnen.formats.metadata import Metadata
from bronnen.quantify import hundredths
from bronnen.records import Estimate, Failure, Source, Unit, Use
from bronnen.report.facts import About, facts
from bronnen.report.page import documents_page, in_script
from bronnen.report.passages import passage_facts, shown, strongest, units
from bronnen.report.said import EN, NL
from bronnen.report.voice import Voice, quoted
from bronnen.settings import Settings

HOSTILE = (
    "</script><script>document.title='gekraakt'</script><!--"
    "<img src=x onerror=\"document.title='gekraakt'\">'\u2028{{7*7}}"
)
MANY = PARAGRAPHS * 6


def metadata(**rows: dict[str, str]) -> Metadata:
    told = {f"{name}.pdf": {"name": f"{name}.pdf", **row} for name, row in rows.items()}
    columns = tuple(dict.fromkeys(column for row in rows.values() for column in row))
    return Metadata(columns, {("name", name): row for name, row in told.items()}, tuple(told.values()))


def dossier(*names: str, table: Metadata | None = None, paragraphs: Any = MANY) -> Dossier:
    found = [analysis(f"{name}.pdf", paragraphs, document_id=f"{number:064x}") for number, name in enumerate(names)]
    return gather(found, Settings(), table)


def about(found: Dossier, **more: Any) -> About:
    return About(date="2026-01-02", trends=trends(found), gaps=gaps(found), looked_at=looked_at(found), **more)


def page(found: Dossier, language: str = "nl", **more: Any) -> str:
    told = facts(found, about(found, **more), language)
    return "".join(documents_page(told, (passage_facts(one, language) for one in found.documents)))


# What it says --------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any))
def test_shares_in_hundredths_are_a_hundred_together(counts: list[int]) -> None:
    total = sum(counts)
    shares = {source: Estimate(count / total) for source, count in zip(Source, counts, strict=True)}
    found = hundredths(shares)
    assert found is not None
    assert sum(found.values()) == 100
    assert all(abs(found[source] - 100 * shares[source].value) < 1 for source in Source)


def test_the_two_languages_have_the_same_places() -> None:
    def places(said: Any) -> Any:
        if isinstance(said, dict):
            return {key: places(value) for key, value in said.items()}
        if isinstance(said, tuple):
            return [places(one) for one in said]
        return {name for _, name, _, _ in Formatter().parse(said) if name}

    assert places(NL) == places(EN)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_figures_of_the_balance_are_told_with_their_margins(language: str) -> None:
    found = dossier("a")
    told = facts(found, about(found), language)
    balance = found.documents[0].balance
    for row, source in zip(told["together"]["rows"], Source, strict=True):
        assert row["used"] == str(round(balance.used[source].value))
        low, high = row["used_range"].split("–")
        assert int(low) <= int(row["used"]) <= int(high)
    assert sum(told["together"]["bar"]) == 100
    assert told["documents"][0]["place"] is not None
    assert told["title"] == (NL if language == "nl" else EN)["title_one"]


def test_the_outline_of_a_place_lies_in_the_triangle_and_around_it() -> None:
    found = dossier("a", paragraphs=[*MANY, *((text, {E: Use.USED}) for text, _ in MANY)])
    place = facts(found, about(found), "nl")["documents"][0]["place"]
    assert all(min(corner) >= 0 and abs(sum(corner) - 1) < 0.01 for corner in place["outline"])
    for part, column in zip(place["shares"], zip(*place["outline"], strict=True), strict=True):
        assert min(column) <= part <= max(column)


def test_passages_tell_where_they_stand_how_sure_and_why() -> None:
    found = dossier("a").documents[0]
    rows = list(passage_facts(found, "nl"))
    first = rows[0]
    assert (first["p"], first["h"], first["t"]) == (1, "Aanleiding", PARAGRAPHS[0][0])
    assert first["l"] == [
        {"s": 0, "u": 0, "c": 88, "a": 0, "b": len(PARAGRAPHS[0][0]), "w": "een onderzoeksinstituut; 'onderzoek'"}
    ]
    assert rows[2]["l"][0]["u"] == 1  # called for
    assert rows[3]["l"] == []


def test_what_people_judged_has_no_probability_and_comes_first() -> None:
    stored = analysis(paragraphs=PARAGRAPHS)
    passage = stored.passages[3]
    span = (passage.start, passage.end, Unit.PASSAGE, {E: Use.USED})
    by_person = verdict(stored.document.text, *span, by="person:an", document_id=stored.document.id)
    found = gather([replace(stored, verdicts=(*stored.verdicts, by_person))], Settings()).documents[0]
    label = list(passage_facts(found, "nl"))[3]["l"][0]
    assert (label["c"], label["w"]) == (None, "")
    assert strongest(found, E)[0].passage == passage


@given(st.text(st.characters(codec="utf-16", exclude_categories=["Cs"])))
def test_places_count_as_javascript_does(text: str) -> None:
    assert units(text) == len(text.encode("utf-16-le")) // 2
    assert units(shown(text)) == units(text) or any(ord(c) > 0xFFFF and not c.isprintable() for c in text)
    assert len(quoted(text, 40)) <= 41


def test_the_card_of_another_model_says_nothing() -> None:
    found = dossier("a")
    card = {"id": "m1", "cross_validated": {"passage": {source.value: {"used": {"f1": 0.5}} for source in Source}}}
    assert any("0,50" in line for line in facts(found, about(found, card=card), "nl")["made"]["lines"])
    assert not any(
        "0,50" in line for line in facts(found, about(found, card={**card, "id": "m2"}), "nl")["made"]["lines"]
    )


def test_margins_are_whole_and_never_turn_around() -> None:
    voice = Voice("nl")
    assert voice.percentage(Estimate(0.126, 0.1249, 0.131)) == ("13%", "12–13")
    assert voice.count(Estimate(1234.4, 1100, 2000)) == ("1.234", "1.100–2.000")
    assert voice.percentage(None) == ("–", "")


# What is found -------------------------------------------------------------------------------------------------------


SILENT = [("De raad stelt het beleid vast.", {})] * 60


def test_a_text_without_any_source_is_a_gap_only_when_long_enough() -> None:
    short, long = dossier("a", paragraphs=SILENT[:10]), dossier("a", paragraphs=SILENT)
    assert gaps(short) == () and looked_at(short) == 0
    assert looked_at(long) == 1
    for gap in gaps(long):  # whether there is one is for the draws to say; a gap never goes beyond them
        assert gap.rate.high is not None and gap.rate.high <= 0.1


def test_a_source_that_others_use_is_missed_and_one_that_nobody_uses_is_not() -> None:
    others = [("Uit onderzoek blijkt dat het helpt.", {W: Use.USED})] * 40
    documents = [analysis(f"{name}.pdf", others, document_id=name * 64) for name in "abcd"]
    lacking = analysis("e.pdf", [("Bewoners vertellen het.", {E: Use.USED})] * 40, document_id="e" * 64)
    found = [gap for gap in gaps(gather([*documents, lacking], Settings())) if gap.document == "e" * 64]
    assert [gap.source for gap in found] == [W]
    assert found[0].others is not None and found[0].others > 0.5
    assert gaps(gather([lacking], Settings())) == ()  # set against nothing
    assert P not in [gap.source for gap in gaps(gather([*documents, lacking], Settings()))]


def test_trends_follow_years_and_versions_in_order() -> None:
    table = metadata(
        a={"jaar": "2021", "reeks": "Nota", "versie": "10"},
        b={"jaar": "2019", "reeks": "Nota", "versie": "9"},
        c={"jaar": "niet bekend"},
    )
    years, versions = trends(dossier("a", "b", "c", table=table))
    assert [point.name for point in years.points] == ["2019", "2021"]
    assert years.more is None  # one document on either side
    assert [point.name for point in versions.points] == ["9", "10"]
    assert versions.more is not None


def test_one_document_of_a_dossier_keeps_its_figures() -> None:
    whole = dossier("a", "b", table=metadata(a={"thema": "x"}, b={"thema": "y"}))
    one = only(whole, whole.documents[1].document.id)
    assert [told.document.name for told in one.documents] == ["b.pdf"]
    assert facts(one, about(one), "nl")["together"] == facts(whole, about(whole), "nl")["documents"][1]["balance"]


# The file ------------------------------------------------------------------------------------------------------------


def test_hostile_names_and_texts_stay_text() -> None:
    found = dossier(HOSTILE, "b", paragraphs=[(HOSTILE, {E: Use.USED}), *MANY])
    text = page(
        found, failures=[Failure(HOSTILE, "odd", 3, HOSTILE)], links={found.documents[0].document.id: "map/x.pdf"}
    )
    assert "gekraakt" in text
    assert "<script>document.title" not in text
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 2  # Plotly's and ours
    assert not any("gekraakt" in script for script in scripts)
    data = re.search(r'<script type="application/json" id="p0">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data.group(1))[0]["t"] == shown(HOSTILE)
    markup = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", markup)
    assert in_script("</script>") == "\\u003c/script\\u003e"


def test_the_same_input_gives_the_same_bytes() -> None:
    assert page(dossier("a", "b")) == page(dossier("a", "b"))


def saved(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "verslag.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize(("width", "dark"), [(1200, False), (390, True)])
def test_the_page_works_in_a_browser(tmp_path: Path, width: int, dark: bool) -> None:
    """Plots are drawn, the table sorts and is searched, passages are filtered; with the keyboard, without a network."""
    rows = {name: {"jaar": f"202{at // 3}", "thema": "zorg" if at % 2 else "wonen"} for at, name in enumerate("abcde")}
    table = metadata(**rows)
    found = dossier(*"abcde", HOSTILE, table=table, paragraphs=[(HOSTILE, {W: Use.USED}), *MANY])
    path = saved(tmp_path, page(found))
    with opened(path, width=width, dark=dark) as (shown_page, trouble):
        shown_page.wait_for_selector("#ternary .scatterlayer")
        assert shown_page.title() == NL["title_many"]
        assert shown_page.locator("#t0 .scatterlayer .trace").count() == 3
        rows = shown_page.locator("#tabel tbody tr")
        if width > 1000:
            shown_page.locator("#tabel thead button").first.focus()
            shown_page.keyboard.press("Enter")
            assert rows.last.locator("th a").inner_text() in ("e.pdf", f"{HOSTILE}.pdf".replace("\u2028", ""))
        shown_page.fill("#zoek", "zorg")
        assert rows.locator("visible=true").count() == 2
        shown_page.fill("#zoek", "")
        shown_page.locator("#tabel a", has_text="b.pdf").focus()
        shown_page.keyboard.press("Enter")
        articles = shown_page.locator("#lijst article")
        articles.first.wait_for()
        labelled = articles.count()
        assert labelled == 1 + 3 * 6
        assert shown_page.locator("#lijst mark").first.inner_text().startswith("W</script>")
        shown_page.select_option("select[name=source]", "0")
        assert articles.count() == 6
        shown_page.select_option("select[name=use]", "1")
        assert articles.count() == 0
        shown_page.check("input[name=context]")
        assert articles.count() == 6
        shown_page.select_option("select[name=source]", "")
        shown_page.select_option("select[name=use]", "")
        shown_page.select_option("select[name=sure]", "80")
        assert articles.count() == labelled + 6
        assert shown_page.screenshot(full_page=True)[:4] == b"\x89PNG"
        assert trouble == []
