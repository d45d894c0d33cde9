// The service's HTTP interface: one function per call, one kind of error with a sentence to show.

export class ApiError extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The service cannot be reached. Check that “citecheck serve” is running, then try again.", "network");
  }
  let body;
  try {
    body = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(`The service sent no readable reply (HTTP ${response.status}). Try again in a moment.`, "unreadable");
  }
  if (!response.ok) {
    const { message, code } = body.error ?? {};
    throw new ApiError(message ?? `The service refused the request (HTTP ${response.status}).`, code ?? "unknown");
  }
  return body;
}

function post(path, body, signal) {
  return call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
}

const path = (...parts) => ["v1", ...parts.map(encodeURIComponent)].join("/");

export const ask = (question, signal) => post(path("ask"), { question }, signal);

export const lookup = (quote, signal) => post(path("lookup"), { quote }, signal);

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
