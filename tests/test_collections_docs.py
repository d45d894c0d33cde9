"""docs/collections.md: its commands do what it shows, its JSON is taken as it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from test_cli import as_json, citecheck

from index.listing import find_files
from index.metadata import METADATA_NAMES
from service.app import create_app
from service.ingest import IngestReport
from service.schemas import AskRequest
from service.settings import Settings

PAGE = (Path(__file__).parent.parent / "docs" / "collections.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
JSON = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]
REPORT, SIDECAR, MANIFEST, QUESTION = JSON
SURVEY = "The zebra herd counted 55 animals at the river in the April survey.\n"
HARVEST = "The harvest of millet was the best in ten years, farmers said.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    (made / "survey.txt").write_text(SURVEY)
    (made / "harvest.txt").write_text(HARVEST)
    return made


def test_the_commands_do_what_is_shown(folder: Path, tmp_path: Path) -> None:
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", CONSOLE[0], re.MULTILINE)
    index = "citecheck index reports"
    assert [command for command, _ in steps] == [index, "rm reports/harvest.txt", index]
    for command, shown in steps:
        if command.startswith("rm "):
            (folder / Path(command.removeprefix("rm ")).name).unlink()
            continue
        result = citecheck("index", str(folder), data=tmp_path / "data")
        assert result.stdout == shown


def test_the_sidecar_is_taken(folder: Path) -> None:
    (folder / "survey.txt.meta.json").write_text(json.dumps(SIDECAR))
    said = {file.path.name: file.said for file in find_files([folder]).files}["survey.txt"]
    assert (said.title, said.metadata.date, said.metadata.tags) == (SIDECAR["title"], "2012-04", ("herds", "press"))


def test_the_manifest_is_taken(folder: Path) -> None:
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    (file,) = find_files([folder]).files
    assert (file.document_id, file.title, file.said.metadata.date) == ("harvest-2011", "The harvest", "2011")


def test_the_filter_finds_what_the_sidecar_says(folder: Path, tmp_path: Path) -> None:
    (folder / "survey.txt.meta.json").write_text(json.dumps(SIDECAR))
    as_json("index", str(folder), data=tmp_path / "data")
    commands = [line.removeprefix("$ citecheck ") for line in CONSOLE[1].splitlines()]
    question, *narrowing = re.findall(r'"[^"]*"|\S+', commands[0].removeprefix("ask "))
    answer = as_json("ask", question.strip('"'), *narrowing, data=tmp_path / "data")
    places = [*answer["citations"], *answer["nearest"]]
    assert {citation["document_id"] for citation in places} == {"survey"}
    (listed,) = as_json(*commands[1].removesuffix(" --json").split(), data=tmp_path / "data")["documents"]
    assert (listed["document_id"], listed["author"]) == ("survey", "A. Reporter")


def test_what_is_shown_has_the_shapes_there_are(tmp_path: Path) -> None:
    assert set(REPORT) == set(IngestReport.__dataclass_fields__)
    assert AskRequest.model_validate(QUESTION).within is not None
    fields = re.findall(
        r"^\| `(\w+)` \| .*? \|", PAGE.partition("## Metadata")[2].partition("Each value")[0], re.MULTILINE
    )
    assert fields == ["title", *METADATA_NAMES]
    paths = create_app(Settings(data=tmp_path)).openapi()["paths"]
    for path in re.findall(r"`(?:GET |POST )?(/v1/[\w/]+)`", PAGE):
        assert path in paths
