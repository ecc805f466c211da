"""TOML that a user wrote: read within bounds, and every value checked where it stands.

Taxonomies, lenses and questions are files that people write and pass on. Whatever stands in them comes out as checked
text or as an error that says in which table and what to do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bronnen.errors import UsageError

MAX_BYTES = 1_000_000
MAX_TEXT = 500  # characters of one text
LANGUAGES = ("nl", "en")


@dataclass(frozen=True, slots=True)
class Told:
    """A table in a file, and where it stands in words: 'my.toml, [keys.learning]'."""

    where: str
    values: Mapping[str, Any]

    def refuse(self, said: str) -> NoReturn:
        """Raise a UsageError that says where."""
        raise UsageError(f"{self.where}: {said}.", "See docs/lenses.md.")

    def only(self, *known: str) -> None:
        """Refuse names that mean nothing here: a spelling mistake never changes a result in silence."""
        for name in self.values:
            if name not in known:
                self.refuse(f"'{shown(name)}' is not known here; known are: {', '.join(known)}")

    def text(self, name: str, longest: int = MAX_TEXT) -> str:
        """A text of one line that is not empty, without white space at its ends."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"'{name}' must be a text")
        if len(value) > longest or not value.isprintable():
            self.refuse(f"'{name}' must be one line of at most {longest} characters that can be seen")
        return value.strip()

    def one_of(self, name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
        """A text that must be one of some words."""
        value = self.text(name)
        if value not in known:
            self.refuse(f"'{name}' is '{shown(value)}'; it must be one of: {', '.join(known)}")
        return value

    def table(self, name: str, most: int | None = None) -> Told:
        """The table of that name, with at least one and at most so many names in it."""
        value = self.values.get(name)
        if not isinstance(value, dict) or not value:
            self.refuse(f"[{name}] must be a table with something in it")
        if most is not None and len(value) > most:
            self.refuse(f"[{name}] has {len(value)} names; the most is {most}")
        return Told(f"{self.where}, [{name}]", value)

    def tables(self, name: str, most: int) -> list[Told]:
        """The tables in the list of that name (`[[name]]`); none where it is absent."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.refuse(f"[[{name}]] must be a list of tables")
        if len(value) > most:
            self.refuse(f"there are {len(value)} [[{name}]]; the most is {most}")
        return [Told(f"{self.where}, [[{name}]] {number}", one) for number, one in enumerate(value, start=1)]

    def languages(self, name: str) -> dict[str, str]:
        """A text in every language: `name = { nl = "…", en = "…" }`."""
        table = self.table(name)
        table.only(*LANGUAGES)
        return {language: table.text(language) for language in LANGUAGES}


def read(path: Path) -> Told:
    """What stands in a TOML file.

    Raises:
        UsageError: it cannot be read, is larger than `MAX_BYTES`, or is not TOML in UTF-8.
    """
    try:
        values = tomllib.loads(bounded(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        said = " ".join(str(error).split())[:100]
        raise UsageError(f"{path} is not TOML: {said}.", "Copy one from configs/ and edit that.") from error
    return Told(path.name, values)


def bounded(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        UsageError: it cannot be read, or is larger than `MAX_BYTES`.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or error}.", "Check the name and the rights.") from error
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path} is larger than {MAX_BYTES // 10**6} MB.", "Make it shorter.")
    return content


def shown(text: str) -> str:
    """A text as a message shows it: short, and on one line."""
    return " ".join(text.split())[:40]
