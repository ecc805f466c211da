"""No command calls anybody, starts a program or unpickles a file, whatever the documents ask for.

Each command runs in a network namespace without interfaces (where the system allows it), watched from inside by an
audit hook in every process (`spy/sitecustomize.py`) and from outside by strace, which also sees what libraries in C do.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import calling
import pytest
from lenses import written

from bronnen.extract import tesseract

HERE = Path(__file__).parent
REPORTS = {"html": "a.html", "summary": "kort", "pdf": "kopie", "xlsx": "a.xlsx", "csv": "tabellen", "json": "a.json"}
REPORTS |= {"qdpx": "a.qdpx", "parquet": "parquet"}
_CALL = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg|listen)\(.*\bAF_INET")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="namespaces and strace of Linux")]


@cache
def alone() -> tuple[str, ...]:
    """What runs a command without a network; fails the test where the system has nothing for it."""
    for words in (("unshare", "-n"), ("unshare", "-rn")):
        if shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True).returncode == 0:
            return words
    return ()


def watched(folder: Path, *words: str | Path, codes: tuple[int, ...] = (0,)) -> tuple[list[str], list[str]]:
    """Runs a command; what the audit hooks noted, and what strace saw: calls to a network, and programs started."""
    if not alone():
        pytest.skip("this system makes no network namespace for who runs the tests")
    noted, traced = folder / "noted.txt", folder / "traced.txt"
    for one in (noted, traced):
        one.unlink(missing_ok=True)
    paths = os.pathsep.join([str(HERE / "spy"), str(HERE.parent / "src")])
    strace = ["strace", "-f", "-qq", "-e", "trace=%network,execve", "-e", "signal=none", "-o", str(traced)]
    done = subprocess.run(
        [*alone(), *(strace if shutil.which("strace") else []), sys.executable, "-m", "bronnen", *map(str, words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "BRONNEN_SPY": str(noted)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode in codes, done.stderr[-3000:]
    lines = noted.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if " watched " in line], "the hook was not there"
    seen = traced.read_text(errors="replace").splitlines() if traced.exists() else []
    return [line for line in lines if " watched " not in line], seen


def check(noted: list[str], seen: list[str]) -> None:
    """Only processes of our own Python and text recognition are started, and nobody is called."""
    programs = [sys.executable, *filter(None, [tesseract.program()])]
    own = [f"{quote}{program}{quote}" for program in programs for quote in "'\""]
    odd = [line for line in noted if not ("AF_UNIX" in line or any(name in line for name in own) or is_local(line))]
    assert not odd, odd
    assert not [line for line in seen if _CALL.search(line)], [line for line in seen if _CALL.search(line)]
    started = [line for line in seen if "execve(" in line and "ENOENT" not in line]
    assert all(any(program in line for program in programs) for line in started), started


def is_local(line: str) -> bool:
    """Whether a socket event stays on this machine: a pipe between our own processes has a path for an address.

    urllib3, which trafilatura brings along, binds a socket to ::1 when it is imported, to find out if there is IPv6.
    """
    return bool(
        re.search(r"socket\.(connect|bind) \(<socket\.socket [^>]*family=1,|socket\.bind .*\('::1', 0\)\)", line)
    )


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with documents that call, and the scan of them."""
    folder = tmp_path_factory.mktemp("calling")
    names = calling.written(folder / "in")
    table = calling.workbook(folder / "tabel.xlsx", names[0])
    words = ("scan", folder / "in", "--out", folder / "out", "--jobs", "2", "--metadata", table)
    check(*watched(folder, *words, codes=(0, 8)))
    return folder


def test_a_scan_calls_nobody_and_reads_them_all(scanned: Path) -> None:
    balance = (scanned / "out" / "balance.csv").read_text(encoding="utf-8")
    unread = [one.name for one in (scanned / "in").iterdir() if one.name not in balance]
    assert unread == [], (scanned / "out" / "failures.csv").read_text(encoding="utf-8")
    assert "root:" not in (scanned / "out" / "passages.jsonl").read_text(encoding="utf-8"), "a file of this machine"


@pytest.mark.parametrize("form", REPORTS)
def test_a_report_calls_nobody(scanned: Path, form: str) -> None:
    out = scanned / REPORTS[form]
    check(*watched(scanned, "report", scanned / "out", "--format", form, "--out", out, codes=(0, 8)))
    for path in [out] if out.is_file() else list(out.iterdir()):
        content = path.read_bytes()
        assert b"root:x:0" not in content, path
        if form == "pdf":  # (a .qdpx holds the documents themselves, as they are)
            assert not acting(content), path
    if form == "html":
        text = out.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//", text)


def acting(content: bytes) -> list[str]:
    """What in a PDF would do something when it is opened or printed."""
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as pdf:
        root = pdf.Root
        found = [key for key in ("/OpenAction", "/AA") if key in root and "/S" in root[key]]
        found += [key for key in ("/JavaScript",) if "/Names" in root and key in root.Names]
        return found + ["/AA" for page in pdf.pages if "/AA" in page]


def test_a_summary_shows_what_would_be_typeset_as_it_stands(scanned: Path) -> None:
    import pypdfium2

    check(*watched(scanned, "report", scanned / "out", "--format", "summary", "--out", scanned / "nog", codes=(0,)))
    for path in (scanned / "nog").iterdir():
        pages = pypdfium2.PdfDocument(path.read_bytes())
        text = "".join(page.get_textpage().get_text_range() for page in pages)
        assert "root:" not in text and len(text) > 200


def test_training_showing_and_exporting_call_nobody(scanned: Path) -> None:
    lens = written(scanned, "two", ("money", "risk"))
    words = ("train", "--lens", lens, "--labels", lens.with_suffix(".jsonl"), "--out", scanned / "model", "--force")
    check(*watched(scanned, *words))
    check(*watched(scanned, "corpus", "export", scanned / "labels.jsonl", "--store", scanned / "out", "--by", "all"))
    check(*watched(scanned, "corpus", "import", scanned / "labels.jsonl", "--store", scanned / "out", codes=(0, 8)))
    check(*watched(scanned, "search", scanned / "out", "onderzoek"))
    check(*watched(scanned, "sample", scanned / "out", "--out", scanned / "sample.csv"))
    check(*watched(scanned, "show", scanned / "in" / "launch.pdf"))


def test_the_watch_sees_what_it_should(tmp_path: Path) -> None:
    """A watch that sees nothing proves nothing: each of the things that are looked for is done once."""
    path = tmp_path / "call.py"
    (tmp_path / "a.pickle").write_bytes(b"cos\ngetpid\n(tR.")
    path.write_text(
        "import pickle, socket, subprocess, contextlib\n"
        "with contextlib.suppress(OSError): socket.create_connection(('203.0.113.7', 80), 0.2)\n"
        "subprocess.run(['/bin/true'])\n"
        f"pickle.load(open({str(tmp_path / 'a.pickle')!r}, 'rb'))\n"
    )
    noted = tmp_path / "noted.txt"
    environment = {**os.environ, "PYTHONPATH": str(HERE / "spy"), "BRONNEN_SPY": str(noted)}
    traced = tmp_path / "traced.txt"
    strace = ["strace", "-f", "-qq", "-e", "trace=%network,execve", "-o", str(traced)] if shutil.which("strace") else []
    subprocess.run([*alone(), *strace, sys.executable, str(path)], env=environment, check=True)
    lines = noted.read_text(encoding="utf-8")
    for event in ("socket.connect", "subprocess.Popen", "pickle.find_class"):
        assert event in lines
    if strace:
        seen = traced.read_text().splitlines()
        assert [line for line in seen if _CALL.search(line)]
        assert [line for line in seen if "/bin/true" in line]
    with pytest.raises(AssertionError):
        check([line for line in lines.splitlines() if " watched " not in line], [])
