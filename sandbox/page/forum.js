/**
 * A forum: its posts as a list or a gallery, filtered by tag and words, sorted, and a new post.
 */
import { Channel, byId, instant, may } from "./discord.js";
import { h, icon, iconButton } from "./dom.js";
import { excerpt, render } from "./markdown.js";
import { mediaUrl, picture } from "./media.js";
import { fold } from "./listbox.js";
import { openNewPost } from "./newpost.js";
import { emoji } from "./select.js";

const SHOWN = 60;

export class Forum {
  /** @param {any} client @param {any} channel */
  constructor(client, channel) {
    this.client = client;
    this.channel = channel;
    /** @type {any[]} */
    this.posts = [];
    this.tags = new Set();
    this.query = "";
    this.sort = channel.default_sort_order === 1 ? "created" : "active";
    this.layout = channel.default_forum_layout === 2 || channel.type === Channel.MEDIA ? "gallery" : "list";
    this.limit = SHOWN;
    this.cards = h("ul", { class: "posts" });
    this.count = h("p", { class: "hint", role: "status" });
    this.more = h(
      "button",
      { type: "button", class: "button secondary", onclick: () => this.showMore() },
      client.words.t("show_more"),
    );
    this.element = h("div", { class: "forum" }, this.head(), this.tagBar(), this.count, this.cards, this.more);
    this.stops = [
      client.store.on("posts", (parent) => parent === channel.id && this.reload()),
      client.store.on("unread", ({ channel: changed }) => changed?.parent_id !== channel.id && this.draw()),
      client.store.on("opened", () => this.draw()),
    ];
  }

  async open() {
    await this.load();
  }

  close() {
    clearTimeout(this.reloading);
    for (const stop of this.stops) stop();
  }

  reload() {
    clearTimeout(this.reloading);
    this.reloading = setTimeout(() => this.load(), 150);
  }

  async load() {
    try {
      this.posts = await this.client.store.api.get(`/channels/${this.channel.id}/posts`);
      for (const post of this.posts)
        if (!this.client.store.channels.has(post.id))
          this.client.store.channels.set(post.id, { ...post, guild_id: this.channel.guild_id });
      this.loaded = true;
    } catch (error) {
      this.client.notices.tell(this.client.notices.explain(error), "error");
    }
    this.draw();
  }

  head() {
    const { client } = this;
    const { words } = client;
    const search = h("input", {
      type: "search",
      class: "input",
      placeholder: words.t("search_posts"),
      "aria-label": words.t("search_posts"),
      oninput: (event) => this.set({ query: event.target.value }),
    });
    const sort = h(
      "select",
      { class: "input", "aria-label": words.t("sort_by"), onchange: (event) => this.set({ sort: event.target.value }) },
      h("option", { value: "active" }, words.t("sort_active")),
      h("option", { value: "created" }, words.t("sort_created")),
    );
    sort.value = this.sort;
    const layouts = h(
      "div",
      { class: "segmented", role: "group", "aria-label": words.t("layout") },
      this.layoutButton("list", "list"),
      this.layoutButton("gallery", "grid"),
    );
    const create = h(
      "button",
      {
        type: "button",
        class: "button primary",
        onclick: () => openNewPost(client, this.channel),
        disabled: !may(this.channel.permissions, "SEND_MESSAGES"),
      },
      icon("plus"),
      words.t("new_post"),
    );
    const topic = this.channel.topic
      ? h(
          "details",
          { class: "guidelines" },
          h("summary", {}, words.t("guidelines")),
          render(this.channel.topic, this.client.markdown(this.channel.id)),
        )
      : null;
    return h("div", { class: "forum-head" }, topic, h("div", { class: "forum-tools" }, search, sort, layouts, create));
  }

  layoutButton(layout, drawing) {
    const choose = () => {
      this.set({ layout });
      for (const button of this.element.querySelectorAll("[data-layout]"))
        button.setAttribute("aria-pressed", String(button.dataset.layout === layout));
    };
    return iconButton(drawing, this.client.words.t(layout === "list" ? "layout_list" : "layout_gallery"), choose, {
      data: { layout },
      "aria-pressed": String(this.layout === layout),
    });
  }

  tagBar() {
    const tags = this.channel.available_tags ?? [];
    if (!tags.length) return null;
    const toggle = (event, id) => {
      if (!this.tags.delete(id)) this.tags.add(id);
      event.currentTarget.setAttribute("aria-pressed", String(this.tags.has(id)));
      this.set({});
    };
    const one = (tag) =>
      h(
        "button",
        { type: "button", class: "tag", "aria-pressed": "false", onclick: (event) => toggle(event, tag.id) },
        tagWords(tag),
      );
    return h("div", { class: "tags", role: "group", "aria-label": this.client.words.t("filter_tags") }, tags.map(one));
  }

  set(change) {
    Object.assign(this, change);
    this.limit = SHOWN;
    this.draw();
  }

  showMore() {
    this.limit += SHOWN;
    this.draw();
  }

  shown() {
    const wanted = fold(this.query.trim());
    const active = (post) => post.last_message_id ?? post.id;
    const order = this.sort === "created" ? (a, b) => byId(b.id, a.id) : (a, b) => byId(active(b), active(a));
    const pinned = (post) => (post.flags ?? 0) & 2;
    return this.posts
      .filter((post) => !this.tags.size || post.applied_tags?.some((id) => this.tags.has(id)))
      .filter((post) => !wanted || fold(`${post.name} ${post.message?.content ?? ""}`).includes(wanted))
      .sort((a, b) => pinned(b) - pinned(a) || order(a, b));
  }

  draw() {
    const posts = this.shown();
    const { words } = this.client;
    this.count.textContent = this.loaded
      ? words.t(posts.length ? "post_count" : this.posts.length ? "no_post_found" : "no_post", { n: posts.length })
      : words.t("loading");
    this.cards.className = `posts ${this.layout}`;
    const focused = document.activeElement?.closest?.("[data-post]")?.dataset.post;
    this.cards.replaceChildren(...posts.slice(0, this.limit).map((post) => this.card(post)));
    this.more.hidden = posts.length <= this.limit;
    if (focused) this.cards.querySelector(`[data-post="${focused}"]`)?.focus();
  }

  card(post) {
    const { client } = this;
    const { words } = client;
    const tags = (this.channel.available_tags ?? []).filter((tag) => post.applied_tags?.includes(tag.id));
    const last = instant(post.last_message_id ?? post.id);
    const unread = client.store.reads.isUnread(client.store.channels.get(post.id) ?? post);
    const image = post.message?.attachments?.find((file) => file.content_type?.startsWith("image/"));
    const marks = [
      (post.flags ?? 0) & 2 ? mark("pin", words.t("pinned")) : null,
      post.thread_metadata?.locked ? mark("lock", words.t("locked")) : null,
      post.thread_metadata?.archived ? mark("clock", words.t("archived")) : null,
    ];
    const author = post.message ? client.store.nameOf(this.channel.guild_id, post.message.author) : "";
    const name = h(
      "button",
      {
        type: "button",
        class: "post-name",
        data: { post: post.id },
        "aria-current": client.thread?.id === post.id ? "true" : null,
        dir: "auto",
        onclick: () => client.openChannel(post.id),
      },
      post.name,
    );
    const words1 = [
      h(
        "div",
        { class: "post-tags" },
        tags.map((tag) => h("span", { class: "tag small" }, tagWords(tag))),
      ),
      h(
        "h2",
        { class: unread ? "unread" : "" },
        name,
        unread ? h("span", { class: "visually-hidden" }, ` (${words.t("unread")})`) : null,
      ),
    ];
    const text = h(
      "p",
      { class: "post-excerpt", dir: "auto" },
      h("b", {}, h("bdi", {}, author)),
      author ? words.t("colon") : null,
      excerptOf(post, this.client.markdown(this.channel.id)),
    );
    const foot = h(
      "p",
      { class: "post-foot hint" },
      words.t("replies", { n: post.message_count ?? 0 }),
      " · ",
      h(
        "time",
        { datetime: new Date(last).toISOString(), title: client.times.show(last, "F"), data: { relative: last } },
        client.times.relative(last),
      ),
      marks,
    );
    const cover =
      image && this.layout === "gallery"
        ? h("div", { class: "post-cover" }, picture(mediaUrl(image.url), image.description ?? ""))
        : null;
    return h("li", { class: "post" }, cover, words1, text, foot);
  }
}

function mark(drawing, label) {
  return h("span", { class: "post-mark", title: label }, icon(drawing), label);
}

/** @param {any} tag */
export function tagWords(tag) {
  return [tag.emoji_name ? [emoji({ name: tag.emoji_name }), " "] : null, h("bdi", {}, tag.name)];
}

/** The starter's text, or what its components say. */
function excerptOf(post, context) {
  const { message } = post;
  if (!message) return "";
  return excerpt(
    message.content || texts(message.components ?? []).join(" ") || message.embeds?.[0]?.description || "",
    180,
    context,
  );
}

function texts(components) {
  return components.flatMap((component) => [
    ...(component.content ? [component.content] : []),
    ...texts(component.components ?? []),
  ]);
}
