// What a host page loads: draws the button; the rest (panel.js) comes once somebody wants it. See docs/widget.md.
(() => {
  // Among "!important" rules those of a shadow tree win over the page's own.
  const STYLE = `:host{all:initial!important;display:block!important;position:absolute!important;direction:ltr!important}
:host([mode=inline]),:host([data-mode=inline]){position:relative!important;height:100%!important}
@media print{:host{display:none!important}}
.launch{all:unset;position:fixed;z-index:var(--z);bottom:max(20px,env(safe-area-inset-bottom));right:max(20px,env(safe-area-inset-right));box-sizing:border-box;width:56px;height:56px;padding:15px;border-radius:50%;cursor:pointer;box-shadow:0 4px 18px #0f172a47}
.left .launch{right:auto;left:max(20px,env(safe-area-inset-left))}
.launch:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 5px #000}
.launch[aria-busy=true]{opacity:.6}
.launch[data-said]:after{content:attr(data-said);position:absolute;bottom:68px;right:0;padding:8px 12px;border-radius:8px;background:#1d2129;color:#fff;font:14px/1.5 system-ui,sans-serif;white-space:nowrap}
.left .launch[data-said]:after{right:auto;left:0}`;
  const ICON =
    "M4 3h18a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H11l-6 5v-5H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm3 5v2h12V8zm0 4v2h8v-2z";
  const WORDS = {
    zh: ["文档问答", "暂时打不开，请稍后再试"],
    en: ["Ask the documents", "Can’t open now, please try again later"],
  };

  // A module has no current script: then all of our tags are meant.
  const own = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  const tags = own
    ? [own]
    : /** @type {any[]} */ ([...document.querySelectorAll('script[src*="/widget.js"]')]);
  const home = new URL(".", tags[0]?.src ?? location).href;

  /** Black or white: a contrast of 4.58 at least (WCAG 2.2). */
  function inkOn(color) {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = parseInt(color.slice(at, at + 2), 16) / 255;
      return part > 0.04045 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  }

  const silent = () => {}; // whoever needed to know was told
  const chats = [];
  const early = [];
  const seen = {};

  class Chat extends HTMLElement {
    base = home;
    ui = document.createElement("div");
    launch = document.createElement("button");
    /** Among those of the same token, in the page's order: each keeps a conversation of its own. */
    ordinal = 0;
    /** What the channel says of the looks. */
    appearance = /** @type {any} */ ({});
    #panel = /** @type {Promise<any> | null} */ (null);
    #failures = 0;

    /** An attribute, with or without "data-". */
    option(name) {
      return this.getAttribute(name) ?? this.getAttribute(`data-${name}`);
    }

    get language() {
      const wanted = (this.option("lang") ?? "auto").replace("auto", document.documentElement.lang);
      return (wanted || navigator.language).startsWith("zh") ? "zh" : "en";
    }

    connectedCallback() {
      chats.push(this);
      if (this.shadowRoot) return; // only moved
      const token = this.option("token");
      this.ordinal = seen[token] = (seen[token] ?? -1) + 1;
      if (this.title) this.dataset.title = this.title; // as a tooltip it would hang over everything
      this.removeAttribute("title");
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.append(this.ui);
      this.ui.style.setProperty("--z", String(parseInt(this.option("z-index") ?? "") || 2147483647));
      const inline = this.option("mode") === "inline";
      if (inline) this.load().then(() => this.tell("ready"), silent);
      else this.#draw();
      queueMicrotask(() => early.splice(0).forEach(([call, ...given]) => this[call](...given)));
    }

    disconnectedCallback() {
      chats.splice(chats.indexOf(this), 1);
    }

    #draw() {
      const [svg, path] = ["svg", "path"].map((tag) =>
        document.createElementNS("http://www.w3.org/2000/svg", tag),
      );
      svg.setAttribute("viewBox", "0 0 26 26");
      path.setAttribute("d", ICON);
      path.setAttribute("fill", "currentColor");
      svg.append(path);
      this.launch.type = "button";
      this.launch.className = "launch";
      this.launch.ariaExpanded = "false";
      this.launch.onclick = () => this.load().then((panel) => panel.toggle(), silent);
      this.launch.onpointerenter = () => this.load().catch(silent); // a head start
      this.launch.append(svg);
      this.ui.append(this.launch);
      this.dress();
      if ((this.option("open") ?? "false") !== "false") this.load().then((panel) => panel.open(), silent);
      queueMicrotask(() => this.tell("ready"));
      const headers = { Authorization: `Bearer ${this.option("token")}` };
      fetch(`${this.base}v1/widget/appearance`, { headers })
        .then(async (response) => response.ok && this.dress(await response.json()))
        .catch(silent); // opening it will tell what is wrong
    }

    /** Colour, side and name of the button. */
    dress(appearance = this.appearance) {
      this.appearance = appearance;
      const wished = (name) => this.option(name) ?? appearance[name];
      const color = [wished("color"), "#1a56db"].find((one) => /^#[\da-f]{6}$/i.test(one));
      Object.assign(this.launch.style, { background: color, color: inkOn(color) });
      this.ui.classList.toggle("left", wished("side") === "left");
      const title = wished("title") ?? WORDS.zh[0];
      this.launch.ariaLabel = title === WORDS.zh[0] ? WORDS[this.language][0] : title;
    }

    load() {
      this.launch.ariaBusy = "true";
      delete this.launch.dataset.said;
      // Some browsers remember that a module couldn't be loaded.
      this.#panel ??= import(`${this.base}static/widget/panel.js?${this.#failures || ""}`)
        .then((module) => module.start(this))
        .catch((error) => {
          this.#panel = null;
          this.#failures += 1;
          this.launch.ariaLabel = this.launch.dataset.said = WORDS[this.language][1];
          this.tell("error", { status: 0, title: "Offline", message: String(error) });
          throw error;
        });
      return this.#panel.finally(() => (this.launch.ariaBusy = null));
    }

    /** Tells the page. */
    tell(event, detail = {}) {
      this.dispatchEvent(new CustomEvent(`yuanwen:${event}`, { detail, bubbles: true, composed: true }));
    }

    /** Calls `handler` with the details; what it returns ends that. */
    on(event, handler) {
      const listener = (/** @type {any} */ happened) => handler(happened.detail);
      this.addEventListener(`yuanwen:${event}`, listener);
      return () => this.removeEventListener(`yuanwen:${event}`, listener);
    }
  }
  for (const call of ["open", "close", "toggle", "ask"]) {
    /** Resolves once it is done: with the answer where one was asked for, null where none came. */
    Chat.prototype[call] = async function (...given) {
      return (await this.load())[call](...given);
    };
  }

  function place(tag) {
    const chat = /** @type {any} */ (document.createElement("yuanwen-chat"));
    for (const { name, value } of tag.attributes)
      if (name.startsWith("data-")) chat.setAttribute(name, value);
    chat.base = home;
    const { mode, target } = tag.dataset;
    if (mode !== "inline") document.documentElement.append(chat);
    else if (target) document.querySelector(target).append(chat);
    else tag.after(chat);
  }

  // The page's side: calls go to the first widget; those made before this script are waiting in an array.
  const page = /** @type {any} */ (window);
  if (!page.Yuanwen?.all) {
    early.push(...(page.Yuanwen ?? []));
    page.Yuanwen = { all: chats, push: ([call, ...given]) => page.Yuanwen[call](...given) };
    for (const call of ["open", "close", "toggle", "ask", "on"])
      page.Yuanwen[call] = (...given) => (chats[0] ? chats[0][call](...given) : early.push([call, ...given]));
    customElements.define("yuanwen-chat", Chat);
  }
  const go = () => tags.filter((tag) => tag.dataset.token).forEach(place);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", go);
  else go();
})();
