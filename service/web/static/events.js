// Server-sent events out of a response's body: EventSource cannot send a text, fetch can.

const LINE_END = /\r\n|\n|\r(?!$)/;

/** One event from its lines, or null where they hold only comments. */
function parse(lines) {
  let event = "message";
  const data = [];
  for (const line of lines) {
    const [, name, value] = /^([^:]*):? ?(.*)$/su.exec(line);
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  }
  return data.length > 0 ? { event, data: data.join("\n") } : null;
}

/** Yield {event, data} for each event; what the body breaks off in the middle of is not yielded. */
export async function* readEvents(body) {
  let rest = "";
  let lines = [];
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const whole = (rest + chunk.value).split(LINE_END);
      rest = whole.pop();
      for (const line of whole) {
        const event = line === "" ? parse(lines) : null;
        if (event) yield event;
        if (line === "") lines = [];
        else lines.push(line);
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // a body that was aborted cannot be cancelled, and need not be
  }
}
