/** What a person has read, kept by the browser: the sandbox does not know who has seen what. */
import { byId } from "./discord.js";

export class Reads {
  /** @param {string} person */
  constructor(person) {
    this.key = `sandbox.reads.${person}`;
    const kept = load(this.key);
    this.fresh = kept === null;
    /** @type {Record<string, string>} */
    this.seen = kept?.seen ?? {};
    /** @type {Record<string, number>} */
    this.mentions = kept?.mentions ?? {};
  }

  /** The first time that a person is watched, what the servers already hold counts as read; direct messages do not. */
  baseline(channels) {
    if (!this.fresh) return;
    for (const channel of channels) if (channel.guild_id) this.seen[channel.id] = channel.last_message_id ?? "0";
    this.fresh = false;
    this.save();
  }

  /** @param {any} channel */
  isUnread(channel) {
    return Boolean(channel.last_message_id) && byId(this.seen[channel.id] ?? "0", channel.last_message_id) < 0;
  }

  /** @param {string} channel @param {string | null | undefined} last */
  mark(channel, last) {
    delete this.mentions[channel];
    if (last && byId(this.seen[channel] ?? "0", last) < 0) this.seen[channel] = last;
    this.save();
  }

  /** From that message on, nothing counts as read. @param {string} channel @param {string} message */
  unmark(channel, message) {
    this.seen[channel] = String(BigInt(message) - 1n);
    this.save();
  }

  /** @param {string} channel */
  mention(channel) {
    this.mentions[channel] = (this.mentions[channel] ?? 0) + 1;
    this.save();
  }

  save() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ seen: this.seen, mentions: this.mentions }));
    } catch {
      this.fresh = false; // storage refused: the marks last as long as the page
    }
  }
}

/** @param {string} key */
function load(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
