// The widget as a page, for frames: /embed/3?lang=zh&theme=dark&name=help#ywc_…

import "../widget/widget.js";
import { language, name, theme } from "./asked.js";

const chat = /** @type {any} */ (document.createElement("yuanwen-chat"));
chat.base = new URL("../../", import.meta.url).href;
chat.setAttribute("mode", "inline");
chat.setAttribute("frame", "");
chat.setAttribute("token", location.hash.slice(1));
chat.setAttribute("lang", language);
chat.setAttribute("theme", theme);
chat.setAttribute("name", name);
document.getElementById("app")?.append(chat);
