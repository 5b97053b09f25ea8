// How files are chosen: by buttons, or dropped anywhere on the screen.

import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { chosenOf, droppedIn } from "./choosing.js";
import { useWords } from "./use.js";

/** @typedef {import("./choosing.js").Chosen} Chosen */

/** @param {{chosen: (files: Chosen[]) => void, extensions: string[]}} props */
export function FileButtons({ chosen, extensions }) {
  const t = useWords();
  return html`<${FileButton}
      label=${t("choose_files")}
      primary
      multiple
      accept=${extensions.join(",")}
      chosen=${chosen}
    />
    <${FileButton} label=${t("choose_folder")} webkitdirectory chosen=${chosen} />`;
}

/**
 * A button that opens the browser's own dialog.
 * @param {{label: string, name?: string, chosen: (files: Chosen[]) => void, primary?: boolean, quiet?: boolean,
 *   small?: boolean} & Record<string, any>} props the rest goes to the input
 */
export function FileButton({
  label,
  name = label,
  chosen,
  primary = false,
  quiet = false,
  small = quiet,
  ...rest
}) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const look = [primary && "primary", quiet && "quiet", small && "small"].filter(Boolean).join(" ");
  const changed = () => {
    const files = chosenOf(/** @type {FileList} */ (input.current?.files));
    if (input.current) input.current.value = ""; // so that the same may be chosen again
    if (files.length > 0) chosen(files);
  };
  return html`<button
      type="button"
      class=${look}
      aria-label=${name === label ? null : name}
      onClick=${() => input.current?.click()}
    >
      ${label}
    </button>
    <input
      type="file"
      hidden
      tabindex="-1"
      aria-label=${name}
      ref=${input}
      ...${rest}
      onChange=${changed}
    />`;
}

/** @param {{chosen: (files: Chosen[]) => void}} props */
export function DropZone({ chosen }) {
  const t = useWords();
  const { t: shared, toast } = useApp();
  const [state, setState] = useState("");
  useEffect(() => {
    let inside = 0; // elements are entered before the one around them is left
    /** @param {DragEvent} event */
    const holdsFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
    /** @param {DragEvent} event */
    const entered = (event) => {
      if (!holdsFiles(event)) return;
      inside += 1;
      setState("over");
    };
    const left = () => {
      inside = Math.max(0, inside - 1);
      if (inside === 0) setState("");
    };
    /** @param {DragEvent} event */
    const over = (event) => {
      if (holdsFiles(event)) event.preventDefault();
    };
    /** @param {DragEvent} event */
    const dropped = async (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      inside = 0;
      setState("reading");
      try {
        chosen(await droppedIn(/** @type {DataTransfer} */ (event.dataTransfer)));
      } catch (error) {
        toast(/** @type {Error} */ (error).message || shared("offline"), "bad");
      }
      setState("");
    };
    const heard = /** @type {const} */ ([
      ["dragenter", entered],
      ["dragleave", left],
      ["dragover", over],
      ["drop", dropped],
    ]);
    for (const [name, listener] of heard) addEventListener(name, listener);
    return () => {
      for (const [name, listener] of heard) removeEventListener(name, listener);
    };
  }, [chosen]);
  if (state === "") return null;
  return html`<div class="dropping" role="status">
    <p>${t(state === "over" ? "drop" : "reading_folder")}</p>
  </div>`;
}
