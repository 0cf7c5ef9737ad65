/**
 * What can be done with a message or a person: toolbar, right click, long press, « … ».
 */
import { Flag, may } from "./discord.js";
import { h, icon, iconButton } from "./dom.js";
import { Interactions } from "./interactions.js";
import { openMenu, openPopup } from "./popup.js";
import { shownName } from "./commands.js";

const LONG_PRESS = 500;
const REACTIONS = ["👍", "❤️", "😊", "🎉", "🙏", "👀", "✅", "❓"];

export class Actions {
  /** @param {any} client */
  constructor(client) {
    this.client = client;
  }

  /** @param {HTMLElement} [element] an earlier toolbar, to be given to another message @param {any} [message] */
  toolbar(element = h("div", { class: "message-tools" }), message = null) {
    if (!message) return element;
    const { words } = this.client;
    const ephemeral = message.flags & Flag.EPHEMERAL;
    const tools = ephemeral
      ? []
      : [iconButton("smile", words.t("react"), (event) => this.pickReaction(message, event.currentTarget)), iconButton("reply", words.t("reply"), () => this.client.reply(message))];
    element.replaceChildren(...tools, iconButton("more", words.t("more_actions"), (event) => this.open(message, event.currentTarget)));
    return element;
  }

  /** Right click and long press. @param {HTMLElement} list @param {(id: string) => any} find */
  listen(list, find) {
    const messageAt = (event) => {
      const row = event.target.closest?.(".message");
      return row && !event.target.closest("a, button, input, textarea") ? { row, message: find(row.dataset.id) } : null;
    };
    list.addEventListener("contextmenu", (event) => {
      const hit = messageAt(event);
      if (!hit?.message || String(getSelection())) return;
      event.preventDefault();
      this.open(hit.message, hit.row, { x: event.clientX, y: event.clientY });
    });
    let timer = 0;
    list.addEventListener("pointerdown", (event) => {
      const hit = event.pointerType === "touch" ? messageAt(event) : null;
      if (hit?.message) timer = setTimeout(() => this.open(hit.message, hit.row, { x: event.clientX, y: event.clientY }), LONG_PRESS);
    });
    for (const name of ["pointerup", "pointermove", "pointercancel"]) list.addEventListener(name, () => clearTimeout(timer));
  }

  /** @param {any} message @param {HTMLElement} anchor @param {{x: number, y: number}} [at] */
  async open(message, anchor, at) {
    const { client } = this;
    const { words } = client;
    const commands = await this.commandsFor(message.channel_id, "MESSAGE");
    const ephemeral = message.flags & Flag.EPHEMERAL;
    const mine = message.author.id === client.store.user.id;
    const mayDelete = mine || may(client.store.permissionsIn(client.store.channels.get(message.channel_id) ?? {}), "MANAGE_MESSAGES");
    const items = [];
    if (!ephemeral) {
      items.push({ label: words.t("react"), icon: icon("smile"), run: () => this.pickReaction(message, anchor) });
      items.push({ label: words.t("reply"), icon: icon("reply"), run: () => client.reply(message) });
    }
    if (message.content) items.push({ label: words.t("copy_text"), icon: icon("file"), run: () => client.copy(message.content) });
    items.push({ label: words.t("copy_id"), icon: icon("hash"), run: () => client.copy(message.id) });
    if (ephemeral) items.push({ label: words.t("dismiss"), icon: icon("trash"), run: () => client.dismiss(message) });
    else if (mayDelete) items.push({ label: words.t("delete"), icon: icon("trash"), danger: true, run: () => client.remove(message) });
    if (!ephemeral) items.push(...this.apps(commands, message.channel_id, message.id));
    openMenu({ anchor, at, label: words.t("more_actions"), items });
  }

  /** @param {any} user @param {string} channelId @param {HTMLElement} anchor */
  async openForUser(user, channelId, anchor) {
    const { client } = this;
    const { words } = client;
    const commands = await this.commandsFor(channelId, "USER");
    const items = [];
    if (user.id !== client.store.user.id) items.push({ label: words.t("send_dm"), icon: icon("mail"), run: () => client.openDm(user.id) });
    items.push({ label: words.t("copy_id"), icon: icon("hash"), run: () => client.copy(user.id) });
    openMenu({ anchor, label: words.t("more_actions"), items: [...items, ...this.apps(commands, channelId, user.id)] });
  }

  async commandsFor(channelId, kind) {
    try {
      return Interactions.ofKind(await this.client.store.commands(channelId), kind);
    } catch {
      return []; // the menu opens without the applications' part
    }
  }

  apps(commands, channelId, targetId) {
    if (!commands.length) return [];
    const one = (command) => ({ label: shownName(command), hint: command.application?.name, icon: icon("bolt"), run: () => this.client.interactions.menu(command, channelId, targetId) });
    return ["line", { heading: this.client.words.t("apps") }, ...commands.map(one)];
  }

  /** @param {any} message @param {HTMLElement} anchor */
  pickReaction(message, anchor) {
    const { client } = this;
    const react = (name) => {
      popup.close();
      client.react(message, name, true);
    };
    const buttons = REACTIONS.map((name) => h("button", { type: "button", class: "reaction-choice emoji", "aria-label": name, onclick: () => react(name) }, name));
    const other = h("input", { type: "text", class: "input", maxlength: 12, "aria-label": client.words.t("other_emoji"), placeholder: client.words.t("other_emoji") });
    other.addEventListener("keydown", (event) => event.key === "Enter" && other.value.trim() && react(other.value.trim()));
    const popup = openPopup({ anchor, role: "dialog", label: client.words.t("react"), content: h("div", { class: "reaction-picker" }, buttons, other) });
    buttons[0].focus();
  }
}
