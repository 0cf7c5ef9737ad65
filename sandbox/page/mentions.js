/** Names while one writes, marks once it is sent: `@Camille` here is `<@123>` for Discord. Nobody reads or types an id. */

const MARK = /<(@[!&]?|#)(\d{1,20})>/g;

export class Mentions {
  constructor() {
    /** @type {Map<string, string>} */
    this.marks = new Map();
  }

  /**
   * @param {string} name as it would be shown @param {string} mark @param {string} [other] shown where the name already stands for somebody else
   * @returns {string} what to show
   */
  add(name, mark, other = mark) {
    const shown = (this.marks.get(name) ?? mark) === mark ? name : other;
    this.marks.set(shown, mark);
    return shown;
  }

  /** @param {string} text @returns {string} with the marks that Discord wants */
  toMarks(text) {
    const names = [...this.marks.keys()].sort((a, b) => b.length - a.length);
    for (const name of names)
      text = text.replace(new RegExp(`${literal(name)}(?![\\p{L}\\p{N}_])`, "gu"), () => this.marks.get(name));
    return text;
  }

  /** @param {string} text @param {import("./markdown.js").MarkdownContext} context @returns {string} with names, for who corrects it */
  toNames(text, context) {
    return text.replace(MARK, (mark, sign, id) => {
      const target = sign === "#" ? context.channel(id) : sign === "@&" ? context.role(id) : context.user(id);
      return target ? this.add(`${sign[0]}${target.name}`, mark) : mark;
    });
  }
}

function literal(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
