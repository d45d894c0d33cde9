// One turn of a conversation: the question, how it was understood, what is being done, the answer, what one may do with it.

import { answerAsText, outcome, spoken } from "./answer.js";
import { card, copyButton } from "./citations.js";
import { announce, count, el, problem } from "./dom.js";
import { feedback } from "./feedback.js";
import { writing } from "./written.js";

let turns = 0;

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

  function doing(sentence) {
    state.textContent = sentence;
  }

  function understood({ standalone_question: standalone }) {
    const rewritten = standalone !== message;
    understanding.replaceChildren(rewritten ? el("p", { class: "understood" }, "Understood as: ", el("span", {}, standalone)) : "");
    verdict.replaceChildren();
    evidence.replaceChildren();
    doing("Understood. Searching the documents…");
  }

  const retrieved = ({ passages, documents }) => doing(`Reading ${count(passages, "passage")} in ${count(documents, "document")}…`);

  /** A quote as it is verified, before the answer that it proves. */
  function quote(citation) {
    if (evidence.firstChild === null) evidence.append(el("ol", { class: "cards" }));
    evidence.firstChild.append(card(citation, evidence.firstChild.children.length + 1));
  }

  function answer(reply) {
    const shown = outcome(reply, choose);
    verdict.replaceChildren(...shown.verdict);
    evidence.replaceChildren(...shown.evidence);
    node.dataset.status = reply.status;
    wording = writing(words, reply);
    doing("");
  }

  function done(turn) {
    if (verdict.firstChild === null) answer(turn);
    if (turn.written !== null) wording.finish(turn.written);
    const { group, notice } = feedback(turn);
    const copy = copyButton("Copy answer with references", () => answerAsText(turn.message, turn));
    footer.replaceChildren(el("div", { class: "turn-actions" }, turn.status === "declined" ? null : copy, group), notice);
    end();
  }

  function end() {
    doing("");
    node.setAttribute("aria-busy", "false");
  }

  /** What is left of a turn without an answer: `nodes`, and ways to go on. */
  function ended(nodes, again, edit) {
    for (const part of [understanding, words, verdict, evidence, footer]) part.replaceChildren();
    const retry = el("button", { type: "button", class: "button", click: again }, "Try again");
    const change = el("button", { type: "button", class: "button", click: edit }, "Edit the question");
    evidence.replaceChildren(...nodes, el("p", { class: "going-on" }, retry, change));
    end();
    return retry;
  }

  function failed(error, again, edit) {
    ended([problem(error)], again, edit);
    announce(error.message);
  }

  function stopped(again, edit) {
    ended([el("p", { class: "quiet" }, "Stopped.")], again, edit).focus({ preventScroll: true });
    announce("Stopped.");
  }

  /** Begin once more, from nothing. */
  function begin(sentence) {
    evidence.replaceChildren();
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
