"""One process writes at a time; the others are told who it is, and a dead one keeps nobody waiting."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import make_document, serving
from index.encoder import Encoder
from index.errors import StoreError
from index.lease import OPEN_FILE, WRITER_FILE, Holder, Lease, Presence, alone
from index.library import Library
from index.store import Store
from service.catalogue import put_document, remove_document

HOLDING = """
import sys
from pathlib import Path
from index.lease import Lease
sys.argv = ["/opt/bin/citecheck", "index", "/home/someone/papers"]
with Lease(Path({folder!r})).held(brief={brief}):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(folder: Path, *, brief: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lease until its input ends or it is killed."""
    code = HOLDING.format(folder=str(folder), brief=brief)
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_second_writer_is_told_who_holds_it(tmp_path: Path) -> None:
    lease = Lease(tmp_path)
    with held_elsewhere(tmp_path) as process:
        started = time.monotonic()
        with pytest.raises(StoreError, match=rf"`citecheck index` \(process {process.pid} on .+, since 2") as caught:
            lease.held().__enter__()
        assert time.monotonic() - started < 5
    assert caught.value.code == "data_folder_busy"
    assert caught.value.details["pid"] == process.pid
    assert "papers" not in caught.value.message


def test_a_killed_holder_blocks_nobody(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with Lease(tmp_path).held():
            holder = Lease(tmp_path).holder()
    assert holder is not None
    assert holder.pid == os.getpid()


def test_a_writer_can_wait_and_a_brief_one_is_waited_for(tmp_path: Path) -> None:
    for brief, wait in ((False, 30.0), (True, 0.0)):
        with held_elsewhere(tmp_path, brief=brief) as process:
            ending = threading.Timer(0.3, process.kill)
            ending.start()
            with Lease(tmp_path).held(wait=wait):
                assert process.wait() == -signal.SIGKILL
            ending.join()


def test_the_threads_of_a_process_share_the_lease(tmp_path: Path) -> None:
    lease, inside = Lease(tmp_path), threading.Barrier(4, timeout=10)

    def work() -> None:
        with lease.held(), lease.held():
            inside.wait()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not inside.broken
    with Lease(tmp_path).held():
        pass


def test_what_a_holder_says_is_not_believed_blindly(tmp_path: Path) -> None:
    lease = Lease(tmp_path)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    ours = {"command": "citecheck index", "since": "2026-01-01T00:00:00+00:00", "brief": False}
    for text in ("", "{", "[]", "3", '{"pid": 1}', json.dumps({**ours, "pid": "x", "host": socket.gethostname()})):
        (tmp_path / WRITER_FILE).write_text(text)
        assert lease.holder() is None
    (tmp_path / WRITER_FILE).write_text(json.dumps({**ours, "pid": gone.pid, "host": socket.gethostname()}))
    assert lease.holder() is None
    (tmp_path / WRITER_FILE).write_text(json.dumps({**ours, "pid": gone.pid, "host": "elsewhere"}))
    assert lease.holder() == Holder(gone.pid, "elsewhere", ours["command"], ours["since"], False)
    with lease.held():
        pass


def test_a_forked_child_does_not_keep_the_lease(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom index.lease import Lease\n"
        f"with Lease(Path({str(tmp_path)!r})).held():\n"
        "    if os.fork() == 0:\n        print('forked', flush=True)\n        time.sleep(60)\n        os._exit(0)\n"
        "    sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"forked\n"
    try:
        process.kill()
        process.wait()
        with Lease(tmp_path).held():
            pass
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_readers_are_not_kept_waiting_by_a_writer(data_folder: Path, encoder: Encoder) -> None:
    library = Library(data_folder, encoder)
    with held_elsewhere(data_folder):
        assert library.store.count() == 5
        assert library.refresh().generation == library.store.generation()
        with pytest.raises(StoreError, match="citecheck index"):
            put_document(library, make_document("The zebra crossed the river."))
        with pytest.raises(StoreError, match="citecheck index"):
            remove_document(library, "002_11b659ce22e1263d")
    assert put_document(library, make_document("The zebra crossed the river.")).status == "added"
    library.close()


def test_the_command_line_and_a_server_say_who_writes(data_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("The zebra crossed the river.")
    command = [sys.executable, "-m", "eval.cli", "index", str(tmp_path / "notes.txt"), "--data", str(data_folder)]
    body = json.dumps({"id": "typed", "text": "The giraffe stayed at home."}).encode()
    with serving(data_folder) as address:
        upload = urllib.request.Request(
            f"{address}/v1/documents", data=body, headers={"Content-Type": "application/json"}
        )
        with held_elsewhere(data_folder) as process:
            refused = subprocess.run(command, capture_output=True, text=True, check=False)
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(upload)
            told = json.load(caught.value)["error"]
        assert refused.returncode == 3
        assert f"`citecheck index` (process {process.pid}" in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert (caught.value.code, told["code"]) == (503, "data_folder_busy")
        assert told["message"] in refused.stderr
        assert caught.value.headers["Retry-After"]
        # A server holds the lease only while it writes.
        assert subprocess.run([*command, "--wait", "1"], capture_output=True, check=False).returncode == 0
        with urllib.request.urlopen(upload) as answer:
            assert json.load(answer)["status"] == "added"


def test_a_folder_is_replaced_only_while_nobody_has_it_open(tmp_path: Path) -> None:
    first, second = Store(tmp_path), Store(tmp_path)
    first.close()
    with pytest.raises(StoreError, match="open in another process"):
        alone(tmp_path).__enter__()
    second.close()
    with alone(tmp_path), pytest.raises(StoreError, match="is being restored"):
        Store(tmp_path)
    Store(tmp_path).close()


def test_a_folder_where_no_lock_can_be_made_is_left_to_the_database(tmp_path: Path) -> None:
    (tmp_path / OPEN_FILE).mkdir()
    (tmp_path / WRITER_FILE).mkdir()
    Presence(tmp_path).close()
    with pytest.raises(StoreError, match="cannot be locked") as caught:
        Lease(tmp_path).held().__enter__()
    assert caught.value.code == "data_folder_unusable"
