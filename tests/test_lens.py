"""A lens: read and refused, found by words, trained on marked texts, saved, loaded and refused again."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from lenses import NEW, SAID, marked, toml_of, written

from bronnen import lens, questions
from bronnen.classifier import disk
from bronnen.cli import main
from bronnen.errors import MissingError, StoreError, UsageError
from bronnen.formats.marked import read_marked
from bronnen.lens import model as models
from bronnen.questions import Finding, Kind
from bronnen.taxonomy import contrast
from bronnen.training.lens import table, train

TWO = ("money", "risk")
FIVE = tuple(SAID)


def passages(*texts: str) -> list[tuple[str, ...]]:
    return [(text,) for text in texts]


@pytest.fixture(scope="module")
def shipped() -> lens.Lens:
    return lens.load("kenniscultuur")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the lens of two keys, its marked texts, and the model trained on them."""
    folder = tmp_path_factory.mktemp("lens")
    path = written(folder, "two", TWO, {"money": ("begroot",)})
    train(lens.load(path), [path.with_suffix(".jsonl")], np.random.default_rng(1)).save(folder / "model")
    return folder


# ---------------------------------------------------------------------------------------------------- by word lists


def test_the_shipped_lens_finds_each_knob(shipped: lens.Lens) -> None:
    found = lens.label(
        shipped,
        passages(
            "De directie wil meer eigenaarschap bij onze medewerkers en geeft ruimte aan professionals.",
            "De gemeente stelt een Kennisagenda op en benoemt een kennismakelaar.",
            "Wij houden elk kwartaal intervisie en trekken samen lessen; we leren van elkaar.",
            "Het college stelt het bestemmingsplan vast.",
        ),
    )
    assert [set(one) for one in found] == [{"leadership"}, {"policy"}, {"learning"}, set()]
    assert found[1]["policy"] == ("Kennisagenda", "kennismakelaar")
    assert "niet getraind, niet nagemeten" in lens.how(shipped, None)
    assert "not trained, not measured" in lens.how(shipped, None, "en")


def test_misfires_that_were_seen_stay_away(shipped: lens.Lens) -> None:
    texts = (
        "Hier komen kavels voor collectief particulier opdrachtgeverschap.",
        "De leerlingen van de school aan de Leerdamseweg krijgen vervoer.",
        "Het publiek kan kennisnemen van de kennisgeving.",
        "Inzet van vrouwelijk leiderschap is een doel.",
        "De Lokale Onderzoeksagenda Archeologie noemt deze vindplaats.",
        "Hij dient wat te zijner kennis komt mede te delen.",
        "De notulen gaan naar politieke en ambtelijk leidinggevenden.",
    )
    assert lens.label(shipped, passages(*texts)) == [{}] * len(texts)


def test_the_shipped_lens_has_questions_about_every_key_for_every_role(shipped: lens.Lens) -> None:
    for key in shipped.keys:
        for role in shipped.asked.roles:
            assert questions.chosen([Finding(Kind.MISSING, key, "x")], shipped.asked, role=role)
    for look in (*shipped.looks("nl").values(), *shipped.looks("en").values()):
        assert contrast(look.colour, look.ink) >= 4.5


def test_what_an_entry_against_lies_over_does_not_count(tmp_path: Path) -> None:
    told = toml_of(TWO, {"money": ("euro*", "kosten .. hoog")}).replace("words = []", 'words = []\nagainst = ["euro*"]')
    told = told.replace('words = ["euro*"', 'against = ["europese unie"]\nwords = ["euro*"', 1)
    (tmp_path / "x.toml").write_text(told, encoding="utf-8")
    taken = lens.load(tmp_path / "x.toml")
    found = lens.label(
        taken, passages("De Europese Unie betaalt 5 euro.", "De Europese Unie.", "Kosten, die hoog zijn.")
    )
    assert found == [{"money": ("euro",)}, {}, {"money": ("Kosten die hoog",)}]


def test_words_may_stand_in_a_file_beside_the_lens(tmp_path: Path) -> None:
    path = written(tmp_path, "x", TWO)
    path.write_text(toml_of(TWO).replace("words = []", 'words_file = "money.txt"', 1), encoding="utf-8")
    (tmp_path / "money.txt").write_text("# geld\nsubsidie*\n", encoding="utf-8")
    assert lens.label(lens.load(path), passages("De subsidies.")) == [{"money": ("subsidies",)}]
    for name in ("../money.txt", "/etc/passwd", "..", "C:\\\\x.txt", "none.txt"):
        path.write_text(toml_of(TWO).replace("words = []", f'words_file = "{name}"', 1), encoding="utf-8")
        with pytest.raises(UsageError, match=r"same folder|Cannot read"):
            lens.load(path)


LENS = toml_of(TWO)
LETTERS = "abcdefghijklmnopqr"
INSIDE = [f"{a}*euro{b}" for a in LETTERS for b in LETTERS]
MANY = [f"euro{a}{b}{c}" for a in LETTERS for b in LETTERS for c in LETTERS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LENS.replace("#E69F00", "orange"), r"\[money\]: 'colour' is 'orange'; it must look like #E69F00"),
        (LENS.replace("#E69F00", "#E69F00;}*{x:url(//y)}"), "'colour' is"),
        (LENS.replace('ink = "#000000"', 'ink = "#FFFFFF"', 1), r"contrast of 2\.\d; it must be 4\.5"),
        (LENS.replace('letter = "mo"', 'letter = "<b>"'), "one or two letters"),
        (LENS.replace('letter = "ri"', 'letter = "MO"'), "have the same letter"),
        (LENS.replace("#56B4E9", "#E69F00"), "have the same colour"),
        (LENS.replace('name = "risk nl"', 'name = "money nl"'), "have the same name"),
        (LENS.replace('name = "money nl"\n', ""), "'name' must be a text"),
        (LENS.replace('short = "money"', 'short = "a\\nb"', 1), "one line"),
        (LENS.replace("keys.money", 'keys."Money!"'), "'Money!' is no key"),
        (LENS.replace("words =", "wrds =", 1), "'wrds' is not known here"),
        (LENS.replace("short =", "shrt =", 1), "'shrt' is not known here"),
        (LENS.replace("words = []", 'words = "euro"', 1), "must be a list of texts"),
        (LENS.replace("words = []", 'words = ["*"]', 1), "would fit nearly any word"),
        (LENS.replace("words = []", 'words = ["*a*b*c*d*e*f*"]', 1), "would fit nearly any word"),
        (LENS.replace("words = []", 'words = ["(a+)+$"]', 1), "can never match"),
        (LENS.replace("words = []", 'words = ["kennis-"]', 1), "write it as 'kennis'"),
        (LENS.replace("words = []", 'words = [".. euro"]', 1), "'..' where it means nothing"),
        (LENS.replace("words = []", 'words = ["een .. .. twee"]', 1), "'..' where it means nothing"),
        (LENS.replace("words = []", f'words = ["{"woord " * 9}"]', 1), "too long"),
        (LENS.replace("words = []", f"words = {json.dumps(INSIDE)}", 1), "the most is 200"),
        (LENS.replace("words = []", f"words = {json.dumps(MANY)}", 1), "the most is 5000"),
        (LENS.replace("[keys.", "[kys."), "'kys' is not known here"),
        (LENS.split("[keys")[0], r"\[keys\] must be a table"),
        (LENS + "".join(f"[keys.k{n}]\n" for n in range(12)), "has 14 names; the most is 12"),
        (LENS + '[[questions]]\nfinding = "missing"\nsource = "experiential"\n', "must be a text|'source' is"),
        ("[keys", "is not TOML"),
    ],
)
def test_a_lens_that_does_not_fit_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said) as told:
        lens.load(tmp_path / "x.toml")
    assert told.value.next_step


def test_a_lens_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="no lens 'nothing'") as told:
        lens.load("nothing")
    assert "kenniscultuur" in told.value.next_step
    for name in ("../taxonomy", "*", "none.toml"):
        with pytest.raises(UsageError):
            lens.load(name)


# ----------------------------------------------------------------------------------------------------------- trained


@pytest.mark.parametrize("keys", [TWO, FIVE], ids=len)
def test_a_trained_lens_labels_new_documents_well_above_chance(tmp_path: Path, keys: tuple[str, ...]) -> None:
    path = written(tmp_path, "toy", keys)
    taken = lens.load(path)
    model = train(taken, [path.with_suffix(".jsonl")], np.random.default_rng(3))
    model.save(tmp_path / "model")
    model = models.load(tmp_path / "model", taken)
    new = marked(keys, NEW)
    found = lens.read(taken, model, passages(*(str(row["text"]) for row in new)))
    given = np.array([[key in {label.key for label in labels} for key in keys] for labels in found])
    truth = np.array([[key in row["labels"] for key in keys] for row in new])  # type: ignore[operator]
    f1 = 2 * (given & truth).sum(axis=0) / (given.sum(axis=0) + truth.sum(axis=0))
    chance = 2 * truth.mean(axis=0) / (1 + truth.mean(axis=0))  # of giving the key to everything
    assert (f1 > chance + 0.2).all(), (f1, chance)
    assert all(0 < label.chance <= 1 for labels in found for label in labels if label.chance is not None)
    assert any(label.words for labels in found for label in labels)
    for key in keys:
        one = model.quality[key]
        assert one["cases"] == 16 and one["documents"] == 8
        assert one["f1"] > one["all_labelled_f1"] + 0.2


def test_the_card_tells_what_was_learned_and_how_well(made: Path) -> None:
    taken = lens.load(made / "two.toml")
    model = models.load(made / "model", taken)
    assert model.card["data"] == {"texts": 40, "groups": 8, "folds": 5}
    assert model.quality["money"]["word_lists"]["precision"] == 1.0  # 'begroot' is half of it
    assert model.quality["money"]["word_lists"]["recall"] == 0.5
    assert "40 teksten uit 8 documenten" in lens.how(taken, model) and "0," in lens.how(taken, model)
    assert "money" in table(model) and "lists F1" in table(model)
    assert b"zwembad" not in model.data
    again = train(taken, [made / "two.jsonl"], np.random.default_rng(1))
    assert (again.id, again.data) == (model.id, model.data)


def test_figures_come_from_documents_that_were_not_learned_from(tmp_path: Path) -> None:
    """A word that tells the key in one document only must not help: its document is never split."""
    rows = [
        {
            "document": f"d{n}",
            "text": f"Woord{'abcdefghij'[n]} staat hier nog een keer bij {extra}.",
            "labels": [["money"], ["risk"]][n % 2],
        }
        for n in range(10)
        for extra in ("een", "twee", "drie")
    ]
    path = written(tmp_path, "x", TWO)
    path.with_suffix(".jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    model = train(lens.load(path), [path.with_suffix(".jsonl")], np.random.default_rng(0))
    assert model.quality["money"]["f1"] <= model.quality["money"]["all_labelled_f1"] + 0.1


def test_a_passage_is_read_by_itself(made: Path) -> None:
    """As the texts that were learned from: its neighbours change nothing, and neither does its heading."""
    taken = lens.load(made / "two.toml")
    model = models.load(made / "model", taken)
    many = [
        ("Voor de kade is een bedrag begroot.", "Dank."),
        ("Het gevaar van de kade is groot.",),
        ("Dank.",),
    ]
    together = lens.read(taken, model, many)
    assert together == [lens.read(taken, model, [one])[0] for one in many]
    assert [[label.key for label in labels] for labels in together] == [["money"], ["risk"], []]
    assert together[0][0].words[0] == "begroot"  # found by the list


def test_no_passage_and_an_empty_one_have_no_labels(made: Path) -> None:
    taken = lens.load(made / "two.toml")
    model = models.load(made / "model", taken)
    assert lens.read(taken, model, []) == []
    assert lens.read(taken, model, [()]) == [()]
    assert lens.read(taken, None, [()]) == [()]


# ------------------------------------------------------------------------------------------------- marked texts, model


def test_marked_texts_as_csv_and_jsonl_are_the_same(tmp_path: Path) -> None:
    csv = (
        'document;paragraph;labels;note\nnota a;Dat kost geld.;money;x\nnota a;Niets.;;\nnota b;Beide.;"money; risk";\n'
    )
    (tmp_path / "x.csv").write_text(csv, encoding="utf-8")
    rows = [("nota a", "Dat kost geld.", ["money"]), ("nota a", "Niets.", []), ("nota b", "Beide.", "money,risk")]
    lines = (json.dumps({"document": one, "text": text, "labels": labels}) + "\n" for one, text, labels in rows)
    (tmp_path / "x.jsonl").write_text("".join(lines), encoding="utf-8")
    read = read_marked(tmp_path / "x.csv", TWO)
    assert read == read_marked(tmp_path / "x.jsonl", TWO)
    assert [one.labels for one in read] == [{"money"}, set(), {"money", "risk"}]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.jsonl", '{"document": "a", "text": "b", "labels": ["other"]}\n', "line 1, labels: 'other' is no key"),
        ("x.jsonl", '{"document": "a", "text": "b"}\n', "line 1, labels: must name keys"),
        ("x.jsonl", '{"document": "", "text": "b", "labels": []}\n', "line 1, document"),
        ("x.jsonl", '{"document": "a", "text": 3, "labels": []}\n', "line 1, text"),
        ("x.jsonl", "[" * 100_000, "is not JSON"),
        ("x.csv", "document;text\na;b\n", "no column labels"),
        ("x.csv", "", "no column"),
        ("x.txt", "a", "neither"),
    ],
)
def test_marked_texts_that_do_not_fit_are_told(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=said):
        read_marked(tmp_path / name, TWO)


def test_too_little_to_learn_from_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "x", TWO)
    for rows, said in (
        (marked(TWO)[:15], "five different documents, there are 3"),
        ([row for row in marked(TWO) if row["labels"] != ["risk"]], "0 of 0 documents carry 'risk'"),
        ([{**row, "labels": [*TWO]} for row in marked(TWO)], "0 of 0 documents do not carry 'money'"),
    ):
        path.with_suffix(".jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        with pytest.raises(UsageError, match=said):
            train(lens.load(path), [path.with_suffix(".jsonl")], np.random.default_rng(0))


LIES: list[dict[str, Any]] = [
    {"data": {"texts": 10**400, "groups": 8}},
    {"thresholds": {"money": float("nan"), "risk": 0.5}},
    {"cross_validated": {"money": {"f1": "<b>1</b>"}, "risk": {"f1": 1.0}}},
]


def _resealed(folder: Path, weights: bytes | None = None, **changes: Any) -> None:
    """Change a model as somebody would who knows how its seals are made."""
    card = {**json.loads((folder / "card.json").read_text(encoding="utf-8")), **changes}
    if weights is not None:
        (folder / "model.skops").write_bytes(weights)
        card["sha256"] = hashlib.sha256(weights).hexdigest()
    card["id"] = models._identity(card)
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")


def test_a_model_that_does_not_fit_is_refused(made: Path, tmp_path: Path) -> None:
    taken = lens.load(made / "two.toml")
    whole = disk.loaded((made / "model" / "model.skops").read_bytes())

    def refused(said: str, folder: Path, by: lens.Lens = taken) -> None:
        with pytest.raises(MissingError, match=said) as told:
            models.load(folder, by)
        assert "bronnen train --lens" in told.value.next_step

    def copy(name: str) -> Path:
        return Path(shutil.copytree(made / "model", tmp_path / name))

    refused("Cannot read", tmp_path / "none")
    other = written(tmp_path, "other", TWO)
    refused("other keys or word lists", made / "model", lens.load(other))
    changed = copy("changed")
    text = (changed / "card.json").read_text(encoding="utf-8")
    (changed / "card.json").write_text(text.replace('"f1": ', '"f1": 1'), encoding="utf-8")
    refused("was changed", changed)
    cut = copy("cut")
    (cut / "model.skops").write_bytes((cut / "model.skops").read_bytes()[:1000])
    refused("not the file that its card describes", cut)
    _resealed(cut, b"no zip at all")
    refused("is damaged", cut)
    wrong = copy("wrong")
    for part, value, said in (
        ("bias", np.array([0.0]), "biases"),
        ("bias", np.array([0.0, np.nan]), "biases"),
        ("weights", np.zeros((1, 2)), "parts"),
        ("columns", whole["columns"] + 2**20, "columns"),
        ("idf", {}, "damaged"),
    ):
        _resealed(wrong, disk.dumped({**whole, part: value}))
        refused(said, wrong)
    _resealed(wrong, disk.dumped({"other": 1}))
    refused("is damaged", wrong)
    card = copy("card")
    for change in (
        {"kind": "sources"},
        {"format": 9},
        {"thresholds": []},
        {"thresholds": {}},
        {"features": "x"},
        *LIES,
    ):
        shutil.rmtree(card)
        shutil.copytree(made / "model", card)
        _resealed(card, **change)
        refused(r"card|no model|features|every key", card)
    (card / "card.json").write_text("[" * 100_000, encoding="utf-8")
    refused("Cannot read", card)


# ------------------------------------------------------------------------------------------------------- the command


def test_the_command_trains_and_says_how_well(tmp_path: Path) -> None:
    path = written(tmp_path, "toy", TWO)

    def run(*words: object) -> Any:
        return CliRunner().invoke(main, ["train", *map(str, words)])

    done = run("--lens", path, "--labels", path.with_suffix(".jsonl"), "--out", tmp_path / "model")
    assert done.exit_code == 0, done.output
    assert "40 texts, 8 documents" in done.output and "lists F1" in done.output
    assert models.load(tmp_path / "model", lens.load(path)).card["data"]["texts"] == 40
    again = run("--lens", path, "--labels", path.with_suffix(".jsonl"), "--out", tmp_path / "model")
    assert again.exit_code == 2 and "--force" in again.output
    for words in (("--lens", path), ("--labels", path), ("--lens", path, "--labels", path, "--alone")):
        assert run(*words, "--out", tmp_path / "n").exit_code == 2
    assert not (tmp_path / "n").exists()
