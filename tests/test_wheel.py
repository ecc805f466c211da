"""The wheel works outside the checkout: it carries its models and settings, and needs no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = os.environ.get("UV") or shutil.which("uv")  # `uv run` names itself in UV


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.slow
@pytest.mark.skipif(UV is None, reason="uv is not there: run the tests with `python -m uv run --group dev pytest`")
def test_the_wheel_scans_outside_the_checkout(tmp_path: Path) -> None:
    assert UV is not None
    run(UV, "build", "--wheel", "--out-dir", tmp_path / "dist", cwd=ROOT)
    wheel = next((tmp_path / "dist").glob("*.whl"))
    assert wheel.stat().st_size < 60e6
    run(UV, "venv", "--python", sys.executable, tmp_path / "venv", cwd=tmp_path)
    bin_folder = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(UV, "pip", "install", "--python", bin_folder / "python", wheel, cwd=tmp_path)
    sample = sorted((ROOT / "corpus" / "voorbeelden").glob("*.pdf"))[0]
    shutil.copy(sample, tmp_path / "nota.pdf")
    run(bin_folder / "bronnen", "scan", "nota.pdf", "--out", "uit", cwd=tmp_path)
    assert (tmp_path / "uit" / "balance.csv").read_text(encoding="utf-8").count("nota.pdf") >= 1
    found = run(
        bin_folder / "python",
        "-c",
        "import bronnen.settings as s; print(s.resource('models', 'sources'), s.resource('configs', 'default.toml'))",
        cwd=tmp_path,
    )
    assert str(ROOT) not in found.stdout
