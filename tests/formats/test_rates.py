"""Error rates in a model's card and in a store: what goes in comes out, and nothing else comes in."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from factories import KNOWN

from bronnen.formats.rates import known_rates, told_rates
from bronnen.records import ErrorRates, Source, Use

RATES = ErrorRates(0.1, 0.8, 0.05, 0.7, 0.05, (-0.1, 0.9), (0.02, -0.001, 0.003), {"ordinary": -0.4, "unusual": 0})


def test_through_json_and_back() -> None:
    known = {source: dict.fromkeys(Use, RATES) for source in Source}
    assert known_rates(json.loads(json.dumps(told_rates(known)))) == known
    assert known_rates(told_rates(KNOWN)) == KNOWN
    assert known_rates(told_rates(known))[Source.SCIENTIFIC][Use.USED].moves == {"ordinary": -0.4, "unusual": 0.0}


WRONG: dict[str, list[Any]] = {
    "share": [math.nan, math.inf, -math.inf, "0.1", None, True, [0.1], {}, 1e300, 10**400],
    "line": [1.0, [0.0], [0.0, 1.0, 2.0], [0.0, "1"], [0.0, math.nan], {"0": 1, "1": 2}],
    "spread": [None, [0.0, 0.0], [[0.0, 0.0], 0.0, 0.0], "000", [False, 0.0, 0.0]],
    "moves": [
        *(None, 0.0, "", [], [["ordinary", 0.1]], {str(number): 0.0 for number in range(11)}),
        *({"ordinary": value} for value in (math.nan, math.inf, "0.1", None, True, [0.1], {}, 1e300, 10**400)),
    ],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_value_that_does_not_fit_is_refused(name: str, value: Any) -> None:
    told = told_rates(KNOWN)
    told["scientific"]["called_for"][name] = value
    with pytest.raises(ValueError):
        known_rates(told)


@pytest.mark.parametrize(
    "path",
    [("professional",), ("professional", "used"), *(("professional", "used", name) for name in ("spread", "moves"))],
)
def test_what_lacks_a_part_is_refused(path: tuple[str, ...]) -> None:
    told = told_rates(KNOWN)
    inner: Any = told
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    with pytest.raises(LookupError):
        known_rates(told)


@pytest.mark.parametrize("told", [None, [], "rates", 1.0, {"experiential": None}, {"experiential": {"used": 0.1}}])
def test_what_is_no_table_of_rates_is_refused(told: Any) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        known_rates(told)
