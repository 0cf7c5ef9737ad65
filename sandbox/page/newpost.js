/** The form of a new forum post. */
import { openDialog } from "./dialog.js";
import { may } from "./discord.js";
import { h, uid } from "./dom.js";
import { tagWords } from "./forum.js";

const MOST_TAGS = 5;

/** @param {any} client @param {any} channel the forum */
export function openNewPost(client, channel) {
  const { words } = client;
  const title = h("input", { id: uid("title"), class: "input", maxlength: 100, required: true, dir: "auto" });
  const content = h("textarea", {
    id: uid("content"),
    class: "input",
    rows: 6,
    maxlength: 2000,
    required: true,
    dir: "auto",
  });
  const alert = h("p", { class: "problem", role: "alert" });
  const tags = (channel.available_tags ?? []).filter(
    (tag) => !tag.moderated || may(channel.permissions, "MANAGE_THREADS"),
  );
  const boxes = tags.map((tag) => ({ tag, input: h("input", { type: "checkbox" }) }));
  const limit = () => {
    const full = boxes.filter(({ input }) => input.checked).length >= MOST_TAGS;
    for (const { input } of boxes) input.disabled = full && !input.checked;
  };
  for (const { input } of boxes) input.addEventListener("change", limit);
  const tagField = boxes.length
    ? h(
        "fieldset",
        { class: "field" },
        h("legend", { class: "field-label" }, words.t("post_tags", { n: MOST_TAGS })),
        h(
          "div",
          { class: "tags" },
          boxes.map(({ tag, input }) => h("label", { class: "tag checkable" }, input, tagWords(tag))),
        ),
      )
    : null;
  const onsubmit = async (event) => {
    event.preventDefault();
    if (!title.value.trim() || !content.value.trim()) {
      alert.textContent = words.t("post_incomplete");
      (title.value.trim() ? content : title).focus();
      return;
    }
    try {
      const post = await client.store.api.post(`/channels/${channel.id}/posts`, {
        name: title.value.trim(),
        content: content.value,
        applied_tags: boxes.filter(({ input }) => input.checked).map(({ tag }) => tag.id),
      });
      client.store.putChannel({ ...post, guild_id: channel.guild_id });
      dialog.close();
      client.openChannel(post.id);
    } catch (error) {
      alert.textContent = client.notices.explain(error);
    }
  };
  const field = (label, input) =>
    h(
      "div",
      { class: "field" },
      h(
        "label",
        { class: "field-label", for: input.id },
        label,
        h("span", { class: "required" }, ` ${words.t("required")}`),
      ),
      input,
    );
  const actions = [
    h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, words.t("cancel")),
    h("button", { type: "submit", class: "button primary" }, words.t("publish")),
  ];
  const dialog = openDialog(client, {
    title: words.t("new_post"),
    body: [field(words.t("post_title"), title), field(words.t("post_content"), content), tagField, alert],
    actions,
    class: "modal",
    onsubmit,
  });
  title.focus();
}
