/** What a person was writing, channel by channel, kept by the browser: neither another channel nor a reload loses it. */

/**
 * @typedef {object} Draft
 * @property {string} text as it is shown
 * @property {[string, string][]} mentions each name shown, and the mark that it stands for
 * @property {{id: string, text: string, mentions: [string, string][]}} [correction] of that message, begun and not sent
 */

export class Drafts {
  /** @param {string} person */
  constructor(person) {
    this.key = `sandbox.drafts.${person}`;
    /** @type {Map<string, Draft>} */
    this.kept = new Map(load(this.key));
  }

  /** @param {string} channel @returns {Draft} */
  get(channel) {
    return this.kept.get(channel) ?? { text: "", mentions: [] };
  }

  /** @param {string} channel @param {Draft} draft */
  set(channel, draft) {
    if (draft.text || draft.correction) this.kept.set(channel, draft);
    else if (!this.kept.delete(channel)) return;
    try {
      localStorage.setItem(this.key, JSON.stringify([...this.kept]));
    } catch {
      // Storage refused: the drafts last as long as the page.
    }
  }
}

/** @param {string} key @returns {[string, Draft][]} */
function load(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}
