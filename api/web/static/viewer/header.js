// The header: which document this is, and what can be done with it.

import { html, useState } from "../vendor/preact.js";
import { copy } from "../shared/clipboard.js";
import { calledIn } from "../shared/collections.js";
import { encodingName } from "../shared/encodings.js";
import { dateTime, number, size } from "../shared/i18n.js";
import { chooseTheme, chosenTheme } from "../shared/theme.js";
import { linkOf } from "./copying.js";
import { Icon } from "./icons.js";
import { useMedia, useView } from "./view.js";

/**
 * @param {object} props
 * @param {import("./opening.js").Opened} props.opened
 * @param {import("./address.js").Fragment} props.fragment
 * @param {{open: boolean, turn: () => void}} props.contents whether the outline is to be seen
 * @param {() => void} props.find
 * @param {{scale: number, scaled: (by: number) => void}} props.size
 * @param {boolean} props.whole
 */
export function Header(props) {
  const { opened, contents, find } = props;
  const { record, outline } = opened;
  const { t } = useView();
  const shelf = calledIn(t, record.collection, opened.shelf);
  const roomy = useMedia("(min-width: 768px)");
  return html`<div class="head">
    ${
      outline.length > 0 &&
      html`<button
        class="quiet small"
        aria-expanded=${contents.open}
        aria-controls="outline"
        onClick=${contents.turn}
      >
        <${Icon} name="outline" /><span class="word">${t("outline")}</span>
      </button>`
    }
    <${Home} visiting=${opened.visiting} />
    <div class="titles">
      <h1><bdi>${record.title}</bdi></h1>
      <p class="small soft"><bdi>${shelf}</bdi> · <bdi>${record.source}</bdi></p>
    </div>
    <div class="tools">
      <button class="quiet small" onClick=${find}>
        <${Icon} name="search" /><span class="word">${t("find")}</span>
      </button>
      ${roomy && html`<${Sizes} ...${props.size} /><${Actions} ...${props} />`}
      <button class="quiet small" popovertarget="more" aria-label=${t("more")} title=${t("more")}>
        <${Icon} name="more" />
      </button>
    </div>
    <div id="more" class="more stack" popover="auto" role="group" aria-label=${t("more")}>
      ${!roomy && html`<div class="row"><${Actions} ...${props} /></div>`}
      <${About} record=${record} shelf=${shelf} />
      <${Display} sizes=${roomy ? null : props.size} />
      ${roomy && html`<${Keys} />`}
    </div>
  </div>`;
}

/** The way to the console, for those who may use it. */
function Home({ visiting }) {
  const { t } = useView();
  const drawn = html`<img src="/static/shared/icon.svg" alt="" width="28" height="28" />`;
  return visiting
    ? drawn
    : html`<a class="home" href="/" aria-label=${t("home")} title=${t("home")}>${drawn}</a>`;
}

function Actions({ opened, fragment, whole }) {
  const { t, say } = useView();
  const copied = async () => say(t((await copy(linkOf(fragment))) ? "copied_link" : "not_copied"));
  const original = `/v1/documents/${opened.record.id}/original`;
  return html`<button class="quiet small" onClick=${copied} title=${t("copy_link")}>
      <${Icon} name="link" /><span class="word">${t("copy_link")}</span>
    </button>
    ${
      !opened.visiting &&
      html`<a class="button quiet small" href=${original} download title=${t("download")}>
        <${Icon} name="download" /><span class="word">${t("download")}</span>
      </a>`
    }
    <button class="quiet small" disabled=${!whole} onClick=${() => print()} title=${t("print")}>
      <${Icon} name="print" /><span class="word">${t("print")}</span>
    </button>`;
}

/** @param {{scale: number, scaled: (by: number) => void}} props */
function Sizes({ scaled }) {
  const { t } = useView();
  return html`<div class="sizes" role="group" aria-label=${t("size")}>
    <button class="quiet small" aria-label=${t("smaller")} title=${t("smaller")} onClick=${() => scaled(-1)}>
      A−
    </button>
    <button class="quiet small" aria-label=${t("usual")} title=${t("usual")} onClick=${() => scaled(0)}>
      A
    </button>
    <button class="quiet small" aria-label=${t("larger")} title=${t("larger")} onClick=${() => scaled(1)}>
      A+
    </button>
  </div>`;
}

/** "PDF". @param {string} source */
function formatOf(source) {
  return source.slice(source.lastIndexOf(".") + 1).toUpperCase();
}

/** @param {{record: import("./opening.js").DocumentRecord, shelf: string}} props */
function About({ record, shelf }) {
  const { t, language } = useView();
  const facts = [
    ["collection", html`<bdi>${shelf}</bdi>`],
    ["source", html`<bdi>${record.source}</bdi>`],
    ["format", record.media_type === "text/plain" ? t("plain") : formatOf(record.source)],
    ...(record.encoding === "" ? [] : [["encoding", encodingName(record.encoding)]]),
    ["file_size", size(language, record.size)],
    ["characters", number(language, record.characters)],
    ["added", dateTime(language, record.added_at)],
  ];
  return html`<h2>${t("about")}</h2>
    <dl class="facts small">
      ${facts.map(
        ([name, value]) =>
          html`<dt key=${name}>${t(/** @type {string} */ (name))}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`;
}

/** @param {{sizes: {scale: number, scaled: (by: number) => void} | null}} props */
function Display({ sizes }) {
  const { t, language, speak } = useView();
  const [theme, setTheme] = useState(chosenTheme);
  /** @param {any} event */
  const themed = (event) => {
    chooseTheme(event.target.value);
    setTheme(event.target.value);
  };
  return html`<h2>${t("display")}</h2>
    ${sizes && html`<${Sizes} ...${sizes} />`}
    <div class="row choices">
      <select aria-label=${t("theme")} value=${theme} onChange=${themed}>
        ${["system", "light", "dark"].map((one) => html`<option key=${one} value=${one}>${t(`theme_${one}`)}</option>`)}
      </select>
      <select
        aria-label=${t("language")}
        value=${language}
        onChange=${(/** @type {any} */ event) => speak(event.target.value)}
      >
        <option value="zh" lang="zh-CN">中文</option>
        <option value="en" lang="en">English</option>
      </select>
    </div>`;
}

/** Keys that are no browser's. */
function Keys() {
  const { t } = useView();
  return html`<h2>${t("keys")}</h2>
    <dl class="facts small">
      <dt><kbd>N</kbd> <kbd>P</kbd></dt>
      <dd>${t("keys_places")}</dd>
      <dt><kbd>Enter</kbd></dt>
      <dd>${t("keys_find")}</dd>
      <dt><kbd>↑</kbd> <kbd>↓</kbd> <kbd>←</kbd> <kbd>→</kbd></dt>
      <dd>${t("keys_outline")}</dd>
    </dl>`;
}
