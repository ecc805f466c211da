"""The review pages in a real browser: keys, a server that is killed, two people, and a page that means harm."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from factories import E, P, W, analysis
from reviewers import free_port, launched, needs_chromium, person, place, pressed, serving

from bronnen.records import Source, Use
from bronnen.settings import Settings
from bronnen.store import Store
from bronnen.verdicts import stated

pytestmark = [pytest.mark.slow, needs_chromium]

TEXTS = (
    ("Ouders vertellen dat zij in zaak {} lang wachten.", {E: Use.USED}),
    ("Uit onderzoek van het CBS blijkt in zaak {} dat het goed gaat.", {W: Use.USED}),
    ("Wij gaan de wijkteams in zaak {} naar hun ervaringen vragen.", {P: Use.CALLED_FOR}),
    ("De raad stelt in zaak {} het beleid vast.", {}),
)


def made(folder: Path, passages: int = 40) -> None:
    rows = [(text.format(number), labels) for number in range(passages // 4) for text, labels in TEXTS]
    with Store(folder, write=True) as store:
        run = store.begin_run(Settings(), "0.1.0")
        store.add(run, 0, "map/nota.pdf", analysis(paragraphs=rows))
        store.end_run(run)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with launched() as browser:
        yield browser


def test_twenty_passages_by_keyboard_with_a_kill_midway(tmp_path: Path, chromium: Any) -> None:
    made(tmp_path)
    with serving(tmp_path) as server:
        page, trouble = person(chromium, server, "An")
        for number in range(1, 11):
            assert place(page).startswith(f"passage {number} van 40")
            if number % 2:
                pressed(page, "3", "Bewaard: wetenschap")
            pressed(page, "Enter", f"passage {number + 1} van 40")
        pressed(page, "1", "Bewaard: ervaring")
        before = server.rows()
        assert len(before) == 16 and trouble == []
        server.kill()
        assert server.rows() == before, "nothing that was pressed is lost"
        page.keyboard.press("2")
        page.wait_for_selector("#melding[role=alert]")
        assert "De server antwoordt niet" in page.inner_text("#melding")
        server.start()
        page.goto(server.link)
        assert place(page).startswith("passage 11 van 40 · Nog 30 te gaan, 10 klaar")
        assert page.locator(".own").count() == 1, "the press before the kill is there, the one after it is not"
        for number in range(11, 21):
            pressed(page, " ", f"passage {number + 1} van 40")
        pressed(page, "ArrowLeft", "passage 20 van 40")
        pressed(page, "2", "Bewaard: professioneel, gebruikt")
        pressed(page, "u", "Ongedaan gemaakt.")
        page.keyboard.press("n")
        page.keyboard.type("Twijfel")
        page.keyboard.press("Shift+Enter")
        page.wait_for_function("() => document.getElementById('melding').textContent === 'Opmerking bewaard.'")
        pressed(page, "s", "zin 1 van 1")
        page.keyboard.press("?")
        assert page.locator("#toetsen").get_attribute("open") is not None
        page.wait_for_selector("#invloed table")
    with Store(tmp_path) as store:
        found = {one.start: one for one in stated(store.verdicts("person"))}
        assert len(found) == 20 and all(one.judged == set(Source) for one in found.values())
        assert [one.text for one in store.remarks()] == ["Twijfel"]


def test_keys_that_are_pressed_fast_count_on_the_passage_that_was_seen(tmp_path: Path, chromium: Any) -> None:
    made(tmp_path)
    at_once = (
        "keys => keys.forEach(key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})))"
    )
    with serving(tmp_path, "--name", "An") as server:
        page = chromium.new_context().new_page()
        page.goto(server.link)
        page.evaluate(at_once, ["2", "2", "Enter", "3", "Enter"])
        page.wait_for_function("() => document.getElementById('werk').innerText.includes('passage 2 van 40')")
        page.evaluate(at_once, ["1", "1", "1"])
        page.wait_for_function("() => document.getElementById('melding').textContent.includes('ervaring, geen')")
        found = [row[2:] for row in server.rows()]
    assert found == [
        *((None, "used", None), (None, "called_for", None), ("used", None, "none")),
        *(("used", None, None), ("called_for", None, None), ("none", None, None)),
    ], "the keys after Enter were meant for a passage that nobody had seen"


def test_a_press_takes_less_than_a_tenth_of_a_second(tmp_path: Path, chromium: Any) -> None:
    made(tmp_path, 400)
    with serving(tmp_path) as server:
        page, _ = person(chromium, server, "An")
        taken = []
        for number in range(1, 31):
            began = time.perf_counter()
            pressed(page, "Enter", f"passage {number + 1} van 400")
            taken.append(time.perf_counter() - began)
    assert sorted(taken)[len(taken) // 4] < 0.1, taken  # a quarter: other programs may be busy here


def test_two_people_and_a_third_judgement(tmp_path: Path, chromium: Any) -> None:
    made(tmp_path, 4)
    with serving(tmp_path) as server:
        (an, trouble), (bo, more) = person(chromium, server, "An"), person(chromium, server, "Bo")
        for page in (an, bo):
            for number in range(2, 5):
                pressed(page, "Enter", f"passage {number} van 4")
        an.goto(f"{server.address}/passage/{an.url.split('/')[-1]}")
        pressed(bo, "2", "Bewaard: professioneel, gebruikt")
        pressed(an, "0", "Bewaard.")
        an.click("text=Verschillen")
        assert "1 nog open" in an.inner_text("main")
        an.locator("article form button", has_text="gevraagd").click()
        an.wait_for_selector("text=0 nog open, 1 beslist")
        assert "kappa" in an.inner_text("main") and trouble == [] and more == []
        assert server.rows()[-1][0] == "adjudicated:An" and server.rows()[-1][3] == "called_for"


def test_it_works_without_its_script(tmp_path: Path, chromium: Any) -> None:
    made(tmp_path, 4)
    with serving(tmp_path) as server:
        page = chromium.new_context(java_script_enabled=False).new_page()
        page.goto(server.link)
        page.fill("#naam", "An")
        page.click("button.main")
        page.click("#bron2")
        page.click("#klopt")
        assert "1 klaar" in place(page)
        page.click("#terug")
        assert "0 klaar" in place(page) and len(server.rows()) == 4
        page.click("#invloed-link")
        assert "met mensen" in page.inner_text("main")


def test_a_form_on_another_site_is_refused(tmp_path: Path, chromium: Any) -> None:
    made(tmp_path, 4)
    with serving(tmp_path) as server:
        page, _ = person(chromium, server, "An")
        name = page.url.split("/")[-1].split("?")[0]
        target = f"{server.address}/oordeel/{name}"
        evil = (
            f"<form method=post action='{target}'><input name=doe value=geen></form><iframe src='{server.address}'>"
            f"</iframe><script>fetch('{target}', {{method: 'POST', mode: 'no-cors', credentials: 'include', "
            "body: new URLSearchParams({doe: 'geen'})}).finally(() => document.forms[0].submit())</script>"
        ).encode()

        class Evil(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(evil)

            def log_message(self, format: str, *args: Any) -> None:
                return

        other = HTTPServer(("127.0.0.1", 0), Evil)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        for host in ("localhost", "127.0.0.1"):  # another site, and another origin on the same site
            page.goto(f"http://{host}:{other.server_port}/")
            page.wait_for_url(target)
            assert "Dit mag niet" in page.inner_text("h1")
        other.shutdown()
        other.server_close()
        assert server.rows() == []


def test_a_second_server_on_the_store_is_refused(tmp_path: Path, chromium: Any) -> None:
    made(tmp_path, 4)
    with serving(tmp_path):
        words = [sys.executable, "-m", "bronnen", "review", str(tmp_path), "--port", str(free_port()), "--no-browser"]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == 7 and "in use" in done.stderr


def test_a_refused_body_is_never_read_as_a_question(tmp_path: Path, chromium: Any) -> None:
    made(tmp_path, 4)
    with serving(tmp_path, "--name", "An") as server:
        host = f"127.0.0.1:{server.port}"
        page = chromium.new_context().new_page()
        page.goto(server.link)
        target = "/oordeel/" + page.url.split("/")[-1]
        inner = f"POST {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Length: 9\r\n"
        key = f"Cookie: bronnen_sleutel_{server.port}={server.link.partition('=')[2]}\r\n"
        inner += f"{key}Content-Type: application/x-www-form-urlencoded\r\n\r\ndoe=geen"
        outer = f"POST {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://x.example\r\nConnection: keep-alive\r\n"
        outer += f"{key}Content-Type: text/plain\r\nContent-Length: {len(inner)}\r\n\r\n{inner}"
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as one:
            one.sendall(outer.encode())
            answer = b""
            while piece := one.recv(65536):
                answer += piece
        assert answer.count(b"HTTP/1.") == 1 and b" 403 " in answer and server.rows() == []
