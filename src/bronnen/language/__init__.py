"""The Dutch language pipeline: where sentences end, what words come from, what a sentence looks like.

Loaded once per worker and never from a network. The only room, with `training`, that knows spaCy; its Docs never
leave it. `boundaries` holds the sentence rules, `morphology` and `lemmas` what is known of words,
`tokens` the tokenizer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from bronnen.errors import MissingError
from bronnen.language.boundaries import Mark, marks
from bronnen.language.lemmas import LOOKUP, LemmaLookup
from bronnen.language.morphology import Look, look, parsed
from bronnen.language.tokens import BARE
from bronnen.settings import resource

__all__ = ["BARE", "LOOKUP", "RULES", "Look", "lemmas", "load", "look", "parsed", "sentences", "sentences_of"]

RULES = "sentence_rules"
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
_AT_ONCE = 64  # texts that the senter looks at together
_LONGEST = 50_000_000  # characters; spaCy's own limit is meant for parsers


def sentence_rules(nlp: Language, name: str, leave_doubt: bool) -> Callable[[Doc], Doc]:
    """A component that marks where sentences begin by `boundaries.marks`.

    With `leave_doubt`, places in doubt stay unmarked, so that a senter after it decides them; else the guess counts.
    """

    def mark(doc: Doc) -> Doc:
        if not len(doc):
            return doc
        starts = np.fromiter((token.idx for token in doc), dtype=np.int64, count=len(doc))
        signs = np.full(len(doc), -1, dtype=np.int64)
        signs[0] = 1
        for place in marks(doc.text):
            index = int(np.searchsorted(starts, place.at))
            if index < len(doc):
                begins = place.guess if place.begins is None and not leave_doubt else place.begins
                signs[index] = 0 if begins is None else 1 if begins else -1
        doc.from_array(["SENT_START"], signs.astype(np.uint64).reshape(-1, 1))
        return doc

    return mark


Language.factory(RULES, assigns=["token.is_sent_start"], default_config={"leave_doubt": True}, func=sentence_rules)


@lru_cache(maxsize=2)
def load(spacy_model: str = "") -> Language:
    """The pipeline that comes with bronnen, or the installed spaCy model of that name; loaded once, then kept.

    Raises:
        MissingError: no spaCy model of that name is installed, or it does not fit this spaCy.
    """
    try:
        nlp = spacy.load(spacy_model or resource("models", "nl"))
    except (OSError, ImportError, ValueError) as error:
        if spacy_model:
            told = f"The spaCy model '{spacy_model}' cannot be loaded.", "Install it, or leave --spacy-model out."
        else:
            told = "The Dutch pipeline in models/nl is missing or does not fit.", "Install bronnen again."
        raise MissingError(*told) from error
    if RULES not in nlp.pipe_names:
        nlp.add_pipe(RULES, first=True, config={"leave_doubt": "senter" in nlp.component_names})
    nlp.max_length = _LONGEST
    return nlp


def sentences(nlp: Language, text: str) -> list[tuple[int, int]]:
    """The sentences of a text as half-open spans without white space at their ends, in order.

    Together they hold every character that is not white space. Only text with places that the rules leave in doubt
    goes through the tokenizer and the senter, which keeps most blocks cheap.

    >>> sentences(load(), "Zie art. 3 Wmo. Dat staat er.")
    [(0, 15), (16, 29)]
    """
    return sentences_of(nlp, [text])[0]


def sentences_of(nlp: Language, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """The `sentences` of each text; the senter looks at all doubtful ones together, which is much quicker."""
    marked = [marks(text) for text in texts]
    doubtful = [at for at, places in enumerate(marked) if any(mark.begins is None for mark in places)]
    chosen = dict(zip(doubtful, _senter_starts(nlp, [texts[at] for at in doubtful]), strict=False))
    return [_spans(text, places, chosen.get(at)) for at, (text, places) in enumerate(zip(texts, marked, strict=True))]


def _spans(text: str, places: Sequence[Mark], chosen: set[int] | None) -> list[tuple[int, int]]:
    """The sentences between these places; `chosen` are the starts that the senter gives, None without one."""
    starts = [0]
    for mark in places:
        begins = mark.begins
        if begins is None:
            begins = mark.guess if chosen is None else mark.at in chosen
        if begins:
            starts.append(mark.at)
    spans = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        piece = text[start:end]
        kept = piece.strip()
        if kept:
            first = start + len(piece) - len(piece.lstrip())
            spans.append((first, first + len(kept)))
    return spans


def lemmas(nlp: Language, text: str) -> list[str]:
    """The lemma of every word in the text by look-up alone, lower case; a word the table lacks stays as it is.

    Cheap enough for every sentence; `look` does better where it matters which word class a form has.

    >>> lemmas(load(), "De bewoners spraken.")
    ['de', 'bewoner', 'spreken']
    """
    plain = _table(nlp).plain
    return [plain(word) for word in _WORD.findall(text)]


def _senter_starts(nlp: Language, texts: Sequence[str]) -> Iterator[set[int]]:
    """Per text the offsets where the pipeline's senter has a sentence begin; nothing without a senter."""
    if "senter" in nlp.component_names:
        for doc in nlp.get_pipe("senter").pipe(map(nlp.make_doc, texts), batch_size=_AT_ONCE):
            yield {token.idx for token in doc if token.is_sent_start}


def _table(nlp: Language) -> LemmaLookup:
    """The pipeline's look-up table; a pipeline from elsewhere borrows bronnen's own."""
    own = nlp if LOOKUP in nlp.component_names else load()
    table: LemmaLookup = own.get_pipe(LOOKUP)
    return table
