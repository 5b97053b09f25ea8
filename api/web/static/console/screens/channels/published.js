// A widget's code, this once; and the widget itself, to be tried.

import { html, useEffect, useRef } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Copy, Heading } from "../../ui.js";

/** @param {{published: any, t: (key: string, values?: any) => string}} props see PublishedChannelBody */
export function Published({ published, t }) {
  return html`<${Heading} title=${t("published")} lead=${t("published_lead")} />
    <div class="editor">
      <div class="card stack">
        <${Code} label=${t("snippet")} code=${published.snippet} />
        ${published.frame && html`<${Code} label=${t("frame")} code=${published.frame} />`}
        <div><a class="button" href="#/channels">${t("done")}</a></div>
      </div>
      <section class="preview stack tight">
        <h2>${t("try_it")}</h2>
        <p class="small soft">${t("try_hint")}</p>
        <${Widget} key=${published.token} token=${published.token} />
      </section>
    </div>`;
}

function Code({ label, code }) {
  return html`<div class="stack tight">
    <div class="row spread">
      <h2 class="small">${label}</h2>
      <${Copy} text=${code} of=${label} />
    </div>
    <pre class="code" tabindex="0" aria-label=${label}><code>${code}</code></pre>
  </div>`;
}

/** The real widget, as pages have it. */
function Widget({ token }) {
  const { language } = useApp();
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    let gone = false;
    loaded().then(() => {
      if (gone) return;
      const chat = document.createElement("yuanwen-chat");
      const theme = document.documentElement.dataset.theme ?? "light";
      const given = { token, mode: "inline", lang: language, theme };
      for (const [name, value] of Object.entries(given)) chat.setAttribute(`data-${name}`, value);
      place.current?.replaceChildren(chat);
    });
    return () => (gone = true);
  }, [token, language]);
  return html`<div class="real" ref=${place}></div>`;
}

/** The widget's script, once. @returns {Promise<unknown>} */
function loaded() {
  if (!document.querySelector('script[src="/widget.js"]')) {
    const script = document.createElement("script");
    script.src = "/widget.js";
    document.head.append(script);
  }
  return customElements.whenDefined("yuanwen-chat");
}
