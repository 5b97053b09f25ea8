// Where cited words stand, in words: page, lines, or the parts that an upload without lines is made of.

/** @typedef {{kind: string, name: string}} Part */
/** @typedef {{page?: number | null, first_line?: number, last_line?: number, parts?: Part[]}} Cited */
/** @typedef {(key: string, values?: Record<string, string | number>) => string} Words */

/** Of cells that are told by name; of more, the first and the last. */
const MOST = 3;

/** @type {Record<import("./i18n.js").Language, Record<string, string>>} */
export const WHERE_WORDS = {
  zh: {
    page: "第 {page} 页",
    line: "第 {line} 行",
    lines: "第 {first}–{last} 行",
    part_sheet: "工作表“{name}”",
    part_slide: "第 {name} 张幻灯片",
    part_chapter: "{name}",
    part_message: "{name}",
    part_table: "表 {name}",
    part_cell: "单元格 {name}",
    part_paragraph: "第 {name} 段",
    part_note: "注 {name}",
    part_between: "、",
  },
  en: {
    page: "page {page}",
    line: "line {line}",
    lines: "lines {first}–{last}",
    part_sheet: "sheet “{name}”",
    part_slide: "slide {name}",
    part_chapter: "{name}",
    part_message: "{name}",
    part_table: "table {name}",
    part_cell: "cell {name}",
    part_paragraph: "paragraph {name}",
    part_note: "note {name}",
    part_between: ", ",
  },
};

/**
 * As far as it is known, from the outside in.
 * @param {Words} t
 * @param {Cited} cited
 * @returns {string[]}
 */
export function whereOf(t, { page = null, first_line: first = 0, last_line: last = 0, parts = [] }) {
  const pages = page === null ? [] : [t("page", { page })];
  const lines = first === last ? t("line", { line: first }) : t("lines", { first, last });
  return [...pages, ...(first > 0 ? [lines] : []), ...partsOf(t, parts)];
}

/** Parts of one kind together. A selector means nothing to people. @param {Words} t @param {Part[]} parts */
function partsOf(t, parts) {
  /** @type {Map<string, string[]>} */
  const byKind = new Map();
  for (const { kind, name } of parts) {
    if (kind !== "element") byKind.set(kind, [...(byKind.get(kind) ?? []), name]);
  }
  return [...byKind].map(([kind, names]) => t(`part_${kind}`, { name: joined(t, names) }));
}

/** @param {Words} t @param {string[]} names */
function joined(t, names) {
  return names.length <= MOST ? names.join(t("part_between")) : `${names[0]}–${names[names.length - 1]}`;
}
