"""What would make an analysis, told without loading models."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bronnen import origin, pipeline
from bronnen.errors import MissingError
from bronnen.settings import BalanceSettings, ModelSettings, Settings, resource, settings_of


@pytest.mark.parametrize("settings", [Settings(), Settings(balance=BalanceSettings("unusual"))])
def test_it_is_what_loading_tells(settings: Settings) -> None:
    assert origin.expected(settings) == pipeline.load_tools(settings).made_with


def test_a_spacy_model_from_elsewhere_must_be_loaded_to_know() -> None:
    assert origin.expected(settings_of({"language": {"spacy_model": "nl_core_news_sm"}})) is None


def test_a_model_that_was_changed_is_refused_without_loading_it(tmp_path: Path) -> None:
    for name in ("card.json", "model.skops"):
        (tmp_path / name).write_bytes(resource("models", "sources", name).read_bytes())
    settings = Settings(model=ModelSettings(str(tmp_path)))
    assert origin.expected(settings) == origin.expected(Settings())
    (tmp_path / "model.skops").write_bytes(b"other")
    with pytest.raises(MissingError, match="not the file that its card describes"):
        origin.expected(settings)


def test_telling_it_loads_no_heavy_library() -> None:
    script = (
        "import sys; from bronnen import origin, settings; assert origin.expected(settings.Settings());"
        "print(*{'spacy', 'sklearn', 'skops', 'pypdfium2', 'pdfplumber'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
