// Words in two languages. Each page or component brings its own table; what is missing in it is a fault that is seen.

/** @typedef {"zh" | "en"} Language */
/** @typedef {Record<string, string>} Words */

/**
 * What somebody chose, else what the page says, else the browser's.
 * @param {string | null | undefined} chosen
 * @returns {Language}
 */
export function languageOf(chosen) {
  const wanted = chosen || navigator.language || "zh";
  return wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/**
 * A function from a key to words, with `{names}` filled in.
 * @param {Record<Language, Words>} table
 * @param {Language} language
 * @returns {(key: string, values?: Record<string, string | number>) => string}
 */
export function wordsOf(table, language) {
  return (key, values = {}) => {
    const words = table[language][key];
    if (words === undefined) throw new Error(`no words for ${key} in ${language}`);
    return words.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}

/** @param {Language} language @param {string} moment ISO 8601 */
export function dateTime(language, moment) {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(moment),
  );
}

/** @param {Language} language @param {string} moment ISO 8601 @returns {string} without the time */
export function day(language, moment) {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(moment));
}

/** @param {Language} language @param {number} value */
export function number(language, value) {
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-GB").format(value);
}

/** @param {Language} language @param {number} bytes */
export function size(language, bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const shown = new Intl.NumberFormat(language, { maximumFractionDigits: power === 0 ? 0 : 1 });
  return `${shown.format(bytes / 1000 ** power)} ${units[power]}`;
}

/**
 * Words that go by a number, which is `{n}` in them: `key`, or `key_1` for one.
 * @param {(key: string, values?: Record<string, string | number>) => string} t
 * @param {Language} language
 * @param {string} key
 * @param {number} n
 * @param {Record<string, string | number>} [values]
 */
export function counted(t, language, key, n, values = {}) {
  return t(n === 1 ? `${key}_1` : key, { ...values, n: number(language, n) });
}
