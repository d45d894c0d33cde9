"""The page in a real browser: what a reader sees is what the service said, and nothing a document holds can act."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
import page_browser
from page_browser import (
    HOSTILE,
    QUESTION,
    SENTENCE,
    UNANSWERABLE,
    answer_with,
    api_ask,
    ask,
    cite,
    document_text,
    fits,
    look_up,
    raw,
    send,
)
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

browser, problems, page, add = page_browser.browser, page_browser.problems, page_browser.page, page_browser.add

EMOJI = (
    "Notes of the 🧭 expedition 𝔘𝔫𝔦𝔠𝔬𝔡𝔢\n\n"
    "👩🏽‍🚀🗺️ A first line with 𝒶𝓈𝓉𝓇𝒶𝓁 letters, combining e\u0301 and \u202bעברית\u202c.\n\n"
    "The lamplighter 🪔 Orvane Tollgate painted 🎨 the 7 doors of Quillhaven cobalt 🟦 in 1931. 🎉 After.\n"
)


def test_shows_the_answer_with_its_quotes(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    said = api_ask(page, QUESTION)
    assert said["status"] == "answered"
    assert raw(page, "#thread .answer .words") == said["answer"]
    expect(page.locator("#thread .status")).to_contain_text(f"confidence {said['confidence']:.2f}")
    quotes = page.locator("#thread blockquote")
    assert quotes.evaluate_all("nodes => nodes.map(node => node.textContent)") == [c["text"] for c in said["citations"]]
    expect(page.locator("#thread .where").first).to_contain_text(said["citations"][0]["title"])


def test_opens_the_source_and_marks_exactly_the_quoted_words(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    citations = api_ask(page, QUESTION)["citations"]
    assert citations
    for index, citation in enumerate(citations):
        page.get_by_role("button", name="Open in source").nth(index).click()
        expect(page.locator("#source")).to_be_visible()
        expect(page.locator(f"[data-citation='{citation['id']}']")).to_have_attribute("aria-current", "true")
        expect(page.locator("#source-title")).to_have_text(citation["title"])
        expect(page.locator("mark.quote")).to_have_text(citation["text"])
        assert raw(page, "mark.quote") == citation["text"]
        assert raw(page, ".document-text") == document_text(page, citation)
        expect(page.locator("mark.quote")).to_be_in_viewport()
        assert page.url.endswith("&" + citation["id"])


def test_examples_and_the_whole_card_are_clickable(page: Page) -> None:
    page.goto("")
    example = page.locator("#examples button").first
    question = example.inner_text()
    example.click()
    expect(page.locator("#thread .asked")).to_have_text(question)
    expect(page.locator(".turn")).to_have_attribute("aria-busy", "false")
    answer_with(page, cite(page, SENTENCE))
    ask(page, QUESTION)
    page.locator("#thread .card blockquote").last.click()
    assert raw(page, "mark.quote") == SENTENCE


def test_a_refusal_is_visibly_no_answer(page: Page) -> None:
    page.goto("")
    ask(page, UNANSWERABLE)
    said = api_ask(page, UNANSWERABLE)
    assert said["status"] == "declined"
    expect(page.locator("#thread .refusal")).to_have_text("The documents do not say.")
    expect(page.locator("#thread .reason")).not_to_be_empty()
    expect(page.locator("#thread .answer, #thread ol, #thread mark, #thread .pill")).to_have_count(0)
    expect(page.locator("#thread .nearest blockquote")).to_have_count(len(said["nearest"]))
    if said["nearest"]:
        expect(page.get_by_role("heading", name="Closest passages (not an answer)")).to_be_visible()


def test_rival_answers_stand_side_by_side_with_their_own_quotes(page: Page) -> None:
    first, second = cite(page, SENTENCE), cite(page, "three consecutive days")
    rivals = [{"answer": "one", "confidence": 0.6, "citations": [first]}]
    rivals += [{"answer": "two", "confidence": 0.5, "citations": [second]}]
    answer_with(page, first, status="conflicting", answer="one", alternatives=rivals)
    page.goto("")
    ask(page, QUESTION)
    expect(page.locator("#thread .status").first).to_have_text("The documents disagree: 2 answers")
    expect(page.locator(".rival .words")).to_have_text(["one", "two"])
    expect(page.locator(".rival").nth(1).locator("blockquote")).to_have_text("three consecutive days")


@pytest.mark.parametrize(
    ("quote", "match", "words"),
    [
        (SENTENCE, "exact", "These exact words stand in"),
        (SENTENCE.lower().replace("'", "’"), "normalized", "only case, accents, spacing"),
        (SENTENCE.replace("were overrun", "were not overrun"), "altered", "Not verbatim"),
        ("The moon is made of green cheese and so is the sun", "absent", "do not stand in the documents"),
    ],
    ids=["exact", "normalized", "altered", "absent"],
)
def test_looks_up_a_quote(page: Page, quote: str, match: str, words: str) -> None:
    page.goto("")
    look_up(page, quote)
    expect(page.locator(f".found[data-match={match}]")).to_contain_text(words)
    if match == "absent":
        expect(page.locator("#lookup-result ol")).to_have_count(0)
        return
    assert "overrun by the rebels" in raw(page, "#lookup-result blockquote")
    page.locator("#lookup-result").get_by_role("button", name="Open in source").first.click()
    assert raw(page, "mark.quote") == raw(page, "#lookup-result blockquote")


def test_an_altered_quote_shows_each_difference_with_its_label(page: Page) -> None:
    page.goto("")
    look_up(page, SENTENCE.replace("were overrun", "were not overrun").replace("the coup", "the vote"))
    expect(page.locator("#lookup-result del")).to_have_text(["yours vote", "yours not"])
    expect(page.locator("#lookup-result ins")).to_have_text(["source coup"])


def test_differences_stand_where_the_service_says(page: Page) -> None:
    source = "🎉 Ménaka fell twice, then rose"
    citation = cite(page, SENTENCE) | {"start": 100, "end": 100 + len(source), "text": source}

    def difference(quote: str, words: str, start: int) -> dict[str, Any]:
        return {"op": "?", "quote": quote, "source": words, "start": 100 + start, "end": 100 + start + len(words)}

    found = [
        difference("", "🎉", 0),
        difference("not", "", source.index("fell")),
        difference("once", "twice", source.index("twice")),
        difference("again", "", len(source)),
    ]
    results = [{"citation": citation, "similarity": 0.8, "differences": found}]
    page.route("**/v1/lookup", lambda route: route.fulfill(json={"match": "altered", "results": results}))
    page.goto("")
    look_up(page, "any words")
    shown = "source 🎉 Ménaka yours not fell yours once source twice, then rose yours again"
    expect(page.locator(".differences p").last).to_have_text(shown)
    expect(page.locator(".differences .words")).to_have_text(["🎉", "not", "once", "twice", "again"])


def test_offsets_count_code_points(page: Page) -> None:
    page.goto("")
    chance = random.Random(7)
    alphabet = "aé—\n 🎉👩🏽‍🚀𝔘\u0301\uffff\U0010ffff"
    texts = ["".join(chance.choices(alphabet, k=chance.randrange(40))) for _ in range(200)]
    cases = [(text, *sorted(chance.choices(range(len(text) + 1), k=2))) for text in texts]
    sliced = page.evaluate(
        "async cases => { const { slice } = await import('./static/text.js'); return cases.map((c) => slice(...c)); }",
        cases,
    )
    assert sliced == [text[start:end] for text, start, end in cases]


def test_highlight_and_quote_are_exact_behind_emoji(page: Page, add: Callable[[str, str], None]) -> None:
    add("page-test-emoji", EMOJI)
    citation = cite(page, "The lamplighter 🪔 Orvane Tollgate painted 🎨 the 7 doors of Quillhaven cobalt 🟦 in 1931.")
    start = EMOJI.index("7 doors")
    citation["highlight"] = {"start": start, "end": EMOJI.index(" in 1931")}
    answer_with(page, citation)
    page.goto("")
    ask(page, "Which doors did the lamplighter paint?")
    assert raw(page, "#thread blockquote") == citation["text"]
    assert raw(page, "#thread mark") == "7 doors of Quillhaven cobalt 🟦"
    page.get_by_role("button", name="Open in source").click()
    assert raw(page, "mark.quote") == citation["text"]
    assert raw(page, "mark.highlight") == "7 doors of Quillhaven cobalt 🟦"
    before = page.locator("mark.quote").evaluate("node => node.previousSibling.textContent")
    assert before == EMOJI[: citation["start"]]


def test_marks_nothing_rather_than_the_wrong_words(page: Page) -> None:
    citation = cite(page, SENTENCE)
    citation["start"] += 1
    citation["end"] += 1
    answer_with(page, citation)
    page.goto("")
    ask(page, QUESTION)
    page.get_by_role("button", name="Open in source").click()
    expect(page.locator("#source-note")).to_contain_text("nothing is marked")
    expect(page.locator("#source mark")).to_have_count(0)
    expect(page.locator(".document-text")).to_contain_text(SENTENCE)


def test_a_hostile_document_is_inert(page: Page, add: Callable[[str, str], None]) -> None:
    add("page-test-hostile", f"# {HOSTILE}\n\n{HOSTILE}\n")
    answer_with(page, cite(page, HOSTILE), answer=HOSTILE)
    page.goto("")
    ask(page, HOSTILE)
    assert raw(page, "#thread blockquote") == HOSTILE
    page.get_by_role("button", name="Open in source").click()
    expect(page.locator(".document-text")).to_contain_text(HOSTILE)
    page.get_by_role("button", name="Close").click()
    look_up(page, HOSTILE)
    expect(page.locator("#lookup-result blockquote").first).to_have_text(HOSTILE)
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("[data-document=page-test-hostile]")).to_be_visible()
    assert page.locator("img, svg, body script").count() == 0


def test_a_policy_forbids_everything_from_outside(page: Page) -> None:
    reply = page.goto("")
    assert reply is not None
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.locator("[style], style, script:not([src])").count() == 0
    assert page.content().lstrip().lower().startswith("<!doctype html>")


def test_works_by_keyboard_alone(page: Page) -> None:
    page.goto("")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#thread .card").first).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == "Open in source":
            break
    page.keyboard.press("Enter")
    expect(page.locator("mark.quote")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('#source') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Open in source"
    assert "c1:" not in page.url
    page.get_by_role("tab", name="Ask").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("The quote to look up")).to_be_visible()
    expect(page.get_by_role("tab", name="Look up a quote")).to_be_focused()


def test_the_box_clears_and_counts(page: Page) -> None:
    page.goto("")
    field = page.get_by_label("Your question")
    expect(page.get_by_role("button", name="Clear the question")).to_be_hidden()
    field.fill("x" * 1_900)
    expect(page.locator("#panel-ask .counter")).to_have_text("1,900 of 2,000 characters")
    page.get_by_role("button", name="Clear the question").click()
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    expect(page.locator("#panel-ask .counter")).to_be_empty()


def test_copies_the_quote_with_its_reference(page: Page) -> None:
    citation = cite(page, SENTENCE)
    answer_with(page, citation)
    page.goto("")
    ask(page, QUESTION)
    page.get_by_role("button", name="Copy quote with reference").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    for part in (citation["text"], citation["title"], *citation["section"], citation["id"]):
        assert part in copied
    expect(page.locator("#source")).to_be_hidden()


def test_a_shared_address_opens_the_source(page: Page) -> None:
    citation = cite(page, SENTENCE)
    page.goto("#" + citation["id"])
    assert raw(page, "mark.quote") == SENTENCE
    expect(page.locator("mark.quote")).to_be_in_viewport()
    expect(page.locator("#source-note")).to_be_empty()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_label("Your question")).to_be_focused()
    page.go_back()
    expect(page.locator("mark.quote")).to_be_visible()


def test_an_old_address_says_what_became_of_the_words(
    page: Page, add: Callable[[str, str], None], problems: list[str]
) -> None:
    words = "The ferry at Quillhaven left 🛶 every hour on the hour."
    add("page-test-versions", f"Ferries\n\n{words}\n")
    citation = cite(page, words)
    add("page-test-versions", f"Ferries\n\nA sentence stands before now.\n\n{words}\n")
    page.goto("#" + citation["id"])
    expect(page.locator("#source-note")).to_contain_text("now stand elsewhere")
    assert raw(page, "mark.quote") == words
    page.get_by_role("button", name="Show in the current version").click()
    expect(page.locator(".document-text")).to_contain_text("A sentence stands before now.")
    assert raw(page, "mark.quote") == words
    add("page-test-versions", f"Ferries\n\n{words.replace('every hour', 'every other hour')}\n")
    page.goto("about:blank")
    page.goto("#" + citation["id"])
    expect(page.locator("#source-note")).to_contain_text("now says this differently")
    assert raw(page, "mark.quote") == words
    add("page-test-versions", "Ferries\n\nNothing sails from there any more.\n")
    page.goto("about:blank")
    page.goto("#" + citation["id"])
    expect(page.locator("#source-note")).to_contain_text("no longer in the documents")
    assert raw(page, "mark.quote") == words
    page.request.delete("v1/documents/page-test-versions")
    page.goto("about:blank")
    page.goto("#" + citation["id"])
    expect(page.locator("#source-note")).to_contain_text("no longer in the documents")
    page.goto("about:blank")
    page.goto("#c1:nonsense")
    expect(page.locator("#source-note .problem")).to_contain_text("citation")
    # The browser itself notes refused requests; nothing else may be there.
    assert all(problem.startswith(("Failed to load resource", "about:")) for problem in problems)
    problems.clear()


def test_a_long_document_shows_a_window_that_grows(page: Page) -> None:
    line = "A line of a very long document 📜 that goes on and on.\n"
    text = line * 45_000 + SENTENCE + "\n" + line * 45_000
    citation = cite(page, SENTENCE)
    start = len(line) * 45_000
    citation |= {"start": start, "end": start + len(SENTENCE), "highlight": None}
    answer_with(page, citation)
    body = {"document_id": citation["document_id"], "version": citation["version"], "title": "Long", "text": text}
    page.route("**/text?**", lambda route: route.fulfill(json=body))
    page.goto("")
    ask(page, QUESTION)
    page.get_by_role("button", name="Open in source").click()
    assert raw(page, "mark.quote") == SENTENCE
    expect(page.locator("mark.quote")).to_be_in_viewport()
    shown = raw(page, ".document-text")
    assert 190_000 < len(shown) < 210_000
    assert shown in text
    top = page.locator("mark.quote").bounding_box()
    page.get_by_role("button", name=re.compile("Show more above")).evaluate("button => button.click()")
    assert len(raw(page, ".document-text")) > 390_000
    assert page.locator("mark.quote").bounding_box()["y"] == pytest.approx(top["y"], abs=2)
    page.get_by_role("button", name=re.compile("Show more below")).evaluate("button => button.click()")
    assert raw(page, ".document-text") in text
    assert raw(page, "mark.quote") == SENTENCE


def test_says_what_to_do_when_the_service_is_away_or_busy(page: Page, problems: list[str]) -> None:
    page.goto("")
    page.route("**/v1/chat", lambda route: route.abort())
    send(page, QUESTION)
    expect(page.locator("#thread .problem")).to_contain_text("citecheck serve")
    page.unroute("**/v1/chat")
    busy = {"error": {"code": "busy", "message": "All workers are busy; try again in a second.", "details": {}}}
    page.route("**/v1/chat", lambda route: route.fulfill(status=503, json=busy))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#thread .problem")).to_contain_text("All workers are busy; try again in a second.")
    page.unroute("**/v1/chat")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#thread .answer")).to_be_visible()
    expect(page.locator("#thread .asked")).to_have_text(QUESTION)
    assert len(problems) == 2
    problems.clear()


def test_documents_are_read_added_and_removed(page: Page, problems: list[str]) -> None:
    page.goto("")
    page.get_by_role("link", name=re.compile(r"^\d+ documents?$")).first.click()
    rows = page.locator("#document-list > li")
    expect(rows.first).to_be_visible()
    count = rows.count()
    rows.first.get_by_role("button", name="Read").click()
    expect(page.locator(".document-text")).not_to_be_empty()
    page.keyboard.press("Escape")
    page.locator("#upload").set_input_files(
        [
            {
                "name": "page-test-upload.txt",
                "mimeType": "text/plain",
                "buffer": b"Harbour notes\n\nThe tide was low.\n",
            },
            {"name": "page-test-binary.txt", "mimeType": "text/plain", "buffer": b"\x00\x01\x02\xff" * 500},
        ]
    )
    expect(page.locator("#uploads li").first).to_have_text("Added page-test-upload.txt")
    expect(page.locator("#uploads .problem")).to_contain_text("page-test-binary.txt: ")
    expect(rows).to_have_count(count + 1)
    expect(page.locator("#panel-documents [data-count]")).to_have_text(f"{count + 1} documents")
    row = page.locator("[data-document=page-test-upload]")
    row.get_by_role("button", name="Remove").click()
    expect(row.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row.get_by_role("button", name="Remove")).to_be_focused()
    row.get_by_role("button", name="Remove").click()
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    expect(page.locator("#documents-notice")).to_contain_text("Removed “")
    assert len(problems) == 1, "only the refused upload"
    problems.clear()


def test_a_page_opened_while_loading_learns_the_count(page: Page, problems: list[str]) -> None:
    total = page.request.get("v1/documents").json()["total"]
    starting = {"error": {"code": "starting", "message": "The service is starting.", "details": {}}}
    page.route("**/v1/documents?*", lambda route: route.fulfill(status=503, json=starting), times=1)
    loaded = page.request.get("").text()
    early = re.sub(
        r"\d+ documents?</a>", "0 documents</a>", loaded.replace('id="welcome-empty" hidden', 'id="welcome-empty"')
    )
    page.route(re.compile(r"/$"), lambda route: route.fulfill(body=early, content_type="text/html; charset=utf-8"))
    page.goto("")
    expect(page.locator("#panel-ask [data-count]")).to_have_text(f"{total} documents")
    assert len(problems) == 1, "only the first, refused, request"
    problems.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_narrow_screen(page: Page, scheme: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=scheme)
    page.goto("")
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("#document-list > li").first).to_be_visible()
    assert fits(page)
    page.get_by_role("tab", name="Ask").click()
    ask(page, QUESTION)
    assert fits(page)
    page.get_by_role("button", name="Open in source").first.click()
    expect(page.locator("mark.quote")).to_be_in_viewport()
    assert page.locator("#column").evaluate("node => node.inert")
    assert fits(page)
    page.get_by_role("button", name="Close").click()
    look_up(page, SENTENCE.replace("overrun", "x" * 300))
    expect(page.locator(".found")).to_be_visible()
    assert fits(page)
