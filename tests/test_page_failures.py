"""An answer on its way in a real browser: told as it comes, stopped, lost, asked for again without a second turn."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
import page_browser
from page_browser import QUESTION, SENTENCE, arrive, cite, event, kept, send, slow_stream, texts, told, turn_of
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

browser, problems, page = page_browser.browser, page_browser.problems, page_browser.page


def keep_events(route: Route, sent: list[tuple[str, Any]]) -> None:
    sent.append((route.request.headers["idempotency-key"], route.request.post_data_json))


def test_tells_what_is_being_done_and_stops(page: Page) -> None:
    page.add_init_script(slow_stream("v1/chat"))
    page.goto("")
    send(page, QUESTION)
    state = page.locator(".turn .state")
    expect(state).to_have_text("Understanding the question…")
    turn = turn_of(QUESTION, quote := cite(page, SENTENCE))
    arrive(page, event("understood", turn))
    expect(state).to_have_text("Understood. Searching the documents…")
    arrive(page, event("retrieved", {"passages": 24, "documents": 5}))
    expect(state).to_have_text("Reading 24 passages in 5 documents…")
    arrive(page, event("quote", quote), 40)
    assert texts(page.locator(".turn blockquote")) == [SENTENCE]
    page.get_by_label("Your question").fill("What is typed meanwhile stays")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#announce")).to_be_empty()
    page.get_by_role("button", name="Stop").click()
    assert page.evaluate("window.ended")
    expect(page.locator(".turn")).to_contain_text("Stopped.")
    expect(page.locator(".turn blockquote")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_have_value("What is typed meanwhile stays")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    arrive(page, told(turn))
    expect(page.locator(".turn .answer .words")).to_have_text("so")
    expect(page.locator("#announce")).to_have_text("Answer: so. 1 quote.")


def test_trying_again_never_adds_a_turn(page: Page, problems: list[str]) -> None:
    """The first try gets through, but its answer is lost on the way."""
    sent: list[tuple[str, Any]] = []

    def lose(route: Route) -> None:
        keep_events(route, sent)
        reply = route.fetch()
        route.fulfill(body=reply.text().partition("event: done")[0], content_type="text/event-stream")

    page.route("**/v1/chat", lose, times=1)
    page.goto("")
    send(page, QUESTION)
    expect(page.locator(".turn .problem")).to_contain_text("The connection ended before the answer was there.")
    page.get_by_label("Your question").fill("Something else, half typed")
    page.route("**/v1/chat", lambda route: (keep_events(route, sent), route.continue_()))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn .answer")).to_be_visible()
    expect(page.locator(".turn")).to_have_attribute("aria-busy", "false")
    assert sent[0] == sent[1]
    assert [turn["message"] for turn in kept(page)] == [QUESTION]
    expect(page.get_by_label("Your question")).to_have_value("Something else, half typed")
    send(page, "Another question?")
    expect(page.locator(".turn").nth(1)).to_have_attribute("aria-busy", "false")
    assert sent[2][0] != sent[1][0]
    assert problems == []


def test_a_question_that_failed_can_be_edited(page: Page, problems: list[str]) -> None:
    page.route("**/v1/chat", lambda route: route.abort(), times=1)
    page.goto("")
    send(page, QUESTION)
    page.get_by_role("button", name="Edit the question").click()
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#welcome")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".turn .answer")).to_be_visible()
    assert len(problems) == 1, "only the request that was cut"
    problems.clear()


def test_a_question_asked_while_the_service_starts_is_sent_when_it_is_ready(page: Page, problems: list[str]) -> None:
    starting = {"error": {"code": "starting", "message": "The service is starting.", "details": {}}}
    page.route("**/v1/chat", lambda route: route.fulfill(status=503, json=starting), times=1)
    page.goto("")
    send(page, QUESTION)
    expect(page.locator(".turn .state")).to_have_text(re.compile("The service is starting"))
    expect(page.locator(".turn .answer")).to_be_visible()
    assert len(problems) == 1, "only the refused request"
    problems.clear()
