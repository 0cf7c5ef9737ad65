/** Pictures, files and galleries: of attachments, embeds and components. */
import { h, icon } from "./dom.js";

/** @param {string | undefined} url @param {any[]} [attachments] @returns {string | null} an address that may be shown */
export function mediaUrl(url, attachments = []) {
  if (!url) return null;
  if (url.startsWith("attachment://"))
    return mediaUrl(attachments.find((file) => file.filename === url.slice(13))?.url);
  return /^https?:\/\//i.test(url) || url.startsWith("/cdn/") ? url : null;
}

/** @param {string | null} url @param {string} alt @param {{width?: number, height?: number}} [size] @returns {HTMLElement} */
export function picture(url, alt, size = {}) {
  const broken = () => h("span", { class: "picture-missing" }, icon("file"), h("span", { dir: "auto" }, alt));
  if (!url) return broken();
  const image = h("img", {
    src: url,
    alt,
    loading: "lazy",
    referrerpolicy: "no-referrer",
    width: size.width,
    height: size.height,
  });
  image.addEventListener("error", () => image.replaceWith(broken()));
  return image;
}

/** @param {any} attachment @param {any} client */
export function attachmentView(attachment, client) {
  const url = mediaUrl(attachment.url);
  if (attachment.content_type?.startsWith("image/")) {
    const image = picture(url, attachment.description ?? attachment.filename, attachment);
    return h("a", { class: "attachment-image", href: url, target: "_blank", rel: "noopener" }, image);
  }
  return fileCard(attachment.filename, attachment.size, url, client);
}

/** @param {string} name @param {number | undefined} size @param {string | null} url @param {any} client */
export function fileCard(name, size, url, client) {
  const label = url
    ? h("a", { href: url, target: "_blank", rel: "noopener", download: name }, h("bdi", {}, name))
    : h("bdi", {}, name);
  return h(
    "div",
    { class: "file-card" },
    icon("file"),
    h("div", {}, label, size === undefined ? null : h("div", { class: "hint" }, fileSize(size, client.words.locale))),
  );
}

/** @param {number} bytes @param {string} locale */
export function fileSize(bytes, locale) {
  const units = ["byte", "kilobyte", "megabyte"];
  const step = Math.min(2, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024)));
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: units[step],
    unitDisplay: "short",
    maximumFractionDigits: 1,
  }).format(bytes / 1024 ** step);
}
