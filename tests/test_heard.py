"""Who is heard: which names are found under which name, for which source, and what notes and studies say."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bronnen.formats.tables import HEARD_COLUMNS, write_heard
from bronnen.heard import SURE, Bearing, Mention, bearers, counted, heard, heard_rows
from bronnen.heard.bearers import named
from bronnen.heard.studies import cited, of_note, points_back
from bronnen.records import (
    Block,
    Document,
    Kind,
    Labels,
    NoteMark,
    Page,
    PageState,
    Passage,
    Scores,
    Sentence,
    Source,
    Unit,
    Use,
    Verdict,
)

E, P, W = Source.EXPERIENTIAL, Source.PROFESSIONAL, Source.SCIENTIFIC
USED, CALLED = Use.USED, Use.CALLED_FOR


@dataclass(frozen=True)
class Told:
    start: int
    end: int
    labels: Labels
    scores: Scores | None = None


@dataclass(frozen=True)
class Paragraph:
    passage: Passage
    labels: Labels
    sentences: tuple[Told, ...]
    scores: Scores | None = None


@dataclass
class Draft:
    """A document in the making: paragraphs of sentences with their labels, and notes."""

    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    passages: list[Paragraph] = field(default_factory=list)
    marks: list[NoteMark] = field(default_factory=list)

    def paragraph(
        self,
        *sentences: tuple[str, Labels],
        kind: Kind = Kind.PARAGRAPH,
        labels: Labels | None = None,
        scores: Mapping[int, Scores] | None = None,
    ) -> Draft:
        start, told = len(self.text), []
        for place, (sentence, own) in enumerate(sentences):
            begin = len(self.text)
            self.text += sentence
            told.append(Told(begin, len(self.text), own, (scores or {}).get(place)))
            self.text += " "
        end = len(self.text) - 1
        self.text += "\n"
        self.blocks.append(Block(start, end, kind, 1))
        whole = Passage(start, end, kind, "", tuple(Sentence(one.start, one.end) for one in told))
        together = {source: use for one in told for source, use in one.labels.items()} if labels is None else labels
        self.passages.append(Paragraph(whole, together, tuple(told)))
        return self

    def mark(self, after: str, note: int) -> Draft:
        self.marks.append(NoteMark(self.text.index(after) + len(after), str(note), note))
        return self

    def done(self) -> Document:
        page = Page(0, len(self.text), 3, 595, 842, PageState.TEXT)
        blocks, marks = tuple(self.blocks), tuple(self.marks)
        return Document("d" * 64, "nota.pdf", "map/nota.pdf", self.text, (page,), blocks, (), "made", marks)


def mentions(text: str, labels: Labels) -> list[tuple[str, Source]]:
    draft = Draft().paragraph((text, labels))
    return [(one.name, one.source) for one in heard(draft.done(), draft.passages)]


CBS, SCP = "Centraal Bureau voor de Statistiek (CBS)", "Sociaal en Cultureel Planbureau (SCP)"
VNG, GGD = "Vereniging van Nederlandse Gemeenten (VNG)", "GGD"

SENTENCES: list[tuple[str, Labels, list[tuple[str, Source]]]] = [
    ("Volgens het CBS groeit de stad.", {W: USED}, [(CBS, W)]),
    ("Uit CBS-cijfers en cijfers van Statistics Netherlands blijkt groei.", {W: USED}, [(CBS, W), (CBS, W)]),
    ("Bij de cbs-school is het druk.", {W: USED}, []),
    ("Het Sociaal en Cultureel Planbureau (SCP) ziet dit ook.", {W: USED}, [(SCP, W)]),
    ("Het Planbureau (SCP) ziet dit ook.", {W: USED}, [(SCP, W)]),
    ("Het sociaal en cultureel planbureau ziet dit ook.", {W: USED}, [(SCP, W)]),
    ("De Algemene Rekenkamer onderzocht de uitgaven.", {W: USED}, [("Algemene Rekenkamer", W)]),
    ("De Rekenkamercommissie deed onderzoek.", {W: USED}, [("rekenkamercommissies", W)]),
    ("De rekenkamer deed onderzoek.", {W: USED}, [("rekenkamers", W)]),
    ("Huisartsen merken dat de wachttijd oploopt.", {P: USED}, [("huisartsen", P)]),
    ("Een huisarts vertelt over de drukte.", {P: USED}, [("huisartsen", P)]),
    ("Tijdens het bewonersavondje bleek onvrede.", {E: USED}, [("bewonersavonden", E)]),
    ("De cliëntenraad en het SCP zien beide een tekort.", {E: USED, W: USED}, [("cliëntenraden", E), (SCP, W)]),
    ("Wijkteams en ouders geven aan dat hulp uitblijft.", {E: USED, P: USED}, [("wijkteams", P), ("ouders", E)]),
    ("Ouders vertellen dat het SCP langskwam.", {E: USED}, [("ouders", E)]),
    ("De VNG geeft aan dat dit onhaalbaar is.", {P: USED}, [(VNG, P)]),
    ("De VNG komt in dit onderzoek niet voor.", {W: USED}, []),  # a sector body is a topic where only research speaks
    ("Uit cijfers van de GGD blijkt een daling.", {W: USED}, [(GGD, W)]),
    ("De GGD's melden een daling.", {P: USED}, [(GGD, P)]),
    ("Wij gaan de jongerenraad om advies vragen.", {E: CALLED}, [("jongerenraden", E)]),
    ("Volgens de NEN-norm moet de deur breder.", {P: USED}, [("NEN-normen", P)]),
    ("Zie www.cbs.nl/cijfers en https://scp.nl/CBS of mail info@CBS.nl.", {W: USED}, []),
    ("Dit geldt ook voor huisartsen.", {P: USED}, []),  # they are what the sentence is about
    ("Iedereen wil veilig thuis wonen.", {P: USED}, []),
    ("Veilig Thuis meldt meer zaken.", {P: USED}, [("Veilig Thuis", P)]),
    (
        "Uit de burgerpeiling blijkt dat bewoners tevreden zijn.",
        {E: USED, W: USED},
        [("Burgerpeiling", W), ("bewoners", E)],
    ),
    ("Dit is bekend (Jansen & De Vries, 2019).", {W: USED}, [("Jansen en De Vries 2019", W)]),
    ("Dit is bekend (Jansen & De Vries, 2019).", {P: USED}, []),
    ("Het CBS (2021) telt mee.", {W: USED}, [(CBS, W), ("CBS 2021", W)]),
    ("Het weer is mooi.", {W: USED}, []),
]


@pytest.mark.parametrize(("text", "labels", "wanted"), SENTENCES)
def test_names_are_found_for_the_source_that_they_speak_for(
    text: str, labels: Labels, wanted: list[tuple[str, Source]]
) -> None:
    assert mentions(text, labels) == wanted


def test_a_complaint_that_the_ombudsman_passes_on_is_experience() -> None:
    found = mentions("De ombudsman ontving honderd klachten over de wachttijd.", {E: USED})
    assert ("ombudsmannen", E) in found


def test_a_name_that_lost_its_hyphen_is_still_found() -> None:
    assert mentions("De RIVMmedewerker bevestigde dit.", {W: USED})[0][0].endswith("(RIVM)")


STUDIES = [
    (
        "Jansen et al. (2019, p. 3) en Van der Berg en De Wit (2020).",
        ["Jansen e.a. 2019", "Van der Berg en De Wit 2020"],
    ),
    ("(zie ook Jansen, De Vries & Bakker, 2019; Smit 2020)", ["Jansen e.a. 2019", "Smit 2020"]),
    ("Jansen en de Vries (2019)", ["Jansen en De Vries 2019"]),
    ("in de studie van Sutton et al. (2015)", ["Sutton e.a. 2015"]),
    ("De Omgevingswet (2024), Burgerpeiling (2019), (januari 2020), (Den Haag, 2020), Klimaatakkoord (2019)", []),
    ("Jansen woont in de wijk en De Vries ook, sinds 2019.", []),
]


@pytest.mark.parametrize(("text", "wanted"), STUDIES)
def test_studies_by_author_and_year(text: str, wanted: list[str]) -> None:
    assert [study.name for study in cited(text, named(text))] == wanted


NOTES: list[tuple[str, list[str], list[str]]] = [
    ("12 SCP (2021), Samen ouder, Den Haag.", [SCP], ["SCP 2021"]),
    ("3. Jansen, P. & De Vries, K. (2019). Wonen. Delft: TNO.", [], ["Jansen en De Vries 2019"]),
    ("4 P. Jansen en K. de Vries, Wonen in de wijk, Den Haag 2019.", [], ["Jansen en De Vries 2019"]),
    ("5 Jansen et al. 2019, p. 4.", [], ["Jansen e.a. 2019"]),
    ("6 Kamerstukken II 2019/20, 34 477, nr. 5.", [], []),
    ("7 Artikel 2.3 van de Wmo 2015.", [], []),
    ("8 Zie bijlage 2 van deze nota.", [], []),
    ("9 Brief van de VNG, bijlage bij Kamerstukken II 2019/20, 1.", [VNG], []),
    ("10 Zie NOS, ‘CBS vindt fout’, 5 mei 2021.", [], []),
]


@pytest.mark.parametrize(("text", "names", "studies"), NOTES)
def test_notes_name_institutes_and_studies_and_no_papers_of_state(
    text: str, names: list[str], studies: list[str]
) -> None:
    found, told = of_note(text)
    assert [study.name for study in told] == studies
    assert [one.bearer.name for one in found if one.bearer.name != "TNO"] == names


@pytest.mark.parametrize(
    ("text", "back"),
    [("14 Ibid., p. 4", True), ("Idem.", True), ("15 Jansen, a.w., p. 3", True), ("Identiteit telt", False)],
)
def test_notes_that_point_back(text: str, back: bool) -> None:
    assert points_back(text) is back


def noted(labels: Labels) -> Draft:
    draft = Draft().paragraph(("De stad groeit.", labels), ("Het aantal huizen ook.", labels), ("Dit niet.", {}))
    draft.paragraph(("1 SCP (2021), Samen, Den Haag.", {W: USED}), kind=Kind.FOOTNOTE)
    draft.paragraph(("2 Ibid., p. 4.", {}), kind=Kind.FOOTNOTE, labels={})
    return draft.mark("groeit.", 1).mark("huizen ook.", 2)


def test_a_note_counts_where_it_is_referred_to_and_only_there() -> None:
    draft = noted({W: USED})
    document = draft.done()
    found = heard(document, draft.passages)
    assert {(one.name, one.via, one.passage) for one in found} == {(SCP, "note", 0), ("SCP 2021", "note", 0)}
    assert {document.text[one.start : one.end] for one in found} == {"SCP"}
    assert sum(one.name == SCP for one in found) == 2, "the second note says ibid."


def test_a_note_of_a_sentence_without_label_counts_as_a_passage_of_its_own() -> None:
    draft = noted({})
    assert {(one.name, one.via) for one in heard(draft.done(), draft.passages)} == {(SCP, "text"), ("SCP 2021", "text")}


def test_rings_of_notes_that_point_back_end() -> None:
    draft = Draft().paragraph(("De stad groeit.", {W: USED})).paragraph(("1 Idem.", {}), kind=Kind.FOOTNOTE, labels={})
    assert heard(draft.mark("groeit.", 1).done(), draft.passages) == ()


def test_a_passage_speaks_where_none_of_its_sentences_does() -> None:
    told = ("Huisartsen zijn er.", {}), ("Het CBS ook.", {})
    used = Draft().paragraph(*told, labels={P: USED})
    assert [one.name for one in heard(used.done(), used.passages)] == ["huisartsen", CBS]
    other = Draft().paragraph(told[0], ("Wijkteams merken dit.", {P: USED}))
    assert [one.name for one in heard(other.done(), other.passages)] == ["wijkteams"]
    called = Draft().paragraph(*told, labels={P: CALLED})
    assert heard(called.done(), called.passages) == ()


def test_headings_and_colophon_name_nobody() -> None:
    for kind in (Kind.HEADING, Kind.COLOPHON, Kind.CONTENTS):
        draft = Draft().paragraph(("Huisartsen zien dit.", {P: USED}), kind=kind)
        assert heard(draft.done(), draft.passages) == ()


def test_a_label_that_the_model_hardly_gives_counts_when_a_person_says_so() -> None:
    low: Scores = {E: {CALLED: SURE - 0.05}}
    draft = Draft().paragraph(("Wij betrekken bewoners hierbij.", {E: CALLED}), scores={0: low})
    document = draft.done()
    assert heard(document, draft.passages) == ()
    one = draft.passages[0].sentences[0]
    quote = document.text[one.start : one.end]
    said = Verdict("d", one.start, one.end, 1, Unit.SENTENCE, frozenset({E}), {E: CALLED}, quote, "person:an")
    assert [one.name for one in heard(document, draft.passages, [said])] == ["bewoners"]


def test_counts_are_of_passages_and_documents() -> None:
    draft = Draft().paragraph(("Het CBS telt.", {W: USED}), ("Het CBS telt weer.", {W: USED}))
    draft.paragraph(("Het CBS en het SCP tellen.", {W: USED}))
    document = draft.done()
    found = heard(document, draft.passages)
    assert len(found) == 4
    counts = counted([found, found[:1], ()])
    assert [(one.name, one.documents, one.passages) for one in counts] == [(CBS, 2, 3), (SCP, 1, 1)]
    rows = heard_rows(document, found)
    assert [(row["bearer"], row["passages"], row["first_page"], row["kind"]) for row in rows] == [
        (CBS, 2, 3, "institute"),
        (SCP, 1, 3, "institute"),
    ]


def test_rows_are_written_under_the_documented_columns(tmp_path: Path) -> None:
    draft = Draft().paragraph(("Het CBS telt.", {W: USED}))
    document = replace(draft.done(), name="=1+1.pdf")
    write_heard(tmp_path / "heard.csv", heard_rows(document, heard(document, draft.passages)))
    columns, row = (tmp_path / "heard.csv").read_text(encoding="utf-8").splitlines()
    assert tuple(columns.split(",")) == HEARD_COLUMNS
    assert row.split(",")[1:] == ["'=1+1.pdf", "map/nota.pdf", CBS, "institute", "scientific", "used", "1", "3"]


def test_every_form_of_the_lists_names_its_own_bearer_and_no_other() -> None:
    names = [one.name for one in bearers()]
    assert len(names) == len(set(names)) > 500
    for one in bearers():
        assert one.sources and one.kind in Bearing
        for form in filter(None, (one.name.partition(" (")[0] if one.short in one.name else one.name, one.short)):
            found = named(f"Volgens {form} is dat zo.")
            assert [hit.bearer.name for hit in found] == [one.name], form


TEXTS = st.lists(
    st.sampled_from(
        [
            "Het CBS",
            "huisartsen",
            "(SCP)",
            "Sociaal en Cultureel Planbureau",
            "(Jansen, 2019)",
            "http://CBS.nl",
            "é",
            "\n",
            "Ieder(in)",
        ]
    ),
    max_size=12,
).map(" ".join)


@given(TEXTS)
def test_spans_lie_inside_passages_and_hold_a_form_of_the_bearer(text: str) -> None:
    draft = Draft().paragraph((text, {P: USED, W: USED, E: USED}))
    found = heard(draft.done(), draft.passages)
    ends = [(one.start, one.end) for one in found if one.kind is not Bearing.STUDY]
    assert all(left[1] <= right[0] for left, right in pairwise(ends))
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        if one.kind is not Bearing.STUDY:
            assert one.name in {hit.bearer.name for hit in named(draft.text[one.start : one.end])}


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    found: Sequence[Mention] = heard((draft := Draft().paragraph((text, {W: USED}))).done(), draft.passages)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    of_note(text)


def test_hostile_text_takes_no_time() -> None:
    began = time.perf_counter()
    for text in (
        "Van der " * 3000,
        "Aa, " * 5000 + "2019",
        "(" * 5000 + "2019",
        "Aa-" * 5000 + "(2019)",
        "a.b." * 5000,
    ):
        of_note(text)
        named(text)
    assert time.perf_counter() - began < 5
