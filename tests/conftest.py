"""Fixtures shared by all tests: the real encoder, the seeds indexed once, a real server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from index.copies import DistinctRetriever
from index.documents import Document, content_sha256
from index.encoder import PACKAGED, Encoder, load_encoder
from index.library import Library
from index.retriever import HybridRetriever
from service.evidence.reader import EvidenceReader
from service.ingest import ingest_paths
from service.pipeline import Pipeline
from service.settings import Settings

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("citecheck", deadline=None)
hypothesis.settings.load_profile("citecheck")

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(PACKAGED)


@pytest.fixture(scope="session")
def seeded_folder(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the five seeds; copy it before changing it."""
    folder = tmp_path_factory.mktemp("seeded") / "data"
    library = Library(folder, encoder)
    ingest_paths(library, [SEEDS], max_bytes=20_000_000)
    library.close()
    return folder


@pytest.fixture
def data_folder(seeded_folder: Path, tmp_path: Path) -> Path:
    """A data folder with the seeds that the test may change."""
    return Path(shutil.copytree(seeded_folder, tmp_path / "data"))


@pytest.fixture(scope="session")
def pipeline(seeded_folder: Path, encoder: Encoder) -> Iterator[Pipeline]:
    """The product over the seeds; read only."""
    built = build_pipeline(seeded_folder, encoder)
    yield built
    built.library.close()


def build_pipeline(folder: Path, encoder: Encoder) -> Pipeline:
    library = Library(folder, encoder)
    settings = Settings(data=folder)
    return Pipeline(library, DistinctRetriever(HybridRetriever(library)), EvidenceReader(), settings)


def make_document(text: str, document_id: str = "doc", title: str = "A title", source: str = "") -> Document:
    return Document(document_id, title, text, content_sha256(text), source)


@pytest.fixture(scope="session")
def live_server(seeded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server process over a copy of the seeds."""
    data = tmp_path_factory.mktemp("live") / "data"
    shutil.copytree(seeded_folder, data)
    with serving(data) as address:
        yield address


class serving:  # noqa: N801 - reads as a statement
    """A server process on a free port, ready to answer."""

    def __init__(self, data: Path, **environment: str) -> None:
        self._data = data
        self._environment = environment

    def __enter__(self) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "eval.cli", "serve", "--port", str(port), "--data", str(self._data)]
        self.process = subprocess.Popen(command, env={**os.environ, **self._environment})
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(address, self.process)
        except BaseException:
            self.__exit__()
            raise
        return address

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.05)
    raise RuntimeError("the server was not ready within 30 seconds")
