// The list of conversations: the last used first, the one that is shown marked.

import { go, place } from "./address.js";
import * as api from "./api.js";
import { byId, el, problem } from "./dom.js";
import { closeDrawer } from "./drawer.js";
import { item } from "./item.js";
import { whenReady } from "./waiting.js";

const AT_ONCE = 50;

const list = byId("conversation-list");
const more = byId("conversations-more");
const notice = byId("conversations-notice");
const items = new Map();
let wanted = AT_ONCE;
let current = place().conversation;

/** Mark the conversation that is shown, null for one that has not begun. */
export function showCurrent(id) {
  current = id;
  for (const [each, { link }] of items) {
    if (each === id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

const hooks = {
  opened: closeDrawer,
  renamed: (title) => (document.title = `${title} – citecheck`),
  removed(id) {
    const next = items.get(id).node.nextElementSibling ?? items.get(id).node.previousElementSibling;
    if (place().conversation === id) go({ conversation: null, source: null });
    refreshList();
    (next?.querySelector("a") ?? byId("new-conversation")).focus();
  },
};

function show({ conversations, total }) {
  const nodes = conversations.map((info) => {
    const known = items.get(info.conversation_id);
    if (known) known.update(info);
    else items.set(info.conversation_id, item(info, hooks));
    return items.get(info.conversation_id).node;
  });
  const there = new Set(conversations.map((info) => info.conversation_id));
  for (const [id, { node }] of items) {
    if (there.has(id)) continue;
    node.remove();
    items.delete(id);
  }
  // Only what is out of its place is moved: moving a node takes the focus from it.
  nodes.forEach((node, index) => list.children[index] !== node && list.insertBefore(node, list.children[index] ?? null));
  more.hidden = conversations.length >= total;
  notice.replaceChildren(conversations.length === 0 ? el("p", { class: "quiet" }, "Your conversations will be listed here.") : "");
}

/** Fetch the list anew. */
export async function refreshList() {
  try {
    show(await whenReady(() => api.conversations(0, wanted), () => notice.replaceChildren(el("p", { class: "quiet" }, "The service is starting…"))));
    showCurrent(current);
  } catch (error) {
    notice.replaceChildren(problem(error, refreshList));
  }
}

/** Call `begin()` when a person wants a new conversation. */
export function onNewConversation(begin) {
  byId("new-conversation").addEventListener("click", () => {
    closeDrawer();
    begin();
  });
}

more.addEventListener("click", () => {
  wanted += AT_ONCE;
  refreshList();
});
refreshList();
