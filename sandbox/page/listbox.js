/**
 * A list to choose from, driven by the keyboard of a field that keeps the focus (the combobox pattern).
 */
import { h, uid } from "./dom.js";

/**
 * @typedef {object} Item
 * @property {string} label
 * @property {string} [hint]
 * @property {Node} [media] an avatar, an icon
 * @property {string} [group] a heading is put before the first item of each group
 * @property {boolean} [selected]
 * @property {any} value
 */

export class Listbox {
  /** @param {{label: string, empty?: string, multiple?: boolean, onpick: (item: Item) => void}} options */
  constructor({ label, empty = "", multiple = false, onpick }) {
    this.id = uid("list");
    this.empty = empty;
    this.onpick = onpick;
    /** @type {Item[]} */
    this.items = [];
    this.active = -1;
    this.element = h("div", {
      class: "listbox",
      role: "listbox",
      id: this.id,
      "aria-label": label,
      "aria-multiselectable": multiple ? "true" : null,
    });
    // So that the field keeps the focus.
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** @param {Item[]} items @param {number} [active] */
  show(items, active = items.length ? 0 : -1) {
    this.items = items;
    let group;
    const nodes = [];
    items.forEach((item, at) => {
      if (item.group !== undefined && item.group !== group) {
        group = item.group;
        nodes.push(h("div", { class: "list-heading", role: "presentation" }, group));
      }
      nodes.push(this.option(item, at));
    });
    if (!items.length) nodes.push(h("div", { class: "list-empty", role: "presentation" }, this.empty));
    this.element.replaceChildren(...nodes);
    this.options = [...this.element.querySelectorAll("[role=option]")];
    this.activate(Math.min(active, items.length - 1), false);
  }

  option(item, at) {
    const words = h(
      "span",
      { class: "option-words" },
      h("span", { class: "option-label", dir: "auto" }, item.label),
      item.hint ? h("span", { class: "hint", dir: "auto" }, item.hint) : null,
    );
    const props = {
      role: "option",
      id: `${this.id}-${at}`,
      class: "option",
      "aria-selected": String(Boolean(item.selected)),
    };
    return h(
      "div",
      { ...props, onclick: () => this.onpick(item), onmousemove: () => this.activate(at, false) },
      item.media,
      words,
      h("span", { class: "option-mark", "aria-hidden": "true" }),
    );
  }

  activate(at, scroll = true) {
    this.options[this.active]?.classList.remove("active");
    this.active = at;
    const option = this.options[at];
    option?.classList.add("active");
    if (scroll) option?.scrollIntoView({ block: "nearest" });
    if (this.field) this.field.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  /** The field whose keys drive the list. @param {HTMLElement} field */
  attach(field) {
    this.field = field;
    field.setAttribute("aria-controls", this.id);
    this.expanded(true);
    field.setAttribute("aria-activedescendant", this.options?.[this.active]?.id ?? "");
  }

  /** Only a combobox may say so; a text area with a list may not. @param {boolean} open */
  expanded(open) {
    if (this.field?.getAttribute("role") === "combobox") this.field.setAttribute("aria-expanded", String(open));
  }

  detach() {
    this.expanded(false);
    this.field?.removeAttribute("aria-activedescendant");
    this.field?.removeAttribute("aria-controls");
    this.field = null;
  }

  /** @param {KeyboardEvent} event @returns {boolean} was the key for the list? */
  key(event) {
    const last = this.items.length - 1;
    if (last < 0) return false;
    const moves = {
      ArrowDown: this.active >= last ? 0 : this.active + 1,
      ArrowUp: this.active <= 0 ? last : this.active - 1,
      PageDown: Math.min(last, this.active + 8),
      PageUp: Math.max(0, this.active - 8),
    };
    if (event.key in moves) {
      event.preventDefault();
      this.activate(moves[event.key]);
      return true;
    }
    if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.onpick(this.items[this.active]);
      return true;
    }
    return false;
  }
}

/** Accents, capitals and the kind of apostrophe do not count when one looks for something. @param {string} text */
export function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[’ʼ]/g, "'").toLowerCase();
}
