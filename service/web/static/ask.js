// A question's answer: its words, how sure, its quotes; or plainly that the documents do not say.

import * as api from "./api.js";
import { box } from "./box.js";
import { evidenceList, nearestList } from "./citations.js";
import { byId, count, el } from "./dom.js";

const LONG_ANSWER = 80;
const REASONS = {
  nothing_retrieved: "Nothing in them resembles this question.",
  not_in_documents: "No passage in them answers this question.",
};

const confidence = (value) => el("span", { class: "confidence" }, `confidence ${value.toFixed(2)}`);

const answerText = (answer) => el("p", { class: answer.length > LONG_ANSWER ? "answer long" : "answer" }, answer);

function answered({ answer, confidence: sure, citations, alternatives }) {
  // A whole sentence as the answer is its own quote: shown once, large, as the first card.
  const whole = answer === citations[0].text;
  const others = alternatives.flatMap((other) => [el("h3", {}, other.answer), evidenceList(other.citations)]);
  return {
    verdict: [
      el("p", { class: "status" }, `Answered, with ${count(citations.length, "quote")} `, confidence(sure)),
      el("div", { class: whole ? "visually-hidden" : null }, answerText(answer)),
    ],
    evidence: [
      el("div", { class: whole ? "whole" : null }, evidenceList(citations)),
      others.length > 0 ? el("details", { class: "others" }, el("summary", {}, "Other possible answers"), others) : "",
    ],
  };
}

function conflicting({ answer, confidence: sure, citations, alternatives }) {
  const listed = alternatives.some((rival) => rival.answer === answer);
  const rivals = listed ? alternatives : [{ answer, confidence: sure, citations }, ...alternatives];
  return {
    verdict: [el("p", { class: "status" }, `The documents disagree: ${count(rivals.length, "answer")}`)],
    evidence: rivals.map((rival) =>
      el(
        "section",
        { class: "rival" },
        answerText(rival.answer),
        el("p", { class: "status" }, confidence(rival.confidence)),
        evidenceList(rival.citations),
      ),
    ),
  };
}

function declined({ reason, nearest, candidates = [] }) {
  if (reason === "ambiguous_question") {
    const readings = candidates.map((reading) =>
      el("button", { type: "button", class: "example", click: () => form.submit(reading) }, reading),
    );
    return {
      verdict: [el("p", { class: "refusal" }, "This question can be read in more than one way. Which do you mean?")],
      evidence: [el("div", { class: "examples" }, readings), ...nearestList(nearest)],
    };
  }
  return {
    verdict: [el("p", { class: "refusal" }, "The documents do not say."), el("p", { class: "reason" }, REASONS[reason])],
    evidence: nearestList(nearest),
  };
}

const OUTCOMES = { answered, conflicting, declined };

const form = box("ask", api.ask, (reply, question) => {
  const { verdict, evidence } = OUTCOMES[reply.status](reply);
  const readAs = reply.read_as ? [el("p", { class: "reason" }, `Read as: ${reply.read_as}`)] : [];
  return { verdict: [el("h2", { class: "asked" }, question), ...readAs, ...verdict], evidence };
});

byId("examples")?.addEventListener("click", (event) => {
  if (event.target.matches(".example")) form.submit(event.target.textContent);
});

export const focusQuestion = form.focus;
