// The documents of a collection, found, sorted, page by page, and what can be done with each.

import { html, useState } from "../../../vendor/preact.js";
import { dateTime, day, number, size } from "../../../shared/i18n.js";
import { encodingName } from "../../../shared/encodings.js";
import { useApp } from "../../app.js";
import { Search, useSearch } from "../../search.js";
import { Confirm, Empty, Loaded, More, usePages } from "../../ui.js";
import { endingOf } from "./choosing.js";
import { FileButton } from "./files.js";
import { uploadsOf } from "./uploads.js";
import { useReloading, useWords } from "./use.js";

const SORTS = ["added_down", "added_up", "title_up", "source_up", "size_down", "size_up"];

/**
 * @param {{collection: string | null, shelves: any[], mayWrite: (collection: string) => boolean, changed: string,
 *   removed: () => void, limits: import("./choosing.js").Limits | null}} props `changed` is another one whenever
 *   documents may be others; `limits` null: nothing can be uploaded here
 */
export function DocumentList({ collection, shelves, mayWrite, changed, removed, limits }) {
  const { language } = useApp();
  const t = useWords();
  const search = useSearch();
  const [sort, setSort] = useState(SORTS[0]);
  const q = search.wanted;
  const [order, way] = sort.split("_");
  const pages = usePages("/v1/documents", { collection, q, sort: order, descending: way === "down" });
  useReloading(pages, changed);
  const several = collection === null && shelves.length > 1;
  const [removing, setRemoving] = useState(/** @type {any} */ (null));
  return html`<div class="row spread finding" role="search">
      <${Search} of=${search} label=${t("search")} />
      <select
        aria-label=${t("sort")}
        value=${sort}
        onChange=${(/** @type {any} */ event) => setSort(event.target.value)}
      >
        ${SORTS.map((one) => html`<option key=${one} value=${one}>${t(`sort_${one}`)}</option>`)}
      </select>
    </div>
    <${Loaded} from=${pages}>
      ${(/** @type {any[]} */ documents) =>
        documents.length === 0
          ? html`<${Nothing} q=${q} limits=${limits} />`
          : html`<div class="card table stacked documents" aria-busy=${pages.busy}>
              <table>
                <${Head} />
                <tbody>
                  ${documents.map(
                    (document) =>
                      html`<${Row}
                        key=${document.id}
                        document=${document}
                        shelf=${several && shelves.find((one) => one.name === document.collection)}
                        mine=${mayWrite(document.collection)}
                        remove=${() => setRemoving(document)}
                        language=${language}
                      />`,
                  )}
                </tbody>
              </table>
            </div>`}
    <//>
    <${More} of=${pages} />
    ${removing && html`<${Remove} document=${removing} close=${() => setRemoving(null)} removed=${removed} />`}`;
}

/** @param {{q: string, limits: import("./choosing.js").Limits | null}} props */
function Nothing({ q, limits }) {
  const t = useWords();
  if (q !== "") return html`<${Empty} title=${t("none_found", { q })} />`;
  const lead = limits
    ? t("none_lead", { extensions: limits.extensions.join(t("list_comma")) })
    : t("none_reader");
  return html`<div class="card dashed">
    <${Empty} title=${t("none")}><p>${lead}</p><//>
  </div>`;
}

function Head() {
  const t = useWords();
  const wide = ["size", "characters", "passages", "encoding", "added"];
  return html`<thead>
    <tr>
      <th scope="col">${t("column_title")}</th>
      ${wide.map((one) => html`<th key=${one} scope="col" class=${`wide ${one}`}>${t(`column_${one}`)}</th>`)}
      <th scope="col"><span class="visually-hidden">${t("column_actions")}</span></th>
    </tr>
  </thead>`;
}

/** @param {{document: any, shelf: any, mine: boolean, remove: () => void, language: "zh" | "en"}} props */
function Row({ document, shelf, mine, remove, language }) {
  const t = useWords();
  const characters = number(language, document.characters);
  const added = day(language, document.added_at);
  const brief = [size(language, document.size), t("characters", { n: characters }), added];
  return html`<tr>
    <td>
      <a
        class="title"
        href=${`/view/${document.id}`}
        target="_blank"
        aria-label=${t("open", { title: document.title })}
        >${document.title}</a
      >
      <span class="source small soft">${shelf ? `${shelf.title} · ` : ""}${document.source}</span>
      <span class="narrow small soft">${shelf ? `${shelf.title} · ` : ""}${brief.join(" · ")}</span>
    </td>
    <td class="wide size number">${size(language, document.size)}</td>
    <td class="wide characters number">${characters}</td>
    <td class="wide passages number">${number(language, document.passages)}</td>
    <td class="wide encoding">${encodingName(document.encoding)}</td>
    <td class="wide added number" title=${dateTime(language, document.added_at)}>${added}</td>
    <td class="actions"><${Actions} document=${document} mine=${mine} remove=${remove} /></td>
  </tr>`;
}

/** @param {{document: any, mine: boolean, remove: () => void}} props */
function Actions({ document, mine, remove }) {
  const app = useApp();
  const t = useWords();
  const { title } = document;
  return html`<div class="row">
    <a
      class="button quiet small"
      href=${`/v1/documents/${document.id}/original`}
      download
      aria-label=${t("download_of", { title })}
      >${t("download")}</a
    >
    ${
      mine &&
      html`<${FileButton}
          label=${t("replace")}
          name=${t("replace_of", { title })}
          quiet
          accept=${endingOf(document.source)}
          chosen=${(/** @type {import("./choosing.js").Chosen[]} */ [{ file }]) =>
            uploadsOf(app).replace(document, file)}
        />
        <button class="quiet small" aria-label=${t("remove_of", { title })} onClick=${remove}>
          ${app.t("remove")}
        </button>`
    }
  </div>`;
}

/** @param {{document: any, close: () => void, removed: () => void}} props */
function Remove({ document, close, removed }) {
  const { api, t: shared, toast } = useApp();
  const t = useWords();
  const { title } = document;
  const act = async () => {
    await api.remove(`/v1/documents/${document.id}`);
    toast(t("removed", { title }));
    removed();
  };
  return html`<${Confirm}
    title=${t("remove_title")}
    text=${t("remove_text", { title })}
    action=${shared("remove")}
    act=${act}
    close=${close}
  />`;
}
