// Questions asked, by what came of them; what is chosen stands in the address.

import { html, useEffect, useMemo } from "../../../vendor/preact.js";
import { dateTime, wordsOf } from "../../../shared/i18n.js";
import { withQuery } from "../../api.js";
import { useApp } from "../../app.js";
import { Choice } from "../../inputs.js";
import { percent } from "../../quote.js";
import { Search, useSearch } from "../../search.js";
import { Empty, Heading, Loaded, More, usePages } from "../../ui.js";
import { Mend } from "./mend.js";
import { WORDS } from "./words.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const OUTCOMES = ["", "declined", "answered"];
const VERDICTS = ["", "wrong", "better", "helpful"];
const SINCE = ["", "1", "7", "30"];

export function List() {
  const { t: shared, language, route, go } = useApp();
  const t = wordsOf(WORDS, language);
  const chosen = {
    outcome: route.query.get("outcome") ?? "",
    verdict: route.query.get("verdict") ?? "",
    since: route.query.get("since") ?? "",
    q: route.query.get("q") ?? "",
  };
  const search = useSearch(chosen.q);
  /** @param {Record<string, string>} more */
  const choose = (more) => go(withQuery("questions", { ...chosen, ...more }));
  useEffect(() => {
    if (search.wanted !== chosen.q) choose({ q: search.wanted });
  }, [search.wanted]);
  const since = useMemo(
    () => (chosen.since === "" ? "" : new Date(Date.now() - Number(chosen.since) * DAY_MS).toISOString()),
    [chosen.since],
  );
  const abstained = { declined: true, answered: false }[chosen.outcome];
  const list = usePages("/v1/questions", { abstained, verdict: chosen.verdict, since, q: chosen.q });
  const any = Object.values(chosen).some((one) => one !== "");
  return html`<${Heading} title=${shared("questions")} lead=${t("lead")}>
      <a class="button" href="/v1/feedback/export" download="feedback.jsonl">${t("export")}</a>
    <//>
    <div class="filters">
      <${Filter} name="outcome" keys=${OUTCOMES} chosen=${chosen} choose=${choose} t=${t} />
      <${Filter} name="verdict" keys=${VERDICTS} chosen=${chosen} choose=${choose} t=${t} />
      <${Filter} name="since" keys=${SINCE} chosen=${chosen} choose=${choose} t=${t} />
      <${Search} of=${search} label=${t("search")} />
    </div>
    <${Loaded} from=${list}>
      ${(/** @type {any[]} */ items) => {
        if (items.length === 0)
          return any
            ? html`<${Empty} title=${t("nothing")} />`
            : html`<${Empty} title=${t("empty")}><p>${t("empty_hint")}</p><//>`;
        return html`<ul class="plain entries">
          ${items.map((one) => html`<${Entry} key=${one.id} one=${one} changed=${list.reload} t=${t} />`)}
        </ul>`;
      }}
    <//>
    <${More} of=${list} />`;
}

function Filter({ name, keys, chosen, choose, t }) {
  return html`<${Choice}
    label=${t(name)}
    value=${chosen[name]}
    set=${(/** @type {string} */ value) => choose({ [name]: value })}
    options=${keys.map((/** @type {string} */ key) => [key, t(`${name}_${key || "all"}`)])}
  />`;
}

function Entry({ one, changed, t }) {
  const { language, route } = useApp();
  const here = withQuery(`#/questions/${one.id}`, Object.fromEntries(route.query));
  return html`<li class="card entry question">
    <div class="stack tight">
      <div class="row tight">
        <h2 lang="zh-CN"><a href=${here}>${one.question}</a></h2>
        ${one.abstained && html`<span class="badge warn">${t("declined")}</span>`}
        <${Verdict} verdict=${one.verdict} t=${t} />
        <${ByNow} one=${one} t=${t} />
      </div>
      ${
        one.understood !== one.question &&
        html`<p class="small soft" lang="zh-CN">${t("understood", { question: one.understood })}</p>`
      }
      ${
        !one.abstained &&
        html`<p class="clipped" lang="zh-CN">
          ${one.text} <span class="small soft number">${percent(one.probability)}</span>
        </p>`
      }
      ${one.better && html`<p class="small">${t("better_said", { text: one.better })}</p>`}
      ${one.comment && html`<p class="small">${t("comment_said", { text: one.comment })}</p>`}
      <p class="small soft">${dateTime(language, one.asked_at)} · ${askerOf(one.asked_by, t)}</p>
    </div>
    <${Mend} id=${one.id} changed=${changed} />
  </li>`;
}

/** What has been done about it: the FAQ that answers it from now on. */
export function ByNow({ one, t }) {
  if (one.faq === null) return null;
  return html`<a class="badge good" href=${`#/knowledge/faq/${one.faq}`}>✓ ${t("in_faq")}</a>`;
}

/** Where a question came from. @param {{kind: string, name: string | null}} by @param {(key: string, values?: any) => string} t */
export function askerOf({ kind, name }, t) {
  return name === null ? t(`by_${kind}`) : t(`by_${kind}_named`, { name });
}

const KINDS = { helpful: "good", wrong: "bad", better: "warn" };

/** What was said of the answer, and whether that makes it a question for evaluations. */
export function Verdict({ verdict, t }) {
  if (verdict === null) return null;
  const kind = /** @type {Record<string, string>} */ (KINDS)[verdict];
  return html`<span class=${`badge ${kind}`}>${t(`verdict_${verdict}`)}</span> ${
      verdict !== "wrong" && html`<span class="badge accent">${t("is_exam")}</span>`
    }`;
}
