"""`bronnen review` as a process of its own, and people at its pages in a real browser; for tests, slow ones."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bronnen.records import Source
from bronnen.store import FILE

sys.path.append(str(Path(__file__).parent / "report"))
from browser import CHROMIUM, needs_chromium

__all__ = ["Server", "free_port", "launched", "needs_chromium", "person", "place", "pressed", "serving"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """`bronnen review` as a process of its own, that can be killed and started again on the same port."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder, self.port, self.words = folder, free_port(), words
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        words = ["review", str(self.folder), "--port", str(self.port), "--no-browser", "--order", "document"]
        self.running = subprocess.Popen(
            [sys.executable, "-m", "bronnen", *words, *self.words], stdout=subprocess.PIPE, text=True
        )
        assert self.running.stdout is not None
        self.link = self.running.stdout.readline().split()[-1]  # with the key, another one each time
        assert self.link.startswith(f"{self.address}/?sleutel=")

    def kill(self) -> None:
        self.running.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        self.running.wait()
        if self.running.stdout:
            self.running.stdout.close()

    def rows(self) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / FILE) as raw:
            columns = f"by, start, {', '.join(Source)}"
            return raw.execute(f"SELECT {columns} FROM verdicts WHERE analysis IS NULL ORDER BY id").fetchall()


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[Server]:
    server = Server(folder, *words)
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def launched() -> Iterator[Any]:
    """A Chromium to make pages in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def person(chromium: Any, server: Server, name: str) -> tuple[Any, list[str]]:
    """A page of somebody in a browser of their own, and what went wrong in it."""
    page = chromium.new_context().new_page()
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(server.link)
    page.fill("#naam", name)
    page.keyboard.press("Enter")
    page.wait_for_selector("#oordeel")
    page.wait_for_load_state("load")  # a key before the page's script is there does nothing
    return page, trouble


def place(page: Any) -> str:
    return str(page.locator(".where span").nth(1).inner_text())


def pressed(page: Any, key: str, then: str) -> None:
    """Presses a key and waits until the page says that it was kept, or shows what it should."""
    page.keyboard.press(key)
    page.wait_for_function("text => document.getElementById('werk').innerText.includes(text)", arg=then, timeout=5000)
