// How a quote differs from its source: the source's words in order, each difference struck out or underlined, labelled.

import { el } from "./dom.js";
import { slice } from "./text.js";

function labelled(tag, label, words) {
  return words && el(tag, {}, el("span", { class: "tag" }, label), " ", el("span", { class: "words" }, words));
}

/** `found` holds the service's differences: {quote, source, start, end}, in document offsets and in order. */
export function differences(citation, found) {
  const { text, start, end } = citation;
  const between = (from, to) => slice(text, from - start, to - start);
  const nodes = [];
  let shown = start;
  for (const difference of found) {
    const same = between(shown, difference.start);
    shown = Math.max(shown, difference.end);
    const following = between(shown, shown + 1);
    const [yours, source] = [labelled("del", "yours", difference.quote), labelled("ins", "source", difference.source)];
    nodes.push(same, /\S$/u.test(same) && " ", yours, yours && source && " ", source);
    nodes.push(/[\p{L}\p{N}]/u.test(following) && " ");
  }
  nodes.push(between(shown, end));
  const shownNodes = nodes.filter(Boolean);
  return el("div", { class: "differences" }, el("p", { class: "tag" }, "Your quote against the source"), el("p", {}, shownNodes));
}
