/**
 * The messages of a channel. Only a window of them is in the page at any time, so that a channel with 50,000 messages scrolls like one with fifty.
 */
import { instant } from "./discord.js";
import { h, icon } from "./dom.js";
import { continues, messageView } from "./message.js";
import { UnreadBar, beginsUnread, firstAfter } from "./unread.js";

const STEP = 40;
const MOST = 160;
const NEAR = 400;

export class MessageList {
  /** @param {any} client @param {any} channel @param {{intro: HTMLElement}} options */
  constructor(client, channel, { intro }) {
    this.client = client;
    this.channel = channel;
    this.timeline = client.store.timeline(channel.id);
    this.failures = new Map();
    this.start = 0;
    this.end = 0;
    this.intro = intro;
    this.list = h("ol", {
      class: "messages",
      "aria-label": client.words.t("messages_of", { name: channel.name ?? "" }),
    });
    this.newer = h(
      "button",
      { type: "button", class: "newer", hidden: true, onclick: () => this.toBottom() },
      icon("down"),
      client.words.t("jump_latest"),
    );
    this.scroller = h(
      "div",
      {
        class: "scroller",
        role: "log",
        tabindex: 0,
        "aria-label": client.words.t("messages_of", { name: channel.name ?? "" }),
      },
      intro,
      this.list,
    );
    this.bar = new UnreadBar(client, this.timeline, { go: () => this.toUnread(), read: () => this.readAll() });
    this.element = h("div", { class: "message-area" }, this.bar.element, this.scroller, this.newer);
    this.toolbar = client.actions.toolbar();
    this.firstUnread = client.store.reads.isUnread(channel) ? (client.store.reads.seen[channel.id] ?? null) : null;
    this.listen();
  }

  listen() {
    const { store } = this.client;
    this.stops = [
      store.on(`messages:${this.channel.id}`, (change) => {
        this.changed(change);
        this.showBar();
      }),
      store.on("failure", ({ message, text }) => this.fail(message, text)),
      store.on("open", () => this.draw()),
      store.on(`commands:${this.channel.id}`, () => this.named()),
    ];
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.list.addEventListener("pointerover", (event) => this.point(event.target.closest(".message")));
    this.list.addEventListener("focusin", (event) => this.point(event.target.closest(".message")));
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.scroller.addEventListener("keydown", (event) => this.enter(event));
    this.client.actions.listen(this.list, (id) => this.timeline.get(id));
    this.resizing = new ResizeObserver(() => this.stuck && this.scrollDown());
    this.resizing.observe(this.scroller);
    this.resizing.observe(this.list);
  }

  async open() {
    this.stuck = true;
    if (!this.timeline.loaded) await this.client.store.loadOlder(this.channel.id);
    const place = this.client.reading.get(this.channel.id);
    if (place && this.timeline.get(place.id) && !this.client.store.reads.isUnread(this.channel)) this.comeBack(place);
    else this.toBottom();
    this.showBar();
  }

  /** Where the person was reading when they went elsewhere. */
  comeBack({ id, top }) {
    this.stuck = false;
    const at = this.timeline.position(id);
    this.window(at - STEP, at + STEP);
    this.scroller.scrollTop += this.node(id).getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - top;
    this.newer.hidden = false;
  }

  close() {
    const anchor = this.stuck ? null : this.anchor();
    const top = this.scroller.getBoundingClientRect().top;
    if (anchor) this.client.reading.set(this.channel.id, { id: anchor.id, top: anchor.top - top });
    else this.client.reading.delete(this.channel.id);
    for (const stop of this.stops) stop();
    this.resizing.disconnect();
  }

  /** @param {{kind: string, id?: string}} change */
  changed(change) {
    if (change.kind === "changed") return this.redraw(change.id);
    if (change.kind === "older") return undefined;
    if (change.kind === "removed") return this.removed(change.id);
    const message = this.timeline.get(change.id);
    if (message?.author.id === this.client.store.user.id) this.kept = false; // who answers has read
    if (this.answersMe(message)) return this.showAnswer();
    const atEnd = this.end >= this.timeline.messages.length - 1;
    if (atEnd && this.stuck) return this.added();
    if (atEnd) this.window(this.start, this.timeline.messages.length);
    this.newer.hidden = false;
    return undefined;
  }

  /** What one's own click or command brings is shown, wherever one was reading: a click that shows nothing looks broken. */
  answersMe(message) {
    const asked = message?.interaction_metadata ?? message?.interaction;
    return !this.stuck && asked?.user?.id === this.client.store.user.id;
  }

  /** The focus goes along from what was clicked: the next Tab is in the answer. */
  showAnswer() {
    const inside = this.list.contains(document.activeElement);
    this.toBottom();
    if (inside) this.list.lastElementChild?.focus({ preventScroll: true });
  }

  /** The usual case, one more at the end, must not redraw the rest. */
  added() {
    const { messages } = this.timeline;
    const id = messages[messages.length - 1].id;
    if (this.end === messages.length - 1 && this.list.lastElementChild?.dataset.id === messages[this.end - 1]?.id) {
      this.end += 1;
      this.list.append(...this.rows(this.end - 1, this.end));
      if (this.end - this.start > MOST) this.window(this.end - STEP * 2, this.end);
    } else this.window(Math.max(0, messages.length - STEP * 2), messages.length);
    this.scrollDown();
    this.seen();
    return id;
  }

  removed(id) {
    const focused = this.node(id)?.contains(document.activeElement);
    this.failures.delete(id);
    this.window(this.start, Math.min(this.end, this.timeline.messages.length));
    if (focused) (this.list.lastElementChild ?? this.scroller).focus();
  }

  node(id) {
    return this.list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  /**
   * Puts another range of messages in the page without moving what the reader looks at. Rows that stay are not touched.
   * @param {number} start @param {number} end @param {boolean} [fresh] draw all of them again
   */
  window(start, end, fresh = false) {
    const anchor = this.anchor();
    this.start = Math.max(0, start);
    this.end = Math.min(this.timeline.messages.length, end);
    this.drawn = new Map(fresh ? [] : [...this.list.children].map((node) => [node.dataset.key, node]));
    this.place(this.rows(this.start, this.end));
    this.drawn = null;
    this.intro.hidden = this.start > 0 || this.timeline.hasOlder;
    const kept = anchor && this.node(anchor.id);
    if (kept) this.scroller.scrollTop += kept.getBoundingClientRect().top - anchor.top;
  }

  /** @param {HTMLElement[]} rows */
  place(rows) {
    const staying = new Set(rows);
    for (const node of [...this.list.children]) if (!staying.has(node)) node.remove();
    let next = this.list.firstElementChild;
    for (const row of rows) {
      if (row === next) next = next.nextElementSibling;
      else this.list.insertBefore(row, next);
    }
  }

  anchor() {
    const top = this.scroller.getBoundingClientRect().top;
    for (const row of this.list.querySelectorAll(".message")) {
      const box = row.getBoundingClientRect();
      if (box.bottom > top) return { id: row.dataset.id, top: box.top };
    }
    return null;
  }

  rows(start, end) {
    const nodes = [];
    for (let at = start; at < end; at += 1) {
      const message = this.timeline.messages[at];
      const before = this.timeline.messages[at - 1];
      const newDay = !before || !this.client.times.sameDay(instant(before.id), instant(message.id));
      if (newDay) nodes.push(this.divider(`day-${message.id}`, this.client.times.show(instant(message.id), "D")));
      const firstNew = beginsUnread(before, message, this.firstUnread) && (before || !this.timeline.hasOlder);
      if (firstNew) nodes.push(this.divider("new", this.client.words.t("new_messages"), "new"));
      nodes.push(this.row(message, !newDay && !firstNew && continues(message, before)));
    }
    return nodes;
  }

  row(message, grouped) {
    const drawn = this.drawn?.get(message.id);
    if (drawn && drawn.classList.contains("grouped") === grouped) return drawn;
    const row = messageView(message, this.client, { grouped, failure: this.failures.get(message.id) });
    row.dataset.key = message.id;
    return row;
  }

  divider(key, text, extra = "") {
    return this.drawn?.get(key) ?? h("li", { class: `divider ${extra}`, data: { key } }, h("span", {}, text));
  }

  /** Keeps the focus on the same control when a message is drawn again, so that a keyboard user is not thrown out. */
  redraw(id) {
    const old = this.node(id);
    const message = this.timeline.get(id);
    if (!old || !message) return;
    const controls = (row) => [...row.querySelectorAll("button, a, input, [tabindex='0']")];
    const at = old.contains(document.activeElement) ? controls(old).indexOf(document.activeElement) : -2;
    if (old.contains(this.toolbar)) this.toolbar.remove();
    const fresh = this.row(message, old.classList.contains("grouped"));
    old.replaceWith(fresh);
    if (at !== -2) (controls(fresh)[at] ?? fresh).focus();
    if (this.stuck) this.scrollDown();
  }

  draw() {
    this.window(this.start, this.end, true);
  }

  /** The commands' names are known now; messages that tell of one are drawn again, once. */
  named() {
    if (this.knowsNames) return;
    this.knowsNames = true;
    for (const message of this.timeline.messages.slice(this.start, this.end))
      if (message.interaction_metadata?.name) this.redraw(message.id);
  }

  fail(id, text) {
    if (text) this.failures.set(id, text);
    else if (!this.failures.delete(id)) return;
    this.redraw(id);
  }

  // --- scrolling -----------------------------------------------------------------------------------------------------

  toBottom() {
    const { length } = this.timeline.messages;
    this.window(length - STEP * 2, length);
    this.scrollDown();
    this.newer.hidden = true;
    this.seen();
  }

  /** To the end; but a last message taller than the view is shown from its beginning, which is where one reads it. */
  scrollDown() {
    this.stuck = true;
    const last = this.list.lastElementChild;
    const tall = last && last.offsetHeight > this.scroller.clientHeight;
    this.scroller.scrollTop = tall ? last.offsetTop : this.scroller.scrollHeight;
  }

  async scrolled() {
    this.showBar();
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    const atEnd = this.end >= this.timeline.messages.length;
    this.stuck = atEnd && below < 40;
    if (this.stuck) {
      this.newer.hidden = true;
      this.seen();
    } else if (below > NEAR * 2) this.newer.hidden = false;
    if (scrollTop < NEAR) await this.older();
    else if (below < NEAR && !atEnd) this.window(Math.max(this.start, this.end + STEP - MOST), this.end + STEP);
  }

  async older() {
    if (this.start > 0) return this.window(this.start - STEP, Math.min(this.end, this.start - STEP + MOST));
    if (!this.timeline.hasOlder || this.fetching) return undefined;
    this.fetching = true;
    const known = this.timeline.messages.length;
    await this.client.store.loadOlder(this.channel.id);
    const more = this.timeline.messages.length - known;
    this.window(0, Math.min(this.end + more, MOST));
    this.fetching = false;
    return undefined;
  }

  seen() {
    if (document.visibilityState === "visible" && !this.kept) this.client.store.markRead(this.channel.id);
  }

  // --- unread --------------------------------------------------------------------------------------------------------

  /** Somebody has just said that they have not read: being there does not count. @param {string} id of the message */
  keepUnread(id) {
    const inside = this.list.contains(document.activeElement);
    this.kept = true;
    this.firstUnread = this.client.store.reads.seen[this.channel.id];
    this.window(this.start, this.end);
    if (inside && !this.list.contains(document.activeElement)) this.node(id)?.focus({ preventScroll: true });
    this.showBar();
  }

  showBar() {
    if (this.firstUnread === null) return this.bar.show(null, false);
    const line = this.list.querySelector(".divider.new");
    const { top, bottom } = this.scroller.getBoundingClientRect();
    const at = line?.getBoundingClientRect().top;
    return this.bar.show(this.firstUnread, at !== undefined && at >= top - 1 && at < bottom);
  }

  async toUnread() {
    const { timeline, firstUnread } = this;
    for (let tries = 0; tries < 20 && timeline.hasOlder && firstAfter(timeline, firstUnread) === 0; tries += 1)
      await this.client.store.loadOlder(this.channel.id);
    this.stuck = false;
    const at = firstAfter(timeline, firstUnread);
    this.window(at - STEP, at + STEP);
    this.node(timeline.messages[at].id)?.focus({ preventScroll: true });
    this.list.querySelector(".divider.new")?.scrollIntoView();
    this.showBar();
  }

  readAll() {
    this.kept = false;
    this.firstUnread = null;
    this.client.store.markRead(this.channel.id);
    this.window(this.start, this.end);
    this.showBar();
    this.client.focusComposer(this.channel.id);
  }

  /** @param {string} id */
  async jump(id) {
    for (let tries = 0; tries < 20 && !this.timeline.get(id) && this.timeline.hasOlder; tries += 1)
      await this.client.store.loadOlder(this.channel.id);
    const at = this.timeline.position(id);
    this.window(at - STEP, at + STEP);
    const row = this.node(id);
    row?.scrollIntoView({ block: "center" });
    row?.focus();
  }

  // --- pointer and keys ----------------------------------------------------------------------------------------------

  /** One toolbar for all messages, lent to the one that is pointed at. */
  point(row) {
    if (!row || row.contains(this.toolbar) || row.querySelector(".system-line")) return;
    const message = this.timeline.get(row.dataset.id);
    if (message) row.append(this.client.actions.toolbar(this.toolbar, message));
  }

  key(event) {
    const row = event.target.closest(".message");
    if (!row || event.target !== row) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) {
      event.preventDefault();
      const rows = [...this.list.querySelectorAll(".message")];
      rows[rows.indexOf(row) + step]?.focus();
    } else if (event.key === "Escape") this.client.focusComposer(this.channel.id);
    else if (event.key === "Enter") this.client.actions.open(this.timeline.get(row.dataset.id), row);
  }

  /** From the frame around the messages, the arrows go in. */
  enter(event) {
    if (event.target !== this.scroller || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    this.focusLast();
  }

  focusLast() {
    const rows = this.list.querySelectorAll(".message");
    rows[rows.length - 1]?.focus();
  }
}
