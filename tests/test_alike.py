"""Words that another program read otherwise are found, and words that are not there are not."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from bronnen.alike import LEAST_SCORE, Alike

_VOCABULARY = (
    "ouders wachten lang op hulp en vertellen dat aan de wijkteams die het met de gemeente bespreken waarna de raad "
    "besluit onderzoek van het bureau bevestigt cliënten zijn tevreden over begeleiding richtlijn professional "
    "jeugdzorg indicatie beleid uitvoering kosten evaluatie deelname sport vervoer wonen school werk inkomen"
)
WORDS = _VOCABULARY.split()


def text_of(seed: int, sentences: int = 400) -> list[str]:
    draw = random.Random(seed)
    return [
        " ".join(draw.choice(WORDS) for _ in range(draw.randint(8, 20))).capitalize() + "." for _ in range(sentences)
    ]


def misread(share: float) -> Callable[[str, random.Random], str]:
    """As a scanner reads: letters changed, doubled or lost."""

    def one(text: str, draw: random.Random) -> str:
        kinds = [lambda char: "", lambda char: char + draw.choice("il1rn"), lambda char: draw.choice("eaocnm1")]
        return "".join(draw.choice(kinds)(char) if char.isalnum() and draw.random() < share else char for char in text)

    return one


def hyphenated(text: str, draw: random.Random) -> str:
    return "".join(char + "-\n" * (draw.random() < 0.05) for char in text)


def reflowed(text: str, draw: random.Random) -> str:
    return "".join(draw.choice(["\n", "  ", "", "\r\n"]) if char == " " else char for char in text).upper()


@pytest.mark.parametrize(
    ("mutated", "found_at_least", "score_at_least"),
    [
        (hyphenated, 1.0, 1.0),
        (reflowed, 1.0, 1.0),
        (misread(0.02), 0.97, 0.8),
        (misread(0.05), 0.97, LEAST_SCORE),
        (misread(0.08), 0.92, LEAST_SCORE),
    ],
    ids=["hyphens", "reflow", "2% misread", "5% misread", "8% misread"],
)
def test_mutated_words_are_found(
    mutated: Callable[[str, random.Random], str], found_at_least: float, score_at_least: float
) -> None:
    draw, sentences = random.Random(7), text_of(1)
    text = " ".join(sentences)
    alike, right, count = Alike(text), 0, 80
    for _ in range(count):
        wanted = draw.choice(sentences)
        start = text.index(wanted)
        found = alike.find(mutated(wanted, draw), start)
        if found is not None and abs(found.start - start) <= 6 and abs(found.end - start - len(wanted)) <= 6:
            right += 1
            assert found.score >= score_at_least
    assert right / count >= found_at_least


def test_words_from_elsewhere_are_not_found() -> None:
    """Even of the same few words in another order."""
    alike = Alike(" ".join(text_of(1)))
    found = [alike.find(sentence) for sentence in text_of(2, 100)]
    assert sum(one is not None for one in found) <= 2


def test_of_places_as_good_the_nearest_counts() -> None:
    text = ("Ouders wachten lang op hulp van de gemeente. " + "x" * 400) * 3
    starts = [at for at in range(len(text)) if text.startswith("Ouders", at)]
    for start in starts:
        found = Alike(text).find("Ouders wachten l4ng op hulp van de gemeente", start + 5)
        assert found is not None and found.start == start


def test_too_few_too_many_and_too_much_the_same() -> None:
    alike = Alike("Ouders wachten. " * 50)
    assert alike.find("Ouders") is None and alike.find("") is None and Alike("").find("x" * 30) is None
    begun = time.perf_counter()
    assert Alike("a" * 300_000).find("a" * 5_000) is None
    assert Alike("ab" * 150_000).find("b" * 2_000 + "".join(text_of(3, 30))[:3_000]) is None
    assert time.perf_counter() - begun < 3
