"""A lens: another set of keys than the three sources, to read the same passages by.

Keys, names, colours, word lists and questions stand in one TOML file (docs/lenses.md). Without a model, a lens finds
what its word lists find, and everything that shows it says so; with labelled texts it can be trained (`lens.model`).
Word lists know no regular expressions: only words, `*` and `..`, as in `lexicon`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bronnen import questions, toml
from bronnen.errors import UsageError
from bronnen.features import Paragraph, tokens_of
from bronnen.lens.words import lists_of
from bronnen.lexicon import Lexicon, compiled, matches
from bronnen.questions import Questions
from bronnen.settings import resource
from bronnen.taxonomy import Look, look

if TYPE_CHECKING:
    from bronnen.lens.model import LensModel

MAX_KEYS = 12  # more colours than that nobody tells apart
MAX_DESCRIPTION = 500
_KEY = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_BY_WORDS = {
    "nl": "Gevonden met woordenlijsten; niet getraind, niet nagemeten.",
    "en": "Found with word lists; not trained, not measured.",
}
_BY_MODEL = {
    "nl": "Gevonden met een model dat leerde van {texts} teksten uit {documents} documenten; F1 op documenten die het "
    "niet kende: {f1}.",
    "en": "Found with a model that learned from {texts} texts of {documents} documents; F1 on documents that it had "
    "not seen: {f1}.",
}


@dataclass(frozen=True, slots=True)
class Key:
    """What a lens looks for: how it is shown and described per language; the entries that find it and those that
    undo what they find."""

    name: str
    looks: Mapping[str, Look]
    descriptions: Mapping[str, str]
    words: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lens:
    """A taxonomy of a user's own, checked. `digest` changes with its keys and word lists, not with its looks."""

    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    keys: Mapping[str, Key]
    asked: Questions
    words: Lexicon
    against: Lexicon
    digest: str

    def looks(self, language: str = "nl") -> dict[str, Look]:
        """How each key is shown, as `taxonomy.looks` tells it of the sources."""
        return {name: key.looks[language] for name, key in self.keys.items()}


@dataclass(frozen=True, slots=True)
class Label:
    """A key that a passage carries, the words it was found by as they are written, and a model's chance, 0 to 1."""

    key: str
    words: tuple[str, ...]
    chance: float | None = None


def load(name: str | Path) -> Lens:
    """The lens in a TOML file, or the one of that name that comes with bronnen (`kenniscultuur`).

    Raises:
        UsageError: there is none, or something in it does not fit.
    """
    path = Path(name)
    if path.suffix.lower() != ".toml":
        shipped = sorted(resource("configs", "lenses").glob("*.toml"))
        found = [one for one in shipped if one.stem == str(name)]
        if not found:
            known = ", ".join(one.stem for one in shipped)
            raise UsageError(f"There is no lens '{toml.shown(str(name))}'.", f"Give {known}, or a .toml of your own.")
        path = found[0]
    told = toml.read(path)
    told.only(*toml.LANGUAGES, "keys", "roles", "knobs", "questions")
    for language in toml.LANGUAGES:
        told.table(language).only("name", "description")
    table = told.table("keys", MAX_KEYS)
    keys = {name: _key(table, name, path.parent) for name in table.values}
    _differ(told, keys)
    names = {name: {language: look.name for language, look in key.looks.items()} for name, key in keys.items()}
    return Lens(
        names={language: told.table(language).text("name") for language in toml.LANGUAGES},
        descriptions={language: told.table(language).text("description") for language in toml.LANGUAGES},
        keys=keys,
        asked=questions.of(told, names),
        words=compiled({name: key.words for name, key in keys.items()}),
        against=compiled({name: key.against for name, key in keys.items()}),
        digest=_digest(keys),
    )


def label(lens: Lens, passages: Sequence[Paragraph]) -> list[dict[str, tuple[str, ...]]]:
    """Per passage the keys that the word lists find, each with the words it was found by.

    What an entry of `against` lies over does not count. Nothing here is trained or measured.
    """
    return [_found(lens, passage) for passage in passages]


def read(lens: Lens, model: LensModel | None, passages: Sequence[Paragraph]) -> list[tuple[Label, ...]]:
    """Per passage of a document its labels, in the order of the lens's keys.

    Without a model, what the word lists find. With one, what it finds; its labels have a chance, and their words are
    those of the lists and those that weighed most.
    """
    listed = label(lens, passages)
    if model is None:
        return [tuple(Label(key, words) for key, words in found.items()) for found in listed]
    return [
        tuple(
            Label(key, tuple(dict.fromkeys((*found.get(key, ()), *weighed))), chance)
            for key, (chance, weighed) in given.items()
        )
        for found, given in zip(listed, model.labels(passages), strict=True)
    ]


def how(lens: Lens, model: LensModel | None, language: str = "nl") -> str:
    """How the labels came about, in one sentence that belongs wherever they are shown."""
    if model is None:
        return _BY_WORDS[language]
    said = [f"{lens.keys[key].looks[language].short} {one['f1']:.2f}" for key, one in model.quality.items()]
    f1 = ", ".join(said).replace(".", "," if language == "nl" else ".")
    return _BY_MODEL[language].format(f1=f1, texts=model.card["data"]["texts"], documents=model.card["data"]["groups"])


def _found(lens: Lens, passage: Paragraph) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for sentence in passage:
        tokens = [token for token in tokens_of(sentence) if token != ","]
        words = [token.lower() for token in tokens]
        hits = matches(words, lens.words)
        undone = matches(words, lens.against) if hits else []
        for hit in hits:
            if not any(one.cue == hit.cue and one.start < hit.end and hit.start < one.end for one in undone):
                found.setdefault(hit.cue, {})[" ".join(tokens[hit.start : hit.end])] = None
    return {key: tuple(found[key]) for key in lens.keys if key in found}


def _key(table: toml.Told, name: str, folder: Path) -> Key:
    if not name or len(name) > 40 or not _KEY.issuperset(name):
        table.refuse(f"'{toml.shown(name)}' is no key; use small letters, digits and _, at most 40")
    told = table.table(name)
    told.only("letter", "colour", "ink", *toml.LANGUAGES, "words", "words_file", "against", "against_file")
    for language in toml.LANGUAGES:
        told.table(language).only("name", "short", "description")
    return Key(
        name,
        {language: look(told, language) for language in toml.LANGUAGES},
        {language: told.table(language).text("description", MAX_DESCRIPTION) for language in toml.LANGUAGES},
        lists_of(told, "words", folder),
        lists_of(told, "against", folder),
    )


def _differ(told: toml.Told, keys: Mapping[str, Key]) -> None:
    """Refuse keys that a reader could not tell apart."""
    for what in ("letter", "colour", "name", "short"):
        for language in toml.LANGUAGES:
            seen: dict[str, str] = {}
            for name, key in keys.items():
                other = seen.setdefault(str(getattr(key.looks[language], what)).lower(), name)
                if other != name:
                    told.refuse(f"[keys.{other}] and [keys.{name}] have the same {what} ({language})")


def _digest(keys: Mapping[str, Key]) -> str:
    listed = [[name, sorted(key.words), sorted(key.against)] for name, key in keys.items()]
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:12]
