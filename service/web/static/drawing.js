// How turns are drawn: a module that is fetched once the page can be used, and once more at need where that failed.

import { ApiError } from "./api.js";
import { el, problem, waysOn } from "./dom.js";

const MISSING = "A part of this page could not be fetched. Check the connection, then try again.";

let fetches = 0;
let fetched = null;

function fetchTurns() {
  // A browser may remember that an address failed; another address of the same file is fetched anew.
  const mine = import(fetches === 0 ? "./turn.js" : `./turn.js?again=${fetches}`);
  fetches += 1;
  mine.catch(() => {
    if (fetched === mine) fetched = null;
  });
  return mine;
}

/** The module that draws turns; a failure is thrown as one to show, and the next call fetches it once more. */
export async function drawing() {
  try {
    return await (fetched ??= fetchTurns());
  } catch {
    throw new ApiError(MISSING, "network");
  }
}

/** What stands for a question that could not be sent, with ways to go on. */
export function undrawn(message, error, ways) {
  return { node: el("article", { class: "turn" }, el("h2", { class: "asked" }, message), el("div", { class: "evidence" }, problem(error), waysOn(ways))) };
}

fetched = fetchTurns();
