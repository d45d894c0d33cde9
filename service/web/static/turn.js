// One turn of a conversation: the question, how it was understood, what is being done, the answer, what one may do with it.

import { answerAsText, outcome, spoken } from "./answer.js";
import { card, copyButton } from "./citations.js";
import { announce, count, el, problem, waysOn } from "./dom.js";
import { feedback } from "./feedback.js";
import { writing } from "./written.js";

/** What an answer consists of: two that agree in these are drawn alike. */
const PARTS = ["status", "answer", "confidence", "citations", "alternatives", "reason", "nearest", "read_as", "candidates"];

let turns = 0;

const drawnAs = (reply) => JSON.stringify(PARTS.map((part) => reply[part]));

/** How a question was understood, where that is not plain from its words; turns kept long ago have no `context`. */
function reading(message, { standalone_question: standalone, context = null }) {
  const parts = [];
  if (standalone !== message) parts.push(["Understood as: ", el("span", {}, standalone)]);
  if (context !== null) parts.push([parts.length > 0 ? " · with " : "With ", "what was talked about: ", el("span", {}, context)]);
  return parts.length > 0 ? el("p", { class: "understood" }, parts.flat()) : "";
}

/** Make the view of a turn; `choose(reading)` is called with the reading of an ambiguous question that is meant. */
export function turnView(message, choose) {
  const title = el("h2", { class: "asked", id: `turn-${(turns += 1)}` }, message);
  const understanding = el("div");
  const state = el("p", { class: "state" });
  const verdict = el("div", { class: "verdict" });
  const words = el("div", { class: "written" });
  const evidence = el("div", { class: "evidence" });
  const footer = el("footer", { class: "turn-footer" });
  const node = el("article", { class: "turn", "aria-labelledby": title.id, "aria-busy": "true" }, title, understanding, state, words, verdict, evidence, footer);
  let wording = null;
  let drawn = null;

  function doing(sentence) {
    state.textContent = sentence;
  }

  function clear() {
    for (const part of [understanding, words, verdict, evidence, footer]) part.replaceChildren();
    drawn = null;
  }

  /** Comes once more where the documents are searched again, with what the conversation was about. */
  function understood(how) {
    clear();
    understanding.replaceChildren(reading(message, how));
    doing(how.context == null ? "Understood. Searching the documents…" : "Searching again, with what was talked about…");
  }

  const retrieved = ({ passages, documents }) => doing(`Reading ${count(passages, "passage")} in ${count(documents, "document")}…`);

  /** A quote as it is verified, before the answer that it proves. */
  function quote(citation) {
    if (evidence.firstChild === null) evidence.append(el("ol", { class: "cards" }));
    evidence.firstChild.append(card(citation, evidence.firstChild.children.length + 1));
  }

  function answer(reply) {
    const shown = outcome(reply, choose);
    words.replaceChildren();
    verdict.replaceChildren(...shown.verdict);
    evidence.replaceChildren(...shown.evidence);
    node.dataset.status = reply.status;
    wording = writing(words, reply);
    drawn = drawnAs(reply);
    doing("");
  }

  function done(turn) {
    // A try that ran beside another one is told its own answer, and in the end the one that is kept.
    if (drawn !== drawnAs(turn)) answer(turn);
    understanding.replaceChildren(reading(message, turn));
    if (turn.written === null) words.replaceChildren();
    else wording.finish(turn.written);
    const { group, notice } = feedback(turn);
    const copy = copyButton("Copy answer with references", () => answerAsText(turn.message, turn));
    footer.replaceChildren(el("div", { class: "turn-actions" }, turn.status === "declined" ? null : copy, group), notice);
    end();
  }

  function end() {
    doing("");
    node.setAttribute("aria-busy", "false");
  }

  /** What is left of a turn without an answer: `node`, and ways to go on, each [label, action]. */
  function ended(node, ways) {
    clear();
    evidence.replaceChildren(node, waysOn(ways));
    end();
  }

  function failed(error, ways) {
    ended(problem(error), ways);
    announce(error.message);
  }

  function stopped(ways) {
    ended(el("p", { class: "quiet" }, "Stopped."), ways);
    evidence.querySelector("button").focus({ preventScroll: true });
    announce("Stopped.");
  }

  /** Begin once more, from nothing. */
  function begin(sentence) {
    clear();
    node.setAttribute("aria-busy", "true");
    doing(sentence);
  }

  const events = {
    understood,
    retrieved,
    quote,
    answer,
    sentence: (sentence) => wording.sentence(sentence),
    written: (written) => wording.finish(written),
    done: (turn) => {
      done(turn);
      announce(spoken(turn));
    },
  };
  return { node, events, begin, failed, stopped, done };
}

/** The view of a turn that was kept, as it was answered then. */
export function keptTurn(turn, choose) {
  const view = turnView(turn.message, choose);
  view.events.understood(turn);
  view.done(turn);
  return view;
}
