// Words around answers, the same wherever somebody asks.

import { WHERE_WORDS } from "./where.js";

/** @type {Record<import("./i18n.js").Language, Record<string, string>>} */
export const ANSWER_WORDS = {
  zh: {
    ...WHERE_WORDS.zh,
    fresh: "新对话",
    searching: "正在查找……",
    understood: "理解为：{question}",
    stop: "停止",
    stopped: "已停止。",
    high: "很有把握",
    medium: "比较有把握",
    low: "不太确定，请核对原文",
    faq: "管理员写的答案",
    open: "打开原文",
    copy: "复制（带出处）",
    candidates: "其他可能的答案（{count}）",
    abstained: "文档里没有找到答案",
    helpful: "有帮助",
    wrong: "没有帮助",
  },
  en: {
    ...WHERE_WORDS.en,
    fresh: "New conversation",
    searching: "Searching…",
    understood: "Understood as: {question}",
    stop: "Stop",
    stopped: "Stopped.",
    high: "Quite sure",
    medium: "Fairly sure",
    low: "Not sure: please check the document",
    faq: "Answer written by the administrators",
    open: "Open document",
    copy: "Copy with source",
    candidates: "Other possible answers ({count})",
    abstained: "No answer found in the documents",
    helpful: "Helpful",
    wrong: "Not helpful",
  },
};
