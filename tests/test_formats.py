"""Formats: what is taken from a web page, a Word document, an e-mail, a book, a table and records."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from formats_made import CSV, FELL, JSON_LINES, OTHER, PAGE, book, mail, page, paper, saved, word

from index.documents import Document
from index.errors import InputError
from index.formats import registry
from index.loading import load_bytes
from index.structure import parse

LIMIT = 20_000_000


def load(data: bytes | str, name: str) -> Document:
    return load_bytes(data.encode() if isinstance(data, str) else data, name=name, max_bytes=LIMIT)


def test_a_web_page_gives_its_main_content() -> None:
    document = load(PAGE, "fell.html")
    assert (document.id, document.title, document.source) == ("fell", "The town fell", "fell.html")
    assert document.pages == ()
    assert document.text == (
        f"# The town fell\n\n{FELL} About 10² people cheered.\n\n## Places\n\n| Town | Fell on |\n"
        "| Ansongo | 30 March |\n| Ansongo | 2 April \\| again |\n\n## Groups\n\n"
        "- North\n  - Leader: Amina\n- South\n\nFirst line\nsecond line"
    )


def test_structure_reads_what_a_page_becomes() -> None:
    structure = parse(load(PAGE, "fell.html").text)
    assert [heading.title for heading in structure.headings] == ["The town fell", "Places", "Groups"]
    rows = [block for block in structure.blocks if block.kind == "table_row"]
    assert [[cell.label for cell in row.cells] for row in rows] == [["Town", "Fell on"]] * 2


def test_without_marks_the_main_content_is_found() -> None:
    links = "".join(f'<li><a href="/{number}">Section {number}</a></li>' for number in range(20))
    body = (
        f'<div class="menu"><ul>{links}</ul></div><div class="content"><h2>March</h2><p>{FELL}</p><p>{OTHER}</p>'
        "<table><tr><th>Town</th><th>Fell</th></tr><tr><td>Ansongo</td><td>March</td></tr></table></div>"
        '<div class="footer"><p>Copyright 2012 Daily</p></div>'
    )
    text = load(page(body, "<title>The town fell</title>"), "a.htm").text
    assert text.startswith("# The town fell\n\n## March\n\n")
    assert FELL in text
    assert OTHER in text
    assert "| Ansongo | March |" in text
    assert "Section 7" not in text
    assert "Copyright" not in text


def test_a_short_page_is_taken_whole() -> None:
    assert load(page("<nav>Menu</nav><p>It fell.</p><p>On Monday.</p>"), "a.html").text == "It fell.\n\nOn Monday."


def test_a_short_page_is_what_it_marks_as_its_content() -> None:
    body = "<div>Daily News</div><main><h1>It fell</h1><p>On Monday.</p></main><div>Read more</div>"
    assert load(page(body), "a.html").text == "# It fell\n\nOn Monday."


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-1", "koi8-r", "utf-8", "utf-16"])
def test_pages_are_read_in_the_encoding_they_declare(encoding: str) -> None:
    words = "Взятие города" if encoding == "koi8-r" else "Größe, déjà vu"
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">'
    data = f"<html><head>{head}</head><body><p>{words}</p></body></html>".encode(encoding)
    assert load(data, "a.html").text == words


def test_label_and_value_tables_are_info_boxes() -> None:
    rows = (
        "<tr><th colspan=2>Ansongo</th></tr><tr><th>Mayor:</th><td>Amina</td></tr><tr><th>River</th><td>Niger</td></tr>"
    )
    text = load(page(f"<h1>Ansongo</h1><table>{rows}</table>"), "a.html").text
    assert text == "# Ansongo\n\n- Ansongo\n- Mayor: Amina\n- River: Niger"
    assert [block.kind for block in parse(text).blocks] == ["list_item", "field", "field"]


def test_tables_that_arrange_a_page_are_read_cell_by_cell() -> None:
    inner = "<table><tr><td>a</td><td>b</td></tr></table>"
    text = load(page(f"<table><tr><td><p>Left.</p></td><td>{inner}</td></tr></table>"), "a.html").text
    assert text == "Left.\n\n| a | b |"


def test_spans_beyond_reason_are_cut() -> None:
    text = load(
        page("<table><tr><td colspan=99999999 rowspan=99999999>a</td><td>b</td></tr><tr></table>"), "a.html"
    ).text
    assert text.startswith("| a |  |")
    assert len(text) < 2_000


def test_definitions_code_and_quotations() -> None:
    body = "<dl><dt>Erg</dt><dd>A sea of sand.</dd></dl><pre>\na  b\n c</pre><p>He <q>left</q>.</p><ol><li>x<li>y</ol>"
    assert load(page(body), "a.html").text == (
        "- Erg: A sea of sand.\n\n```\na  b\n c\n```\n\nHe “left”.\n\n1. x\n2. y"
    )


def test_a_word_document() -> None:
    document = load(word(), "war.docx")
    assert document.title == "The war"
    assert document.text == (
        "# The war\n\n# March\n\nThe town fell. It was a long\n\n## Groups\n\n- North\n  - a part of it\n- South\n\n"
        "| Town | Fell on |\n| Ansongo | 30 March |"
    )


def test_a_word_document_without_styles_is_named_by_its_properties() -> None:
    import docx

    document = docx.Document()
    document.core_properties.title = "Minutes & more"
    document.add_paragraph(FELL)
    loaded = load(saved(document), "a.docx")
    assert (loaded.title, loaded.text) == ("Minutes & more", FELL)


def test_an_email() -> None:
    document = load(mail(), "a.eml")
    assert document.title == "The town fell — a report"
    assert document.text == (
        "# The town fell — a report\n\n- From: Ann Müller <ann@example.org>\n- To: b@example.org, c@example.org\n"
        "- Date: Fri, 30 Mar 2012 10:00:00 +0000\n- Attachments: map.pdf\n\nDear all,\n\nthe town fell. Größe!"
    )
    assert load(mail(html_only=True), "a.eml").text.endswith("map.pdf\n\n## Größe\n\nThe town fell.")


def test_a_book() -> None:
    document = load(book(), "a.epub")
    assert (document.title, document.text) == ("A book", f"# A book\n\n# One\n\n{FELL}\n\n# Two\n\n{OTHER}")
    assert parse(document.text).title == "A book"


def test_xhtml_is_read_by_the_rules_of_xml() -> None:
    xhtml = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
    body = (
        '<body><p>One&nbsp;two &mdash; <a id="x"/>three &amp; <i/>four.</p><script src="x"/><p>Five.</p></body></html>'
    )
    assert load(xhtml + body, "a.xhtml").text == "One\u00a0two — three & four.\n\nFive."
    assert load(xhtml + body.replace("</i>", ""), "a.html").text.startswith("One\u00a0two")
    soup = xhtml.replace("<title/>", "<title>T</title>") + "<body><p>Unclosed<br>line</body></html>"
    assert load(soup, "a.html").text == "Unclosed\nline"


def test_a_table() -> None:
    assert load(CSV, "a.csv").text == (
        "| Town | Fell on | Note |\n| Ansongo | 30 March | fast; quiet |\n| Mopti |  | a\\|b c |\n"
    )
    assert load("a,b\tc,d\n", "a.tsv").text == "| a,b | c,d |\n"


def test_records() -> None:
    assert load(JSON_LINES, "a.jsonl").text == (
        "## Ansongo\n\n- title: Ansongo\n- people: 25969.10\n- at lat: 15.7\n- tags: a, b\n- open: true\n\n"
        f"## 7\n\n- id: 7\n\n### text\n\n{FELL}\n\n## 4\n\n- value: x, 2\n"
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.html", PAGE.encode()), ("a.docx", word()), ("a.eml", mail()), ("a.epub", book()), ("a.pdf", paper())],
)
def test_the_same_file_gives_the_same_text(name: str, data: bytes) -> None:
    assert load(data, name) == load(data, name)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"run pip install 'citecheck\[formats\]'") as caught:
        load(PAGE, "a.html")
    assert caught.value.code == "format_not_installed"
    assert load(CSV, "a.csv").text


def test_libraries_are_imported_only_where_files_are_read() -> None:
    code = (
        "import sys, formats_made\nfrom index.loading import load_bytes\n"
        "for name in ('lxml', 'docx', 'reportlab'): sys.modules.pop(name, None)\n"
        "known = set(sys.modules)\nload_bytes(formats_made.PAGE.encode(), name='a.html', max_bytes=10**6)\n"
        "load_bytes(formats_made.paper(), name='a.pdf', max_bytes=10**6)\n"
        "print({name.split('.')[0] for name in sys.modules} & {'trafilatura', 'mammoth', 'pypdfium2'})"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent, check=True
    )
    assert result.stdout.strip() == "set()"
