// A field for one file, in the console's own words and looks.

import { html, useId, useRef, useState } from "../../../vendor/preact.js";

/**
 * @param {{label: string, hint: any, accept: string, chosen: (file: File | undefined) => void,
 *   t: (key: string, values?: any) => string}} props
 */
export function FileField({ label, hint, accept, chosen, t }) {
  const id = useId();
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [name, setName] = useState("");
  const changed = () => {
    const file = field.current?.files?.[0];
    field.current?.setCustomValidity("");
    setName(file?.name ?? "");
    chosen(file);
  };
  const missing = () => field.current?.setCustomValidity(name === "" ? t("file_missing") : "");
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <div class="row tight file-field">
      <input
        type="file"
        class="visually-hidden"
        id=${id}
        ref=${field}
        accept=${accept}
        required
        aria-describedby=${`${id}-name ${id}-hint`}
        onChange=${changed}
        onInvalid=${missing}
      />
      <label class="button" for=${id}>${t("file_choose")}</label>
      <span class="soft" id=${`${id}-name`}>${name || t("file_none")}</span>
    </div>
    <p class="small soft" id=${`${id}-hint`}>${hint}</p>
  </div>`;
}
