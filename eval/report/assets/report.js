"use strict";
(() => {
  const root = document.documentElement;
  const store = document.getElementById("data");
  if (!store) return;
  const data = JSON.parse(store.textContent);
  root.classList.add("js");

  const $ = (id) => document.getElementById(id);
  const words = data.words;
  const PAGE = 25;

  /* Everything that a document or a question says goes in as text, never as markup. */
  function h(tag, props, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) {
      if (child !== null && child !== undefined && child !== false && child !== "") node.append(child);
    }
    return node;
  }
  const percent = (p) => (p === undefined ? "—" : (p * 100).toFixed(1) + "%");
  const ms = (t) => (t === undefined ? "—" : t < 10 ? t.toFixed(1) : Math.round(t).toLocaleString("en-US"));
  /* Scores and times come as lists, in the order of names that all rows share. */
  const named = (names, values) => (values || []).map((value, place) => [names[place], value]).filter(([, value]) => value !== null);
  const pick = (names, name) => { const place = (names || []).indexOf(name); return (row) => { const value = (row || [])[place]; return value === null ? undefined : value; }; };
  const [pickScore, pickTotal] = [pick(data.scores, data.score), pick(data.stages, "total")];
  const scoreOf = (row) => pickScore(row.s);
  const totalOf = (row) => pickTotal(row.t);
  const binTitle = (bin) => words.bins[bin] || bin;
  const chip = (bin) => h("span", { class: "chip" }, h("i", { class: "swatch bin-" + (bin || "none") }), binTitle(bin));
  const kindTitle = (kind) => words.kinds[kind] || kind;

  /* ---- text with marks ---- */
  function occurrences(text, answers) {
    const found = [];
    for (const answer of answers || []) {
      if (answer.length < 2) continue;
      for (let at = text.indexOf(answer); at >= 0; at = text.indexOf(answer, at + answer.length)) found.push([at, at + answer.length, "gold"]);
    }
    return found;
  }
  function marked(candidate, answers, only) {
    const text = data.texts[candidate.x];
    const [start, end, first, last] = candidate.m;
    const ranges = [[first, last, "evidence"], [start, end, "span"], ...occurrences(text, answers)];
    const [left, right] = only ? [Math.min(start, first), Math.max(end, last)] : [0, text.length];
    const points = [...new Set([left, right, ...ranges.flatMap((range) => range.slice(0, 2))])].filter((point) => point >= left && point <= right).sort((a, b) => a - b);
    const pieces = [];
    if (!only && candidate.u & 1) pieces.push("……");
    for (let i = 0; i + 1 < points.length; i++) {
      const names = ranges.filter((range) => range[0] <= points[i] && points[i] < range[1]).map((range) => range[2]);
      const piece = text.slice(points[i], points[i + 1]);
      pieces.push(names.length ? h("mark", { class: [...new Set(names)].join(" ") }, piece) : piece);
    }
    if (!only && candidate.u & 2) pieces.push("……");
    return pieces;
  }
  function source(candidate) {
    const place = candidate.z ? `第 ${candidate.z} 页` : candidate.l ? `第 ${candidate.l} 行` : "";
    return [candidate.f, ...(candidate.h || []), place].filter(Boolean).join(" › ");
  }

  /* ---- one question, opened ---- */
  function list(title, entries) {
    const kept = entries.filter((entry) => entry && entry[1] !== undefined && entry[1] !== "");
    return kept.length ? [h("h4", {}, title), h("dl", {}, kept.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))] : null;
  }
  const answersOf = (row) =>
    row.a ? row.a.map((answer) => h("span", { class: "answer" }, answer)) : h("span", { class: "soft" }, data.mode === "retrieve" ? "（文档中没有答案）" : "（文档中没有答案，应当拒答）");

  function detail(row) {
    const best = row.c && row.c[0];
    const held = row.w === undefined ? "" : `共 ${row.w} 段，`;
    const rank = row.a && row.n ? held + (row.r ? `最前的排第 ${row.r[0]} 名（看了 ${row.n} 段）` : `前 ${row.n} 段里都没有`) : undefined;
    const left = [
      best && h("h4", {}, row.d ? "最接近的文字（已拒答，没有作为答案给出）" : "答案与上下文"),
      best && h("blockquote", { class: "doc" }, marked(best, row.a)),
      best && h("p", { class: "source" }, source(best), " · ", best.v ? h("span", { class: "ok" }, "✓ 与原文件核对一致") : h("span", { class: "no" }, "✗ 未通过核对"), " · ", best.k ? "证据句含认可答案" : "证据句不含认可答案"),
      row.e && [h("h4", {}, "认可的证据句"), row.e.map((evidence) => h("p", { class: "doc" }, evidence))],
      row.c && row.c.length > 1 && [
        h("h4", {}, "其他候选"),
        h("ul", { class: "others" }, row.c.slice(1).map((other) =>
          h("li", {}, h("span", { class: "p" }, percent(other.y)), h("span", { class: "doc" }, marked(other, row.a, true)), h("span", { class: "from" }, source(other), other.k ? h("span", { class: "ok" }, " · 证据句含认可答案") : "")))),
      ],
    ];
    const right = [
      list("问题", [
        ["认可的答案", answersOf(row)],
        data.mode !== "retrieve" && ["系统的回答", row.d ? "拒答" : row.p],
        row.y !== undefined && ["概率", percent(row.y)],
        ["含答案的段落", rank],
        row.v && ["读了", `${row.v} 段`],
        ["类型", kindTitle(row.k || "")],
        row.g && ["标签", row.g.join("、")],
        ["编号", h("span", { class: "code" }, row.i)],
      ]),
      list("耗时（毫秒）", named(data.stages, row.t).map(([stage, time]) => [words.stages[stage] || stage, ms(time)])),
    ];
    const scores = named(data.scores, row.s).map(([name, value]) => h("div", {}, h("dt", { title: name }, data.measures[name] || name), h("dd", {}, value.toFixed(3))));
    return h("div", {}, h("div", { class: "two" }, h("div", {}, left), h("div", {}, right)), scores.length > 0 && [h("h4", {}, "这道题的得分"), h("dl", { class: "scores" }, scores)]);
  }

  /* ---- what the lists show ---- */
  const given = (row) =>
    row.d ? h("span", { class: "given declined" }, "拒答") : h("span", { class: "given " + (row.o ? "fine" : "wrong") }, row.p || "（空）");
  const accepted = (row) => h("span", { class: "accepted" }, row.a ? "认可：" + row.a.slice(0, 3).join(" / ") : "认可：拒答（无答案）");
  const flipSide = (prediction, rank, bin, right) =>
    data.byRank
      ? h("span", { class: "given " + (right ? "fine" : "wrong") }, rank ? `第 ${rank} 名` : "没找到")
      : [h("span", { class: "given " + (prediction ? (right ? "fine" : "wrong") : "declined") }, prediction || "拒答"), bin && chip(bin)];

  const MODES = {
    run: {
      columns: [
        { title: "序", css: "c-n", sort: (row) => row.n0, cell: (row) => String(row.n0) },
        { title: "问题", css: "c-q" },
        { title: "回答", css: "c-a", cell: (row) => [given(row), !row.o && accepted(row)] },
        { title: "结果", css: "c-bin", label: "结果", cell: (row) => chip(row.b) },
        { title: "概率", css: "c-num num", label: "概率", sort: (row) => row.y, cell: (row) => percent(row.y) },
        data.score && { title: "得分", css: "c-num num", label: "得分", hint: data.measures[data.score], sort: (row) => scoreOf(row), cell: (row) => { const s = scoreOf(row); return s === undefined ? "—" : s.toFixed(2); } },
        { title: "毫秒", css: "c-num num", label: "毫秒", sort: (row) => totalOf(row), cell: (row) => ms(totalOf(row)) },
      ],
      detail,
    },
    retrieve: {
      columns: [
        { title: "序", css: "c-n", sort: (row) => row.n0, cell: (row) => String(row.n0) },
        { title: "问题", css: "c-q" },
        { title: "认可的答案", css: "c-a", cell: (row) => h("span", { class: "given" }, row.a ? row.a.slice(0, 3).join(" / ") : answersOf(row)) },
        { title: "名次", css: "c-num num", label: "名次", hint: "第一个含答案的段落", sort: (row) => (row.r ? row.r[0] : row.a ? row.n + 1 : undefined), cell: (row) => (row.r ? String(row.r[0]) : row.a ? h("span", { class: "no" }, "没找到") : "—") },
        data.score && { title: "得分", css: "c-num num", label: "得分", hint: data.measures[data.score], sort: (row) => scoreOf(row), cell: (row) => { const s = scoreOf(row); return s === undefined ? "—" : s.toFixed(2); } },
        { title: "毫秒", css: "c-num num", label: "毫秒", sort: (row) => totalOf(row), cell: (row) => ms(totalOf(row)) },
      ],
      detail,
    },
    flips: {
      columns: [
        { title: "序", css: "c-n", sort: (row) => row.n0, cell: (row) => String(row.n0) },
        { title: "变化", css: "c-bin", cell: (row) => h("span", { class: row.gain ? "ok" : "no" }, row.gain ? "▲ 改对了" : "▼ 改错了") },
        { title: "问题", css: "c-q" },
        { title: "A 的回答", css: "c-a", prefix: "A", cell: (row) => flipSide(row.pa, row.ra, row.ba, !row.gain) },
        { title: "B 的回答", css: "c-a", prefix: "B", cell: (row) => flipSide(row.pb, row.rb, row.bb, row.gain) },
      ],
    },
  };
  const mode = MODES[data.mode];
  const columns = mode.columns.filter(Boolean);
  data.rows.forEach((row, index) => {
    row.n0 = index + 1;
    const documents = (row.c || []).map((candidate) => [candidate.f, ...(candidate.h || [])].join(" "));
    row.find = [row.i, row.q, row.p, row.pa, row.pb, ...(row.a || []), ...documents].filter(Boolean).join("\n").toLowerCase();
  });

  /* ---- filters ---- */
  const state = { text: "", state: "", bin: "", kind: "", tag: "", sort: null, down: true, page: 0 };
  let shown = data.rows;
  const STATES = {
    wrong: (row) => !row.o, right: (row) => row.o, declined: (row) => row.d, answered: (row) => !row.d,
    gained: (row) => row.gain, lost: (row) => !row.gain,
  };
  function apply() {
    const parts = state.text.toLowerCase().split(/\s+/).filter(Boolean);
    shown = data.rows.filter((row) =>
      (!state.state || STATES[state.state](row)) &&
      (!state.bin || row.b === state.bin || row.ba === state.bin || row.bb === state.bin) &&
      (!state.kind || (row.k || "-") === state.kind) &&
      (!state.tag || (row.g || []).includes(state.tag)) &&
      parts.every((part) => row.find.includes(part)));
    if (state.sort) {
      const key = state.sort.sort;
      const sign = state.down ? -1 : 1;
      shown = shown.map((row) => [key(row), row]).sort(([a, x], [b, y]) => {
        if (a === undefined || b === undefined) return (a === undefined) - (b === undefined) || x.n0 - y.n0;
        return sign * (a - b) || x.n0 - y.n0;
      }).map(([, row]) => row);
    }
    state.page = 0;
    draw();
  }

  const body = h("tbody");
  const heads = columns.map((column) => {
    const css = column.css + (column.sort ? "" : " plain");
    if (!column.sort) return h("th", { class: css, scope: "col" }, column.title);
    const button = h("button", { type: "button", title: column.hint, onclick: () => {
      if (state.sort === column) state.down = !state.down;
      else [state.sort, state.down] = [column, column.css !== "c-n"];
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      heads[columns.indexOf(column)].setAttribute("aria-sort", state.down ? "descending" : "ascending");
      heads.forEach((head) => { const arrow = head.querySelector(".arrow"); if (arrow) arrow.textContent = head.hasAttribute("aria-sort") ? (state.down ? " ↓" : " ↑") : " ↕"; });
      apply();
    } }, column.title, h("span", { class: "arrow", "aria-hidden": "true" }, " ↕"));
    return h("th", { class: css, scope: "col" }, button);
  });

  function draw() {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    const start = state.page * PAGE;
    body.replaceChildren(...shown.slice(start, start + PAGE).flatMap(line));
    if (!shown.length) body.append(h("tr", {}, h("td", { class: "none", colspan: columns.length }, data.rows.length ? "没有符合条件的题，试试清除筛选。" : "这里没有题。")));
    $("found").textContent = shown.length === data.rows.length
      ? `共 ${data.rows.length.toLocaleString("en-US")} 题` + (mode.detail && shown.length ? "，点开可看上下文、候选与得分" : "")
      : `筛出 ${shown.length.toLocaleString("en-US")} 题（共 ${data.rows.length.toLocaleString("en-US")} 题）`;
    const turn = (title, page, off) => h("button", { type: "button", disabled: off, onclick: () => { state.page = page; draw(); $("questions").scrollIntoView(); } }, title);
    $("pager").replaceChildren(...(pages > 1 ? [
      turn("« 首页", 0, state.page === 0), turn("‹ 上一页", state.page - 1, state.page === 0),
      h("span", {}, `${state.page + 1} / ${pages}`),
      turn("下一页 ›", state.page + 1, state.page === pages - 1), turn("末页 »", pages - 1, state.page === pages - 1),
    ] : []));
    document.querySelectorAll("button[data-filter-bin]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.filterBin === state.bin)));
  }

  function line(row) {
    const cells = columns.map((column) => {
      const props = { class: column.css, "data-label": column.label };
      if (column.css !== "c-q") return h("td", props, column.prefix && h("span", { class: "prefix" }, column.prefix), column.cell(row));
      const under = mode.detail ? null : accepted(row);
      return h("td", props, mode.detail
        ? h("button", { type: "button", class: "opener question", "aria-expanded": "false" }, row.q)
        : h("span", { class: "question" }, row.q), under);
    });
    const top = h("tr", { class: mode.detail ? "row" : "row flat" }, cells);
    if (!mode.detail) return [top];
    const below = h("tr", { hidden: true });
    top.addEventListener("click", () => {
      const selection = getSelection();
      if (String(selection) && top.contains(selection.anchorNode)) return; // selecting words to copy doesn't open or close
      const open = below.hidden;
      if (open && !below.firstChild) below.append(h("td", { class: "detail", colspan: columns.length }, mode.detail(row)));
      below.hidden = !open;
      top.classList.toggle("open", open);
      top.querySelector(".opener").setAttribute("aria-expanded", String(open));
    });
    return [top, below];
  }

  $("rows").append(h("table", { class: "list list-" + data.mode }, h("thead", {}, h("tr", {}, heads)), body));
  for (const name of ["state", "bin", "kind", "tag"]) {
    const select = $("f-" + name);
    if (select) select.addEventListener("change", () => { state[name] = select.value; apply(); });
  }
  let wait = 0;
  $("f-text").addEventListener("input", (event) => {
    clearTimeout(wait);
    wait = setTimeout(() => { state.text = event.target.value; apply(); }, 120);
  });
  $("f-clear").addEventListener("click", () => {
    Object.assign(state, { text: "", state: "", bin: "", kind: "", tag: "" });
    for (const name of ["text", "state", "bin", "kind", "tag"]) if ($("f-" + name)) $("f-" + name).value = "";
    apply();
  });
  document.querySelectorAll("[data-filter-bin]").forEach((node) => node.addEventListener("click", () => {
    const bin = node.dataset.filterBin;
    state.bin = state.bin === bin ? "" : bin;
    if ($("f-bin")) $("f-bin").value = state.bin;
    apply();
    if (state.bin) $("questions").scrollIntoView();
  }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll(".def[open]").forEach((open) => { open.open = false; });
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll(".def[open]").forEach((open) => { if (!open.contains(event.target)) open.open = false; });
  });
  addEventListener("beforeprint", () => document.querySelectorAll("details.setup, details.more").forEach((fold) => { fold.open = true; }));
  draw();
})();
