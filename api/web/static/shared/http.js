// Requests to the service, its problems (RFC 9457) as errors, and server-sent events of a POST.

/**
 * What the service refused, or that it couldn't be reached (`status` 0).
 */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{title?: string, detail?: string, remedy?: string, request_id?: string, retryAfter?: number, body?: any}} told
   */
  constructor(status, told = {}) {
    super(told.detail || told.title || String(status));
    this.status = status;
    this.title = told.title ?? "";
    this.remedy = told.remedy ?? "";
    this.requestId = told.request_id ?? "";
    /** Seconds after which to try again; 0 where none are told. */
    this.retryAfter = told.retryAfter ?? 0;
    /** The whole problem, as it was sent. */
    this.body = told.body ?? null;
  }
}

/** @param {Response} response @returns {Promise<Problem>} */
export async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  return new Problem(response.status, { ...body, retryAfter, body });
}

/**
 * @typedef {object} Options
 * @property {string} [method]
 * @property {any} [json] a body
 * @property {BodyInit} [body]
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 */

/**
 * @param {string} url
 * @param {Options} [options]
 * @returns {Promise<Response>} one that is fine
 * @throws {Problem}
 */
export async function send(url, { method = "GET", json, body, headers = {}, signal } = {}) {
  const given = json === undefined ? body : JSON.stringify(json);
  const typed = json === undefined ? headers : { "Content-Type": "application/json", ...headers };
  let response;
  try {
    response = await fetch(url, { method, body: given, headers: typed, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, { title: "Offline", detail: String(error) });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/**
 * The events of a stream, as they come (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * @param {Response} response
 * @returns {AsyncGenerator<{event: string, data: any}>} data is parsed JSON
 */
export async function* eventsOf(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let held = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw new Problem(0, { title: "Offline", detail: String(error) });
      });
      held = (held + decoder.decode(value, { stream: !done })).replaceAll("\r\n", "\n");
      let end;
      while ((end = held.indexOf("\n\n")) >= 0) {
        const event = parsed(held.slice(0, end));
        held = held.slice(end + 2);
        if (event !== null) yield event;
      }
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** @param {string} block */
function parsed(block) {
  let event = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length === 0 ? null : { event, data: JSON.parse(data.join("\n")) };
}
