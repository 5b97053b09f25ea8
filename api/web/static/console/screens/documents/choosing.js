// Which of the files that somebody chose can be uploaded, and in what portions.

/**
 * @typedef {{name: string, file: File}} Chosen `name` may be a relative path, with "/"
 * @typedef {{extensions: string[], encodings: string[], file_bytes: number, request_bytes: number,
 *   request_files: number}} Limits
 */

/** Of a portion: a connection that breaks costs no more than this once again. */
const PORTION_BYTES = 64 * 2 ** 20;

/** What a form adds to each file: its boundary and headers. */
const AROUND = 1024;

/** "2.txt" before "10.txt": folders come in the order of the disk. */
const BY_NAME = new Intl.Collator("zh-CN", { numeric: true });

/** @param {string} name @returns {string} lower case with the dot, "" where there is none */
export function endingOf(name) {
  const last = name.slice(name.lastIndexOf("/") + 1);
  const dot = last.lastIndexOf(".");
  return dot <= 0 ? "" : last.slice(dot).toLowerCase();
}

/**
 * @param {Chosen[]} chosen
 * @param {Limits} limits
 * @returns {{good: Chosen[], unsupported: Chosen[], large: Chosen[]}}
 */
export function sortedOut(chosen, limits) {
  const inOrder = [...chosen].sort((one, other) => BY_NAME.compare(one.name, other.name));
  /** @type {{good: Chosen[], unsupported: Chosen[], large: Chosen[]}} */
  const kinds = { good: [], unsupported: [], large: [] };
  for (const one of inOrder) {
    const known = limits.extensions.includes(endingOf(one.name));
    const fits = one.file.size <= limits.file_bytes;
    kinds[!known ? "unsupported" : fits ? "good" : "large"].push(one);
  }
  return kinds;
}

/**
 * Cuts rows into portions that the service takes at once, in their order.
 * @template {{size: number}} T
 * @param {T[]} rows
 * @param {Limits} limits
 * @returns {T[][]}
 */
export function portionsOf(rows, limits) {
  const most = Math.min(PORTION_BYTES, limits.request_bytes);
  /** @type {T[][]} */
  const portions = [];
  let bytes = 0;
  for (const row of rows) {
    const last = portions.at(-1);
    const size = row.size + AROUND;
    if (last !== undefined && last.length < limits.request_files && bytes + size <= most) {
      last.push(row);
      bytes += size;
    } else {
      portions.push([row]);
      bytes = size;
    }
  }
  return portions;
}

/**
 * What an <input type="file"> holds; of a folder, what isn't hidden in it.
 * @param {FileList} files
 * @returns {Chosen[]}
 */
export function chosenOf(files) {
  return [...files]
    .map((file) => ({ name: file.webkitRelativePath || file.name, file }))
    .filter(({ name }) => !isHidden(name));
}

/**
 * What was dropped, folders with all that isn't hidden in them. To be called while the event is handled: afterwards the
 * browser has forgotten it.
 * @param {DataTransfer} dropped
 * @returns {Promise<Chosen[]>}
 */
export async function droppedIn(dropped) {
  const items = [...dropped.items].filter((item) => item.kind === "file");
  const held = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = held.map(({ entry, file }) =>
    entry?.isDirectory ? within(entry) : file === null ? [] : [{ name: file.name, file }],
  );
  return (await Promise.all(found)).flat().filter(({ name }) => !isHidden(name));
}

/** @param {any} entry a FileSystemEntry @returns {Promise<Chosen[]>} */
async function within(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  if (isHidden(path)) return [];
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ name: path, file }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A hundred at a time, until there are no more.
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return found;
    for (const inner of entries) found.push(...(await within(inner)));
  }
}

/** @param {string} path */
function isHidden(path) {
  return path.split("/").some((part) => part.startsWith("."));
}
