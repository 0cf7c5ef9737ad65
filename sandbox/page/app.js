/**
 * The page: one or two people side by side, the tools that belong to no one, and the address that remembers who and where.
 */
import { guidedTour, people } from "./api.js";
import { Client } from "./client.js";
import { openClock } from "./clockpanel.js";
import { h, iconButton } from "./dom.js";
import { openSwitcher } from "./switcher.js";
import { Tour } from "./tour.js";
import { openWorkshop } from "./workshop.js";

const PANES = 2;

class App {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Client[]} */
    this.clients = [];
    this.theme = readTheme();
    this.applyTheme();
  }

  async start() {
    const wanted = parsePlace(location.hash);
    const everyone = await this.somebody();
    const steps = (await guidedTour())?.steps;
    this.tour = steps ? new Tour(this, steps) : null;
    this.root.replaceChildren();
    addEventListener("keydown", (event) => this.key(event));
    const known = wanted.filter(({ person }) => everyone.some(({ user }) => user.id === person)).slice(0, PANES);
    const places = known.length ? known : [{ person: usual(everyone), channel: undefined }];
    for (const { person, channel } of places) await this.add(person, [channel], undefined, true);
    if (places.length > 1) this.redraw();
    addEventListener("hashchange", () => this.addressChanged());
    if (!wanted.length) this.tour?.offer();
  }

  /** Waits for the sandbox to answer, and for people to be there. */
  async somebody() {
    for (;;) {
      const everyone = await people().catch(() => null);
      if (everyone?.length) return everyone;
      const why = everyone
        ? "Personne ici pour l’instant. / Nobody here yet."
        : "Le bac à sable ne répond pas. / The sandbox does not answer.";
      this.root.replaceChildren(h("p", { class: "nobody", role: "status" }, why));
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }

  /**
   * @param {string} person @param {(string | undefined)[]} places @param {number} [at]
   * @param {boolean} [wanted] the places come from the address: they are worth a question
   */
  async add(person, places, at = this.clients.length, wanted = false) {
    const root = h("section");
    const old = this.clients[at];
    const client = new Client(person, root, {
      become: (other) => this.become(client, other),
      moved: () => this.remember(),
      tools: (asking) => this.tools(asking),
    });
    if (old) old.root.replaceWith(root);
    else this.root.append(root);
    old?.close();
    this.clients[at] = client;
    this.root.classList.toggle("two", this.clients.length > 1);
    await client.open(places.filter(Boolean), wanted);
    this.tour?.draw();
  }

  /** The same pane, somebody else, in the same channel where they may see it. */
  async become(client, person) {
    const at = this.clients.indexOf(client);
    await this.add(person, client.guildId ? [client.thread?.id, client.channel?.id] : [], at);
    this.clients[at].root.querySelector(".person")?.focus();
  }

  async split() {
    if (this.clients.length > 1) {
      const last = this.clients.pop();
      last.close();
      last.root.remove();
      this.root.classList.remove("two");
    } else {
      const everyone = await people();
      const [first] = this.clients;
      const others = everyone.filter(({ user }) => user.id !== first.store.user.id);
      if (others.length) await this.add(usual(others), first.guildId ? [first.channel?.id] : []);
    }
    this.redraw();
    this.remember();
  }

  /** Ctrl+K, wherever one is in the page; and letters typed where nothing takes them go where one writes. @param {KeyboardEvent} event */
  key(event) {
    const command = event.ctrlKey || event.metaKey;
    if (event.altKey || document.querySelector("dialog[open]")) return;
    const here = this.clients.find((client) => client.root.contains(event.target)) ?? this.clients[0];
    if (!here?.frame) return;
    if (command && !event.shiftKey && event.key === "k") {
      event.preventDefault();
      openSwitcher(here);
    } else if (!command && event.key.length === 1 && event.key !== " " && takesNoLetter(event.target))
      here.composerNear(event.target)?.focus();
  }

  redraw() {
    for (const client of this.clients) {
      client.frame.drawHead();
      client.frame.drawMembers();
    }
  }

  /** @param {Client} client @returns {(HTMLElement | null)[]} tour, clock, language, theme, second pane: on the last pane only, but the language is each one's own */
  tools(client) {
    const { words } = client;
    const language = h(
      "button",
      {
        type: "button",
        class: "icon-button language",
        "aria-label": words.t("change_language"),
        title: words.t("change_language"),
        onclick: () => this.switchLanguage(client),
      },
      h("span", { "aria-hidden": "true" }, words.language === "fr" ? "EN" : "FR"),
    );
    if (client !== this.clients[this.clients.length - 1]) return [language];
    const two = this.clients.length > 1;
    const tour = this.tour
      ? iconButton("compass", words.t("tour"), () => this.tour.show(), { class: "tour-button" })
      : null;
    return [
      tour,
      iconButton("bolt", words.t("workshop"), () => openWorkshop(client), { class: "workshop-button" }),
      iconButton("clock", words.t("clock"), (event) => openClock(client, event.currentTarget)),
      language,
      iconButton(this.dark ? "sun" : "moon", words.t(this.dark ? "light" : "dark"), () => this.switchTheme()),
      iconButton("split", words.t(two ? "close_pane" : "open_pane"), () => this.split(), {
        class: "split-button",
        "aria-pressed": String(two),
      }),
    ];
  }

  async switchLanguage(client) {
    await client.notices.attempt(async () => {
      await client.store.api.patch("/me", { locale: client.words.language === "fr" ? "en-GB" : "fr" });
      await this.become(client, client.store.user.id);
    });
  }

  // --- theme ---------------------------------------------------------------------------------------------------------

  get dark() {
    return this.theme ? this.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  switchTheme() {
    this.theme = this.dark ? "light" : "dark";
    try {
      localStorage.setItem("sandbox.theme", this.theme);
    } catch {
      // Storage refused: the choice lasts as long as the page.
    }
    this.applyTheme();
    this.redraw();
  }

  applyTheme() {
    if (this.theme) document.documentElement.dataset.theme = this.theme;
  }

  // --- address -------------------------------------------------------------------------------------------------------

  /** `#person/channel` for each pane, joined by a plus. */
  remember() {
    const place = this.clients
      .map((client) => [client.store.user?.id, client.thread?.id ?? client.channel?.id].filter(Boolean).join("/"))
      .join("+");
    if (`#${place}` !== location.hash) history.replaceState(null, "", `#${place}`);
    document.title =
      this.clients
        .map((client) => (client.channel ? client.titleOf(client.channel) : ""))
        .filter(Boolean)
        .join(" | ") || "Sandbox";
    document.documentElement.lang = this.clients[0]?.words?.language ?? "fr";
  }

  async addressChanged() {
    const wanted = parsePlace(location.hash);
    for (const [at, { person, channel }] of wanted.slice(0, PANES).entries()) {
      const client = this.clients[at];
      if (!client || client.store.user.id !== person) await this.add(person, [channel], at, true);
      else if (channel && channel !== (client.thread?.id ?? client.channel?.id)) await client.openChannel(channel);
    }
  }
}

/** @param {EventTarget | null} target */
function takesNoLetter(target) {
  return target === document.body || (target instanceof Element && target.matches(".scroller, .message"));
}

/** @param {string} hash @returns {{person: string, channel: string | undefined}[]} */
function parsePlace(hash) {
  return hash
    .slice(1)
    .split("+")
    .filter(Boolean)
    .map((pane) => pane.split("/"))
    .map(([person, channel]) => ({ person, channel }));
}

/** Who one is at first: an ordinary person of a server, not its owner nor somebody who is nowhere. */
function usual(everyone) {
  const holder =
    everyone.find(({ guilds }) => guilds.some(({ roles }) => roles.length)) ??
    everyone.find(({ guilds }) => guilds.length) ??
    everyone[0];
  return holder.user.id;
}

function readTheme() {
  try {
    return localStorage.getItem("sandbox.theme");
  } catch {
    return null;
  }
}

await new App(document.getElementById("app")).start();
