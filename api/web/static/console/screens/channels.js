// Chat widgets: the list, a new one, or one of them.

import { html } from "../../vendor/preact.js";
import { wordsOf } from "../../shared/i18n.js";
import { useApp } from "../app.js";
import { Loaded, useLoaded } from "../ui.js";
import { Editor } from "./channels/editor.js";
import { List } from "./channels/list.js";
import { WORDS } from "./channels/words.js";

export function Channels() {
  const { language, route } = useApp();
  const t = wordsOf(WORDS, language);
  const id = route.path[1];
  if (id === undefined) return html`<${List} t=${t} />`;
  return html`<a class="back" href="#/channels">${t("back")}</a>
    ${id === "new" ? html`<${Editor} channel=${null} t=${t} />` : html`<${Known} id=${id} t=${t} />`}`;
}

function Known({ id, t }) {
  const { api } = useApp();
  const found = useLoaded(() => api.get(`/v1/channels/${id}`), [id]);
  return html`<${Loaded} from=${found}>
    ${(/** @type {any} */ channel) => html`<${Editor} channel=${channel} t=${t} />`}
  <//>`;
}
