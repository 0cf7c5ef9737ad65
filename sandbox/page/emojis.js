/** The names of the standard emojis (`:tada:`), as one writes them in Discord. The list is fetched when it is first needed. */

const NAMED = /(?<![\w<]):([\w+-]+):/gu;
/** Where a colon is only a colon: code, and addresses. */
const LITERAL = /(```[\s\S]*?```|`[^`\n]*`|https?:\/\/\S+)/u;
const MOST = 8;

/** @type {Promise<Map<string, string>> | null} */
let asked = null;

/** @returns {Promise<Map<string, string>>} each name and its emoji; none where the list cannot be had */
export function emojiNames() {
  asked ??= load().catch(() => {
    asked = null; // asked again next time
    return new Map();
  });
  return asked;
}

async function load() {
  const answer = await fetch("/static/emojis.txt");
  if (!answer.ok) throw new Error(`emojis: ${answer.status}`);
  const names = new Map();
  for (const line of (await answer.text()).trim().split("\n")) {
    const [emoji, ...given] = line.split(" ");
    for (const name of given) if (!names.has(name)) names.set(name, emoji);
  }
  return names;
}

/** @param {string} text @returns {string | null} what of a name stands at its end, after a colon that begins one */
export function begunName(text) {
  const found = /(?<![\w<:]):([a-z_+-][\w+-]{1,31})$/iu.exec(text); // « 14 :30 » is an hour
  return found && !inLiteral(text) ? found[1].toLowerCase() : null;
}

/** @param {Map<string, string>} names @param {string} query @returns {[string, string][]} names that begin so first, each emoji once */
export function suggested(names, query) {
  const begins = [];
  const holds = [];
  for (const entry of names)
    if (entry[0].startsWith(query)) begins.push(entry);
    else if (entry[0].includes(query)) holds.push(entry);
  begins.sort(([a], [b]) => a.length - b.length);
  const once = new Set();
  const fresh = ([, emoji]) => !once.has(emoji) && Boolean(once.add(emoji));
  return [...begins, ...holds].filter(fresh).slice(0, MOST);
}

/** @param {string} text */
export function mayHoldNames(text) {
  return text.search(NAMED) >= 0;
}

/** Names become emojis, except in code and in addresses. @param {Map<string, string>} names @param {string} text */
export function withEmojis(names, text) {
  const change = (part) => part.replace(NAMED, (whole, name) => names.get(name.toLowerCase()) ?? whole);
  return text
    .split(LITERAL)
    .map((part, at) => (at % 2 ? part : change(part)))
    .join("");
}

/** @param {string} text @returns {boolean} is its end in code that is not closed yet, or in an address? */
function inLiteral(text) {
  const parts = text.split(LITERAL);
  return /https?:\/\/\S+$/u.test(text) || parts.some((part, at) => at % 2 === 0 && part.includes("`"));
}
