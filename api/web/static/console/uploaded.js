// A body on its way up. `fetch` doesn't tell how far it is; XMLHttpRequest does.

import { Problem } from "../shared/http.js";

/**
 * @param {string} url
 * @param {{method: string, body: FormData, headers: Record<string, string>, signal?: AbortSignal,
 *   progress: (sent: number) => void}} options
 * @returns {Promise<any>} what was answered, as JSON
 * @throws {Problem} `AbortError` where the signal ended it
 */
export function uploaded(url, { method, body, headers, signal, progress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () =>
      request.status < 300 ? resolve(request.response) : reject(problemOf(request)),
    );
    request.addEventListener("error", () => reject(new Problem(0, { title: "Offline" })));
    request.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    request.addEventListener("loadend", () => signal?.removeEventListener("abort", abort));
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) reject(new DOMException("aborted", "AbortError"));
    else request.send(body);
  });
}

/** @param {XMLHttpRequest} request */
function problemOf(request) {
  const retryAfter = Number(request.getResponseHeader("Retry-After")) || 0;
  return new Problem(request.status, { ...request.response, retryAfter, body: request.response });
}
