"""Lemmas by look-up: what a form nearly always comes from, before any network is asked.

The table holds, per lower-case form, word classes and their lemmas, the most frequent class first. It was made by
`training/language.py` from the treebank and from what the trained lemmatizer most often said of forms in policy text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

LOOKUP = "lemma_lookup"
Table = dict[str, dict[str, str]]  # form -> word class -> lemma


class LemmaLookup:
    """A component that puts the table's lemma where form and word class are in it; elsewhere the lemma stays."""

    def __init__(self, table: Table | None = None) -> None:
        self.table = table or {}

    def __call__(self, doc: Doc) -> Doc:
        for token in doc:
            classes = self.table.get(token.lower_)
            lemma = classes.get(token.pos_) if classes else None
            if lemma is not None:
                token.lemma_ = lemma
        return doc

    def plain(self, word: str) -> str:
        """The lemma of a word by itself, lower case; the word where the table does not have it."""
        lower = word.lower()
        classes = self.table.get(lower)
        return next(iter(classes.values())).lower() if classes else lower

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return json.dumps(self.table, ensure_ascii=False, indent=0).encode()

    def from_bytes(self, told: bytes, *, exclude: Iterable[str] = ()) -> LemmaLookup:
        self.table = json.loads(told)
        return self

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> LemmaLookup:
        return self.from_bytes(Path(path).read_bytes())


def _lookup(nlp: Language, name: str) -> LemmaLookup:
    return LemmaLookup()


Language.factory(LOOKUP, assigns=["token.lemma"], func=_lookup)
