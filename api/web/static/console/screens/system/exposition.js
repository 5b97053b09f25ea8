// Prometheus' text format, as far as the service writes it.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

/** @typedef {{labels: Record<string, string>, value: number}} Sample */

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
/** @type {Record<string, string>} */
const ESCAPED = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

/**
 * @param {string} text
 * @returns {Map<string, Sample[]>} by name
 */
export function samplesOf(text) {
  const found = new Map();
  for (const line of text.split("\n")) {
    const parts = line.startsWith("#") ? null : LINE.exec(line);
    if (parts === null) continue;
    const [, name, labels = "", value] = parts;
    const pairs = [...labels.matchAll(LABEL)].map(([, key, said]) => [key, unescaped(said)]);
    const sample = { labels: Object.fromEntries(pairs), value: value === "+Inf" ? Infinity : Number(value) };
    found.set(name, [...(found.get(name) ?? []), sample]);
  }
  return found;
}

/** @param {string} said */
const unescaped = (said) => said.replace(/\\[\\"n]/g, (mark) => ESCAPED[mark]);

/** The one value of a name without labels; null where it isn't told. @param {Map<string, Sample[]>} samples @param {string} name */
export const valueOf = (samples, name) => samples.get(name)?.[0]?.value ?? null;

/**
 * Values by a label, those that were never counted left out.
 * @param {Map<string, Sample[]>} samples @param {string} name @param {string} label
 * @returns {[string, number][]}
 */
export function byLabel(samples, name, label) {
  return (samples.get(name) ?? []).map(({ labels, value }) => [labels[label], value]);
}

/**
 * @typedef {{stage: string, count: number, mean: number, most: number}} Stage seconds; `most`: an upper bound of what 95 %
 *   took, Infinity where it is above the last bucket
 * @param {Map<string, Sample[]>} samples
 * @param {string} name of a histogram with the label `stage`
 * @returns {Stage[]}
 */
export function stagesOf(samples, name) {
  const sums = new Map(byLabel(samples, `${name}_sum`, "stage"));
  return byLabel(samples, `${name}_count`, "stage")
    .filter(([, count]) => count > 0)
    .map(([stage, count]) => ({
      stage,
      count,
      mean: (sums.get(stage) ?? 0) / count,
      most: boundOf(samples.get(`${name}_bucket`) ?? [], stage, count),
    }));
}

/** @param {Sample[]} buckets cumulative @param {string} stage @param {number} count */
function boundOf(buckets, stage, count) {
  const bounds = buckets
    .filter(({ labels, value }) => labels.stage === stage && value >= 0.95 * count)
    .map(({ labels }) => (labels.le === "+Inf" ? Infinity : Number(labels.le)));
  return Math.min(...bounds, Infinity);
}
