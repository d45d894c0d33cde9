"""Real files of every format, made by the libraries that write them."""

from __future__ import annotations

import io
import textwrap
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage

import docx
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

FELL = (
    "The town fell on 30 March, after the army had withdrawn from the region, as officials in the capital said on "
    "Monday. Nobody was hurt in the fighting, which lasted for less than a day, and the bridge stayed open."
)
OTHER = (
    "The harvest was the best in ten years, according to the farmers of the valley, who had feared a drought until "
    "the rains came late in June. Prices at the market went down by a third, and the mill worked day and night."
)

PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<title>The town fell - Daily</title><style>p {{}}</style></head>
<body><header><a href="/">Daily</a></header><nav><ul><li><a href="/sport">Sport</a></li></ul></nav>
<main><h1>The town fell</h1><p>{FELL}<sup><a href="#n1">[1]</a></sup> About 10<sup>2</sup> people cheered.</p>
<h2>Places</h2><table><thead><tr><th>Town</th><th>Fell on</th></tr></thead>
<tbody><tr><td rowspan="2">Ansongo</td><td>30 March</td></tr><tr><td>2 April | again</td></tr></tbody></table>
<h2>Groups</h2><ul><li>North<ul><li>Leader: Amina</li></ul></li><li>South</li></ul>
<p hidden>Nobody sees this.</p><p style="display: none">Nor this.</p><script>var x = "or this";</script>
<p>First line<br>second line</p></main><footer>All rights reserved</footer></body></html>"""


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def word(*, title: str = "The war") -> bytes:
    document = docx.Document()
    document.core_properties.title = "A name nobody shows"
    document.add_heading(title, 0)
    document.add_heading("March", 1)
    document.add_paragraph("The town fell. It was a ").add_run("long").bold = True
    document.add_heading("Groups", 2)
    document.add_paragraph("North", "List Bullet")
    document.add_paragraph("a part of it", "List Bullet 2")
    document.add_paragraph("South", "List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Town", "Fell on", "Ansongo", "30 March"), strict=True):
        cell.text = text
    document.sections[0].header.paragraphs[0].text = "A header"
    document.sections[0].footer.paragraphs[0].text = "A footer"
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def mail(*, html_only: bool = False) -> bytes:
    message = EmailMessage()
    message["From"] = "Ann Müller <ann@example.org>"
    message["To"] = "b@example.org, c@example.org"
    message["Subject"] = "The town fell — a report"
    message["Date"] = "Fri, 30 Mar 2012 10:00:00 +0000"
    if html_only:
        message.set_content("<h2>Größe</h2><p>The town <b>fell</b>.</p>", subtype="html")
    else:
        message.set_content("Dear all,\n\nthe town fell. Größe!\n")
        message.add_alternative("<p>Not this one.</p>", subtype="html")
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="map.pdf")
    return bytes(message)


CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A book</dc:title></metadata><manifest>'
    '<item id="two" href="chapter%202.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>'
    '<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/></spine></package>'
)


def zipped(**members: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def book(**more: str) -> bytes:
    chapter = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>'
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": PACKAGE,
        "OEBPS/nav.xhtml": chapter.format("<nav>Contents</nav>"),
        "OEBPS/one.xhtml": chapter.format(f"<h1>One</h1><p>{FELL}</p>".replace("withdrawn", "with\u00addrawn")),
        "OEBPS/chapter 2.xhtml": chapter.format(f"<h1>Two</h1><p>{OTHER}</p>"),
    }
    return zipped(**(members | more))


CSV = 'Town;Fell on;Note\nAnsongo;30 March;"fast; quiet"\nMopti;;"a|b\nc"\n'
JSON_LINES = (
    '{"title": "Ansongo", "people": 25969.10, "at": {"lat": 15.7}, "tags": ["a", "b"], "open": true, "none": null}\n\n'
    f'{{"id": 7, "text": "{FELL}"}}\n["x", 2]\n'
)


class Paper:
    """A PDF in the making: A4 pages with lines of Helvetica."""

    def __init__(self, *, password: str | None = None, title: str = "") -> None:
        self._file = io.BytesIO()
        encryption = None if password is None else StandardEncryption(password, strength=128)
        self.canvas = canvas.Canvas(self._file, pagesize=A4, encrypt=encryption, invariant=True)
        if title:
            self.canvas.setTitle(title)

    def lines(self, lines: Sequence[str], *, left: float = 72, top: float = 760, size: float = 11) -> Paper:
        self.canvas.setFont("Helvetica", size)
        for number, line in enumerate(lines):
            self.canvas.drawString(left, top - number * size * 1.2, line)
        return self

    def paragraph(self, text: str, *, top: float = 760, left: float = 72, width: int = 80) -> Paper:
        return self.lines(textwrap.wrap(text, width), left=left, top=top)

    def heading(self, text: str, *, level: int = 0, top: float = 700) -> Paper:
        self.canvas.bookmarkPage(text)
        self.canvas.addOutlineEntry(text, text, level=level)
        return self.lines([text], top=top, size=14)

    def picture(self) -> Paper:
        from PIL import Image

        self.canvas.drawImage(ImageReader(Image.new("RGB", (60, 80), "gray")), 50, 50, 500, 700)
        return self

    def turn(self) -> Paper:
        self.canvas.showPage()
        return self

    def save(self) -> bytes:
        self.canvas.save()
        return self._file.getvalue()


def paper(pages: int = 5) -> bytes:
    made = Paper(title="The war")
    for number in range(1, pages + 1):
        made.lines(["Annual report 2012"], top=810, size=9).lines([f"Page {number} of {pages}"], top=40, size=9)
        if number == 1:
            made.lines(["The war"], top=770, size=22)
        made.heading(f"Chapter {number}", top=720).paragraph(FELL, top=690).paragraph(OTHER, top=600)
        made.turn()
    return made.save()
