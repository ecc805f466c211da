"""Groups of documents by a user's own table: which there are, what they are set against, what the screen says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from factories import KNOWN, E, analysis

from bronnen.cli.outputs import group_rows, remarks
from bronnen.formats.metadata import Metadata
from bronnen.formats.tables import Row
from bronnen.groups import ALL, UNKNOWN, Groups
from bronnen.quantify import Drawn
from bronnen.records import Source

Told = Mapping[str, Mapping[str, str]]
DOCUMENT = analysis().document
TABLE = "Staan wel in die tabel, maar zijn niet gelezen: "


def drawn(uses: int, passages: int = 30, judged: int = 0) -> Drawn:
    """One document of which all draws say that so many passages use ervaringskennis."""
    counts = np.zeros((20, 8), dtype=np.int32)
    counts[:, [0, 6]] = uses
    return Drawn(passages, counts, counts[0], judged)


def metadata(told: Told) -> Metadata:
    """A table with a row per name of a document."""
    rows = [{"name": name, **row} for name, row in told.items()]
    columns = tuple(dict.fromkeys(column for row in told.values() for column in row))
    return Metadata(columns, {("name", row["name"]): row for row in rows}, tuple(rows))


def groups(told: Told | None, uses: Mapping[str, int | Drawn]) -> Groups:
    """The groups of some documents, each with so many passages that use ervaringskennis."""
    found = Groups(metadata(told) if told is not None else None)
    for name, one in uses.items():
        document = replace(DOCUMENT, id=name, name=name, path=f"map/{name}")
        found.add(document, one if isinstance(one, Drawn) else drawn(one), KNOWN)
    return found


def rows(found: Groups) -> dict[tuple[str, str], Row]:
    return {(str(row["column"]), str(row["group"])): row for row in group_rows(found.found("draws"))}


def named(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(count)]


def said(found: Groups) -> list[str]:
    return list(remarks(found, list(group_rows(found.found("draws")))))


def of_region(**sizes: int) -> Told:
    """A table in which so many documents lie in each region: n0, n1, ... in that of 'n'."""
    return {name: {"regio": region} for region, size in sizes.items() for name in named(region, size)}


def test_a_group_is_set_against_the_other_known_groups() -> None:
    """Documents of which nothing is told are in none of the others."""
    told = {**of_region(n=3, z=3), "u1": {"regio": ""}}
    uses = {name: {"n": 20, "z": 2, "u": 30}[name[0]] for name in [*told, "u2", "u3"]}
    found = rows(groups(told, uses))
    assert list(found) == [ALL, ("regio", UNKNOWN), ("regio", "n"), ("regio", "z")]
    assert [row["documents"] for row in found.values()] == [9, 3, 3, 3]
    assert [row["experiential_rate_more"] for row in found.values()] == [None, None, 0.6, -0.6]
    assert [row["experiential_outcome"] for row in found.values()] == [None, None, "more", "less"]
    assert found["regio", "n"]["scientific_outcome"] == "no difference shown"
    unknown = found["regio", UNKNOWN]
    assert (unknown["passages"], unknown["experiential_used_n"], unknown["experiential_used_rate"]) == (90, 90, 1)


@pytest.mark.parametrize(
    ("one", "other", "is_told"), [(3, 3, True), (2, 9, False), (9, 2, False), (1, 1, False), (3, 0, False)]
)
def test_an_outcome_needs_three_documents_on_both_sides(one: int, other: int, is_told: bool) -> None:
    told = of_region(n=one, z=other)
    found = rows(groups(told, {name: 20 if name[0] == "n" else 2 for name in told}))
    for place, row in found.items():
        assert (row["experiential_outcome"] is not None) == (is_told and place != ALL)
        assert (row["experiential_rate_more"] is not None) == (is_told and place != ALL)


def test_documents_without_passages_give_no_outcome() -> None:
    told = of_region(n=3, z=3)
    found = rows(groups(told, {name: drawn(0, 0) if name[0] == "n" else drawn(2) for name in told}))
    assert {row["experiential_outcome"] for row in found.values()} == {None}
    assert found["regio", "n"]["coverage"] is None


def test_each_column_has_its_own_groups_in_the_order_of_the_table() -> None:
    told = {"a": {"regio": "z", "jaar": "2024"}, "b": {"regio": "n"}, "c": {"regio": "n", "jaar": "2023"}}
    found = rows(groups(told, {"a": drawn(3, judged=2), "b": drawn(4, judged=5), "c": 5}))
    assert list(found) == [
        ALL, ("regio", "n"), ("regio", "z"), ("jaar", UNKNOWN), ("jaar", "2023"), ("jaar", "2024"),
    ]  # fmt: skip
    assert [row["experiential_used_n"] for row in found.values()] == [12, 9, 3, 4, 5, 3]
    assert [row["judged"] for row in found.values()] == [7, 5, 2, 5, 0, 2]


def test_a_column_of_names_makes_no_groups() -> None:
    told = {f"d{n}": {"veel": str(n), "net": str(n) if n < 50 else "", "regio": "n"} for n in range(51)}
    found = groups(told, {"d1": 3})
    assert (found.columns, found.left_out) == (["net", "regio"], ["veel"])
    assert {place[0] for place in rows(found)} == {"", "net", "regio"}
    assert said(found)[-1] == "Meer dan 50 verschillende waarden, dus geen groepen: veel."


def test_what_the_table_and_the_scan_lack_of_each_other_is_told() -> None:
    found = groups(of_region(n=2, z=3), {"n0": 2, "z0": 2, "x": 2, "y": 2})
    assert (found.without, found.unmet) == (["x", "y"], ["n1", "z1", "z2"])
    assert said(found)[1:] == ["Staan niet in de tabel met kenmerken: x, y.", f"{TABLE}n1, z1, z2."]
    many = groups(of_region(n=9), {"n0": 2})
    assert said(many)[-1] == f"{TABLE}n1, n2, n3, n4, n5 en nog 3."


def test_two_documents_of_one_row_both_meet_it() -> None:
    found = Groups(metadata(of_region(n=1)))
    for number in range(2):
        found.add(replace(DOCUMENT, id=str(number), name="n0", path=f"{number}/n0"), drawn(1), KNOWN)
    assert (found.without, found.unmet, rows(found)["regio", "n"]["documents"]) == ([], [], 2)


THREE = of_region(n=3, z=3)
DIFFER = (
    "Wijken af van de andere groepen: regio n (meer ervaringskennis), regio z (minder ervaringskennis). "
    "Met andere documenten kan dat anders zijn."
)
FEW = "Te weinig documenten om groepen te vergelijken (minder dan 3 in of buiten een groep)."


@pytest.mark.parametrize(
    ("told", "uses", "wanted"),
    [
        (THREE, (20, 2), DIFFER),
        (THREE, (4, 4), "Tussen de groepen is geen verschil aangetoond: zie groups.csv."),
        (of_region(n=2, z=2), (20, 2), FEW),
        ({name: {} for name in THREE}, (20, 2), ""),
        (None, (20, 2), ""),
    ],
)
def test_the_screen_says_whether_groups_differ(told: Told | None, uses: Sequence[int], wanted: str) -> None:
    names = told if told is not None else THREE
    found = groups(told, {name: uses[name[0] == "z"] for name in names})
    assert said(found) == ([wanted] if wanted else [])


def test_names_in_a_table_cannot_write_on_the_screen() -> None:
    told = {name: {"re\x1b[31mgio": f"\x1b[2J{name[0]}"} for name in of_region(n=3, z=3)} | {"\x1b]0;x": {}}
    found = groups(told, {name: 20 if name[0] == "n" else 2 for name in told if name[0] in "nz"})
    assert len(said(found)) == 2 and "\x1b" not in "".join(said(found))


def test_nothing_scanned_has_no_rows() -> None:
    found = groups(of_region(n=1), {})
    assert rows(found) == {} and found.unmet == ["n0"]


def test_uncertain_groups_show_no_difference() -> None:
    """The draws of the two overlap, though their middles do not."""
    told, counts = of_region(n=3, z=3), np.zeros((20, 8), dtype=np.int32)
    counts[:, 0] = counts[:, 6] = np.random.default_rng(0).permutation(20)
    uncertain = Drawn(30, counts, counts[0])
    found = rows(groups(told, {name: uncertain if name[0] == "n" else drawn(5) for name in told}))
    row = found["regio", "n"]
    low, value, high = (row[f"experiential_rate_more{end}"] for end in ("_low", "", "_high"))
    assert isinstance(low, float) and isinstance(value, float) and isinstance(high, float)
    assert low < 0 < value < high and row["experiential_outcome"] == "no difference shown"
    assert {row[f"{source}_outcome"] for source in Source if source is not E} == {"no difference shown"}
