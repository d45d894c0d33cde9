"""The documents in a real browser: dropped in with progress, read with their outline, removed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytest.importorskip("playwright.sync_api")
import page_browser
from page_browser import ask, cite, document_text, raw, texts
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

browser, problems, page, add = page_browser.browser, page_browser.problems, page_browser.page, page_browser.add

# Long enough for a progress that can be seen.
LINE = "The tide tables of Quillhaven give high water at 06:12 and low water at 12:31. "
DROPPED = """files => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  return data;
}"""


def open_documents(page: Page) -> int:
    """Show the documents, and return how many there are."""
    page.goto("")
    page.get_by_role("tab", name="Documents").click()
    rows = page.locator("#document-list > li[data-document]")
    expect(rows.first).to_be_visible()
    return rows.count()


def drop(page: Page, *files: tuple[str, str]) -> None:
    data = page.evaluate_handle(DROPPED, [list(file) for file in files])
    page.dispatch_event("#document-list", "dragover", {"dataTransfer": data})
    expect(page.locator("#panel-documents")).to_have_class(re.compile("dropping"))
    page.dispatch_event("#document-list", "drop", {"dataTransfer": data})


def test_files_dropped_anywhere_are_added_one_by_one(page: Page, problems: list[str]) -> None:
    count = open_documents(page)
    page.evaluate(
        """() => {
          window.seen = [];
          const watch = new MutationObserver(() => window.seen.push(document.getElementById("uploads").textContent));
          watch.observe(document.getElementById("uploads"), { childList: true, characterData: true, subtree: true });
        }"""
    )
    held: list[Route] = []
    page.route("**/v1/documents", lambda route: held.append(route), times=1)
    drop(
        page, ("page-drop-tides.md", f"# Tides\n\n{LINE * 2000}"), ("page-drop.pdf", "%PDF"), ("page-drop-2.txt", LINE)
    )
    expect(page.locator("#panel-documents")).not_to_have_class(re.compile("dropping"))
    rows = page.locator("#uploads li")
    expect(rows).to_have_text(
        [re.compile("page-drop-tides.md"), "Waiting to add page-drop.pdf", "Waiting to add page-drop-2.txt"]
    )
    expect(page.get_by_role("progressbar", name="Adding page-drop-tides.md")).to_be_visible()
    held[0].continue_()
    expect(rows.nth(0)).to_have_text("Added page-drop-tides.md")
    expect(rows.nth(1)).to_have_text(re.compile(r"^page-drop\.pdf: "))
    expect(rows.nth(1)).to_have_class(re.compile("problem"))
    expect(rows.nth(2)).to_have_text("Added page-drop-2.txt")
    assert any("Indexing page-drop-tides.md…" in seen for seen in page.evaluate("window.seen"))
    expect(page.locator("#uploads progress")).to_have_count(0)
    expect(page.locator("#document-list > li")).to_have_count(count + 2)
    for name in ("page-drop-tides", "page-drop-2"):
        page.request.delete(f"v1/documents/{name}")
    assert len(problems) == 1, "only the file that is refused"
    problems.clear()


def test_the_upload_tells_how_far_it_is(page: Page) -> None:
    page.goto("")
    told = page.evaluate(
        """async () => {
          const { addDocument } = await import("./static/api.js");
          class Upload extends EventTarget {
            upload = new EventTarget();
            open() {}
            send() {
              for (const loaded of [0, 50, 100]) {
                this.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded, total: 100 }));
              }
              this.dispatchEvent(new Event("error"));
            }
          }
          window.XMLHttpRequest = Upload;
          const shares = [];
          const sent = addDocument(new File(["x"], "x.txt"), (share) => shares.push(share));
          return [shares, (await sent.catch((error) => error)).message];
        }"""
    )
    assert told[0] == [0, 0.5, 1]
    assert "cannot be reached" in told[1]


def test_a_file_dropped_beside_the_documents_does_not_replace_the_page(page: Page) -> None:
    page.goto("")
    data = page.evaluate_handle(DROPPED, [["page-drop-3.txt", "x"]])
    page.dispatch_event("#panel-ask", "drop", {"dataTransfer": data})
    prevented = page.evaluate(
        """data => {
          const event = new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer: data });
          return !document.getElementById("panel-ask").dispatchEvent(event);
        }""",
        data,
    )
    assert prevented
    expect(page.get_by_label("Your question")).to_be_visible()


def test_reads_a_document_by_its_outline(page: Page, add: Callable[[str, str], None]) -> None:
    sections = [f"## Chapter {at} 🧭\n\n{LINE * 30}\n\n### Notes {at}\n\n{LINE * 10}\n\n" for at in range(1, 9)]
    text = "# The book of tides\n\n" + "".join(sections)
    add("page-test-outline", text)
    outline = page.request.get("v1/documents/page-test-outline/outline").json()["sections"]
    assert [one["title"] for one in outline][:3] == ["The book of tides", "Chapter 1 🧭", "Notes 1"]
    assert all(text[one["start"] :].startswith(one["title"]) for one in outline)
    assert [one["level"] for one in outline][:3] == [1, 2, 3]
    open_documents(page)
    page.get_by_role("button", name="Read The book of tides").click()
    nav = page.get_by_role("navigation", name="Outline of the document")
    expect(nav.get_by_role("button")).to_have_text([one["title"] for one in outline])
    assert raw(page, ".document-text") == text
    chapter = nav.get_by_role("button", name="Chapter 6")
    chapter.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source-body")).to_be_focused()
    expect(chapter).to_have_attribute("aria-current", "location")
    drawn = page.evaluate(
        """words => {
          const text = document.querySelector(".document-text").firstChild;
          const range = new Range();
          range.setStart(text, text.data.indexOf(words));
          range.setEnd(text, text.data.indexOf(words) + words.length);
          return range.getBoundingClientRect().top - document.getElementById("source-body").getBoundingClientRect().top;
        }""",
        "Chapter 6 🧭",
    )
    assert drawn == pytest.approx(16, abs=2)


def test_the_outline_reaches_what_a_long_document_does_not_show_yet(
    page: Page, add: Callable[[str, str], None]
) -> None:
    text = "# Long tides\n\n" + "".join(f"## Year {at}\n\n{LINE * 500}\n\n" for at in range(1, 13))
    assert len(text) > 400_000
    add("page-test-long", text)
    open_documents(page)
    page.get_by_role("button", name="Read Long tides").click()
    page.get_by_role("button", name="Year 11").click()
    expect(page.locator(".document-text")).to_contain_text("Year 11")
    assert raw(page, ".document-text") in text
    expect(page.get_by_role("button", name=re.compile("Show more above"))).to_be_attached()


def test_a_citation_has_the_outline_of_the_version_it_quotes(page: Page, add: Callable[[str, str], None]) -> None:
    words = "The ferry at Quillhaven left 🛶 at noon."
    add("page-test-old", f"# Ferries\n\n## Noon\n\n{words}\n")
    quote = cite(page, words)
    add("page-test-old", f"# Ferries\n\n## Evening\n\n{words.replace('noon', 'six')}\n")
    page.goto(f"#{quote['id']}")
    expect(page.locator("mark.quote")).to_be_in_viewport()
    page.get_by_text("Outline", exact=True).click()
    nav = page.get_by_role("navigation", name="Outline of the document")
    assert texts(nav.get_by_role("button")) == ["Ferries", "Noon"]
    assert raw(page, ".document-text") == document_text(page, quote)


def test_a_document_added_here_answers_at_once(page: Page) -> None:
    open_documents(page)
    words = "The harbour master of Quillhaven is Odalys Fenwright."
    drop(page, ("page-drop-master.txt", f"Harbour notes\n\n{words}\n"))
    expect(page.locator("#uploads li")).to_have_text("Added page-drop-master.txt")
    page.keyboard.press("/")
    turn = ask(page, "Who is the harbour master of Quillhaven?")
    page.request.delete("v1/documents/page-drop-master")
    expect(turn.locator("blockquote").first).to_contain_text("Odalys Fenwright")


def test_metadata_is_shown_as_text(page: Page) -> None:
    said = {
        "author": "<b>A.</b> Reporter",
        "date": "2012-04",
        "tags": ["<i>tides</i>"],
        "address": "https://example.org/a",
    }
    reply = page.request.post("v1/documents", data={"id": "page-test-said", "title": "Said", "text": LINE, **said})
    assert reply.ok, reply.text()
    try:
        open_documents(page)
        row = page.locator("[data-document='page-test-said']")
        expect(row.locator(".said")).to_have_text("<b>A.</b> Reporter · 2012-04 · <i>tides</i> · https://example.org/a")
        expect(row.locator("a")).to_have_count(0)
        expect(page.locator("[data-document='003_2ac005a384697a87'] .said")).to_have_count(0)
    finally:
        page.request.delete("v1/documents/page-test-said")
