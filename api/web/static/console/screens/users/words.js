// Words of people and what they may do.

import { useMemo } from "../../../vendor/preact.js";
import { wordsOf } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";

/** @type {Record<import("../../../shared/i18n.js").Language, Record<string, string>>} */
const WORDS = {
  zh: {
    lead: "谁能登录，能用哪些文档集。程序不用登录，用密钥。",
    add: "新建用户",
    name: "用户名",
    name_hint: "字母、数字、汉字和 . _ - @，最多 64 个；以后不能改。",
    name_bad: "用户名只能有字母、数字、汉字和 . _ - @，最多 64 个。",
    role: "角色",
    role_admin: "管理员",
    role_editor: "编辑",
    role_reader: "读者",
    role_admin_hint: "全部文档集，管理用户、密钥、挂件，查看审计日志和系统。",
    role_editor_hint: "在可写的文档集里上传和删除；写问答和用词，看别人问了什么，评测。",
    role_reader_hint: "提问，看文档，评价答案。",
    grants: "可用的文档集",
    grants_admin: "管理员可用全部文档集。",
    everything: "全部",
    nothing: "还没有，什么也看不到",
    colon: "：",
    access_none: "不能用",
    access_read: "只读",
    access_write: "可读写",
    created: "添加时间",
    actions: "操作",
    me: "我",
    own: "自己不能停用或删除自己；密码在菜单里修改。",
    disabled: "已停用",
    must_change: "还没换密码",
    edit: "修改",
    edit_title: "修改用户“{name}”",
    reset: "重设密码",
    reset_title: "重设“{name}”的密码",
    reset_text: "会给“{name}”一个新密码，现在的密码作废，已有的登录都结束。",
    disable: "停用",
    disable_text: "停用后，“{name}”不能登录，已有的登录马上结束，所建的密钥也不能用；随时可以恢复。",
    disable_title: "停用“{name}”",
    enable: "恢复",
    enabled: "已恢复“{name}”。",
    disabled_done: "已停用“{name}”。",
    remove_title: "删除“{name}”",
    remove_text: "“{name}”的登录和所建的密钥都会作废，不能恢复。只是暂时不用，可以停用。",
    removed: "已删除“{name}”。",
    saved: "已保存。",
    password: "“{name}”的密码",
    password_once: "密码只显示这一次。请当面或用可靠的方式告诉对方；第一次登录时要换成自己的。",
    added_title: "已添加用户",
    done: "好了",
  },
  en: {
    lead: "Who may sign in, and which collections they may use. Programs use keys instead.",
    add: "Add somebody",
    name: "Name",
    name_hint: "Letters, digits, Chinese characters and . _ - @, 64 at most; it can't be changed later.",
    name_bad: "Letters, digits, Chinese characters and . _ - @ only, 64 at most.",
    role: "Role",
    role_admin: "Administrator",
    role_editor: "Editor",
    role_reader: "Reader",
    role_admin_hint:
      "All collections; manages people, keys and chat widgets; sees the audit log and the system.",
    role_editor_hint:
      "Uploads and deletes where they may write; writes answers and words, sees what was asked, evaluates.",
    role_reader_hint: "Asks, reads documents, judges answers.",
    grants: "Collections",
    grants_admin: "Administrators may use all collections.",
    everything: "All",
    nothing: "None yet: they see nothing",
    colon: ": ",
    access_none: "No access",
    access_read: "Read",
    access_write: "Read and write",
    created: "Added",
    actions: "Actions",
    me: "You",
    own: "Nobody disables or deletes themselves; your password is changed in the menu.",
    disabled: "Disabled",
    must_change: "Password not changed yet",
    edit: "Edit",
    edit_title: "Edit “{name}”",
    reset: "Reset password",
    reset_title: "Reset the password of “{name}”",
    reset_text:
      "“{name}” gets a new password. The present one doesn't work any more, and their sessions end.",
    disable: "Disable",
    disable_text:
      "“{name}” can't sign in any more, their sessions end at once, and keys that they made don't work. You can undo it.",
    disable_title: "Disable “{name}”",
    enable: "Enable",
    enabled: "“{name}” is enabled.",
    disabled_done: "“{name}” is disabled.",
    remove_title: "Delete “{name}”",
    remove_text:
      "Sessions and keys of “{name}” end for good. To keep somebody out for a while, disable them.",
    removed: "“{name}” is deleted.",
    saved: "Saved.",
    password: "Password of “{name}”",
    password_once:
      "It is shown this once. Tell it in person, or in a way that you trust; they change it when they first sign in.",
    added_title: "Somebody was added",
    done: "Done",
  },
};

export function useWords() {
  const { language } = useApp();
  return useMemo(() => wordsOf(WORDS, language), [language]);
}
