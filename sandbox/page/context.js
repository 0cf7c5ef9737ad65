/** What Markdown needs to know of the world: names behind marks, and where a click leads. */

/** @param {any} client @param {string | null} channelId @returns {import("./markdown.js").MarkdownContext} */
export function markdownContext(client, channelId) {
  const { store } = client;
  const guildId = store.channels.get(channelId ?? "")?.guild_id ?? client.guildId;
  return {
    words: client.words,
    times: client.times,
    user: (id) => {
      const user = store.findUser(id);
      return user
        ? { name: store.nameOf(guildId, user), onclick: (event) => client.showProfile(id, event.currentTarget) }
        : null;
    },
    channel: (id) => {
      const channel = store.channels.get(id);
      return channel ? { name: client.titleOf(channel), onclick: () => client.openChannel(id) } : null;
    },
    seek: (id) => store.seek(id),
    role: (id) => store.guilds.get(guildId)?.roles.get(id) ?? null,
    command: (name, id) => client.conversationOf(channelId)?.composer.beginNamed(name, id),
  };
}
