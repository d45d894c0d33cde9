// The service's HTTP interface: one function per call, one kind of error with a sentence to show.

import { readEvents } from "./events.js";

export class ApiError extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

const AWAY = "The service cannot be reached. Check that “citecheck serve” is running, then try again.";
const CUT_OFF = "The connection ended before everything was checked. Try again.";

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

export const ask = (question, signal) => post(path("ask"), { question }, signal);

export const lookup = (quote, signal) => post(path("lookup"), { quote }, signal);

/** Check a text: yields its events {event, data} as they come, the last of them `done`; a failure is thrown. */
export async function* check(text, signal) {
  const response = await request(path("check"), json({ text, stream: true }, signal));
  try {
    for await (const { event, data } of readEvents(response.body)) {
      const body = JSON.parse(data);
      if (event === "error") throw new ApiError(body.error.message, body.error.code);
      yield { event, data: body };
      if (event === "done") return;
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof ApiError) throw error;
    throw new ApiError(CUT_OFF, "network");
  }
  throw new ApiError(CUT_OFF, "network");
}

/** What checking a text gives, as a file in the given format. */
export async function checkFile(text, format, signal) {
  return (await request(path("check"), json({ text, format }, signal))).blob();
}

export const citation = (id, signal) => call(path("citations", id), { signal });

export const documents = (offset) => call(`${path("documents")}?offset=${offset}`);

export const removeDocument = (id) => call(path("documents", id), { method: "DELETE" });

export function addDocument(file) {
  const form = new FormData();
  form.append("file", file);
  return call(path("documents"), { method: "POST", body: form });
}

/** The canonical text of a document, of the given version or (null) of the current one. */
export function documentText(id, version, signal) {
  const query = version === null ? "" : `?${new URLSearchParams({ version })}`;
  return call(path("documents", id, "text") + query, { signal });
}
