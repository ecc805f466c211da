"""Documents out to a QDA project and people's codings back: what they said, on the sentences that they meant."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from factories import E, P, W, analysis, verdict

from bronnen import exchange
from bronnen.exchange import returning
from bronnen.formats.coded import OURS, Coding, Quote, Selection, Text
from bronnen.formats.qdpx.reading import read_qdpx
from bronnen.formats.qdpx.writing import write_qdpx
from bronnen.places import digest
from bronnen.records import Analysis, Kind, Passage, Sentence, Unit, Use, Verdict

LONG = "Ouders wachten lang. Dat weten wij. Onderzoek bevestigt het."
NOW = "2026-03-01T10:00:00+00:00"
USED, ASKED, NONE = ({source: exchange.codes()[source, use].name for source in (E, P, W)} for use in (*Use, None))
KNOWN = returning.meanings([code.name for code in exchange.codes().values()], {})


@pytest.fixture
def found() -> Analysis:
    """A heading and two passages: one of three sentences, one of a single one."""
    text = f"Kop\n\n{LONG}\n\nDe raad besluit."
    sentences = tuple(
        Sentence(text.index(one), text.index(one) + len(one))
        for one in ("Ouders wachten lang.", "Dat weten wij.", "Onderzoek bevestigt het.", "De raad besluit.")
    )
    first, second = (
        Passage(inside[0].start, inside[-1].end, Kind.PARAGRAPH, "Kop", inside)
        for inside in (sentences[:3], sentences[3:])
    )
    one = analysis(paragraphs=())
    return replace(one, document=replace(one.document, text=text), passages=(first, second))


def back(found: Analysis, *selections: Selection, text: str | None = None, quotes: tuple[Quote, ...] = ()) -> list[str]:
    """What comes back, as 'unit: words: labels'."""
    tally = returning.Tally()
    told = Text("nota.pdf", found.document.text if text is None else text, selections, quotes=quotes)
    made = returning.verdicts([told], found, KNOWN, tally)
    for one in made:
        assert one.quote == found.document.text[one.start : one.end] and one.document_id == found.document.id
        assert set(one.labels) <= one.judged
    return [shown(one) for one in made] + [left.said for left in tally.left]


def shown(one: Verdict) -> str:
    said = ", ".join(f"{source} {one.labels.get(source, 'none')}" for source in sorted(one.judged))
    return f"{one.unit}: {one.quote}: {said}"


def on(text: str, words: str, *codes: str, coder: str = "anna", at: str = NOW, note: str = "") -> Selection:
    start = text.index(words)
    return Selection(start, start + len(words), tuple(Coding(code, coder, at) for code in codes), note)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Ouders wachten lang.", ["sentence: Ouders wachten lang."]),
        ("Ouders wachten", ["sentence: Ouders wachten lang."]),
        ("wachten lang. Dat weten", ["sentence: Ouders wachten lang.", "sentence: Dat weten wij."]),
        ("lang. Dat weten wij", ["sentence: Dat weten wij."]),
        ("lang. Dat", ["sentence: Ouders wachten lang."]),
        ("lang", ["sentence: Ouders wachten lang."]),
        (LONG, [f"passage: {LONG}"]),
        (LONG[:-1], [f"passage: {LONG}"]),
        (f"\n{LONG}\n", [f"passage: {LONG}"]),
        ("het.\n\nDe raad besluit", ["passage: De raad besluit."]),
        ("bevestigt het.\n\nDe raad besluit", ["sentence: Onderzoek bevestigt het.", "passage: De raad besluit."]),
        (f"Kop\n\n{LONG}\n\nDe raad besluit.", [f"passage: {LONG}", "passage: De raad besluit."]),
    ],
)
def test_a_selection_is_a_verdict_on_what_it_covers(found: Analysis, words: str, wanted: list[str]) -> None:
    assert back(found, on(found.document.text, words, USED[E])) == [f"{one}: experiential used" for one in wanted]


def test_only_what_was_coded_is_judged_and_one_coder_says_one_thing(found: Analysis) -> None:
    text = found.document.text
    wij = "Dat weten wij."
    told = [
        on(text, wij, ASKED[E], NONE[P]),
        on(text, "weten wij", USED[E], NONE[E], USED[W]),
        on(text, wij, NONE[E], coder="bo"),
    ]
    assert back(found, *told) == [
        f"sentence: {wij}: experiential used, professional none, scientific used",
        f"sentence: {wij}: experiential none",
    ]


@pytest.mark.parametrize(
    "by", ["person:adjudicated:jan", "person:person:x", "person:Bronnen", "adjudicated:jan", "person:jan"]
)
def test_who_said_it_is_the_same_after_a_round_trip(found: Analysis, by: str) -> None:
    wij = found.document.text.index("Dat weten")
    said = verdict(
        found.document.text, wij, wij + 14, labels={E: Use.USED}, by=by, at=NOW, document_id=found.document.id
    )
    out = exchange.text(replace(found, verdicts=(said,)))
    made = returning.verdicts([out], found, KNOWN, returning.Tally())
    assert [one.by for one in made] == [by]


def test_a_heading_and_words_from_elsewhere_have_no_place(found: Analysis) -> None:
    told = on(found.document.text, "Kop", USED[E])
    assert back(found, told) == ["'ervaringskennis gebruikt' on 'Kop': lies in no passage (a heading, contents)"]
    other = "Dit staat nergens. " * 10
    (left,) = back(found, on(other, "Dit staat nergens.", USED[E]), text=other)
    assert left.endswith("its words are not in the document")


@pytest.mark.parametrize("ends", ["\r\n", "\n", " "])
def test_words_are_found_in_a_text_that_was_read_otherwise(found: Analysis, ends: str) -> None:
    other = f"Ko\u0308p en meer{ends}Ouders{ends}wachten  lang. Dat{ends}weten wij.{ends}Onderzoek bevestigt het."
    assert back(found, on(other, f"Dat{ends}weten wij.", USED[W]), text=other) == [
        "sentence: Dat weten wij.: scientific used"
    ]


def test_a_quote_from_a_pdf_is_found_by_its_words(found: Analysis) -> None:
    told = Quote("Dat weten\nwij.", 1, (Coding(USED[E], "anna"),))
    assert back(found, quotes=(told,)) == ["sentence: Dat weten wij.: experiential used"]


def test_what_the_model_said_is_no_verdict_of_a_person(found: Analysis) -> None:
    text, tally = found.document.text, returning.Tally()
    note = f"bronnen: {USED[E]} (zekerheid 91%). Model m1."
    ours = (
        on(text, "Dat weten wij.", USED[E], coder=OURS),
        on(text, "Dat weten wij.", USED[E], coder="Bronnen"),
    )
    added = on(text, "De raad besluit.", USED[E], "gebruikt", USED[P], coder="anna", note=note)
    told = {**KNOWN, "gebruikt": (W, Use.USED)}
    made = returning.verdicts([Text("n", text, (*ours, added))], found, told, tally)
    everything = "passage: De raad besluit.: experiential used, professional used, scientific used"
    assert [shown(one) for one in made] == [everything], "who says the same as the model says it"
    assert (tally.by_model, tally.left) == (2, [])
    (one,) = returning.verdicts([Text("n", text, (added,))], found, told, tally)
    assert shown(one) == "passage: De raad besluit.: professional used, scientific used"
    assert tally.by_model == 3, "a program gave all codings to who exports"


def test_codes_are_known_by_name_or_told(found: Analysis) -> None:
    names = [
        "Ervaringskennis  GEBRUIKT",
        "scientific knowledge called for",
        "Ervaringskennis > gebruikt",
        "Map > no professional knowledge",
        "Vertrouwen",
        "Kennis > Praktijk",
        "Overig > praktijk",
    ]
    own = {"kennis > praktijk": (P, Use.USED), "praktijk": None}
    assert returning.meanings(names, own) == {
        names[0]: (E, Use.USED),
        names[1]: (W, Use.CALLED_FOR),
        names[2]: (E, Use.USED),
        names[3]: (P, None),
        names[5]: (P, Use.USED),
        names[6]: None,
    }
    tally, text = returning.Tally(), found.document.text
    told = Text("n", text, (on(text, "Dat weten wij.", "Vertrouwen", "Citaat"),))
    assert returning.verdicts([told], found, {"Citaat": None}, tally) == []
    assert dict(tally.unknown) == {"Vertrouwen": 1} and tally.skipped == 1


def people(found: Analysis, *said: Verdict) -> Analysis:
    return replace(found, verdicts=(*found.verdicts, *said))


def test_all_that_was_said_goes_out_under_the_name_of_who_said_it() -> None:
    one = analysis()
    text, first = one.document.text, one.passages[0]
    span = (text, first.start, first.end)
    old, new = "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"
    said = [
        verdict(*span, Unit.PASSAGE, {E: Use.CALLED_FOR}, by="person:anna", at=old),
        verdict(*span, Unit.PASSAGE, {}, by="person:anna", at=new, judged=[W]),
        verdict(*span, Unit.SENTENCE, {P: Use.USED}, by="adjudicated:bo", judged=[P]),
    ]
    told = exchange.text(people(one, *said))
    codings = [(one.start, coding.coder, coding.code) for one in told.selections for coding in one.codings]
    assert [(coder, code) for start, coder, code in codings if start == first.start] == [
        ("adjudicated:bo", USED[P]),
        ("anna", ASKED[E]),
        ("anna", NONE[P]),
        ("anna", NONE[W]),
        (OURS, USED[E]),
    ]
    assert [code for _, coder, code in codings if coder == OURS] == [USED[E], USED[W], ASKED[P]]
    assert told.selections[2].note == "bronnen: ervaringskennis gebruikt (zekerheid 88%). Model m1."
    assert (
        exchange.text(one, "en").selections[0].note == "bronnen: experiential knowledge used (certainty 88%). Model m1."
    )


def test_what_went_out_comes_back_as_known_and_additions_as_new(tmp_path: Path) -> None:
    one = analysis()
    text, first = one.document.text, one.passages[0]
    said = verdict(text, first.start, first.end, Unit.SENTENCE, {E: Use.USED}, by="person:anna", at=NOW)
    one = people(one, said)
    write_qdpx(tmp_path / "a.qdpx", exchange.project("proef", NOW, [one]))
    (told,) = read_qdpx(tmp_path / "a.qdpx").texts
    assert (told.text, told.key) == (text, one.document.id)
    tally = returning.Tally()
    assert returning.verdicts([told], one, KNOWN, tally) == []
    assert (tally.by_model, tally.known, tally.left) == (3, 1, [])
    added = replace(told, selections=(*told.selections, on(text, "De raad stelt het beleid vast", USED[P], coder="cé")))
    (new,) = returning.verdicts([added], one, KNOWN, tally)
    assert (new.by, new.page, new.at, new.unit, dict(new.labels)) == ("person:cé", 1, NOW, Unit.PASSAGE, {P: Use.USED})


def test_the_file_goes_along_where_it_is_still_the_same(tmp_path: Path) -> None:
    path = tmp_path / "nota.pdf"
    path.write_bytes(b"%PDF-1.7")
    one = analysis(folder=str(tmp_path), document_id=sha256(b"%PDF-1.7").hexdigest())
    assert exchange.text(one, with_file=True).pdf == path
    assert exchange.text(one).pdf is None
    path.write_bytes(b"%PDF-1.7 changed")
    assert exchange.text(one, with_file=True).pdf is None
    path.unlink()
    assert exchange.text(one, with_file=True).pdf is None


DOCUMENTS = [("a" * 64, "Nöta.pdf", "x/Nöta.pdf"), ("b" * 64, "brief.docx", "brief.docx"), ("c" * 64, "brief.pdf", "y")]


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (Text("wat dan ook", "", key="b" * 64), "b"),
        (Text("nota.pdf", "", key="f" * 64), None),
        (Text("No\u0308ta.pdf", ""), "a"),
        (Text("nöta", ""), "a"),
        (Text("Nöta.pdf.txt", ""), "a"),
        (Text("C:\\map\\nöta.PDF", ""), "a"),
        (Text("nöta.docx", ""), "a"),
        (Text("brief.pdf", ""), "c"),
        (Text("brief", "tekst van b"), "b"),
        (Text("brief", "iets anders"), None),
        (Text("andere naam", "tekst\r\nvan c"), "c"),
    ],
)
def test_a_text_finds_its_document(told: Text, wanted: str | None) -> None:
    digests = {name * 64: digest(f"tekst van {name}") for name in "abc"}
    document_id, why = returning.match(told, DOCUMENTS, lambda: digests)
    assert document_id == (wanted and wanted * 64) and bool(why) == (wanted is None)
