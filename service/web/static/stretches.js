// A stretch of a checked text as nodes: what was passed over dimmed, quotations that are wrong outlined.

import { el } from "./dom.js";

const PASSED_OVER = {
  question: "a question",
  greeting: "a greeting",
  heading: "a heading",
  opinion: "an opinion",
  instruction: "an instruction",
  fragment: "not a whole sentence",
};
/** What is wrong with an outlined quotation. */
export const QUOTATIONS = {
  altered: "Quotation: the source says it differently",
  absent: "Quotation: these words are not in the documents",
};

/** Why a stretch is not checked. */
export const passedOverWords = (kind) => `Not checked: ${PASSED_OVER[kind] ?? kind}`;

/** Cut `from` to `to` at the edges of `stretches`, which ascend: [from, to, the stretch or null]. */
function cut(from, to, stretches) {
  const pieces = [];
  let at = from;
  for (const stretch of stretches) {
    const [first, last] = [Math.max(stretch.from, at), Math.min(stretch.to, to)];
    if (first >= last) continue;
    if (first > at) pieces.push([at, first, null]);
    pieces.push([first, last, stretch]);
    at = last;
  }
  if (at < to) pieces.push([at, to, null]);
  return pieces;
}

/** Make stretches of `text`; `onAlone` is called for each wrong quotation that stands in no claim. */
export function slicer(text, { passedOver, quotations }, onAlone) {
  function quoted(from, to, alone) {
    return cut(from, to, quotations).map(([first, last, quotation]) => {
      const words = text.slice(first, last);
      if (quotation === null) return words;
      const title = QUOTATIONS[quotation.lookup.match];
      const node = el("span", { class: "quotation", "data-match": quotation.lookup.match, title }, words);
      if (alone && last - first === quotation.to - quotation.from) onAlone(node, quotation, `${title}: ${words}`);
      return node;
    });
  }

  function between(from, to) {
    return cut(from, to, passedOver).flatMap(([first, last, passed]) => {
      const nodes = quoted(first, last, true);
      return passed === null ? nodes : el("span", { class: "passed", title: passedOverWords(passed.kind) }, nodes);
    });
  }

  return { quoted: (from, to) => quoted(from, to, false), between };
}
