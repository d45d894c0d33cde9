"""A reply worded by a language model behind the service: the same numbering, on a real server of its protocol."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from openai import OpenAI

from conftest import serving

QUESTION = "When did the rebels take Gao?"
BORNE_OUT = "Rebels entered Gao in the morning of 31 March. [2]"
INVENTED = " They were welcomed by nine thousand dancers. [2]"


class Wording(BaseHTTPRequestHandler):
    """Streams one true sentence and one invented, or, for a model named so, breaks off after the true one."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for text in (BORNE_OUT, " It w") if asked["model"] == "broken" else (BORNE_OUT, INVENTED):
            choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b"data: {broken\n\n" if asked["model"] == "broken" else b"data: [DONE]\n\n")

    def log_message(self, *_arguments: object) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def language_model() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Wording) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def streamed(address: str) -> tuple[str, list[dict[str, object]]]:
    with OpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0) as client:
        chunks = list(
            client.chat.completions.create(
                model="citecheck", messages=[{"role": "user", "content": QUESTION}], stream=True
            )
        )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    deltas = [chunk.choices[0].delta.model_extra or {} for chunk in chunks]
    return text, [one for delta in deltas for one in delta.get("annotations", ())]


def test_the_written_text_has_the_numbers_of_the_quotes(data_folder: Path, language_model: str) -> None:
    with serving(data_folder, CITECHECK_LLM_URL=language_model, CITECHECK_LLM_MODEL="m") as address:
        text, annotations = streamed(address)
    written, left_out, *footnotes = text.split("\n\n")
    assert written == "Rebels entered Gao in the morning of 31 March.[^2]"
    assert left_out == "*Left out, since no quote bears it out: 1 sentence.*"
    assert [footnote[:5] for footnote in footnotes] == ["[^2]:"]
    (annotation,) = annotations
    assert annotation["citation"]["text"] in footnotes[0]  # type: ignore[index]
    assert annotation["url_citation"]["start_index"] == 0  # type: ignore[index]


def test_a_wording_that_breaks_off_ends_with_the_documents_own_words(data_folder: Path, language_model: str) -> None:
    with serving(data_folder, CITECHECK_LLM_URL=language_model, CITECHECK_LLM_MODEL="broken") as address:
        text, _ = streamed(address)
    written, note, words, *footnotes = text.split("\n\n")
    assert written == "Rebels entered Gao in the morning of 31 March.[^2]"
    assert "breaks off" in note
    assert re.fullmatch(r"31 March(\[\^\d\])+", words)
    assert len(footnotes) >= 2
