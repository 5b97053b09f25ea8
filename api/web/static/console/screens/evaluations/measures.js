// Measures in plain words; their exact definitions are in docs/measures.md.

/** @typedef {import("../../../shared/i18n.js").Language} Language */

/** By family: title and meaning; `{n}` is its number. @type {Record<Language, Record<string, [string, string]>>} */
const FAMILIES = {
  zh: {
    EM: ["完全一致", "答案与任一认可答案完全一致的题；无答案的题，说没有找到算对。"],
    "F1@char": ["字重合度", "答案与最接近的认可答案有多少字相同，各题取平均。"],
    "F1@lcs": ["字重合度（CMRC 口径）", "按最长的相同一段计，各题取平均；与论文比较时用。"],
    Contains: ["含认可答案", "有答案的题中，给出的答案里含有某个认可答案的。"],
    EvidenceHit: ["证据句含答案", "有答案的题中，高亮的那句原文里有某个认可答案的：用户看到它就找得到答案。"],
    EvidenceF1: ["证据句重合度", "证据句与标注的证据句有多少字相同。"],
    AllF1: ["答案与证据总分", "每题的答案重合度乘以证据重合度，取平均。"],
    CitationPrecision: ["引用可靠", "给出的引用中，与原件核对一致、证据句又确实含答案的。"],
    Verified: ["引用核对一致", "给出的引用中，重新打开原件核对一致的；低于 100% 就是程序有错。"],
    Answered: ["作答率", "没有说“没有找到”的题。本身没有好坏，要和答对率一起看。"],
    DeclinedRight: ["该拒的拒了", "文档里没有答案的题中，说了没有找到的。"],
    Recall: ["前 {n} 段有答案", "有答案的题中，前 {n} 个段落里至少有一段含答案的。"],
    MRR: ["首个答案的名次（前 {n}）", "第一个含答案的段落排得多靠前；1 表示总排第一。"],
    nDCG: ["排序好坏（前 {n}）", "含答案的段落排得越靠前分越高，1 为理想。"],
    AUROC: ["会不会分辨有无答案", "任取有答案、无答案的题各一道，前者概率更高的可能性；0.5 等于瞎猜。"],
    ECE: ["概率偏差", "说的概率与实际答对的比例平均差多少，0 为最好。"],
    Risk: ["只答最有把握的 {n}% 时答错的", "越低越好。"],
    AURC: ["平均错误率", "从只答最有把握的题到全部作答，错误率的平均；越低越好。"],
    ms: ["{n}% 的题用时不超过", "从提问到答案，毫秒；换了机器不可比。"],
  },
  en: {
    EM: [
      "Exactly right",
      "The answer is an accepted one; a question without answer counts where none was given.",
    ],
    "F1@char": ["Shared characters", "How much the answer shares with the nearest accepted one, on average."],
    "F1@lcs": [
      "Shared characters (CMRC)",
      "By the longest stretch in common, on average; for comparing with papers.",
    ],
    Contains: [
      "Holds an accepted answer",
      "Of questions with an answer: the answer given holds an accepted one.",
    ],
    EvidenceHit: [
      "Sentence holds the answer",
      "Of questions with an answer: the highlighted sentence holds an accepted one, so a reader finds it.",
    ],
    EvidenceF1: ["Evidence overlap", "What the sentence shares with the one marked as evidence."],
    AllF1: ["Answer and evidence", "Each question's answer overlap times its evidence overlap, on average."],
    CitationPrecision: [
      "Citations to rely on",
      "Of citations given: checked against the original, and their sentence holds an accepted answer.",
    ],
    Verified: [
      "Citations checked",
      "Of citations given: the original says the same. Below 100% is a fault of ours.",
    ],
    Answered: ["Answered", "Questions that got an answer. Neither good nor bad by itself."],
    DeclinedRight: ["Rightly declined", "Of questions without an answer: none was given."],
    Recall: [
      "Answer in the first {n} passages",
      "Of questions with an answer: one of the first {n} passages holds it.",
    ],
    MRR: [
      "Rank of the first (top {n})",
      "How early the first passage with an answer comes; 1 is always first.",
    ],
    nDCG: ["Order (top {n})", "Higher the earlier passages with an answer come, 1 at best."],
    AUROC: [
      "Tells answerable from not",
      "Of one question with and one without an answer, the chance that the first has the higher probability; 0.5 is guessing.",
    ],
    ECE: [
      "Error of probabilities",
      "How far probabilities are from the share that is right, on average; 0 is best.",
    ],
    Risk: ["Wrong among the surest {n}%", "Lower is better."],
    AURC: ["Mean error rate", "From only the surest questions to all of them; lower is better."],
    ms: ["{n}% take at most", "From question to answer, in milliseconds; depends on the machine."],
  },
};

const BEST = { zh: "（不计拒答）", en: " (as if it never declined)" };
const SPAN = { zh: "（按答案完全一致）", en: " (by exact answers)" };
const INDEX_LIKE = new Set(["AUROC", "AURC", "ECE", "MRR", "nDCG"]);

/** First in the list, for whoever looks at a few only. */
export const FIRST = ["EM", "EvidenceHit", "DeclinedRight", "Recall@1", "Recall@5", "p50_ms"];

/** The family of a measure's name, and its number: `Recall@5` is `["Recall", "5"]`. @param {string} measure */
function taken(measure) {
  const [stem = "", variant = ""] = measure.split(":");
  const time = /^p(\w+)_ms$/.exec(stem);
  if (time) return { family: "ms", n: time[1] ?? "", variant };
  if (FAMILIES.zh[stem]) return { family: stem, n: "", variant };
  const [family = "", of = ""] = stem.split("@");
  return { family, n: /^\d+/.exec(of)?.[0] ?? "", variant };
}

/**
 * Title and meaning of a measure; its own name where there are no words for it.
 * @param {Language} language
 * @param {string} measure
 */
export function wordsFor(language, measure) {
  const { family, n, variant } = taken(measure);
  const [title, meaning] = FAMILIES[language][family] ?? [measure, ""];
  const more = variant === "best" ? BEST[language] : variant === "EM" ? SPAN[language] : "";
  return { title: title.replace("{n}", n) + more, meaning: meaning.replace("{n}", n) };
}

/** A value as people write it: 72.4%, 0.913, 412 ms. @param {string} measure @param {number | null} value */
export function written(measure, value, unit = true) {
  if (value === null) return "—";
  const { family } = taken(measure);
  if (family === "ms") return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit ? " ms" : ""}`;
  if (INDEX_LIKE.has(family)) return value.toFixed(3);
  return `${(value * 100).toFixed(1)}${unit ? "%" : ""}`;
}

/** A 95 % interval, "" where there is none. @param {{measure: string, low: number | null, high: number | null}} figure */
export function between({ measure, low, high }) {
  if (low === null || high === null) return "";
  return `${written(measure, low, false)}–${written(measure, high)}`;
}

/** A difference with its sign; shares in percentage points. @param {string} measure @param {number | null} value */
export function signed(measure, value) {
  if (value === null) return "—";
  const { family } = taken(measure);
  const size = Math.abs(value);
  const text =
    family === "ms"
      ? size.toFixed(size < 10 ? 1 : 0)
      : INDEX_LIKE.has(family)
        ? size.toFixed(3)
        : (size * 100).toFixed(1);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}

/** Whether its differences are percentage points. @param {string} measure */
export function isShare(measure) {
  const { family } = taken(measure);
  return family !== "ms" && !INDEX_LIKE.has(family);
}
