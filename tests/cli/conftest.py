from __future__ import annotations

from pathlib import Path

import pytest
from walks import Walk

from bronnen import pipeline


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Walk:
    """A walk that reads no PDFs, and an empty folder `in` below the working folder."""
    found = Walk()
    monkeypatch.setattr(pipeline, "load_tools", found.load_tools)
    monkeypatch.setattr(pipeline, "analyse", found.analyse)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BRONNEN_DEBUG", raising=False)
    (tmp_path / "in").mkdir()
    return found
