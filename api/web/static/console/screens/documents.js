// Documents in their collections; what was uploaded and what became of it.

import { html } from "../../vendor/preact.js";
import { useApp } from "../app.js";
import { JobScreen, JobsScreen } from "./documents/jobs.js";
import { Shelf } from "./documents/shelf.js";

export function Documents() {
  const [, part, id] = useApp().route.path;
  if (part === "jobs") return id ? html`<${JobScreen} id=${id} />` : html`<${JobsScreen} />`;
  return html`<${Shelf} />`;
}
