from __future__ import annotations

from pathlib import Path

import pytest

from bronnen.errors import UsageError
from bronnen.settings import Settings, load_settings, resource, settings_hash, settings_of


def test_the_commented_file_and_the_code_agree() -> None:
    assert load_settings(resource("configs", "default.toml")) == Settings()


@pytest.mark.parametrize(
    "told",
    [
        {"extrat": {}},
        {"extract": {"enigne": "auto"}},
        {"extract": {"engine": "mupdf"}},
        {"extract": "auto"},
        {"segment": {"max_words": "120"}},
        {"segment": {"max_words": True}},
        {"segment": {"max_words": 0}},
        {"segment": {"min_words": 0}},
        {"batch": {"jobs": -1}},
    ],
)
def test_a_mistake_is_refused_with_a_next_step(told: dict[str, object]) -> None:
    with pytest.raises(UsageError) as raised:
        settings_of(told)
    assert raised.value.next_step


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(b"\xff[extract")
    with pytest.raises(UsageError):
        load_settings(path)
    with pytest.raises(UsageError):
        load_settings(tmp_path / "missing.toml")


def test_the_hash_follows_results_only() -> None:
    plain = settings_hash(Settings())
    assert settings_hash(settings_of({"batch": {"jobs": 7}})) == plain
    assert settings_hash(settings_of({"segment": {"max_words": 80}})) != plain
