// The thread: the turns of the conversation that is shown, or the welcome of a new one.

import { byId, el, problem } from "./dom.js";

const SHOWN = 30;

const thread = byId("thread");
const welcome = byId("welcome");
const smooth = matchMedia("(prefers-reduced-motion: no-preference)");

function put(...nodes) {
  thread.replaceChildren(...nodes);
  welcome.hidden = nodes.length > 0;
  document.body.classList.toggle("chatting", nodes.length > 0);
}

/** Show that nothing has been asked yet. */
export const showWelcome = () => put();

/** Show that a conversation is being fetched. */
export const showLoading = () => put(el("p", { class: "state" }, "Opening the conversation…"));

/** Show why a conversation cannot be. */
export const showProblem = (error, again) => put(problem(error, again));

/** Show turns, each as `draw(turn)`, the last in view; of many the last few, until one asks for more. */
export function showTurns(turns, draw) {
  const views = (from, to) => turns.slice(from, to).map(draw);
  let from = Math.max(0, turns.length - SHOWN);
  const earlier = el("button", { type: "button", class: "plain earlier" }, "Show earlier questions");
  earlier.hidden = from === 0;
  earlier.addEventListener("click", () => {
    const before = Math.max(0, from - SHOWN);
    const top = earlier.getBoundingClientRect().bottom;
    const first = earlier.nextElementSibling;
    earlier.after(...views(before, from));
    from = before;
    earlier.hidden = from === 0;
    scrollBy(0, first.getBoundingClientRect().top - top);
  });
  const nodes = views(from, turns.length);
  put(...(nodes.length > 0 ? [earlier, ...nodes] : []));
  nodes.at(-1)?.scrollIntoView({ block: nodes.length > 1 ? "start" : "nearest" });
}

/** Put a new turn at the end and bring it to the top of the view. */
export function append(view) {
  for (const other of thread.querySelectorAll(".turn.newest")) other.classList.remove("newest");
  view.node.classList.add("newest");
  if (welcome.hidden) thread.append(view.node);
  else put(view.node);
  view.node.scrollIntoView({ block: "start", behavior: smooth.matches ? "smooth" : "auto" });
}

/** Take a turn out that came to nothing. */
export function drop(view) {
  view.node.remove();
  if (thread.querySelector(".turn") === null) put();
}

/** The question asked last, "" if there is none. */
export const lastQuestion = () => [...thread.querySelectorAll(".asked")].at(-1)?.textContent ?? "";
