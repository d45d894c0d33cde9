"""Metadata: read from every format, from sidecars, manifests and uploads; bounded, checked, kept, shown."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import formats_made as made
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfdoc import PDFString

from conftest import build_pipeline
from index.encoder import Encoder
from index.errors import DocumentError
from index.formats.isolation import read_apart
from index.formats.registry import format_of
from index.library import Library
from index.listing import find_files
from index.loading import load_bytes, load_file
from index.metadata import (
    MAX_AUTHOR,
    MAX_TAG,
    MAX_TAGS,
    NO_METADATA,
    Metadata,
    checked_date,
    found_metadata,
    one_line,
    stated_metadata,
)
from index.sidecars import SIDECAR
from service.app import create_app
from service.catalogue import describe_document, list_documents
from service.ingest import ingest_paths
from service.render import show_documents
from service.settings import Settings

MEGABYTE = 1_000_000

HEAD = (
    '<title>x</title><meta name="author" content="Ann Müller"><meta property="article:published_time" '
    'content="2012-04-06T10:00:00+02:00"><meta name="keywords" content="Press, Mali"><meta property="article:tag" '
    'content="War"><link rel="canonical" href="https://example.org/a?b=1">'
)
FRONT = """---
title: "The fall: a report"
author: [Ann Müller, {name: B. Writer}]
date: 2012-04
lang: pt_br
tags: Press; Mali
url: https://example.org/report
---

# Another title

The town fell on 30 March.
"""


def of(data: bytes, name: str) -> Metadata:
    return load_bytes(data, name=name, max_bytes=20 * MEGABYTE).metadata


def test_a_page_says_what_its_head_says() -> None:
    page = made.page(f"<main><h1>A</h1><p>{made.FELL}</p></main>", HEAD).replace(b"<html>", b'<html lang="en-us">')
    assert of(page, "a.html") == Metadata(
        "Ann Müller", "2012-04-06", "en-US", ("mali", "press", "war"), "https://example.org/a?b=1"
    )
    assert of(made.PAGE.encode(), "a.html") == NO_METADATA


def test_a_pdf_says_what_its_information_says() -> None:
    paper = made.Paper().paragraph(made.FELL)
    paper.canvas.setAuthor("Ann Müller")
    paper.canvas.setKeywords("Mali; Press")
    paper.canvas._doc.Catalog.__NoDefault__ = [*paper.canvas._doc.Catalog.__NoDefault__, "Lang"]
    paper.canvas._doc.Catalog.Lang = PDFString("fr-CA")
    # The PDF's maker writes an invariable date of creation.
    assert of(paper.save(), "a.pdf") == Metadata("Ann Müller", "2000-01-01", "fr-CA", ("mali", "press"), None)


def test_a_word_document_says_what_its_properties_say() -> None:
    import datetime

    document = docx.Document()
    document.add_paragraph(made.FELL)
    core = document.core_properties
    core.author, core.keywords, core.language = "Ann Müller", "Mali, Press", "de"
    core.subject, core.created = "War", datetime.datetime(2012, 4, 6, 10, tzinfo=datetime.UTC)
    assert of(made.saved(document), "a.docx") == Metadata(
        "Ann Müller", "2012-04-06", "de", ("mali", "press", "war"), None
    )


def test_a_word_document_with_broken_properties_is_read_all_the_same() -> None:
    import zipfile

    source = zipfile.ZipFile(io.BytesIO(made.word()))
    members = {item: source.read(item) for item in source.namelist()} | {"docProps/core.xml": b"<broken"}
    assert of(made.zipped(**members), "a.docx") == NO_METADATA


def test_a_book_says_what_its_package_says() -> None:
    said = (
        "<dc:creator>Ann Müller</dc:creator><dc:creator>B. Writer</dc:creator><dc:date>2012</dc:date>"
        "<dc:language>en</dc:language><dc:subject>Mali</dc:subject><dc:identifier>urn:isbn:1</dc:identifier>"
        "<dc:source>https://example.org/book</dc:source>"
    )
    package = made.PACKAGE.replace("</metadata>", f"{said}</metadata>")
    assert of(made.book(**{"OEBPS/book.opf": package}), "a.epub") == Metadata(
        "Ann Müller; B. Writer", "2012", "en", ("mali",), "https://example.org/book"
    )


def test_a_mail_says_what_its_header_says() -> None:
    assert of(made.mail(), "a.eml") == Metadata("Ann Müller <ann@example.org>", "2012-03-30", None, (), None)
    bad = made.mail().replace(b"Date: Fri, 30 Mar 2012 10:00:00 +0000", b"Date: some day")
    assert of(bad, "a.eml").date is None


def test_front_matter_is_read_and_stays_in_the_text() -> None:
    document = load_bytes(FRONT.encode(), name="a.md", max_bytes=MEGABYTE)
    assert document.text == FRONT
    assert document.title == "The fall: a report"
    assert document.metadata == Metadata(
        "Ann Müller; B. Writer", "2012-04", "pt-BR", ("mali", "press"), "https://example.org/report"
    )
    assert load_bytes(FRONT.encode(), name="a.txt", max_bytes=MEGABYTE).metadata == NO_METADATA


@pytest.mark.parametrize(
    "head",
    [
        "---\n- a list\n---\n",
        "---\nauthor: [unclosed\n---\n",
        "---\nauthor: never closed\n",
        "---\n" + "[" * 5000 + "\n---\n",
        "---\na: &a [x, x]\nb: &b [*a, *a]\nauthor: {name: *b}\n---\n",
        "---\nauthor: &a Ann\ntitle: *a\n---\n",
        "---\nauthor: [&a " + "x" * 9000 + ", *a" * 2500 + "]\n---\n",
        "---\n!!python/object/apply:os.system ['false']\n---\n",
        "---\ndate: soon\ntags: {a: b}\nlang: 7\nurl: javascript:alert(1)\n---\n",
    ],
)
def test_front_matter_that_says_nothing_usable_is_passed_over(head: str) -> None:
    document = load_bytes((head + "The town fell.\n").encode(), name="a.md", max_bytes=MEGABYTE)
    assert document.metadata == NO_METADATA
    assert document.text == head + "The town fell.\n"


@given(st.text(max_size=200))
def test_any_front_matter_leaves_the_text_alone(head: str) -> None:
    text = f"---\n{head}\n---\nThe town fell.\n"
    try:
        document = load_bytes(text.encode("utf-8", "surrogatepass"), name="a.md", max_bytes=MEGABYTE)
    except DocumentError:
        return
    assert document.text == text.replace("\r\n", "\n")


@given(
    st.text(max_size=400),
    st.text(max_size=40),
    st.text(max_size=20),
    st.lists(st.text(max_size=80), max_size=80),
    st.text(max_size=50),
)
def test_whatever_a_file_says_is_fit_to_be_kept(
    author: str, date: str, language: str, tags: list[str], address: str
) -> None:
    kept = found_metadata(author=author, date=date, language=language, tags=tags, address=address)
    assert kept == stated_metadata(
        {
            "author": kept.author,
            "date": kept.date,
            "language": kept.language,
            "tags": kept.tags,
            "address": kept.address,
        },
        where="a test",
    )
    for value in (kept.author, kept.date, kept.language, kept.address, *kept.tags):
        assert value is None or (value == one_line(value) and value.isprintable())
    assert len(kept.tags) <= MAX_TAGS
    assert all(len(tag) <= MAX_TAG for tag in kept.tags)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2012", "2012"),
        ("2012-04", "2012-04"),
        ("2012-04-06", "2012-04-06"),
        ("2012-04-06T23:59:59.5+02:00", "2012-04-06"),
        ("2012-02-30", None),
        ("2012-13", None),
        ("0000", None),
        ("12", None),
        ("2012-4-6", None),
        ("6 April 2012", None),
        ("２０１２", None),
    ],
)
def test_dates_are_of_the_calendar(text: str, date: str | None) -> None:
    assert checked_date(text) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("D:20120406120000+01'00'", "2012-04-06"),
        ("D:2012", "2012"),
        ("2012/04/06", "2012-04-06"),
        ("2012-04-00", "2012-04"),
        ("201204", "2012-04"),
        ("April", None),
        ("20124", None),
    ],
)
def test_files_write_dates_in_many_ways(text: str, date: str | None) -> None:
    assert found_metadata(date=text).date == date


def write(folder: Path, name: str, content: str | bytes | dict[str, object]) -> Path:
    path = folder / name
    data = json.dumps(content).encode() if isinstance(content, dict) else content
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_sidecar_speaks_for_its_file(tmp_path: Path) -> None:
    write(tmp_path, "a.md", FRONT)
    write(tmp_path, f"a.md{SIDECAR}", {"title": "Mine", "author": "C. Editor", "tags": ["Own"], "date": None})
    write(tmp_path, f"b.txt{SIDECAR}", {"title": "of nothing"})
    listing = find_files([tmp_path])
    (file,) = listing.files
    assert [(item.path.name, "no file beside" in item.reason) for item in listing.skipped] == [
        (f"b.txt{SIDECAR}", True)
    ]
    document = load_file(file.path, max_bytes=MEGABYTE, title=file.title, metadata=file.said.metadata)
    # What it does not say, the file may.
    assert document.title == "Mine"
    assert document.metadata == Metadata("C. Editor", "2012-04", "pt-BR", ("own",), "https://example.org/report")
    assert find_files([tmp_path / "a.md"]).files[0].said == file.said


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            {"autor": "x"},
            r"a\.txt\.meta\.json has the key 'autor', which says nothing here; the keys are title, author",
        ),
        ({"date": "2012-02-30"}, r"date in a\.txt\.meta\.json cannot be used; write a day of the calendar"),
        ({"date": 2012}, "date in .* write it as text"),
        ({"tags": "war"}, "tags in .* write a list"),
        ({"tags": ["x" * (MAX_TAG + 1)]}, "tags in .* at most 50, each of 1 to 60"),
        ({"language": "german"}, "language in .* write a code"),
        ({"address": "javascript:alert(1)"}, "address in .* begins with"),
        ({"title": " "}, "title in .* cannot be used"),
        ("[1]", "is not a JSON object"),
        ("{", "is not a JSON object"),
        (b"\xff\xfe\x00", "is not a JSON object"),
        ('{"a":' * 50_000, "is not a JSON object"),
    ],
)
def test_a_bad_sidecar_is_a_clear_reason(tmp_path: Path, content: str | bytes | dict[str, object], reason: str) -> None:
    write(tmp_path, "a.txt", "The town fell.")
    write(tmp_path, "b.txt", "The harvest was good.")
    write(tmp_path, f"a.txt{SIDECAR}", content)
    with pytest.raises(DocumentError, match=reason):
        find_files([tmp_path / "a.txt"])
    listing = find_files([tmp_path])
    assert [file.path.name for file in listing.files] == ["b.txt"]
    assert [item.path.name for item in listing.skipped] == ["a.txt"]


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir])
def test_a_sidecar_that_is_no_file_is_a_clear_reason(tmp_path: Path, make: Callable[[Path], None]) -> None:
    write(tmp_path, "a.txt", "The town fell.")
    make(tmp_path / f"a.txt{SIDECAR}")
    with pytest.raises(DocumentError, match=r"a\.txt\.meta\.json is not a regular file; remove it"):
        find_files([tmp_path / "a.txt"])


def test_a_pipe_named_like_a_sidecar_does_not_stop_its_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "The town fell.")
    write(tmp_path, "b.txt", "The harvest was good.")
    os.mkfifo(tmp_path / f"a.txt{SIDECAR}")
    listing = find_files([tmp_path])
    assert [file.path.name for file in listing.files] == ["b.txt"]
    assert ["not a regular file" in item.reason for item in listing.skipped] == [True]


def test_many_authors_are_cut_where_one_name_would_be() -> None:
    head = "---\nauthor: [" + ", ".join(f"A{number}" for number in range(2000)) + "]\n---\n"
    author = of(f"{head}The town fell.\n".encode(), "a.md").author
    assert author is not None
    assert (author.startswith("A0; A1; "), len(author)) == (True, MAX_AUTHOR)


def test_a_manifest_describes_and_its_slips_are_named(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "The town fell.")
    entry: dict[str, object] = {
        "file": "a.txt",
        "title": "T",
        "author": "A",
        "date": "2012",
        "tags": ["x"],
        "origin": "me",
    }
    write(tmp_path, "manifest.json", {"documents": [entry]})
    (file,) = find_files([tmp_path]).files
    assert (file.title, file.said.metadata) == ("T", Metadata("A", "2012", None, ("x",), None))
    write(tmp_path, "manifest.json", {"documents": [{**entry, "dat": "2012"}]})
    with pytest.raises(DocumentError, match=r"entry of a\.txt in .*manifest\.json has the key 'dat'"):
        find_files([tmp_path])


class CountingEncoder:
    """Counts what is encoded by the real encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.count = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode(self, texts: list[str], on_progress: object = None) -> object:
        self.count += len(texts)
        return self._encoder.encode(texts)


def test_new_metadata_is_an_update_that_keeps_the_version_and_encodes_nothing(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder, "a.txt", "The zebra crossed the river at dawn.")
    counting = CountingEncoder(encoder)
    library = Library(tmp_path / "data", counting)  # type: ignore[arg-type]
    (first,) = ingest_paths(library, [folder], max_bytes=MEGABYTE).documents
    before, generation, passages = counting.count, library.store.generation(), library.arrays().passage_ids.tolist()
    write(folder, f"a.txt{SIDECAR}", {"author": "A", "date": "2012-04", "tags": ["Herds"], "language": "en"})
    (second,) = ingest_paths(library, [folder], max_bytes=MEGABYTE).documents
    assert (second.status, second.version) == ("updated", first.version)
    assert counting.count == before
    assert library.store.generation() == generation
    assert library.arrays().passage_ids.tolist() == passages
    info = describe_document(library, "a")
    assert (info.author, info.date, info.language, info.tags) == ("A", "2012-04", "en", ("herds",))
    assert ingest_paths(library, [folder], max_bytes=MEGABYTE).counts["unchanged"] == 1
    write(folder, f"a.txt{SIDECAR}", {"title": "Another title"})
    (renamed,) = ingest_paths(library, [folder], max_bytes=MEGABYTE).documents
    assert (renamed.status, renamed.version, counting.count) == ("updated", first.version, before)
    (folder / f"a.txt{SIDECAR}").unlink()
    (third,) = ingest_paths(library, [folder], max_bytes=MEGABYTE).documents
    assert third.status == "updated"
    assert describe_document(library, "a").author is None
    library.close()


def test_a_table_shows_what_there_is_and_cannot_drive_the_terminal(
    tmp_path: Path, encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a.txt", "The zebra crossed the river.")
    write(tmp_path, f"a.txt{SIDECAR}", {"author": "A \u202e\x1b[31m B", "tags": ["x"]})
    library = Library(tmp_path / "data", encoder)
    ingest_paths(library, [tmp_path / "a.txt"], max_bytes=MEGABYTE)
    show_documents(list_documents(library, limit=10, offset=0))
    shown = capsys.readouterr().out
    assert "author" in shown
    assert "address" not in shown
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown
    library.close()


@pytest.fixture(scope="module")
def client(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("metadata") / "data"
    build_pipeline(folder, encoder).library.close()
    with TestClient(create_app(Settings(data=folder))) as client:
        for _ in range(600):
            if client.get("/health/ready").status_code == 200:
                break
            time.sleep(0.05)
        yield client


SAID = {"author": "A. Reporter", "date": "2012-04-06", "language": "en", "address": "https://example.org/a"}


def test_json_uploads_carry_metadata(client: TestClient) -> None:
    body = {"id": "typed", "title": "T", "text": "The zebra crossed the river.", **SAID, "tags": ["Press", "Mali"]}
    added = client.post("/v1/documents", json=body).json()
    assert added["status"] == "added"
    info = client.get("/v1/documents/typed").json()
    assert {name: info[name] for name in SAID} == SAID
    assert info["tags"] == ["mali", "press"]
    assert client.post("/v1/documents", json=body).json()["status"] == "unchanged"
    again = client.post("/v1/documents", json={**body, "date": "2012"}).json()
    assert (again["status"], again["version"]) == ("updated", added["version"])
    assert client.get("/v1/documents").json()["documents"][0]["date"] == "2012"


def test_form_uploads_carry_metadata(client: TestClient) -> None:
    file = {"file": ("form.txt", b"The giraffe stayed at home.")}
    fields = {"title": "F", **SAID, "tags": ["Press, Mali", "Herds"], "language": ""}
    assert client.post("/v1/documents", files=file, data=fields).json()["status"] == "added"
    info = client.get("/v1/documents/form").json()
    assert (info["author"], info["tags"], info["language"]) == ("A. Reporter", ["herds", "mali", "press"], None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"date": "soon"}, "bad_metadata"), ({"autor": "x"}, "unknown_metadata"), ({"address": "x y"}, "bad_metadata")],
)
def test_bad_fields_are_refused(client: TestClient, fields: dict[str, str], code: str) -> None:
    file = {"file": ("bad.txt", b"The giraffe stayed at home.")}
    answer = client.post("/v1/documents", files=file, data=fields)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == code
    typed = client.post("/v1/documents", json={"text": "The giraffe stayed.", **fields})
    assert typed.status_code == 422


def test_readers_hand_metadata_over_between_processes() -> None:
    found = format_of("a.html")
    assert found is not None
    page = made.page(f"<p>{made.FELL}</p>", HEAD)
    assert read_apart(found, page, name="a.html", max_bytes=MEGABYTE).metadata.tags == ("mali", "press", "war")
