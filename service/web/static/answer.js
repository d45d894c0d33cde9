// An answer: its words with their pills, how sure, its quotes; rivals side by side; or plainly that the documents do not say.

import { reference } from "./citations.js";
import { count, el } from "./dom.js";
import { foldedList } from "./folding.js";
import { nearestList } from "./nearest.js";
import { cited, numbered } from "./pills.js";

const LONG_ANSWER = 80;
const REASONS = {
  nothing_retrieved: "Nothing in them resembles this question.",
  not_in_documents: "No passage in them answers this question.",
};

const confidence = (value) => el("span", { class: "confidence" }, `confidence ${value.toFixed(2)}`);

function answerText({ answer, citations }, numbers) {
  return el("p", { class: answer.length > LONG_ANSWER ? "answer long" : "answer" }, cited(answer, citations, numbers));
}

function answered(reply) {
  const { answer, confidence: sure, citations, alternatives } = reply;
  const numbers = numbered(reply);
  // A whole sentence as the answer is its own quote: its card need not say it again.
  const whole = answer === citations[0].text;
  const others = alternatives.flatMap((other) => [el("h3", {}, other.answer), foldedList(other.citations, numbers)].flat());
  return {
    verdict: [
      el("p", { class: "status" }, `Answered, with ${count(citations.length, "quote")} `, confidence(sure)),
      answerText(reply, numbers),
    ],
    evidence: [
      el("div", { class: whole ? "whole" : null }, foldedList(citations, numbers)),
      others.length > 0 ? el("details", { class: "others" }, el("summary", {}, "Other possible answers"), others) : "",
    ],
  };
}

/** The rival answers of a conflict, the best supported first. */
function rivalsOf({ answer, confidence: sure, citations, alternatives }) {
  const listed = alternatives.some((rival) => rival.answer === answer);
  return listed ? alternatives : [{ answer, confidence: sure, citations }, ...alternatives];
}

function conflicting(reply) {
  const numbers = numbered(reply);
  const rivals = rivalsOf(reply);
  return {
    verdict: [el("p", { class: "status disputed" }, `The documents disagree: ${count(rivals.length, "answer")}`)],
    evidence: rivals.map((rival) =>
      el(
        "section",
        { class: "rival" },
        answerText(rival, numbers),
        el("p", { class: "status" }, confidence(rival.confidence)),
        foldedList(rival.citations, numbers),
      ),
    ),
  };
}

function ambiguous({ nearest, candidates }, choose) {
  const readings = candidates.map((reading) =>
    el("li", {}, el("button", { type: "button", class: "example", click: () => choose(reading) }, reading)),
  );
  return {
    verdict: [el("p", { class: "refusal" }, "Which do you mean?"), el("p", { class: "reason" }, "This question can be read in more than one way.")],
    evidence: [el("ul", { class: "examples", "aria-label": "Which do you mean?" }, readings), ...nearestList(nearest)],
  };
}

function declined(reply, choose) {
  if (reply.reason === "ambiguous_question") return ambiguous(reply, choose);
  return {
    verdict: [el("p", { class: "refusal" }, "The documents do not say."), el("p", { class: "reason" }, REASONS[reply.reason])],
    evidence: nearestList(reply.nearest),
  };
}

const OUTCOMES = { answered, conflicting, declined };

/** What to show of an answer: {verdict, evidence} nodes; `choose(reading)` is called with the reading that is meant. */
export function outcome(reply, choose) {
  const readAs = reply.read_as ? [el("p", { class: "reason" }, `Read as: ${reply.read_as}`)] : [];
  const { verdict, evidence } = OUTCOMES[reply.status](reply, choose);
  return { verdict: [...readAs, ...verdict], evidence };
}

/** The same in one sentence, for those who hear the page. */
export function spoken(reply) {
  if (reply.status === "answered") return `Answer: ${reply.answer}. ${count(reply.citations.length, "quote")}.`;
  if (reply.status === "conflicting") return `The documents disagree: ${rivalsOf(reply).map(({ answer }) => answer).join("; or ")}.`;
  if (reply.reason === "ambiguous_question") return `Which do you mean? There are ${count(reply.candidates.length, "reading")} to choose from.`;
  return `The documents do not say. ${REASONS[reply.reason]}`;
}

/** A question, its answer or answers and every reference, as plain text to paste. */
export function answerAsText(question, reply) {
  const numbers = numbered(reply);
  const marks = (citations) => citations.map(({ id }) => `[${numbers.get(id)}]`).join("");
  const disputed = reply.status === "conflicting";
  const answers = disputed ? rivalsOf(reply) : [reply];
  const quotes = new Map(answers.flatMap(({ citations }) => citations.map((citation) => [citation.id, citation])));
  const references = [...quotes.values()].map((citation) => `[${numbers.get(citation.id)}] ${reference(citation)}`);
  const lines = answers.map(({ answer, citations }) => `${answer} ${marks(citations)}`);
  return [question, "", ...(disputed ? ["The documents disagree:"] : []), ...lines, "", references.join("\n\n")].join("\n");
}
