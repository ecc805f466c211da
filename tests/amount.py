"""How much of a long series of examples the fast tests take; CI takes all of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def mostly_slow(items: Iterable[Any], fast: int = 6) -> list[Any]:
    """The items, all but the first few marked slow."""
    return [item if number < fast else pytest.param(item, marks=pytest.mark.slow) for number, item in enumerate(items)]
