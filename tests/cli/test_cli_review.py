"""`bronnen review`: what it opens, where it listens, and what it refuses."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from factories import verdict
from flask import Flask
from walks import Walk, files, run, scan

from bronnen.records import Unit
from bronnen.review import serving
from bronnen.review.guard import Door
from bronnen.store import Store

Served = list[tuple[Flask, Door]]


@pytest.fixture
def served(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> Served:
    """What would be served; a store in `out` of two documents."""
    found: Served = []

    def serve(app: Flask, door: Door, ready: Callable[[], None]) -> None:
        found.append((app, door))
        ready()

    monkeypatch.setattr(serving, "serve", serve)
    files(een="Een nota.", twee="Nog een nota.")
    assert scan("in").exit_code == 0
    return found


def test_it_opens_a_browser_on_this_machine_only(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    found = run("review", "out", "--name", "An", "--port", "9000")
    where = served[0][1]
    assert (where.host, where.port, where.remote) == ("127.0.0.1", 9000, False) and len(where.token) >= 32
    link = f"http://127.0.0.1:9000/?sleutel={where.token}"
    assert found.exit_code == 0 and found.stdout == f"8 passages. Open {link}\n" and opened == [link]
    found = run("review", "out", "--host", "0.0.0.0", "--no-browser")
    assert "?sleutel=" in found.stdout and len(opened) == 1 and served[1][1].remote


def test_a_plan_is_opened_blind(served: Served) -> None:
    assert run("audit", "plan", "out", "--size", "6", "--seed", "1", "--out", "plan.json").exit_code == 0
    found = run("review", "out", "--plan", "plan.json", "--no-browser")
    assert found.exit_code == 0 and found.stdout.startswith("6 passages.")
    Path("plan.json").write_text(Path("plan.json").read_text().replace('"seed": 1', '"seed": 2'))
    assert run("review", "out", "--plan", "plan.json", "--no-browser").exit_code == 7


def test_a_plan_is_not_for_who_judged_of_it_before(served: Served) -> None:
    assert run("audit", "plan", "out", "--size", "8", "--seed", "1", "--out", "plan.json").exit_code == 0
    with Store(Path("out"), write=True) as store:
        (document_id, *_), *_ = store.documents()
        found = store.analysis(document_id)
        assert found is not None
        start, end = next((one.start, one.end) for one in found.verdicts if one.unit is Unit.PASSAGE)
        said = verdict(found.document.text, start, end, Unit.PASSAGE, by="person:An", document_id=document_id)
        assert store.add_verdicts([said]) == 1
    asked = ("review", "out", "--plan", "plan.json", "--no-browser", "--name")
    refused = run(*asked, "An")
    assert refused.exit_code == 2 and served == []
    assert "1 passages of this plan were judged by An before" in refused.stderr and "--again" in refused.stderr
    assert run(*asked, "Bo").exit_code == 0 and run(*asked, "An", "--again").exit_code == 0


def test_wrong_use_is_refused_before_anything_is_served(served: Served) -> None:
    blind = ["--blind", "--order", "source", "--source", "scientific"]
    wrong = [["--order", "source"], ["--name", "a\x1bb"], ["--host", "a b"], ["--random", "2"], ["--port", "1023"]]
    for words in (*wrong, blind, ["--name", "adjudicated:an"], ["--again"]):
        assert run("review", "out", *words).exit_code == 2, words
    found = run("review", "nergens")
    assert found.exit_code == 7 and "no store" in found.stderr and not Path("nergens").exists()
    assert served == []


def test_a_port_that_is_taken_is_told() -> None:
    from socket import socket

    with socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        with pytest.raises(serving.UsageError, match="Cannot listen"):
            serving.serve(Flask("x"), Door("geheim", port=one.getsockname()[1]), lambda: None)
