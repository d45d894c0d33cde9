// The address after #: c=ID names the conversation, c1:… or document:… the source beside it; joined by & where both are open.

const CONVERSATION = "c=";
const SOURCES = ["c1:", "document:"];
const followers = [];

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** What the address names: {conversation, source}, null where it names none. */
export function place() {
  const parts = location.hash.slice(1).split("&").map(decoded);
  return {
    conversation: parts.find((part) => part.startsWith(CONVERSATION))?.slice(CONVERSATION.length) || null,
    source: parts.find((part) => SOURCES.some((start) => part.startsWith(start))) ?? null,
  };
}

export const conversationHash = (id) => `#${CONVERSATION}${encodeURIComponent(id)}`;

/** Change what the address names, as a step of the history or (`replace`) in the place of the present one. */
export function go(change, replace = false) {
  const { conversation, source } = { ...place(), ...change };
  const hash = [conversation && conversationHash(conversation).slice(1), source].filter(Boolean).join("&");
  const address = location.pathname + location.search + (hash && `#${hash}`);
  if (hash !== location.hash.slice(1)) history[replace ? "replaceState" : "pushState"](null, "", address);
  for (const follow of followers) follow();
}

/** Call `follow` whenever the address changes, also by a link or the browser's own buttons. */
export function onAddress(follow) {
  followers.push(follow);
  addEventListener("hashchange", follow);
}
