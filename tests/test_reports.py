"""The reports at /eval: listed newest first, shown in a sandbox, and nothing else of the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conftest import serving

HOSTILE = "<!doctype html><title>r</title><script>document.title = 'ran'</script>"


@pytest.fixture
def client(data_folder: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    runs = tmp_path / "runs"
    for age, name in enumerate(("second", "first", "no-report", ".hidden")):
        (runs / name).mkdir(parents=True)
        if name != "no-report":
            (runs / name / "report.html").write_text(f"{HOSTILE}{name}", encoding="utf-8")
            os.utime(runs / name / "report.html", (1_000_000_000 - age, 1_000_000_000 - age))
    (runs / "linked").mkdir()
    (runs / "linked" / "report.html").symlink_to(tmp_path / "secret.html")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    with serving(data_folder, CITECHECK_REPORTS=str(runs)) as address, httpx.Client(base_url=address) as client:
        yield client


def test_reports_are_listed_and_shown_in_a_sandbox(client: httpx.Client, tmp_path: Path) -> None:
    page = client.get("/eval").text
    assert page.index("eval/second") < page.index("eval/first")
    for name in ("no-report", "linked"):
        assert name not in page
    assert ".hidden" not in page
    shown = client.get("/eval/first")
    assert shown.text == f"{HOSTILE}first"
    (policy,) = shown.headers.get_list("content-security-policy")
    assert policy.startswith("sandbox allow-scripts; default-src 'none';")
    assert "allow-same-origin" not in policy
    assert shown.headers["x-content-type-options"] == "nosniff"
    for name in ("nothing", "no-report", ".hidden", "linked", "%2e%2e%2fsecret.html", "first%00"):
        gone = client.get(f"/eval/{name}")
        assert gone.status_code == 404, name
        assert "secret" not in gone.text


def test_without_a_folder_the_page_says_how_to_get_a_report(data_folder: Path, tmp_path: Path) -> None:
    with serving(data_folder, CITECHECK_REPORTS=str(tmp_path / "none")) as address:
        assert "There is no report yet" in httpx.get(f"{address}/eval").text
