/**
 * What can be done with a message or a person: toolbar, right click, long press, « … ».
 */
import { Flag, may } from "./discord.js";
import { h, icon, iconButton } from "./dom.js";
import { emojiNames, withEmojis } from "./emojis.js";
import { Interactions } from "./interactions.js";
import { newPerson } from "./people.js";
import { mayPin, pin } from "./pins.js";
import { openMenu, openPopup, whenReleased } from "./popup.js";
import { openReactions } from "./reactions.js";
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
      : [
          iconButton("smile", words.t("react"), (event) => this.pickReaction(message, event.currentTarget)),
          iconButton("reply", words.t("reply"), () => this.client.reply(message)),
        ];
    element.replaceChildren(
      ...tools,
      iconButton("more", words.t("more_actions"), (event) => this.open(message, event.currentTarget)),
    );
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
      whenReleased(() => this.open(hit.message, hit.row, { x: event.clientX, y: event.clientY }));
    });
    let timer = 0;
    list.addEventListener("pointerdown", (event) => {
      const hit = event.pointerType === "touch" ? messageAt(event) : null;
      if (hit?.message)
        timer = setTimeout(() => this.open(hit.message, hit.row, { x: event.clientX, y: event.clientY }), LONG_PRESS);
    });
    for (const name of ["pointerup", "pointermove", "pointercancel"])
      list.addEventListener(name, () => clearTimeout(timer));
  }

  /** @param {any} message @param {HTMLElement} anchor @param {{x: number, y: number}} [at] */
  async open(message, anchor, at) {
    const { client } = this;
    const { words } = client;
    const commands = await this.commandsFor(message.channel_id, "MESSAGE");
    const ephemeral = message.flags & Flag.EPHEMERAL;
    const mine = message.author.id === client.store.user.id;
    const mayDelete =
      mine || may(client.store.permissionsIn(client.store.channels.get(message.channel_id) ?? {}), "MANAGE_MESSAGES");
    const items = [];
    if (!ephemeral) {
      items.push({ label: words.t("react"), icon: icon("smile"), run: () => this.pickReaction(message, anchor) });
      items.push({ label: words.t("reply"), icon: icon("reply"), run: () => client.reply(message) });
    }
    if (mine && !ephemeral && client.conversationOf(message.channel_id)?.composer.input)
      items.push({ label: words.t("edit"), icon: icon("file"), run: () => client.edit(message) });
    if (!ephemeral && mayPin(client, message))
      items.push({
        label: words.t(message.pinned ? "unpin" : "pin"),
        icon: icon("pin"),
        run: () => pin(client, message, !message.pinned),
      });
    if (!ephemeral)
      items.push({ label: words.t("mark_unread"), icon: icon("eye"), run: () => client.markUnread(message) });
    if (message.reactions?.length)
      items.push({ label: words.t("reactions"), icon: icon("people"), run: () => openReactions(client, message) });
    if (message.content)
      items.push({ label: words.t("copy_text"), icon: icon("file"), run: () => client.notices.copy(message.content) });
    items.push({ label: words.t("copy_id"), icon: icon("hash"), run: () => client.notices.copy(message.id) });
    if (ephemeral) items.push({ label: words.t("dismiss"), icon: icon("trash"), run: () => client.dismiss(message) });
    else if (mayDelete)
      items.push({ label: words.t("delete"), icon: icon("trash"), danger: true, run: () => client.askToRemove(message) });
    if (!ephemeral) items.push(...this.apps(commands, message.channel_id, message.id));
    openMenu({ anchor, at, label: words.t("more_actions"), items });
  }

  /** @param {any} user @param {string} channelId @param {HTMLElement} anchor */
  async openForUser(user, channelId, anchor) {
    const { client } = this;
    const { words } = client;
    const commands = await this.commandsFor(channelId, "USER");
    const items = [];
    if (user.id !== client.store.user.id)
      items.push({ label: words.t("send_dm"), icon: icon("mail"), run: () => client.openDm(user.id) });
    items.push({ label: words.t("copy_id"), icon: icon("hash"), run: () => client.notices.copy(user.id) });
    openMenu({ anchor, label: words.t("more_actions"), items: [...items, ...this.apps(commands, channelId, user.id)] });
  }

  /** @param {any} thread @param {HTMLElement} anchor */
  openForThread(thread, anchor) {
    const { client } = this;
    const { words, store } = client;
    const now = store.channels.get(thread.id) ?? thread;
    const manages = may(store.permissionsIn(now), "MANAGE_THREADS");
    const { archived, locked } = now.thread_metadata;
    const change = (body) => client.notices.attempt(() => store.api.patch(`/channels/${thread.id}`, body));
    const items = [{ label: words.t("copy_id"), icon: icon("hash"), run: () => client.notices.copy(thread.id) }];
    if (manages || now.owner_id === store.user.id)
      items.push({
        label: words.t(archived ? "unarchive" : "archive"),
        icon: icon("clock"),
        run: () => change({ archived: !archived }),
      });
    if (manages) {
      items.push({
        label: words.t(locked ? "unlock" : "lock"),
        icon: icon("lock"),
        run: () => change({ locked: !locked, archived: false }),
      });
      items.push({
        label: words.t("delete"),
        icon: icon("trash"),
        danger: true,
        run: () =>
          client.notices.confirm(words.t("delete_confirm", { name: thread.name }), () =>
            store.api.delete(`/channels/${thread.id}`),
          ),
      });
    }
    openMenu({ anchor, label: words.t("thread_actions"), items });
  }

  /** What may be done to a channel of the list. @param {any} channel @param {HTMLElement} anchor */
  openForChannel(channel, anchor) {
    const { client } = this;
    const { words, store } = client;
    const items = [
      { label: words.t("mark_read"), icon: icon("check"), run: () => client.markAllRead(channel) },
      { label: words.t("copy_id"), icon: icon("hash"), run: () => client.notices.copy(channel.id) },
    ];
    if (channel.guild_id && may(channel.permissions, "MANAGE_CHANNELS")) {
      items.push({
        label: words.t("rename"),
        icon: icon("file"),
        run: () =>
          client.notices.ask(words.t("rename"), channel.name, (name) =>
            store.api.patch(`/channels/${channel.id}`, { name }),
          ),
      });
      items.push({
        label: words.t("delete"),
        icon: icon("trash"),
        danger: true,
        run: () =>
          client.notices.confirm(words.t("delete_confirm", { name: channel.name }), () =>
            store.api.delete(`/channels/${channel.id}`),
          ),
      });
    }
    openMenu({ anchor, label: words.t("channel_actions"), items });
  }

  /** @param {any} guild @param {HTMLElement} anchor */
  openForGuild(guild, anchor) {
    const { client } = this;
    const { words, store } = client;
    const open = store.dmPolicy === "open";
    const policy = async () => {
      await store.api.patch("/me", { dm_policy: open ? "closed" : "open" });
      store.dmPolicy = open ? "closed" : "open";
      client.notices.tell(words.t(open ? "dms_closed" : "dms_open"));
    };
    const items = [
      { label: words.t("invite"), icon: icon("people"), run: () => newPerson(client) },
      {
        label: words.t(open ? "close_dms" : "open_dms"),
        icon: icon("mail"),
        run: () => client.notices.attempt(policy),
      },
      "line",
      {
        label: words.t("leave_server"),
        icon: icon("close"),
        danger: true,
        run: () =>
          client.notices.confirm(words.t("leave_confirm", { name: guild.name }), () =>
            store.api.delete(`/guilds/${guild.id}/me`),
          ),
      },
    ];
    openMenu({ anchor, label: words.t("server_actions"), items });
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
    const one = (command) => ({
      label: shownName(command),
      hint: command.application?.name,
      icon: icon("bolt"),
      run: () => this.client.interactions.menu(command, channelId, targetId),
    });
    return ["line", { heading: this.client.words.t("apps") }, ...commands.map(one)];
  }

  /** @param {any} message @param {HTMLElement} anchor */
  pickReaction(message, anchor) {
    const { client } = this;
    const react = (name) => {
      popup.close();
      client.react(message, name, true);
    };
    const buttons = REACTIONS.map((name) =>
      h(
        "button",
        { type: "button", class: "reaction-choice emoji", "aria-label": name, onclick: () => react(name) },
        name,
      ),
    );
    const other = h("input", {
      type: "text",
      class: "input",
      maxlength: 34,
      "aria-label": client.words.t("other_emoji"),
      placeholder: client.words.t("other_emoji"),
    });
    other.addEventListener("keydown", async (event) => {
      const written = event.key === "Enter" && other.value.trim();
      if (written) react(withEmojis(await emojiNames(), written));
    });
    const popup = openPopup({
      anchor,
      role: "dialog",
      label: client.words.t("react"),
      content: h("div", { class: "reaction-picker" }, buttons, other),
    });
    buttons[0].focus();
  }
}
