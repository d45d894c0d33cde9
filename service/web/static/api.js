// The service's HTTP interface: one function per call, one kind of error with a sentence to show.

import { readEvents } from "./events.js";

export class ApiError extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

const AWAY = "The service cannot be reached. Check that “citecheck serve” is running, then try again.";
const CUT_OFF = {
  check: "The connection ended before everything was checked. Try again.",
  chat: "The connection ended before the answer was there. Try again.",
};

async function readable(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(`The service sent no readable reply (HTTP ${response.status}). Try again in a moment.`, "unreadable");
  }
}

/** Send a request; the response is one that the service did not refuse. */
async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(AWAY, "network");
  }
  return accepted(response);
}

async function accepted(response) {
  if (response.ok) return response;
  const { message, code } = (await readable(response)).error ?? {};
  throw new ApiError(message ?? `The service refused the request (HTTP ${response.status}).`, code ?? "unknown");
}

async function call(path, options) {
  return readable(await request(path, options));
}

const json = (body, signal) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
  signal,
});

const post = (path, body, signal) => call(path, json(body, signal));

const path = (...parts) => ["v1", ...parts.map(encodeURIComponent)].join("/");

export const lookup = (quote, signal) => post(path("lookup"), { quote }, signal);

/** Post to a call that tells events: yields {event, data} as they come, the last of them `done`; a failure is thrown. */
async function* told(name, options) {
  const response = await request(path(name), options);
  try {
    for await (const { event, data } of readEvents(response.body)) {
      const body = JSON.parse(data);
      if (event === "error") throw new ApiError(body.error.message, body.error.code);
      yield { event, data: body };
      if (event === "done") return;
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof ApiError) throw error;
    throw new ApiError(CUT_OFF[name], "network");
  }
  throw new ApiError(CUT_OFF[name], "network");
}

/** Check a text, event by event. */
export const check = (text, signal) => told("check", json({ text, stream: true }, signal));

/** Send the next message of a conversation, a new one where its id is null; the same `key` never makes a second turn. */
export function chat({ message, conversation, key }, signal) {
  const body = { message, stream: true, ...(conversation !== null && { conversation_id: conversation }) };
  const options = json(body, signal);
  return told("chat", { ...options, headers: { ...options.headers, "Idempotency-Key": key } });
}

export const conversations = (offset, limit) =>
  call(`${path("conversations")}?${new URLSearchParams({ offset, limit })}`);

export const conversation = (id, signal) => call(path("conversations", id), { signal });

export const renameConversation = (id, title) => call(path("conversations", id), { ...json({ title }), method: "PATCH" });

export const removeConversation = (id) => call(path("conversations", id), { method: "DELETE" });

/** The address that saves a conversation as a file, "markdown" or "json". */
export const exportAddress = (id, format) => `${path("conversations", id, "export")}?${new URLSearchParams({ format })}`;

export const giveFeedback = (conversation, turn, verdict, comment) =>
  post(path("feedback"), { conversation_id: conversation, turn, verdict, comment });

/** What checking a text gives, as a file in the given format. */
export async function checkFile(text, format, signal) {
  return (await request(path("check"), json({ text, format }, signal))).blob();
}

export const citation = (id, signal) => call(path("citations", id), { signal });

export const documents = (offset) => call(`${path("documents")}?offset=${offset}`);

export const removeDocument = (id) => call(path("documents", id), { method: "DELETE" });

/** Add a file; `progress(share)` is called with how much of it has been sent, from 0 to 1. */
export function addDocument(file, progress) {
  const form = new FormData();
  form.append("file", file);
  // fetch does not tell how far an upload is.
  const upload = new XMLHttpRequest();
  upload.upload.addEventListener("progress", ({ loaded, total }) => progress(total > 0 ? loaded / total : 1));
  const sent = new Promise((resolve, reject) => {
    upload.addEventListener("load", () => resolve(new Response(upload.response, { status: upload.status })));
    for (const failed of ["error", "abort", "timeout"]) upload.addEventListener(failed, () => reject(new ApiError(AWAY, "network")));
  });
  upload.open("POST", path("documents"));
  upload.send(form);
  return sent.then(accepted).then(readable);
}

/** The sections of a document, of the given version or (null) of the current one. */
export function outline(id, version, signal) {
  const query = version === null ? "" : `?${new URLSearchParams({ version })}`;
  return call(path("documents", id, "outline") + query, { signal });
}

/** The canonical text of a document, of the given version or (null) of the current one. */
export function documentText(id, version, signal) {
  const query = version === null ? "" : `?${new URLSearchParams({ version })}`;
  return call(path("documents", id, "text") + query, { signal });
}
