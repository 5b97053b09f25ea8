// How files are chosen: by buttons, or dropped anywhere on the screen.

import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { useTell } from "../../ui.js";
import { chosenOf, droppedIn } from "./choosing.js";
import { useWords } from "./use.js";

/** @typedef {import("./choosing.js").Chosen} Chosen */

/** Browsers tell of a drag every 350 ms and more often (HTML, drag-and-drop processing model). */
const SILENCE_MS = 1500;

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
    if (files.length > 0 || rest.multiple || rest.webkitdirectory) chosen(files);
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
  const tell = useTell();
  const [state, setState] = useState("");
  useEffect(() => {
    let timer = 0;
    /** @param {DragEvent} event */
    const holdsFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
    const gone = () => {
      clearTimeout(timer);
      setState((now) => (now === "over" ? "" : now));
    };
    // Entering is accepted, too: when the list below the pointer is drawn anew, what was accepted before doesn't count.
    /** @param {DragEvent} event */
    const over = (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      /** @type {DataTransfer} */ (event.dataTransfer).dropEffect = "copy";
      setState("over");
      // Elements that go away below the pointer are never left: that nothing is heard any more tells as much.
      clearTimeout(timer);
      timer = window.setTimeout(gone, SILENCE_MS);
    };
    /** @param {DragEvent} event */
    const left = (event) => {
      if (event.relatedTarget === null) gone(); // for something that isn't the page
    };
    /** @param {DragEvent} event */
    const dropped = async (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      clearTimeout(timer);
      setState("reading");
      try {
        chosen(await droppedIn(/** @type {DataTransfer} */ (event.dataTransfer)));
      } catch (error) {
        tell(error);
      }
      setState("");
    };
    const heard = /** @type {const} */ ([
      ["dragenter", over],
      ["dragover", over],
      ["dragleave", left],
      ["drop", dropped],
    ]);
    for (const [name, listener] of heard) addEventListener(name, listener);
    return () => {
      clearTimeout(timer);
      for (const [name, listener] of heard) removeEventListener(name, listener);
    };
  }, [chosen]);
  if (state === "") return null;
  return html`<div class="dropping" role="status">
    <p>${t(state === "over" ? "drop" : "reading_folder")}</p>
  </div>`;
}
