// What a frame's address asks for: language, light or dark, and a name for its conversation.

import { languageOf } from "../shared/i18n.js";

const given = new URLSearchParams(location.search);

export const language = languageOf(given.get("lang") === "auto" ? null : given.get("lang"));
export const theme = given.get("theme") ?? "auto";
export const name = given.get("name") ?? "";

document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
