from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from walks import Here, Walk

from bronnen import origin, pipeline
from bronnen.batch import Crew
from bronnen.batch.fetching import Fetching
from bronnen.cli import work
from bronnen.extract import tesseract


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Walk:
    """A walk that reads no PDFs, and an empty folder `in` below the working folder."""
    found = Walk()
    monkeypatch.setattr(pipeline, "load_tools", found.load_tools)
    monkeypatch.setattr(origin, "expected", lambda settings: found.made_with)
    monkeypatch.setattr(pipeline, "analyse", found.analyse)
    fetching = Fetching(1)
    fetching.executor = Here()
    monkeypatch.setattr(work, "crew", lambda settings, places, scheduler: nullcontext(Crew(fetching, lambda: 1)))
    monkeypatch.setattr(tesseract, "missing", lambda language: ("Tesseract is not installed.", "apt install it"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BRONNEN_DEBUG", raising=False)
    (tmp_path / "in").mkdir()
    return found
