/**
 * Instants as people read them, in their own time zone. The sandbox's clock says what "now" is.
 */

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};

const UNITS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export class Times {
  /** @param {string} locale @param {() => number} now */
  constructor(locale, now) {
    this.locale = locale;
    this.now = now;
    this.formats = new Map();
    this.relatives = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  }

  /** @param {number} ms @param {keyof typeof STYLES | "R"} style */
  show(ms, style) {
    if (style === "R") return this.relative(ms);
    if (!this.formats.has(style))
      this.formats.set(style, new Intl.DateTimeFormat(this.locale, STYLES[style] ?? STYLES.f));
    return this.formats.get(style).format(ms);
  }

  /** @param {number} ms */
  relative(ms) {
    const seconds = (ms - this.now()) / 1000;
    const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[5];
    return this.relatives.format(Math.trunc(seconds / size), unit);
  }

  /** The date beside an author: hours for today, else the day as well. @param {number} ms */
  stamp(ms) {
    return this.show(ms, this.sameDay(ms, this.now()) ? "t" : "s");
  }

  /** @param {number} a @param {number} b */
  sameDay(a, b) {
    return new Date(a).toDateString() === new Date(b).toDateString();
  }
}
