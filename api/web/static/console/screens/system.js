// How the service is, and what it is set to.

import { html, useState } from "../../vendor/preact.js";
import { Problem } from "../../shared/http.js";
import { useApp } from "../app.js";
import { Confirm, Failed, Heading, Loaded, useLoaded } from "../ui.js";
import { samplesOf } from "./system/exposition.js";
import { Figures, Questions, Stages } from "./system/figures.js";
import { Settings } from "./system/settings.js";
import { useWords } from "./system/words.js";

export function System() {
  const { api, t: shared } = useApp();
  const t = useWords();
  const ready = useLoaded(() => api.get("/readyz"), []);
  const metrics = useLoaded(
    () =>
      api
        .call("GET", "/metrics")
        .then((response) => response.text())
        .then(samplesOf),
    [],
  );
  const settings = useLoaded(() => api.get("/v1/settings"), []);
  const [rebuilding, setRebuilding] = useState(false);
  const refresh = () => {
    ready.reload();
    metrics.reload();
  };
  return html`<${Heading} title=${shared("system")} lead=${t("lead")}>
      <button onClick=${refresh} disabled=${metrics.busy}>${t("refresh")}</button>
      <button onClick=${() => setRebuilding(true)}>${t("rebuild")}</button>
    <//>
    <${Readiness} ready=${ready} />
    <${Loaded} from=${metrics}>
      ${(/** @type {any} */ samples) =>
        html`<${Figures} samples=${samples} />
          <div class="halves">
            <${Questions} samples=${samples} />
            <${Stages} samples=${samples} />
          </div>`}
    <//>
    <${Loaded} from=${settings}>
      ${(/** @type {any} */ { items }) => html`<${Settings} settings=${items} />`}
    <//>
    ${rebuilding && html`<${Rebuild} close=${() => setRebuilding(false)} />`}`;
}

/** @param {{ready: any}} props */
function Readiness({ ready }) {
  const t = useWords();
  if (ready.value === undefined && ready.error === null) return null;
  if (ready.error === null) return html`<p role="status"><span class="badge good">${t("ready")}</span></p>`;
  // That it isn't ready is an answer, too, and no fault of asking.
  const told = ready.error instanceof Problem && ready.error.status > 0;
  return html`<div class="stack" role="status">
    ${told && html`<p><span class="badge bad">${t("not_ready")}</span></p>`}
    <${Failed} error=${ready.error} retry=${ready.reload} />
  </div>`;
}

/** @param {{close: () => void}} props */
function Rebuild({ close }) {
  const { api, go } = useApp();
  const t = useWords();
  const act = async () => {
    const job = await api.post("/v1/jobs", { kind: "reindex" });
    go(`documents/jobs/${job.id}`);
  };
  return html`<${Confirm}
    title=${t("rebuild")}
    text=${t("rebuild_text")}
    action=${t("rebuild")}
    act=${act}
    close=${close}
  />`;
}
