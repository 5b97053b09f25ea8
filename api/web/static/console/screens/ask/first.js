// Before anything was asked: how to ask, or what is missing for that.

import { html } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { useCollections } from "../../inputs.js";
import { Empty } from "../../ui.js";

/** @param {{t: (key: string, values?: any) => string}} props */
export function First({ t }) {
  const { can } = useApp();
  const shelves = useCollections().value;
  const none = shelves?.every((/** @type {any} */ one) => one.documents === 0) ?? false;
  if (!none) return html`<${Empty} title=${t("first")}><p>${t("first_lead")}</p><//>`;
  if (!can("documents:write"))
    return html`<${Empty} title=${t("no_documents")}><p>${t("no_documents_reader")}</p><//>`;
  return html`<${Empty} title=${t("no_documents")}>
    <p>${t("no_documents_lead")}</p>
    <p><a class="button primary" href="#/documents">${t("add_documents")}</a></p>
  <//>`;
}
