"""What can be trusted about the words of a sentence: lemmas, person, tense, modality, word classes, who is cited.

Nothing else leaves the tagger: measured on the treebank, long dependency chains and proper nouns are too often wrong
to build features on. Runs the networks, so it is for sentences that a first look leaves open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Token

from bronnen.language.boundaries import word_list

_NEVER_RUN = frozenset(("sentence_rules", "senter", "parser", "ner"))
_CITING = frozenset(("volgens", "aldus", "conform", "blijkens"))
_FAR = 8  # tokens in which subject and 'dat' belong to a verb of saying


@dataclass(frozen=True, slots=True)
class Look:
    """What the pipeline says of one sentence; counts, so that sentences of any length can be compared by the reader.

    `shares` gives word classes their share of the words and sums to one (empty without words); names of people and
    places count as NOUN, since the tagger does not tell them apart well. `cited` are the lemmas of whom a sentence
    names as saying something: the noun after 'volgens', the subject of a verb of saying with 'dat' after it.
    """

    lemmas: tuple[str, ...]  # lower case, one per word, in order
    person: tuple[int, int, int]  # pronouns and possessives of the first, second, third person
    tense: tuple[int, int]  # finite verbs in the present, in the past
    modality: tuple[str, ...]  # lemmas of modal verbs, in order
    shares: Mapping[str, float]
    cited: tuple[str, ...]


def look(nlp: Language, sentences: Sequence[str]) -> list[Look]:
    """One `Look` per sentence. Costs some 15,000 words a second; cutting sentences does not need it.

    >>> from bronnen.language import load
    >>> look(load(), ["Volgens de bewoners moest het anders."])[0].modality
    ('moeten',)
    """
    return [_look_of(doc) for doc in parsed_all(nlp, sentences)]


def parsed(nlp: Language, text: str) -> Doc:
    """A spaCy Doc with word classes, features and lemmas; for measuring, Docs do not leave the room otherwise."""
    return next(iter(parsed_all(nlp, [text])))


def parsed_all(nlp: Language, texts: Iterable[str]) -> Iterable[Doc]:
    """One Doc per text, through every component but those that cut sentences, parse or find names."""
    docs: Any = (nlp.make_doc(text) for text in texts)
    for name in nlp.component_names:
        if name not in _NEVER_RUN:
            component = nlp.get_pipe(name)
            docs = component.pipe(docs, batch_size=64) if hasattr(component, "pipe") else map(component, docs)
    return docs  # type: ignore[no-any-return]


def _look_of(doc: Doc) -> Look:
    modal = word_list("modal")
    words = [token for token in doc if any(character.isalpha() for character in token.text)]
    classes = Counter("NOUN" if token.pos_ == "PROPN" else token.pos_ for token in words)
    return Look(
        lemmas=tuple(_lemma(token) for token in words),
        person=(_count(words, "Person=1"), _count(words, "Person=2"), _count(words, "Person=3")),
        tense=(_count(words, "Tense=Pres"), _count(words, "Tense=Past")),
        modality=tuple(_lemma(token) for token in words if _is_verb(token) and _lemma(token) in modal),
        shares={name: count / len(words) for name, count in sorted(classes.items())},
        cited=tuple(_cited(words)),
    )


def _count(words: list[Token], feature: str) -> int:
    name, value = feature.split("=")
    return sum(value in token.morph.get(name) for token in words)


def _lemma(token: Token) -> str:
    return str(token.lemma_ or token.text).lower()


def _is_verb(token: Token) -> bool:
    return token.pos_ in ("VERB", "AUX")


def _cited(words: list[Token]) -> list[str]:
    """Lemmas of whom the sentence cites, in order, by two patterns: 'volgens X' and 'X zegt dat'."""
    found: list[str] = []
    saying = word_list("saying")
    for at, token in enumerate(words):
        if token.lower_ in _CITING:
            found += _first_name(words[at + 1 : at + 1 + _FAR])
        elif _is_verb(token) and _lemma(token) in saying:
            after = words[at + 1 : at + 1 + _FAR]
            dat = next((index for index, word in enumerate(after) if word.lower_ == "dat"), None)
            if dat is not None:  # 'bewoners zeggen dat', and turned round 'daarom zeggen bewoners dat'
                found += _first_name(after[:dat]) or _first_name(words[max(0, at - _FAR) : at][::-1])
    return found


def _first_name(words: list[Token]) -> list[str]:
    """The lemma of the first noun, name or personal pronoun, as a list of one; empty where there is none."""
    return [_lemma(word) for word in words if word.pos_ in ("NOUN", "PROPN", "PRON")][:1]
