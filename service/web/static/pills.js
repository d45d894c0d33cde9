// Numbered pills behind the words they prove: a glance shows the quote, a click opens it in its document.

import { openCitation } from "./citations.js";
import { el } from "./dom.js";
import { glance } from "./peek.js";

/** The number each quote of an answer has: the answer's own first, then those of other answers, each once. */
export function numbered({ citations, alternatives }) {
  const all = [...citations, ...alternatives.flatMap((other) => other.citations)];
  return new Map([...new Set(all.map(({ id }) => id))].map((id, index) => [id, index + 1]));
}

function pill(citation, numbers) {
  const number = numbers.get(citation.id);
  const node = el(
    "button",
    { type: "button", class: "pill", "data-cites": citation.id, "aria-label": `Quote ${number}, from ${citation.title}` },
    String(number),
  );
  glance(node, citation);
  node.addEventListener("click", () => openCitation(citation, node));
  return node;
}

/** The pills of some quotes, in one piece with the words before them. */
export function pills(citations, numbers) {
  if (citations.length === 0) return null;
  return el("span", { class: "pills" }, citations.map((citation) => pill(citation, numbers)));
}

/** An answer's words with their pills: each member of a list with those of the quotes it stands in. */
export function cited(answer, citations, numbers) {
  const words = (text) => el("span", { class: "words" }, text);
  const parts = answer.split("; ");
  const whole = parts.length === 1 || citations.some(({ text }) => text.includes(answer));
  if (whole) return [words(answer), pills(citations, numbers)];
  const left = new Set(citations);
  const members = parts.flatMap((part, index) => {
    const proof = [...left].filter(({ text }) => text.includes(part));
    for (const citation of proof) left.delete(citation);
    return [words(index < parts.length - 1 ? `${part}; ` : part), pills(proof, numbers)];
  });
  return [...members, pills([...left], numbers)];
}
