/**
 * One option of a command being written: a labelled field with its list of choices.
 */
import { shownDescription, shownName } from "./commands.js";
import { Kind, Option } from "./discord.js";
import { h, iconButton, uid } from "./dom.js";
import { Listbox, fold } from "./listbox.js";
import { choicesOf, matching } from "./select.js";

const PEOPLE_AND_PLACES = {
  [Option.USER]: Kind.USER_SELECT,
  [Option.ROLE]: Kind.ROLE_SELECT,
  [Option.MENTIONABLE]: Kind.MENTIONABLE_SELECT,
  [Option.CHANNEL]: Kind.CHANNEL_SELECT,
};
const PAUSE = 120;

export class OptionField {
  /**
   * @param {any} option
   * @param {{client: any, guildId?: string, place: () => HTMLElement, suggest: (field: OptionField) => Promise<any[]>, onenter: () => void, onpicked: (field: OptionField) => void, onleave: () => void, onremove?: () => void}} hooks
   */
  constructor(option, hooks) {
    this.option = option;
    this.hooks = hooks;
    this.chosen = null;
    this.file = null;
    const { words } = hooks.client;
    const description = shownDescription(option);
    const hint = h("span", { class: "visually-hidden", id: uid("option-hint") }, description);
    this.problem = h("span", { class: "option-problem", role: "alert" });
    this.input = this.makeInput(hint.id);
    const mark = option.required
      ? h(
          "span",
          { class: "required", title: words.t("required") },
          "*",
          h("span", { class: "visually-hidden" }, ` ${words.t("required")}`),
        )
      : null;
    const remove = hooks.onremove
      ? iconButton("close", words.t("remove_option", { name: shownName(option) }), hooks.onremove, { class: "tiny" })
      : null;
    const label = h("label", { class: "chip-label", for: this.input.id, title: description }, shownName(option), mark);
    this.element = h("div", { class: "option-chip" }, label, this.input, remove, hint, this.problem);
    this.description = description;
  }

  makeInput(hintId) {
    const { option } = this;
    const id = uid("option");
    if (option.type === Option.ATTACHMENT) {
      return h("input", {
        id,
        type: "file",
        "aria-describedby": hintId,
        onchange: (event) => this.upload(event.target.files[0]),
      });
    }
    const numeric = option.type === Option.INTEGER || option.type === Option.NUMBER;
    const input = h("input", {
      id,
      type: "text",
      class: "chip-input",
      autocomplete: "off",
      dir: "auto",
      inputmode: numeric ? "decimal" : null,
      "aria-describedby": hintId,
      required: Boolean(option.required),
      maxlength: option.max_length,
    });
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("input", () => this.typed());
    input.addEventListener("focus", () => this.offer());
    input.addEventListener("blur", () => this.blurred());
    if (this.hasList) {
      this.list = new Listbox({
        label: shownName(option),
        empty: this.hooks.client.words.t("nothing_found"),
        onpick: (item) => this.pick(item),
      });
      for (const [name, value] of [
        ["role", "combobox"],
        ["aria-autocomplete", "list"],
        ["aria-expanded", "false"],
      ])
        input.setAttribute(name, value);
    }
    return input;
  }

  get strict() {
    const { option } = this;
    return Boolean(option.choices?.length) || option.type === Option.BOOLEAN || option.type in PEOPLE_AND_PLACES;
  }

  get hasList() {
    return this.strict || Boolean(this.option.autocomplete);
  }

  /** @returns {import("./listbox.js").Item[]} */
  local() {
    const { option, hooks } = this;
    const { words } = hooks.client;
    if (option.choices?.length)
      return option.choices.map((choice) => ({ label: shownName(choice), value: choice.value }));
    if (option.type === Option.BOOLEAN)
      return [
        { label: words.t("yes"), value: true },
        { label: words.t("no"), value: false },
      ];
    return choicesOf(
      { type: PEOPLE_AND_PLACES[option.type], channel_types: option.channel_types },
      hooks.client,
      hooks.guildId,
    );
  }

  /** Shows what may be chosen; choices of a bot come a little later, and only the last question counts. */
  async offer() {
    if (!this.list) return;
    if (this.strict) {
      const typed = this.chosen ? "" : this.input.value;
      this.openList(matching(this.local(), typed), 0);
      return;
    }
    const turn = (this.turn = (this.turn ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (turn !== this.turn || document.activeElement !== this.input) return;
    const choices = await this.hooks.suggest(this);
    if (turn !== this.turn || document.activeElement !== this.input) return;
    this.openList(
      choices.map((choice) => ({ label: shownName(choice), value: choice.value })),
      -1,
    );
  }

  openList(items, active) {
    this.list.show(items, active);
    this.hooks.place().append(this.list.element);
    this.list.attach(this.input);
    this.opened = true;
  }

  closeList() {
    if (!this.opened) return;
    this.turn = (this.turn ?? 0) + 1;
    this.opened = false;
    this.list.detach();
    this.list.element.remove();
  }

  typed() {
    this.chosen = null;
    this.problem.textContent = "";
    this.input.removeAttribute("aria-invalid");
    this.offer();
  }

  pick(item) {
    this.take(item);
    this.closeList();
    this.hooks.onpicked(this);
  }

  key(event) {
    if (event.isComposing) return;
    if (this.opened && this.list.key(event)) return;
    if (event.key === "Tab" && this.opened && this.strict && this.input.value && !this.chosen && this.list.active >= 0)
      this.take(this.list.items[this.list.active]);
    else if (event.key === "Enter") {
      event.preventDefault();
      this.hooks.onenter();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (this.opened) this.closeList();
      else this.hooks.onleave();
    } else if (event.key === "Backspace" && !this.input.value) {
      event.preventDefault();
      this.hooks.onleave(this);
    }
  }

  /** Takes an item and leaves the focus where it is. @param {import("./listbox.js").Item} item */
  take(item) {
    this.chosen = { label: item.label, value: item.value };
    this.input.value = item.label;
    this.problem.textContent = "";
    this.input.removeAttribute("aria-invalid");
  }

  blurred() {
    this.closeList();
    if (this.strict && !this.chosen && this.input.value) {
      const exact = this.local().find((item) => fold(item.label) === fold(this.input.value));
      if (exact) this.take(exact);
    }
  }

  async upload(file) {
    this.file = null;
    this.problem.textContent = "";
    if (!file) return;
    this.uploading = this.hooks.client.store.api.upload(file);
    try {
      this.file = await this.uploading;
    } catch (error) {
      this.problem.textContent = this.hooks.client.words.t("upload_failed", { reason: error.message });
    }
    this.uploading = null;
  }

  get empty() {
    return this.option.type === Option.ATTACHMENT ? !this.file : this.input.value === "";
  }

  /** @returns {any} what is sent; for a suggestion, its value, else what was typed */
  value() {
    if (this.option.type === Option.ATTACHMENT) return this.file.id;
    if (this.chosen) return this.chosen.value;
    if (this.option.type === Option.INTEGER || this.option.type === Option.NUMBER)
      return Number(this.input.value.replace(",", "."));
    return this.input.value;
  }

  /** @returns {boolean} may it be sent? */
  check() {
    const fault = this.fault();
    this.problem.textContent = fault ?? "";
    if (fault) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    return !fault;
  }

  fault() {
    const { option, hooks } = this;
    const { words } = hooks.client;
    if (this.empty) return option.required ? words.t("field_required") : null;
    if (this.strict && !this.chosen) return words.t("option_choose");
    if ((option.type === Option.INTEGER || option.type === Option.NUMBER) && !this.chosen)
      return this.numberFault(words);
    if (option.min_length && this.input.value.length < option.min_length)
      return words.t("field_short", { n: option.min_length });
    return null;
  }

  numberFault(words) {
    const number = this.value();
    const { option } = this;
    if (!Number.isFinite(number) || (option.type === Option.INTEGER && !Number.isInteger(number)))
      return words.t("option_number");
    if (option.min_value !== undefined && number < option.min_value)
      return words.t("option_min", { n: option.min_value });
    if (option.max_value !== undefined && number > option.max_value)
      return words.t("option_max", { n: option.max_value });
    return null;
  }
}
