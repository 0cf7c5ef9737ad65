/** Embeds: the framed cards of bots. */
import { h } from "./dom.js";
import { render, renderInline, tint } from "./markdown.js";
import { mediaUrl, picture } from "./media.js";

/** @param {any} embed @param {any} message @param {any} client @returns {HTMLElement} */
export function embedView(embed, message, client) {
  const context = client.markdown(message.channel_id);
  const media = (url) => mediaUrl(url, message.attachments);
  const card = h("article", { class: "embed", style: tint(embed.color ?? 0), dir: "auto" });
  if (embed.thumbnail)
    card.append(h("div", { class: "embed-thumbnail" }, picture(media(embed.thumbnail.url), client.words.t("picture"))));
  if (embed.provider?.name) card.append(h("div", { class: "embed-provider hint" }, embed.provider.name));
  if (embed.author) card.append(h("div", { class: "embed-author" }, linked(embed.author.name, embed.author.url)));
  if (embed.title)
    card.append(h("div", { class: "embed-title" }, linked(renderInline(embed.title, context), embed.url)));
  if (embed.description) card.append(render(embed.description, context));
  if (embed.fields?.length) card.append(fields(embed.fields, context));
  if (embed.image)
    card.append(h("div", { class: "embed-image" }, picture(media(embed.image.url), client.words.t("picture"))));
  if (embed.footer || embed.timestamp) card.append(footer(embed, client));
  return card;
}

function linked(content, url) {
  return /^https?:\/\//i.test(url ?? "")
    ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, content)
    : content;
}

function fields(list, context) {
  const field = ({ name, value, inline }) =>
    h(
      "div",
      { class: inline ? "embed-field inline" : "embed-field" },
      h("dt", {}, renderInline(name, context)),
      h("dd", {}, render(value, context)),
    );
  return h("dl", { class: "embed-fields" }, list.map(field));
}

function footer(embed, client) {
  const at = embed.timestamp ? Date.parse(embed.timestamp) : NaN;
  const time = Number.isNaN(at)
    ? null
    : h("time", { datetime: embed.timestamp, title: client.times.show(at, "F") }, client.times.show(at, "s"));
  return h("footer", { class: "embed-footer" }, embed.footer?.text, embed.footer?.text && time ? " · " : null, time);
}
