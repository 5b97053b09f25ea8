// What was asked: the list, and one question as it was answered then.

import { html } from "../../vendor/preact.js";
import { useApp } from "../app.js";
import { Asked } from "./questions/asked.js";
import { List } from "./questions/list.js";

export function Questions() {
  const { route } = useApp();
  const number = route.path[1];
  return number === undefined ? html`<${List} />` : html`<${Asked} key=${number} id=${number} />`;
}
