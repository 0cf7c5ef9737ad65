/** Above the messages, while the first unread one is out of sight: how many, since when, the way there, the way out. */
import { byId } from "./discord.js";
import { h, icon } from "./dom.js";

export class UnreadBar {
  /** @param {any} client @param {import("./timeline.js").Timeline} timeline @param {{go: () => void, read: () => void}} does */
  constructor(client, timeline, { go, read }) {
    this.client = client;
    this.timeline = timeline;
    this.words = h("button", { type: "button", class: "unread-words", onclick: go });
    const done = h(
      "button",
      { type: "button", class: "unread-done", onclick: read },
      client.words.t("mark_read"),
      icon("check"),
    );
    this.element = h("div", { class: "unread-bar", hidden: true }, this.words, done);
  }

  /** @param {string | null} seen the last message that counts as read @param {boolean} inSight is the first unread one? */
  show(seen, inSight) {
    const { client, timeline } = this;
    const from = seen === null ? timeline.messages.length : firstAfter(timeline, seen);
    const first = timeline.messages[from];
    this.element.hidden = !first || inSight;
    if (this.element.hidden) return;
    const n = timeline.messages.length - from;
    const since = client.times.stamp(Date.parse(first.timestamp));
    const more = from === 0 && timeline.hasOlder;
    this.words.textContent = client.words.t(more ? "unread_more" : "unread_since", { n, since });
  }
}

/** @param {import("./timeline.js").Timeline} timeline @param {string} seen @returns {number} where the first unread message is */
export function firstAfter(timeline, seen) {
  const at = timeline.position(seen);
  return timeline.messages[at]?.id === seen ? at + 1 : at;
}

/** @param {any | undefined} before @param {any} message @param {string | null} seen @returns {boolean} is it the first unread one? */
export function beginsUnread(before, message, seen) {
  return seen !== null && byId(message.id, seen) > 0 && (!before || byId(before.id, seen) <= 0);
}
