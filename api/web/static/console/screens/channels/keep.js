// What can be done with a widget beside changing it: another token, and deleting it.

import { html, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Confirm } from "../../ui.js";

/** @param {{channel: any, rotated: (published: any) => void, t: (key: string, values?: any) => string}} props */
export function Keep({ channel, rotated, t }) {
  const { t: shared, api, go, toast } = useApp();
  const [asking, setAsking] = useState("");
  const { id, name } = channel;
  const rotate = async () => {
    rotated(await api.post(`/v1/channels/${id}/token`));
    scrollTo({ top: 0 });
  };
  const remove = async () => {
    await api.remove(`/v1/channels/${id}`);
    toast(t("removed"));
    go("channels");
  };
  const close = () => setAsking("");
  return html`<section class="card stack tight">
      <h2>${t("code")}</h2>
      <p class="soft">${t("code_hint")}</p>
      <div class="row">
        <button class="danger" onClick=${() => setAsking("rotate")}>${t("rotate")}</button>
        <button class="danger" onClick=${() => setAsking("delete")}>${shared("remove")}</button>
      </div>
    </section>
    ${
      asking === "rotate" &&
      html`<${Confirm}
        title=${t("rotate_title", { name })}
        text=${t("rotate_text")}
        action=${t("rotate")}
        act=${rotate}
        close=${close}
      />`
    }
    ${
      asking === "delete" &&
      html`<${Confirm}
        title=${t("delete_title", { name })}
        text=${t("delete_text")}
        action=${shared("remove")}
        act=${remove}
        close=${close}
      />`
    }`;
}
