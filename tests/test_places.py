"""Words of one text found in another text of the same document."""

from __future__ import annotations

from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

from bronnen.places import Places, bare

WORDS = st.lists(st.sampled_from(["de", "raad", "één", "😀", "zegt.", "e\u0301n"]), min_size=1, max_size=30)
GAPS = st.sampled_from([" ", "\n", "\r\n", "\u2003", "\n\n", "  "])


@given(WORDS, st.data())
def test_a_span_is_found_whatever_white_space_and_accents_there_are(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    other, ours, at = "", "", (0, 0)
    for number, word in enumerate(words):
        start = len(ours)
        ours += normalize("NFC", word)
        at = (start if number == first else at[0], len(ours) if number == last else at[1])
        ours += " "
        if number == first:
            begin = len(other)
        other += data.draw(st.sampled_from([word, normalize("NFD", word)]))
        if number == last:
            end = len(other)
        other += data.draw(GAPS)
    places = Places(ours)
    before, after = places.befores(other, [begin, end])
    assert after - before == len(bare(other[begin:end]))
    assert places.find(other[begin:end], before) == at


def test_the_words_around_decide_between_places() -> None:
    text = "Eerst zegt de raad ja. Daarna zegt de raad nee. Ten slotte zwijgt de raad."
    places = Places(text)
    assert places.find("de raad", 0, ("Daarna zegt", "nee.")) == (35, 42)
    assert text[slice(*places.find("de raad", 1000) or (0, 0))] == "de raad" and places.find("de raad", 1000) == (
        66,
        73,
    )
    assert places.find("het college", 0) is None and places.find(" \n", 0) is None


def test_a_long_stretch_is_found_round_a_running_head() -> None:
    first, second = (
        "Ouders wachten lang op hulp van de gemeente in de wijk waar zij wonen, ",
        "zo blijkt uit gesprekken met alle wijkteams en scholen in de stad.",
    )
    places = Places(f"Kop\n{first}\n{second}\nEinde")
    words = f"{first}\n12 | Beleidsnota jeugd\n{second}"
    assert places.find(words, 3) == (4, 4 + len(first) + 1 + len(second))
    assert places.find("lang 12 op hulp", 3) is None, "short words must fit as they are"
