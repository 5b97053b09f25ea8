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
.left .launch[data-said]:after{right:auto;left:0}
.away{padding:20px;border-radius:8px;background:#1d2129;color:#fff;font:14px/1.5 system-ui,sans-serif}
.away button{all:unset;display:block;margin-top:8px;padding:11px 16px;border:1px solid;border-radius:8px;cursor:pointer}
.away button:focus-visible{outline:3px solid #fff}`;
  const ICON =
    "M4 3h18a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H11l-6 5v-5H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm3 5v2h12V8zm0 4v2h8v-2z";
  const WORDS = {
    zh: ["文档问答", "暂时打不开，请稍后再试", "重试"],
    en: ["Ask the documents", "Can’t open now, please try again later", "Try again"],
  };

  // A module has no current script: then all of our tags are meant. Others' scripts may have the same name.
  const own = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  const modules = /** @type {HTMLScriptElement[]} */ ([
    ...document.querySelectorAll('script[type="module"][src*="/widget.js"]'),
  ]);
  const ours = modules.filter((one) => one.dataset.token?.startsWith("ywc_"));
  const tags = own ? [own] : ours;
  const home = new URL(".", (tags[0] ?? modules[0])?.src ?? location).href;

  /** Black or white: a contrast of 4.58 at least (WCAG 2.2). */
  function inkOn(color) {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = parseInt(color.slice(at, at + 2), 16) / 255;
      return part > 0.04045 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  }

  const silent = () => null; // whoever needed to know was told
  const chats = /** @type {any[]} */ ([]);
  /** What is to be done with the first widget once there is one. */
  const early = /** @type {((chat: any) => void)[]} */ ([]);
  /** What may be changed at any time. */
  const LOOKS = ["color", "greeting", "placeholder", "side", "suggestions", "theme", "title"];

  class Chat extends HTMLElement {
    static observedAttributes = LOOKS.flatMap((name) => [name, `data-${name}`]);
    base = home;
    ui = document.createElement("div");
    launch = document.createElement("button");
    /** Among those of the same token that are on the page: each keeps a conversation of its own. */
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
      return (wanted || navigator.language).toLowerCase().startsWith("zh") ? "zh" : "en";
    }

    connectedCallback() {
      if (!this.shadowRoot) this.#begin(); // else only moved
      chats.push(this);
      queueMicrotask(() => chats[0] && early.splice(0).forEach((call) => call(chats[0])));
    }

    disconnectedCallback() {
      chats.splice(chats.indexOf(this), 1);
    }

    attributeChangedCallback() {
      if (!this.shadowRoot) return;
      this.#untip();
      this.dress();
      this.#panel?.then((panel) => panel.looks.dress(), silent);
    }

    #begin() {
      const token = this.option("token");
      const taken = chats.filter((one) => one.option("token") === token).map((one) => one.ordinal);
      while (taken.includes(this.ordinal)) this.ordinal += 1;
      this.#untip();
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.append(this.ui);
      this.ui.style.setProperty("--z", String(parseInt(this.option("z-index") ?? "") || 2147483647));
      if (this.#inline) this.load().then(() => this.tell("ready"), silent);
      else this.#draw();
    }

    get #inline() {
      return this.option("mode") === "inline";
    }

    /** A title is our heading: as a tooltip it would hang over everything. */
    #untip() {
      const { title } = this;
      if (!title) return;
      this.removeAttribute("title");
      this.dataset.title = title;
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
      this.launch.onclick = () => this.load().then((panel) => panel.toggle(true), silent);
      this.launch.onpointerenter = () => this.load().catch(silent); // a head start
      this.launch.append(svg);
      this.ui.append(this.launch);
      this.dress();
      if ((this.option("open") ?? "false") !== "false")
        this.load().then((panel) => panel.open(false), silent);
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
          this.#regret();
          this.tell("error", { status: 0, title: "Offline", message: String(error) });
          throw error;
        });
      return this.#panel.finally(() => (this.launch.ariaBusy = null));
    }

    /** Says that it can't be opened now. */
    #regret() {
      const [, sorry, again] = WORDS[this.language];
      this.launch.ariaLabel = this.launch.dataset.said = sorry;
      if (!this.#inline) return;
      const box = document.createElement("div");
      const button = document.createElement("button");
      box.className = "away";
      box.role = "alert";
      box.append(sorry, button);
      button.type = "button";
      button.textContent = again;
      button.onclick = () => this.load().then((panel) => (this.tell("ready"), panel.open(true)), silent);
      this.ui.replaceChildren(box);
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
      const person = navigator.userActivation?.isActive ?? true; // of whom it will no longer be told after a while
      const panel = await this.load().catch(silent);
      return panel && (call === "close" ? panel.close() : panel[call](person, ...given));
    };
  }

  function place(tag) {
    const chat = /** @type {any} */ (document.createElement("yuanwen-chat"));
    for (const { name, value } of tag.attributes)
      if (name.startsWith("data-")) chat.setAttribute(name, value);
    chat.base = home;
    const { mode, target } = tag.dataset;
    const into = target && document.querySelector(target);
    if (mode !== "inline") document.documentElement.append(chat);
    else if (into) into.append(chat);
    else if (!target) tag.after(chat);
    else console.error(`Yuanwen: data-target="${target}" 没有对应的元素 (no such element)`);
  }

  /** Calls `call` of the first widget, now or as soon as there is one. */
  function later(call, given) {
    return new Promise((resolve) => early.push((chat) => resolve(chat[call](...given))));
  }

  /** The same for listening, which answers at once. */
  function laterOn(given) {
    let end = silent;
    const listen = (/** @type {any} */ chat) => (end = chat.on(...given));
    early.push(listen);
    return () => {
      if (early.includes(listen)) early.splice(early.indexOf(listen), 1);
      end();
    };
  }

  // The page's side: calls go to the first widget; those made before this script are waiting in an array.
  const page = /** @type {any} */ (window);
  if (!page.Yuanwen?.all) {
    const waiting = page.Yuanwen ?? [];
    page.Yuanwen = { all: chats, push: ([call, ...given]) => page.Yuanwen[call](...given) };
    for (const call of ["open", "close", "toggle", "ask"])
      page.Yuanwen[call] = (...given) => (chats[0] ? chats[0][call](...given) : later(call, given));
    page.Yuanwen.on = (...given) => (chats[0] ? chats[0].on(...given) : laterOn(given));
    waiting.forEach(page.Yuanwen.push);
    customElements.define("yuanwen-chat", Chat);
  }
  const go = () => tags.filter((tag) => tag.dataset.token).forEach(place);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", go);
  else go();
})();
