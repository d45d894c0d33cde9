"""An answer on its way in a real browser: told as it comes, stopped, lost, asked for again without a second turn."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
import page_browser
from page_browser import (
    QUESTION,
    SENTENCE,
    UNANSWERABLE,
    arrive,
    ask,
    cite,
    event,
    kept,
    send,
    slow_stream,
    texts,
    told,
    turn_of,
)
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


@pytest.mark.parametrize("module", ["turn", "answer"])
def test_a_question_is_kept_while_the_page_cannot_draw_it(page: Page, problems: list[str], module: str) -> None:
    """The module that draws turns, or one that it needs, does not come through."""
    sent: list[tuple[str, Any]] = []
    page.route("**/v1/chat", lambda route: (keep_events(route, sent), route.continue_()))
    page.route(f"**/static/{module}.js*", lambda route: route.abort())
    page.goto("")
    send(page, QUESTION)
    turn = page.locator(".turn")
    expect(turn.locator(".problem")).to_contain_text("could not be fetched")
    expect(turn.locator(".asked")).to_have_text(QUESTION)
    expect(page.locator("#announce")).to_contain_text("could not be fetched")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".problem")).to_contain_text("could not be fetched")
    turn.get_by_role("button", name="Edit the question").click()
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    page.keyboard.press("Enter")
    expect(turn.locator(".problem")).to_be_visible()
    assert sent == []
    page.unroute(f"**/static/{module}.js*")
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".answer")).to_be_visible()
    expect(turn).to_have_count(1)
    assert [asked["message"] for asked in kept(page)] == [QUESTION]
    ask(page, UNANSWERABLE)
    assert len(problems) > 0, "only the fetches that were cut"
    problems.clear()


def test_a_kept_conversation_opens_once_the_page_can_draw_it(page: Page, problems: list[str]) -> None:
    page.goto("")
    ask(page, QUESTION)
    page.route("**/static/turn.js*", lambda route: route.abort())
    page.reload()
    expect(page.locator("#thread .problem")).to_contain_text("could not be fetched")
    page.unroute("**/static/turn.js*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn .answer")).to_be_visible()
    assert len(problems) > 0, "only the fetches that were cut"
    problems.clear()


def test_the_answer_that_is_kept_is_drawn_in_the_end(page: Page) -> None:
    """A try that ran beside its first one is told another answer than the one that was kept."""
    quote = cite(page, SENTENCE)
    own = turn_of("and Gao?", quote, answer="mine", standalone_question="When did my Gao fall?")
    own["written"] = {"text": "Mine.", "sentences": [], "dropped": 0, "model": "a-model", "problem": "timeout"}
    first = turn_of("and Gao?", quote, answer="first", standalone_question="When did Gao fall?")
    body = told(own, event("sentence", {"text": "Mine.", "citations": [quote["id"]]}))
    body = body.partition("event: done")[0] + event("done", first)
    page.route("**/v1/chat", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    page.goto("")
    turn = ask(page, "and Gao?")
    expect(turn.locator(".answer .words")).to_have_text("first")
    expect(turn.locator(".understood")).to_have_text("Understood as: When did Gao fall?")
    expect(turn.locator(".written")).to_be_empty()
    expect(turn.locator(".card")).to_have_count(1)
    expect(page.locator("#announce")).to_have_text("Answer: first. 1 quote.")


def test_an_answer_that_is_kept_as_it_was_told_is_not_drawn_twice(page: Page) -> None:
    page.add_init_script(slow_stream("v1/chat"))
    page.goto("")
    send(page, QUESTION)
    expect(page.locator(".turn")).to_be_visible()
    parts = told(turn_of(QUESTION, cite(page, SENTENCE))).partition("event: done")
    arrive(page, parts[0])
    page.locator(".turn .answer").evaluate("node => node.dataset.drawn = 'once'")
    arrive(page, parts[1] + parts[2])
    expect(page.locator(".turn")).to_have_attribute("aria-busy", "false")
    expect(page.locator(".turn .answer")).to_have_attribute("data-drawn", "once")


def test_a_question_for_a_deleted_conversation_goes_into_a_new_one(page: Page, problems: list[str]) -> None:
    page.goto("")
    ask(page, QUESTION)
    gone = kept(page)[0]["conversation_id"]
    assert page.request.delete(f"v1/conversations/{gone}").ok
    send(page, UNANSWERABLE)
    turn = page.locator(".turn").nth(1)
    expect(turn.locator(".problem")).to_contain_text("This conversation has been deleted")
    expect(page.locator(f"[data-conversation='{gone}']")).to_have_count(0)
    expect(turn.get_by_role("button")).to_have_text(["Ask in a new conversation"])
    turn.get_by_role("button", name="Ask in a new conversation").click()
    expect(page.locator(".turn .asked")).to_have_text([UNANSWERABLE])
    expect(page.locator(".turn .refusal")).to_be_visible()
    expect(page.locator(".turn")).to_have_attribute("aria-busy", "false")
    new = kept(page)
    assert [asked["message"] for asked in new] == [UNANSWERABLE]
    assert new[0]["conversation_id"] != gone
    assert len(problems) == 1, "only the request for what is not there"
    problems.clear()


def in_progress(route: Route) -> None:
    message = "This request is still being answered."
    error = {"error": {"code": "request_in_progress", "message": message, "details": {}}}
    route.fulfill(status=409, json=error)


def test_a_question_that_is_still_being_answered_is_waited_for(page: Page, problems: list[str]) -> None:
    sent: list[tuple[str, Any]] = []
    page.route("**/v1/chat", lambda route: (keep_events(route, sent), route.continue_()))
    page.route("**/v1/chat", lambda route: (keep_events(route, sent), in_progress(route)), times=2)
    page.goto("")
    send(page, QUESTION)
    expect(page.locator(".turn .state")).to_have_text(re.compile("already being answered"))
    expect(page.locator(".turn .problem")).to_have_count(0)
    expect(page.locator(".turn .answer")).to_be_visible()
    assert len(sent) == 3
    assert sent[0] == sent[1] == sent[2]
    assert len(problems) == 2, "only the refused requests"
    problems.clear()


def test_waiting_for_an_answer_ends(page: Page, problems: list[str]) -> None:
    page.route("**/v1/chat", in_progress)
    page.goto("")
    send(page, QUESTION)
    expect(page.locator(".turn .problem")).to_contain_text("still being answered")
    assert len(problems) == 6, "the first try and five more"
    page.unroute("**/v1/chat")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn .answer")).to_be_visible()
    problems.clear()
