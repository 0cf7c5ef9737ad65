/**
 * A command being written in the composer: its name, one field per option, and what is wrong with them.
 */
import { commandData, shownDescription, shownName } from "./commands.js";
import { h, icon, iconButton } from "./dom.js";
import { OptionField } from "./option.js";

const SHOWN_AT_ONCE = 4;

export class CommandForm {
  /** @param {import("./commands.js").Leaf} leaf @param {{client: any, channel: any, onclose: () => void}} hooks */
  constructor(leaf, { client, channel, onclose }) {
    Object.assign(this, { leaf, client, channel, onclose });
    const { words } = client;
    this.fields = [];
    this.chips = h("div", { class: "chips" });
    this.more = h("div", { class: "more-options" });
    this.help = h("p", { class: "command-help hint" }, leaf.description);
    this.alert = h("p", { class: "problem", role: "alert" });
    this.sendButton = h(
      "button",
      {
        type: "button",
        class: "icon-button send",
        "aria-label": words.t("run_command"),
        title: words.t("run_command"),
        onclick: () => this.send(),
      },
      icon("send"),
    );
    const name = h("span", { class: "command-name" }, `/${leaf.name}`);
    const leave = iconButton("close", words.t("leave_command"), () => onclose());
    const line = h("div", { class: "command-line" }, leave, name, this.chips, this.sendButton);
    this.element = h(
      "div",
      { class: "command-form", role: "group", "aria-label": words.t("command_label", { name: leaf.name }) },
      this.help,
      line,
      this.more,
      this.alert,
    );
    this.element.addEventListener("focusin", (event) => this.explain(event.target));
    this.element.addEventListener("keydown", (event) => this.key(event));
    const all = leaf.options.length <= SHOWN_AT_ONCE;
    for (const option of leaf.options) if (option.required || all) this.add(option);
    this.offerMore();
  }

  key(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    this.onclose();
  }

  /** @param {any} option */
  add(option) {
    const field = new OptionField(option, {
      client: this.client,
      guildId: this.channel.guild_id,
      place: () => this.element,
      suggest: (asked) => this.suggest(asked),
      onenter: () => this.send(),
      onpicked: (picked) => this.next(picked),
      onleave: (from) => this.back(from),
      onremove: option.required ? undefined : () => this.remove(field),
    });
    this.fields.push(field);
    this.chips.append(field.element);
    return field;
  }

  remove(field) {
    this.fields = this.fields.filter((kept) => kept !== field);
    field.element.remove();
    this.offerMore();
    (this.fields[this.fields.length - 1]?.input ?? this.sendButton).focus();
  }

  offerMore() {
    const absent = this.leaf.options.filter((option) => !this.fields.some((field) => field.option === option));
    const one = (option) => {
      const add = () => {
        const field = this.add(option);
        this.offerMore();
        field.input.focus();
      };
      return h(
        "button",
        { type: "button", class: "add-option", title: shownDescription(option), onclick: add },
        icon("plus"),
        shownName(option),
      );
    };
    this.more.replaceChildren(
      ...(absent.length ? [h("span", { class: "hint" }, this.client.words.t("more_options")), ...absent.map(one)] : []),
    );
  }

  explain(target) {
    const field = this.fields.find((each) => each.element.contains(target));
    this.help.textContent = field ? `${shownName(field.option)} – ${field.description}` : this.leaf.description;
  }

  focus() {
    const first = this.fields.find((field) => field.empty) ?? this.fields[0];
    (first?.input ?? this.sendButton).focus();
  }

  /** Puts words typed before the form was there in the first field. @param {string} text */
  prefill(text) {
    if (!text || !this.fields.length) return;
    this.fields[0].input.value = text;
    this.fields[0].typed();
  }

  next(field) {
    const after = this.fields.slice(this.fields.indexOf(field) + 1).find((each) => each.empty && each.option.required);
    (after ?? field).input.focus();
    if (!after) field.closeList();
  }

  back(field) {
    const at = field ? this.fields.indexOf(field) : 0;
    if (at > 0) this.fields[at - 1].input.focus();
    else this.onclose();
  }

  filled(focused) {
    return this.fields
      .filter((field) => field === focused || !field.empty)
      .map((field) => ({
        option: field.option,
        value: field === focused ? field.input.value : field.value(),
        focused: field === focused,
      }));
  }

  suggest(field) {
    return this.client.interactions.choices(this.channel.id, commandData(this.leaf, this.filled(field)));
  }

  async send() {
    if (this.sending) return;
    this.alert.textContent = "";
    await Promise.all(this.fields.map((field) => field.uploading));
    const wrong = this.fields.filter((field) => !field.check());
    if (wrong.length) {
      wrong[0].input.focus();
      return;
    }
    this.sending = true;
    this.element.setAttribute("aria-busy", "true");
    for (const field of this.fields) field.closeList?.();
    const failure = await this.client.interactions.command(this.channel.id, commandData(this.leaf, this.filled()));
    this.sending = false;
    this.element.removeAttribute("aria-busy");
    if (failure) this.alert.textContent = failure;
    else this.onclose();
  }
}
