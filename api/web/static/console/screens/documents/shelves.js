// The collections, to choose from: a list at the side, a select where there is little room.

import { html, useState } from "../../../vendor/preact.js";
import { number } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Dialog, Form } from "../../ui.js";
import { Labelled, Line, Lines } from "../../inputs.js";
import { addressOf, useWords } from "./use.js";

/** Of the service, with the letters beyond the BMP: `u` counts them as one. */
const NAME =
  /^\.*[A-Za-z0-9_\-\u3400-\u4dbf\u4e00-\u9fff\u3007\u{20000}-\u{3ffff}][A-Za-z0-9_\-\u3400-\u4dbf\u4e00-\u9fff\u3007\u{20000}-\u{3ffff}.]*$/u;

/** @param {{shelves: any[], here: string | null, changed: () => void}} props */
export function Shelves({ shelves, here, changed }) {
  const { language, session } = useApp();
  const t = useWords();
  const [making, setMaking] = useState(false);
  const all = {
    name: null,
    title: t("all"),
    documents: shelves.reduce((sum, one) => sum + one.documents, 0),
  };
  const shown = shelves.length > 1 ? [all, ...shelves] : shelves;
  // Others may create none: they may only change those that they were given.
  const mayCreate = session?.user.role === "admin";
  return html`<nav class="shelves" aria-label=${t("collections")}>
    <h2 class="small soft">${t("collections")}</h2>
    <ul>
      ${shown.map(
        (one) =>
          html`<li key=${one.name}>
            <a href=${addressOf(one.name)} aria-current=${isHere(one, here, shelves) ? "true" : null}>
              <span>${one.title}</span
              ><span class="number soft small">${number(language, one.documents)}</span>
            </a>
          </li>`,
      )}
    </ul>
    <div class="few">
      <${Labelled} label=${t("collections")}>
        ${(/** @type {any} */ tied) =>
          html`<select
            ...${tied}
            value=${here ?? shown[0].name ?? ""}
            onChange=${(/** @type {any} */ event) => (location.hash = addressOf(event.target.value))}
          >
            ${shown.map(
              (one) =>
                html`<option key=${one.name} value=${one.name ?? ""}>
                  ${`${one.title} (${number(language, one.documents)})`}
                </option>`,
            )}
          </select>`}
      <//>
    </div>
    ${mayCreate && html`<button class="small quiet" onClick=${() => setMaking(true)}>＋ ${t("new_collection")}</button>`}
    ${making && html`<${NewCollection} close=${() => setMaking(false)} changed=${changed} />`}
  </nav>`;
}

/** @param {any} one @param {string | null} here @param {any[]} shelves */
const isHere = (one, here, shelves) => one.name === here || (here === null && shelves.length === 1);

/** @param {{close: () => void, changed: () => void}} props */
function NewCollection({ close, changed }) {
  const { api, toast } = useApp();
  const t = useWords();
  const [name, setName] = useState("");
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [tried, setTried] = useState(false);
  const bad = !NAME.test(name) || [...name].length > 64;
  const submit = async () => {
    setTried(true);
    if (bad) return;
    const made = await api.post("/v1/collections", { name, title, description });
    toast(t("created", { name: made.title }));
    changed();
    close();
    location.hash = addressOf(name);
  };
  return html`<${Dialog} title=${t("new_collection")} close=${close}>
    <${Form} submit=${submit} action=${t("create")} cancel=${close}>
      <${Line}
        label=${t("name")}
        hint=${t("name_hint")}
        error=${tried && bad ? t("name_bad") : ""}
        value=${name}
        set=${setName}
        required
      />
      <${TitleAndDescription}
        title=${title}
        setTitle=${setTitle}
        text=${description}
        setText=${setDescription}
      />
    <//>
  <//>`;
}

/** @param {{title: string, setTitle: any, text: string, setText: any}} props */
export function TitleAndDescription({ title, setTitle, text, setText }) {
  const t = useWords();
  return html`<${Line}
      label=${t("title")}
      hint=${t("title_hint")}
      value=${title}
      set=${setTitle}
      maxlength="200"
    />
    <${Lines} label=${t("description")} value=${text} set=${setText} maxlength="2000" />`;
}
