"""Figures and turns of phrase in one language: how a count, a part and a margin are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bronnen.quantify import hundredth
from bronnen.records import Estimate, Failure, Source, Use
from bronnen.report.figures import NONE, Figures
from bronnen.report.said import SAID
from bronnen.taxonomy import looks, use_name

Facts = dict[str, Any]
_LONGEST = 420  # characters of a quotation


@dataclass(frozen=True, slots=True)
class Voice:
    """Turns of phrase and figures in one language."""

    language: str

    @property
    def said(self) -> Mapping[str, Any]:
        return SAID[self.language]

    @property
    def figures(self) -> Figures:
        return Figures(self.language)

    def name(self, source: Source) -> str:
        return looks(self.language)[source].name

    def count(self, estimate: Estimate) -> tuple[str, str]:
        """A number of passages and its margin: ('12', '8–19')."""
        whole = self.figures.whole
        if estimate.low is None or estimate.high is None:
            return whole(round(estimate.value)), ""
        return whole(round(estimate.value)), f"{whole(round(estimate.low))}–{whole(round(estimate.high))}"

    def percentage(self, estimate: Estimate | None, shown: int | None = None) -> tuple[str, str]:
        """A part as a percentage and its margin: ('34%', '28–41'); `shown` where it was rounded with others.

        The margin as it is written holds the value as it is written, and what is more than nothing is never '0%'.
        """
        if estimate is None:
            return NONE, ""
        whole = hundredth(estimate.value) if shown is None else shown
        value = f"{whole}%" if whole or not estimate.value else "<1%"
        if estimate.low is None or estimate.high is None:
            return value, ""
        low, high = hundredth(estimate.low), hundredth(estimate.high)
        high = max(high, whole, int(estimate.high > 0))
        return value, f"{min(low, whole)}–{high}"

    def number_of(self, number: int, noun: str) -> str:
        """A number with its noun: '1 passage', '12 passages'."""
        one, more = self.said["nouns"][noun]
        return f"{self.figures.whole(number)} {one if number == 1 else more}"

    def use(self, use: Use) -> str:
        return use_name(use, self.language)

    def failure(self, failure: Failure) -> str:
        """Why a file could not be read, in the reader's language where the reason is a known one."""
        known: str | None = self.said["failures_said"].get(failure.code)
        return known or failure.message

    def listed(self, names: list[str], most: int = 4) -> str:
        """Names in a row: 'a, b en c'; beyond `most` how many more there are."""
        last, more = (" en ", " meer") if self.language == "nl" else (" and ", " more")
        if len(names) > most:
            names = [*names[: most - 1], f"{len(names) - most + 1}{more}"]
        return names[0] if len(names) == 1 else ", ".join(names[:-1]) + last + names[-1]


def quoted(text: str, most: int = _LONGEST) -> str:
    """Text on one line, cut off at a word where it is longer than `most` characters."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    if len(line) <= most:
        return line
    return line[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"
