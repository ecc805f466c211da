"""`bronnen evaluate` from the command line, on small samples and on a store."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from factories import E, W, analysis, verdict

from bronnen.cli import main
from bronnen.formats.labels import write_labels
from bronnen.records import Source, Unit, Use
from bronnen.settings import Settings, resource
from bronnen.store import Store

SHIPPED = resource("models", "sources")
TOLD = [
    ("Ouders vertellen dat zij te lang wachten op {}.", ["experiential"], []),
    ("Uit onderzoek van het CBS blijkt dat {} toeneemt.", ["scientific"], []),
    ("Er is nader onderzoek nodig naar {}.", [], ["scientific"]),
    ("De raad stelt de nota over {} vast.", [], []),
]


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, words)])


def samples(path: Path, documents: int = 7, **more: Any) -> Path:
    lines = []
    for number in range(documents):
        for par, (text, used, called_for) in enumerate(TOLD):
            row = {"unit": f"u{number}", "doc": f"nota {number}.pdf", "organisation": f"gemeente {number % 2}"}
            row |= {"whole": True, "page": 2, "par": par, "text": text.format(f"zaak {number}"), "genre": "brief"}
            lines.append(json.dumps(row | {"used": used, "called_for": called_for} | more) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def with_card(folder: Path, **data: Any) -> Path:
    """The shipped model, with a card that tells more of its data."""
    shutil.copytree(SHIPPED, folder)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["data"] = {**card.get("data", {}), **data}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def test_table_page_and_json_from_samples(tmp_path: Path) -> None:
    labels = samples(tmp_path / "eigen.jsonl")
    html, figures = tmp_path / "uit.html", tmp_path / "uit.json"
    done = run(labels, "--html", html, "--json", figures, "--misses", "2")
    assert done.exit_code == 0, done.output
    assert "28 passages, 7 documents of 2 organisations." in done.stdout
    assert "seed 6" in done.stdout and "professional knowledge" in done.stdout
    facts = json.loads(figures.read_text(encoding="utf-8"))
    assert list(facts) == [
        "format", "kind", "made_with", "labels", "model", "figures", "macro_f1", "organisations", "genres", "misses",
        "agreement",
    ]  # fmt: skip
    assert facts["figures"]["scientific"]["used"]["cases"] == 7
    professional = facts["figures"]["professional"]["used"]
    assert (professional["cases"], professional["f1"], professional["precision"]) == (0, None, None)
    assert [part["name"] for part in facts["genres"]] == [None] and "NaN" not in figures.read_text(encoding="utf-8")
    page = html.read_text(encoding="utf-8")
    assert "<!DOCTYPE html>" in page and 'lang="nl"' in page and "nota" in page
    again = run(labels, "--json", "-", "--misses", "2")
    assert again.exit_code == 0 and json.loads(again.stdout) == facts  # the same seed, the same figures


def test_sentences_and_english(tmp_path: Path) -> None:
    done = run(samples(tmp_path / "e.jsonl"), "--unit", "sentence", "--html", tmp_path / "e.html", "--lang", "en")
    assert done.exit_code == 0 and "28 sentences" in done.stdout
    assert "How well does bronnen read?" in (tmp_path / "e.html").read_text(encoding="utf-8")


def test_two_models_are_compared(tmp_path: Path) -> None:
    labels = samples(tmp_path / "e.jsonl")
    done = run(labels, "--compare", SHIPPED, SHIPPED, "--html", tmp_path / "c.html", "--json", tmp_path / "c.json")
    assert done.exit_code == 0, done.output
    assert "no difference shown" in done.stdout and "cannot be told" in done.stdout
    assert " is better" not in done.stdout
    facts = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert facts["kind"] == "comparison" and facts["f1"]["scientific"]["used"]["above_zero"] == 0.5
    assert "Welk model leest beter?" in (tmp_path / "c.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_it_says_so_where_a_model_knows_the_documents(tmp_path: Path) -> None:
    labels = samples(tmp_path / "e.jsonl")
    digests = [hashlib.sha256(f"nota {number}.pdf".encode()).hexdigest()[:16] for number in (0, 3)]
    known = with_card(tmp_path / "known", documents_digest=digests)
    done = run(labels, "--model", known, "--html", tmp_path / "k.html")
    assert "learned from 2 of these 7 documents" in done.stdout and "too good" in done.stdout
    assert "van 2 van de 7 documenten heeft dit model geleerd" in (tmp_path / "k.html").read_text(encoding="utf-8")
    new = with_card(tmp_path / "new", documents_digest=["0" * 16])
    assert "learned from none of these documents" in run(labels, "--model", new).stdout
    both = run(labels, "--compare", known, new).stdout
    assert "Mind: A learned from 2" in both and "B learned from none" in both


def test_several_labellers_are_compared(tmp_path: Path) -> None:
    said = {"an": {"used": ["scientific"], "called_for": []}, "bo": {"used": [], "called_for": []}}
    done = run(samples(tmp_path / "e.jsonl", labellers=said), "--json", "-")
    agreement = json.loads(done.stdout)["agreement"]
    assert agreement["labellers"] == ["an", "bo"]
    assert [(one["first"], one["second"]) for one in agreement["pairs"]] == [
        ("model", "labels"), ("model", "an"), ("model", "bo"), ("an", "bo")
    ]  # fmt: skip
    assert agreement["pairs"][-1]["figures"]["scientific"]["used"]["f1"] == 0


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Path, Path]:
    """A store with a document, and labels by two people on it."""
    found = analysis()
    with Store(tmp_path / "store", write=True) as store:
        store.add(store.begin_run(Settings(), "0.1.0"), 0, "map/nota.pdf", found)
    text, said = found.document.text, []
    for by, labels in (("person:an", {E: Use.USED}), ("person:bo", {W: Use.USED})):
        for passage in found.passages:
            told = {"by": by, "document_id": found.document.id}
            said.append(verdict(text, passage.start, passage.end, Unit.PASSAGE, labels, **told))  # type: ignore[arg-type]
    said.append(verdict(text, 0, 9, Unit.PASSAGE, {}, by="person:an", document_id="f" * 64))
    write_labels(tmp_path / "labels.csv", said)
    write_labels(tmp_path / "labels.jsonl", said)
    return tmp_path / "store", tmp_path / "labels.csv"


def test_labels_on_documents_in_a_store(stored: tuple[Path, Path]) -> None:
    store, labels = stored
    for path in (labels, labels.with_suffix(".jsonl")):
        done = run(path, "--store", store, "--json", "-")
        assert done.exit_code == 0, done.output
        facts = json.loads(done.stdout)
        assert (facts["labels"]["units"], facts["labels"]["lost"]) == (4, 1)
        assert facts["agreement"]["labellers"] == ["person:an", "person:bo"]
        for source in Source:
            assert facts["figures"][source]["used"]["units"] == 4
    assert "do not count: 1." in run(labels, "--store", store).stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none.jsonl"], 7, "none.jsonl: No such file or directory. Check"),
        (["broken.jsonl"], 7, "broken.jsonl, line 2 is not JSON"),
        (["wrong.jsonl"], 7, "'used' must list sources"),
        (["empty.jsonl"], 2, "has no passage that a person labelled"),
        (["good.jsonl", "--model", "nowhere"], 6, "Cannot read the classifier in nowhere"),
        (["good.jsonl", "--compare", "nowhere", "nowhere"], 6, "train a model"),
        (["good.jsonl", "--model", "a", "--compare", "a", "b"], 2, "Name both models after --compare"),
        (["good.jsonl", "--store", "store"], 2, "Leave out --store"),
        (["good.jsonl", "--html", "no/such/page.html"], 2, "There is no folder no"),
        (["good.jsonl", "--json", "good.jsonl/x.json"], 2, "Make it first"),
        (["labels.csv"], 2, "Say with --store DIR"),
        (["labels.csv", "--store", "nowhere"], 7, "There is no store"),
        (["labels.csv", "--store", "store", "--unit", "sentence"], 2, "has no sentence that a person labelled"),
        (["picture.csv", "--store", "store"], 7, "UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_a_next_step(
    words: list[str], code: int, said: str, stored: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stored[0].parent
    monkeypatch.chdir(folder)
    good = samples(folder / "good.jsonl", 1).read_text(encoding="utf-8")
    (folder / "broken.jsonl").write_text(good.splitlines()[0] + "\n{cut off", encoding="utf-8")
    (folder / "empty.jsonl").write_text("\n", encoding="utf-8")
    (folder / "picture.csv").write_bytes(b"\xff\xd8\xff\xe0")
    samples(folder / "wrong.jsonl", 1, used=["hearsay"])
    done = run(*words)
    assert done.exit_code == code, done.output
    assert said in done.stderr and "Traceback" not in done.output


def test_a_hostile_text_cannot_write_on_the_screen(tmp_path: Path) -> None:
    labels = samples(
        tmp_path / "e.jsonl", text="Ouders vertellen \x1b[2J dat zij wachten.", used=[], doc="a\x1b[2J.pdf"
    )
    done = run(labels)
    assert done.exit_code == 0 and "\x1b" not in done.output and "a\\x1b[2J.pdf" in done.stdout
