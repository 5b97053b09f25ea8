// What became of each file: those that failed first, with the reason and what to do about it.

import { html, useState } from "../../../vendor/preact.js";
import { number, size } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { FileButton } from "./files.js";
import { stateOf } from "./rows.js";
import { TROUBLES } from "./trouble_words.js";
import { encodingsOf } from "./words.js";
import { useWords } from "./use.js";

/** @typedef {import("./rows.js").Row} Row */
/** @typedef {(rows: Row[], encoding: string) => void} Retry */

/** So many are shown at first: hundreds would be a wall. */
const FIRST = 50;
const FEW = 8;

/** Nothing but another file helps. */
const CHANGE_FIRST = new Set([
  "EmptyDocument",
  "BinaryDocument",
  "UnsupportedFormat",
  "DocumentTooLarge",
  "ParsingFailed",
  "ChangedFile",
]);

/** Where the service's own words add nothing. */
const ALL_SAID = new Set(["EmptyDocument", "InternalError", "NotFound", "ChangedFile"]);

/** @type {Record<string, string>} */
const LOOK = {
  added: "good",
  replaced: "good",
  failed: "bad",
  cancelled: "warn",
  sending: "accent",
  working: "accent",
};

/** @param {{upload: import("./uploads.js").Upload, retry: Retry | null, encodings: string[]}} props */
export function FileRows({ upload, retry, encodings }) {
  const { language } = useApp();
  const t = useWords();
  const { rows } = upload;
  const failed = rows.filter((row) => row.status === "failed");
  const warned = rows.filter((row) => row.warnings.length > 0);
  const over = !["sending", "working"].includes(stateOf(upload));
  const again = failed.filter((row) => row.file !== null && mayDoNow(row));
  const more = { retry, encodings, replacing: upload.replaces !== null };
  return html`${
    failed.length > 0 &&
    html`<div class="stack troubles">
      <div class="row spread">
        <h3>${t("failed_files")}</h3>
        ${
          retry !== null &&
          over &&
          again.length > 1 &&
          html`<${Again} rows=${again} ...${more} label=${t("retry_all")} />`
        }
      </div>
      <${Shortened} rows=${failed}>
        ${(/** @type {Row} */ row) => html`<${FailedRow} key=${row.name} row=${row} more=${more} />`}
      <//>
    </div>`
  }
  ${
    warned.length > 0 &&
    html`<div class="stack troubles">
      <h3>${t("warned_files")}</h3>
      <${Shortened} rows=${warned}>
        ${(/** @type {Row} */ row) => html`<${WarnedRow} key=${row.name} row=${row} />`}
      <//>
    </div>`
  }
  ${
    rows.length > 0 &&
    html`<details open=${rows.length <= FEW && failed.length < rows.length}>
      <summary>${t("all_files", { n: number(language, rows.length) })}</summary>
      <${Shortened} rows=${rows}>
        ${(/** @type {Row} */ row, /** @type {number} */ at) => html`<${FileRow} key=${at} row=${row} />`}
      <//>
    </details>`
  }`;
}

/** @param {{rows: Row[], children: any}} props */
function Shortened({ rows, children }) {
  const { language } = useApp();
  const t = useWords();
  const [whole, setWhole] = useState(false);
  const shown = whole ? rows : rows.slice(0, FIRST);
  return html`<ul class="file-rows">
      ${shown.map(children)}
    </ul>
    ${
      shown.length < rows.length &&
      html`<button class="small" onClick=${() => setWhole(true)}>
        ${t("show_all", { n: number(language, rows.length) })}
      </button>`
    }`;
}

/** @param {{row: Row}} props */
function FileRow({ row }) {
  const { language } = useApp();
  const t = useWords();
  return html`<li class="file-row">
    <span class="name">
      ${
        row.document === null
          ? row.name
          : html`<a
              href=${`/view/${row.document}`}
              target="_blank"
              aria-label=${t("open", { title: row.name })}
              >${row.name}</a
            >`
      }
    </span>
    <span class="small soft number">${size(language, row.size)}</span>
    <span class=${`badge ${LOOK[row.status] ?? ""}`}>${t(`status_${row.status}`)}</span>
  </li>`;
}

/** One that was taken in, but not all of it. @param {{row: Row}} props */
function WarnedRow({ row }) {
  return html`<li class="trouble partly">
    <p class="name"><strong>${row.name}</strong></p>
    ${row.warnings.map((warning) => html`<p key=${warning}>${warning}</p>`)}
  </li>`;
}

/** @param {{row: Row, more: {retry: Retry | null, encodings: string[], replacing: boolean}}} props */
function FailedRow({ row, more }) {
  const { language } = useApp();
  const { type = "", detail = "", remedy = "" } = row.error ?? {};
  const [what, todo] = TROUBLES[language][type] ?? [detail, remedy];
  return html`<li class="trouble">
    <p class="name"><strong>${row.name}</strong></p>
    <p>${what} ${todo}</p>
    ${what !== detail && !ALL_SAID.has(type) && html`<p class="small soft">${detail}</p>`}
    ${more.retry !== null && html`<${Again} rows=${[row]} ...${more} />`}
  </li>`;
}

/**
 * Trying again, in another encoding where that may help; or with the file as it is now: a browser reads no file that
 * has changed since it was chosen.
 * @param {{rows: Row[], retry: Retry, encodings: string[], replacing: boolean, label?: string}} props `replacing`: a
 *   document, which keeps its name; `label`: of all of them together
 */
function Again({ rows, retry, encodings, replacing, label = "" }) {
  const t = useWords();
  const [encoding, setEncoding] = useState("");
  const undecodable = rows.some((row) => row.error?.type === "UndecodableText");
  const here = rows.every((row) => row.file !== null);
  const { name } = rows[0];
  const about = label ? "" : ` ${name}`;
  const act = label || t("retry_file");
  /** @param {import("./choosing.js").Chosen[]} chosen */
  const anew = ([{ name: chosen, file }]) => {
    const [row] = rows;
    Object.assign(row, {
      file,
      size: file.size,
      name: mayBeRenamed(row, replacing) ? besides(name, chosen) : name,
    });
    retry(rows, encoding);
  };
  return html`<div class="row again">
    ${
      undecodable &&
      html`<select
        aria-label=${t("retry_encoding") + about}
        value=${encoding}
        onChange=${(/** @type {any} */ event) => setEncoding(event.target.value)}
      >
        ${[["", t("encoding_auto")], ...encodingsOf(encodings)].map(
          ([key, words]) => html`<option key=${key} value=${key}>${words}</option>`,
        )}
      </select>`
    }
    ${
      here &&
      rows.some(mayDoNow) &&
      html`<button class="small" aria-label=${act + about} onClick=${() => retry(rows, encoding)}>
        ${act}
      </button>`
    }
    ${
      !label &&
      html`<${FileButton}
        label=${t("choose_again")}
        name=${t("choose_again") + about}
        quiet=${here && mayDoNow(rows[0])}
        small
        chosen=${anew}
      />`
    }
  </div>`;
}

/**
 * Whether it comes in under the name of the file that was chosen anew. Of what this page didn't send it isn't known
 * whether it was to replace a document; a document that is there has a good name.
 * @param {Row} row @param {boolean} replacing
 */
const mayBeRenamed = (row, replacing) =>
  !replacing && (row.file !== null || row.error?.type === "BadFileName");

/** Another file of the same folder: "2024/a.md" and "b.md" are "2024/b.md". @param {string} path @param {string} name */
const besides = (path, name) => path.slice(0, path.lastIndexOf("/") + 1) + name;

/** Whether the same bytes may be taken in another time. @param {Row} row */
const mayDoNow = (row) => !CHANGE_FIRST.has(row.error?.type ?? "");
