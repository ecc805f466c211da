"""The reflection questions: what stands in the file, and which are asked of what was found."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bronnen import taxonomy, toml
from bronnen.errors import UsageError
from bronnen.questions import Finding, Kind, Questions, chosen, read
from bronnen.taxonomy import contrast, looks

ACCUSING = re.compile(
    r"\b(waarom|verzuim\w*|nagelaten|fout\w*|schuld\w*|vergeten|had\w* moeten|ten onrechte|gebrek\w*|tekort\w*|fal\w*|"
    r"slecht\w*|onvoldoende|zwak\w*|why|fail\w*|fault\w*|blame\w*|forg[eo]t\w*|neglect\w*|should have|lack\w*|wrong\w*|"
    r"weak\w*|poor\w*)\b",
    re.IGNORECASE,
)
OPEN = {
    "nl": re.compile(r"\b(wie|wat|welke?|hoe|hoeveel|waar|wanneer)\b", re.IGNORECASE),
    "en": re.compile(r"\b(who|whom|whose|what|which|how|where|when)\b", re.IGNORECASE),
}
ONE = """
[[questions]]
finding = "missing"
role = "manager"
knob = "policy"
nl = "Wie helpt {source}?"
en = "Who helps {source}?"
"""


@pytest.fixture(scope="module")
def shipped() -> Questions:
    return read(taxonomy.names())


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_finding_has_a_question_for_every_role_and_every_knob(shipped: Questions) -> None:
    general = [question for question in shipped.listed if question.source is None]
    assert len(shipped.listed) >= 36
    assert {(one.kind, one.role) for one in general} == {(kind, role) for kind in Kind for role in shipped.roles}
    assert {(one.kind, one.knob) for one in general} == {(kind, knob) for kind in Kind for knob in shipped.knobs}
    assert list(shipped.roles) == ["policy_maker", "manager", "knowledge_officer"]
    assert {one.source for one in shipped.listed} == {None, *taxonomy.names()}


def test_the_three_sources_are_asked_about_equally_often(shipped: Questions) -> None:
    assert len(set(Counter(one.source for one in shipped.listed if one.source).values())) == 1


def test_questions_are_open_short_and_accuse_nobody(shipped: Questions) -> None:
    assert ACCUSING.search("Waarom is dit vergeten?") and ACCUSING.search("You should have asked.")
    for language in toml.LANGUAGES:
        texts = [question.texts[language] for question in shipped.listed]
        assert len(set(texts)) == len(texts)
        for text in texts:
            assert text.endswith("?") and OPEN[language].search(text), text
            assert not ACCUSING.search(text), text
            assert len(text.split()) <= 26, text


@pytest.mark.parametrize("language", toml.LANGUAGES)
def test_what_is_found_calls_up_questions_with_the_source_filled_in(shipped: Questions, language: str) -> None:
    found = [Finding(kind, source, f"{kind} {source}") for kind in Kind for source in taxonomy.names()]
    asked = chosen(found, shipped, most=100, language=language)
    assert len({one.text for one in asked}) == len(asked) > 30
    assert not any("{" in one.text for one in asked)
    assert any(taxonomy.names()["scientific"][language] in one.text for one in asked)
    order = [found.index(one.finding) for one in asked]
    assert order == sorted(order)
    assert chosen(found, shipped, most=100, language=language) == asked


def test_few_questions_are_spread_over_findings_roles_and_knobs(shipped: Questions) -> None:
    found = [Finding(Kind.MISSING, "experiential", "a"), Finding(Kind.APART, None, "b"), Finding(Kind.DOUBT, None, "c")]
    asked = chosen(found, shipped, most=3)
    assert [one.finding for one in asked] == found
    assert len({one.role for one in asked}) == len({one.knob for one in asked}) == 3
    assert "van dichtbij" in asked[0].text  # the one about that very source goes first
    for role in shipped.roles:
        mine = chosen(found, shipped, role=role, most=9)
        assert {one.role for one in mine} == {shipped.roles[role]["nl"]}
        assert {one.finding for one in mine} == set(found)
    assert chosen([], shipped) == ()
    assert "{source}" not in "".join(one.text for one in chosen([Finding(Kind.MISSING, None, "d")], shipped))
    with pytest.raises(UsageError, match="knowledge_officer"):
        chosen(found, shipped, role="mayor")


def test_a_question_about_another_source_is_not_asked(shipped: Questions) -> None:
    asked = chosen([Finding(Kind.MISSING, "scientific", "a")], shipped, most=50)
    assert any("onderzoeker" in one.text for one in asked)
    assert not any("van dichtbij" in one.text or "uitvoerders" in one.text for one in asked)


def test_a_file_of_ones_own_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    asked = read(taxonomy.names(), own(tmp_path, ONE))
    (one,) = chosen([Finding(Kind.MISSING, "professional", "x")], asked)
    assert (one.text, one.role) == ("Wie helpt professionele kennis?", "manager")
    roles = '[roles]\nalderman = { nl = "wethouder", en = "alderman" }\n'
    asked = read(taxonomy.names(), own(tmp_path, roles + ONE.replace("manager", "alderman")))
    assert chosen([Finding(Kind.MISSING, "professional", "x")], asked, role="alderman", language="en")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE.replace("missing", "mising"), r"'finding' is 'mising'; it must be one of: missing, prevails"),
        (ONE.replace("manager", "mayor"), "'role' is 'mayor'"),
        (ONE.replace("policy", "wheel"), "'knob' is 'wheel'"),
        (ONE.replace('en = "Who helps {source}?"', ""), "'en' must be a text"),
        (ONE.replace("{source}?", "{source.__class__}?", 1), "only {source} is filled in"),
        (ONE.replace("{source}?", "{?", 1), "only {source} is filled in"),
        (ONE + 'source = "gossip"', "'source' is 'gossip'"),
        (ONE + "weight = 3", "'weight' is not known here"),
        (ONE.replace("Wie helpt", "x" * 600), "at most 500 characters"),
        (ONE.replace("Wie helpt", "Wie \\u001b[2J"), "can be seen"),
        (ONE * 501, "501 .*the most is 500"),
        ("questions = 3", "must be a list of tables"),
        ("question = []", "'question' is not known here"),
        ("[[questions]", "is not TOML"),
        ("x = " + "[" * 5000, "is not TOML"),
        ("# " + "x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as told:
        read(taxonomy.names(), own(tmp_path, text))
    assert told.value.next_step


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Cannot read"):
        read(taxonomy.names(), tmp_path / "none.toml")
    (tmp_path / "my.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is not TOML"):
        read(taxonomy.names(), tmp_path / "my.toml")


def test_the_shipped_colours_can_be_read() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21) and contrast("#777777", "#FFFFFF") < 4.5
    assert all(contrast(look.colour, look.ink) >= 4.5 for look in looks("en").values())
