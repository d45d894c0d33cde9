// A checked text in place: every claim a mark one can walk to by keyboard, growing as the verdicts come.

import { VERDICTS } from "./claims.js";
import { el } from "./dom.js";
import { unitIndex } from "./text.js";
import { walking } from "./walking.js";

const PASSED_OVER = {
  question: "a question",
  greeting: "a greeting",
  heading: "a heading",
  opinion: "an opinion",
  instruction: "an instruction",
  fragment: "not a whole sentence",
};
const QUOTATIONS = {
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

/** The text as nodes, cut at its quotations and at what was passed over. */
function slicer(text, { passedOver, quotations }, onAlone) {
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

/** Show `text` in `root`; `choose(mark)` is called with {node, claim, quotations} when a person picks one. */
export function markedText(root, text, choose) {
  const unit = unitIndex(text);
  const tail = el("span", { class: "unchecked" }, text);
  const marks = [];
  const walk = walking(root, marks, choose);
  let shown = new Set(Object.keys(VERDICTS));
  let found = [];
  let slices = null;
  let cursor = 0;
  root.replaceChildren(tail);

  const placed = (items) =>
    items
      .map((item) => ({ ...item, from: unit(item.span.start), to: unit(item.span.end) }))
      .sort((one, other) => one.from - other.from);

  function push(mark) {
    marks.push(mark);
    mark.node.id = `mark-${marks.length}`;
    walk.on(mark);
  }

  function start({ passed_over: passedOver, quotations }) {
    found = placed(quotations);
    const wrong = found.filter(({ lookup }) => lookup.match in QUOTATIONS);
    slices = slicer(text, { passedOver: placed(passedOver), quotations: wrong }, (node, quotation, label) =>
      push({ node, claim: null, quotations: [quotation], label }),
    );
  }

  function advance(to, ...nodes) {
    tail.before(...nodes);
    cursor = to;
    tail.firstChild.deleteData(0, tail.firstChild.length - (text.length - to));
    walk.settle();
  }

  function paint(mark) {
    const visible = shown.has(mark.claim.verdict);
    if (visible) mark.node.dataset.verdict = mark.claim.verdict;
    else delete mark.node.dataset.verdict;
    if (visible !== walk.has(mark)) walk[visible ? "on" : "off"](mark);
  }

  /** Mark the next claim; where its words are not in their place, its sign stands alone. */
  function add(claim) {
    const from = Math.max(cursor, unit(claim.span.start));
    const end = unit(claim.span.end);
    const to = text.slice(from, end) === claim.claim ? end : from;
    const before = slices.between(cursor, from);
    const node = el("span", { class: "marked claim" }, slices.quoted(from, to));
    const quotations = found.filter((quotation) => quotation.from < end && quotation.to > from);
    const mark = { node, claim, quotations, label: `${VERDICTS[claim.verdict].legend}: ${claim.claim}` };
    push(mark);
    paint(mark);
    advance(to, ...before, node);
  }

  function finish() {
    advance(text.length, ...slices.between(cursor, text.length));
  }

  function show(labels) {
    shown = labels;
    for (const mark of marks) if (mark.claim !== null) paint(mark);
    walk.settle();
  }

  function current(mark) {
    for (const { node } of marks) node.removeAttribute("aria-current");
    mark?.node.setAttribute("aria-current", "true");
  }

  return { start, add, finish, show, current, at: walk.at };
}
