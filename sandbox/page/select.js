/**
 * Every select of messages and modals: texts, people, roles, channels; one or several values.
 */
import { avatar } from "./avatar.js";
import { Kind, byId, isThread, userName } from "./discord.js";
import { h, icon } from "./dom.js";
import { Listbox, fold } from "./listbox.js";
import { openPopup } from "./popup.js";

const SHOWN = 100;

/** @returns {import("./listbox.js").Item[]} everything that may be chosen */
export function choicesOf(component, client, guildId) {
  const guild = client.store.guilds.get(guildId ?? "");
  switch (component.type) {
    case Kind.STRING_SELECT:
      return component.options.map((option) => ({
        label: option.label,
        hint: option.description,
        media: emoji(option.emoji),
        value: option.value,
      }));
    case Kind.USER_SELECT:
      return people(client, guild);
    case Kind.ROLE_SELECT:
      return roles(guild);
    case Kind.MENTIONABLE_SELECT:
      return [...people(client, guild), ...roles(guild)];
    default:
      return channels(client, guildId, component.channel_types);
  }
}

function people(client, guild) {
  const members = guild ? [...guild.members.values()] : [];
  return members
    .map((member) => ({
      label: member.nick ?? userName(member.user),
      hint: member.user.username,
      user: member.user,
      value: member.user.id,
    }))
    .sort((a, b) => client.words.order(a.label, b.label));
}

function roles(guild) {
  if (!guild) return [];
  return [...guild.roles.values()]
    .filter((role) => role.id !== guild.id)
    .sort((a, b) => b.position - a.position || byId(a.id, b.id))
    .map((role) => ({ label: `@${role.name}`, media: icon("people"), value: role.id }));
}

function channels(client, guildId, types) {
  return client.store
    .channelsOf(guildId ?? "")
    .filter((channel) => (types?.length ? types.includes(channel.type) : !isThread(channel)))
    .sort((a, b) => a.position - b.position)
    .map((channel) => ({ label: channel.name, media: icon("hash"), value: channel.id }));
}

/** @param {{name?: string, id?: string} | null | undefined} partial */
export function emoji(partial) {
  if (!partial) return undefined;
  return h("span", { class: "emoji", "aria-hidden": "true" }, partial.id ? `:${partial.name}:` : partial.name);
}

/** @param {import("./listbox.js").Item[]} items @param {string} query @returns {import("./listbox.js").Item[]} */
export function matching(items, query) {
  const wanted = fold(query.trim());
  const found = wanted ? items.filter((item) => fold(`${item.label} ${item.hint ?? ""}`).includes(wanted)) : items;
  return found
    .slice(0, SHOWN)
    .map((item) => (item.user && !item.media ? { ...item, media: avatar(item.user, "small") } : item));
}

export class SelectField {
  /**
   * @param {{component: any, client: any, guildId?: string, label: string, labelledby?: string, onchange?: (values: string[]) => void}} options
   */
  constructor({ component, client, guildId, label, labelledby, onchange }) {
    Object.assign(this, { component, client, guildId, label, onchange });
    this.maximum = component.max_values ?? 1;
    this.values = initialValues(component);
    this.text = h("span", { class: "select-text" });
    this.element = h(
      "button",
      {
        type: "button",
        class: "select",
        role: "combobox",
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        "aria-label": labelledby ? null : label,
        "aria-labelledby": labelledby,
        disabled: component.disabled,
      },
      this.text,
      icon("chevron"),
    );
    this.element.addEventListener("click", () => this.open());
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.open();
      }
    });
    this.draw();
  }

  draw() {
    const all = this.values.length ? choicesOf(this.component, this.client, this.guildId) : [];
    const names = this.values.map((value) => all.find((item) => item.value === value)?.label ?? value);
    this.text.textContent =
      names.join(", ") || (this.component.placeholder ?? this.client.words.t("select_placeholder"));
    this.text.classList.toggle("placeholder", !names.length);
  }

  open() {
    if (this.popup || this.component.disabled) return;
    const { words } = this.client;
    const all = choicesOf(this.component, this.client, this.guildId);
    const before = [...this.values];
    const search = h("input", {
      type: "text",
      class: "select-search",
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-label": words.t("select_search"),
      placeholder: words.t("select_search"),
      autocomplete: "off",
    });
    search.classList.toggle("visually-hidden", this.component.type === Kind.STRING_SELECT && all.length <= 10);
    const list = new Listbox({
      label: this.label,
      empty: words.t("nothing_found"),
      multiple: this.maximum > 1,
      onpick: (item) => this.pick(item.value, show),
    });
    const show = (active) =>
      list.show(
        matching(all, search.value).map((item) => ({ ...item, selected: this.values.includes(item.value) })),
        active ?? 0,
      );
    const hint =
      this.maximum > 1 ? h("div", { class: "select-hint" }, words.t("select_up_to", { n: this.maximum })) : null;
    this.popup = openPopup({
      anchor: this.element,
      content: h("div", { class: "select-popup" }, search, list.element, hint),
      width: "anchor",
      onclose: () => this.closed(before),
    });
    show(
      Math.max(
        0,
        all.findIndex((item) => this.values.includes(item.value)),
      ),
    );
    list.attach(search);
    search.addEventListener("input", () => show());
    search.addEventListener("keydown", (event) => {
      if (event.key === "Tab") this.popup.close();
      else list.key(event);
    });
    this.element.setAttribute("aria-expanded", "true");
    this.element.setAttribute("aria-controls", list.id);
    this.list = list;
    this.popup.place();
    search.focus();
  }

  pick(value, show) {
    if (this.maximum === 1) {
      const optional = (this.component.min_values ?? 1) === 0 || this.component.required === false;
      this.values = this.values[0] === value && optional ? [] : [value];
      this.popup.close();
      return;
    }
    if (this.values.includes(value)) this.values = this.values.filter((kept) => kept !== value);
    else if (this.values.length < this.maximum) this.values = [...this.values, value];
    this.draw();
    show(this.list.active);
  }

  closed(before) {
    this.popup = null;
    this.element.setAttribute("aria-expanded", "false");
    this.element.removeAttribute("aria-controls");
    this.draw();
    if (String(before) !== String(this.values)) this.onchange?.(this.values);
  }
}

function initialValues(component) {
  if (component.type === Kind.STRING_SELECT)
    return component.options.filter((option) => option.default).map((option) => option.value);
  return (component.default_values ?? []).map((value) => value.id);
}
