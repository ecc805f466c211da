"""The fuzzing runner for a short while with a fixed seed, and that it finds what it should."""

from __future__ import annotations

import random
from pathlib import Path

import fuzz
import fuzz_targets
import mutations
import pytest
from fuzz_targets import TARGETS

from bronnen.errors import UsageError


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_changed_files_end_in_a_result_or_a_named_error(name: str) -> None:
    found = list(fuzz.fuzz(name, range(60), 15))
    tried = found.pop()
    assert isinstance(tried, int) and tried > 1
    assert not found, found


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_what_is_not_changed_is_read(name: str, tmp_path: Path) -> None:
    """Else a file that is always refused would prove nothing."""
    path = tmp_path / f"nota{TARGETS[name].suffix}"
    for content in TARGETS[name].seeds():
        path.write_bytes(content)
        assert fuzz.said_of(TARGETS[name], path) == ""


def test_changes_are_the_same_for_the_same_number_and_differ_between_numbers() -> None:
    target = TARGETS["md"]
    made = [fuzz.made("md", target, target.seeds(), number) for number in (1, 1, 2, 3)]
    assert made[0] == made[1] and len(set(made)) == 3


def test_each_way_to_go_wrong_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        raise ZeroDivisionError

    def tells_nothing_to_do(path: Path) -> None:
        raise UsageError("It is wrong.")

    path = tmp_path / "a.txt"
    for read, said in ((fails, "ZeroDivisionError"), (tells_nothing_to_do, "no next step")):
        assert said in fuzz.said_of(fuzz_targets.Target(".txt", list, read), path)


def test_values_of_json_and_cells_of_a_store_are_changed() -> None:
    draw = random.Random(1)
    store = TARGETS["store"].seeds()[0]
    assert len({mutations.of_store(draw, store) for _ in range(10)}) > 5
    assert len({mutations.of_json(draw, b'{"a": [1, {"b": 2}]}\n' * 2) for _ in range(20)}) > 10
