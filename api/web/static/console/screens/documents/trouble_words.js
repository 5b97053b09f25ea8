// Why a file couldn't be taken in, and what to do about it here, by the class of the error. What the service itself says
// stands below it: it knows the byte.

/** @type {Record<import("../../../shared/i18n.js").Language, Record<string, [string, string]>>} */
export const TROUBLES = {
  zh: {
    UndecodableText: [
      "读不出里面的字：编码认不出来，或有损坏的字节。",
      "选一种编码再试；不知道是哪种，就用编辑器打开它，另存为 UTF-8 后重新上传。",
    ],
    EmptyDocument: ["文件里没有文字。", "请检查文件是否导出完整。"],
    BinaryDocument: ["这不是文本文件。", "请按它实际的格式改扩展名，或在原来的软件里另存为文本，再上传。"],
    UnsupportedFormat: [
      "这种文件还不能读。",
      "请在原来的软件里另存为 PDF、Word（.docx）、Excel（.xlsx）或文本，再上传。",
    ],
    MislabelledDocument: ["内容与扩展名不符。", "请把扩展名改成与内容相符的，或重新导出，再上传。"],
    DamagedDocument: ["文件已损坏，或没有传完。", "请确认它在原来的软件里打得开，重新导出后再上传。"],
    EncryptedDocument: ["文件加了密码。", "请另存为不加密的文件，再上传。"],
    NoTextLayer: ["这是扫描件，页面都是图片。", "请管理员安装文字识别（yuanwen[ocr]），再上传。"],
    MissingExtra: ["读这种文件要用的组件没有装。", "请管理员按下面的提示安装，再上传。"],
    DocumentTooLarge: ["文件太大。", "请拆成几个文件，或请管理员调大设置 YUANWEN_MAX_UPLOAD_MB。"],
    BadFileName: ["文件名不能用。", "请改个名字，再上传。"],
    ParsingFailed: ["读这个文件时出了问题。", "文件可能损坏，或太复杂；请重新导出或拆分后再试。"],
    ParsingTimedOut: ["读这个文件用的时间太长。", "请拆成几个文件，再上传。"],
    NotFound: ["原来的文档已经删除。", "请作为新文档上传。"],
    ChangedFile: ["选好之后，文件又改过、移走或删除了。", "请重新选择这个文件。"],
    InternalError: ["服务出了错，这不是文件的问题。", "请重试；还不行，请管理员查看服务日志。"],
  },
  en: {
    UndecodableText: [
      "The text can't be read: its encoding isn't known, or bytes in it are damaged.",
      "Choose an encoding and try again; if you don't know which, open it in an editor, save it as UTF-8 and upload that.",
    ],
    EmptyDocument: ["There is no text in the file.", "Check whether it was exported completely."],
    BinaryDocument: [
      "This is no text file.",
      "Give it the ending of its real format, or save it as text in the program it comes from, and upload that.",
    ],
    UnsupportedFormat: [
      "Files of this kind can't be read.",
      "Save it as PDF, Word (.docx), Excel (.xlsx) or text in the program it comes from, and upload that.",
    ],
    MislabelledDocument: [
      "It is something else than its name says.",
      "Give it the ending that fits, or export it anew, and upload that.",
    ],
    DamagedDocument: [
      "The file is damaged, or didn't arrive whole.",
      "Make sure that its own program opens it, export it anew, and upload that.",
    ],
    EncryptedDocument: ["The file has a password.", "Save it without one, and upload that."],
    NoTextLayer: [
      "Its pages are pictures.",
      "Ask an administrator to install text recognition (yuanwen[ocr]), then upload it again.",
    ],
    MissingExtra: [
      "What reads files of this kind isn't installed.",
      "Ask an administrator to install what is named below, then upload it again.",
    ],
    DocumentTooLarge: [
      "The file is too large.",
      "Split it, or ask an administrator for a larger YUANWEN_MAX_UPLOAD_MB.",
    ],
    BadFileName: ["A document can't have this name.", "Rename the file, and upload it again."],
    ParsingFailed: [
      "Reading the file went wrong.",
      "It may be damaged, or too complex; export it anew or split it, and try again.",
    ],
    ParsingTimedOut: ["Reading the file took too long.", "Split it, and upload the parts."],
    NotFound: ["The document has been deleted.", "Upload the file as a new one."],
    ChangedFile: ["The file was changed, moved or deleted after it was chosen.", "Choose it once more."],
    InternalError: [
      "The service failed; it isn't the file's fault.",
      "Try again; if that doesn't help, an administrator finds more in the service's log.",
    ],
  },
};
