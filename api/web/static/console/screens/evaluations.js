// Evaluations: the list, one of them, or two compared.

import { html } from "../../vendor/preact.js";
import { wordsOf } from "../../shared/i18n.js";
import { useApp } from "../app.js";
import { Comparison } from "./evaluations/comparison.js";
import { List } from "./evaluations/list.js";
import { One } from "./evaluations/one.js";
import { WORDS } from "./evaluations/words.js";

export function Evaluations() {
  const { language, route } = useApp();
  const t = wordsOf(WORDS, language);
  const [, id, other] = route.path;
  if (id === undefined) return html`<${List} t=${t} />`;
  if (other === undefined) return html`<${One} id=${id} t=${t} />`;
  return html`<${Comparison} a=${id} b=${other} t=${t} />`;
}
