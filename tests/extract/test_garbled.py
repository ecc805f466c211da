"""What counts as a garbled text layer, and what does not."""

from __future__ import annotations

import random
import string

import pytest

from bronnen.extract.garbled import is_garbled

DUTCH = """De gemeente wil dat inwoners met een kleine beurs goed kunnen rondkomen. Daarom is in gesprek met cliënten,
het wijkteam en de financiële consulenten gekeken welke regelingen wel en niet helpen. Uit onderzoek blijkt dat een op
de vijf huishoudens een regeling laat liggen, omdat het formulier te ingewikkeld is of de angst voor terugvordering
te groot."""
NAMES = """A.M. Burger, P.D. Statsch, C.H. de Kogel, J.G. Vermeer, J.T.A. Verhoeven, Limpens, Raymakers, Baar, Berendse,
Zijlstra, Olivier, Brandes, Peters, Coenen, Vreuls, Kruchten, Nord, Ozkaya, Falessi, Braaksma, Hoogwaarde, Yilmaz,
El Khatib, Öztürk, Nguyen, Kowalczyk, Szczepański, Bouhaddou, Van 't Hof, Dijkgraaf"""
ENGLISH = """Crime and law enforcement is published each year. It describes how many crimes were recorded by the police,
how many suspects were tried, and which sentences the courts imposed. Most figures come from registrations, others
from surveys among citizens about the offences of which they were victims."""
FRENCH = """Le conseil municipal souhaite que les habitants puissent participer aux décisions qui les concernent, comme
l'aménagement des espaces publics, et s'appuie pour cela sur leur expérience quotidienne du quartier."""
TABLE = " ".join(f"{year} {year * 7 % 991},{year % 10} € {year * 13 % 97}%" for year in range(1990, 2025))
CODES = "BWBR0036014 NPR-5326 ISO/IEC-27001 NH3 NOx PM10 kg.ha-1.jr-1 https://www.rijksoverheid.nl/onderwerpen/stikstof"


@pytest.mark.parametrize("text", [DUTCH, NAMES, ENGLISH, FRENCH, TABLE, CODES, "", "Привет мир " * 40])
def test_readable_text_is_not_garbled(text: str) -> None:
    assert not is_garbled(text.split(), 0)


def shuffled(text: str) -> str:
    letters = list(string.ascii_lowercase)
    random.Random(4).shuffle(letters)
    return text.lower().translate(dict(zip(range(97, 123), letters, strict=True)))


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(ord(char) - 29) if char > "=" else char for char in DUTCH),
        shuffled(DUTCH),
        "".join(chr(ord(char) + 0x120) if char.isalpha() else char for char in DUTCH),
    ],
    ids=["shifted", "shuffled", "extended"],
)
def test_noise_is_garbled(text: str) -> None:
    assert is_garbled(text.split(), 0)


def test_many_characters_without_meaning_make_text_garbled() -> None:
    assert is_garbled(DUTCH.split(), 400)
    assert not is_garbled(DUTCH.split(), 20)
    assert is_garbled([], 5)
