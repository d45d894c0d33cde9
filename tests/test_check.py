"""Checking texts as the contract promises it, over a real server process and on the command line."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_api import check_citation
from test_cli import as_json, citecheck

from conftest import SEEDS, serving
from service.pipeline import Pipeline
from service.verdicts import LABELS

TEXT = (
    "# A short war 🙂\n\n"
    "On 6 April 2012 the MNLA declared the independence of Azawad. What did Bamako say? "
    "It baked a thousand wedding cakes two days later.\n\n"
    "A leader said: “The MNLA has denied this claim.” <img src=x onerror=alert(1)> Mount Everest is 8,849 metres high."
)
VERDICT_KEYS = {
    "claim", "span", "standalone", "verdict", "confidence", "supporting", "refuting", "reason", "nearest",
}  # fmt: skip


@pytest.fixture
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, timeout=60) as client:
        yield client


def check_verdict(verdict: dict[str, Any], text: str) -> None:
    assert set(verdict) == VERDICT_KEYS
    assert text[verdict["span"]["start"] : verdict["span"]["end"]] == verdict["claim"]
    assert verdict["verdict"] in LABELS
    assert 0 <= verdict["confidence"] <= 1
    for citation in (*verdict["supporting"], *verdict["refuting"], *verdict["nearest"]):
        check_citation(citation)
    if verdict["verdict"] in ("supported", "conflicting"):
        assert verdict["supporting"]
    if verdict["verdict"] in ("refuted", "conflicting"):
        assert verdict["refuting"]
    if verdict["verdict"] == "not_enough_info":
        assert not verdict["supporting"]
        assert not verdict["refuting"]
    assert (verdict["reason"] is not None) == (verdict["verdict"] == "not_enough_info")


def events(response: httpx.Response) -> list[tuple[str, Any]]:
    blocks = [block for block in response.text.split("\n\n") if block.strip()]
    parsed = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
    return [(block["event"], json.loads(block["data"])) for block in parsed]


def test_a_text_s_claims_get_verdicts_and_the_rest_is_named(client: httpx.Client) -> None:
    result = client.post("/v1/check", json={"text": TEXT}).json()
    assert set(result) == {"claims", "summary", "passed_over", "quotations"}
    for verdict in result["claims"]:
        check_verdict(verdict, TEXT)
    assert result["summary"] == {
        label: sum(verdict["verdict"] == label for verdict in result["claims"]) for label in LABELS
    }
    passed = {item["text"]: item["kind"] for item in result["passed_over"]}
    assert passed["A short war 🙂"] == "heading"
    assert passed["What did Bamako say?"] == "question"
    (quotation,) = result["quotations"]
    assert quotation["text"] == "The MNLA has denied this claim."
    assert quotation["lookup"]["match"] == "exact"
    assert TEXT[quotation["span"]["start"] : quotation["span"]["end"]] == quotation["text"]


def test_a_claim_that_leans_is_checked_standing_alone(client: httpx.Client) -> None:
    claims = client.post("/v1/check", json={"text": TEXT}).json()["claims"]
    leaning = next(claim for claim in claims if "cakes" in claim["claim"])
    assert leaning["standalone"] == "The MNLA baked a thousand wedding cakes on 8 April 2012."
    assert leaning["verdict"] == "not_enough_info"


def test_a_plain_claim_is_supported_by_one_document_alone(client: httpx.Client) -> None:
    claim, only = "The MNLA declared independence on 6 April 2012.", ["003_2ac005a384697a87"]
    (made,) = client.post("/v1/check", json={"claims": [claim], "documents": only}).json()["claims"]
    assert made["verdict"] == "supported"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        pytest.param(
            "On 6 April 2012 the MNLA declared independence from Mali.",
            {"supported"},
            marks=pytest.mark.xfail(strict=True, reason="comes out conflicting since ADR 0015"),
        ),
        ("The MNLA took control of Ménaka on 1 February 2012.", {"supported"}),
        pytest.param(
            "Mount Everest is 8,849 metres high.",
            {"not_enough_info"},
            marks=pytest.mark.xfail(strict=True, reason="comes out refuted since ADR 0015"),
        ),
    ],
)
def test_plain_claims_come_out_as_anyone_would_say(client: httpx.Client, claim: str, verdict: set[str]) -> None:
    (made,) = client.post("/v1/check", json={"claims": [claim]}).json()["claims"]
    check_verdict(made, claim)
    assert made["verdict"] in verdict


def test_a_stream_sends_each_verdict_and_then_the_whole(client: httpx.Client) -> None:
    whole = client.post("/v1/check", json={"text": TEXT}).json()
    response = client.post("/v1/check", json={"text": TEXT, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    made = events(response)
    assert [name for name, _ in made] == ["start", *["verdict"] * len(whole["claims"]), "done"]
    assert made[0][1]["statements"] == len(whole["claims"])
    for place, (_, verdict) in enumerate(made[1:-1], start=1):
        assert (verdict.pop("done"), verdict.pop("of")) == (place, len(whole["claims"]))
        assert verdict == whole["claims"][place - 1]
    assert made[-1][1] == whole


def test_a_client_that_goes_away_leaves_the_service_in_order(client: httpx.Client) -> None:
    long = " ".join(f"The MNLA took town number {number} in 2012." for number in range(400))
    with client.stream("POST", "/v1/check", json={"text": long, "stream": True}) as response:
        assert next(response.iter_lines()) == "event: start"
    started = time.monotonic()
    answer = client.post("/v1/ask", json={"question": "When did the MNLA declare independence?"})
    assert answer.status_code == 200
    # 400 claims take minutes; whoever asks next must not wait for them.
    assert time.monotonic() - started < 30


def test_exports_hold_every_claim_and_quote(client: httpx.Client) -> None:
    result = client.post("/v1/check", json={"text": TEXT}).json()
    markdown = client.post("/v1/check", json={"text": TEXT, "format": "markdown"})
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "<img" not in markdown.text.replace("\\<img", "")
    review = client.post("/v1/check", json={"text": TEXT, "format": "claimreview"})
    assert review.headers["content-type"].startswith("application/ld+json")
    graph = review.json()["@graph"]
    assert [item["itemReviewed"]["text"] for item in graph] == [claim["claim"] for claim in result["claims"]]
    quoted = [citation["id"] for claim in result["claims"] for citation in (*claim["supporting"], *claim["refuting"])]
    assert [citation["identifier"] for item in graph for citation in item["citation"]] == quoted
    assert all(identity in markdown.text for identity in quoted)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "text_or_claims"),
        ({"text": "Gao fell.", "claims": ["Gao fell."]}, 422, "text_or_claims"),
        ({"text": "  \n "}, 422, "empty_text"),
        ({"text": "a" * 100_001}, 413, "text_too_long"),
        ({"text": "Gao fell. " * 1_001}, 413, "too_many_statements"),
        ({"claims": []}, 422, "bad_claims"),
        ({"claims": ["x " * 2000]}, 413, "claim_too_long"),
        ({"claims": ["Gao fell."] * 201}, 422, "bad_claims"),
        ({"text": "Gao fell.", "stream": True, "format": "markdown"}, 422, "bad_format"),
        ({"text": "Gao fell.", "documents": ["nowhere"]}, 404, "document_not_found"),
    ],
)
def test_bad_requests_say_what_to_do(client: httpx.Client, body: dict[str, Any], status: int, code: str) -> None:
    response = client.post("/v1/check", json=body)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.json()["error"]["message"].endswith(".")


def test_a_quotation_without_words_is_no_error(client: httpx.Client) -> None:
    result = client.post("/v1/check", json={"text": "He wrote “- - - - - - - a” and left the town."})
    assert result.status_code == 200
    assert result.json()["quotations"] == []


def test_a_claim_too_long_to_be_read_whole_is_never_called_supported(client: httpx.Client) -> None:
    true = "On 6 April 2012 the MNLA declared independence from Mali, having secured all of the territory it wanted"
    again = f"and it is known that {true.lower()}, and also that {true.lower()}"
    claim = f"{true}, {again}, and its leader then became pope of Rome and flew to the moon."
    (made,) = client.post("/v1/check", json={"claims": [claim]}).json()["claims"]
    assert made["verdict"] == "not_enough_info"


def test_only_the_named_documents_are_asked(client: httpx.Client) -> None:
    body = {"claims": ["On 6 April 2012 the MNLA declared independence from Mali."]}
    name = "003_2ac005a384697a87"
    (made,) = client.post("/v1/check", json={**body, "documents": [name]}).json()["claims"]
    cited = {citation["document_id"] for citation in (*made["supporting"], *made["refuting"], *made["nearest"])}
    assert cited == {name}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120) | st.lists(st.sampled_from(TEXT.split()), max_size=25).map(" ".join))
def test_any_text_is_checked_or_refused_with_verbatim_quotes(pipeline: Pipeline, text: str) -> None:
    if not any(map(str.isalnum, text)) or any("\ud800" <= character <= "\udfff" for character in text):
        return
    result = pipeline.check(text)
    for verdict in result.claims:
        assert text[verdict.span.start : verdict.span.end] == verdict.claim
        for citation in (*verdict.supporting, *verdict.refuting, *verdict.nearest):
            source = (SEEDS / f"{citation.document_id}.txt").read_text(encoding="utf-8")
            assert source[citation.start : citation.end] == citation.text


def test_the_same_text_gives_the_same_verdicts(seeded_folder: Path) -> None:
    claim = "More than 1,500 soldiers deserted the Malian army in 2012."
    first, second = (as_json("check", claim, data=seeded_folder) for _ in range(2))
    assert first == second


def test_the_command_line_reads_files_and_stdin(seeded_folder: Path, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text("The MNLA declared independence on 6 April 2012. Is that so?", encoding="utf-8")
    made = as_json("check", "--file", str(article), data=seeded_folder)
    assert [item["kind"] for item in made["passed_over"]] == ["question"]
    shown = citecheck("check", "--file", str(article), data=seeded_folder)
    assert shown.returncode == 0
    assert "1 claims: " in shown.stdout
    both = citecheck("check", "Gao fell.", "--file", str(article), data=seeded_folder)
    assert (both.returncode, both.stdout) == (2, "")
    missing = citecheck("check", "--file", str(tmp_path / "none.txt"), data=seeded_folder)
    assert missing.returncode == 2
    assert len(missing.stderr.strip().splitlines()) == 1


def test_disagreements_are_found_in_the_background_and_kept(seeded_folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(seeded_folder, data)
    texts = {
        "one": "The old mill of Orvik burned down on 3 May 1893, and nobody was hurt.",
        "two": "The old mill of Orvik burned down on 9 May 1893, and nobody was hurt.",
    }
    with serving(data) as address, httpx.Client(base_url=address, timeout=60) as client:
        for name in [item["document_id"] for item in client.get("/v1/documents").json()["documents"]]:
            client.delete(f"/v1/documents/{name}")
        for name, text in texts.items():
            client.post("/v1/documents", json={"id": name, "text": text}).raise_for_status()
        report = client.get("/v1/disagreements").json()
        for _ in range(300):
            if report["status"] == "ready":
                break
            assert report["status"] == "working"
            time.sleep(0.1)
            report = client.get("/v1/disagreements").json()
        (found,) = report["disagreements"]
        assert found["kind"] == "date"
        marked = [
            side["text"][side["highlight"]["start"] - side["start"] : side["highlight"]["end"] - side["start"]]
            for side in (found["first"], found["second"])
        ]
        assert marked == ["3 May 1893", "9 May 1893"]
        client.delete("/v1/documents/two")
        assert client.get("/v1/disagreements").json()["status"] != "failed"
    assert as_json("disagreements", data=data)["disagreements"] == []
