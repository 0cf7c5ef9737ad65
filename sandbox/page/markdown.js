/**
 * Discord's Markdown as nodes, never as HTML: whatever is not understood stays text.
 *
 * `render` gives the nodes; the context says who is who and what happens on a click.
 */
import { h } from "./dom.js";

/**
 * @typedef {object} MarkdownContext
 * @property {(id: string) => {name: string, onclick?: (event: Event) => void} | null} user
 * @property {(id: string) => {name: string, onclick?: (event: Event) => void} | null} channel
 * @property {(id: string) => Promise<unknown>} [seek] looks for a channel that is not known yet
 * @property {(id: string) => {name: string, color: number} | null} role
 * @property {(name: string, id: string) => void} [command] puts a command in the composer
 * @property {import("./time.js").Times} times
 * @property {import("./i18n.js").Words} words
 */

const DEPTH = 12;
const SAFE = /^https?:\/\//i;
const TOKENS = [
  [/^\\([^\p{L}\p{N}\s])/u, (m) => m[1]],
  [/^<@!?(\d{1,20})>/, (m, p) => mention(p.context.user(m[1]), "@", p.context.words.t("unknown_user"))],
  [/^<@&(\d{1,20})>/, (m, p) => roleMention(p.context.role(m[1]), p.context)],
  [/^<#(\d{1,20})>/, (m, p) => channelMention(m[1], p.context)],
  [/^<\/([^:<>\n]{1,100}):(\d{1,20})>/, (m, p) => commandMention(m[1], m[2], p.context)],
  [
    /^<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/,
    (m, p) => timestamp(Number(m[1]) * 1000, m[2] ?? "f", p.context.times) ?? m[0],
  ],
  [/^<a?:(\w{2,32}):(\d{1,20})>/, (m) => h("span", { class: "emoji-name", title: `:${m[1]}:` }, `:${m[1]}:`)],
  [/^<(https?:\/\/[^\s<>]+)>/i, (m) => link(m[1], m[1])],
  [/^@(everyone|here)(?!\w)/, (m) => h("span", { class: "mention" }, m[0])],
  [/^\*\*([\s\S]+?)\*\*(?!\*)/, (m, p, depth) => h("strong", {}, p.inline(m[1], depth))],
  [/^__([\s\S]+?)__(?!_)/, (m, p, depth) => h("u", {}, p.inline(m[1], depth))],
  [/^~~([\s\S]+?)~~/, (m, p, depth) => h("s", {}, p.inline(m[1], depth))],
  [/^\|\|([\s\S]+?)\|\|/, (m, p, depth) => spoiler(p.inline(m[1], depth), p.context.words)],
  [/^\*(?![\s*])((?:\*\*|\\.|[^*\\])+?)(?<!\s)\*(?!\*)/, (m, p, depth) => h("em", {}, p.inline(m[1], depth))],
  [/^_(?![\s_])((?:__|\\.|[^_\\])+?)_(?!\w)/, (m, p, depth) => h("em", {}, p.inline(m[1], depth))],
];
const PLAIN = /^[^\\`<@*_~|[h\n]+/;
const MASKED = /^\[((?:\\.|[^[\]\n\\]|\[[^[\]\n]*\])+)\]\(\s*<?(https?:\/\/[^\s<>]+?)>?(?:\s+"([^"\n]*)")?\s*\)/i;
const BARE = /^https?:\/\/[^\s<]*[^\s<.,:;!?'"»)\]]/i;

class Parser {
  /** @param {MarkdownContext} context */
  constructor(context) {
    this.context = context;
    /** The highest heading of the text: it counts as the second level, under the channel's name. */
    this.top = 1;
  }

  /** @param {string} text @param {number} [depth] @returns {Node[]} */
  inline(text, depth = 0) {
    if (depth > DEPTH) return [document.createTextNode(text)];
    const nodes = [];
    let plain = "";
    let rest = text;
    let before = "";
    while (rest) {
      const { node, length } = this.token(rest, before, depth + 1);
      if (node === null || typeof node === "string") plain += node ?? rest.slice(0, length);
      else {
        if (plain) nodes.push(document.createTextNode(plain));
        plain = "";
        nodes.push(node);
      }
      before = rest[length - 1];
      rest = rest.slice(length);
    }
    if (plain) nodes.push(document.createTextNode(plain));
    return nodes;
  }

  /** @param {string} rest @param {string} before @param {number} depth @returns {{node: Node | string | null, length: number}} */
  token(rest, before, depth) {
    const plain = PLAIN.exec(rest);
    if (plain) return { node: plain[0], length: plain[0].length };
    if (rest[0] === "`") return codeSpan(rest);
    if (rest[0] === "[") {
      const masked = MASKED.exec(rest);
      if (masked) return { node: link(masked[2], this.inline(masked[1], depth), masked[3]), length: masked[0].length };
    }
    if (rest[0] === "h" && !/[\p{L}\p{N}]/u.test(before)) {
      const bare = BARE.exec(rest);
      if (bare) return { node: link(bare[0], bare[0]), length: bare[0].length };
    }
    if (rest[0] === "_" && /[\p{L}\p{N}]/u.test(before)) return { node: "_", length: 1 };
    for (const [pattern, build] of TOKENS) {
      const found = pattern.exec(rest);
      if (found) return { node: build(found, this, depth), length: found[0].length };
    }
    const length = rest.codePointAt(0) > 0xffff ? 2 : 1;
    return { node: null, length };
  }

  /** @param {string} text @param {number} [depth] @returns {Node[]} */
  blocks(text, depth = 0) {
    const nodes = [];
    const lines = text.split("\n");
    let paragraph = [];
    const flush = () => {
      while (paragraph.length && !paragraph[0].trim()) paragraph.shift();
      if (paragraph.length) nodes.push(h("p", { dir: "auto" }, this.inline(paragraph.join("\n"))));
      paragraph = [];
    };
    for (let at = 0; at < lines.length;) {
      const block = depth > DEPTH ? null : this.block(lines, at, depth);
      if (block) {
        flush();
        nodes.push(block.node);
        at = block.next;
      } else {
        paragraph.push(lines[at]);
        at += 1;
      }
    }
    flush();
    return nodes;
  }

  /** @returns {{node: Node, next: number} | null} */
  block(lines, at, depth) {
    const line = lines[at];
    const heading = /^(#{1,3})\s+(.+)$/.exec(line);
    if (heading) return { node: this.heading(heading[1].length, heading[2]), next: at + 1 };
    const small = /^-#\s+(.+)$/.exec(line);
    if (small) return { node: h("p", { class: "subtext", dir: "auto" }, this.inline(small[1])), next: at + 1 };
    if (/^>>>(\s|$)/.test(line)) {
      const inside = [line.slice(3).trimStart(), ...lines.slice(at + 1)].join("\n");
      return { node: h("blockquote", {}, this.blocks(inside, depth + 1)), next: lines.length };
    }
    if (/^>\s/.test(line)) return this.quote(lines, at, depth);
    if (LIST.test(line)) return this.list(lines, at, depth);
    return null;
  }

  heading(level, text) {
    return h(
      "div",
      { class: `heading heading-${level}`, role: "heading", "aria-level": 2 + level - this.top, dir: "auto" },
      this.inline(text),
    );
  }

  quote(lines, at, depth) {
    let next = at;
    const inside = [];
    while (next < lines.length && /^>(\s|$)/.test(lines[next])) {
      inside.push(lines[next].replace(/^>\s?/, ""));
      next += 1;
    }
    return { node: h("blockquote", {}, this.blocks(inside.join("\n"), depth + 1)), next };
  }

  list(lines, at, depth) {
    const [, indent, marker] = LIST.exec(lines[at]);
    const ordered = /\d/.test(marker);
    const node = h(ordered ? "ol" : "ul", ordered ? { start: parseInt(marker, 10) } : {});
    let next = at;
    while (next < lines.length) {
      const item = LIST.exec(lines[next]);
      if (!item || item[1].length !== indent.length || /\d/.test(item[2]) !== ordered) break;
      next += 1;
      const inside = [];
      while (next < lines.length && deeper(lines[next], indent.length)) {
        inside.push(lines[next].slice(indent.length + 1).replace(/^ /, ""));
        next += 1;
      }
      node.append(
        h(
          "li",
          { dir: "auto" },
          this.inline(item[3]),
          inside.length ? this.blocks(inside.join("\n"), depth + 1) : null,
        ),
      );
    }
    return { node, next };
  }
}

const LIST = /^(\s*)([-*]|\d{1,9}\.)\s+(.+)$/;

function deeper(line, indent) {
  return line.trim() !== "" && line.length - line.trimStart().length > indent;
}

/** Code fences come first: nothing inside them is Markdown. */
function fences(text) {
  const parts = [];
  const pattern = /```(?:([\w+#.-]+)\n)?([\s\S]*?[^\s][\s\S]*?)```/g;
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > from) parts.push({ text: text.slice(from, found.index) });
    parts.push({ code: found[2].replace(/^\n|\n$/g, ""), language: found[1] ?? "" });
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/** @param {string} text @param {MarkdownContext} context @returns {HTMLElement} */
export function render(text, context) {
  const parser = new Parser(context);
  parser.top = Math.min(3, ...[...(text ?? "").matchAll(/^(#{1,3})\s/gm)].map(([, marks]) => marks.length));
  const root = h("div", { class: "markdown" });
  for (const part of fences(text ?? "")) {
    if (part.code !== undefined)
      root.append(h("pre", { tabindex: 0, data: { language: part.language } }, h("code", {}, part.code)));
    else root.append(...parser.blocks(part.text.replace(/^\n|\n$/g, "")));
  }
  return root;
}

/** One line, without blocks: names of embeds, replies, previews. */
export function renderInline(text, context) {
  return h("span", { class: "markdown-inline", dir: "auto" }, new Parser(context).inline(text ?? ""));
}

/**
 * The first words of a text, without its marks; with a context, names in the place of what mentions them.
 * @param {string} text @param {number} [length] @param {MarkdownContext} [context]
 */
export function excerpt(text, length = 160, context) {
  const bare = (context ? named(text ?? "", context) : (text ?? ""))
    .replace(/```[\s\S]*?```/g, " … ")
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replace(/[*_~|`#>]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
  const points = [...bare];
  return points.length > length ? `${points.slice(0, length - 1).join("")}…` : bare;
}

/** @param {string} text @param {MarkdownContext} context */
function named(text, context) {
  return text
    .replace(/<(@[!&]?|#)(\d{1,20})>/g, (mark, sign, id) => {
      const target = sign === "#" ? context.channel(id) : sign === "@&" ? context.role(id) : context.user(id);
      return target ? `${sign[0]}${target.name}` : mark;
    })
    .replace(
      /<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/g,
      (mark, at, style) => timestamp(Number(at) * 1000, style ?? "f", context.times)?.textContent ?? mark,
    );
}

/** @param {number} ms @param {string} style @param {import("./time.js").Times} times @returns {HTMLElement | null} */
export function timestamp(ms, style, times) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return null;
  const props = { class: "timestamp", datetime: date.toISOString(), title: times.show(ms, "F"), tabindex: 0 };
  if (style === "R") props.data = { relative: ms };
  return h("time", props, times.show(ms, style));
}

/** By hand: a regular expression would take minutes over a few thousand backquotes. */
function codeSpan(rest) {
  const [fence] = /^`+/.exec(rest);
  const runs = /`+/g;
  runs.lastIndex = fence.length;
  for (let run = runs.exec(rest); run; run = runs.exec(rest)) {
    if (run[0].length === fence.length)
      return { node: h("code", {}, rest.slice(fence.length, run.index)), length: run.index + fence.length };
  }
  return { node: fence, length: fence.length };
}

function mention(target, sign, unknown) {
  if (!target) return h("span", { class: "mention unknown" }, `${sign}${unknown}`);
  const label = h("bdi", {}, `${sign}${target.name}`);
  if (!target.onclick) return h("span", { class: "mention" }, label);
  return h("button", { type: "button", class: "mention", onclick: target.onclick }, label);
}

/** A thread that was archived before one came is named as soon as it is found. */
function channelMention(id, context) {
  const draw = () => mention(context.channel(id), "#", context.words.t("unknown_channel"));
  const shown = draw();
  if (!context.channel(id)) context.seek?.(id).then((found) => found && shown.replaceWith(draw()));
  return shown;
}

function roleMention(role, context) {
  if (!role) return h("span", { class: "mention unknown" }, `@${context.words.t("unknown_role")}`);
  return h("span", { class: "mention role", style: tint(role.color) }, h("bdi", {}, `@${role.name}`));
}

/** @param {number} color @returns {Record<string, string>} a role's or embed's own colour, as a variable that the style sheet tempers */
export function tint(color) {
  return color ? { "--tint": `#${color.toString(16).padStart(6, "0")}` } : {};
}

function commandMention(name, id, context) {
  if (!context.command) return h("span", { class: "mention" }, `/${name}`);
  return h("button", { type: "button", class: "mention", onclick: () => context.command(name, id) }, `/${name}`);
}

function link(url, label, title) {
  if (!SAFE.test(url)) return document.createTextNode(url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: title ?? url }, label);
}

function spoiler(children, words) {
  const hidden = h("button", { type: "button", class: "spoiler", "aria-label": words.t("spoiler_hidden") });
  const content = h("span", { class: "spoiler-content", inert: true }, children);
  const root = h("span", { class: "spoiler-box" }, content, hidden);
  hidden.addEventListener("click", () => {
    content.inert = false;
    root.classList.add("revealed");
    hidden.remove();
  });
  return root;
}
