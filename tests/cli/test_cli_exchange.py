"""`bronnen corpus export` and `import` with the files of other programs: exact there and back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from factories import E, P, W, verdict
from walks import Walk, files, run, scan

from bronnen.exchange.tasks import tasks
from bronnen.records import Analysis, Kind, Unit, Use, Verdict
from bronnen.store import Store

OTHERS = {
    "labelstudio": "t.json",
    "doccano": "t.jsonl",
    "prodigy": "t.jsonl",
    "inception": "t.zip",
    "webanno": "t.zip",
    "xlsx": "t.xlsx",
    "csv": "t.csv",
    "jsonl": "t.jsonl",
}
OLD, NEW = "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"


@pytest.fixture
def scanned(walk: Walk) -> list[Analysis]:
    files(a="een", b="twee")
    assert scan("in").exit_code == 0
    return documents()


def documents(folder: str = "out") -> list[Analysis]:
    with Store(Path(folder)) as store:
        return [found for one, _, _ in store.documents() if (found := store.analysis(one))]


def said(folder: str = "out") -> list[Verdict]:
    with Store(Path(folder)) as store:
        return sorted(store.verdicts("person"), key=lambda one: (one.document_id, one.start, one.by, one.at, one.unit))


def on(found: Analysis, index: int, unit: Unit, labels: dict[Any, Use], **told: Any) -> Verdict:
    passage = found.passages[index]
    return verdict(found.document.text, passage.start, passage.end, unit, labels, document_id=found.document.id, **told)


def people(found: list[Analysis]) -> list[Verdict]:
    """Verdicts of every kind: both units, all three answers, a change of mind, an adjudication, odd names."""
    one, two = found
    made = [
        on(one, 0, Unit.SENTENCE, {E: Use.USED}, by="person:anna", at=OLD),
        on(one, 0, Unit.PASSAGE, {}, by="person:anna", at=OLD, judged=[W]),
        on(one, 0, Unit.SENTENCE, {}, by="person:anna", at=NEW, judged=[E]),
        on(one, 1, Unit.PASSAGE, {W: Use.CALLED_FOR}, by="person:Zoë de Vries/2", at=NEW, judged=[W, P]),
        on(two, 3, Unit.PASSAGE, {P: Use.USED}, by="adjudicated:bo", at=NEW),
    ]
    with Store(Path("out"), write=True) as store:
        assert store.add_verdicts(made) == len(made)
    return made


@pytest.mark.parametrize("form", OTHERS)
@pytest.mark.parametrize("unit", ["passage", "document"])
def test_what_goes_out_comes_back_as_it_was(scanned: list[Analysis], form: str, unit: str) -> None:
    people(scanned)
    file, is_table = OTHERS[form], form in ("xlsx", "csv", "jsonl")
    if unit == "passage" and form in ("inception", "webanno"):
        assert run("corpus", "export", file, "--store", "out", "--format", form, "--unit", unit).exit_code == 2
        return
    told = [] if is_table else ["--unit", unit]
    out = run("corpus", "export", file, "--store", "out", "--format", form, *told)
    assert out.exit_code == 0, out.output
    assert "5 labels" in out.stdout if is_table else f"{2 if unit == 'document' else 8} texts" in out.stdout
    scan("in", out="other")
    back = run("corpus", "import", file, "--store", "other")
    assert back.exit_code == 0, back.output
    assert back.stdout == "5 labels added, 0 were there already, 0 have no place.\n"
    assert said("other") == said("out")
    again = run("corpus", "import", file, "--store", "out")
    assert again.stdout == "0 labels added, 5 were there already, 0 have no place.\n" and again.exit_code == 0
    assert said("out") == said("other")


@pytest.mark.parametrize("form", [form for form in OTHERS if form not in ("xlsx", "csv", "jsonl")])
def test_the_model_goes_along_unless_nobody_should_see_it(scanned: list[Analysis], form: str) -> None:
    people(scanned)
    run("corpus", "export", OTHERS[form], "--store", "out", "--format", form)
    found = run("corpus", "import", OTHERS[form], "--store", "out")
    is_told = "by bronnen itself" in found.stderr or "have no answer" in found.stderr
    assert is_told
    for by, words in (("person", "0 labels added, 5"), ("model", "0 labels added, 0")):
        assert run("corpus", "export", OTHERS[form], "--store", "out", "--format", form, "--by", by).exit_code == 0
        found = run("corpus", "import", OTHERS[form], "--store", "out")
        assert words in found.stdout
        assert ("by bronnen itself" in found.stderr) == (by == "model" and form != "prodigy")


def test_label_studio_gets_an_interface_in_our_colours(scanned: list[Analysis]) -> None:
    run("corpus", "export", "t.json", "--store", "out", "--format", "labelstudio")
    config = Path("t.config.xml").read_text(encoding="utf-8")
    assert '<Label value="ervaringskennis gebruikt" background="#E69F00"/>' in config and 'toName="text"' in config
    run("corpus", "export", "t.json", "--store", "out", "--format", "labelstudio", "--config", "c.xml", "--lang", "en")
    assert 'value="experiential knowledge called for"' in Path("c.xml").read_text(encoding="utf-8")


def doccano(*records: dict[str, Any], name: str = "anna.jsonl") -> str:
    Path(name).write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return name


def test_a_file_that_could_be_of_two_programs_is_asked_about(scanned: list[Analysis]) -> None:
    name = doccano({"text": "x", "spans": [], "label": []})
    found = run("corpus", "import", name, "--store", "out")
    assert found.exit_code == 2 and "prodigy or doccano" in found.stderr and "--format" in found.stderr
    assert run("corpus", "import", name, "--store", "out", "--format", "doccano").exit_code == 0
    Path("t.txt").write_text("x")
    assert "no format that is known" in run("corpus", "import", "t.txt", "--store", "out").stderr


def test_a_record_finds_its_document_by_its_text(scanned: list[Analysis]) -> None:
    (one, two) = scanned
    own = one.document.text[one.passages[1].start : one.passages[1].end]
    name = doccano({"text": own, "label": [[0, 14, "experiential:called_for"]]})
    found = run("corpus", "import", name, "--store", "out")
    assert found.exit_code == 8 and "stands in more than one document" in found.stderr, "both have the same text"
    name = doccano({"text": own, "label": [[0, 14, "experiential:called_for"]], "meta": {"source": "map/b.txt"}})
    assert run("corpus", "import", name, "--store", "out").exit_code == 0
    (kept,) = said()
    assert (kept.document_id, kept.by, dict(kept.labels)) == (two.document.id, "person:anna", {E: Use.CALLED_FOR})
    found = run("corpus", "import", doccano({"text": "Wij staan nergens, " * 9, "label": ["P"]}), "--store", "out")
    assert "Not known what these codes" in found.stderr and found.exit_code == 8


def test_codes_of_their_own_are_told_and_others_listed(scanned: list[Analysis]) -> None:
    text, at = scanned[0].document.text, scanned[0].passages[0].start
    labels = [[at, at + 7, name] for name in ("Beleving", "Citaat", "Anders")]
    name = doccano({"text": text, "label": labels, "file": "a.txt"})
    Path("codes.toml").write_text('[codes]\n"beleving" = "experiential used"\n"Citaat" = "skip"\n')
    found = run("corpus", "import", name, "--store", "out", "--codes", "codes.toml", "--coder", "Bo")
    assert found.exit_code == 8 and "'Anders': 1 codings" in found.stderr and "Citaat" not in found.stderr
    assert [(one.by, dict(one.labels)) for one in said()] == [("person:anna", {E: Use.USED})]
    found = run(
        "corpus", "import", doccano({"text": text, "label": ["scientific"]}, name="all.jsonl"), "--store", "out"
    )
    assert "more than one passage as a whole" in found.stderr and "0 labels added" in found.stdout


def test_words_that_are_alike_are_placed_and_told(scanned: list[Analysis]) -> None:
    wrong = "Uit onder-\nzoek van het C8S bliikt dat cliënten tevreden zijn."
    name = doccano({"text": wrong, "label": [[0, len(wrong), "scientific_used"]], "name": "a.txt"})
    found = run("corpus", "import", name, "--store", "out", "--coder", "Bo")
    assert found.exit_code == 0 and "1 labels were placed on words that are alike" in found.stderr
    (kept,) = said()
    assert kept.quote == "Uit onderzoek van het CBS blijkt dat cliënten tevreden zijn."


def test_a_bad_record_refuses_the_file_and_names_the_place(scanned: list[Analysis]) -> None:
    good = {"text": scanned[0].document.text, "label": [[0, 7, "scientific"]], "name": "a.txt"}
    found = run("corpus", "import", doccano(good, {**good, "label": [[3, "7", "scientific"]]}), "--store", "out")
    assert found.exit_code == 7 and "line 2, label[0].end: '7' is no offset" in found.stderr
    assert said() == []


def test_labels_outside_passages_are_told_when_passages_go_out(scanned: list[Analysis]) -> None:
    text = scanned[0].document.text
    end = scanned[0].passages[1].end
    with Store(Path("out"), write=True) as store:
        store.add_verdicts([verdict(text, 0, end, by="person:an", at=NEW, document_id=scanned[0].document.id)])
    found = run("corpus", "export", "t.jsonl", "--store", "out", "--format", "prodigy")
    assert "1 labels by people lie in no passage" in found.stderr
    found = run("corpus", "export", "t.jsonl", "--store", "out", "--format", "prodigy", "--unit", "document")
    assert "lie in no passage" not in found.stderr


def test_options_that_do_not_belong_are_refused(scanned: list[Analysis]) -> None:
    for words in (["export", "t.csv", "--unit", "document"], ["export", "t.csv", "--config", "c.xml"]):
        assert run("corpus", *words, "--store", "out").exit_code == 2
    run("corpus", "export", "t.csv", "--store", "out")
    assert run("corpus", "import", "t.csv", "--store", "out", "--coder", "an").exit_code == 2
    assert run("corpus", "export", "t.zip", "--store", "nowhere", "--format", "inception").exit_code == 7
    assert not Path("t.zip").exists()


def test_a_label_in_a_table_finds_words_that_are_alike(scanned: list[Analysis]) -> None:
    found = on(scanned[0], 1, Unit.SENTENCE, {W: Use.USED}, by="person:an", at=NEW)
    row = {"document": found.document_id, "page": None, "start": 2, "end": 9, "unit": "sentence", "by": "person:an"}
    text = "Uit  onderzoek van\nhet CBS blijkt dat cliënten tevreden zijn."
    for number, words in enumerate((text, text.replace("blijkt", "bl1jkt"), "Iets heel anders dat er niet staat.")):
        told = {**row, "text": words, "labels": {"scientific": "used"}, "by": f"person:{number}"}
        Path(f"{number}.jsonl").write_text(json.dumps(told), encoding="utf-8")
    assert "1 labels were placed by their words" in run("corpus", "import", "0.jsonl", "--store", "out").stderr
    assert "on words that are alike" in run("corpus", "import", "1.jsonl", "--store", "out").stderr
    assert run("corpus", "import", "2.jsonl", "--store", "out").exit_code == 8
    kept = [(one.start, one.end, one.quote) for one in said()]
    assert kept[0] == (found.start, found.end, found.quote) and kept[1][0] == found.start and len(kept) == 2


def test_names_from_a_file_never_reach_the_screen_raw(scanned: list[Analysis]) -> None:
    harm = "\x1b]0;x\x07"
    text, at = scanned[0].document.text, scanned[0].passages[0].start
    name = doccano(
        {"text": text, "label": [[at, at + 5, harm], [at, at + 5, "W"]], "file": "a.txt", "annotator": f"an{harm}"},
        {"text": harm * 9, "label": [[0, 3, "experiential"]], "file": f"{harm}.txt"},
        {"text": text, "label": [[at, at + 5, "experiential"]], "file": "a.txt", "annotator": f"\ud800an{harm}"},
    )
    found = run("corpus", "import", name, "--store", "out")
    assert found.exit_code == 8 and "\x1b" not in found.output and "\x07" not in found.output
    assert [one.by for one in said()] == ["person:an ]0;x"]


def test_a_heading_is_no_text_of_its_own_unless_somebody_judged_it(scanned: list[Analysis]) -> None:
    one = scanned[0]
    heads = replace(one, passages=(replace(one.passages[0], kind=Kind.HEADING), *one.passages[1:]))
    made, outside = tasks(heads, by_passage=True)
    assert [text.at for text in made] == [passage.start for passage in one.passages[1:]] and outside == 0
    judged = replace(heads, verdicts=(*heads.verdicts, on(one, 0, Unit.PASSAGE, {E: Use.USED}, by="person:an")))
    assert len(tasks(judged, by_passage=True)[0]) == len(one.passages)
