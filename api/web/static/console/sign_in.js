// Signing in, and choosing a password of one's own where somebody else knows the present one.

import { html, useState } from "../vendor/preact.js";
import { wordsOf } from "../shared/i18n.js";
import { useApp } from "./app.js";
import { Field, Form } from "./ui.js";

/** @type {Record<import("../shared/i18n.js").Language, Record<string, string>>} */
const WORDS = {
  zh: {
    lead: "每个答案都是原文。",
    name: "用户名",
    password: "密码",
    sign_in: "登录",
    first: "第一次启动时,用户名和密码显示在运行 yuanwen serve 的终端或日志里。",
    change: "请先换一个自己的密码",
    why: "现在的密码别人也知道。新密码至少 12 个字。",
    old: "现在的密码",
    fresh: "新密码",
    again: "再输一次新密码",
    differ: "两次输入的新密码不一样。",
    changed: "密码已修改。",
  },
  en: {
    lead: "Every answer is the original text.",
    name: "Name",
    password: "Password",
    sign_in: "Sign in",
    first: "After the first start, name and password are in the terminal or log of yuanwen serve.",
    change: "Choose a password of your own first",
    why: "Somebody else knows the present one. The new one needs 12 characters or more.",
    old: "Present password",
    fresh: "New password",
    again: "The new password again",
    differ: "The two new passwords differ.",
    changed: "The password is changed.",
  },
};

export function SignIn() {
  const { session, language, speak } = useApp();
  const t = wordsOf(WORDS, language);
  const other = language === "zh" ? "en" : "zh";
  return html`<main class="door">
    <div class="card stack">
      <div class="row spread">
        <span class="brand"
          ><img src="/static/shared/icon.svg" alt="" width="32" height="32" />原文 Yuanwen</span
        >
        <button class="small quiet" lang=${other} onClick=${() => speak(other)}>
          ${other === "en" ? "English" : "中文"}
        </button>
      </div>
      <p class="soft">${t("lead")}</p>
      ${session ? html`<${Change} t=${t} />` : html`<${Enter} t=${t} />`}
    </div>
  </main>`;
}

function Enter({ t }) {
  const { api, refresh } = useApp();
  const [name, setName] = useState("admin");
  const [password, setPassword] = useState("");
  const submit = async () => {
    await api.post("/v1/session", { name, password });
    await refresh();
  };
  return html`<h1>${t("sign_in")}</h1>
    <${Form} submit=${submit} action=${t("sign_in")}>
      <${Text} label=${t("name")} value=${name} set=${setName} autocomplete="username" />
      <${Text}
        label=${t("password")}
        value=${password}
        set=${setPassword}
        type="password"
        autocomplete="current-password"
      />
    <//>
    <p class="small soft">${t("first")}</p>`;
}

function Change({ t }) {
  const { api, refresh, toast } = useApp();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const submit = async () => {
    if (fresh !== again) throw new Error(t("differ"));
    await api.put("/v1/session/password", { old, new: fresh });
    toast(t("changed"));
    await refresh();
  };
  return html`<h1>${t("change")}</h1>
    <p>${t("why")}</p>
    <${Form} submit=${submit} action=${t("change")}>
      <${Text} label=${t("old")} value=${old} set=${setOld} type="password" autocomplete="current-password" />
      <${Text}
        label=${t("fresh")}
        value=${fresh}
        set=${setFresh}
        type="password"
        autocomplete="new-password"
      />
      <${Text}
        label=${t("again")}
        value=${again}
        set=${setAgain}
        type="password"
        autocomplete="new-password"
      />
    <//>`;
}

function Text({ label, value, set, type = "text", autocomplete }) {
  return html`<${Field} label=${label}>
    ${(/** @type {string} */ id) =>
      html`<input
        id=${id}
        type=${type}
        value=${value}
        autocomplete=${autocomplete}
        required
        onInput=${(/** @type {any} */ event) => set(event.target.value)}
      />`}
  <//>`;
}
