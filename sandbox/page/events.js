/**
 * What each event of the sandbox changes in a store. Those not named here and that change rights or places make it ask again.
 */

/** @param {import("./store.js").Store} store @param {any} data @param {number} step */
function interested(store, data, step) {
  const event = store.guilds.get(data.guild_id)?.events.get(data.guild_scheduled_event_id);
  if (!event) return;
  event.user_count = Math.max(0, (event.user_count ?? 0) + step);
  if (data.user_id === store.user.id) event.interested = step > 0;
  store.emit("events");
}

/** @param {import("./store.js").Store} store @param {any} event */
function putEvent(store, event) {
  const events = store.guilds.get(event.guild_id)?.events;
  events?.set(event.id, { ...events.get(event.id), ...event });
  store.emit("events");
}

/** @param {import("./store.js").Store} store @param {any} member */
function putMember(store, member) {
  const guild = store.guilds.get(member.guild_id);
  guild?.members.set(member.user.id, { ...guild.members.get(member.user.id), ...member });
  if (member.user.id === store.user.id) store.refresh();
  store.emit("members", member.guild_id);
}

/** @param {import("./store.js").Store} store @param {any} data @param {1 | -1} step */
function react(store, data, step) {
  const message = store.timeline(data.channel_id).get(data.message_id);
  if (!message) return;
  const same = (reaction) => (reaction.emoji.id ?? reaction.emoji.name) === (data.emoji.id ?? data.emoji.name);
  const reactions = [...(message.reactions ?? [])];
  const at = reactions.findIndex(same);
  const before = at < 0 ? { emoji: data.emoji, count: 0, me: false } : reactions[at];
  const after = { ...before, count: before.count + step, me: data.user_id === store.user.id ? step > 0 : before.me };
  if (at < 0) reactions.push(after);
  else reactions[at] = after;
  store.keep({ ...message, reactions: reactions.filter((reaction) => reaction.count > 0) });
}

/** @type {Record<string, (store: import("./store.js").Store, data: any) => void>} */
export const HANDLERS = {
  MESSAGE_CREATE: (store, message) => store.arrive(message),
  MESSAGE_UPDATE: (store, message) => store.keep(message),
  MESSAGE_DELETE: (store, { id, channel_id: channel }) => {
    if (store.timeline(channel).remove(id)) store.emit(`messages:${channel}`, { kind: "removed", id });
  },
  MESSAGE_DELETE_BULK: (store, { ids, channel_id: channel }) => {
    for (const id of ids) HANDLERS.MESSAGE_DELETE(store, { id, channel_id: channel });
  },
  MESSAGE_REACTION_ADD: (store, data) => react(store, data, 1),
  MESSAGE_REACTION_REMOVE: (store, data) => react(store, data, -1),
  CHANNEL_PINS_UPDATE: (store, { channel_id: channel }) => store.emit(`pins:${channel}`),
  THREAD_CREATE: (store, thread) => store.putChannel(thread),
  THREAD_UPDATE: (store, thread) => store.putChannel(thread),
  THREAD_DELETE: (store, thread) => store.dropChannel(thread),
  GUILD_MEMBER_ADD: putMember,
  GUILD_MEMBER_UPDATE: putMember,
  GUILD_MEMBER_REMOVE: (store, { guild_id: guild, user }) => {
    store.guilds.get(guild)?.members.delete(user.id);
    store.emit("members", guild);
  },
  GUILD_SCHEDULED_EVENT_CREATE: putEvent,
  GUILD_SCHEDULED_EVENT_UPDATE: putEvent,
  GUILD_SCHEDULED_EVENT_DELETE: (store, event) => {
    store.guilds.get(event.guild_id)?.events.delete(event.id);
    store.emit("events");
  },
  GUILD_SCHEDULED_EVENT_USER_ADD: (store, data) => interested(store, data, 1),
  GUILD_SCHEDULED_EVENT_USER_REMOVE: (store, data) => interested(store, data, -1),
  TYPING_START: (store, { channel_id: channel, user_id: user }) => {
    const typing = store.typing.get(channel) ?? new Map();
    store.typing.set(channel, typing.set(user, Date.now() + 9000));
    store.emit(`typing:${channel}`);
    setTimeout(() => store.emit(`typing:${channel}`), 9100);
  },
  // The answer to the interaction says it already.
  INTERACTION_FAILED: () => undefined,
  CLOCK: (store, clock) => store.setClock(clock),
  NOTICE: (store, notice) => store.emit("notice", notice),
};
