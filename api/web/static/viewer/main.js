// A document, opened where a link points: whoever may read it sees the words marked in their sentence.

import {
  html,
  render,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "../vendor/preact.js";
import { languageOf, wordsOf } from "../shared/i18n.js";
import { chooseLanguage, chosenLanguage } from "../shared/theme.js";
import { documentOf, readFragment } from "./address.js";
import { useOpened } from "./opening.js";
import { Reading } from "./reading.js";
import { Refused, Skeleton } from "./states.js";
import { useReturn, View } from "./view.js";
import { WORDS } from "./words.js";

/** What the address's fragment says, now and whenever it changes. */
function useFragment() {
  const [fragment, setFragment] = useState(() => readFragment(location.hash));
  // Before anything is drawn: a change right after that must not be missed.
  useLayoutEffect(() => {
    const changed = () => setFragment(readFragment(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return /** @type {const} */ ([fragment, setFragment]);
}

/** Says something in passing, which screen readers read out. */
function useSaid() {
  const [said, setSaid] = useState("");
  const timer = useRef(0);
  const say = useCallback((/** @type {string} */ text) => {
    clearTimeout(timer.current);
    setSaid(text);
    timer.current = setTimeout(() => setSaid(""), 5000);
  }, []);
  return /** @type {const} */ ([said, say]);
}

function Viewer() {
  const [language, setLanguage] = useState(chosenLanguage);
  const [fragment, setFragment] = useFragment();
  const [said, say] = useSaid();
  const t = useMemo(() => wordsOf(WORDS, language), [language]);
  const point = fragment.section ?? fragment.spans[fragment.at]?.start ?? 0;
  const { opened, error, again } = useOpened(documentOf(location.pathname), fragment.token, point);
  const title = opened?.record.title ?? t("untitled");
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = t("page_title", { title });
  }, [language, title]);
  useReturn(error !== null, again);
  /** @param {string} chosen */
  const speak = (chosen) => {
    chooseLanguage(languageOf(chosen));
    setLanguage(languageOf(chosen));
  };
  return html`<${View.Provider} value=${{ t, language, speak, say }}>
    ${error !== null && html`<${Refused} error=${error} again=${again} />`}
    ${error === null && opened === null && html`<${Skeleton} />`}
    ${opened !== null && html`<${Reading} key=${opened.record.id} opened=${opened} fragment=${fragment} set=${setFragment} />`}
    <p class="said" role="status">${said}</p>
  <//>`;
}

history.scrollRestoration = "manual"; // a place is gone to by its characters
render(html`<${Viewer} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
