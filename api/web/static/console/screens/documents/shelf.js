// One collection's documents, or those of all: how they come in, are found, and go.

import { html, useEffect, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { calledSo, useCalled } from "../../collections.js";
import { allOf } from "../../inputs.js";
import { Busy, Empty, Heading, Loaded, useLoaded, useTell } from "../../ui.js";
import { CollectionHead } from "./collection.js";
import { DropZone, FileButtons } from "./files.js";
import { DocumentList } from "./list.js";
import { Prepare } from "./prepare.js";
import { Shelves } from "./shelves.js";
import { UploadPanel } from "./upload_panel.js";
import { addressOf, useMayWrite, useReloading, useUploads, useWords } from "./use.js";

export function Shelf() {
  const { api, t: shared, route, can } = useApp();
  const t = useWords();
  const tell = useTell();
  const uploads = useUploads();
  const called = useCalled();
  const mayWrite = useMayWrite();
  const [round, setRound] = useState(0);
  const changed = `${uploads.ended} ${round}`;
  const found = useLoaded(() => allOf(api, "/v1/collections"), []);
  useReloading(found, changed);
  const limits = useLoaded(
    () => (can("documents:write") ? api.get("/v1/uploads") : Promise.resolve(null)),
    [],
  );
  const [chosen, setChosen] = useState(/** @type {import("./choosing.js").Chosen[] | null} */ (null));
  useEffect(() => {
    uploads.rejoin().catch(tell);
  }, [uploads]);

  const here = route.query.get("collection");
  const shelves = calledSo(found.value ?? [], called);
  const writable = shelves.filter((one) => mayWrite(one.name));
  const aim = writable.some((one) => one.name === here) ? here : (writable[0]?.name ?? null);
  const open = limits.value && aim !== null && (here === null || aim === here);
  const reload = () => setRound((n) => n + 1);
  return html`<${Heading} title=${shared("documents")} lead=${t("lead")}>
      ${open && html`<${FileButtons} chosen=${setChosen} extensions=${limits.value.extensions} />`}
      ${can("documents:write") && html`<a class="button quiet" href="#/documents/jobs">${t("history")}</a>`}
    <//>
    <${UploadPanel} uploads=${uploads} shelves=${shelves} limits=${limits.value} />
    <${Loaded} from=${found}>
      ${() =>
        html`<${Library}
          ...${{ shelves, busy: found.busy, here, changed, reload }}
          limits=${open ? limits.value : null}
        />`}
    <//>
    ${open && html`<${DropZone} chosen=${setChosen} />`}
    ${
      chosen !== null &&
      html`<${Prepare}
        chosen=${chosen}
        limits=${limits.value}
        shelves=${writable}
        aim=${aim}
        close=${() => setChosen(null)}
      />`
    }`;
}

/**
 * @param {{shelves: any[], busy: boolean, here: string | null, changed: string, reload: () => void,
 *   limits: import("./choosing.js").Limits | null}} props see DocumentList
 */
function Library({ shelves, busy, here, changed, reload, limits }) {
  const t = useWords();
  const mayWrite = useMayWrite();
  if (shelves.length === 0)
    return html`<${Empty} title=${t("no_shelves")}><p>${t("no_shelves_lead")}</p><//>`;
  const known = here === null || shelves.some((one) => one.name === here);
  return html`<div class="library">
    <${Shelves} shelves=${shelves} here=${here} changed=${reload} />
    <div class="stack shelf">
      ${
        known
          ? html`<${CollectionHead}
                key=${here}
                shelves=${shelves}
                name=${here}
                mine=${here !== null && mayWrite(here)}
                changed=${reload}
              />
              <${DocumentList}
                key=${`list ${here}`}
                collection=${here}
                shelves=${shelves}
                mayWrite=${mayWrite}
                changed=${changed}
                removed=${reload}
                limits=${limits}
              />`
          : busy
            ? html`<${Busy} />`
            : html`<${Empty} title=${t("shelf_gone", { name: here })}>
                <p><a href=${addressOf(null)}>${t("to_all")}</a></p>
              <//>`
      }
    </div>
  </div>`;
}
