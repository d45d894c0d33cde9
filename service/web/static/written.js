// A language model's wording of an answer: only sentences its quotes bear out, and plainly what became of the others.

import { count, el } from "./dom.js";
import { numbered, pills } from "./pills.js";

const PROBLEMS = {
  timeout: "it took too long to reply",
  rate_limited: "it takes no more requests for now",
  unreachable: "it cannot be reached",
  nonsense: "its reply made no sense",
};

function note({ dropped, problem }) {
  if (problem === "nothing_entailed") return "No quote bears out what the language model wrote; this is the documents’ own answer.";
  if (problem !== null) return `The language model could not be used (${PROBLEMS[problem] ?? problem}); this is the documents’ own answer.`;
  if (dropped === 0) return "";
  return `${count(dropped, "sentence")} ${dropped === 1 ? "was" : "were"} left out because no quote bears ${dropped === 1 ? "it" : "them"} out.`;
}

/** Show in `root` what is written of `reply`: sentence by sentence, then with `finish` as it is kept. */
export function writing(root, reply) {
  const numbers = numbered(reply);
  const known = new Map([...reply.citations, ...reply.alternatives.flatMap((other) => other.citations)].map((one) => [one.id, one]));
  const text = el("p", { class: "written-text" });
  const title = el("p", { class: "status" }, "In other words");

  function sentence({ text: words, citations }) {
    if (!text.isConnected) root.replaceChildren(title, text);
    const cites = citations.map((id) => known.get(id)).filter(Boolean);
    text.append(el("span", { class: "sentence" }, words, pills(cites, numbers)), " ");
  }

  function finish(written) {
    text.replaceChildren();
    root.replaceChildren();
    for (const one of written.sentences) sentence(one);
    title.replaceChildren("In other words ", el("span", { class: "confidence" }, `written by ${written.model} from the quotes`));
    const words = note(written);
    if (words !== "") root.append(el("p", { class: written.problem === null ? "left-out" : "left-out alone" }, words));
  }

  return { sentence, finish };
}
