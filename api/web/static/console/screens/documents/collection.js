// One collection: what it is, and changing that.

import { html, useState } from "../../../vendor/preact.js";
import { counted, number } from "../../../shared/i18n.js";
import { withQuery } from "../../api.js";
import { useApp } from "../../app.js";
import { DEFAULT } from "../../../shared/collections.js";
import { Confirm, Dialog, Form } from "../../ui.js";
import { TitleAndDescription } from "./shelves.js";
import { uploadsOf } from "./uploads.js";
import { addressOf, useWords } from "./use.js";

/** @param {{shelves: any[], name: string | null, mine: boolean, changed: () => void}} props */
export function CollectionHead({ shelves, name, mine, changed }) {
  const { t: shared, language } = useApp();
  const t = useWords();
  const [doing, setDoing] = useState("");
  const close = () => setDoing("");
  const only = name === null && shelves.length === 1;
  const shelf = only ? shelves[0] : shelves.find((one) => one.name === name);
  if (!shelf) {
    const documents = shelves.reduce((sum, one) => sum + one.documents, 0);
    return html`<div>
      <h2>${t("all_title")}</h2>
      <p class="small soft">${counted(t, language, "documents", documents)}</p>
    </div>`;
  }
  const counts = [
    counted(t, language, "documents", shelf.documents),
    counted(t, language, "passages", shelf.passages),
  ];
  return html`<div class="row spread collection-head">
    <div>
      <h2>${shelf.title}</h2>
      ${shelf.description && html`<p>${shelf.description}</p>`}
      <p class="small soft">
        ${shelf.title !== shelf.name && html`<span class="mono">${shelf.name}</span> · `}${counts.join(" · ")}
      </p>
    </div>
    ${
      mine &&
      html`<div class="row">
        <button class="small" onClick=${() => setDoing("edit")}>${shared("edit")}</button>
        <button class="small danger" onClick=${() => setDoing("delete")}>
          ${shelf.name === DEFAULT ? t("empty_default") : shared("remove")}
        </button>
      </div>`
    }
    ${doing === "edit" && html`<${Edit} shelf=${shelf} close=${close} changed=${changed} />`}
    ${doing === "delete" && html`<${Delete} shelf=${shelf} close=${close} changed=${changed} />`}
  </div>`;
}

/** @param {{shelf: any, close: () => void, changed: () => void}} props */
function Edit({ shelf, close, changed }) {
  const { api, t: shared, toast } = useApp();
  const t = useWords();
  const [title, setTitle] = useState(shelf.title);
  const [description, setDescription] = useState(shelf.description);
  const submit = async () => {
    // What it is called where nobody gave it a title stays one that changes with the page's language.
    await api.patch(pathOf(shelf), title === shelf.title ? { description } : { title, description });
    toast(t("saved"));
    changed();
    close();
  };
  return html`<${Dialog} title=${t("edit_collection")} close=${close}>
    <${Form} submit=${submit} action=${shared("save")} cancel=${close}>
      <${TitleAndDescription}
        title=${title}
        setTitle=${setTitle}
        text=${description}
        setText=${setDescription}
      />
    <//>
  <//>`;
}

/** @param {{shelf: any, close: () => void, changed: () => void}} props */
function Delete({ shelf, close, changed }) {
  const app = useApp();
  const t = useWords();
  const act = async () => {
    const response = await app.api.call(
      "DELETE",
      withQuery(pathOf(shelf), { documents: shelf.documents > 0 || null }),
    );
    if (response.status === 202) uploadsOf(app).join(await response.json());
    else app.toast(t("deleted_collection", { title: shelf.title }));
    changed();
    if (shelf.name !== DEFAULT) location.hash = addressOf(null);
  };
  const isDefault = shelf.name === DEFAULT;
  const why = isDefault ? "delete_default" : shelf.documents === 0 ? "delete_empty" : "delete_full";
  const title = t(isDefault ? "empty_default" : "delete_collection");
  return html`<${Confirm}
    title=${title}
    text=${t(why, { title: shelf.title, n: number(app.language, shelf.documents) })}
    action=${title}
    act=${act}
    close=${close}
  />`;
}

/** @param {{name: string}} shelf */
const pathOf = ({ name }) => `/v1/collections/${encodeURIComponent(name)}`;
