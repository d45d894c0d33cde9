"""`citecheck mcp` as a command: what it writes where, how it ends, what it needs, what its page says of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
from mcp_client import mcp_command

from conftest import SEEDS
from service import cli
from service.mcp.tools import READING, WRITING

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


def started(data: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(mcp_command(data), stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")


def test_interrupting_ends_it_while_it_waits_for_the_client(seeded_folder: Path) -> None:
    with started(seeded_folder) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(HELLO) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == -signal.SIGINT


def test_stdout_carries_the_protocol_and_nothing_else(seeded_folder: Path) -> None:
    """What a client writes wrongly is complained of on stderr, never on stdout; the end of stdin ends the server."""
    call = {"name": "ask", "arguments": {"question": "Who led the MNLA?"}}
    lines = [
        HELLO,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
        {"jsonrpc": "2.0", "id": 3, "method": "nonsense"},
    ]
    process = started(seeded_folder)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("this is not JSON\n" + "".join(json.dumps(line) + "\n" for line in lines))
    process.stdin.flush()
    answers: dict[Any, Any] = {}
    while not {1, 2, 3} <= set(answers):
        message = json.loads(process.stdout.readline())
        assert message["jsonrpc"] == "2.0"
        answers[message.get("id")] = message
    rest, errors = process.communicate(timeout=30)
    assert rest == ""
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert answers[1]["result"]["serverInfo"]["name"] == "citecheck"
    assert answers[2]["result"]["structuredContent"]["status"] in ("answered", "declined", "conflicting")
    assert answers[3]["error"]["code"] == -32601


def run(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code] if code is not None else [sys.executable, "-m", "eval.cli"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CITECHECK_")}
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, env=clean, check=False
    )


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_a_missing_data_folder_is_the_usual_error(tmp_path: Path, transport: str) -> None:
    result = run("mcp", "--transport", transport, "--data", str(tmp_path / "none"))
    assert result.returncode == 3
    assert result.stdout == ""
    assert "no data folder" in result.stderr
    assert not (tmp_path / "none").exists()


def test_without_the_sdk_the_error_says_what_to_install(seeded_folder: Path) -> None:
    code = (
        "import sys; sys.modules['mcp'] = None\nfrom eval import cli\nsys.argv[0] = 'citecheck'\nsys.exit(cli.main())"
    )
    result = run("mcp", "--data", str(seeded_folder), code=code)
    assert result.returncode == 2
    assert "pip install 'citecheck[mcp]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_sdk_is_imported_for_this_command_only(seeded_folder: Path) -> None:
    code = (
        "import sys\nfrom eval import cli\nsys.argv[0] = 'citecheck'\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "loaded = {'mcp', 'service.mcp'} & set(sys.modules)\nsys.exit(f'loaded {loaded}' if loaded else 0)"
    )
    result = run("documents", "--json", "--data", str(seeded_folder), code=code)
    assert json.loads(result.stdout)["total"] == 5
    assert result.returncode == 0, result.stderr


def test_the_page_names_every_tool_and_its_snippets_would_start_the_server() -> None:
    page = (SEEDS.parent / "docs" / "mcp.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)\(", page, re.MULTILINE)) == {tool.name for tool in (*READING, *WRITING)}
    command = typer.main.get_command(cli.app).commands["mcp"]  # type: ignore[attr-defined]
    options = {option for parameter in command.params for option in parameter.opts}
    assert options <= set(re.findall(r"--[a-z-]+", page))
    snippets = [json.loads(snippet) for snippet in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    assert snippets
    for snippet in snippets:
        ((_, servers),) = snippet.items()
        started = servers["citecheck"]
        if "command" in started:
            name, *arguments = started["args"]
            assert (started["command"], name) == ("citecheck", "mcp")
            assert {one for one in arguments if one.startswith("--")} <= options
        else:
            assert started["url"] == "http://127.0.0.1:8001/mcp"
