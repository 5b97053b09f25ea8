// In place of the widget's page where its channel is shut or gone.

import { wordsOf } from "../shared/i18n.js";
import { WORDS } from "../widget/words.js";
import { language, theme } from "./asked.js";

const said = document.createElement("p");
said.className = "empty";
said.textContent = wordsOf(WORDS, language)("shut");
document.getElementById("app")?.append(said);
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
