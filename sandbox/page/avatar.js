/** Faces: the person's own picture, or their initials on a colour that stays theirs. */
import { h } from "./dom.js";
import { userName } from "./discord.js";

/** @param {any} user @param {"small" | "medium" | "large"} [size] @returns {HTMLElement} decorative: the name stands beside it */
export function avatar(user, size = "medium") {
  const hue = Number(BigInt(user?.id ?? 0) % 12n);
  const box = h("span", { class: `avatar ${size} hue-${hue}`, "aria-hidden": "true" }, initials(userName(user)));
  if (user?.avatar)
    box.append(
      h("img", {
        src: `/cdn/avatars/${user.id}/${user.avatar}.png`,
        alt: "",
        loading: "lazy",
        onerror: (event) => event.target.remove(),
      }),
    );
  return box;
}

/** Of the person, not of what stands after a dash or in brackets: « Aurélie Roche – Kingersheim » is AR. @param {string} name */
export function initials(name) {
  const [own] = name.split(/\s[–—|-]\s|\s\(/u);
  const words = (own || name).split(/[\s’'-]+/u).filter((word) => /\p{L}|\p{N}/u.test(word));
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join("") || "?";
}
