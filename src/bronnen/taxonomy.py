"""What the sources and uses are called, and in which colours they are shown: `configs/taxonomy.toml`, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bronnen.records import Source, Use
from bronnen.settings import resource


@dataclass(frozen=True, slots=True)
class Look:
    """How a source is shown: a letter, a colour with the ink that is readable on it, names in one language."""

    letter: str
    colour: str
    ink: str
    name: str
    short: str

    @property
    def on_colour(self) -> str:
        """As rich writes it."""
        return f"{self.ink} on {self.colour}"


@lru_cache(maxsize=2)
def looks(language: str = "nl") -> dict[Source, Look]:
    """How each source is shown to a reader of Dutch (`nl`) or English (`en`)."""
    told = _taxonomy()["sources"]
    return {
        source: Look(
            letter=told[source]["letter"],
            colour=told[source]["colour"],
            ink=told[source]["ink"],
            name=told[source][language]["name"],
            short=told[source][language]["short"],
        )
        for source in Source
    }


def use_name(use: Use, language: str = "nl") -> str:
    """'gebruikt' or 'gevraagd'; in English 'used' or 'called for'."""
    name: str = _taxonomy()["uses"][use][language]["name"]
    return name


def use_mark(use: Use) -> str:
    """What stands behind a source's letter: nothing for used, a question mark for called for."""
    mark: str = _taxonomy()["uses"][use]["mark"]
    return mark


@lru_cache(maxsize=1)
def _taxonomy() -> dict[str, Any]:
    return tomllib.loads(resource("configs", "taxonomy.toml").read_text(encoding="utf-8"))
