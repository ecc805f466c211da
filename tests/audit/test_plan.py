"""A plan: drawn the same each time, without text, and refused when it is not what it was."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from factories import MADE_WITH, E, P, W

from bronnen.audit.plan import Counted, Frame, Plan, PlannedDocument, digest, plan_of, planned, shown, values_of
from bronnen.errors import BronnenError, StoreError, UsageError
from bronnen.formats.plans import read_hashed, write_hashed
from bronnen.records import Labels, Use


def frame(size: int = 200) -> Frame:
    rng = np.random.default_rng(1)
    passages = []
    for at in range(size):
        scores = tuple(float(score) for score in rng.beta(0.3, 1.0, 6))
        pairs = zip((E, P, W), scores[::2], strict=True)
        labels: Labels = {source: Use.USED for source, score in pairs if score > 0.4}
        passages.append(Counted(at % 3, at * 10, at * 10 + 8, labels, scores, f"Geheime tekst nummer {at}."))
    documents = tuple(PlannedDocument(f"{at}" * 64, f"nota {at}.pdf", f"map/nota {at}.pdf") for at in range(3))
    return Frame(MADE_WITH, documents, tuple(passages), 2)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(frame(), 7, "0.1.0", margin=0.05)


def test_the_same_wish_gives_the_same_plan(plan: Plan) -> None:
    assert planned(frame(), 7, "0.1.0", margin=0.05) == plan
    assert planned(frame(), 8, "0.1.0", margin=0.05) != plan
    assert [one.number for one in plan.sampled] == list(range(1, len(plan.sampled) + 1))
    assert [one.start for one in plan.sampled] != sorted(one.start for one in plan.sampled)
    assert len(planned(frame(), 1, "0.1.0", size=50).sampled) == 50
    assert len(planned(frame(), 1, "0.1.0", size=5000).sampled) == 200
    assert max(plan.expected.values()) <= 0.05


def test_it_goes_through_json_unchanged_and_holds_no_text(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    told = write_hashed(path, values_of(plan))
    values, found = read_hashed(path)
    assert found == told and plan_of(values, "plan.json") == plan
    assert "Geheime" not in path.read_text(encoding="utf-8")
    first = path.read_bytes()
    write_hashed(path, values_of(plan))
    assert path.read_bytes() == first


def test_nothing_to_draw_from_and_too_small_a_sample_are_refused() -> None:
    with pytest.raises(UsageError, match="no passage"):
        planned(Frame(MADE_WITH, (), (), 0), 1, "0.1.0", size=3)
    with pytest.raises(UsageError, match="too small"):
        planned(frame(), 1, "0.1.0", size=1)
    assert len(planned(frame(1), 1, "0.1.0", margin=0.05).sampled) == 1


def changes() -> list[Any]:
    return [
        lambda v: v.update(format=2),
        lambda v: v.pop("made_with"),
        lambda v: v.update(passages=[]),
        lambda v: v.update(passages={}),
        lambda v: v.update(seed=True),
        lambda v: v.update(seed=-1),
        lambda v: v["passages"][0].update(stratum=99),
        lambda v: v["passages"][0].update(document=-1),
        lambda v: v["passages"][0].update(start=10**30),
        lambda v: v["passages"][0].update(scores=[0.1] * 5),
        lambda v: v["passages"][0].update(scores=[0.1] * 5 + [1.5]),
        lambda v: v["passages"][0].update(labels={"magic": "used"}),
        lambda v: v["passages"][0].update(labels=[]),
        lambda v: v["passages"].append(copy.deepcopy(v["passages"][0])),
        lambda v: next(one for one in v["passages"] if "number" in one).update(number=10_000),
        lambda v: next(one for one in v["passages"] if "number" in one).pop("digest"),
        lambda v: v["strata"][0].update(sample=0),
        lambda v: v["documents"].clear(),
        lambda v: v.update(documents=[1]),
        lambda v: v.update(margin="veel"),
    ]


@pytest.mark.parametrize("change", changes())
def test_a_plan_that_does_not_fit_is_refused_even_with_a_right_hash(plan: Plan, change: Any) -> None:
    values = json.loads(json.dumps(values_of(plan)))
    change(values)
    with pytest.raises(StoreError, match="no audit plan"):
        plan_of(values, "plan.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"hash": 1}',
        b'{"hash": "x", "a": NaN}',
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"a":1}',
    ],
    ids=lambda content: content[:12].decode("latin-1"),
)
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(BronnenError, match=r"plan\.json"):
        read_hashed(path)
    with pytest.raises(BronnenError):
        read_hashed(tmp_path / "gone.json")


def test_a_changed_plan_is_noticed(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_hashed(path, values_of(plan))
    path.write_text(path.read_text(encoding="utf-8").replace('"seed": 7', '"seed": 8'), encoding="utf-8")
    with pytest.raises(StoreError, match="was changed"):
        read_hashed(path)


def test_a_digest_survives_what_spreadsheets_do_to_text() -> None:
    text = "=SOM(1;+2)\u00ad van\n\tde  ‘raad’ \x0b"
    for other in ("'=SOM(1;'+2) van de ‘raad’", "=SOM(1;+2) van de ‘raad’  "):
        assert digest(other) == digest(text)
    assert digest("=SOM(1;+3) van de ‘raad’") != digest(text)
    assert shown(text) == "=SOM(1;+2) van de ‘raad’"
    assert len(shown("a" * 50_000)) == 32_000
