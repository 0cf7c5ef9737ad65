/**
 * The two lists on the left: servers, and the channels of the one that is open.
 */
import { avatar, initials } from "./avatar.js";
import { channelIcon } from "./conversation.js";
import { Channel, byId, isForum, isThread } from "./discord.js";
import { h, icon, iconButton } from "./dom.js";
import { openMenu, whenReleased } from "./popup.js";
import { upcoming } from "./scheduled.js";

/** @param {any} client @param {any} channel @returns {number} direct addresses that wait */
function waiting(client, channel) {
  return (
    client.store.reads.mentions[channel.id] ??
    (channel.type === Channel.DM && client.store.reads.isUnread(channel) ? 1 : 0)
  );
}

function badge(client, count) {
  return count
    ? h(
        "span",
        { class: "badge" },
        h("span", { "aria-hidden": "true" }, count),
        h("span", { class: "visually-hidden" }, client.words.t("mentions", { n: count })),
      )
    : null;
}

export class Rail {
  /** @param {any} client */
  constructor(client) {
    this.client = client;
    this.element = h("nav", { class: "rail", "aria-label": client.words.t("servers") });
    this.stops = [client.store.on("open", () => this.draw()), client.store.on("unread", () => this.draw())];
  }

  close() {
    for (const stop of this.stops) stop();
  }

  draw() {
    const { client } = this;
    const { store, words } = client;
    const dms = store.dms();
    const waitingDms = dms.reduce((sum, channel) => sum + waiting(client, channel), 0);
    const home = this.item({
      label: words.t("dms"),
      current: !client.guildId,
      unread: false,
      count: waitingDms,
      run: () => client.openHome(),
      drawing: icon("mail"),
    });
    const guilds = [...store.guilds.values()].map((guild) => {
      const channels = store.channelsOf(guild.id);
      const count = channels.reduce((sum, channel) => sum + waiting(client, channel), 0);
      const unread = channels.some((channel) => !isForum(channel) && store.reads.isUnread(channel));
      return this.item({
        label: guild.name,
        current: client.guildId === guild.id,
        unread,
        count,
        run: () => client.openGuild(guild.id),
        drawing: initials(guild.name),
      });
    });
    const at = [...this.element.querySelectorAll("button")].indexOf(document.activeElement);
    this.element.replaceChildren(h("ul", {}, home, guilds, store.joinable.length ? this.door() : null));
    if (at >= 0) this.element.querySelectorAll("button")[at]?.focus();
  }

  /** As by an invitation: to a server that one is not in, or has left. */
  door() {
    const { store, words } = this.client;
    const join = ({ id }) =>
      this.client.notices.attempt(async () => {
        await store.api.put(`/guilds/${id}/me`);
        await store.reload();
        await this.client.openGuild(id);
      });
    const items = store.joinable.map((guild) => ({ label: guild.name, icon: icon("plus"), run: () => join(guild) }));
    const open = (event) => openMenu({ anchor: event.currentTarget, label: words.t("join"), items });
    return this.item({ label: words.t("join"), drawing: icon("plus"), run: open });
  }

  item({ label, current, unread, count, run, drawing }) {
    const note = unread ? h("span", { class: "visually-hidden" }, ` (${this.client.words.t("unread")})`) : null;
    const button = h(
      "button",
      { type: "button", class: "rail-item", "aria-current": current ? "true" : null, title: label, onclick: run },
      h("span", { "aria-hidden": "true" }, drawing),
      h("span", { class: "visually-hidden" }, label),
      note,
    );
    return h("li", { class: unread ? "unread" : "" }, button, badge(this.client, count));
  }
}

export class ChannelList {
  /** @param {any} client @param {HTMLElement} person the button that says who is acting */
  constructor(client, person) {
    this.client = client;
    this.closed = new Set();
    this.title = h("h2", { class: "server-name", dir: "auto" });
    const guild = () => client.store.guilds.get(client.guildId);
    this.more = iconButton("chevron", client.words.t("server_actions"), (event) =>
      client.actions.openForGuild(guild(), event.currentTarget),
    );
    this.list = h("div", { class: "channel-scroller" });
    this.element = h(
      "nav",
      { class: "channels", "aria-label": client.words.t("channels") },
      h("header", { class: "server-head" }, this.title, this.more),
      this.list,
      h("footer", { class: "person-bar" }, person),
    );
    const later = () => this.later();
    this.stops = ["open", "channels", "unread", "events"].map((topic) => client.store.on(topic, later));
  }

  close() {
    cancelAnimationFrame(this.frame);
    for (const stop of this.stops) stop();
  }

  later() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    const { client } = this;
    const focused = document.activeElement?.closest?.("[data-key]")?.dataset.key;
    const guild = client.store.guilds.get(client.guildId);
    this.title.textContent = guild ? guild.name : client.words.t("dms");
    this.more.hidden = !guild;
    this.list.replaceChildren(...(guild ? this.guild(guild) : this.dms()));
    if (focused && this.element.contains(document.activeElement) === false)
      this.list.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  dms() {
    const { client } = this;
    const dms = client.store.dms();
    if (!dms.length) return [h("p", { class: "hint empty-list" }, client.words.t("no_dm"))];
    return [
      h(
        "ul",
        {},
        dms.map((channel) => this.row(channel, avatar(channel.recipients[0], "small"), client.titleOf(channel))),
      ),
    ];
  }

  guild(guild) {
    const { client } = this;
    const channels = client.store.channelsOf(guild.id).filter((channel) => !isThread(channel));
    const order = (a, b) => (a.position ?? 0) - (b.position ?? 0) || byId(a.id, b.id);
    const categories = channels.filter((channel) => channel.type === Channel.CATEGORY).sort(order);
    const inside = (id) =>
      channels.filter((channel) => channel.type !== Channel.CATEGORY && (channel.parent_id ?? null) === id).sort(order);
    const known = new Set(categories.map((category) => category.id));
    const loose = channels
      .filter((channel) => channel.type !== Channel.CATEGORY && !known.has(channel.parent_id))
      .sort(order);
    const groups = categories
      .filter((category) => inside(category.id).length)
      .map((category) => this.category(category, inside(category.id)));
    return [
      this.events(guild),
      h(
        "ul",
        {},
        loose.map((channel) => this.entry(channel)),
      ),
      ...groups,
    ];
  }

  events(guild) {
    const { client } = this;
    const count = upcoming(client.store, guild.id).length;
    return h(
      "button",
      { type: "button", class: "channel", data: { key: "events" }, onclick: () => client.openEvents(guild.id) },
      icon("calendar"),
      h("span", { class: "channel-name" }, client.words.t("events")),
      count ? h("span", { class: "quiet-count" }, count) : null,
    );
  }

  category(category, channels) {
    const closed = this.closed.has(category.id);
    const toggle = () => {
      if (!this.closed.delete(category.id)) this.closed.add(category.id);
      this.draw();
    };
    const shown = closed ? channels.filter((channel) => this.client.store.isUnread(channel)) : channels;
    const head = h(
      "h3",
      {},
      h(
        "button",
        {
          type: "button",
          class: "category",
          "aria-expanded": String(!closed),
          data: { key: category.id },
          onclick: toggle,
        },
        icon("chevron"),
        h("bdi", {}, category.name),
      ),
    );
    return h(
      "section",
      { class: "category-group" },
      head,
      h(
        "ul",
        {},
        shown.map((channel) => this.entry(channel)),
      ),
    );
  }

  /** A channel and its active threads; a forum's posts stay in the forum, except those with something new. */
  entry(channel) {
    const { store } = this.client;
    const threads = store
      .channelsOf(channel.guild_id)
      .filter((thread) => thread.parent_id === channel.id && isThread(thread) && !thread.thread_metadata?.archived);
    const shown = isForum(channel)
      ? threads.filter((thread) => store.reads.isUnread(thread) || store.reads.mentions[thread.id]).slice(0, 5)
      : threads;
    return [
      this.row(channel, icon(channelIcon(channel)), channel.name),
      shown.length
        ? h(
            "li",
            {},
            h(
              "ul",
              { class: "threads" },
              shown.map((thread) => this.row(thread, icon("thread"), thread.name)),
            ),
          )
        : null,
    ];
  }

  row(channel, drawing, name) {
    const { client } = this;
    const unread = client.store.isUnread(channel);
    const current = client.channel?.id === channel.id || client.thread?.id === channel.id;
    const note = unread ? h("span", { class: "visually-hidden" }, ` (${client.words.t("unread")})`) : null;
    const menu = (event) => {
      event.preventDefault();
      const anchor = event.currentTarget;
      whenReleased(() => client.actions.openForChannel(channel, anchor));
    };
    const classes = `channel${unread && !current ? " unread" : ""}`;
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: classes,
          "aria-current": current ? "page" : null,
          data: { key: channel.id, channel: channel.id },
          onclick: () => client.openChannel(channel.id),
          oncontextmenu: menu,
        },
        drawing,
        h("span", { class: "channel-name" }, h("bdi", {}, name)),
        note,
        badge(client, waiting(client, channel)),
      ),
    );
  }
}
