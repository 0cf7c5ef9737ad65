/** A dialog of the browser's own: it keeps the focus inside, Escape closes it, what is behind is out of reach. */
import { h, iconButton, uid } from "./dom.js";

/**
 * @param {any} client
 * @param {{title: string, body: (HTMLElement | null)[], actions?: HTMLElement[], class?: string, onsubmit?: (event: SubmitEvent) => void, mayClose?: () => boolean}} options
 * @returns {{element: HTMLDialogElement, close: () => void}}
 */
export function openDialog(client, { title, body, actions = [], class: extra = "", onsubmit, mayClose = () => true }) {
  const id = uid("dialog");
  const close = () => {
    element.close();
  };
  const leave = () => mayClose() && close();
  const head = h(
    "header",
    { class: "dialog-head" },
    h("h2", { id, dir: "auto" }, title),
    iconButton("close", client.words.t("close"), leave),
  );
  const inside = [
    head,
    h("div", { class: "dialog-body" }, body),
    actions.length ? h("footer", { class: "dialog-foot" }, actions) : null,
  ];
  const frame = onsubmit
    ? h("form", { class: "dialog-frame", novalidate: true, onsubmit }, inside)
    : h("div", { class: "dialog-frame" }, inside);
  const element = /** @type {HTMLDialogElement} */ (
    h("dialog", { class: `dialog ${extra}`, "aria-labelledby": id, lang: client.words.language }, frame)
  );
  element.addEventListener("cancel", (event) => {
    if (event.target !== element) return;
    event.preventDefault();
    leave();
  });
  const opener = document.activeElement;
  const message = /** @type {HTMLElement | null | undefined} */ (opener?.closest(".message"))?.dataset.id;
  element.addEventListener("close", () => {
    element.remove();
    // The browser gives the focus back to what opened the dialog; its message may have been drawn again meanwhile.
    if (message && !opener.isConnected)
      client.root.querySelector(`.message[data-id="${CSS.escape(message)}"]`)?.focus();
  });
  client.root.append(element);
  element.showModal();
  return { element, close };
}
