"""The page's own files as browsers and others fetch them, and the outline the page reads documents by."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

import service
from service.assets import Assets

STATIC = Path(service.__file__).parent / "web" / "static"
FILES = sorted(path.name for path in STATIC.iterdir())


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_as_it_is_packed_or_not(live_server: str, name: str) -> None:
    address = f"{live_server}/static/{name}"
    plain = httpx.get(address, headers={"Accept-Encoding": "identity"})
    packed = httpx.get(address, headers={"Accept-Encoding": "gzip"})
    assert plain.content == packed.content == (STATIC / name).read_bytes()
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"] != packed.headers["etag"]
    kind = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}[Path(name).suffix]
    assert plain.headers["content-type"].startswith(kind)
    assert plain.headers["cache-control"] == "no-cache"


def test_what_has_not_changed_is_not_sent_again(live_server: str) -> None:
    address = f"{live_server}/static/main.js"
    tag = httpx.get(address).headers["etag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}"):
        again = httpx.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert httpx.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("name", ["nothing.js", "..%2Ftemplates%2Fpage.html", "%2e%2e", ".", "", "main.js/"])
def test_nothing_else_is_served(live_server: str, name: str) -> None:
    reply = httpx.get(f"{live_server}/static/{name}", follow_redirects=False)
    assert reply.status_code in {404, 307}
    assert b"<!doctype" not in reply.content


def test_folders_within_are_not_served(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.js").write_text("1")
    (tmp_path / "b.js").write_text("2")
    assets = Assets(tmp_path)
    assert assets.response("b.js", {}).body == b"2"
    for name in ("inner", "inner/a.js", "a.js"):
        with pytest.raises(Exception, match="no such file"):
            assets.response(name, {})


def test_the_outline_of_a_seed(live_server: str) -> None:
    listed = httpx.get(f"{live_server}/v1/documents").json()["documents"]
    for document in listed:
        found = httpx.get(f"{live_server}/v1/documents/{document['document_id']}/outline").json()
        text = httpx.get(f"{live_server}/v1/documents/{document['document_id']}/text").json()["text"]
        assert found["version"] == document["version"]
        assert found["sections"]
        starts = [section["start"] for section in found["sections"]]
        assert starts == sorted(starts)
        assert all(text[one["start"] :].startswith(one["title"]) for one in found["sections"])


def test_the_outline_of_nothing_is_not_found(live_server: str) -> None:
    reply = httpx.get(f"{live_server}/v1/documents/nothing/outline")
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "document_not_found"
