/** The messages of one channel that are loaded, oldest first, each once. */
import { byId } from "./discord.js";

export class Timeline {
  constructor() {
    /** @type {any[]} */
    this.messages = [];
    this.loaded = false;
    this.hasOlder = true;
  }

  /** @param {any} message @returns {"added" | "changed"} */
  upsert(message) {
    const at = this.position(message.id);
    if (this.messages[at]?.id === message.id) {
      this.messages[at] = { ...this.messages[at], ...message };
      return "changed";
    }
    this.messages.splice(at, 0, message);
    return "added";
  }

  /** @param {string} id @returns {any | undefined} */
  get(id) {
    const found = this.messages[this.position(id)];
    return found?.id === id ? found : undefined;
  }

  /** @param {string} id @returns {boolean} */
  remove(id) {
    const at = this.position(id);
    if (this.messages[at]?.id !== id) return false;
    this.messages.splice(at, 1);
    return true;
  }

  /** @param {string} id @returns {number} where it is, or would be */
  position(id) {
    let low = 0;
    let high = this.messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byId(this.messages[middle].id, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
