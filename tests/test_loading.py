"""Loading: bytes in every encoding, names, limits, folders, manifests and the seeds' own manifest."""

import codecs
import hashlib
import json
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index import listing
from index.documents import content_sha256
from index.errors import DocumentClash, DocumentError, TooLarge
from index.loading import decode, document_id_for, find_files, load_bytes, load_file, load_text

SEEDS = Path(__file__).parent.parent / "seeds"
MEGABYTE = 1_000_000
FRENCH = (
    "Le président Touré a été renversé par un coup d'État ; « les élèves » étaient déjà à Gao. Où ça ? Là-bas, sûr.\n"
)
GERMAN = "Die Armee zog sich zurück, während die Städte fielen; größere Verbände lösten sich auf.\n"
CZECH = "Povstání Tuaregů začalo v lednu 2012. Příliš žluťoučký kůň úpěl ďábelské ódy.\n"
RUSSIAN = "Туарегское восстание началось в январе 2012 года на севере Мали.\n"
POLISH = "Powstanie Tuaregów rozpoczęło się w styczniu 2012 roku. Żołnierze wycofali się.\n"

readable = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r"), min_size=1).map(
    lambda text: "a" + text
)


@settings(deadline=None, derandomize=True)
@given(readable, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be", "utf-32-be"]))
def test_decoding_keeps_every_character_but_crlf(text, encoding):
    marks = {"utf-16-be": codecs.BOM_UTF16_BE, "utf-32-be": codecs.BOM_UTF32_BE}
    data = marks.get(encoding, b"") + text.encode(encoding)
    assert decode(data, name="a.txt") == text.replace("\r\n", "\n")


@settings(deadline=None, derandomize=True)
@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00\xd8")
@example(b"\xc3")
def test_any_bytes_are_decoded_or_refused(data):
    try:
        text = decode(data, name="a.txt")
    except DocumentError:
        return
    assert text.strip()
    assert "\x00" not in text
    assert "\r\n" not in text


def test_a_lone_carriage_return_stays():
    assert decode(b"a\r\nb\rc\n", name="a.txt") == "a\nb\rc\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((FRENCH, encoding) for encoding in ("cp1252", "latin-1")),
        *((RUSSIAN, encoding) for encoding in ("cp1251", "koi8-r")),
        (GERMAN, "latin-1"),
        (CZECH, "cp1250"),
    ],
)
@pytest.mark.parametrize("times", [1, 40])
def test_older_encodings_are_recognised(text, encoding, times):
    assert decode(text.encode(encoding) * times, name="a.txt") == text * times


@pytest.mark.parametrize(
    "data",
    [
        FRENCH.encode("mac-roman"),
        POLISH.encode("iso8859-2"),
        "café".encode("latin-1"),
        RUSSIAN.encode()[:-2] + b"\xff",
        ("Touré " * 20).encode() + b"\xe9",
        "Kidal fell".encode("utf-16-le"),
        b"Kidal\x00fell",
        *(bytes(range(*ends)) * 8 for ends in ((1, 32), (128, 256))),
    ],
)
def test_a_doubtful_guess_is_refused(data):
    with pytest.raises(DocumentError, match="not readable as text; save it as UTF-8"):
        decode(data, name="a.txt")


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"%PDF-1.7\n", "a PDF"), (b"PK\x03\x04rest", "ZIP"), (b"\x89PNG\r\n\x1a\n", "an image"), (b"GIF89a", "an image")],
)
def test_known_binary_formats_are_named(data, kind):
    with pytest.raises(DocumentError, match=kind) as caught:
        decode(data, name="report.txt")
    assert caught.value.code == "unsupported_format"


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "\ufeff", "\u00a0\u2003", "\u200b \u200d", "\u00ad\ufe0f"])
def test_empty_files_are_refused(text):
    with pytest.raises(DocumentError, match="is empty"):
        decode(text.encode(), name="a.txt")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("003_2ac005a384697a87.txt", "003_2ac005a384697a87"),
        ("Ménaka — état 2012.md", "Menaka-etat-2012"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.txt", "boot"),
        ("notes.v2.txt", "notes.v2"),
        ("report 3.5", "report-3.5"),
        ("a\x00b\nc.txt", "a-b-c"),
        ("отчёт 2012.txt", "2012-" + content_sha256("отчёт 2012")[:8]),
        ("доклад 2012.txt", "2012-" + content_sha256("доклад 2012")[:8]),
        (unicodedata.normalize("NFD", "доклад й 2012"), "2012-" + content_sha256("доклад й 2012")[:8]),
        ("x" * 300 + ".txt", "x" * 111 + "-" + content_sha256("x" * 300)[:8]),
    ],
)
def test_ids_are_url_safe_names(name, expected):
    assert document_id_for(name) == expected


@pytest.mark.parametrize("name", ["", ".", "..", "...txt", "马里.txt", "---", "\ud800"])
def test_a_name_with_nothing_left_gets_a_hash(name):
    assert document_id_for(name).startswith("doc-")
    assert len(document_id_for(name)) == 12


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_every_name_yields_a_safe_id(name):
    found = document_id_for(name)
    assert 1 <= len(found) <= 120
    assert found not in {".", ".."}
    assert all(letter.isascii() and (letter.isalnum() or letter in "._-") for letter in found)


def test_text_becomes_a_document():
    document = load_text("= Mali War =\r\n\r\nIt began in 2012.", document_id=None, title=None, source="")
    assert (document.id, document.title, document.source) == (
        "Mali-War-" + content_sha256(document.text)[:8],
        "Mali War",
        "",
    )
    assert document.text == "= Mali War =\n\nIt began in 2012."
    assert document.sha256 == content_sha256(document.text)


def test_titles_and_ids_given_win_over_those_found():
    document = load_text("= A =\n\nb c", document_id="x.1", title=" My\nown  title ", source="dir/a.txt")
    assert (document.id, document.title, document.source) == ("x.1", "My own title", "a.txt")


def test_without_a_title_the_name_serves():
    assert load_text("just a line.", document_id=None, title=None, source="a.txt").title == "a.txt"
    assert load_text("just a line.", document_id="a", title=None, source="").title == "a"


@pytest.mark.parametrize("document_id", ["", "..", "a/b", "é", "a b", "x" * 121, "a\n"])
def test_unsafe_ids_are_refused(document_id):
    with pytest.raises(DocumentError) as caught:
        load_text("text", document_id=document_id, title=None, source="")
    assert caught.value.code == "bad_document_id"


def test_lone_surrogates_are_refused():
    with pytest.raises(DocumentError, match="lone surrogate"):
        load_text("half \ud83d here", document_id="a", title=None, source="")


def test_limits_name_the_setting(tmp_path):
    file = tmp_path / "big.txt"
    file.write_bytes(b"a" * 2_000_001)
    for load in (
        lambda: load_file(file, max_bytes=2 * MEGABYTE),
        lambda: load_bytes(file.read_bytes(), name="big.txt", max_bytes=2 * MEGABYTE),
        lambda: load_text("é" * MEGABYTE + "a", document_id="a", title=None, source="", max_bytes=2 * MEGABYTE),
    ):
        with pytest.raises(TooLarge, match=r"limit of 2 MB.*CITECHECK_MAX_DOCUMENT_MB"):
            load()


@pytest.mark.parametrize("name", ["a.doc", "A.ODT", "a.rtf", "a.xlsx", "a.json"])
def test_unsupported_formats_say_what_is_supported(name, tmp_path):
    (tmp_path / name).write_text("words")
    for load in (
        lambda: load_file(tmp_path / name, max_bytes=100),
        lambda: load_bytes(b"words", name=name, max_bytes=100),
        lambda: find_files([tmp_path / name]),
    ):
        with pytest.raises(DocumentError, match=r"\.txt \.text \.md \.markdown \.wiki \.html.* \.pdf \.docx") as caught:
            load()
        assert caught.value.code == "unsupported_format"


def test_folders_hold_files_of_every_format(tmp_path):
    (tmp_path / "b.html").write_text("<h1>Kidal</h1><p>It fell.</p>")
    (tmp_path / "a.csv").write_text("town,fell\nKidal,March\n")
    listing = find_files([tmp_path])
    documents = [load_file(file.path, max_bytes=MEGABYTE) for file in listing.files]
    assert [document.title for document in documents] == ["a.csv", "Kidal"]
    assert [document.pages for document in documents] == [(), ()]


def test_a_title_that_is_given_wins_over_that_of_the_file():
    data = b"<h1>Kidal</h1><p>It fell.</p>"
    document = load_bytes(data, name="a.html", max_bytes=MEGABYTE, title="Mine", document_id="x")
    assert (document.title, document.id, document.source) == ("Mine", "x", "a.html")


@pytest.mark.parametrize("name", ["README", "notes.log", "a.txt", "b.WIKI"])
def test_other_names_are_read_when_they_hold_text(name, tmp_path):
    (tmp_path / name).write_text("words", encoding="utf-8")
    assert load_file(tmp_path / name, max_bytes=100).text == "words"


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    for path in (tmp_path, tmp_path / "pipe.txt", tmp_path / "missing.txt"):
        with pytest.raises(DocumentError):
            load_file(path, max_bytes=100)


def test_folders_are_walked_in_order(tmp_path):
    for name in ("b.txt", "a.md", "sub/c.txt", "sub/d.doc", ".hidden.txt", ".git/e.txt", "noise.bin"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("words")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dead.txt").symlink_to(tmp_path / "nowhere")
    listing = find_files([tmp_path, tmp_path / "b.txt"])
    assert [file.path.relative_to(tmp_path).as_posix() for file in listing.files] == ["a.md", "b.txt", "sub/c.txt"]
    assert [item.path.name for item in listing.skipped] == ["dead.txt", "noise.bin", "d.doc"]
    assert all(item.reason for item in listing.skipped)


def test_two_files_of_one_id_clash(tmp_path):
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "a.md").write_text("words")
    with pytest.raises(DocumentClash, match=r"a\.md.*a\.txt"):
        find_files([tmp_path])


def test_a_missing_path_is_an_error(tmp_path):
    with pytest.raises(DocumentError, match="no file or folder"):
        find_files([tmp_path / "missing"])


def write_manifest(folder, *documents):
    (folder / "manifest.json").write_text(json.dumps({"documents": documents}))


def test_a_manifest_decides(tmp_path):
    for name in ("a.txt", "b.txt", "README.md"):
        (tmp_path / name).write_text(name)
    write_manifest(
        tmp_path, {"id": "first", "title": "The First", "file": "a.txt", "sha256": hashlib.sha256(b"a.txt").hexdigest()}
    )
    (file,) = find_files([tmp_path]).files
    assert (file.path.name, file.document_id, file.title) == ("a.txt", "first", "The First")
    document = load_file(file.path, max_bytes=100, title=file.title, document_id=file.document_id)
    assert (document.id, document.title) == ("first", "The First")


def test_a_changed_file_is_noticed(tmp_path):
    (tmp_path / "a.txt").write_text("changed")
    write_manifest(tmp_path, {"file": "a.txt", "sha256": "0" * 64})
    with pytest.raises(DocumentError, match=r"a\.txt is not the file its manifest describes"):
        find_files([tmp_path])


@pytest.mark.parametrize(
    "entry",
    [
        "a.txt",
        {},
        {"file": "a.txt", "id": "a/b"},
        {"file": "a.txt", "title": 3},
        *({"file": name} for name in ("../a.txt", "/etc/passwd", "..", "missing.txt", "pipe.txt")),
        *({"file": name} for name in ("a\x00.txt", "\ud800.txt", os.fsdecode(b"caf\xe9.txt"))),
    ],
)
def test_unusable_manifest_entries_are_refused(entry, tmp_path):
    for name in ("a.txt", os.fsdecode(b"caf\xe9.txt")):
        (tmp_path / name).write_text("words")
    os.mkfifo(tmp_path / "pipe.txt")
    write_manifest(tmp_path, entry)
    with pytest.raises(DocumentError) as caught:
        find_files([tmp_path])
    assert caught.value.code == "bad_manifest"


def test_broken_and_foreign_manifests(tmp_path):
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(DocumentError, match="not valid JSON"):
        find_files([tmp_path])
    (tmp_path / "manifest.json").write_text('{"name": "a web app"}')
    assert [file.path.name for file in find_files([tmp_path]).files] == ["a.txt"]


def test_a_manifest_is_read_within_bounds(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("words")
    write_manifest(tmp_path, {"file": "a.txt"})
    size = (tmp_path / "manifest.json").stat().st_size
    monkeypatch.setattr(listing, "_MAX_MANIFEST_BYTES", size)
    assert len(find_files([tmp_path]).files) == 1
    monkeypatch.setattr(listing, "_MAX_MANIFEST_BYTES", size - 1)
    with pytest.raises(DocumentError, match=r"manifest\.json is larger than") as caught:
        find_files([tmp_path])
    assert caught.value.code == "bad_manifest"


def test_the_seeds_fit_their_manifest():
    listing = find_files([SEEDS])
    assert not listing.skipped
    assert sorted(file.path.name for file in listing.files) == sorted(path.name for path in SEEDS.glob("*.txt"))
    for file in listing.files:
        document = load_file(file.path, max_bytes=MEGABYTE, title=file.title)
        assert document.id == file.document_id == file.path.stem
        assert document.text == file.path.read_bytes().decode("utf-8")
        # The title is the one the document itself shows, so that a file added on its own keeps it.
        assert load_file(file.path, max_bytes=MEGABYTE).title == file.title
        assert file.path.name in (SEEDS / "README.md").read_text(encoding="utf-8")
