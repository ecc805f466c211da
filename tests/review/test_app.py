"""The review pages: each press is one verdict at once, nobody else can press, and no text becomes markup."""

from __future__ import annotations

import csv
import io
import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from factories import PARAGRAPHS, E, P, W, analysis, verdict
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from bronnen.audit.plan import plan_of, planned, values_of
from bronnen.cli.audit import _read
from bronnen.cli.frame import frame, sheet_rows
from bronnen.errors import StoreError, UsageError
from bronnen.formats.plans import content_hash
from bronnen.records import Analysis, Labels, Sentence, Source, Unit, Use, Verdict
from bronnen.review import queue as queues
from bronnen.review.app import Review, create_app
from bronnen.review.desk import Desk
from bronnen.review.differences import differences
from bronnen.review.guard import Door, door, is_ours
from bronnen.review.pictures import Pictures, State
from bronnen.review.queue import Item, Order, Queue, mixed, queued
from bronnen.review.said import EN, NL
from bronnen.review.sheet import judged_before, planned_sheet
from bronnen.settings import Settings
from bronnen.store import FILE, Store
from bronnen.verdicts import settle, stated

PORT = 8765
KEY = "geheim"
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{PORT}"}
HOSTILE = "</p><script>document.title='gekraakt'</script><img src=x onerror=alert(1)>\"'{{7*7}}"
TWO = "Ouders vertellen dat zij wachten. Het CBS telde er honderd."


class Browser:
    """A test client at our own address, with a name in its cookie."""

    def __init__(self, client: FlaskClient, name: str = "") -> None:
        self.client = client
        if name:
            assert self.post("/naam", naam=name).status_code == 303

    def get(self, address: str, **headers: str) -> TestResponse:
        return self.client.get(address, base_url=f"http://127.0.0.1:{PORT}", headers=headers)

    def post(self, address: str, headers: dict[str, str] | None = None, **form: str) -> TestResponse:
        told = Headers(OURS if headers is None else headers)
        return self.client.post(address, base_url=f"http://127.0.0.1:{PORT}", headers=told, data=form)

    def press(self, item: Item, doe: str, **form: str) -> TestResponse:
        """A press on the page as it is by now, and the page that it leads to."""
        if doe == "klopt" and "gezien" not in form:
            form["gezien"] = self.seen(item, f"?zin={form['zin']}" if "zin" in form else "")
        answer = self.post(f"/oordeel/{item.name}", doe=doe, **form)
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["Location"])

    def seen(self, item: Item, more: str = "") -> str:
        """What the page says that it shows."""
        (shown,) = re.findall(r'name="gezien" value="([^"]*)"', self.text(item, more))
        return str(shown)

    def text(self, item: Item, more: str = "") -> str:
        answer = self.get(f"/passage/{item.name}{more}")
        assert answer.status_code == 200
        return answer.text


class Opened:
    """A store with its pages."""

    def __init__(self, folder: Path, *found: Analysis, order: Order = Order("document"), **told: Any) -> None:  # noqa: B008
        self.folder, self.found = folder, found
        if not (folder / FILE).exists():
            with Store(folder, write=True) as store:
                run = store.begin_run(Settings(), "0.1.0")
                for position, one in enumerate(found):
                    store.add(run, position, one.document.path, one)
                store.end_run(run)
        self.store = Store(folder, write=True, shared=True)
        run = self.store.last_run() or 0
        queue = queued(self.store.scored(run), Settings().segment, order)
        self.desk = Desk(self.store, queue, blind=told.pop("blind", False))
        self.items = self.desk.queue.items
        self.app = create_app(
            Review(self.desk, Settings(), Door(KEY, port=PORT, remote=told.pop("remote", False)), **told)
        )

    def browser(self, name: str = "An") -> Browser:
        """Who came in by the link."""
        client = self.app.test_client()
        client.set_cookie(f"bronnen_sleutel_{PORT}", KEY, domain="127.0.0.1")
        return Browser(client, name)

    def rows(self) -> list[tuple[Any, ...]]:
        """What people said, in the order of saying, as another program sees it in the file right now."""
        with sqlite3.connect(self.folder / FILE) as raw:
            question = f"SELECT by, unit, start, {', '.join(Source)} FROM verdicts WHERE analysis IS NULL ORDER BY id"
            return raw.execute(question).fetchall()

    def labels(self, item: Item, by: str = "person:An") -> dict[Source, Use | None]:
        """What counts of a passage for one person."""
        said = [one for one in self.store.verdicts("person") if (one.start, one.end, one.by) == (*item[1:], by)]
        return settle(said)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    found = Opened(tmp_path, analysis())
    yield found
    found.store.close()


# Presses -------------------------------------------------------------------------------------------------------------


def test_a_press_is_one_row_in_the_file_at_once_and_judges_one_source(opened: Opened) -> None:
    browser, item = opened.browser(), opened.items[0]
    assert "volgens het model" in browser.text(item)
    page = browser.press(item, "professional:used")
    assert opened.rows() == [("person:An", "passage", item.start, None, "used", None)]
    assert "Bewaard: professioneel, gebruikt." in page.text and page.text.count("uw oordeel") == 2
    assert opened.desk.progress("person:An").done == 0, "two sources are unknown still"
    browser.press(item, "professional:called_for")
    assert opened.rows()[1:] == [("person:An", "passage", item.start, None, "called_for", None)]
    browser.press(item, "professional:called_for")
    assert len(opened.rows()) == 2, "nothing new was said"


def test_the_next_of_none_is_used_and_of_used_is_called_for(opened: Opened) -> None:
    browser, item = opened.browser(), opened.items[0]  # the model says: experiential, used
    text = browser.text(item)
    for wanted in ("experiential:called_for", "professional:used", "scientific:used"):
        assert f'value="{wanted}"' in text
    assert 'value="experiential:none"' in browser.press(item, "experiential:called_for").text


def test_confirming_judges_all_sources_as_they_stand_and_goes_on(opened: Opened) -> None:
    browser, item = opened.browser(), opened.items[0]
    browser.press(item, "scientific:used")
    page = browser.press(item, "klopt")
    assert opened.labels(item) == {E: Use.USED, P: None, W: Use.USED}
    assert f"/oordeel/{opened.items[1].name}" in page.text and "3 te gaan, 1 klaar" in page.text
    browser.press(opened.items[1], "geen")
    assert opened.labels(opened.items[1]) == dict.fromkeys(Source)
    for item in opened.items[2:]:
        page = browser.press(item, "klopt")
    assert "alle passages nagekeken" in page.text
    counted = opened.desk.progress("person:An")
    assert (counted.done, counted.left) == (4, 0)
    assert {label: count for label, count in counted.labels.items() if count} == {
        (E, Use.USED): 1,
        (W, Use.USED): 1,
        (P, Use.CALLED_FOR): 1,
    }


def test_what_the_reader_did_not_see_is_not_confirmed(opened: Opened) -> None:
    tab, other, item = opened.browser(), opened.browser(), opened.items[0]
    seen = tab.seen(item)
    assert seen == "used none none"
    other.press(item, "professional:used")
    page = tab.press(item, "klopt", gezien=seen)
    assert opened.labels(item) == {P: Use.USED} and "Er is niets bewaard" in page.text
    assert f"/oordeel/{item.name}" in page.text, "the same passage again"
    tab.press(item, "klopt", gezien="")
    assert opened.labels(item) == {P: Use.USED}
    tab.press(item, "klopt", gezien=tab.seen(item))
    assert opened.labels(item) == {E: Use.USED, P: Use.USED, W: None}


def test_a_page_of_a_blind_server_confirms_nothing_on_one_that_shows_the_model(tmp_path: Path) -> None:
    opened = Opened(tmp_path, analysis(), blind=True)
    item = opened.items[0]
    seen = opened.browser().seen(item)
    opened.app = create_app(Review(Desk(opened.store, opened.desk.queue), Settings(), Door(KEY, port=PORT)))
    opened.browser().press(item, "klopt", gezien=seen)
    assert seen == "unknown unknown unknown" and opened.rows() == []
    opened.store.close()


def test_a_sentence_that_is_not_there_is_not_another_one(opened: Opened) -> None:
    browser, item = opened.browser(), opened.items[0]
    assert browser.get(f"/passage/{item.name}?zin=0").status_code == 200
    assert browser.get(f"/passage/{item.name}?zin=1").status_code == 404
    assert browser.post(f"/oordeel/{item.name}", doe="geen", zin="1").status_code == 404 and opened.rows() == []


def test_undo_adds_and_never_removes_and_unknown_is_unknown_again(opened: Opened) -> None:
    browser, item = opened.browser(), opened.items[0]
    browser.press(item, "scientific:used")
    browser.press(item, "scientific:called_for")
    browser.press(item, "klopt")
    assert "Ongedaan gemaakt." in browser.press(opened.items[1], "terug").text
    assert opened.labels(item) == {W: Use.CALLED_FOR}
    assert opened.desk.progress("person:An").done == 0
    browser.press(item, "terug")
    assert opened.labels(item) == {W: Use.USED}
    browser.press(item, "terug")
    assert opened.labels(item) == {} and "uw oordeel" not in browser.text(item).replace("Uw oordeel", "")
    assert len(opened.rows()) == 9  # three presses; back with two, with one, and with none that stood before
    assert "niets om ongedaan te maken" in browser.press(item, "terug").text
    browser.press(item, "experiential:none")
    assert opened.labels(item) == {E: None}, "what was taken back stays so"


def test_what_was_taken_back_counts_nowhere(opened: Opened) -> None:
    browser, item = opened.browser(), opened.items[3]  # the model finds nothing in it
    browser.press(item, "scientific:used")
    document_id = opened.found[0].document.id
    assert [one.by for one in opened.desk.analysis(document_id).verdicts][-1] == "person:An"  # type: ignore[union-attr]
    browser.press(item, "terug")
    assert list(opened.store.verdicts("person")) == []
    assert opened.store.analysis(document_id) == opened.found[0]
    assert [hit.text for hit in opened.store.search("", W)] == [PARAGRAPHS[1][0]]


def test_everything_is_there_again_after_a_restart(tmp_path: Path) -> None:
    first = Opened(tmp_path, analysis())
    browser, item = first.browser(), first.items[0]
    browser.press(item, "klopt")
    browser.post(f"/opmerking/{item.name}", tekst="Twijfel\n bij de raad ")
    before = first.rows()
    first.store.close()
    again = Opened(tmp_path)
    assert again.items == first.items and again.rows() == before
    assert again.desk.progress("person:An").done == 1
    start = again.browser().get("/")
    assert start.headers["Location"].startswith(f"/passage/{again.items[1].name}")
    assert "Twijfel\n bij de raad</textarea>" in again.browser().text(item)
    again.store.close()


def test_sentences_make_up_a_passage(tmp_path: Path) -> None:
    whole = analysis(paragraphs=[(TWO, {}), *PARAGRAPHS])
    passage = whole.passages[0]
    middle = passage.start + TWO.index(" Het")
    cut = tuple(
        replace(passage.sentences[0], start=a, end=b) for a, b in [(passage.start, middle), (middle + 1, passage.end)]
    )
    opened = Opened(tmp_path, replace(whole, passages=(replace(passage, sentences=cut), *whole.passages[1:])))
    browser, item = opened.browser(), opened.items[0]
    text = browser.text(item, "?zin=0")
    assert '<strong class="current">Ouders vertellen dat zij wachten.</strong>' in text
    browser.press(item, "experiential:used", zin="0")
    page = browser.press(item, "klopt", zin="0")
    assert "zin 2 van 2" in page.text
    browser.press(item, "scientific:used", zin="1")
    page = browser.press(item, "klopt", zin="1")
    assert "zin 1 van 1" in page.text and opened.desk.progress("person:An").done == 1
    assert [row[1:3] for row in opened.rows()] == [("sentence", a.start) for a in cut for _ in range(2)]
    assert opened.desk.see(0, "person:An").shown == {E: Use.USED, W: Use.USED}
    browser.press(item, "terug", zin="0")
    assert opened.desk.progress("person:An").done == 0
    opened.store.close()
    again = Opened(tmp_path)
    assert again.desk.see(0, "person:An").shown[W] is Use.USED
    again.store.close()


def test_a_clock_that_goes_back_loses_no_press(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, item = opened.browser(), opened.items[0]
    browser.press(item, "scientific:used")
    monkeypatch.setattr("bronnen.review.desk._now", lambda: "2001-01-01T00:00:00.000+00:00")
    browser.press(item, "scientific:none")
    assert opened.labels(item) == {W: None}
    browser.press(item, "terug")
    assert opened.labels(item) == {W: Use.USED}


class Clock:
    """One second later at every look."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0
        monkeypatch.setattr("bronnen.review.desk._now", self)

    def __call__(self) -> str:
        self.seconds += 1
        return f"2026-01-02T03:{self.seconds // 60:02}:{self.seconds % 60:02}.000+00:00"


def disagreed(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk at which An sees experience in the first passage, and Bo, who spoke last, does not."""
    Clock(monkeypatch)
    opened.desk.judge(0, "person:an", {E: Use.USED})
    opened.desk.judge(0, "person:bo", {E: None})
    return opened.desk


def counts(opened: Opened, place: int = 0) -> dict[Source, Use | None]:
    """What counts of a passage, of everybody's verdicts in the file."""
    item = opened.items[place]
    return settle(one for one in opened.store.verdicts("person") if (one.start, one.end) == item[1:])


def test_a_press_on_one_source_says_nothing_again_of_the_others(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = disagreed(opened, monkeypatch)
    desk.judge(0, "person:an", {P: Use.USED})
    assert counts(opened) == {E: None, P: Use.USED}, "Bo spoke last of experience"
    desk.adjudicate(desk.said()[0], "adjudicated:an", {E: Use.USED})
    desk.adjudicate(desk.said()[0], "adjudicated:bo", {E: None})
    desk.adjudicate(desk.said()[0], "adjudicated:an", {P: None})
    assert counts(opened) == {E: None, P: None}, "and settled it last"


def test_undo_gives_back_who_counts(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = disagreed(opened, monkeypatch)
    for again in range(2):
        desk.judge(0, "person:an", {E: Use.CALLED_FOR})
        assert counts(opened) == {E: Use.CALLED_FOR}
        desk.undo("person:an")
        assert counts(opened) == {E: None}, again
        assert desk.see(0, "person:an").judged == {E: Use.USED}
    desk.undo("person:an")
    assert opened.labels(opened.items[0], "person:an") == {} and counts(opened) == {E: None}


def test_an_undo_that_fails_can_be_tried_again(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.desk.judge(0, "person:an", {E: Use.USED})
    with monkeypatch.context() as patched, pytest.raises(StoreError):
        patched.setattr(Store, "add_verdicts", refuse)
        opened.desk.undo("person:an")
    assert opened.desk.undo("person:an") is not None and counts(opened) == {}


def refuse(*_: object, **__: object) -> int:
    raise StoreError("The disk is full.")


def test_a_difference_that_is_settled_back_and_forth_is_kept_as_told(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = disagreed(opened, monkeypatch)
    for by, use in (("an", Use.USED), ("bo", None), ("an", Use.USED), ("bo", Use.USED)):
        desk.adjudicate(desk.said()[0], f"adjudicated:{by}", {E: use})
        assert counts(opened) == {E: use}
        (told,) = differences(desk.said())
        assert told.adjudicated == {E: use}
    assert len(opened.rows()) == 5, "what stands already is not said again"


def scanned_again(opened: Opened, paragraphs: list[tuple[str, Labels]]) -> Desk:
    """The desk after the same file was read anew, as another text."""
    found = analysis(paragraphs=paragraphs, document_id=opened.found[0].document.id)
    run = opened.store.begin_run(Settings(), "0.2.0")
    opened.store.add(run, 0, found.document.path, found)
    return Desk(opened.store, Queue([Item(found.document.id, one.start, one.end) for one in found.passages]))


def test_a_press_on_a_text_that_became_another_is_kept(opened: Opened) -> None:
    opened.desk.judge(0, "person:an", {E: Use.USED, P: None, W: None})
    (words, labels), *rest = PARAGRAPHS
    desk = scanned_again(opened, [(words.replace("Ouders", "Oudere"), labels), *rest])
    assert desk.progress("person:an").done == 0
    desk.judge(0, "person:an", {E: Use.USED, P: None, W: None})
    assert Desk(opened.store, desk.queue).progress("person:an").done == 1


def test_undo_hides_nothing_that_was_said_of_other_words_at_those_offsets(opened: Opened) -> None:
    opened.desk.judge(0, "person:an", {E: Use.USED, P: None, W: None})
    fresh = "X" * (len(PARAGRAPHS[0][0]) - 1) + "."
    desk = scanned_again(opened, [(fresh, {}), *PARAGRAPHS])  # the first passage moved to behind one as long
    assert desk.see(1, "person:an").judged == {E: Use.USED, P: None, W: None}
    desk.judge(0, "person:an", {P: Use.USED})
    desk.undo("person:an")
    again = Desk(opened.store, desk.queue)
    assert again.see(0, "person:an").judged == {}
    assert again.see(1, "person:an").judged == {E: Use.USED, P: None, W: None}


def test_a_failed_write_says_so_and_changes_nothing(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, item = opened.browser(), opened.items[0]
    with sqlite3.connect(opened.folder / FILE) as raw:
        raw.execute("CREATE TRIGGER full BEFORE INSERT ON verdicts BEGIN SELECT RAISE(ABORT, 'no room'); END")
    answer = browser.post(f"/oordeel/{item.name}", doe="geen")
    assert answer.status_code == 500 and "no room" in answer.text and "Niet gelukt" in answer.text
    assert opened.rows() == [] and opened.desk.progress("person:An").done == 0 and not opened.desk.can_undo("person:An")


# People --------------------------------------------------------------------------------------------------------------


def test_two_people_differ_and_a_third_judgement_decides(opened: Opened) -> None:
    an, bo = opened.browser("An"), opened.browser("Bo é")
    for browser in (an, bo):
        for item in opened.items:
            browser.press(item, "klopt")
    assert "Niemand is het oneens" in an.get("/verschillen").text
    item = opened.items[0]
    assert "uw oordeel" in bo.text(item)
    bo.press(item, "experiential:called_for")
    assert opened.labels(item) == {E: Use.USED, P: None, W: None}, "what An said is hers"
    page = an.get("/verschillen").text
    assert "1 nog open, 0 beslist" in page and page.count("<article") == 1 and "Bo é" in page
    assert "Eens met Bo é: 11 van 12 oordelen" in an.get(f"/invloed/{item.name}").text
    answer = an.post(f"/verschillen/{item.name}", doe="experiential:none", eenheid="passage")
    assert answer.status_code == 303 and "0 nog open, 1 beslist" in an.get(answer.headers["Location"]).text
    assert opened.rows()[-1] == ("adjudicated:An", "passage", item.start, "none", None, None)
    (found,) = opened.store.analyses(opened.store.last_run() or 0)
    said = [one for one in found.verdicts if one.start == item.start and one.unit is Unit.PASSAGE]
    assert settle(said)[E] is None
    for wrong in (
        {"doe": "scientific:used", "eenheid": "passage"},
        {"doe": "experiential:used", "eenheid": "sentence"},
    ):
        assert an.post(f"/verschillen/{item.name}", **wrong).status_code == 404


def test_a_name_is_one_however_it_is_typed(opened: Opened) -> None:
    for typed in ("Zoe\u0308", "Zo\xeb"):
        opened.browser(typed).press(opened.items[0], "scientific:used")
    assert [row[0] for row in opened.rows()] == ["person:Zo\xeb"]


def test_the_blind_do_not_see_what_others_say(tmp_path: Path) -> None:
    first = Opened(tmp_path, analysis())
    for name, use in (("An", "used"), ("Bo", "none")):
        first.browser(name).press(first.items[0], f"scientific:{use}")
    assert '<a href="/verschillen"' in first.browser("Cas").text(first.items[0])
    first.store.close()
    opened = Opened(tmp_path, blind=True)
    browser, item = opened.browser("An"), opened.items[0]
    assert "/verschillen" not in browser.text(item)
    for address in ("/verschillen", "/overeenstemming.csv"):
        assert browser.get(address).status_code == 404
    answer = browser.post(f"/verschillen/{item.name}", doe="scientific:used", eenheid="passage")
    assert answer.status_code == 404 and len(opened.rows()) == 2
    assert "Bo" not in browser.get(f"/invloed/{item.name}").text
    opened.store.close()


def test_agreement_is_shown_and_comes_as_csv(opened: Opened) -> None:
    an, bo = opened.browser("An"), opened.browser("=Bo")
    for item in opened.items:
        an.press(item, "klopt")
        bo.press(item, "klopt" if item == opened.items[0] else "geen")
    answer = an.get("/overeenstemming.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="overeenstemming.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["first"] for row in rows] == ["'=Bo"] * 6 and {row["units"] for row in rows} == {"4"}
    told = {(row["source"], row["use"]): row for row in rows}
    assert told["experiential", "used"]["kappa"] == "1.0" and told["scientific", "used"]["f1"] == "0.0"
    assert told["scientific", "called_for"]["kappa"] == ""
    assert "1,00" in an.get("/verschillen").text


def test_who_has_no_name_is_asked_and_cannot_press(opened: Opened) -> None:
    stranger = opened.browser("")
    item = opened.items[0]
    for address in ("/", f"/passage/{item.name}", "/verschillen"):
        assert stranger.get(address).headers["Location"] == "/naam"
    assert stranger.post(f"/oordeel/{item.name}", doe="klopt").status_code == 403
    for wrong in ("", "  ", "a" * 61, "a\x1b[2J", "adjudicated:jan", "a:b", "Bronnen", " bronnen "):
        answer = stranger.post("/naam", naam=wrong)
        assert answer.status_code == 400 and "hoogstens 60 letters" in answer.text
    assert opened.rows() == []


@pytest.mark.slow
def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    opened = many(tmp_path)

    def work(name: str) -> None:
        browser = opened.browser(name)
        for item in opened.items:
            browser.press(item, "scientific:used")
            browser.press(item, "klopt")

    people = [f"P{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, people)) == [None] * 6
    assert len(opened.rows()) == 6 * 2 * len(opened.items)
    assert {opened.desk.progress(f"person:{name}").left for name in people} == {0}
    opened.store.close()


# Who may ask ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": f"http://127.0.0.1:{PORT}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://example.org"},
    ],
)
def test_a_write_from_elsewhere_is_refused(opened: Opened, headers: dict[str, str]) -> None:
    browser, item = opened.browser(), opened.items[0]
    for address, form in (
        (f"/oordeel/{item.name}", {"doe": "geen"}),
        (f"/opmerking/{item.name}", {"tekst": "x"}),
        ("/naam", {"naam": "Ik"}),
        (f"/verschillen/{item.name}", {"doe": "scientific:used", "eenheid": "passage"}),
    ):
        answer = browser.post(address, headers, **form)
        assert answer.status_code == 403 and "Set-Cookie" not in answer.headers
    assert opened.rows() == [] and opened.desk.remarks() == []


@pytest.mark.parametrize(
    "headers", [{"Origin": f"http://127.0.0.1:{PORT}"}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}]
)
def test_a_write_from_our_own_page_is_taken(opened: Opened, headers: dict[str, str]) -> None:
    answer = opened.browser().post(f"/oordeel/{opened.items[0].name}", headers, doe="geen")
    assert answer.status_code == 303 and len(opened.rows()) == 1


@pytest.mark.parametrize(
    "host", ["example.org", f"example.org:{PORT}", "127.0.0.1", "127.0.0.1:80", f"127.0.0.2:{PORT}"]
)
def test_a_foreign_host_is_refused(opened: Opened, host: str) -> None:
    answer = opened.app.test_client().get("/naam", base_url=f"http://{host}")
    assert answer.status_code == 403


def test_every_answer_is_sealed(opened: Opened) -> None:
    browser, item = opened.browser(), opened.items[0]
    for address in ("/", "/naam", f"/passage/{item.name}", "/review.js", "/review.css", "/nergens", "/verschillen"):
        answer = browser.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script>|<style", browser.text(item)), (
        "nothing inline: it would not run"
    )


@pytest.mark.parametrize("path", ["//elders/map/nota.pdf", "\\\\elders\\map\\nota.pdf", "/\\elders/nota.pdf"])
def test_a_path_on_another_machine_is_never_asked_for(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    asked: list[Path] = []
    document = replace(analysis().document, path=path, name="nota.pdf")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "stat", asked.append)  # gives nothing: whoever asks fails
        found = Pictures().state(document)
    assert found is State.GONE and asked == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes of this kind here")
def test_a_pipe_is_no_document(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "nota.pdf")
    read = threading.Thread(
        target=lambda: Pictures().state(replace(analysis().document, path=str(tmp_path / "nota.pdf"), name="nota.pdf")),
        daemon=True,
    )
    read.start()
    read.join(5)
    assert not read.is_alive(), "it would wait for ever"


def test_others_come_in_with_the_token_only(tmp_path: Path) -> None:
    opened = Opened(tmp_path, analysis(), remote=True, name="An")
    stranger = Browser(opened.app.test_client())
    for address in ("/", "/review.js", "/?sleutel=", "/?sleutel=gehei", "/?sleutel=g\xe9"):
        assert stranger.get(address).status_code == 403
    assert stranger.post("/naam?sleutel=geheim", naam="An").status_code == 403
    answer = stranger.get("/?sleutel=geheim")
    assert answer.headers["Location"] == "/" and "HttpOnly" in answer.headers["Set-Cookie"]
    assert stranger.get("/").headers["Location"] == "/naam", "--name is for the machine itself"
    opened.store.close()


def test_others_on_this_machine_need_the_token_too(tmp_path: Path) -> None:
    opened = Opened(tmp_path, analysis(), name="An")
    stranger = Browser(opened.app.test_client())
    assert stranger.get("/").status_code == 403
    assert stranger.post(f"/oordeel/{opened.items[0].name}", doe="klopt").status_code == 403 and opened.rows() == []
    assert stranger.get(f"/?sleutel={KEY}").headers["Location"] == "/"
    assert stranger.get("/").headers["Location"].startswith("/passage/")
    opened.store.close()


@pytest.mark.parametrize("host", [None, "localhost", "0.0.0.0", "192.168.1.2"])
def test_every_server_has_a_token_of_its_own(host: str | None) -> None:
    one = door(host, 8080)
    assert len(one.token) >= 32 and one.token != door(host, 8080).token
    assert one.address.endswith(f":8080/?sleutel={one.token}")
    assert one.remote is (host not in (None, "localhost")) and one.remote is (one.host != "127.0.0.1")


def test_no_host_is_opened_that_is_none() -> None:
    for wrong in ("a b", "", "[::]", "x/y"):
        with pytest.raises(UsageError):
            door(wrong, 1)


@pytest.mark.parametrize(
    ("host", "asked", "is_known"),
    [
        ("0.0.0.0", "192.168.1.7:80", True),
        ("0.0.0.0", "example.org:80", False),
        ("::", "[fe80::1]:80", True),
        ("buurt.local", "BUURT.local:80", True),
        ("buurt.local", "192.168.1.7:80", False),
        ("buurt.local", "127.0.0.1:80", True),
    ],
)
def test_a_shared_server_is_known_by_its_own_names(host: str, asked: str, is_known: bool) -> None:
    assert is_ours(asked, Door("geheim", host, 80, remote=True)) is is_known


def test_what_is_asked_is_bounded_and_checked(opened: Opened) -> None:
    browser, item = opened.browser(), opened.items[0]
    bad_names = ["../../etc/passwd", "x", item.name + "0", f"{item.document_id}-{item.start}-{item.end}", "%2e%2e"]
    for name in bad_names:
        for answer in (
            browser.get(f"/passage/{name}"),
            browser.get(f"/beeld/{name}/1.png"),
            browser.post(f"/oordeel/{name}", doe="klopt"),
        ):
            assert answer.status_code == 404
    for doe in ("", "scientific", "scientific:", "scientific:maybe", "magic:used", "klopt "):
        assert browser.post(f"/oordeel/{item.name}", doe=doe).status_code == 400
    assert browser.get(f"/passage/{item.name}?zin=x").status_code == 400
    assert browser.get(f"/passage/{item.name}?bewaard=x").status_code == 400
    assert browser.post(f"/opmerking/{item.name}", tekst="x" * 70_000).status_code == 413
    browser.post(f"/opmerking/{item.name}", tekst="x" * 5_000 + "\x00")
    assert [len(one.text) for one in opened.desk.remarks()] == [4_000]
    assert browser.get(f"/beeld/{item.name}/1.png").status_code == 404, "its file was never there"
    assert "niet meer waar het bij het scannen stond" in browser.text(item)
    assert opened.rows() == []


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    found = analysis(f"{HOSTILE}.pdf", [(HOSTILE, {W: Use.USED})] * 2, heading=HOSTILE)
    opened = Opened(tmp_path, found)
    browser, item = opened.browser(HOSTILE[:60].replace("\n", "")), opened.items[1]
    browser.post(f"/opmerking/{item.name}", tekst="</textarea>" + HOSTILE)
    opened.browser("An").press(item, "scientific:none")
    browser.press(item, "scientific:used")
    for text in (
        browser.text(item),
        browser.text(item, "?zin=0"),
        browser.get("/verschillen").text,
        browser.get("/naam").text,
    ):
        assert "gekraakt" in text or "&lt;/p&gt;" in text
        assert (
            "<script>" not in text and "<img src=x" not in text and "49" not in re.sub(r"[0-9a-f]{16}|-\d+", "", text)
        )
    opened.store.close()


# What is shown -------------------------------------------------------------------------------------------------------


def test_blind_shows_nothing_of_the_model(tmp_path: Path) -> None:
    opened = Opened(tmp_path, analysis(), blind=True)
    browser, item = opened.browser(), opened.items[0]
    for text in (browser.text(item), browser.text(item, "?zin=0"), browser.get(f"/invloed/{item.name}").text):
        assert not re.search(r"model,|volgens het model|kans|<mark|88|0\.8|asked-for", text), text
    assert all(f'value="{source}:used"' in browser.text(item) for source in Source), "as if nothing was found"
    browser.press(item, "scientific:used")
    browser.press(item, "klopt")
    assert opened.labels(item) == {E: None, P: None, W: Use.USED}
    opened.store.close()
    seeing = Opened(tmp_path, blind=False)
    text = seeing.browser().text(seeing.items[1])
    assert "kans 88%" in text and "<mark>Uit onderzoek" in text, "so the words above are those to look for"
    seeing.store.close()


def test_the_page_tells_the_effect_and_the_neighbours(opened: Opened) -> None:
    browser, item = opened.browser(), opened.items[1]
    text = browser.text(item)
    assert "Ouders vertellen dat zij lang wachten op hulp." in text and "Wij gaan de wijkteams" in text
    assert "Aanleiding" in text and '<html lang="nl">' in text
    before = browser.get(f"/invloed/{item.name}").text
    browser.press(item, "geen")
    after = browser.get(f"/invloed/{item.name}").text
    assert "(0 van 4)" in before and "(1 van 4)" in after and before != after


def test_english_is_english(tmp_path: Path) -> None:
    opened = Opened(tmp_path, analysis(), language="en")
    text = opened.browser().text(opened.items[0])
    assert '<html lang="en">' in text and "Right so, next" in text and "Klopt" not in text
    assert NL.keys() == EN.keys() and len(NL["key_list"]) == len(EN["key_list"])
    for key, said in NL.items():
        if isinstance(said, str):
            names = [{part[1] for part in Formatter().parse(str(one))} for one in (said, EN[key])]
            assert names[0] == names[1], key
    opened.store.close()


def test_a_page_is_drawn_only_from_the_file_that_was_scanned(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "corpus" / "voorbeelden" / "verslag-bewonersavond-dorpsweg.pdf"
    from bronnen.extract import read
    from bronnen.settings import Settings

    path = tmp_path / "verslag.pdf"
    path.write_bytes(example.read_bytes())
    document = read(path, Settings())
    made = analysis(paragraphs=[], document_id=document.id)
    block = next(one for one in document.blocks if one.end - one.start > 300)
    passage = replace(
        analysis().passages[0], start=block.start, end=block.end, sentences=(Sentence(block.start, block.end),)
    )
    said = (verdict(document.text, block.start, block.end, Unit.PASSAGE, document_id=document.id),)
    opened = Opened(tmp_path / "store", replace(made, document=document, passages=(passage,), verdicts=said))
    browser, item = opened.browser(), opened.items[0]
    address = f"/beeld/{item.name}/{block.page}.png"
    assert address in browser.text(item)
    answer = browser.get(address)
    assert answer.mimetype == "image/png" and answer.get_data().startswith(b"\x89PNG")
    from PIL import Image

    colours = Image.open(io.BytesIO(answer.get_data())).convert("RGB").getcolors(1 << 24) or []
    assert sum(count for count, colour in colours if colour == (255, 236, 150)) > 5_000, "the passage is marked"
    assert browser.get(f"/beeld/{item.name}/99.png").status_code == 404
    path.write_bytes(example.read_bytes() + b"\n%")
    assert browser.get(address).status_code == 404 and "veranderd sinds het scannen" in browser.text(item)
    path.unlink()
    assert browser.get(address).status_code == 404 and "niet meer waar" in browser.text(item)
    opened.store.close()


# The order -----------------------------------------------------------------------------------------------------------


def many(tmp_path: Path, labels: Labels | None = None) -> Opened:
    rows = [(f"De raad besluit over zaak nummer {number}.", labels or {}) for number in range(40)]
    return Opened(tmp_path, analysis(paragraphs=rows))


def test_the_order_is_by_doubt_with_a_share_at_random(tmp_path: Path) -> None:
    opened = many(tmp_path)
    run = opened.store.last_run() or 0

    def order(*told: Any) -> list[Item]:
        return list(queued(opened.store.scored(run), Settings().segment, Order(*told)).items)

    in_reading_order = order("document")
    assert in_reading_order == sorted(in_reading_order)
    for told in (("uncertainty", None, 0.2, 0), ("uncertainty", None, 1.0, 3), ("source", W, 0.5, 1)):
        assert order(*told) == order(*told) and sorted(order(*told)) == in_reading_order
    assert order("uncertainty", None, 0.0) == in_reading_order, "all alike: as they stand"
    assert order("uncertainty", None, 1.0, 3) != order("uncertainty", None, 1.0, 4)
    opened.store.close()


def test_doubt_is_the_distance_to_a_half() -> None:
    import numpy as np

    chances = np.array([[[0.9, 0.1]] * 3, [[0.9, 0.45]] * 3, [[0.52, 0.1], [0.9, 0.1], [0.9, 0.1]], [[np.nan] * 2] * 3])
    assert queues.uncertain(chances).round(2).tolist() == [0.4, 0.05, 0.02, 0.0]
    assert queues.uncertain(chances, P).round(2).tolist() == [0.4, 0.05, 0.4, 0.0]
    found = mixed(list(range(1000)), 0.2, np.random.default_rng(0))
    assert sorted(found) == list(range(1000))
    assert 5 < sum(one > 200 for one in found[:100]) < 30


def test_a_plan_is_judged_blind_and_comes_out_as_a_sheet_that_can_be_read(tmp_path: Path) -> None:
    labels = [{}, {W: Use.USED}, {E: Use.USED}]
    rows = [(f"De raad besluit over zaak nummer {number}.", labels[number % 3]) for number in range(60)]
    opened = Opened(tmp_path / "store", analysis(paragraphs=rows))
    made = planned(frame(opened.store, ()), 1, "0.1.0", size=15)
    plan_hash = content_hash(values_of(made))
    made = plan_of(values_of(made), "plan.json")
    sheet = planned_sheet(made, sheet_rows(opened.store, made, plan_hash))
    desk = Desk(opened.store, sheet.queue, blind=True)
    opened.app = create_app(Review(desk, Settings(), Door(KEY, port=PORT), sheet=sheet))
    browser = opened.browser()
    assert [item.start for item in sheet.items] == [one.start for one in made.sampled]
    for number, item in enumerate(sheet.items):
        assert "?zin" not in browser.text(item) and "volgens het model" not in browser.text(item)
        browser.press(item, "scientific:used" if number % 2 else "scientific:called_for")
        browser.press(item, "klopt")
    browser.post(f"/opmerking/{sheet.items[0].name}", tekst="=1+1")
    path = tmp_path / "blad.csv"
    path.write_bytes(browser.get("/blad.csv").get_data())
    found, trail = _read(made, plan_hash, [path])
    assert [one.number for one in found] == list(range(1, 16)) and trail[0]["auditors"][0]["name"] == "An"
    assert [one.uses[W] for one in found[:2]] == [Use.CALLED_FOR, Use.USED] and found[0].uses[E] is None
    opened.store.close()


def test_a_planned_sheet_is_not_for_who_judged_its_passages_before(tmp_path: Path) -> None:
    opened = many(tmp_path)
    made = planned(frame(opened.store, ()), 1, "0.1.0", size=15)
    sheet = planned_sheet(made, sheet_rows(opened.store, made, content_hash(values_of(made))))
    opened.browser("An").press(sheet.items[0], "klopt")
    opened.browser("An").press(sheet.items[1], "geen", zin="0")
    outside = next(item for item in opened.items if item not in sheet.items)
    opened.browser("Bo").press(outside, "klopt")
    early = judged_before(sheet, opened.desk.said())
    assert early == {"An": 2}
    review = Review(
        Desk(opened.store, sheet.queue, blind=True), Settings(), Door(KEY, port=PORT), sheet=sheet, early=early
    )
    cookie = opened.browser("An")
    before = opened.rows()
    cookie.client.application = opened.app = create_app(review)
    answer = cookie.post("/naam", naam="An")
    assert answer.status_code == 400 and "2 passages van deze steekproef" in answer.text
    assert cookie.get("/").headers["Location"] == "/naam"
    assert cookie.post(f"/oordeel/{sheet.items[2].name}", doe="geen").status_code == 403 and opened.rows() == before
    assert "/verschillen" not in opened.browser("Bo").text(sheet.items[0])
    opened.store.close()


def test_a_plan_has_no_sheet_without_one(opened: Opened) -> None:
    assert opened.browser().get("/blad.csv").status_code == 404


def test_stated_is_one_verdict_per_person_and_span() -> None:
    said: list[Verdict] = [
        verdict("abc", 0, 3, labels={W: Use.USED}, by="person:An", judged=[W], at="1"),
        verdict("abc", 0, 3, labels={}, by="person:An", judged=[E], at="2"),
        verdict("abc", 0, 3, labels={}, by="person:Bo", judged=[E], at="2"),
    ]
    an, bo = stated(said)
    assert (an.judged, an.labels, an.at) == ({W, E}, {W: Use.USED}, "2") and bo == said[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(scheme: str) -> None:
    from bronnen.review.app import FOLDER
    from bronnen.taxonomy import contrast

    blocks = re.findall(r":root \{([^}]*)\}", (FOLDER / "review.css").read_text(encoding="utf-8"))
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme == "dark"]))
    for ink, paper in (("ink", "paper"), ("ink", "panel"), ("ink", "mind"), ("soft", "paper"), ("soft", "panel")):
        assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert contrast(colours["on-go"], colours["go"]) >= 4.5
    for edge in ("edge", "focus", "go"):
        assert contrast(colours[edge], colours["paper"]) >= 3, edge
