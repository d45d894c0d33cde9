// Starts the page: wires the parts together and follows the address it was opened with.

import { focusQuestion } from "./ask.js";
import { focusText } from "./check.js";
import { focusQuote } from "./lookup.js";
import { follow } from "./source.js";
import { tabs } from "./tabs.js";
import "./documents.js";

const focusIn = { "panel-ask": focusQuestion, "panel-lookup": focusQuote, "panel-check": focusText };

tabs(document.querySelector("[role=tablist]"), (panel) => focusIn[panel]());
if (location.hash) follow();
else if (matchMedia("(hover: hover)").matches) focusQuestion();
