"""`citecheck mcp --transport http`: a real server, the SDK's own client, and requests no good client sends."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import threading
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
import uvicorn
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_client import Talk, http_server, mcp_command, talking, text

from conftest import SEEDS
from index.encoder import Encoder
from index.library import Library
from index.retriever import HybridRetriever
from service.answers import Answer
from service.checking.checker import Outline
from service.evidence.reader import EvidenceReader
from service.mcp.server import create_server
from service.mcp.serving import http_app
from service.pipeline import Pipeline
from service.settings import Settings
from service.verdicts import Verdict

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


@pytest.fixture(scope="module")
def address(seeded_folder: Path) -> Iterator[str]:
    with http_server(seeded_folder) as served:
        yield served


@pytest.fixture(scope="module", params=["auto", "legacy"])
def talk(request: pytest.FixtureRequest, address: str) -> Iterator[Talk]:
    with talking(address, request.param) as client:
        yield client


def post(address: str, body: bytes, **headers: str) -> tuple[int, Any]:
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    where = urllib.parse.urlsplit(address)
    with closing(http.client.HTTPConnection(where.netloc, timeout=30)) as connection:
        # A body that is refused by its declared length is not read to its end.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", where.path, body, {**usual, **named})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers


def test_the_tools_are_those_of_stdio_and_only_read(talk: Talk) -> None:
    assert talk.names() == ["ask", "check", "lookup", "search", "resolve_citation", "list_documents"]
    answer = talk.tool("ask", question="When did the MNLA declare independence?")
    source = (SEEDS / f"{answer['citations'][0]['document_id']}.txt").read_text(encoding="utf-8")
    for citation in answer["citations"][:1]:
        assert citation["text"] == source[citation["start"] : citation["end"]]
    assert "no words" in talk.error("ask", question="?")
    assert "no tool" in talk.error("add_document", title="x", text="y")
    assert len(talk.portal.call(talk.client.list_resources).resources) == 5


def test_progress_comes_while_a_text_is_checked(talk: Talk) -> None:
    told: list[float] = []

    async def progress(done: float, _total: float | None, _message: str | None) -> None:
        told.append(done)

    result = talk.tool("check", progress, claims=["The MNLA declared independence.", "Gao fell in 2012."])
    assert len(result["claims"]) == 2
    assert told == [1, 2]


def test_many_clients_are_served_at_once_and_alike(address: str) -> None:
    async def ask(found: list[Any]) -> None:
        async with Client(address) as client:
            result = await client.call_tool("lookup", {"quote": "The MNLA denied this claim."})
            found.append(result.structured_content)

    async def everybody() -> list[Any]:
        found: list[Any] = []
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(ask, found)
        return found

    found = anyio.run(everybody)
    assert len(found) == 6
    assert all(one == found[0] for one in found)
    assert found[0]["match"] == "exact"


def test_no_session_is_kept(address: str) -> None:
    status, headers = post(address, json.dumps(HELLO).encode())
    assert status == 200
    assert headers["mcp-session-id"] is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "attacker.example"}, 421),
        ({"Host": "127.0.0.1.attacker.example:80"}, 421),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content_Type": "text/plain"}, 400),
        ({"Accept": "text/html"}, 406),
        ({"Origin": "http://localhost:3000"}, 200),
    ],
)
@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
def test_other_sites_cannot_reach_it(address: str, headers: dict[str, str], status: int, version: str) -> None:
    got, _ = post(address, json.dumps(HELLO).encode(), MCP_Protocol_Version=version, **headers)
    # The newer protocol has no handshake: that a request got so far shows as its refusal of `initialize`.
    assert got == (400 if status == 200 and version == "2026-07-28" else status)


def test_a_name_that_was_allowed_is_answered(seeded_folder: Path) -> None:
    with http_server(seeded_folder, "--allow-host", "cite.example") as address:
        assert post(address, json.dumps(HELLO).encode(), Host="cite.example")[0] == 200
        assert post(address, json.dumps(HELLO).encode(), Host="cite.example:81")[0] == 200
        assert post(address, json.dumps(HELLO).encode(), Host="other.example")[0] == 421


def test_bodies_are_bounded_and_documents_may_be_longer_where_they_can_be_added(
    address: str, data_folder: Path
) -> None:
    assert post(address, b" " * 1_000_001)[0] == 413
    with http_server(data_folder, "--allow-writes") as writing, talking(writing) as talk:
        assert {"add_document", "remove_document"} <= set(talk.names())
        assert "limit of 20 MB" in talk.error("add_document", title="Long", text="word " * 4_200_000)
        paragraph = "The quagga of Lindholm crossed the river. " + "x" * 1_000_000
        added = talk.tool("add_document", title="Long", text=paragraph)
        assert talk.tool("lookup", quote="The quagga of Lindholm crossed the river.")["match"] == "exact"
        assert talk.tool("remove_document", id=added["document_id"])["status"] == "removed"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_it_stops_at_once_with_a_client_connected(seeded_folder: Path, mode: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = mcp_command(seeded_folder, "--transport", "http", "--port", str(port))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = f"http://127.0.0.1:{port}/mcp"
    assert address in process.stdout.readline()
    with talking(address, mode) as talk:
        assert talk.names()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert "Traceback" not in errors


def test_a_taken_port_is_a_clear_error(seeded_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = mcp_command(seeded_folder, "--transport", "http", "--port", port)
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 2
    assert port in result.stderr
    assert "Traceback" not in result.stderr


class Watched(Pipeline):
    """The product, with its verdicts counted, its warm-up held until told, and one question that breaks it."""

    def __init__(self, folder: Path, encoder: Encoder, **settings: int) -> None:
        library = Library(folder, encoder)
        super().__init__(library, HybridRetriever(library), EvidenceReader(), Settings(data=folder, **settings))
        self.made = 0
        self.go = threading.Event()

    def warm_up(self) -> None:
        self.go.wait(60)

    def verdicts(self, outline: Outline, documents: Sequence[str] | None = None) -> Iterator[Verdict]:
        for verdict in super().verdicts(outline, documents):
            self.made += 1
            yield verdict

    def ask(self, question: str, *others: Any) -> Answer:
        if question == "break":
            raise RuntimeError("a secret of the house")
        return super().ask(question, *others)


@contextmanager
def web_server(pipeline: Pipeline) -> Iterator[str]:
    """A real server in this process, so that the test can see what the pipeline did."""
    config = uvicorn.Config(
        http_app(pipeline, (), allow_writes=False), log_level="warning", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            thread.join(timeout=20)


CLAIMS = [f"The MNLA took {number} towns in January 2012." for number in range(2, 82)]


async def check_and_leave(server: Any, mode: str) -> int:
    """Begin to check many claims, go away after the second; return how many were told of."""
    told = 0
    with anyio.CancelScope() as scope:
        async with Client(server, mode=mode) as client:

            async def progress(_done: float, _total: float | None, _message: str | None) -> None:
                nonlocal told
                told += 1
                if told == 2:
                    scope.cancel()

            await client.call_tool("check", {"claims": CLAIMS}, progress_callback=progress)
    return told


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_that_leaves_stops_the_work(data_folder: Path, encoder: Encoder, mode: str) -> None:
    pipeline = Watched(data_folder, encoder)
    pipeline.go.set()
    with web_server(pipeline) as address:
        told = anyio.run(check_and_leave, address, mode)
        with talking(address) as talk:
            for town in ("Gao", "Kidal", "Timbuktu", "Menaka", "Aguelhok", "Tessalit"):
                talk.tool("ask", question=f"Who took {town}?")
        # One more may have been on a worker, and one more told of, when the client left.
        assert pipeline.made <= told + 2 < len(CLAIMS)
    pipeline.library.close()


def test_a_call_taken_back_stops_the_work_and_the_connection_lives(data_folder: Path, encoder: Encoder) -> None:
    pipeline = Watched(data_folder, encoder)
    pipeline.go.set()

    async def scenario() -> int:
        async with Client(create_server(pipeline, allow_writes=False), mode="legacy") as client:
            with anyio.CancelScope() as scope:

                async def progress(_done: float, _total: float | None, _message: str | None) -> None:
                    scope.cancel()

                await client.call_tool("check", {"claims": CLAIMS}, progress_callback=progress)
            made = pipeline.made
            for town in ("Gao", "Kidal", "Timbuktu", "Menaka", "Aguelhok", "Tessalit"):
                assert not (await client.call_tool("ask", {"question": f"Who took {town}?"})).is_error
            return made

    made = anyio.run(scenario)
    # One more may have been on a worker when the call was taken back.
    assert pipeline.made <= made + 1 < len(CLAIMS)
    pipeline.library.close()


def test_a_full_queue_is_said_and_a_defect_is_not_told(data_folder: Path, encoder: Encoder) -> None:
    pipeline = Watched(data_folder, encoder, workers=1, queue=0)
    with talking(create_server(pipeline, allow_writes=False), "legacy") as talk:
        assert "busy" in talk.error("ask", question="Who led the MNLA?")
        pipeline.go.set()
        answer = talk.raw("ask", question="Who led the MNLA?")
        while answer.is_error and "busy" in text(answer):
            answer = talk.raw("ask", question="Who led the MNLA?")
        assert not answer.is_error
        with pytest.raises(MCPError) as broken:
            talk.raw("ask", question="break")
        assert "went wrong" in str(broken.value)
        assert "secret" not in str(broken.value)
    pipeline.library.close()
