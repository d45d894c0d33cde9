"""Filters: by id, tags and date, in the store, in every call over HTTP, on the command line and for assistants."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from test_cli import as_json, citecheck

from conftest import build_pipeline, make_document
from index import schema
from index.database import connect, writing
from index.encoder import Encoder
from index.errors import InputError, NotFound
from index.filtering import Filter, narrowed
from index.metadata import NO_METADATA, Metadata
from index.rows import write_known
from index.store import Store
from service.app import create_app
from service.mcp.tools import READING
from service.pipeline import Pipeline
from service.settings import Settings

KINDS = (
    ("early", "2011", ("press", "herds"), "The zebra herd counted 40 animals at the river in the early survey."),
    ("month", "2012-04", ("press",), "The zebra herd counted 55 animals at the river in the April survey."),
    ("day", "2012-04-06", ("herds",), "The zebra herd counted 56 animals at the river on the sixth of April."),
    ("late", "2013-01-01", ('of "the" herds', "über%_"), "The zebra herd counted 71 animals at the river this year."),
    ("undated", None, (), "The zebra herd counted 12 animals at the river some time ago."),
)


@pytest.fixture(scope="module")
def folder(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("filters") / "data"
    built = build_pipeline(data, encoder)
    for name, day, tags, text in KINDS:
        files = tmp_path_factory.mktemp("files")
        (files / f"{name}.txt").write_text(text)
        said = {"tags": tags, **({} if day is None else {"date": day})}
        (files / f"{name}.txt.meta.json").write_text(json.dumps(said))
        ingest(built, files)
    built.library.close()
    return data


def ingest(pipeline: Pipeline, files: Path) -> None:
    from service.ingest import ingest_paths

    ingest_paths(pipeline.library, [files], max_bytes=1_000_000)


@pytest.fixture(scope="module")
def herds(folder: Path, encoder: Encoder) -> Iterator[Pipeline]:
    built = build_pipeline(folder, encoder)
    yield built
    built.library.close()


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data=folder))) as client:
        for _ in range(600):
            if client.get("/health/ready").status_code == 200:
                break
            time.sleep(0.05)
        yield client


@pytest.mark.parametrize(
    ("tags", "since", "until", "found"),
    [
        (["press"], None, None, ["early", "month"]),
        (["Press", " herds "], None, None, ["early"]),
        (["of the herds"], None, None, ["late"]),
        (["herd"], None, None, []),
        (["ÜBER%_"], None, None, ["late"]),
        (["über%%"], None, None, []),
        ([], "2012", None, ["day", "late", "month"]),
        ([], None, "2012", ["day", "early", "month"]),
        # A month that is all that is known may be any day of it.
        ([], "2012-04-30", None, ["late", "month"]),
        ([], None, "2012-04-01", ["early", "month"]),
        ([], "2012-04-06", "2012-04-06", ["day", "month"]),
        ([], "2011-12-31", "2011-12-31", ["early"]),
        ([], "2012-05", "2012-12", []),
        (["press"], "2012-01", None, ["month"]),
    ],
)
def test_what_a_filter_takes(
    herds: Pipeline, tags: list[str], since: str | None, until: str | None, found: list[str]
) -> None:
    wanted = narrowed(None, tags, since, until)
    assert wanted is not None
    assert herds.library.store.described.matching(wanted) == found
    page, total = herds.library.store.described.page(wanted, limit=1, offset=0)
    assert ([one.document_id for one in page], total) == (found[:1], len(found))


def test_nothing_given_is_no_filter_and_no_document_is_one() -> None:
    assert narrowed(None, [], None, None) is None
    assert narrowed([], None, None, None) == Filter((), (), None, None)


@pytest.mark.parametrize(
    ("tags", "since", "until"),
    [
        ([""], None, None),
        ([], "soon", None),
        ([], None, "2012-02-30"),
        ([], "2013", "2012"),
        ([], "0000", None),
        (["x"] * 60 + [f"t{n}" for n in range(60)], None, None),
    ],
)
def test_unusable_filters_are_refused(tags: list[str], since: str | None, until: str | None) -> None:
    with pytest.raises(InputError):
        narrowed(None, tags, since, until)


DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
DATES = st.tuples(DAYS, st.sampled_from([4, 7, 10])).map(lambda pair: pair[0].isoformat()[: pair[1]])


def days_of(text: str) -> tuple[date, date]:
    """Return the first and the last day of a date, worked out in another way than the code does."""
    first = date.fromisoformat((text + "-01-01")[:10])
    if len(text) == 10:
        return first, first
    last = first
    while (last + timedelta(1)).isoformat().startswith(text):
        last += timedelta(1)
    return first, last


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("dated"))
    yield store
    store.close()


@given(known=DATES, bounds=st.tuples(st.none() | DATES, st.none() | DATES), tags=st.sets(st.sampled_from("abc")))
def test_dates_touch_as_on_a_calendar(
    dated: Store, known: str, bounds: tuple[str | None, str | None], tags: set[str]
) -> None:
    since, until = bounds
    first = None if since is None else days_of(since)[0]
    last = None if until is None else days_of(until)[1]
    if first is not None and last is not None and first > last:
        with pytest.raises(InputError):
            narrowed(None, sorted(tags), since, until)
        return
    document = make_document("The zebra.")
    dated.put(document, [], path="", recipe="")
    metadata = Metadata(None, known, None, ("a", "b"), None)
    described = dated.described
    described.put(type(document)(*(getattr(document, name) for name in _TEXT), metadata), path="", stamp=None)
    begins, ends = days_of(known)
    fits = (first is None or ends >= first) and (last is None or begins <= last) and tags <= {"a", "b"}
    wanted = narrowed(["doc"], sorted(tags), since, until)
    assert wanted is not None
    assert described.matching(wanted) == (["doc"] if fits else [])


_TEXT = ("id", "title", "text", "sha256", "source", "pages", "unread")


def within(*documents: str, tags: tuple[str, ...] = (), since: str | None = None) -> Filter | None:
    return narrowed(documents or None, tags, since, None)


def test_every_answer_comes_from_documents_that_fit(herds: Pipeline) -> None:
    question = "How many animals did the zebra herd count?"
    hits = herds.search("zebra herd", 10, within(tags=("press",))).hits
    assert sorted(hit.passage.document_id for hit in hits) == ["early", "month"]
    answer = herds.ask(question, None, within(tags=("herds",), since="2012"), 0.0)
    assert answer.status == "answered"
    assert {citation.document_id for citation in answer.citations} == {"day"}
    quote = "The zebra herd counted 55 animals"
    assert herds.look_up(quote, within(tags=("press",))).match == "exact"
    assert herds.look_up(quote, within(since="2013")).match != "exact"
    (verdict,) = herds.verdicts(herds.outline_claims([quote]), within(tags=("press",), since="2012"))
    quotes = (*verdict.supporting, *verdict.refuting, *verdict.nearest)
    assert {citation.document_id for citation in quotes} == {"month"}


def test_a_filter_that_nothing_fits_is_an_honest_refusal(herds: Pipeline) -> None:
    nothing = within(tags=("no such tag",))
    answer = herds.ask("How many animals did the zebra herd count?", None, nothing)
    assert (answer.status, answer.reason) == ("declined", "nothing_retrieved")
    assert herds.ask("zebra", None, nothing).reason == "nothing_retrieved"
    assert herds.search("zebra", None, nothing).hits == ()
    assert herds.look_up("The zebra herd counted", nothing).match == "absent"
    (verdict,) = herds.verdicts(herds.outline_claims(["The zebra herd counted 55 animals."]), nothing)
    assert (verdict.verdict, verdict.reason) == ("not_enough_info", "nothing_retrieved")
    for name in ("nobody", "\ud800", "a/b"):
        with pytest.raises(NotFound):
            herds.ask("How many animals?", None, within(name, tags=("press",)))
    assert herds.library.store.described.matching(Filter(("\ud800", "late"), (), None, None)) == ["late"]


APRIL = {"tags": ["press"], "date_from": "2012-04", "date_to": "2012-04-30"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/ask", {"question": "How many animals did the zebra herd count?", "min_confidence": 0.0}),
        ("/v1/search", {"query": "zebra herd"}),
        ("/v1/lookup", {"quote": "The zebra herd counted 55 animals at the river"}),
        ("/v1/check", {"claims": ["The zebra herd counted 55 animals at the river in the April survey."]}),
        ("/v1/chat", {"message": "How many animals did the zebra herd count?", "min_confidence": 0.0}),
    ],
)
def test_every_call_takes_the_filter(client: TestClient, path: str, body: dict[str, Any]) -> None:
    answer = client.post(path, json={**body, **APRIL})
    assert answer.status_code == 200, answer.text
    assert set(document_ids(answer.json())) == {"month"}
    assert client.post(path, json={**body, "date_from": "soon"}).status_code == 422
    assert client.post(path, json={**body, "date_from": "soon"}).json()["error"]["code"] == "bad_date"
    assert client.post(path, json={**body, "tag": ["press"]}).status_code == 422


def document_ids(value: Any) -> Iterator[str]:
    """Yield the document of every citation in an answer."""
    if isinstance(value, dict):
        if "document_id" in value:
            yield value["document_id"]
        for item in value.values():
            yield from document_ids(item)
    elif isinstance(value, list):
        for item in value:
            yield from document_ids(item)


def test_openai_clients_filter_too(client: TestClient) -> None:
    body = {
        "model": "citecheck",
        "messages": [{"role": "user", "content": "How many animals did the zebra herd count?"}],
        "citecheck": {"min_confidence": 0.0, **APRIL},
    }
    content = client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["content"]
    assert "55" in content
    assert client.post("/v1/chat/completions", json={**body, "citecheck": {"date_to": "x"}}).status_code >= 400


def test_the_list_is_filtered_and_counted(client: TestClient) -> None:
    found = client.get("/v1/documents", params={"tags": ["press", "herds"]}).json()
    assert ([item["document_id"] for item in found["documents"]], found["total"]) == (["early"], 1)
    found = client.get("/v1/documents", params={"date_from": "2012", "limit": 1}).json()
    assert (len(found["documents"]), found["total"]) == (1, 3)
    assert client.get("/v1/documents", params={"date_to": "x"}).status_code == 422


def test_the_command_line_filters(folder: Path) -> None:
    hits = as_json("search", "zebra", "--tag", "Press", "--since", "2012", data=folder)["hits"]
    assert [hit["passage"]["document_id"] for hit in hits] == ["month"]
    listed = as_json("documents", "--until", "2011", data=folder)["documents"]
    assert [item["document_id"] for item in listed] == ["early"]
    assert listed[0]["tags"] == ["herds", "press"]
    refused = citecheck("ask", "How many?", "--since", "soon", data=folder)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_assistants_are_told_of_the_filter() -> None:
    taking = {tool.name for tool in READING if "date_from" in tool.arguments.model_fields}
    assert taking == {"ask", "check", "lookup", "search", "list_documents"}


def test_a_filter_over_many_documents_looks_at_each_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    metadata = (NO_METADATA, Metadata(None, "2012-04", None, ("press",), None))
    rows = [
        {
            "id": f"d{number:05}",
            **dict.fromkeys(("version", "title", "source", "path", "recipe"), ""),
            **dict.fromkeys(("characters", "passages", "added_at", "updated_at"), 0),
            **write_known(metadata[number % 10 == 0], None),
        }
        for number in range(20_000)
    ]
    engine = connect(tmp_path / "citecheck.sqlite")
    with writing(engine) as connection:
        connection.execute(insert(schema.documents), rows)
    wanted = narrowed(None, ["press"], "2012", "2012")
    assert wanted is not None
    assert store.described.matching(wanted) == [row["id"] for row in rows[::10]]
    engine.dispose()
    store.close()
