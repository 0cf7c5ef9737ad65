/**
 * What one person knows: servers, channels, members, messages. Events change it, views listen to it; it draws nothing.
 */
import { Api } from "./api.js";
import { Channel, byId, isForum, isThread, userName } from "./discord.js";
import { Emitter } from "./emitter.js";
import { HANDLERS } from "./events.js";
import { Reads } from "./reads.js";
import { Timeline } from "./timeline.js";

const PAGE = 50;

export class Store extends Emitter {
  /** @param {string} person */
  constructor(person) {
    super();
    this.api = new Api(person);
    this.reads = new Reads(person);
    /** @type {Map<string, any>} */
    this.guilds = new Map();
    /** @type {Map<string, any>} every channel, thread and direct message */
    this.channels = new Map();
    /** @type {Map<string, Promise<any>>} what mentions made us look for */
    this.sought = new Map();
    /** @type {Map<string, Timeline>} */
    this.timelines = new Map();
    /** @type {Map<string, any[]>} */
    this.commandLists = new Map();
    /** @type {Map<string, Map<string, number>>} channel → user → until */
    this.typing = new Map();
    this.clock = { offset: 0, frozen: null };
    this.watched = new Set();
  }

  async open() {
    this.take(await this.api.get("/me"));
    this.reads.baseline(this.channels.values());
    this.api.listen(
      (name, data) => this.receive(name, data),
      (online) => this.reconnected(online),
    );
  }

  close() {
    this.api.close();
  }

  /** @param {any} me the answer of GET /sandbox/me */
  take(me) {
    this.user = me.user;
    this.locale = me.locale;
    this.dmPolicy = me.dm_policy;
    /** Servers that the person is not in. @type {{id: string, name: string}[]} */
    this.joinable = me.joinable;
    this.setClock(me.clock);
    const before = [...this.channels.values()];
    this.channels.clear();
    this.sought.clear();
    this.guilds.clear();
    for (const guild of me.guilds) this.takeGuild(guild);
    // Archived threads are not in the answer, and one of them may be open.
    for (const channel of before)
      if (isThread(channel) && this.channels.has(channel.parent_id) && !this.channels.has(channel.id))
        this.channels.set(channel.id, channel);
    for (const channel of me.dms) this.channels.set(channel.id, channel);
    this.emit("open");
  }

  /** @param {any} guild */
  takeGuild(guild) {
    for (const channel of [...guild.channels, ...(guild.threads ?? [])])
      this.channels.set(channel.id, { ...channel, guild_id: guild.id });
    this.guilds.set(guild.id, {
      ...guild,
      roles: new Map(guild.roles.map((role) => [role.id, role])),
      members: new Map(guild.members.map((member) => [member.user.id, member])),
      events: new Map((guild.guild_scheduled_events ?? []).map((event) => [event.id, event])),
    });
  }

  /** Several changes often come together: one question answers them all. */
  refresh() {
    clearTimeout(this.refreshing);
    this.refreshing = setTimeout(() => this.reload(), 120);
  }

  async reload() {
    try {
      this.take(await this.api.get("/me"));
    } catch {
      this.stale = true; // the connection is gone; asked again when it is back
    }
  }

  /** @param {boolean} online */
  async reconnected(online) {
    this.emit("online", online);
    if (!online) this.stale = true;
    else if (this.stale) {
      this.stale = false;
      await this.reload();
      for (const id of [...this.timelines.keys()]) {
        this.timelines.delete(id);
        if (this.watched.has(id)) await this.loadOlder(id);
      }
    }
  }

  /** @param {{now: string, frozen: boolean}} clock */
  setClock(clock) {
    if (!clock) return;
    const now = Date.parse(clock.now);
    this.clock = { offset: now - Date.now(), frozen: clock.frozen ? now : null };
    this.emit("clock");
  }

  /** @returns {number} the sandbox's time, in milliseconds */
  now() {
    return this.clock.frozen ?? Date.now() + this.clock.offset;
  }

  // --- questions -----------------------------------------------------------------------------------------------------

  /** Archived threads are asked for when somebody goes there, or speaks of them. @param {string} id @returns {Promise<any | undefined>} */
  async find(id) {
    if (!this.channels.has(id) && /^\d+$/.test(id)) {
      const found = await this.api.get(`/mentions/${id}`).catch(() => null);
      if (found && isThread(found)) this.channels.set(id, found);
    }
    return this.channels.get(id);
  }

  /** For a mention: asked once, whatever comes of it. @param {string} id @returns {Promise<any | undefined>} */
  seek(id) {
    if (!this.sought.has(id)) this.sought.set(id, this.find(id));
    return this.sought.get(id);
  }

  /** @param {string} guildId */
  channelsOf(guildId) {
    return [...this.channels.values()].filter((channel) => channel.guild_id === guildId);
  }

  /** @returns {any[]} latest first */
  dms() {
    return [...this.channels.values()]
      .filter((channel) => channel.type === Channel.DM)
      .sort((a, b) => byId(b.last_message_id ?? b.id, a.last_message_id ?? a.id));
  }

  /** @param {string | undefined} guildId @param {string} userId */
  member(guildId, userId) {
    return guildId ? this.guilds.get(guildId)?.members.get(userId) : undefined;
  }

  /** The name shown in that server: the nickname there, else the person's own. */
  nameOf(guildId, user) {
    return this.member(guildId, user?.id)?.nick ?? userName(user);
  }

  /** @param {string} userId @returns {any | undefined} */
  findUser(userId) {
    if (userId === this.user.id) return this.user;
    for (const guild of this.guilds.values()) if (guild.members.has(userId)) return guild.members.get(userId).user;
    for (const dm of this.dms()) for (const user of dm.recipients) if (user.id === userId) return user;
    return undefined;
  }

  /** @param {string | undefined} guildId @param {string} userId @returns {any[]} highest first, without @everyone */
  rolesOf(guildId, userId) {
    const guild = this.guilds.get(guildId ?? "");
    const ids = guild?.members.get(userId)?.roles ?? [];
    return ids
      .map((id) => guild.roles.get(id))
      .filter(Boolean)
      .sort((a, b) => b.position - a.position || byId(a.id, b.id));
  }

  /** Threads carry no rights of their own: their parent's count. */
  permissionsIn(channel) {
    return channel.permissions ?? this.channels.get(channel.parent_id)?.permissions;
  }

  /** @param {any} message */
  isForMe(message) {
    if (message.author.id === this.user.id) return false;
    if (message.mention_everyone || message.mentions?.some((user) => user.id === this.user.id)) return true;
    const mine = this.member(this.channels.get(message.channel_id)?.guild_id, this.user.id)?.roles ?? [];
    return message.mention_roles?.some((id) => mine.includes(id)) ?? false;
  }

  // --- messages ------------------------------------------------------------------------------------------------------

  /** @param {string} channelId */
  timeline(channelId) {
    const timeline = this.timelines.get(channelId) ?? new Timeline();
    this.timelines.set(channelId, timeline);
    return timeline;
  }

  /** @param {string} channelId */
  async loadOlder(channelId) {
    const timeline = this.timeline(channelId);
    if (timeline.pending || !timeline.hasOlder) return timeline.pending;
    timeline.pending = (async () => {
      const before = timeline.loaded && timeline.messages.length ? `&before=${timeline.messages[0].id}` : "";
      try {
        const page = await this.api.get(`/channels/${channelId}/messages?limit=${PAGE}${before}`);
        for (const message of page) timeline.upsert(message);
        timeline.hasOlder = page.length === PAGE;
        timeline.loaded = true;
      } finally {
        timeline.pending = null;
      }
      this.emit(`messages:${channelId}`, { kind: "older" });
    })();
    return timeline.pending;
  }

  /** @param {any} message */
  keep(message) {
    const kind = this.timeline(message.channel_id).upsert(message);
    this.emit(`messages:${message.channel_id}`, { kind, id: message.id });
  }

  /** @param {any} message as it came by MESSAGE_CREATE; it may be the first of a conversation that was not there */
  async arrive(message) {
    this.keep(message);
    this.typing.get(message.channel_id)?.delete(message.author.id);
    this.emit(`typing:${message.channel_id}`);
    if (!this.channels.has(message.channel_id)) await this.reload();
    const channel = this.channels.get(message.channel_id);
    if (!channel) return;
    if (!channel.last_message_id || byId(channel.last_message_id, message.id) < 0) channel.last_message_id = message.id;
    if (isThread(channel)) channel.message_count = (channel.message_count ?? 0) + 1;
    if (message.author.id === this.user.id) this.reads.mark(channel.id, message.id);
    else if (channel.type === Channel.DM || this.isForMe(message)) this.reads.mention(channel.id);
    this.emit("unread", { channel, message });
    this.emit("posts", channel.parent_id);
  }

  /** @param {string} channelId */
  markRead(channelId) {
    const channel = this.channels.get(channelId);
    if (!channel || (!this.reads.isUnread(channel) && !this.reads.mentions[channelId])) return;
    this.reads.mark(channelId, channel.last_message_id);
    this.emit("unread", {});
  }

  /** @param {any} message from which on one has not read */
  markUnread(message) {
    this.reads.unmark(message.channel_id, message.id);
    this.emit("unread", {});
  }

  /** A forum is unread when one of the posts that the person can see is. */
  isUnread(channel) {
    if (!isForum(channel)) return this.reads.isUnread(channel);
    return this.channelsOf(channel.guild_id).some(
      (thread) => thread.parent_id === channel.id && this.reads.isUnread(thread),
    );
  }

  /** @param {string} channelId @returns {Promise<any[]>} what the person may use there; what was known is shown meanwhile */
  async commands(channelId) {
    const list = await this.api.get(`/channels/${channelId}/commands`);
    this.commandLists.set(channelId, list);
    this.emit(`commands:${channelId}`);
    return list;
  }

  // --- events --------------------------------------------------------------------------------------------------------

  /** @param {string} name @param {any} data */
  receive(name, data) {
    const handler = HANDLERS[name];
    if (handler) handler(this, data);
    else if (/^(GUILD_(CREATE|UPDATE|DELETE|ROLE_)|CHANNEL_)/.test(name)) this.refresh();
  }

  /** @param {any} channel */
  putChannel(channel) {
    this.channels.set(channel.id, { ...this.channels.get(channel.id), ...channel });
    this.emit("channels", channel);
    this.emit("posts", channel.parent_id);
  }

  /** @param {{id: string, parent_id?: string}} channel */
  dropChannel({ id, parent_id: parent }) {
    this.channels.delete(id);
    this.emit("channels", null);
    this.emit("posts", parent);
  }
}
