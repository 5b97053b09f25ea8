import { html } from "../../vendor/preact.js";
import { useApp } from "../app.js";
import { Heading } from "../ui.js";

export function Ask() {
  const { t } = useApp();
  return html`<${Heading} title=${t("ask")} />`;
}
