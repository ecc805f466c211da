"""The whole loop with people, as docs/tutorial.md walks it: scan, label in a browser, train, scan again, go back."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest
from reviewers import Server, launched, needs_chromium, person, serving

import bronnen
from bronnen.cli import main
from bronnen.corpus import is_kept_apart
from bronnen.records import Source
from bronnen.store import FILE

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
LEARN, KEPT = 6, 2  # documents: training alone needs five, and there has to be something to measure with
PASSAGES, BY_SENTENCE = 60, 40
CYCLE = ("none", "used", "called_for")
Truth = Mapping[str, Mapping[Source, str]]
Balance = dict[str, dict[str, str]]  # rows of balance.csv by name of the file
COMMAND = re.compile(r"^python -m uv run bronnen (.+)$", re.MULTILINE)


def test_the_tutorial_has_commands_that_are_there() -> None:
    commands = COMMAND.findall((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"))
    assert {words.split()[0] for words in commands} == {"scan", "report", "review", "train", "models"}
    for words in commands:
        command: click.Command = main
        rest = words.split()
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), rest.pop(0))
            assert found is not None, words
            command = found
        command.make_context(command.name, rest)  # reads the options, and runs nothing


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `map`, in which some example documents lie, and with models of its own."""
    monkeypatch.setenv("BRONNEN_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("PYTHONPATH", str(Path(bronnen.__file__).parents[1]))  # a relative one would not be found
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map").mkdir()
    wanted = {False: LEARN, True: KEPT}
    for path in sorted((CORPUS / "voorbeelden").glob("*.pdf")):
        apart = is_kept_apart(_hash(path))
        if wanted[apart]:
            wanted[apart] -= 1
            shutil.copy(path, tmp_path / "map")
    assert not any(wanted.values())
    return tmp_path


@pytest.mark.slow
@needs_chromium
def test_the_whole_loop(folder: Path) -> None:
    names = {path.name for path in (folder / "map").iterdir()}
    store, truth = folder / "resultaat", _truth()
    assert "model bronnen (" in _bronnen("scan", "map", "--out", "resultaat").stderr
    first = _balance(store)
    assert _read_by_last_scan(store) == names == set(first)
    assert {row["judged"] for row in first.values()} == {"0"}

    with launched() as chromium, serving(store, "--order", "uncertainty") as server:
        changed = _label(chromium, server, truth)
    assert changed >= 20, "people and the model differ now and then"

    # The same model: nothing is read again, and what people said counts.
    _bronnen("scan", "map", "--out", "resultaat")
    judged = _balance(store)
    assert _read_by_last_scan(store) == set()
    assert sum(int(row["judged"]) for row in judged.values()) == PASSAGES
    assert all(_figures(first[name]) != _figures(row) for name, row in judged.items() if int(row["judged"]) >= 3)
    assert _width(judged) < _width(first), "what people judged is no longer in doubt"

    said = _bronnen("train", "--from-store", "resultaat", "--alone", "--name", "mijn")
    assert "Labelled by 1 person (" in said.stdout and "On the documents kept apart" in said.stdout
    card = json.loads((folder / "models" / "mijn" / "card.json").read_text(encoding="utf-8"))
    kept = {name for name in names if is_kept_apart(_hash(folder / "map" / name))}
    learned = [row for name, row in judged.items() if name not in kept]
    assert card["team"]["judged"][0] > 0 and card["data"]["own_runs"] == len(learned) == LEARN
    assert card["data"]["passages"] == sum(int(row["judged"]) for row in learned)

    # Another model: all is read again, but a document that is new is the only one after that.
    _bronnen("models", "use", "mijn")
    assert f"model mijn ({card['id']})" in _bronnen("scan", "map", "--out", "resultaat").stderr
    mine = _balance(store)
    assert _read_by_last_scan(store) == names
    assert {name: row["judged"] for name, row in mine.items()} == {name: row["judged"] for name, row in judged.items()}
    assert all(_figures(judged[name]) != _figures(row) for name, row in mine.items())
    (folder / "map" / "nieuw.md").write_text("# Nieuw\n\nUit onderzoek van het CBS blijkt dat het helpt.\n", "utf-8")
    _bronnen("scan", "map", "--out", "resultaat")
    assert _read_by_last_scan(store) == {"nieuw.md"}
    (folder / "map" / "nieuw.md").unlink()

    # Back to the first model: its figures are there again, with people's labels in them, and so are their rows.
    _bronnen("models", "use", "bronnen")
    assert "model bronnen (" in _bronnen("scan", "map", "--out", "resultaat").stderr
    assert _read_by_last_scan(store) == names
    assert _balance(store) == judged
    assert {row[0] for row in server.rows()} == {"person:An"}


def _bronnen(*words: str) -> subprocess.CompletedProcess[str]:
    """What a user types; it succeeds."""
    told = {**os.environ, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "bronnen", *words], capture_output=True, text=True, encoding="utf-8", env=told
    )
    assert done.returncode == 0, done.stderr
    return done


# People -----------------------------------------------------------------------------------------------------------


def _label(chromium: Any, server: Server, truth: Truth) -> int:
    """Labels passages by keyboard, sentence by sentence and then whole; how many labels were not as they stood."""
    page, trouble = person(chromium, server, "An")
    done = changed = 0
    page.keyboard.press("s")
    page.wait_for_selector(".current")
    while done < PASSAGES:
        whole = page.locator(".current").count() == 0
        if whole != (done >= BY_SENTENCE):
            page.keyboard.press("s")
            page.wait_for_function(f"() => !document.querySelector('.current') !== {str(whole).lower()}")
            continue
        text = page.locator(".passage" if whole else ".current").inner_text()
        for number, source in enumerate(Source, 1):
            shown = _shown(page, number)
            wished = _wished(truth, text, source, whole=whole) or shown
            changed += wished != shown
            while shown != wished:
                _press(page, str(number))
                shown = CYCLE[(CYCLE.index(shown) + 1) % 3]
                assert _shown(page, number) == shown
        _press(page, "Enter")
        done = int(page.locator(".where span").nth(1).inner_text().split(" te gaan, ")[1].split()[0])
    assert trouble == []
    return changed


def _press(page: Any, key: str) -> None:
    """Presses a key and waits for the page that answers it: the work on it is put in anew."""
    page.evaluate("document.getElementById('werk').dataset.old = 'yes'")
    page.keyboard.press(key)
    page.wait_for_selector("#werk:not([data-old])")


def _shown(page: Any, number: int) -> str:
    return str(page.locator(f"#bron{number} .use").get_attribute("class")).split()[-1]


def _truth() -> Truth:
    """What stands in the label file, by sentence."""
    found: dict[str, Mapping[Source, str]] = {}
    for line in (CORPUS / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["unit"] == "sentence":
            found[_plain(row["text"])] = {source: row["labels"].get(source, "none") for source in Source}
    return found


def _wished(truth: Truth, text: str, source: Source, *, whole: bool) -> str | None:
    """What the label file says of a sentence, or of the sentences in a passage; None where it has none of them."""
    plain = _plain(text)
    found = [said[source] for sentence, said in truth.items() if (sentence in plain if whole else sentence == plain)]
    return next((use for use in ("used", "called_for", "none") if use in found), None)


def _plain(text: str) -> str:
    return " ".join(text.split())


# What came out ----------------------------------------------------------------------------------------------------


def _balance(store: Path) -> Balance:
    with (store / "balance.csv").open(encoding="utf-8", newline="") as stream:
        return {row["name"]: row for row in csv.DictReader(stream)}


def _figures(row: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The shares with their intervals."""
    return [tuple(row[f"{source}_used_share{end}"] for end in ("", "_low", "_high")) for source in Source]


def _width(rows: Balance) -> float:
    """How wide the intervals of the numbers of passages are together."""
    return sum(
        float(row[f"{source}_used_high"]) - float(row[f"{source}_used_low"])
        for row in rows.values()
        for source in Source
    )


def _read_by_last_scan(store: Path) -> set[str]:
    """The files that the last scan read itself, rather than take what the store had."""
    question = (
        "SELECT d.name FROM analyses a JOIN documents d ON d.key = a.document WHERE a.run = (SELECT max(id) FROM runs)"
    )
    with sqlite3.connect(store / FILE) as raw:
        return {row[0] for row in raw.execute(question)}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
