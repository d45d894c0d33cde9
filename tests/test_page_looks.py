"""Every state of the page: nothing that keeps people out, nothing that scrolls sideways, and a picture to look at."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
import page_browser
from axe_playwright_python.sync_playwright import Axe
from page_browser import (
    QUESTION,
    SENTENCE,
    UNANSWERABLE,
    answer_with,
    arrive,
    ask,
    cite,
    event,
    fits,
    look_up,
    send,
    slow_stream,
    turn_of,
)
from playwright.sync_api import Page, ViewportSize, expect

pytestmark = pytest.mark.browser

browser, problems, page, shot = page_browser.browser, page_browser.problems, page_browser.page, page_browser.shot

State = Callable[[Page], None]


def welcome(page: Page) -> None:
    page.goto("")
    expect(page.locator("#conversations-notice, .conversation").first).to_be_attached()


def no_documents(page: Page) -> None:
    starting = {"documents": [], "total": 0, "limit": 100, "offset": 0}
    page.route("**/v1/documents?*", lambda route: route.fulfill(json=starting))
    page.goto("")
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("#document-list")).to_contain_text("There are no documents yet")


def answered(page: Page) -> None:
    page.goto("")
    ask(page, "Why was President Touré ousted?")


def glanced(page: Page) -> None:
    answered(page)
    page.locator(".pill").first.focus()
    page.keyboard.press("Shift")
    page.locator(".pill").first.hover()
    expect(page.locator("#peek")).to_be_visible()


def sourced(page: Page) -> None:
    answered(page)
    page.locator(".pill").first.click()
    expect(page.locator("mark.quote")).to_be_in_viewport()


def refused(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    ask(page, UNANSWERABLE)


def put_beside(page: Page) -> None:
    quote = cite(page, SENTENCE)
    answer_with(
        page, quote, standalone_question="Which cities were overrun by the rebels?", context="Northern Mali 2012"
    )
    page.goto("")
    ask(page, "which cities?")


def deleted_elsewhere(page: Page) -> None:
    body = event("error", {"error": {"code": "conversation_not_found", "message": "There is none.", "details": {}}})
    page.route("**/v1/chat", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    page.goto("")
    send(page, QUESTION)
    expect(page.get_by_role("button", name="Ask in a new conversation")).to_be_visible()


def rivals(page: Page) -> None:
    first, second = cite(page, SENTENCE), cite(page, "three consecutive days")
    others = [{"answer": "on three consecutive days", "confidence": 0.64, "citations": [first]}]
    others += [{"answer": "within a week of the coup", "confidence": 0.51, "citations": [second]}]
    answer_with(page, first, status="conflicting", answer=others[0]["answer"], alternatives=others)
    page.goto("")
    ask(page, "When did the three largest cities fall?")


def ambiguous(page: Page) -> None:
    readings = ["When did Gao fall to the rebels?", "When did French troops take Gao back?"]
    answer_with(page, status="declined", answer=None, reason="ambiguous_question", candidates=readings)
    page.goto("")
    ask(page, "And when did it fall?")


def long_words(page: Page) -> None:
    quote = cite(page, SENTENCE)
    answer_with(page, quote, answer=SENTENCE, standalone_question="Which cities of the north were overrun, and when?")
    page.goto("")
    ask(page, "which ones? " + "andalsothisveryverylongwordthatneverends" * 4)


def written(page: Page) -> None:
    first, second = cite(page, SENTENCE), cite(page, "three consecutive days")
    sentences = [
        {"text": "The rebels overran Kidal, Gao and Timbuktu, the three largest cities.", "citations": [first["id"]]},
        {"text": "It took them three days in a row.", "citations": [first["id"], second["id"]]},
    ]
    text = f"{sentences[0]['text']} [1] {sentences[1]['text']} [1][2]"
    worded = {"text": text, "sentences": sentences, "dropped": 2, "model": "small-model", "problem": None}
    answer_with(page, first, second, answer="three consecutive days", written=worded)
    page.goto("")
    ask(page, "How long did it take?")


def not_written(page: Page) -> None:
    worded = {"text": "", "sentences": [], "dropped": 0, "model": "small-model", "problem": "timeout"}
    answer_with(page, cite(page, SENTENCE), answer="three consecutive days", written=worded)
    page.goto("")
    ask(page, "How long did it take?")


def streaming(page: Page) -> None:
    page.add_init_script(slow_stream("v1/chat"))
    page.goto("")
    send(page, QUESTION)
    expect(page.locator(".state")).to_have_text("Understanding the question…")
    quote = cite(page, SENTENCE)
    arrive(page, event("understood", turn_of(QUESTION)) + event("retrieved", {"passages": 24, "documents": 5}))
    arrive(page, event("quote", quote))
    expect(page.locator(".turn .card")).to_be_visible()


def stopped(page: Page) -> None:
    streaming(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".turn")).to_contain_text("Stopped.")


def failed(page: Page) -> None:
    message = "All workers are busy; try again in a second."
    body = event("error", {"error": {"code": "busy", "message": message, "details": {}}})
    page.route("**/v1/chat", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    page.goto("")
    send(page, QUESTION)
    expect(page.locator(".turn .problem")).to_be_visible()


def judged(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    page.get_by_role("button", name="Evidence wrong").click()
    page.get_by_role("button", name="Add a comment").click()
    expect(page.get_by_label("Comment (optional)")).to_be_focused()


def deleting(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    open_list(page)
    first = page.locator(".conversation:has([aria-current])")
    first.get_by_role("button", name="Options").click()
    first.get_by_role("button", name="Delete").click()
    expect(first.get_by_role("button", name="Keep")).to_be_focused()


def open_list(page: Page) -> None:
    if page.locator("#drawer-open").is_visible():
        page.locator("#drawer-open").click()


def listed(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    open_list(page)
    page.locator(".conversation:has([aria-current])").get_by_role("button", name="Options").click()
    expect(page.locator(".choices-list")).to_be_visible()


def documents(page: Page) -> None:
    page.goto("")
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("#document-list > li").first).to_be_visible()


def reading(page: Page) -> None:
    documents(page)
    page.locator("#document-list > li").first.get_by_role("button", name="Read").click()
    expect(page.locator(".document-text")).not_to_be_empty()


def quote_found(page: Page) -> None:
    page.goto("")
    look_up(page, SENTENCE.replace("were overrun", "were not overrun"))
    expect(page.locator(".found")).to_be_visible()


def checked(page: Page) -> None:
    page.goto("")
    page.get_by_role("tab", name="Check a text").click()
    field = page.get_by_label("The text to check")
    expect(field).to_be_focused()
    field.fill("Hello! The rebels took Timbuktu on 1 April 2012. The moon is made of green cheese.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#check-result")).to_have_attribute("aria-busy", "false")
    page.locator("#check-result .claim").first.click()
    expect(page.locator(".detail .found").first).to_be_visible()


def shortcuts(page: Page) -> None:
    page.goto("")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog")).to_be_visible()


STATES: list[State] = [
    welcome,
    no_documents,
    answered,
    glanced,
    sourced,
    refused,
    put_beside,
    deleted_elsewhere,
    rivals,
    ambiguous,
    long_words,
    written,
    not_written,
    streaming,
    stopped,
    failed,
    judged,
    listed,
    deleting,
    documents,
    reading,
    quote_found,
    checked,
    shortcuts,
]


# What is done to reach them is not the same on a narrow screen, so they are reached anew there.
REACHED_ANEW: list[State] = [glanced, sourced, listed, deleting]
NARROW: ViewportSize = {"width": 360, "height": 740}
# The one rule that depends on colours alone: in the dark nothing else of a page is different.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def barriers(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds serious or critical."""
    found = Axe().run(page, options=options).response["violations"]
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    return [json.dumps({key: one[key] for key in ("id", "help", "nodes")}, indent=1)[:1500] for one in grave]


def test_what_keeps_people_out_is_found(page: Page) -> None:
    welcome(page)
    page.evaluate("document.querySelector('label[for=question]').remove()")
    page.evaluate("document.getElementById('question').removeAttribute('placeholder')")
    assert any('"id": "label"' in barrier for barrier in barriers(page))
    page.emulate_media(color_scheme="dark")
    assert barriers(page, COLOURS) == []
    page.evaluate("document.querySelectorAll('h1, h2, p, button').forEach((one) => one.style = 'color: #555')")
    page.evaluate("document.body.style.background = '#444'")
    assert any('"id": "color-contrast"' in barrier for barrier in barriers(page, COLOURS))


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_state_keeps_nobody_out(page: Page, shot: Callable[[str], None], state: State) -> None:
    name = state.__name__
    state(page)
    shot(f"{name}-light")
    assert barriers(page) == []
    page.emulate_media(color_scheme="dark")
    shot(f"{name}-dark")
    assert barriers(page, COLOURS) == []
    assert fits(page)
    if state not in REACHED_ANEW:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(NARROW)
        keeps_nobody_out_of_a_narrow_screen(page, shot, name)


@pytest.mark.parametrize("state", REACHED_ANEW, ids=lambda state: state.__name__)
def test_states_reached_otherwise_on_a_narrow_screen(page: Page, shot: Callable[[str], None], state: State) -> None:
    page.set_viewport_size(NARROW)
    state(page)
    keeps_nobody_out_of_a_narrow_screen(page, shot, state.__name__)


def keeps_nobody_out_of_a_narrow_screen(page: Page, shot: Callable[[str], None], name: str) -> None:
    shot(f"{name}-narrow")
    assert fits(page)
    assert barriers(page) == []


def test_the_source_beside_the_answer_fits_every_width(page: Page) -> None:
    sourced(page)
    for width in (320, 600, 900, 961, 1100, 1216, 1600, 2200):
        page.set_viewport_size({"width": width, "height": 860})
        assert fits(page), width
        expect(page.locator("#source")).to_be_in_viewport()


def test_a_conversation_prints_as_questions_answers_and_quotes(page: Page, shot: Callable[[str], None]) -> None:
    refused(page)
    page.emulate_media(media="print")
    shot("print")
    for hidden in ("#sidebar", ".topbar", ".composer", ".turn-footer", ".card .actions"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".turn .asked")).to_have_text([QUESTION, UNANSWERABLE])
    expect(page.locator(".turn blockquote").first).to_be_visible()


def test_moves_nothing_for_those_who_asked_for_less_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    streaming(page)
    moving: Any = page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length")
    assert moving == 0
