// The chat: sends questions, shows each turn as it comes, and shows the conversation that the address names.

import { go, onAddress, place } from "./address.js";
import * as api from "./api.js";
import { busy, focusQuestion, onSend, takeUp } from "./composer.js";
import { onNewConversation, refreshList, showCurrent } from "./conversations.js";
import { byId } from "./dom.js";
import { append, drop, showLoading, showProblem, showTurns, showWelcome } from "./thread.js";
import { whenReady } from "./waiting.js";

/** How turns are shown: fetched once the page can be used, and long before an answer is there. */
const turns = import("./turn.js");
let shown = null; // the id of the conversation that is shown, null for one that has not begun
let opening = null;
let running = null;

/** A name for a request that nobody else uses; a page without https has no randomUUID. */
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function ask(message) {
  if (running !== null) return;
  const request = { message, conversation: shown, key: newKey() };
  const mine = (running = new AbortController());
  const view = (await turns).turnView(message, ask);
  append(view);
  run(request, view, mine);
}

async function run(request, view, mine) {
  const again = () => running === null && run(request, view, new AbortController());
  const edit = () => {
    drop(view);
    takeUp(request.message);
  };
  running = mine;
  busy(() => mine.abort());
  view.begin("Understanding the question…");
  try {
    const turn = await whenReady(
      () => follow(request, view, mine.signal),
      () => view.begin("The service is starting. The question is sent as soon as it is ready…"),
    );
    finish(turn, view);
  } catch (error) {
    if (mine.signal.aborted) view.stopped(again, edit);
    else view.failed(error, again, edit);
  } finally {
    if (running === mine) {
      running = null;
      busy(null);
    }
  }
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
    const { keptTurn } = await turns;
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

function followAddress() {
  const { conversation } = place();
  if (conversation === shown) return;
  if (conversation === null) begin();
  else open(conversation);
}

onSend(ask);
onNewConversation(() => {
  if (place().conversation === null) begin();
  else go({ conversation: null, source: null });
  focusQuestion();
});
onAddress(followAddress);
followAddress();
byId("examples")?.addEventListener("click", (event) => {
  if (!event.target.matches(".example")) return;
  ask(event.target.textContent);
  if (matchMedia("(hover: hover)").matches) focusQuestion();
});
