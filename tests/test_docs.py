"""What the documentation promises exists, and what exists is documented."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import typer.main

from eval import cli as command_line
from service.app import create_app
from service.examples import ANSWER, LOOKUP
from service.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_and_no_other() -> None:
    documented = set(re.findall(rf"`({PREFIX}[A-Z_]+)`", README))
    assert documented == {PREFIX + name.upper() for name in Settings.model_fields}


def test_every_command_is_documented() -> None:
    commands = set(typer.main.get_command(command_line.cli.app).commands)  # type: ignore[attr-defined]
    documented = set(re.findall(r"`citecheck (\w+)", README))
    assert documented == commands


def test_every_promised_route_exists(tmp_path: Path) -> None:
    paths = create_app(Settings(data=tmp_path)).openapi()["paths"]
    for path in ("/v1/ask", "/v1/lookup", "/v1/documents"):
        assert f"8000{path} " in README
        assert "post" in paths[path]


def test_links_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if target.startswith("https://"):
                continue
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_files_named_in_the_architecture_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:index|service|eval|tests)/[\w/]+(?:\.py|/)?)`", text):
        assert (ROOT / name).exists(), name


def test_versions_agree() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    newest = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version


def test_the_lock_has_names_and_versions_only() -> None:
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line), line


def test_the_example_answer_is_true() -> None:
    for example in (ANSWER["citations"][0], LOOKUP["results"][0]["citation"]):
        text = (ROOT / "seeds" / f"{example['document_id']}.txt").read_text(encoding="utf-8")
        start, end = example["start"], example["end"]
        assert text[start:end] == example["text"]
        assert text[:start].endswith(example["prefix"])
        assert text[end:].startswith(example["suffix"])
    highlight = ANSWER["citations"][0]["highlight"]
    assert text[highlight["start"] : highlight["end"]] == ANSWER["answer"]


def test_nothing_is_left_to_fill_in() -> None:
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")):
        assert "@@" not in page.read_text(encoding="utf-8"), page.name
