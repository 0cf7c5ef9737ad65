/**
 * The chat of one person. Several may stand side by side in the same page: nothing here is shared.
 */
import { Actions } from "./actions.js";
import { markdownContext } from "./context.js";
import { Conversation } from "./conversation.js";
import { Channel, Flag, isForum, isThread, userName } from "./discord.js";
import { h, icon, iconButton } from "./dom.js";
import { Drafts } from "./drafts.js";
import { Forum } from "./forum.js";
import { Frame } from "./frame.js";
import { Words } from "./i18n.js";
import { Interactions } from "./interactions.js";
import { excerpt } from "./markdown.js";
import { Notices } from "./notices.js";
import { openPins } from "./pins.js";
import { openProfile } from "./profile.js";
import { openEvents } from "./scheduled.js";
import { Store } from "./store.js";
import { Times } from "./time.js";

export class Client {
  /**
   * @param {string} person their user id
   * @param {HTMLElement} root an empty element that the client fills
   * @param {{become: (person: string) => void, moved: () => void, tools: (client: Client) => HTMLElement[]}} hooks
   */
  constructor(person, root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.store = new Store(person);
    this.interactions = new Interactions(this);
    this.actions = new Actions(this);
    this.notices = new Notices(this);
    this.drafts = new Drafts(person);
    /** Where the person was reading, channel by channel. @type {Map<string, {id: string, top: number}>} */
    this.reading = new Map();
    /** @type {(() => void)[]} */
    this.stops = [];
    this.guildId = null;
    this.channel = null;
    this.thread = null;
  }

  /** @param {string[]} places where to begin: the first of these channels that the person may see @param {boolean} ask even for archived ones */
  async open(places, ask) {
    await this.store.open();
    this.words = new Words(this.store.locale);
    this.times = new Times(this.store.locale, () => this.store.now());
    this.frame = new Frame(this);
    this.listen();
    const known = places.map((id) => (ask ? this.store.find(id) : this.store.channels.get(id)));
    const wanted = (await Promise.all(known)).find(Boolean);
    if (wanted) await this.openChannel(wanted.id);
    else if (this.store.guilds.size) await this.openGuild(this.store.guilds.keys().next().value);
    else await this.openHome();
  }

  listen() {
    const { store } = this;
    this.stops.push(
      store.on("online", (online) => {
        this.frame.offline.hidden = online;
      }),
      store.on("notice", (notice) => this.notices.refused(notice)),
      store.on("open", () => this.reopened()),
      store.on("channels", (changed) => this.channelChanged(changed)),
      store.on("clock", () => this.tick()),
      store.on("unread", ({ channel, message }) => message && this.notices.announce(channel, message)),
    );
    const ticking = setInterval(() => this.tick(), 10000);
    this.stops.push(() => clearInterval(ticking));
    const key = (event) => this.frame.key(event);
    this.root.addEventListener("keydown", key);
  }

  close() {
    for (const stop of this.stops) stop();
    this.view?.close();
    this.threadView?.close();
    this.frame?.close();
    this.store.close();
    this.root.replaceChildren();
  }

  // --- where one is --------------------------------------------------------------------------------------------------

  /** @param {string} guildId */
  async openGuild(guildId) {
    const channels = this.store
      .channelsOf(guildId)
      .filter((channel) => !isThread(channel) && channel.type !== Channel.CATEGORY);
    const category = (channel) => this.store.channels.get(channel.parent_id)?.position ?? -1;
    channels.sort((a, b) => category(a) - category(b) || a.position - b.position);
    this.last ??= new Map();
    const first =
      this.store.channels.get(this.last.get(guildId)) ?? channels.find((channel) => !isForum(channel)) ?? channels[0];
    if (first) await this.openChannel(first.id, { keepLists: true });
    else this.show(guildId, null);
  }

  async openHome() {
    const [latest] = this.store.dms();
    if (latest) await this.openChannel(latest.id, { keepLists: true });
    else this.show(null, null);
  }

  /** @param {string} id of a channel, or of a thread, which opens beside its channel @param {{keepLists?: boolean}} [options] */
  async openChannel(id, { keepLists = false } = {}) {
    const channel = await this.store.find(id);
    if (!channel) return this.notices.tell(this.words.t("no_access"), "error");
    if (!keepLists) this.frame.closeLists();
    if (isThread(channel)) return this.openThread(channel);
    return this.show(channel.guild_id ?? null, channel);
  }

  async show(guildId, channel) {
    if (this.channel && this.channel.id === channel?.id && this.view) {
      this.closeThread();
      return;
    }
    const came = this.root.contains(document.activeElement);
    this.view?.close();
    this.closeThread();
    this.guildId = guildId;
    this.channel = channel;
    if (guildId && channel) (this.last ??= new Map()).set(guildId, channel.id);
    this.view = channel ? (isForum(channel) ? new Forum(this, channel) : new Conversation(this, channel)) : null;
    this.frame.main.replaceChildren(
      this.view?.element ?? h("p", { class: "empty-stage hint" }, this.words.t("nothing_open")),
    );
    this.frame.drawHead();
    this.frame.drawMembers();
    this.frame.rail.draw();
    this.frame.channels.draw();
    this.hooks.moved();
    await this.view?.open();
    const elsewhere = document.activeElement?.closest(".tour"); // somebody began to read it meanwhile
    if (channel && this.frame.wide && !elsewhere) this.focusView(came);
  }

  /** Where one writes; where one may not, where one reads. @param {boolean} came from another place of the pane */
  focusView(came) {
    if (this.view?.composer?.input) this.view.composer.focus();
    else if (came) this.view?.list?.scroller.focus({ preventScroll: true });
  }

  async openThread(thread) {
    const parent = this.store.channels.get(thread.parent_id);
    if (parent && this.channel?.id !== parent.id) await this.show(thread.guild_id, parent);
    this.closeThread();
    this.thread = thread;
    this.threadView = new Conversation(this, thread);
    const title = h("h2", { dir: "auto" }, icon("thread"), h("bdi", {}, thread.name));
    const tags = (parent?.available_tags ?? [])
      .filter((tag) => thread.applied_tags?.includes(tag.id))
      .map((tag) => h("span", { class: "tag small" }, tag.name));
    const head = h(
      "header",
      { class: "thread-head" },
      iconButton("close", this.words.t("close_thread"), () => this.leaveThread()),
      title,
      iconButton("pin", this.words.t("pins"), (event) => openPins(this, thread, event.currentTarget)),
      iconButton("more", this.words.t("thread_actions"), (event) =>
        this.actions.openForThread(this.thread, event.currentTarget),
      ),
      h("div", { class: "post-tags" }, tags),
    );
    this.frame.side.replaceChildren(head, this.threadView.element);
    this.frame.side.hidden = false;
    this.frame.drawMembers();
    this.frame.channels.draw();
    this.store.emit("opened");
    this.hooks.moved();
    await this.threadView.open();
    this.threadView.composer.focus();
  }

  closeThread() {
    if (!this.thread) return;
    this.threadView.close();
    this.thread = null;
    this.threadView = null;
    this.frame.side.hidden = true;
    this.frame.side.replaceChildren();
    this.frame.drawMembers();
    this.store.emit("opened");
  }

  leaveThread() {
    const id = this.thread?.id;
    this.closeThread();
    this.frame.channels.draw();
    this.hooks.moved();
    (
      this.frame.main.querySelector(`[data-post="${id}"]`) ?? this.frame.main.querySelector("textarea, button")
    )?.focus();
  }

  /** @param {string} userId */
  async openDm(userId) {
    try {
      const channel = await this.store.api.post("/dms", { recipient_id: userId });
      this.store.putChannel(channel);
      await this.openChannel(channel.id);
    } catch (error) {
      this.notices.tell(this.notices.explain(error), "error");
    }
  }

  openEvents(guildId) {
    this.frame.closeLists();
    openEvents(this, guildId);
  }

  showProfile(userId, anchor) {
    openProfile(this, userId, anchor);
  }

  /** Rights may have changed: what is open may have gone. */
  reopened() {
    this.frame.rail.draw();
    if (this.thread && !this.store.channels.has(this.thread.id)) this.closeThread();
    const now = this.channel && this.store.channels.get(this.channel.id);
    if (this.channel && !now) {
      this.channel = null;
      this.view?.close();
      this.view = null;
      if (this.guildId && this.store.guilds.has(this.guildId)) this.openGuild(this.guildId);
      else this.openHome();
    } else if (now && this.view) {
      this.channel = now;
      this.view.channel = now;
      if (this.view instanceof Conversation) this.view.compose();
      this.frame.drawHead();
    } else if (!this.channel && this.store.guilds.size) this.openGuild(this.store.guilds.keys().next().value);
  }

  channelChanged(changed) {
    if (this.thread && !this.store.channels.has(this.thread.id)) this.leaveThread();
    if (changed && changed.id === this.thread?.id) this.thread = this.store.channels.get(changed.id);
  }

  /** Relative times grow old. */
  tick() {
    for (const node of this.root.querySelectorAll("[data-relative]"))
      node.textContent = this.times.relative(Number(node.dataset.relative));
  }

  // --- words ---------------------------------------------------------------------------------------------------------

  titleOf(channel) {
    if (channel.type !== Channel.DM) return channel.name;
    return channel.recipients
      .filter((user) => user.id !== this.store.user.id)
      .map(userName)
      .join(", ");
  }

  /** @param {string | null} channelId */
  markdown(channelId) {
    return markdownContext(this, channelId);
  }

  // --- what views ask ------------------------------------------------------------------------------------------------

  /** @param {string | null} channelId @returns {Conversation | null} */
  conversationOf(channelId) {
    if (this.thread && (this.thread.id === channelId || !(this.view instanceof Conversation))) return this.threadView;
    return this.view instanceof Conversation ? this.view : null;
  }

  reply(message) {
    this.conversationOf(message.channel_id)?.composer.reply(message);
  }

  edit(message) {
    this.conversationOf(message.channel_id)?.composer.edit(message);
  }

  /** Where one writes, from there: in the thread, or in the channel. @param {Node} target */
  composerNear(target) {
    const inThread = this.thread && (this.frame.side.contains(target) || !(this.view instanceof Conversation));
    return (inThread ? this.threadView : this.view)?.composer;
  }

  focusComposer(channelId) {
    this.conversationOf(channelId)?.composer.focus();
  }

  focusMessages(channelId) {
    this.conversationOf(channelId)?.list.focusLast();
  }

  /** @param {string} channelId @returns {any | undefined} the last message of the person that they may still put right */
  lastOwn(channelId) {
    const own = ({ author, flags, type }) =>
      author.id === this.store.user.id && !(flags & Flag.EPHEMERAL) && (type === 0 || type === 19);
    return this.store.timeline(channelId).messages.findLast(own);
  }

  sent(channelId) {
    this.conversationOf(channelId)?.list.toBottom();
  }

  async jumpTo(channelId, messageId) {
    await this.openChannel(channelId);
    await this.conversationOf(channelId)?.list.jump(messageId);
  }

  /** It stays so until one comes back, or says that it is read. @param {any} message */
  markUnread(message) {
    this.store.markUnread(message);
    this.conversationOf(message.channel_id)?.list.keepUnread(message.id);
  }

  /** A forum is read when its posts are. */
  markAllRead(channel) {
    this.store.markRead(channel.id);
    for (const thread of this.store.channels.values())
      if (thread.parent_id === channel.id) this.store.markRead(thread.id);
  }

  /** Puts away a message that only this person can see. @param {any} message */
  dismiss(message) {
    return this.remove(message);
  }

  /** A message that others read is not deleted by a slip of the hand. @param {any} message */
  askToRemove(message) {
    const text = excerpt(message.content, 120, this.markdown(message.channel_id));
    this.notices.confirm(this.words.t("delete_message"), () => this.remove(message), text);
  }

  remove(message) {
    return this.notices.attempt(async () => {
      await this.store.api.delete(`/channels/${message.channel_id}/messages/${message.id}`);
      this.store.receive("MESSAGE_DELETE", { id: message.id, channel_id: message.channel_id });
    });
  }

  react(message, name, add) {
    const path = `/channels/${message.channel_id}/messages/${message.id}/reactions/${encodeURIComponent(name)}`;
    return this.notices.attempt(() => this.store.api[add ? "put" : "delete"](path));
  }
}
