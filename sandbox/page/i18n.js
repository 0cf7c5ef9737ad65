/**
 * The page's own words. A client speaks the language of its person, so each holds its own Words.
 */
import { en } from "./i18n/en.js";
import { fr } from "./i18n/fr.js";

const LANGUAGES = { en, fr };

export class Words {
  /** @param {string} locale Discord's name for it: fr, en-GB, en-US */
  constructor(locale) {
    this.locale = locale;
    this.language = locale?.startsWith("fr") ? "fr" : "en";
    this.table = LANGUAGES[this.language];
    /** Ten thousand names are sorted at each key: one collator for all is what makes it quick. */
    this.order = new Intl.Collator(locale).compare;
  }

  /**
   * @param {keyof typeof fr} key
   * @param {Record<string, string | number>} [values]
   * @returns {string}
   */
  t(key, values = {}) {
    const entry = this.table[key];
    if (entry === undefined) throw new Error(`no words for ${key}`);
    const text = typeof entry === "string" ? entry : entry(values);
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }
}
