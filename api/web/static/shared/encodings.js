// Encodings as people know them; the others are called by their name.

/** @type {Record<string, string>} */
export const ENCODINGS = {
  "utf-8": "UTF-8",
  gb18030: "GB18030 (GBK, GB2312)",
  big5hkscs: "Big5 (HKSCS)",
  cp950: "Big5 (Windows 950)",
  "utf-16": "UTF-16",
  "utf-16-le": "UTF-16 LE",
  "utf-16-be": "UTF-16 BE",
};

/** @param {string} name @returns {string} */
export function encodingName(name) {
  return ENCODINGS[name.replace(/-sig$/, "")]?.replace(/ \(.*/, "") ?? name;
}
