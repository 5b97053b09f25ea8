// Before an upload: what goes, what doesn't and why, where to, in which encoding.

import { html, useState } from "../../../vendor/preact.js";
import { counted, number, size } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Choice } from "../../inputs.js";
import { Dialog, Form } from "../../ui.js";
import { sortedOut } from "./choosing.js";
import { uploadsOf } from "./uploads.js";
import { encodingsOf } from "./words.js";
import { useWords } from "./use.js";

const NAMED = 20;

/**
 * @param {{chosen: import("./choosing.js").Chosen[], limits: import("./choosing.js").Limits, shelves: any[],
 *   aim: string, close: () => void}} props
 */
export function Prepare({ chosen, limits, shelves, aim, close }) {
  const app = useApp();
  const t = useWords();
  const { language } = app;
  const [collection, setCollection] = useState(aim);
  const [encoding, setEncoding] = useState("");
  const { good, unsupported, large } = sortedOut(chosen, limits);
  const bytes = good.reduce((sum, { file }) => sum + file.size, 0);
  const skipped = html`
    <${Skipped}
      kind="unsupported"
      files=${unsupported}
      extensions=${limits.extensions.join(t("list_comma"))}
    />
    <${Skipped} kind="large" files=${large} size=${size(language, limits.file_bytes)} />
  `;
  if (good.length === 0) {
    const why = chosen.length === 0 ? html`<p>${t("prepare_hidden")}</p>` : skipped;
    return html`<${Dialog} title=${t("prepare_none")} close=${close}>${why}<//>`;
  }
  const submit = async () => {
    uploadsOf(app).add(collection, encoding, good, limits);
    close();
  };
  const title = counted(t, language, "prepare", good.length);
  return html`<${Dialog} title=${title} close=${close}>
    <p class="soft">
      ${good.length === 1 ? good[0].name : good[0].name.split("/").slice(0, -1)[0]}
      ${" "}${size(language, bytes)}
    </p>
    ${skipped}
    <${Form} submit=${submit} action=${t("start")} cancel=${close}>
      <${Choice}
        label=${t("into")}
        hint=${t("same_name")}
        value=${collection}
        set=${setCollection}
        options=${shelves.map((one) => [one.name, one.title])}
      />
      <${Choice}
        label=${t("encoding")}
        hint=${t("encoding_hint")}
        value=${encoding}
        set=${setEncoding}
        options=${[["", t("encoding_auto")], ...encodingsOf(limits.encodings)]}
      />
    <//>
  <//>`;
}

/** @param {{kind: string, files: import("./choosing.js").Chosen[]} & Record<string, any>} props */
function Skipped({ kind, files, ...values }) {
  const { language } = useApp();
  const t = useWords();
  if (files.length === 0) return null;
  return html`<div class="note warn">
    <p>${counted(t, language, `skipped_${kind}`, files.length, values)}</p>
    <details>
      <summary>${t("which")}</summary>
      <ul class="names small">
        ${files.slice(0, NAMED).map(({ name }) => html`<li key=${name}>${name}</li>`)}
        ${files.length > NAMED && html`<li>${t("and_more", { n: number(language, files.length - NAMED) })}</li>`}
      </ul>
    </details>
  </div>`;
}
