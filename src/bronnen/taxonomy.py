"""What the sources and uses are called, and in which colours they are shown: `configs/taxonomy.toml`, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bronnen import toml
from bronnen.records import Source, Use
from bronnen.settings import resource

LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3: text that everybody can read
MAX_NAME = 60
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_LETTER = re.compile(r"[^\W_]{1,2}")


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
    told = _taxonomy().table("sources")
    return {source: look(told.table(source), language) for source in Source}


def look(told: toml.Told, language: str) -> Look:
    """How a key of a taxonomy is shown, from its table: `letter`, `colour`, `ink`, and names in a table per language.

    Raises:
        UsageError: a colour is not of the form `#E69F00`, the ink cannot be read on it, or a name is missing.
    """
    letter, colour, ink, names = told.text("letter"), told.text("colour"), told.text("ink"), told.table(language)
    if not _LETTER.fullmatch(letter):
        told.refuse(f"'letter' is '{toml.shown(letter)}'; it must be one or two letters or digits")
    for name, value in (("colour", colour), ("ink", ink)):
        if not _COLOUR.fullmatch(value):
            told.refuse(f"'{name}' is '{toml.shown(value)}'; it must look like #E69F00")
    if contrast(colour, ink) < LEAST_CONTRAST:
        said = f"the ink {ink} on {colour} has a contrast of {contrast(colour, ink):.1f}"
        told.refuse(f"{said}; it must be {LEAST_CONTRAST} or more. Take #000000 or #FFFFFF, or another colour")
    return Look(letter, colour, ink, names.text("name", MAX_NAME), names.text("short", MAX_NAME))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours `#RRGGBB`, 1 to 21, as WCAG 2.2 defines it.

    >>> contrast("#000000", "#FFFFFF")
    21.0
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def names() -> dict[str, dict[str, str]]:
    """The full name of each source per language."""
    return {source.value: {language: looks(language)[source].name for language in toml.LANGUAGES} for source in Source}


def use_name(use: Use, language: str = "nl") -> str:
    """'gebruikt' or 'gevraagd'; in English 'used' or 'called for'."""
    return _taxonomy().table("uses").table(use).table(language).text("name")


def use_mark(use: Use) -> str:
    """What stands behind a source's letter: nothing for used, a question mark for called for."""
    mark: str = _taxonomy().table("uses").table(use).values["mark"]
    return mark


@lru_cache(maxsize=1)
def _taxonomy() -> toml.Told:
    return toml.read(resource("configs", "taxonomy.toml"))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
