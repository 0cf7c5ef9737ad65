/**
 * The guided tour: a card beside the chat, which stays usable. Each step says what to do, goes where it is done and shows the
 * button for it.
 */
import { Api, people } from "./api.js";
import { Channel } from "./discord.js";
import { append, h, icon, iconButton } from "./dom.js";
import { render } from "./markdown.js";

const SEEN = "sandbox.tour";
const LOOK_EVERY = 400;

export class Tour {
  /** @param {any} app @param {any[]} steps */
  constructor(app, steps) {
    Object.assign(this, { app, steps, at: 0 });
    this.element = h("aside", { class: "tour", hidden: true });
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.close();
    });
    document.body.append(this.element);
  }

  get client() {
    return this.app.clients[0];
  }

  /** At the first visit only, and without taking the focus. */
  offer() {
    if (!seen()) this.open();
  }

  /** Asked for: from the beginning again, once finished. */
  show() {
    if (this.at === this.steps.length - 1) this.at = 0;
    this.open();
    this.element.querySelector("h2").focus();
  }

  open() {
    this.element.hidden = false;
    this.draw();
    clearInterval(this.looking);
    this.looking = setInterval(() => this.point(), LOOK_EVERY);
  }

  close() {
    const inside = this.element.contains(document.activeElement);
    this.element.hidden = true;
    clearInterval(this.looking);
    this.point();
    remember();
    if (inside) document.querySelector(".tour-button")?.focus();
  }

  /** @param {number} by */
  async go(by) {
    const to = this.at + by;
    if (to < 0) return;
    if (to >= this.steps.length) {
      this.close();
      return;
    }
    this.at = to;
    await this.travel(this.steps[to]);
    this.draw();
    this.reveal();
    this.element.querySelector("h2").focus();
  }

  /** Shows what is pointed at, where it is out of sight or behind the card: the latest, which is the one to use. */
  reveal() {
    const card = this.element.getBoundingClientRect();
    const seen = (box) => box.width && box.top >= 52 && box.bottom <= innerHeight;
    const behind = (box) =>
      box.left < card.right && box.right > card.left && box.top < card.bottom && box.bottom > card.top;
    const pointed = [...document.querySelectorAll(".message .pointed")];
    if (!pointed.length) return;
    const boxes = pointed.map((node) => node.getBoundingClientRect());
    if (boxes.some((box) => seen(box) && !behind(box))) return;
    pointed.at(-1).scrollIntoView({ block: card.top < innerHeight / 4 ? "end" : "start" });
  }

  /** Becomes the person of the step, where it happens; whoever reads goes on reading the same language. */
  async travel({ person, channel }) {
    const { locale, language } = this.client.words;
    if (person && person !== this.client.store.user.global_name) {
      const found = (await people()).find(({ user }) => user.global_name === person);
      if (found && !found.locale.startsWith(language)) await new Api(found.user.id).patch("/me", { locale });
      if (found) await this.app.become(this.client, found.user.id);
    }
    if (channel) {
      const { store } = this.client;
      const isPlace = (each) => each.name === channel && each.guild_id && each.type !== Channel.CATEGORY;
      const place =
        [...store.channels.values()].find(isPlace) ??
        store.dms().find((each) => this.client.titleOf(each) === channel);
      if (place) await this.client.openChannel(place.id);
    }
  }

  draw() {
    if (this.element.hidden || !this.client?.words) return;
    const { words } = this.client;
    const focused = this.element.contains(document.activeElement);
    const { title, text } = this.steps[this.at];
    const last = this.at === this.steps.length - 1;
    const next = words.t(last ? "tour_done" : this.at ? "tour_next" : "tour_start");
    const button = (label, by, kind) =>
      h("button", { type: "button", class: `button ${kind}`, onclick: () => this.go(by) }, label);
    this.element.lang = words.language;
    this.element.setAttribute("aria-label", words.t("tour"));
    this.element.replaceChildren();
    append(this.element, [
      h(
        "header",
        { class: "tour-head" },
        icon("compass"),
        h("h2", { tabindex: -1 }, title[words.language]),
        iconButton("close", words.t("close"), () => this.close(), { class: "tiny" }),
      ),
      h("div", { class: "tour-text markdown" }, render(text[words.language], this.client.markdown(null))),
      h(
        "footer",
        { class: "tour-foot" },
        h("p", { class: "hint" }, words.t("tour_step", { n: this.at + 1, max: this.steps.length })),
        this.at ? button(words.t("tour_back"), -1, "secondary") : null,
        button(next, 1, "primary"),
      ),
    ]);
    if (focused) this.element.querySelector("h2").focus();
    this.point();
  }

  /** Views redraw as they like: what is pointed at is looked for again and again. */
  point() {
    const wanted = this.element.hidden ? [] : (this.steps[this.at].point ?? []);
    const names = wanted.map((point) => point[this.client?.words?.language ?? "fr"]);
    const says = (node) => node.getAttribute("aria-label") ?? node.textContent;
    for (const node of document.querySelectorAll("#app button, #app textarea"))
      node.classList.toggle(
        "pointed",
        names.some((name) => says(node).trim().startsWith(name)),
      );
  }
}

function seen() {
  try {
    return localStorage.getItem(SEEN) === "seen";
  } catch {
    return false;
  }
}

function remember() {
  try {
    localStorage.setItem(SEEN, "seen");
  } catch {
    // Storage refused: it will be offered again.
  }
}
