// Which screen an address shows, and who sees it in the menu.

import { Ask } from "./screens/ask.js";
import { Audit } from "./screens/audit.js";
import { Channels } from "./screens/channels.js";
import { Documents } from "./screens/documents.js";
import { Evaluations } from "./screens/evaluations.js";
import { Keys } from "./screens/keys.js";
import { Knowledge } from "./screens/knowledge.js";
import { Questions } from "./screens/questions.js";
import { System } from "./screens/system.js";
import { Users } from "./screens/users.js";

/** In the menu's order: name in the address and of the words, the scope that it needs, what shows it. */
export const SCREENS = /** @type {const} */ ([
  ["ask", "ask", Ask],
  ["documents", "documents:read", Documents],
  ["questions", "knowledge", Questions],
  ["knowledge", "knowledge", Knowledge],
  ["evaluations", "evaluate", Evaluations],
  ["channels", "admin", Channels],
  ["users", "admin", Users],
  ["keys", "admin", Keys],
  ["audit", "admin", Audit],
  ["system", "admin", System],
]);

/**
 * @param {{route: {path: string[]}, can: (scope: string) => boolean}} app
 * @returns {{name: string, Screen: any}} the screen to show, and its name
 */
export function screenOf({ route, can }) {
  const mine = SCREENS.filter(([, scope]) => can(scope));
  const [name, , Screen] = mine.find(([one]) => one === route.path[0]) ?? mine[0] ?? SCREENS[0];
  return { name, Screen };
}
