// A checked text in place: every claim a mark one can walk to by keyboard, growing as the verdicts come.

import { VERDICTS } from "./claims.js";
import { el } from "./dom.js";
import { QUOTATIONS, slicer } from "./stretches.js";
import { unitIndex } from "./text.js";
import { walking } from "./walking.js";

/** Where the line that holds `at` ends, its line breaks included, but not within one of `whole`. */
function lineEnd(text, at, whole) {
  const lineBreak = /\n+/gu;
  lineBreak.lastIndex = at;
  for (let found = lineBreak.exec(text); found !== null; found = lineBreak.exec(text)) {
    const end = lineBreak.lastIndex;
    if (!whole.some(({ from, to }) => from < end && end < to)) return end;
  }
  return text.length;
}

/** The text as blocks of lines, filled from the front: a long text is laid out again only where it changes. */
function page(root, text) {
  const rest = el("div", { class: "unchecked" }, text);
  let tail = null;
  let end = 0;
  root.replaceChildren(rest);

  /** Begin a new block, up to `to`. */
  function open(to) {
    tail?.remove();
    tail = el("span", { class: "unchecked" }, text.slice(end, to));
    rest.before(el("div", {}, tail));
    end = to;
    rest.textContent = text.slice(end);
  }

  /** Let the block go on, up to `to`. */
  function extend(to) {
    tail.append(text.slice(end, to));
    tail.normalize();
    end = to;
    rest.textContent = text.slice(end);
  }

  /** Put `nodes` at the end of what is done; they stand for the text up to `to`. */
  function put(to, nodes) {
    tail.before(...nodes);
    tail.textContent = text.slice(to, end);
  }

  return { open, extend, put, end: () => end };
}

/** Show `text` in `root`; `choose(mark)` is called with {node, claim, quotations} when a person picks one. */
export function markedText(root, text, choose) {
  const unit = unitIndex(text);
  const sheet = page(root, text);
  const marks = [];
  const walk = walking(root, marks, choose);
  let shown = new Set(Object.keys(VERDICTS));
  let found = [];
  let slices = null;
  let whole = [];
  let cursor = 0;

  const placed = (items) =>
    items
      .map((item) => ({ ...item, from: unit(item.span.start), to: unit(item.span.end) }))
      .sort((one, other) => one.from - other.from);

  function push(mark) {
    marks.push(mark);
    mark.node.id = `mark-${marks.length}`;
    walk.on(mark);
  }

  function start({ passed_over: passed, quotations }) {
    found = placed(quotations);
    whole = found.filter(({ lookup }) => lookup.match in QUOTATIONS);
    slices = slicer(text, { passedOver: placed(passed), quotations: whole }, (node, quotation, label) =>
      push({ node, claim: null, quotations: [quotation], label }),
    );
    sheet.open(lineEnd(text, 0, whole));
  }

  /** Show the text up to `to` as what it is where nothing is claimed. */
  function pass(to) {
    while (cursor < to) {
      if (cursor === sheet.end()) sheet.open(lineEnd(text, cursor, whole));
      const until = Math.min(to, sheet.end());
      sheet.put(until, slices.between(cursor, until));
      cursor = until;
    }
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
    pass(from);
    if (from === sheet.end() && to > from) sheet.open(lineEnd(text, from, whole));
    if (to > sheet.end()) sheet.extend(lineEnd(text, to, whole));
    const node = el("span", { class: "marked claim" }, slices.quoted(from, to));
    const quotations = found.filter((quotation) => quotation.from < end && quotation.to > from);
    const mark = { node, claim, quotations, label: `${VERDICTS[claim.verdict].legend}: ${claim.claim}` };
    push(mark);
    paint(mark);
    sheet.put(to, [node]);
    cursor = to;
    walk.settle();
  }

  function finish() {
    pass(text.length);
    walk.settle();
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
