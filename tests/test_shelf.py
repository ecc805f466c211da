"""A user's models by name: which one is in use, and that none is lost by mistake."""

from __future__ import annotations

import sys
from pathlib import Path, PureWindowsPath

import pytest

from bronnen import shelf
from bronnen.errors import MissingError, UsageError
from bronnen.settings import Settings, load_settings, resource

SHIPPED = resource("models", "sources")


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv(shelf.VARIABLE, str(folder))
    return folder


def put(folder: Path, name: str, card: str = '{"id": "abc"}') -> Path:
    made = folder / name
    made.mkdir(parents=True)
    (made / "model.skops").write_bytes(b"x")
    (made / "card.json").write_text(card, encoding="utf-8")
    return made


def test_models_stand_where_the_system_keeps_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(shelf.VARIABLE)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/an"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert shelf.shelf() == Path("/home/an/.local/share/bronnen/models")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert shelf.shelf() == Path("/data/bronnen/models")
    monkeypatch.setenv("XDG_DATA_HOME", "not/absolute")  # which the standard says to leave alone
    assert shelf.shelf() == Path("/home/an/.local/share/bronnen/models")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert shelf.shelf() == Path("/home/an/Library/Application Support/bronnen/models")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", r"C:\Users\an\AppData\Local")
    assert PureWindowsPath(shelf.shelf()) == PureWindowsPath(r"C:\Users\an\AppData\Local\bronnen\models")


def test_the_one_that_comes_with_bronnen_is_used_until_another_is_chosen(own: Path) -> None:
    assert shelf.in_use() == "bronnen" and shelf.model_folder(Settings()) == SHIPPED
    assert not own.exists()  # reading makes nothing
    put(own, "mei"), put(own, "juni")
    shelf.use("mei")
    assert shelf.model_folder(Settings()) == own / "mei"
    shelf.use("juni")
    assert shelf.in_use() == "juni"
    shelf.use("mei")  # back
    assert shelf.in_use() == "mei"
    shelf.use("bronnen")
    assert shelf.model_folder(Settings()) == SHIPPED
    with pytest.raises(UsageError, match="bronnen, juni, mei"):
        shelf.use("april")


def test_settings_win_and_take_a_name_or_a_folder(own: Path, tmp_path: Path) -> None:
    put(own, "mei"), put(own, "juni")
    shelf.use("mei")
    for told, folder in (("juni", own / "juni"), ("bronnen", SHIPPED), ("elders/juni", Path("elders/juni"))):
        (tmp_path / "s.toml").write_text(f'[model]\npath = "{told}"\n', encoding="utf-8")
        assert shelf.model_folder(load_settings(tmp_path / "s.toml")) == folder
    assert shelf.folder_of("./juni") == Path("juni") or shelf.folder_of("./juni") == Path("./juni")
    assert shelf.folder_of("nergens") == Path("nergens")


def test_a_model_in_use_that_is_gone_is_told_of_and_not_replaced_in_silence(own: Path) -> None:
    made = put(own, "mei")
    shelf.use("mei")
    (made / "model.skops").unlink()
    with pytest.raises(MissingError, match="bronnen models use bronnen"):
        shelf.model_folder(Settings())
    (own / "in-use.txt").write_bytes(b"\xff\xfe../../etc")
    with pytest.raises(MissingError):
        shelf.in_use()
    (own / "in-use.txt").write_text("../mei", encoding="utf-8")
    with pytest.raises(MissingError):
        shelf.in_use()
    shelf.use("bronnen")
    assert shelf.in_use() == "bronnen"


def test_removing_takes_the_model_and_nothing_else(own: Path) -> None:
    kept = put(own, "mei") / "notities.txt"
    kept.write_text("van mij", encoding="utf-8")
    put(own, "juni")
    shelf.use("juni")
    with pytest.raises(UsageError, match="never"):
        shelf.remove("bronnen", force=True)
    with pytest.raises(UsageError, match="in use"):
        shelf.remove("juni")
    assert (own / "juni" / "model.skops").exists()
    shelf.remove("juni", force=True)
    assert not (own / "juni").exists() and shelf.in_use() == "bronnen"
    shelf.remove("mei")
    assert kept.read_text(encoding="utf-8") == "van mij" and [one.name for one in shelf.models()] == ["bronnen"]
    assert (SHIPPED / "model.skops").exists()


def test_what_stands_outside_the_shelf_is_never_removed(own: Path, tmp_path: Path) -> None:
    put(tmp_path / "elders", "mei")
    own.mkdir()
    try:
        (own / "mei").symlink_to(tmp_path / "elders" / "mei", target_is_directory=True)
    except OSError:
        pytest.skip("no right to make links here")
    shelf.remove("mei")
    assert not (own / "mei").is_symlink() and (tmp_path / "elders" / "mei" / "model.skops").exists()


def test_a_folder_that_is_elsewhere_in_truth_is_refused(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, resolve = put(own, "mei"), Path.resolve
    monkeypatch.setattr(Path, "resolve", lambda one: Path("/elders/mei") if one == made else resolve(one))
    with pytest.raises(UsageError, match="outside"):
        shelf.remove("mei")
    assert (made / "model.skops").exists()


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "a\\b", ".x", "bronnen", "Bronnen", "con", "nul.txt", "x" * 65, "a b", "a."]
)
def test_a_name_cannot_lead_out_of_the_folder_nor_hide(own: Path, name: str) -> None:
    with pytest.raises(UsageError):
        shelf.place_for(name)
    with pytest.raises(UsageError):
        shelf.remove(name)


def test_damaged_cards_do_not_break_the_list(own: Path) -> None:
    (
        put(own, "een", "[" * 100_000),
        put(own, "twee", "[1]"),
        put(own, "drie", "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")),
    )
    assert [one.name for one in shelf.models()] == ["bronnen", "drie", "een", "twee"]
    assert [one.card for one in shelf.models()[1:]] == [{}, {}, {}]
    shipped = shelf.models()[0].card["id"]
    assert shelf.card_of(shipped, Settings())["id"] == shipped and shelf.card_of("niet", Settings()) == {}
