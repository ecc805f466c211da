"""docs/scale.md: what it shows can be run, and parts put together are the whole."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(sys.platform == "win32", reason="bash")
def test_the_shell_scripts_parse() -> None:
    assert len(blocks("bash")) >= 3
    for script in blocks("bash"):
        done = subprocess.run(["bash", "-n"], input=script.encode(), capture_output=True)
        assert done.returncode == 0, done.stderr


def test_the_python_parses() -> None:
    assert len(blocks("python")) == 2
    for script in blocks("python"):
        compile(script, "scale.md", "exec")


def test_the_workers_of_the_yaml_may_have_processes() -> None:
    yaml = pytest.importorskip("yaml")
    (text,) = blocks("yaml")
    kinds = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(text)}
    assert len(kinds) == 5
    (worker,) = kinds["Deployment", "bronnen-worker"]["spec"]["template"]["spec"]["containers"]
    assert {"name": "DASK_DISTRIBUTED__WORKER__DAEMON", "value": "False"} in worker["env"]
    for one in kinds.values():
        if one["kind"] == "Deployment":
            assert (
                one["spec"]["selector"]["matchLabels"].items() <= one["spec"]["template"]["metadata"]["labels"].items()
            )
        spec = one["spec"].get("template", {}).get("spec", {})
        mounted = {mount["name"] for box in spec.get("containers", []) for mount in box.get("volumeMounts", [])}
        assert mounted == {volume["name"] for volume in spec.get("volumes", [])}


def test_parts_put_together_have_every_document_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parts = {"part-1": ["a", "a", "b"], "part-2": ["b", "c", "c", "c"], "part-3": [], "part-4": ["a", "d"]}
    for part, documents in parts.items():
        folder = tmp_path / "resultaat" / part / "parquet"
        folder.mkdir(parents=True)
        table = pa.table(
            {"document": pa.array(documents, pa.string()), "part": pa.array([part] * len(documents), pa.string())}
        )
        for name in ("balance", "sections", "passages"):
            pq.write_table(table, folder / f"{name}.parquet")
    monkeypatch.chdir(tmp_path)
    exec(blocks("python")[0], {})
    for name in ("balance", "sections", "passages"):
        found = pq.read_table(tmp_path / f"{name}.parquet").to_pylist()
        assert [(row["document"], row["part"]) for row in found] == [
            *[("a", "part-1")] * 2, ("b", "part-1"), *[("c", "part-2")] * 3, ("d", "part-4")
        ]  # fmt: skip
