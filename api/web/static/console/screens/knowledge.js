// What curators write: answers, synonyms, words.

import { html } from "../../vendor/preact.js";
import { wordsOf } from "../../shared/i18n.js";
import { useApp } from "../app.js";
import { Heading } from "../ui.js";
import { Faq } from "./knowledge/faq.js";
import { OwnWords } from "./knowledge/own_words.js";
import { Synonyms } from "./knowledge/synonyms.js";
import { WORDS } from "./knowledge/words.js";

const TABS = /** @type {const} */ ([
  ["faq", Faq],
  ["synonyms", Synonyms],
  ["words", OwnWords],
]);

export function Knowledge() {
  const { t: shared, language, route } = useApp();
  const t = wordsOf(WORDS, language);
  const [here, Tab] = TABS.find(([name]) => name === route.path[1]) ?? TABS[0];
  return html`<${Heading} title=${shared("knowledge")} lead=${t("lead")} />
    <nav class="tabs" aria-label=${t("tabs")}>
      ${TABS.map(
        ([name]) =>
          html`<a key=${name} href=${`#/knowledge/${name}`} aria-current=${name === here ? "page" : null}
            >${t(name)}</a
          >`,
      )}
    </nav>
    <${Tab} t=${t} only=${route.path[2]} />`;
}
