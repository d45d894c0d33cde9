"""PDF files: text in reading order with page numbers, headings of the outline, words joined that lines divided."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import DocumentError
from index.formats.extracted import Extracted, broken, encrypted
from index.formats.pdf_columns import reading_order
from index.formats.pdf_furniture import without_furniture
from index.formats.pdf_lines import Line, read_lines
from index.formats.pdf_outline import Entry, mark_headings, page_title
from index.formats.pdf_text import join_pages
from index.messages import shown
from index.metadata import Metadata, found_metadata, split_tags

_LABEL = "a PDF"
_SIGNATURE_WITHIN = 1024
_MAX_UNREADABLE = 0.3


def read(data: bytes, name: str) -> Extracted:
    """Return the text of a PDF; raises DocumentError."""
    if b"%PDF-" not in data[:_SIGNATURE_WITHIN]:
        raise broken(name, _LABEL)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise encrypted(name) from error
        raise broken(name, _LABEL) from error
    pages, unread = _pages(document)
    if not any(pages):
        raise _nothing_readable(name, len(pages), scanned=bool(unread))
    lines = [reading_order(page) for page in without_furniture(pages)]
    said = document.get_metadata_dict()
    title = page_title(next(page for page in lines if page), said.get("Title", ""))
    text, starts = join_pages(mark_headings(lines, list(_outline(document)), title))
    return Extracted(text, title, starts, unread, _metadata(said, _language(document)))


def _metadata(said: dict[str, str], language: str) -> Metadata:
    """Return what the information dictionary says; the date is that of making the file."""
    return found_metadata(
        author=said.get("Author"),
        date=said.get("CreationDate"),
        language=language,
        tags=split_tags(said.get("Keywords", "")),
    )


def _language(document: pypdfium2.PdfDocument) -> str:
    size = pdfium.FPDFCatalog_GetLanguage(document, None, 0)
    letters = (pdfium.FPDF_WCHAR * (size // 2))()
    pdfium.FPDFCatalog_GetLanguage(document, letters, size)
    return bytes(letters).decode("utf-16-le", "replace").rstrip("\0")


def _pages(document: pypdfium2.PdfDocument) -> tuple[list[list[Line]], tuple[int, ...]]:
    """Return each page's lines and the numbers of the pages that show something but no text."""
    pages: list[list[Line]] = []
    unread: list[int] = []
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
            lines = read_lines(page)
            if not _is_readable(lines):
                lines = []
                unread += [number] if next(page.get_objects(max_depth=2), None) is not None else []
            page.close()
        except pypdfium2.PdfiumError:
            lines = []
            unread.append(number)
        pages.append(lines)
    return pages, tuple(unread)


def _is_readable(lines: list[Line]) -> bool:
    """Whether lines are words; fonts without a table of letters yield private or replacement characters."""
    text = "".join(line.text for line in lines)
    strange = sum(letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff" for letter in text)
    return strange <= _MAX_UNREADABLE * len(text) and any(letter.isalnum() for letter in text)


def _outline(document: pypdfium2.PdfDocument) -> Iterator[Entry]:
    for bookmark in document.get_toc(max_depth=6):
        destination = bookmark.get_dest()
        index = None if destination is None else destination.get_index()
        if index is not None and (title := " ".join(bookmark.get_title().split())):
            yield Entry(bookmark.level, title, index)


def _nothing_readable(name: str, pages: int, *, scanned: bool) -> DocumentError:
    if not scanned:
        return DocumentError(f"{shown(name)} is a PDF without any text; add one that has some.", code="empty_document")
    return DocumentError(
        f"{shown(name)} holds pictures of its {pages} pages and no text; run text recognition (OCR) on it and add the "
        "result.",
        code="no_readable_text",
    )
