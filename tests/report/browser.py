"""A Chromium that the machine has, driven by Playwright; tests that need one are skipped where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = os.environ.get("BRONNEN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install it, or set BRONNEN_CHROMIUM")


@contextmanager
def opened(path: Path, *, width: int = 1200, dark: bool = False) -> Iterator[tuple[Any, list[str]]]:
    """A page from disk, without a network, and what went wrong in it: errors, and every request but for the file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, color_scheme="dark" if dark else "light"
        )
        page = context.new_page()
        trouble: list[str] = []
        page.on("console", lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "request", lambda asked: trouble.append(asked.url) if asked.url.split("#")[0] != path.as_uri() else None
        )
        page.goto(path.as_uri())
        yield page, trouble
        browser.close()
