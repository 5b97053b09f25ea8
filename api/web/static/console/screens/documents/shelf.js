// One collection's documents, or those of all: how they come in, are found, and go.

import { html, useEffect, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { allOf } from "../../inputs.js";
import { Heading, Loaded, useLoaded } from "../../ui.js";
import { CollectionHead } from "./collection.js";
import { DropZone, FileButtons } from "./files.js";
import { DocumentList } from "./list.js";
import { Prepare } from "./prepare.js";
import { Shelves } from "./shelves.js";
import { UploadPanel } from "./upload_panel.js";
import { useMayWrite, useUploads, useWords } from "./use.js";

export function Shelf() {
  const { api, t: shared, route, can, toast } = useApp();
  const t = useWords();
  const uploads = useUploads();
  const mayWrite = useMayWrite();
  const [round, setRound] = useState(0);
  const changed = `${uploads.ended} ${round}`;
  const found = useLoaded(() => allOf(api, "/v1/collections"), [changed]);
  const limits = useLoaded(
    () => (can("documents:write") ? api.get("/v1/uploads") : Promise.resolve(null)),
    [],
  );
  const [chosen, setChosen] = useState(/** @type {import("./choosing.js").Chosen[] | null} */ (null));
  useEffect(() => {
    uploads.rejoin().catch((error) => toast(error.message || shared("offline"), "bad"));
  }, [uploads]);

  const here = route.query.get("collection");
  const shelves = found.value ?? [];
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
        html`<div class="library">
          <${Shelves} shelves=${shelves} here=${here} changed=${reload} />
          <div class="stack shelf">
            <${CollectionHead}
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
              limits=${open ? limits.value : null}
            />
          </div>
        </div>`}
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
