// Adding somebody, and changing what they may do.

import { html, useId, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { titleIn } from "../../collections.js";
import { Line } from "../../inputs.js";
import { Secret } from "../../secret.js";
import { Dialog, Form, Loaded } from "../../ui.js";
import { useWords } from "./words.js";

/** As the service has it, after the normalisation that it does. */
const NAME = /^[0-9A-Za-z_.@\u3400-\u4dbf\u4e00-\u9fff-]{1,64}$/;
const ROLES = ["reader", "editor", "admin"];

/** @typedef {Record<string, "read" | "write">} Grants by collection; what isn't there can't be used */

/** @param {{collections: any, close: () => void, changed: () => void}} props `collections`: see useCollections() */
export function NewPerson({ collections, close, changed }) {
  const { api } = useApp();
  const t = useWords();
  const [name, setName] = useState("");
  const [role, setRole] = useState("reader");
  const [grants, setGrants] = useState(/** @type {Grants} */ ({}));
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState(/** @type {any} */ (null));
  const bad = !NAME.test(name.trim().normalize("NFKC"));
  const submit = async () => {
    setTried(true);
    if (bad) return;
    setMade(await api.post("/v1/users", { name: name.trim(), role, grants: sentGrants(role, grants) }));
    changed();
  };
  if (made) return html`<${Told} title=${t("added_title")} made=${made} close=${close} />`;
  return html`<${Dialog} title=${t("add")} close=${close}>
    <${Form} submit=${submit} action=${t("add")} cancel=${close}>
      <${Line}
        label=${t("name")}
        hint=${t("name_hint")}
        error=${tried && bad ? t("name_bad") : ""}
        value=${name}
        set=${setName}
        autocomplete="off"
        autocapitalize="none"
        spellcheck=${false}
        required
      />
      <${RoleField} value=${role} set=${setRole} />
      <${GrantsField} ...${{ role, collections, grants, set: setGrants }} />
    <//>
  <//>`;
}

/** @param {{user: any, collections: any, close: () => void, changed: () => void}} props */
export function EditPerson({ user, collections, close, changed }) {
  const { api, t: shared, toast } = useApp();
  const t = useWords();
  const [role, setRole] = useState(user.role);
  const before = user.grants.map((/** @type {any} */ one) => [one.collection, one.access]);
  const [grants, setGrants] = useState(/** @type {Grants} */ (Object.fromEntries(before)));
  const submit = async () => {
    await api.patch(`/v1/users/${user.id}`, { role, grants: sentGrants(role, grants) });
    toast(t("saved"));
    changed();
    close();
  };
  return html`<${Dialog} title=${t("edit_title", { name: user.name })} close=${close}>
    <${Form} submit=${submit} action=${shared("save")} cancel=${close}>
      <${RoleField} value=${role} set=${setRole} />
      <${GrantsField} ...${{ role, collections, grants, set: setGrants }} />
    <//>
  <//>`;
}

/** A password that is told once. @param {{title: string, made: any, close: () => void}} props */
export function Told({ title, made, close }) {
  const t = useWords();
  return html`<${Dialog} title=${title} close=${close}>
    <${Secret} label=${t("password", { name: made.user.name })} value=${made.password} />
    <p>${t("password_once")}</p>
    <div class="row"><button class="primary" onClick=${close}>${t("done")}</button></div>
  <//>`;
}

/** @param {{value: string, set: (role: string) => void}} props */
function RoleField({ value, set }) {
  const t = useWords();
  const id = useId();
  return html`<fieldset class="choices">
    <legend class="label">${t("role")}</legend>
    ${ROLES.map(
      (role) =>
        html`<div class="check" key=${role}>
          <input
            type="radio"
            name=${id}
            id=${id + role}
            checked=${value === role}
            aria-describedby=${`${id}${role}-hint`}
            onChange=${() => set(role)}
          />
          <div>
            <label for=${id + role}>${t(`role_${role}`)}</label>
            <p class="small soft" id=${`${id}${role}-hint`}>${t(`role_${role}_hint`)}</p>
          </div>
        </div>`,
    )}
  </fieldset>`;
}

/** @param {{role: string, collections: any, grants: Grants, set: (grants: Grants) => void}} props */
function GrantsField({ role, collections, grants, set }) {
  const t = useWords();
  if (role === "admin") return html`<p class="small soft">${t("grants_admin")}</p>`;
  return html`<fieldset class="choices">
    <legend class="label">${t("grants")}</legend>
    <${Loaded} from=${collections}>
      ${(/** @type {any[]} */ shelves) => html`<${GrantRows} ...${{ role, shelves, grants, set }} />`}
    <//>
  </fieldset>`;
}

/** @param {{role: string, shelves: any[], grants: Grants, set: (grants: Grants) => void}} props */
function GrantRows({ role, shelves, grants, set }) {
  const t = useWords();
  const id = useId();
  const access = role === "reader" ? ["none", "read"] : ["none", "read", "write"];
  // Those that were deleted meanwhile, or are empty, stay until they are taken out.
  const names = [...new Set([...shelves.map((one) => one.name), ...Object.keys(grants)])];
  /** @param {string} name @param {string} chosen */
  const give = (name, chosen) => {
    const others = Object.entries(grants).filter(([one]) => one !== name);
    const given = chosen === "none" ? [] : [[name, chosen]];
    set(Object.fromEntries([...others, ...given]));
  };
  return names.map((name, at) => {
    const given = grants[name] ?? "none";
    return html`<div class="row spread grant" key=${name}>
      <label for=${id + at}>${titleIn(shelves, name)}</label>
      <select
        id=${id + at}
        value=${access.includes(given) ? given : "read"}
        onChange=${(/** @type {any} */ event) => give(name, event.target.value)}
      >
        ${access.map((one) => html`<option key=${one} value=${one}>${t(`access_${one}`)}</option>`)}
      </select>
    </div>`;
  });
}

/** What is sent: readers read, administrators need none. @param {string} role @param {Grants} grants */
function sentGrants(role, grants) {
  if (role === "admin") return [];
  const entries = Object.entries(grants);
  return entries.map(([collection, access]) => ({ collection, access: role === "reader" ? "read" : access }));
}
