"""Which Tesseract is started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bronnen.extract import tesseract


def test_no_program_of_the_current_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `tesseract` among documents is a document."""
    name = "tesseract.exe" if os.name == "nt" else "tesseract"
    documents, installed = tmp_path / "documents", tmp_path / "installed"
    for folder in (documents, installed):
        folder.mkdir()
        (folder / name).write_text("")
        (folder / name).chmod(0o755)
    monkeypatch.chdir(documents)
    for told, found in (("", None), (f".{os.pathsep}{os.pathsep}", None), (f".{os.pathsep}{installed}", installed)):
        monkeypatch.setenv("PATH", told)
        monkeypatch.delenv("PROGRAMFILES", raising=False)
        monkeypatch.delenv("LOCALAPPDATA", raising=False)
        tesseract.program.cache_clear()
        try:
            assert tesseract.program() == (str(found / name) if found else None)
        finally:
            tesseract.program.cache_clear()
