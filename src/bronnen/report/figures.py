"""Numbers as a reader of Dutch or English writes them; a dash where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NONE = "–"
Told = Mapping[str, float | None]
"""An estimate as JSON has it: value, low, high."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How figures are written in a language.

    >>> Figures("nl").number(0.7312), Figures("nl").whole(10766), Figures("nl").hundred(0.7312)
    ('0,73', '10.766', '73')
    """

    language: str

    def number(self, value: float | None, decimals: int = 2) -> str:
        """A figure with decimals."""
        if value is None:
            return NONE
        text = f"{value:.{decimals}f}"
        return self._local(text.lstrip("-") if float(text) == 0 else text.replace("-", "−"))

    def signed(self, value: float | None, decimals: int = 2) -> str:
        """A difference: with its sign, zero without."""
        if value is None:
            return NONE
        text = f"{value:+.{decimals}f}"
        return self._local(text[1:] if float(text) == 0 else text.replace("-", "−"))

    def whole(self, value: int) -> str:
        """A count."""
        text = f"{value:,}"
        return text.replace(",", ".") if self.language == "nl" else text

    def hundred(self, value: float | None) -> str:
        """A share, in hundredths; 0 and 100 only where it is exactly that."""
        if value is None:
            return NONE
        return f"{100 * value:.0f}" if value in (0, 1) else str(min(max(round(100 * value), 1), 99))

    def range(self, told: Told | None, decimals: int = 2, *, sign: bool = False) -> str:
        """The interval as '0,70–0,76', of differences as '−0,01 tot +0,03'; '' where there is none."""
        if told is None or told["low"] is None:
            return ""
        write = self.signed if sign else self.number
        between = "–" if told["low"] >= 0 and not sign else " tot " if self.language == "nl" else " to "
        return write(told["low"], decimals) + between + write(told["high"], decimals)

    def hundreds(self, told: Told | None) -> str:
        """The interval in hundredths, '70–76'; '' where there is none, or where its ends look alike."""
        if told is None or told["low"] is None:
            return ""
        low, high = self.hundred(told["low"]), self.hundred(told["high"])
        return f"{low}–{high}" if low != high else ""

    def _local(self, text: str) -> str:
        return text.replace(".", ",") if self.language == "nl" else text
