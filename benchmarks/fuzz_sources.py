"""Real files of every format to be mutated: made by each format's own libraries, and found on this machine."""

from __future__ import annotations

import html
import importlib.util
import io
import random
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from importlib.metadata import distributions
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_LARGEST = 1_000_000
_FILES_OF_A_KIND = 30
_CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def real_files(suffix: str, folder: Path | None) -> Iterator[bytes]:
    """Yield files of a format: made here and by the tests, brought by installed packages, and those in `folder`."""
    made = _made_by_tests().get(suffix)
    if made is not None:
        yield made
    for seed in sorted((_ROOT / "seeds").glob("0*.txt")):
        written = _written(suffix, seed.stem, seed.read_text(encoding="utf-8").split("\n\n"))
        if written is not None:
            yield written
    places = [Path(str(file.locate())) for one in distributions() for file in one.files or () if file.suffix == suffix]
    places += (_ROOT / "eval" / "gold").glob(f"*{suffix}")
    kept = random.Random(suffix).sample(sorted(places), min(len(places), _FILES_OF_A_KIND))
    if folder is not None:
        kept += sorted(path for path in folder.rglob(f"*{suffix}") if path.is_file())
    for path in kept:
        if path.is_file() and 0 < path.stat().st_size < _LARGEST:
            yield path.read_bytes()


def _written(suffix: str, name: str, paragraphs: list[str]) -> bytes | None:
    """Return a seed as a file of another format, or None where there is no writer for it."""
    if suffix == ".docx":
        return _word(paragraphs)
    if suffix == ".pdf":
        return _paper(paragraphs)
    if suffix == ".html":
        return _page(name, paragraphs).encode()
    if suffix == ".epub":
        return _book(name, paragraphs)
    if suffix == ".eml":
        return _mail(name, paragraphs)
    return "\n\n".join(paragraphs).encode() if suffix in (".txt", ".md") else None


def _word(paragraphs: list[str]) -> bytes:
    import docx

    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph, "Heading 1" if len(paragraph) < 60 else None)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _paper(paragraphs: list[str]) -> bytes:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

    styles, file = getSampleStyleSheet(), io.BytesIO()
    story: list[Flowable] = [
        Paragraph(html.escape(text), styles["Heading1" if len(text) < 60 else "BodyText"]) for text in paragraphs
    ]
    SimpleDocTemplate(file).build(story)
    return file.getvalue()


def _page(name: str, paragraphs: list[str]) -> str:
    body = "".join(f"<p>{html.escape(paragraph)}</p>\n" for paragraph in paragraphs)
    return f"<!DOCTYPE html><html><head><title>{name}</title></head><body><main>{body}</main></body></html>"


def _book(name: str, paragraphs: list[str]) -> bytes:
    chapters = [paragraphs[start : start + 20] for start in range(0, len(paragraphs), 20)]
    items = "".join(
        f'<item id="c{number}" href="c{number}.xhtml" media-type="application/xhtml+xml"/>'
        for number in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{name}</dc:title></metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", _CONTAINER)
        archive.writestr("book.opf", package)
        for number, chapter in enumerate(chapters):
            page = _page(name, chapter).removeprefix("<!DOCTYPE html><html>")
            archive.writestr(f"c{number}.xhtml", f'<html xmlns="http://www.w3.org/1999/xhtml">{page}')
    return file.getvalue()


def _mail(name: str, paragraphs: list[str]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "A <a@example.org>", "B <b@example.org>", name
    message["Date"] = "Fri, 06 Apr 2012 10:00:00 +0000"
    message.set_content("\n\n".join(paragraphs))
    message.add_alternative(_page(name, paragraphs), subtype="html")
    message.add_attachment(b"\0\1\2" * 100, maintype="application", subtype="octet-stream", filename="data.bin")
    return message.as_bytes()


def _made_by_tests() -> dict[str, bytes]:
    """Return what the tests make: small files with many of the things that a format can hold."""
    spec = importlib.util.spec_from_file_location("formats_made", _ROOT / "tests" / "formats_made.py")
    if spec is None or spec.loader is None:
        return {}
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return {
        ".html": made.PAGE.encode(),
        ".pdf": made.paper(12),
        ".docx": made.word(),
        ".eml": made.mail(),
        ".epub": made.book(),
        ".csv": made.CSV.encode(),
        ".jsonl": made.JSON_LINES.encode(),
    }
