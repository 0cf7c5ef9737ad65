/** Files that go with the next message: chosen, pasted or dropped, sent ahead, listed until the message leaves. */
import { h, icon, iconButton } from "./dom.js";

const MOST = 10;

export class Attachments {
  /** @param {any} composer */
  constructor(composer) {
    this.composer = composer;
    this.client = composer.client;
    const { words } = this.client;
    /** @type {{file: File, sent: Promise<any>}[]} */
    this.files = [];
    this.picker = h("input", {
      type: "file",
      multiple: true,
      hidden: true,
      onchange: () => this.add([...this.picker.files]),
    });
    this.button = iconButton("plus", words.t("attach"), () => this.picker.click(), { class: "composer-attach" });
    this.list = h("ul", { class: "attaching", "aria-label": words.t("attached"), hidden: true });
  }

  /** What comes from the clipboard or is dropped here. @param {HTMLElement} zone */
  watch(zone) {
    const take = (event, data) => {
      if (!data?.files.length) return;
      event.preventDefault();
      this.add([...data.files]);
    };
    zone.addEventListener("paste", (event) => take(event, event.clipboardData));
    zone.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
    zone.addEventListener("drop", (event) => take(event, event.dataTransfer));
  }

  /** @param {File[]} chosen */
  add(chosen) {
    for (const file of chosen.slice(0, MOST - this.files.length)) {
      const sent = this.client.store.api.upload(file);
      sent.catch((error) => {
        this.remove(file);
        this.composer.alert.textContent = this.client.words.t("upload_failed", {
          reason: this.client.notices.explain(error),
        });
      });
      this.files.push({ file, sent });
    }
    this.picker.value = "";
    this.draw();
    this.composer.focus();
  }

  /** @param {File} file */
  remove(file) {
    this.files = this.files.filter((each) => each.file !== file);
    this.draw();
  }

  clear() {
    this.files = [];
    this.draw();
  }

  /** @returns {Promise<string[]>} the ids, once all have arrived */
  async ids() {
    return (await Promise.all(this.files.map(({ sent }) => sent))).map(({ id }) => id);
  }

  draw() {
    const { words } = this.client;
    this.list.hidden = !this.files.length;
    this.list.replaceChildren(
      ...this.files.map(({ file }) =>
        h(
          "li",
          {},
          icon("file"),
          h("bdi", {}, file.name),
          iconButton("close", words.t("remove_file", { name: file.name }), () => this.remove(file), { class: "tiny" }),
        ),
      ),
    );
  }
}
