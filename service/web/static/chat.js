// The chat: sends questions, shows each turn as it comes, and shows the conversation that the address names.

import { go, onAddress, place } from "./address.js";
import * as api from "./api.js";
import { busy, focusQuestion, onSend, takeUp } from "./composer.js";
import { onNewConversation, refreshList, showCurrent } from "./conversations.js";
import { announce, byId } from "./dom.js";
import { drawing, undrawn } from "./drawing.js";
import { append, drop, showLoading, showProblem, showTurns, showWelcome } from "./thread.js";
import { whenReady } from "./waiting.js";

const WAITING = {
  starting: "The service is starting. The question is sent as soon as it is ready…",
  request_in_progress: "This question is already being answered. Its answer is shown as soon as it is there…",
};
const DELETED = "This conversation has been deleted, so nothing can be added to it.";

let shown = null; // the id of the conversation that is shown, null for one that has not begun
let opening = null;
let running = null;

/** A name for a request that nobody else uses; a page without https has no randomUUID. */
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function begun() {
  const mine = (running = new AbortController());
  busy(() => mine.abort());
  return mine;
}

function over(mine) {
  if (running !== mine) return;
  running = null;
  busy(null);
}

function ask(message) {
  if (running === null) start({ message, conversation: shown, key: newKey() });
}

/** Draw a question and send it; `failed` is what stood for it when it could not be drawn. */
async function start(request, failed = null) {
  const mine = begun();
  let view;
  try {
    view = (await drawing()).turnView(request.message, ask);
  } catch (error) {
    if (running === mine) put(cannotDraw(request, error), failed);
    else takeUp(request.message);
    return over(mine);
  }
  if (running === mine) put(view, failed);
  run(request, view, mine);
}

/** Put a view at the end of the thread, in the place of another one if that is there. */
function put(view, old) {
  if (old !== null) drop(old);
  append(view);
}

function cannotDraw(request, error) {
  const again = () => running === null && start(request, view);
  const view = undrawn(request.message, error, [["Try again", again], editing(request, () => view)]);
  announce(error.message);
  return view;
}

const editing = ({ message }, view) => [
  "Edit the question",
  () => {
    drop(view());
    takeUp(message);
  },
];

async function run(request, view, mine = begun()) {
  const ways = [["Try again", () => running === null && run(request, view)], editing(request, () => view)];
  view.begin("Understanding the question…");
  try {
    const turn = await whenReady(
      () => follow(request, view, mine.signal),
      (code) => view.begin(WAITING[code]),
    );
    finish(turn, view);
  } catch (error) {
    if (mine.signal.aborted) view.stopped(ways);
    else if (error.code === "conversation_not_found") deleted(request, view);
    else view.failed(error, ways);
  } finally {
    over(mine);
  }
}

/** The conversation was deleted elsewhere: trying again cannot help, asking anew can. */
function deleted({ message }, view) {
  const anew = () => {
    if (running !== null) return;
    beginAnew();
    ask(message);
  };
  view.failed(new Error(DELETED), [["Ask in a new conversation", anew]]);
  refreshList();
}

/** Show a turn as its events come, and return it as it was kept. */
async function follow(request, view, signal) {
  for await (const { event, data } of api.chat(request, signal)) {
    view.events[event]?.(data);
    if (event === "done") return data;
  }
  throw new Error("a stream of events ends with done or a failure");
}

function finish({ conversation_id: conversation }, view) {
  if (view.node.isConnected) {
    shown = conversation;
    showCurrent(shown);
    go({ conversation }, true);
  } else if (shown === conversation) {
    open(conversation);
  }
  refreshList();
}

async function open(conversation) {
  opening?.abort();
  const { signal } = (opening = new AbortController());
  leave(conversation);
  showLoading();
  try {
    const kept = await whenReady(() => api.conversation(conversation, signal));
    const { keptTurn } = await drawing();
    if (signal.aborted) return;
    document.title = `${kept.title} – citecheck`;
    showTurns(kept.turns, (turn) => keptTurn(turn, ask).node);
  } catch (error) {
    if (!signal.aborted) showProblem(error, error.code === "network" ? () => open(conversation) : null);
  }
}

/** Turn to another conversation; an answer on its way goes on and is kept there. */
function leave(conversation) {
  shown = conversation;
  running = null;
  busy(null);
  showCurrent(conversation);
}

function begin() {
  opening?.abort();
  leave(null);
  document.title = "citecheck";
  showWelcome();
}

function beginAnew() {
  if (place().conversation === null) begin();
  else go({ conversation: null, source: null });
}

function followAddress() {
  const { conversation } = place();
  if (conversation === shown) return;
  if (conversation === null) begin();
  else open(conversation);
}

onSend(ask);
onNewConversation(() => {
  beginAnew();
  focusQuestion();
});
onAddress(followAddress);
followAddress();
byId("examples")?.addEventListener("click", (event) => {
  if (!event.target.matches(".example")) return;
  ask(event.target.textContent);
  if (matchMedia("(hover: hover)").matches) focusQuestion();
});
