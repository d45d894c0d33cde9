"""The chat in a real browser: asking, following up, glancing at quotes, opening them, stopping, trying again."""

from __future__ import annotations

import re
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
    arrive,
    ask,
    cite,
    document_text,
    event,
    kept,
    raw,
    send,
    slow_stream,
    texts,
    told,
    turn_of,
)
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

browser, problems, page, add = page_browser.browser, page_browser.problems, page_browser.page, page_browser.add


def test_asks_and_follows_up_in_one_conversation(page: Page) -> None:
    page.goto("")
    expect(page.locator("#welcome")).to_be_visible()
    first = ask(page, QUESTION)
    expect(page.locator("#welcome")).to_be_hidden()
    second = ask(page, UNANSWERABLE)
    turns = kept(page)
    assert [turn["message"] for turn in turns] == [QUESTION, UNANSWERABLE]
    assert "".join(texts(first.locator(".answer .words"))) == turns[0]["answer"]
    expect(second.locator(".refusal")).to_have_text("The documents do not say.")
    expect(second.locator(".nearest-title")).to_have_text("Closest passages (not an answer)")
    expect(second.locator(".pill")).to_have_count(0)
    expect(page.locator(".asked").last).to_be_in_viewport()
    expect(page.get_by_label("Your question")).to_have_value("")


def test_shows_how_a_follow_up_was_understood(page: Page) -> None:
    answer_with(page, cite(page, SENTENCE), standalone_question="When did Gao fall?")
    page.goto("")
    turn = ask(page, "and Gao?")
    expect(turn.locator(".understood")).to_have_text("Understood as: When did Gao fall?")
    page.unroute("**/v1/chat")
    page.goto("")
    expect(ask(page, QUESTION).locator(".understood")).to_have_count(0)


@pytest.mark.parametrize(
    ("standalone", "words"),
    [
        ("Who led the rebels?", "Understood as: Who led the rebels? · with what was talked about: Ménaka 2012"),
        ("and who led them?", "With what was talked about: Ménaka 2012"),
    ],
)
def test_shows_what_was_put_beside_a_question(page: Page, standalone: str, words: str) -> None:
    """The question is understood a second time, once the documents did not answer it as it reads."""
    page.add_init_script(slow_stream("v1/chat"))
    page.goto("")
    send(page, "and who led them?")
    expect(page.locator(".turn")).to_be_visible()
    first = turn_of("and who led them?", cite(page, SENTENCE), standalone_question=standalone)
    found = event("retrieved", {"passages": 24, "documents": 5}) + event("quote", first["citations"][0])
    arrive(page, event("understood", first) + found)
    expect(page.locator(".turn .card")).to_have_count(1)
    expect(page.locator(".turn .understood")).to_have_count(int(standalone != first["message"]))
    turn = first | {"context": "Ménaka 2012"}
    arrive(page, event("understood", turn))
    expect(page.locator(".turn .understood")).to_have_text(words)
    expect(page.locator(".turn .state")).to_have_text("Searching again, with what was talked about…")
    expect(page.locator(".turn .card")).to_have_count(0)
    arrive(page, told(turn))
    expect(page.locator(".turn")).to_have_attribute("aria-busy", "false")
    expect(page.locator(".turn .understood")).to_have_text(words)
    expect(page.locator(".turn .card")).to_have_count(1)


def test_a_kept_turn_shows_what_was_put_beside_it(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    chosen = kept(page)[0]["conversation_id"]
    said = page.request.get(f"v1/conversations/{chosen}").json()
    old = {name: value for name, value in said["turns"][0].items() if name != "context"}
    turns = [old, old | {"turn": 2, "context": HOSTILE}]
    page.route(f"**/v1/conversations/{chosen}", lambda route: route.fulfill(json=said | {"turns": turns}))
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    assert texts(page.locator(".understood")) == [f"With what was talked about: {HOSTILE}"]
    assert page.locator("img, svg, body script").count() == 0


def test_a_refusal_folds_its_closest_passages(page: Page) -> None:
    page.goto("")
    turn = ask(page, UNANSWERABLE)
    passages = kept(page)[0]["nearest"]
    assert texts(turn.locator(".nearest blockquote")) == [passage["text"] for passage in passages]
    heights = turn.locator(".nearest blockquote").evaluate_all(
        "nodes => nodes.map(node => Math.round(node.clientHeight / parseFloat(getComputedStyle(node).lineHeight)))"
    )
    assert max(heights) == 2, heights
    expect(turn.locator(".nearest .card").last).to_be_in_viewport()
    longest = max(range(len(passages)), key=lambda at: len(passages[at]["text"]))
    card = turn.locator(".nearest .card").nth(longest)
    quote = card.locator("blockquote")
    toggle = card.get_by_role("button", name="Show all of it")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    card.locator(".open").focus()
    page.keyboard.press("Shift+Tab")
    expect(toggle).to_be_focused()
    folded = quote.evaluate("node => node.clientHeight")
    page.keyboard.press("Enter")
    less = card.get_by_role("button", name="Show less")
    expect(less).to_be_focused()
    expect(less).to_have_attribute("aria-expanded", "true")
    assert quote.evaluate("node => node.clientHeight") > folded
    assert quote.evaluate("node => node.scrollHeight <= node.clientHeight")
    expect(page.locator("#source")).to_be_hidden()
    expect(turn.locator(".nearest-title")).to_have_text("Closest passages (not an answer)")
    page.keyboard.press("Enter")
    expect(toggle).to_be_focused()
    assert quote.evaluate("node => node.clientHeight") == folded


def test_a_short_closest_passage_has_nothing_to_unfold(page: Page) -> None:
    short, long = cite(page, "three consecutive days"), cite(page, SENTENCE)
    answer_with(page, status="declined", answer=None, reason="not_in_documents", nearest=[short, long])
    page.goto("")
    turn = ask(page, UNANSWERABLE)
    page.set_viewport_size({"width": 400, "height": 860})
    buttons = turn.locator(".nearest .unfold")
    expect(buttons.last).to_be_visible()
    expect(buttons.first).to_be_hidden()


def test_a_glance_at_a_pill_shows_its_quote_and_a_click_opens_it(page: Page) -> None:
    page.goto("")
    turn = ask(page, QUESTION)
    citation = kept(page)[0]["citations"][0]
    pill = turn.locator(".answer .pill").first
    expect(pill).to_have_accessible_name(f"Quote 1, from {citation['title']}")
    pill.hover()
    card = page.get_by_role("tooltip")
    expect(card).to_contain_text(citation["title"])
    assert raw(page, "#peek .peek-quote") == citation["text"]
    expect(pill).to_have_attribute("aria-describedby", "peek")
    card.hover()
    page.wait_for_timeout(400)
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    pill.click()
    expect(page.locator("mark.quote")).to_be_in_viewport()
    assert raw(page, "mark.quote") == citation["text"]
    assert raw(page, ".document-text") == document_text(page, citation)
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    expect(pill).to_be_focused()
    assert "c1:" not in page.url


def test_each_member_of_a_list_has_its_own_pills(page: Page) -> None:
    first, second = cite(page, SENTENCE), cite(page, "three consecutive days")
    answer_with(page, first, second, answer="Gao; three consecutive days; so it is said")
    page.goto("")
    turn = ask(page, "What is listed?")
    parts = turn.locator(".answer").evaluate("node => [...node.children].map(part => part.textContent)")
    assert parts == ["Gao; ", "1", "three consecutive days; ", "2", "so it is said"]


def test_many_quotes_are_folded(page: Page) -> None:
    text = document_text(page, quote := cite(page, SENTENCE))
    many = [
        quote | {"id": f"c1:{quote['document_id']}@{quote['version']}:{at}-{at + 9}", "start": at, "end": at + 9}
        for at in range(6)
    ]
    many = [one | {"text": text[one["start"] : one["end"]], "highlight": None} for one in many]
    answer_with(page, *many)
    page.goto("")
    turn = ask(page, QUESTION)
    expect(turn.locator(".pill")).to_have_text(["1", "2", "3", "4", "5", "6"])
    assert [card.is_visible() for card in turn.locator(".card").all()] == [True] * 3 + [False] * 3
    turn.get_by_text("3 more quotes").click()
    expect(turn.locator(".card").last).to_be_visible()
    expect(turn.locator(".card .number")).to_have_text(["1", "2", "3", "4", "5", "6"])


def test_rivals_have_pills_of_their_own(page: Page) -> None:
    first, second = cite(page, SENTENCE), cite(page, "three consecutive days")
    rivals = [{"answer": "one", "confidence": 0.6, "citations": [first]}]
    rivals += [{"answer": "two", "confidence": 0.5, "citations": [second]}]
    answer_with(page, first, status="conflicting", answer="one", alternatives=rivals)
    page.goto("")
    turn = ask(page, QUESTION)
    expect(turn.locator(".status").first).to_have_text("The documents disagree: 2 answers")
    expect(turn.locator(".rival .words")).to_have_text(["one", "two"])
    expect(turn.locator(".rival .pill")).to_have_text(["1", "2"])
    expect(page.locator("#announce")).to_have_text("The documents disagree: one; or two.")


def test_asks_back_which_reading_is_meant(page: Page) -> None:
    readings = ["When did Gao fall?", HOSTILE]
    page.goto("")
    answer_with(page, status="declined", answer=None, reason="ambiguous_question", candidates=readings)
    turn = ask(page, "When did it fall?")
    expect(turn.locator(".refusal")).to_have_text("Which do you mean?")
    assert texts(turn.locator("button.example")) == readings
    page.unroute("**/v1/chat")
    sent: list[Any] = []
    page.on("request", lambda request: request.url.endswith("/v1/chat") and sent.append(request.post_data_json))
    page.route("**/v1/chat", lambda route: route.fulfill(body=told(turn_of(readings[0], cite(page, SENTENCE)))))
    turn.get_by_role("button", name=readings[0]).click()
    expect(page.locator(".turn").nth(1).locator(".answer")).to_be_visible()
    assert sent[0]["message"] == readings[0]
    assert sent[0]["conversation_id"] == "c" * 32


def test_a_language_models_words_stand_above_with_pills(page: Page) -> None:
    first, second = cite(page, SENTENCE), cite(page, "three consecutive days")
    sentences = [
        {"text": "They fell <b>fast</b>.", "citations": [first["id"], second["id"]]},
        {"text": "In three days.", "citations": [second["id"]]},
    ]
    worded = {"text": "?", "sentences": sentences, "dropped": 2, "model": "a-model", "problem": None}
    turn_json = turn_of(QUESTION, first, second, written=worded)
    extra = [event("sentence", sentence) for sentence in sentences] + [event("written", worded)]
    page.route("**/v1/chat", lambda route: route.fulfill(body=told(turn_json, *extra)))
    page.goto("")
    turn = ask(page, QUESTION)
    assert texts(turn.locator(".sentence")) == ["They fell <b>fast</b>.12", "In three days.2"]
    expect(turn.locator(".written")).to_contain_text("written by a-model from the quotes")
    expect(turn.locator(".left-out")).to_have_text("2 sentences were left out because no quote bears them out.")
    turn.locator(".sentence .pill").last.click()
    assert raw(page, "mark.quote") == "three consecutive days"


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            "timeout",
            "The language model could not be used (it took too long to reply); this is the documents’ own answer.",
        ),
        ("unreachable", "The language model could not be used (it cannot be reached)"),
        ("nothing_entailed", "No quote bears out what the language model wrote"),
    ],
)
def test_says_why_there_is_no_wording(page: Page, problem: str, words: str) -> None:
    worded = {"text": "", "sentences": [], "dropped": 0, "model": "a-model", "problem": problem}
    answer_with(page, cite(page, SENTENCE), written=worded)
    page.goto("")
    expect(ask(page, QUESTION).locator(".written")).to_contain_text(words)


def test_copies_an_answer_with_its_references(page: Page) -> None:
    page.goto("")
    turn = ask(page, QUESTION)
    said = kept(page)[0]
    turn.get_by_role("button", name="Copy answer with references").click()
    expect(turn.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    citation = said["citations"][0]
    assert copied.startswith(f"{QUESTION}\n\n{said['answer']} [1]")
    for part in ("[1] “" + citation["text"], citation["title"], *citation["section"], citation["id"]):
        assert part in copied


def test_hostile_questions_and_titles_are_inert(page: Page) -> None:
    page.goto("")
    turn = ask(page, HOSTILE)
    assert raw(page, ".turn .asked") == HOSTILE
    title = page.locator(".conversation [aria-current] .conversation-title")
    expect(title).to_have_text(re.compile(r"^<img src=x"))
    page.reload()
    expect(turn).to_be_visible()
    assert page.locator("img, svg, body script").count() == 0


def test_a_conversation_by_keyboard_alone(page: Page) -> None:
    page.goto("")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type("When did the rebels")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("take Timbuktu?")
    page.keyboard.press("Enter")
    turn = page.locator(".turn").first
    expect(turn).to_have_attribute("aria-busy", "false")
    expect(turn.locator(".asked")).to_have_text("When did the rebels take Timbuktu?")
    field = page.get_by_label("Your question")
    page.keyboard.press("ArrowUp")
    expect(field).to_have_value("When did the rebels\ntake Timbuktu?")
    field.fill("")
    pill = turn.locator(".pill").first
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if pill.evaluate("node => node === document.activeElement"):
            break
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("mark.quote")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    expect(pill).to_be_focused()
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("/?")
    expect(field).to_have_value("/?")
    field.fill("")
    page.get_by_role("tab", name="Documents").click()
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Control+Alt+n")
    expect(page.locator(".turn")).to_have_count(0)
    expect(field).to_be_focused()


def test_one_announcement_for_an_answer(page: Page) -> None:
    page.goto("")
    page.evaluate(
        """() => {
          window.said = [];
          const watch = new MutationObserver(() => window.said.push(document.getElementById("announce").textContent));
          watch.observe(document.getElementById("announce"), { childList: true, characterData: true, subtree: true });
        }"""
    )
    turn = ask(page, QUESTION)
    said = kept(page)[0]
    assert page.evaluate("window.said") == [f"Answer: {said['answer']}. 1 quote."]
    assert turn.locator("[aria-live], [role=status], [role=alert]").count() == 0


def test_the_first_load_is_small(page: Page) -> None:
    loaded: list[int] = []

    def weigh(request: Any) -> None:
        sizes = request.sizes()
        loaded.append(sizes["responseBodySize"] + sizes["responseHeadersSize"])

    page.on("requestfinished", weigh)
    page.goto("", wait_until="networkidle")
    expect(page.get_by_label("Your question")).to_be_focused()
    assert len(loaded) > 20, "the modules are counted"
    assert sum(loaded) < 100_000


def test_what_is_preloaded_is_what_the_page_needs(page: Page) -> None:
    needed: list[str] = []
    page.on("request", lambda request: request.resource_type == "script" and needed.append(request.url))
    page.goto("", wait_until="networkidle")
    preloaded = page.locator("link[rel=modulepreload]").evaluate_all("nodes => nodes.map(node => node.href)")
    assert len(preloaded) == len(set(preloaded))
    assert set(preloaded) <= set(needed)
