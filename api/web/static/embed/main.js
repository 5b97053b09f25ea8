// The widget as a page, for frames: /embed/3?lang=zh&theme=dark#ywc_…

import "../widget/widget.js";

const given = new URLSearchParams(location.search);
const chat = /** @type {any} */ (document.createElement("yuanwen-chat"));
chat.base = new URL("../../", import.meta.url).href;
chat.setAttribute("mode", "inline");
chat.setAttribute("frame", "");
chat.setAttribute("token", decodeURIComponent(location.hash.slice(1)));
chat.setAttribute("lang", given.get("lang") ?? navigator.language);
chat.setAttribute("theme", given.get("theme") ?? "auto");
document.documentElement.lang = chat.language === "zh" ? "zh-CN" : "en";
document.getElementById("app")?.append(chat);
