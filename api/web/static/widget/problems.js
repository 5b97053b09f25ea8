// What a visitor is told of a problem, and when trying again makes sense.

import { Problem } from "../shared/http.js";
import { Shut } from "./visit.js";

/** Seconds: whoever is to wait longer isn't shown a countdown. */
const PATIENCE = 120;

/** @param {Problem} problem @returns {string} a key of the words */
function keyOf(problem) {
  if (problem instanceof Shut) return problem.status === 401 ? "shut" : "elsewhere";
  if (problem.status === 0) return navigator.onLine ? "away" : "offline";
  if (problem.status === 429) return problem.retryAfter > PATIENCE ? "spent" : "often";
  if (problem.status === 503) return "busy";
  return problem.status === 422 ? "unasked" : "broken";
}

/**
 * @param {unknown} error
 * @param {import("./panel.js").Ui} ui
 * @returns {{words: string, retry: boolean, seconds: number}} `seconds` to wait before, 0 for none
 */
export function toldOf(error, ui) {
  const problem =
    error instanceof Problem ? error : new Problem(500, { title: "Bug", detail: String(error) });
  const key = keyOf(problem);
  const own = ui.language === "zh" && problem.status === 422; // the service knows what is wrong with a question
  const words = own
    ? [problem.message, problem.remedy].join("")
    : ui.t(key, { id: problem.requestId || "–" });
  const seconds = ["often", "busy"].includes(key) ? Math.ceil(problem.retryAfter) : 0;
  return { words, retry: !["shut", "spent", "unasked"].includes(key), seconds };
}

/** For the page's own ears. @param {unknown} error */
export function detailOf(error) {
  const problem =
    error instanceof Problem ? error : new Problem(500, { title: "Bug", detail: String(error) });
  return { status: problem.status, title: problem.title, message: problem.message };
}
