"""The wheel holds everything that a machine without a network needs, and nothing that does not belong to it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    assert path.stat().st_size < 60_000_000
    return zipfile.ZipFile(path).namelist()


@pytest.mark.parametrize(
    "name",
    [
        "index/weights/encoder.onnx",
        "index/weights/tokenizer.json",
        "index/py.typed",
        "index/migrations/format_1.py",
        "service/evidence/weights/calibration.json",
        "service/evidence/weights/card.json",
        "service/evidence/weights/evidence.onnx",
        "service/evidence/weights/verifier.onnx",
        "service/evidence/weights/verifier-card.json",
        "service/web/templates/page.html",
        "service/web/static/main.js",
        "eval/gold/questions.jsonl",
        "eval/seeds/manifest.json",
        "eval/seeds/003_2ac005a384697a87.txt",
    ],
)
def test_the_wheel_is_complete(wheel: list[str], name: str) -> None:
    assert name in wheel


def test_the_wheel_owns_its_three_packages_and_no_other(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"index", "service", "eval"}
    owners = packages_distributions()
    for package in ("index", "service", "eval"):
        assert set(owners.get(package, ["citecheck"])) == {"citecheck"}
