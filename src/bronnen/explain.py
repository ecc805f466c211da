"""Why a sentence got a label, in words that a policy researcher understands.

The classifier weighs names of features (`features`, `lexicon`); here a name becomes a turn of phrase that says what
stood in the text. Never weighs anything itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from bronnen import lexicon

CUES = {  # name of a list -> what it says in Dutch, in English
    "agency": ("een overheid", "an authority"),
    "attribution": ("een wending die een grond noemt", "a turn that names a ground"),
    "audit": ("een toets of audit", "a test or audit"),
    "body": ("een uitvoerder, toezichthouder of brancheorganisatie", "an implementing, supervising or branch body"),
    "budget": ("geld", "money"),
    "consult": ("mensen of organisaties horen", "hearing people or bodies"),
    "continuing": ("een wending die op het vorige doorgaat", "a turn that goes on with a statement"),
    "definition": ("een definitie", "a definition"),
    "experience": ("woorden van ervaring", "words of experience"),
    "expert": ("deskundigen", "experts"),
    "finding": ("een werkwoord van vinden", "a verb of finding"),
    "guideline": ("een richtlijn of norm", "a guideline or norm"),
    "institute": ("een onderzoeksinstituut", "a research institute"),
    "law": ("woorden uit de wet", "words of law"),
    "method": ("hoe iets is onderzocht", "how a study was done"),
    "need": ("iets dat ontbreekt of nodig is", "something missing or asked for"),
    "notice": ("een officiële bekendmaking", "a formal notice"),
    "operation": ("eigen cijfers van een organisatie", "an organisation's own figures"),
    "panel": ("een plek waar mensen worden gehoord", "a place where people are heard"),
    "party": ("plannen van een partij", "a party's own plans"),
    "people": ("mensen die het meemaken", "people who live through it"),
    "person": ("iemand die vertelt", "someone who tells"),
    "plan": ("woorden van plannen", "words of planning"),
    "politics": ("politici of bestuurders", "politicians or authorities"),
    "practice": ("een beroep op de praktijk", "an appeal to practice"),
    "profession": ("mensen die het werk doen", "people who do the work"),
    "progress": ("de stand van plannen", "the state of plans"),
    "question": ("een vraag van raad of Kamer", "a question of a council or chamber"),
    "reference": ("een verwijzing naar een publicatie", "a reference to a publication"),
    "research": ("woorden van onderzoek", "words of research"),
    "saying": ("een werkwoord van zeggen", "a verb of saying"),
    "signpost": ("een wegwijzer in de tekst", "a pointer inside the text"),
    "statistic": ("cijfers over een bevolking", "figures about a population"),
    "study": ("een technisch onderzoek of milieuonderzoek", "a technical or environmental study"),
    "survey": ("mensen bevragen met een methode", "asking people with a method"),
    "target": ("mensen voor wie een regel geldt", "people a rule is for"),
    "usertest": ("een gebruikerstest", "a user test"),
}
LOOKS = {
    "author_year": ("een auteur en een jaar", "an author and a year"),
    "reference": ("de vorm van een literatuurverwijzing", "the form of a literature entry"),
    "note": ("een nootcijfer", "a note mark"),
    "quoted": ("een citaat", "a quotation"),
    "caption": ("de vorm van een bijschrift", "the form of a caption"),
    "item": ("de vorm van een opsomming", "the form of a list item"),
    "question_of": ("de vorm van een vraag en haar antwoord", "the form of a question and its answer"),
    "abbreviation": ("een afkorting in hoofdletters", "an abbreviation in capitals"),
    "question": ("een vraagteken", "a question mark"),
    "heading": ("het uiterlijk van een kop", "the look of a heading"),
    "alone": ("de plek: een passage op zichzelf", "its place: a passage by itself"),
    "first": ("de plek: aan het begin van de passage", "its place: first of the passage"),
    "last": ("de plek: aan het eind van de passage", "its place: last of the passage"),
}
TELLING = 5  # letters from which a word by itself says something
LANGUAGES = ("nl", "en")
_WHERE = {"earlier": ("de zin ervoor: ", "the sentence before: "), "later": ("de zin erna: ", "the sentence after: ")}
_WORDS = {
    "word": ("'{}'", "'{}'"),
    "pair": ("'{}'", "'{}'"),
    "before": ("de zin ervoor: '{}'", "the sentence before: '{}'"),
    "after": ("de zin erna: '{}'", "the sentence after: '{}'"),
    "around": ("dichtbij: '{}'", "nearby: '{}'"),
}
_TURNS = {">": ("{} en dan {}", "{} and then {}"), "+": ("{} samen met {}", "{} together with {}")}


def phrase(name: str, words: Sequence[str] = (), language: str = "nl") -> str | None:
    """A feature's name in words, or None where it says nothing to a reader.

    `words` are those of the sentence itself: of a cue, the words it stands on are told.

    >>> phrase("pair_uit onderzoek"), phrase("cue_institute", ["volgens", "het", "scp"])
    ("'uit onderzoek'", "een onderzoeksinstituut ('scp')")
    """
    tongue = LANGUAGES.index(language)
    family, _, rest = name.partition("_")
    if family in _WORDS:
        is_telling = any(word.isalpha() and len(word) >= TELLING for word in rest.split())
        return _WORDS[family][tongue].format(rest) if is_telling else None
    if family in ("cue", *_WHERE):
        where = _WHERE[family][tongue] if family in _WHERE else ""
        return _cue(rest, words if family == "cue" else (), where, tongue)
    return LOOKS[rest][tongue] if family == "shape" and rest in LOOKS else None


def telling(reasons: Iterable[tuple[str, float]], most: int = 6) -> tuple[str, ...]:
    """The names of the heaviest reasons for a label that can be told: cues, then cues together, then words."""
    ordered = sorted(reasons, key=lambda reason: (_order(reason[0]), -reason[1]))
    return tuple(islice((name for name, weight in ordered if weight > 0 and phrase(name) is not None), most))


def phrases(names: Iterable[str], words: Sequence[str], language: str = "nl", most: int = 4) -> list[str]:
    """Names that `telling` gave, in words and each thing once."""
    said = (phrase(name, words, language) for name in names)
    return list(dict.fromkeys(one for one in said if one))[:most]


def _order(name: str) -> int:
    if not name.startswith("cue_"):
        return 2
    return int(any(sign in name for sign in "+>"))


def _cue(rest: str, words: Sequence[str], where: str, tongue: int) -> str | None:
    rest = rest.removeprefix("begin_")
    for sign, turns in _TURNS.items():
        one, found, other = rest.partition(sign)
        if found:
            known = one in CUES and other in CUES
            return where + turns[tongue].format(CUES[one][tongue], CUES[other][tongue]) if known else None
    if rest not in CUES:
        return None
    spans = [match for match in lexicon.matches(words) if match.cue == rest]
    told = ", ".join(dict.fromkeys(" ".join(words[span.start : span.end]) for span in spans[:2]))
    return f"{where}{CUES[rest][tongue]} ('{told}')" if told else where + CUES[rest][tongue]
