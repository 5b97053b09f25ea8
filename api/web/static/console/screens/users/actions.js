// What can be done with somebody.

import { html, useRef, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Confirm, useTell } from "../../ui.js";
import { EditPerson, Told } from "./person.js";
import { useWords } from "./words.js";

/** @param {{user: any, collections: any, changed: () => void}} props `collections`: see useCollections() */
export function PersonActions({ user, collections, changed }) {
  const { api, t: shared, toast } = useApp();
  const t = useWords();
  const tell = useTell();
  const [doing, setDoing] = useState("");
  const close = () => setDoing("");
  const { name } = user;
  const enable = async () => {
    try {
      await api.patch(`/v1/users/${user.id}`, { disabled: false });
      toast(t("enabled", { name }));
      changed();
    } catch (error) {
      tell(error);
    }
  };
  /** @param {string} key @param {string} words @param {() => void} act */
  const button = (key, words, act) =>
    html`<button key=${key} class="quiet small" aria-label=${`${words}${t("colon")}${name}`} onClick=${act}>
      ${words}
    </button>`;
  return html`<div class="row">
    ${button("edit", t("edit"), () => setDoing("edit"))}
    ${button("reset", t("reset"), () => setDoing("reset"))}
    ${
      user.disabled
        ? button("enable", t("enable"), enable)
        : button("disable", t("disable"), () => setDoing("disable"))
    }
    ${button("remove", shared("remove"), () => setDoing("remove"))}
    ${doing === "edit" && html`<${EditPerson} ...${{ user, collections, close, changed }} />`}
    ${doing === "reset" && html`<${Reset} ...${{ user, close, changed }} />`}
    ${doing === "disable" && html`<${Disable} ...${{ user, close, changed }} />`}
    ${doing === "remove" && html`<${Remove} ...${{ user, close, changed }} />`}
  </div>`;
}

/** @typedef {{user: any, close: () => void, changed: () => void}} Acting */

/** @param {Acting} props */
function Reset({ user, close, changed }) {
  const { api } = useApp();
  const t = useWords();
  const [made, setMade] = useState(/** @type {any} */ (null));
  const done = useRef(false); // what was made is shown before the dialog goes
  const title = t("reset_title", { name: user.name });
  if (made) return html`<${Told} title=${title} made=${made} close=${close} />`;
  const act = async () => {
    setMade(await api.post(`/v1/users/${user.id}/password`));
    done.current = true;
    changed();
  };
  return html`<${Confirm}
    title=${title}
    text=${t("reset_text", { name: user.name })}
    action=${t("reset")}
    act=${act}
    close=${() => done.current || close()}
  />`;
}

/** @param {Acting} props */
function Disable({ user, close, changed }) {
  const { api, toast } = useApp();
  const t = useWords();
  const { name } = user;
  const act = async () => {
    await api.patch(`/v1/users/${user.id}`, { disabled: true });
    toast(t("disabled_done", { name }));
    changed();
  };
  return html`<${Confirm}
    title=${t("disable_title", { name })}
    text=${t("disable_text", { name })}
    action=${t("disable")}
    act=${act}
    close=${close}
  />`;
}

/** @param {Acting} props */
function Remove({ user, close, changed }) {
  const { api, t: shared, toast } = useApp();
  const t = useWords();
  const { name } = user;
  const act = async () => {
    await api.remove(`/v1/users/${user.id}`);
    toast(t("removed", { name }));
    changed();
  };
  return html`<${Confirm}
    title=${t("remove_title", { name })}
    text=${t("remove_text", { name })}
    action=${shared("remove")}
    act=${act}
    close=${close}
  />`;
}
