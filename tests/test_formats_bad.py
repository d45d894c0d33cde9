"""Bad files: bombs, depth, damage, passwords and lying names each end in one clear sentence, in bounded time."""

from __future__ import annotations

import io
import os
import signal
import threading
import zipfile

import pytest
from formats_made import CSV, JSON_LINES, PAGE, Paper, book, mail, page, paper, word, zipped

from index.errors import DocumentError, InputError, TooLarge
from index.formats import isolation
from index.loading import load_bytes

DEEP = 100_000
MAIN = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def refused(data: bytes, name: str, max_bytes: int = 20_000_000) -> InputError:
    with pytest.raises(InputError) as caught:
        load_bytes(data, name=name, max_bytes=max_bytes)
    assert caught.value.message.count("\n") == 0
    assert name.rsplit("/", 1)[-1] in caught.value.message
    return caught.value


def outcome(data: bytes, name: str) -> str:
    """Return "read" or the code of the error."""
    try:
        assert load_bytes(data, name=name, max_bytes=20_000_000).text.strip()
    except DocumentError as error:
        return error.code
    return "read"


def word_of(document: str) -> bytes:
    types = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>'
    members = {"[Content_Types].xml": types, "_rels/.rels": RELATIONS, "word/document.xml": document}
    return zipped(**members)


@pytest.mark.parametrize("name", ["bomb.docx", "bomb.epub"])
def test_zip_bombs(name: str) -> None:
    bomb = zipped(**{"[Content_Types].xml": "", "word/document.xml": b" " * 400_000_000})
    assert len(bomb) < 1_000_000
    assert refused(bomb, name).code == "unpacks_too_large"


def test_zips_of_too_many_members() -> None:
    assert refused(zipped(**{str(number): "" for number in range(20_001)}), "a.epub").code == "unpacks_too_large"


def test_a_page_that_fills_the_memory() -> None:
    assert refused(page("<b>x" * 200 + "<p>x</p>" * 8_000_000), "a.html", 100_000_000).code == "takes_too_much_memory"


def test_entities_are_not_multiplied() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(12))
    head = f'<?xml version="1.0"?><!DOCTYPE x [{entities}]>{MAIN[21:]}'
    bomb = word_of(f"{head}<w:p><w:r><w:t>&e11;</w:t></w:r></w:p></w:body></w:document>")
    assert refused(bomb, "a.docx").code in ("broken_file", "takes_too_much_memory")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", page("<div>" * DEEP + "deep" + "</div>" * DEEP)),
        ("a.html", page("<table><tr><td>" * 300 + "deep")),
        ("a.epub", book(**{"OEBPS/one.xhtml": "<html><body>" + "<i>" * DEEP + "deep</body></html>"})),
        ("a.jsonl", b"[" * DEEP + b"]" * DEEP),
        ("a.jsonl", b'{"a":' * 200 + b"1" + b"}" * 200),
    ],
)
def test_deep_nesting(name: str, data: bytes) -> None:
    assert refused(data, name).code == "nested_too_deeply"


def test_deeply_nested_parts() -> None:
    tables = "<w:tbl><w:tr><w:tc>" * 3_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3_000
    assert refused(word_of(f"{MAIN}{tables}</w:body></w:document>"), "a.docx").code in (
        "nested_too_deeply",
        "broken_file",
    )
    boundaries = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3_000))
    data = b"From: a@example.org\nDate: Fri, 30 Mar 2012 10:00:00 +0000\nMIME-Version: 1.0\n" + boundaries + b"\nhello"
    assert outcome(data, "a.eml") in ("read", "nested_too_deeply", "broken_file")


def test_encrypted_files() -> None:
    locked = Paper(password="secret").lines(["The town fell."]).turn().save()
    assert refused(locked, "a.pdf").code == "encrypted_file"
    hidden = '<encryption xmlns="x"><EncryptedData><EncryptionMethod Algorithm="aes"/></EncryptedData></encryption>'
    assert refused(book(**{"META-INF/encryption.xml": hidden}), "a.epub").code == "encrypted_file"
    office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le")
    assert refused(office, "a.docx").code == "encrypted_file"
    flagged = bytearray(word())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        flagged[flagged.index(signature) + offset] |= 1
    assert refused(bytes(flagged), "a.docx").code == "encrypted_file"


def test_a_pdf_that_opens_without_its_owner_is_read() -> None:
    assert (
        load_bytes(Paper(password="").lines(["It fell."]).turn().save(), name="a.pdf", max_bytes=10**6).text
        == "It fell."
    )


FILES = {
    "a.pdf": paper(1),
    "a.docx": word(),
    "a.epub": book(),
    "a.eml": mail(),
    "a.html": PAGE.encode(),
    "a.csv": CSV.encode(),
    "a.jsonl": JSON_LINES.encode(),
    "a.png": b"\x89PNG\r\n\x1a\n" + b"\x00\x01" * 200,
}


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.epub", "a.eml", "a.html", "a.jsonl", "a.txt"])
@pytest.mark.parametrize("content", ["a.pdf", "a.docx", "a.epub", "a.png"])
def test_names_that_lie(name: str, content: str) -> None:
    if name == content:
        return
    assert refused(FILES[content], name).code in ("broken_file", "unsupported_format", "not_text")


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.epub", "a.eml", "a.html", "a.jsonl"])
@pytest.mark.parametrize("data", [b"", b"words and nothing else", b"\x00" * 500, bytes(range(256)) * 4])
def test_files_that_are_nothing(name: str, data: bytes) -> None:
    assert refused(data, name).code in ("broken_file", "empty_document", "not_text")


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.epub"])
def test_files_cut_in_half(name: str) -> None:
    half = FILES[name][: len(FILES[name]) // 2]
    assert outcome(half, name) in ("read", "broken_file", "empty_document")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", page("<p> </p><script>x</script>")),
        ("a.docx", word_of(f"{MAIN}<w:p/></w:body></w:document>")),
        ("a.pdf", Paper().turn().save()),
        ("a.csv", b";;;\n;\n"),
        ("a.jsonl", b"\n\n"),
    ],
)
def test_files_without_words(name: str, data: bytes) -> None:
    assert refused(data, name).code == "empty_document"


def test_texts_beyond_the_limit() -> None:
    error = refused(
        word_of(f"{MAIN}{'<w:p><w:r><w:t>words</w:t></w:r></w:p>' * 1_000}</w:body></w:document>"), "a.docx", 5_000
    )
    assert isinstance(error, TooLarge)
    assert "CITECHECK_MAX_DOCUMENT_MB" in error.message


def test_a_line_that_is_not_json_is_named() -> None:
    assert "Line 3 of a.jsonl" in refused(b'{"a": 1}\n\n{"a": \n', "a.jsonl").message


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "WALL_SECONDS", 0.2)
    slow = page("<p>words</p>" * 300_000)
    assert refused(slow, "a.html").code == "takes_too_long"
    monkeypatch.undo()
    assert load_bytes(PAGE.encode(), name="a.html", max_bytes=10**6).title == "The town fell"


def test_a_process_that_was_ended_is_started_again() -> None:
    load_bytes(CSV.encode(), name="a.csv", max_bytes=10**6)
    process = isolation._worker._process
    assert process is not None
    os.killpg(process.pid, signal.SIGKILL)
    assert load_bytes(CSV.encode(), name="a.csv", max_bytes=10**6).text.startswith("| Town")


def test_files_are_read_from_many_threads() -> None:
    texts: list[str] = []
    load = {name: FILES[name] for name in ("a.html", "a.csv", "a.eml", "a.epub")}
    alone = {name: load_bytes(data, name=name, max_bytes=10**6).text for name, data in load.items()}

    def read(name: str) -> None:
        texts.extend(load_bytes(load[name], name=name, max_bytes=10**6).text for _ in range(5))

    threads = [threading.Thread(target=read, args=(name,)) for name in load]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts) == sorted(text for text in alone.values() for _ in range(5))


def test_members_larger_than_they_say_are_not_read() -> None:
    data = bytearray(word_of(f"{MAIN}{' ' * 1_000_000}<w:p><w:r><w:t>words</w:t></w:r></w:p></w:body></w:document>"))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        info = archive.getinfo("word/document.xml")
    declared, lie = info.file_size.to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert data.count(declared) >= 1
    assert refused(bytes(data).replace(declared, lie), "a.docx").code == "broken_file"
