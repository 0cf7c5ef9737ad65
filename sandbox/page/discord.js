/**
 * Discord's own numbers, named once; nothing here draws or asks anything.
 */

export const Channel = Object.freeze({
  TEXT: 0,
  DM: 1,
  VOICE: 2,
  CATEGORY: 4,
  NEWS: 5,
  NEWS_THREAD: 10,
  THREAD: 11,
  PRIVATE_THREAD: 12,
  STAGE: 13,
  FORUM: 15,
  MEDIA: 16,
});
export const Kind = Object.freeze({
  ROW: 1,
  BUTTON: 2,
  STRING_SELECT: 3,
  TEXT_INPUT: 4,
  USER_SELECT: 5,
  ROLE_SELECT: 6,
  MENTIONABLE_SELECT: 7,
  CHANNEL_SELECT: 8,
  SECTION: 9,
  TEXT: 10,
  THUMBNAIL: 11,
  GALLERY: 12,
  FILE: 13,
  SEPARATOR: 14,
  CONTAINER: 17,
  LABEL: 18,
  FILE_UPLOAD: 19,
  RADIO: 21,
  CHECKBOXES: 22,
  CHECKBOX: 23,
});
export const Interaction = Object.freeze({ COMMAND: 2, COMPONENT: 3, AUTOCOMPLETE: 4, MODAL: 5 });
export const Option = Object.freeze({
  SUBCOMMAND: 1,
  GROUP: 2,
  STRING: 3,
  INTEGER: 4,
  BOOLEAN: 5,
  USER: 6,
  CHANNEL: 7,
  ROLE: 8,
  MENTIONABLE: 9,
  NUMBER: 10,
  ATTACHMENT: 11,
});
export const Command = Object.freeze({ SLASH: 1, USER: 2, MESSAGE: 3 });
export const Flag = Object.freeze({ EPHEMERAL: 64, LOADING: 128, COMPONENTS_V2: 32768 });

const BITS = {
  ADMINISTRATOR: 3n,
  MANAGE_CHANNELS: 4n,
  ADD_REACTIONS: 6n,
  SEND_MESSAGES: 11n,
  MANAGE_MESSAGES: 13n,
  ATTACH_FILES: 15n,
  MANAGE_ROLES: 28n,
  MANAGE_THREADS: 34n,
  SEND_IN_THREADS: 38n,
  PIN_MESSAGES: 51n,
};

/**
 * @param {string | undefined} permissions a decimal number too wide for JavaScript's own
 * @param {keyof typeof BITS} name
 */
export function may(permissions, name) {
  if (permissions === undefined || permissions === null) return true;
  const value = BigInt(permissions);
  return Boolean(value & (1n << BITS.ADMINISTRATOR)) || Boolean(value & (1n << BITS[name]));
}

/** @param {{type: number}} channel */
export function isThread(channel) {
  return [Channel.NEWS_THREAD, Channel.THREAD, Channel.PRIVATE_THREAD].includes(channel.type);
}

/** @param {{type: number}} channel */
export function isForum(channel) {
  return channel.type === Channel.FORUM || channel.type === Channel.MEDIA;
}

/** Oldest first; snowflakes are wider than a float, so their length decides first. */
export function byId(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** @param {string} snowflake @returns {number} milliseconds since 1970 */
export function instant(snowflake) {
  return Number(BigInt(snowflake) >> 22n) + 1420070400000;
}

/** @param {any} user @returns {string} */
export function userName(user) {
  return user?.global_name ?? user?.username ?? "?";
}
