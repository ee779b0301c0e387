/** Drafts, one for each person, channel and thread. Their texts outlive a reload of the tab; files do not. */

const EMPTY = Object.freeze({ text: "", files: [] });

export class Drafts {
  #files = new Map();

  /** `workspace.me` is whose drafts they are. */
  constructor(workspace) {
    this.workspace = workspace;
  }

  /** The draft at a place, {channel, thread}. */
  at(place) {
    const key = this.#key(place);
    const text = attempt(() => sessionStorage.getItem(key)) ?? EMPTY.text;
    return { text, files: this.#files.get(key) ?? EMPTY.files };
  }

  keep(place, { text, files }) {
    const key = this.#key(place);
    attempt(() => (text ? sessionStorage.setItem(key, text) : sessionStorage.removeItem(key)));
    if (files.length) this.#files.set(key, files);
    else this.#files.delete(key);
  }

  #key({ channel, thread }) {
    return `draft/${this.workspace.me.id}/${channel}/${thread ?? ""}`;
  }
}

/** A browser may refuse to store anything, or run out of room: then a draft lasts as long as its composer shows it. */
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
