"""The command line as scripts use it: JSON on stdout, one sentence on stderr, the contract's exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from conftest import SEEDS


def citecheck(*arguments: str, data: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eval.cli", *arguments]
    if data is not None:
        command += ["--data", str(data)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CITECHECK_")}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**clean, **environment}, check=False
    )


def as_json(*arguments: str, data: Path) -> Any:
    result = citecheck(*arguments, "--json", data=data)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_index_report_and_unchanged_files(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "folder"
    folder.mkdir()
    (folder / "one.txt").write_text("The zebra crossed the river at dawn.")
    (folder / "two.md").write_text("# Two\n\nThe giraffe stayed at home.")
    (folder / "three.pdf").write_bytes(b"%PDF-1.7")
    (folder / "empty.txt").write_text("")
    first = as_json("index", str(folder), data=data)
    assert {item["document_id"]: item["status"] for item in first["documents"]} == {"one": "added", "two": "added"}
    assert sorted(Path(item["path"]).name for item in first["skipped"]) == ["empty.txt", "three.pdf"]
    assert all(item["reason"] for item in first["skipped"])
    (folder / "one.txt").write_text("The zebra crossed the river at dusk.")
    again = as_json("index", str(folder), data=data)
    assert {item["document_id"]: item["status"] for item in again["documents"]} == {
        "one": "updated",
        "two": "unchanged",
    }
    assert [item["title"] for item in as_json("documents", data=data)["documents"]] == ["one.txt", "Two"]


def test_ask_search_lookup_documents(seeded_folder: Path) -> None:
    answer = as_json("ask", "Who led the MNLA?", data=seeded_folder)
    assert answer["status"] in ("answered", "declined")
    hits = as_json("search", "who held Kidal", "--top-k", "2", data=seeded_folder)["hits"]
    assert len(hits) == 2
    found = as_json("lookup", "The MNLA denied this claim.", data=seeded_folder)
    assert found["match"] == "exact"
    altered = as_json("lookup", "The MNLA has not denied this claim.", data=seeded_folder)
    assert altered["match"] == "altered"
    assert any("not" in difference["quote"] for difference in altered["results"][0]["differences"])
    info = as_json("documents", "show", "002_11b659ce22e1263d", data=seeded_folder)
    assert info["title"] == "Mali War"
    shown = citecheck("documents", "show", "002_11b659ce22e1263d", data=seeded_folder)
    assert shown.stdout.startswith("Mali War\n")


def test_people_see_quotes_and_addresses(seeded_folder: Path) -> None:
    result = citecheck("ask", "Who led the MNLA?", data=seeded_folder)
    assert result.returncode == 0
    assert "c1:0" in result.stdout
    listing = citecheck("documents", data=seeded_folder)
    assert "003_2ac005a384697a87" in listing.stdout


def test_remove_and_its_exit_codes(data_folder: Path) -> None:
    assert as_json("documents", "remove", "002_11b659ce22e1263d", data=data_folder)["status"] == "removed"
    again = citecheck("documents", "remove", "002_11b659ce22e1263d", data=data_folder)
    assert again.returncode == 2
    assert again.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ask", ""], 2),
        (["ask", "x" * 5000], 2),
        (["ask", "Who?", "--document", "no-such"], 2),
        (["ask", "Who?", "--top-k", "0"], 2),
        (["lookup", "a"], 2),
        (["index", "/no/such/folder"], 2),
        (["index"], 2),
        (["nonsense"], 2),
        (["serve", "--port", "0"], 2),
    ],
)
def test_bad_usage_exits_with_two(seeded_folder: Path, arguments: list[str], code: int) -> None:
    result = citecheck(*arguments, data=None if arguments == ["nonsense"] else seeded_folder)
    assert result.returncode == code
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_an_unusable_data_folder_exits_with_three(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = citecheck("ask", "Who?", data=tmp_path / "file")
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1
    assert "--data" in result.stderr


def test_settings_come_from_the_environment_and_unknown_ones_are_refused(seeded_folder: Path) -> None:
    strict = citecheck("ask", "Who led the MNLA?", "--json", data=seeded_folder, CITECHECK_MIN_CONFIDENCE="1")
    assert json.loads(strict.stdout)["status"] == "declined"
    by_environment = citecheck("documents", "--json", CITECHECK_DATA=str(seeded_folder))
    assert json.loads(by_environment.stdout)["total"] == 5
    unknown = citecheck("documents", data=seeded_folder, CITECHECK_MIN_CONFIDENSE="1")
    assert unknown.returncode == 2
    assert "CITECHECK_MIN_CONFIDENSE" in unknown.stderr
    bad = citecheck("documents", data=seeded_folder, CITECHECK_TOP_K="zero")
    assert bad.returncode == 2
    assert "CITECHECK_TOP_K" in bad.stderr


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    folders = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        for number in range(8):
            (folder / f"{name}{number}.txt").write_text(f"The {name} zebra number {number} crossed the river.")
        folders.append(folder)
    data = tmp_path / "data"
    command = [sys.executable, "-m", "eval.cli", "index", "--wait", "100", "--data", str(data)]
    writers = [subprocess.Popen([*command, str(folder)], stdout=subprocess.DEVNULL) for folder in folders]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    assert as_json("documents", data=data)["total"] == 16
    assert len(as_json("search", "zebra", "--top-k", "100", data=data)["hits"]) == 16


def test_asking_loads_neither_torch_nor_the_web_framework(seeded_folder: Path) -> None:
    code = (
        "import sys; from eval import cli; sys.argv = ['citecheck', 'ask', 'Who held Kidal?', '--data', sys.argv[1]]\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'fastapi', 'sklearn', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert {'service.evidence.model', 'onnxruntime'} <= set(sys.modules), 'nothing was read'"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(seeded_folder)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_no_connection_is_opened(data_folder: Path) -> None:
    """In a process without any network, indexing, asking and looking up still work."""
    network_off = shutil.which("unshare")
    if network_off is None or subprocess.run([network_off, "-rn", "true"], check=False).returncode:
        pytest.skip("this machine cannot take the network away from a process")
    for arguments in (["index", str(SEEDS)], ["ask", "Who held Kidal?"], ["lookup", "The MNLA denied this claim."]):
        command = [network_off, "-rn", sys.executable, "-m", "eval.cli", *arguments, "--data", str(data_folder)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr


def test_serve_stops_at_once_and_reports_a_taken_port(seeded_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = citecheck("serve", "--port", port, data=seeded_folder)
        assert result.returncode == 2
        assert port in result.stderr
    command = [sys.executable, "-m", "eval.cli", "serve", "--port", port, "--data", str(seeded_folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert "Traceback" not in errors


def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path: Path) -> None:
    """On a real file system smaller than the database: what was acknowledged is whole, and reading goes on."""
    unshare = shutil.which("unshare")
    script = (
        'mount -t tmpfs -o size=700k tmpfs "$1" || exit 99; cd "$2"; '
        '"$3" -m eval.cli index seeds --data "$1/data"; echo "index $?"; '
        '"$3" -m eval.cli documents --json --data "$1/data"; echo "documents $?"; '
        '"$3" -m eval.cli lookup "Mali War" --data "$1/data" >&2; echo "lookup $?"'
    )
    small = tmp_path / "small"
    small.mkdir()
    command = [unshare or "unshare", "-rm", "sh", "-c", script, "sh", str(small), str(SEEDS.parent), sys.executable]
    if unshare is None:
        pytest.skip("this machine has no unshare")
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 99:
        pytest.skip("this machine cannot mount a small file system")
    assert "index 3" in result.stdout, result.stderr
    assert "disk is full" in result.stderr
    assert "Traceback" not in result.stderr
    assert "documents 0" in result.stdout
    assert "lookup 0" in result.stdout
    listing = json.loads(result.stdout[result.stdout.index("{") : result.stdout.rindex("}") + 1])
    assert listing["total"] == len(listing["documents"]) < 5


def test_reading_commands_do_not_make_a_data_folder(tmp_path: Path) -> None:
    missing = tmp_path / "typo"
    for arguments in (["ask", "Who?"], ["documents"], ["lookup", "some quoted words"], ["search", "x"]):
        result = citecheck(*arguments, data=missing)
        assert result.returncode == 3
        assert not missing.exists()


def test_data_may_stand_before_or_after_the_subcommand(data_folder: Path) -> None:
    before = citecheck("documents", "--data", str(data_folder), "--json", "list")
    assert json.loads(before.stdout)["total"] == 5
    removed = citecheck("documents", "--data", str(data_folder), "remove", "002_11b659ce22e1263d")
    assert removed.returncode == 0
    assert as_json("documents", data=data_folder)["total"] == 4


def test_serving_an_unusable_folder_exits_with_three(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert citecheck("serve", data=tmp_path / "file").returncode == 3


@pytest.mark.parametrize(("name", "value"), [("EXAMPLES", "abc"), ("MAX_DOCUMENT_MB", "inf"), ("WORKERS", "0")])
def test_unusable_settings_are_named(seeded_folder: Path, name: str, value: str) -> None:
    result = citecheck("documents", data=seeded_folder, **{f"CITECHECK_{name}": value})
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert name.lower() in result.stderr.lower()
