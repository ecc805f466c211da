"""Why a sentence got a label, in words that a policy researcher understands.

The classifier weighs names of features (`features`, `lexicon`); here a name becomes a turn of phrase that says what
stood in the text. Never weighs anything itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bronnen import lexicon

CUES = {
    "agency": "an authority",
    "attribution": "a turn that names a ground",
    "audit": "a test or audit",
    "body": "an implementing, supervising or branch body",
    "budget": "money",
    "consult": "hearing people or bodies",
    "continuing": "a turn that goes on with a statement",
    "definition": "a definition",
    "experience": "words of experience",
    "expert": "experts",
    "finding": "a verb of finding",
    "guideline": "a guideline or norm",
    "institute": "a research institute",
    "law": "words of law",
    "method": "how a study was done",
    "need": "something missing or asked for",
    "notice": "a formal notice",
    "operation": "an organisation's own figures",
    "panel": "a place where people are heard",
    "party": "a party's own plans",
    "people": "people who live through it",
    "person": "someone who tells",
    "plan": "words of planning",
    "politics": "politicians or authorities",
    "practice": "an appeal to practice",
    "profession": "people who do the work",
    "progress": "the state of plans",
    "question": "a question of a council or chamber",
    "reference": "a reference to a publication",
    "research": "words of research",
    "saying": "a verb of saying",
    "signpost": "a pointer inside the text",
    "statistic": "figures about a population",
    "study": "a technical or environmental study",
    "survey": "asking people with a method",
    "target": "people a rule is for",
    "usertest": "a user test",
}
LOOKS = {
    "author_year": "an author and a year",
    "reference": "the form of a literature entry",
    "note": "a note mark",
    "quoted": "a quotation",
    "caption": "the form of a caption",
    "item": "the form of a list item",
    "question_of": "the form of a question and its answer",
    "abbreviation": "an abbreviation in capitals",
    "question": "a question mark",
    "heading": "the look of a heading",
    "alone": "its place: a passage by itself",
    "first": "its place: first of the passage",
    "last": "its place: last of the passage",
}
TELLING = 5  # letters from which a word by itself says something
_WHERE = {"earlier": "the sentence before: ", "later": "the sentence after: "}
_LENT = {"before": "the sentence before: '{}'", "after": "the sentence after: '{}'", "around": "nearby: '{}'"}


def phrase(name: str, words: Sequence[str] = ()) -> str | None:
    """A feature's name in words, or None where it says nothing to a reader.

    `words` are those of the sentence itself: of a cue, the words it stands on are told.

    >>> phrase("pair_uit onderzoek"), phrase("cue_institute", ["volgens", "het", "scp"])
    ("'uit onderzoek'", "a research institute ('scp')")
    """
    family, _, rest = name.partition("_")
    if family in ("word", "pair", "heading", *_LENT):
        if not any(word.isalpha() and len(word) >= TELLING for word in rest.split()):
            return None
        return _LENT.get(family, "the heading: '{}'" if family == "heading" else "'{}'").format(rest)
    if family == "part":
        return f"a word with '{rest.strip('-')}'"
    if family in ("cue", *_WHERE):
        return _cue(rest, words if family == "cue" else (), _WHERE.get(family, ""))
    return LOOKS.get(rest) if family == "shape" else None


def phrases(reasons: Iterable[tuple[str, float]], words: Sequence[str], most: int = 4) -> list[str]:
    """The heaviest reasons for a label, in words: cues, then cues together, then words; never reasons against it."""
    found: dict[str, None] = {}
    for name, weight in sorted(reasons, key=lambda reason: (_order(reason[0]), -reason[1])):
        said = phrase(name, words) if weight > 0 else None
        if said:
            found[said] = None
        if len(found) == most:
            break
    return list(found)


def _order(name: str) -> int:
    if not name.startswith("cue_"):
        return 2
    return int(any(sign in name for sign in "+>"))


def _cue(rest: str, words: Sequence[str], where: str) -> str | None:
    rest = rest.removeprefix("begin_")
    for sign, turn in ((">", "{} and then {}"), ("+", "{} together with {}")):
        one, found, other = rest.partition(sign)
        if found:
            return where + turn.format(CUES[one], CUES[other]) if one in CUES and other in CUES else None
    if rest not in CUES:
        return None
    spans = [match for match in lexicon.matches(words) if match.cue == rest]
    told = ", ".join(dict.fromkeys(" ".join(words[span.start : span.end]) for span in spans[:2]))
    return f"{where}{CUES[rest]} ('{told}')" if told else where + CUES[rest]
