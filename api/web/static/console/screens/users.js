// People: who they are, what they may do, letting them in and out.

import { html, useState } from "../../vendor/preact.js";
import { day } from "../../shared/i18n.js";
import { useApp } from "../app.js";
import { titleIn } from "../collections.js";
import { useCollections } from "../inputs.js";
import { Heading, Loaded, More, usePages } from "../ui.js";
import { PersonActions } from "./users/actions.js";
import { NewPerson } from "./users/person.js";
import { useWords } from "./users/words.js";

export function Users() {
  const { t: shared } = useApp();
  const t = useWords();
  const pages = usePages("/v1/users", {});
  const collections = useCollections();
  const [adding, setAdding] = useState(false);
  return html`<${Heading} title=${shared("users")} lead=${t("lead")}>
      <button class="primary" onClick=${() => setAdding(true)}>${t("add")}</button>
    <//>
    <${Loaded} from=${pages}>
      ${(/** @type {any[]} */ people) =>
        html`<div class="card table stacked people">
          <table>
            <thead>
              <tr>
                <th scope="col">${t("name")}</th>
                <th scope="col">${t("role")}</th>
                <th scope="col" class="wide">${t("grants")}</th>
                <th scope="col" class="wide">${t("created")}</th>
                <th scope="col"><span class="visually-hidden">${t("actions")}</span></th>
              </tr>
            </thead>
            <tbody>
              ${people.map(
                (user) =>
                  html`<${Row}
                    key=${user.id}
                    user=${user}
                    collections=${collections}
                    changed=${pages.reload}
                  />`,
              )}
            </tbody>
          </table>
        </div>`}
    <//>
    <${More} of=${pages} />
    ${
      adding &&
      html`<${NewPerson}
        collections=${collections}
        close=${() => setAdding(false)}
        changed=${pages.reload}
      />`
    }`;
}

/** @param {{user: any, collections: any, changed: () => void}} props */
function Row({ user, collections, changed }) {
  const { language, session } = useApp();
  const t = useWords();
  const shelves = collections.value ?? [];
  const me = session?.user.id === user.id;
  return html`<tr class=${user.disabled ? "off" : null}>
    <td>
      <span class="row tight">
        <strong class="name">${user.name}</strong>
        ${me && html`<span class="badge accent">${t("me")}</span>`}
        ${user.disabled && html`<span class="badge bad">${t("disabled")}</span>`}
        ${user.must_change && !user.disabled && html`<span class="badge warn">${t("must_change")}</span>`}
      </span>
    </td>
    <td>
      ${t(`role_${user.role}`)}
      <div class="narrow-only small"><${Grants} user=${user} shelves=${shelves} /></div>
    </td>
    <td class="wide"><${Grants} user=${user} shelves=${shelves} /></td>
    <td class="wide number">${day(language, user.created_at)}</td>
    <td class="actions">
      ${me ? html`<p class="small soft">${t("own")}</p>` : html`<${PersonActions} ...${{ user, collections, changed }} />`}
    </td>
  </tr>`;
}

/** @param {{user: any, shelves: any[]}} props */
function Grants({ user, shelves }) {
  const t = useWords();
  if (user.role === "admin") return html`<span class="soft">${t("everything")}</span>`;
  if (user.grants.length === 0) return html`<span class="wrong">${t("nothing")}</span>`;
  return html`<span class="row tight">
    ${user.grants.map(
      (/** @type {any} */ grant) =>
        html`<span class="badge" key=${grant.collection}>
          ${titleIn(shelves, grant.collection)}${
            user.role !== "reader" && html`${t("colon")}${t(`access_${grant.access}`)}`
          }
        </span>`,
    )}
  </span>`;
}
