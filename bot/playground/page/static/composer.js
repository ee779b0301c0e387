/** The composer: drafts, the menu of completions, attached files, sending. */

import { complete, refusal, usage } from "./completion.js";
import { h, icon, plainButton, role } from "./dom.js";

const EDIT_KEYS = "Editing: Enter saves, Escape cancels";
const KEYS = "Enter sends, Shift+Enter starts a new line";

export class Composer {
  #place = null;
  #files = [];
  #completion = { start: 0, options: [] };
  #chosen = 0;
  #editing = null;

  /**
   * `send(place, text, files)` resolves once the server has accepted it; it rejects with a sentence as the message.
   * `editLast(place)` edits the last message that the user wrote there.
   */
  constructor(slot, workspace, drafts, { send, editLast }) {
    this.workspace = workspace;
    this.drafts = drafts;
    this.send = send;
    this.editLast = editLast;
    this.form = document.getElementById("composer").content.firstElementChild.cloneNode(true);
    this.input = role("composer", this.form);
    this.menu = role("menu", this.form);
    this.input.id = `composer-of-${slot.dataset.role.split("-")[0]}`;
    this.menu.id = `${slot.dataset.role}-menu`;
    this.input.setAttribute("aria-controls", this.menu.id);
    slot.replaceWith(this.form);
    this.form.dataset.role = slot.dataset.role;
    this.#listen();
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.input.addEventListener("input", () => this.#edited());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("click", () => this.#offer());
    this.input.addEventListener("blur", () => this.#closeMenu());
    this.input.addEventListener("paste", (event) => this.#takeFiles(event, event.clipboardData));
    this.form.addEventListener("dragover", (event) => event.preventDefault());
    this.form.addEventListener("drop", (event) => this.#takeFiles(event, event.dataTransfer));
    role("attach", this.form).addEventListener("change", ({ target }) => {
      this.#attach([...target.files]);
      target.value = "";
    });
  }

  /** Move to a place, {channel, thread: ts or null, label}, keeping the draft of the previous one. */
  moveTo(place) {
    if (this.#place && key(this.#place) === key(place)) return;
    if (this.#editing) this.#endEdit();
    this.#place = place;
    this.input.disabled = false;
    this.input.placeholder = place.label;
    this.input.setAttribute("aria-label", place.label);
    const draft = this.drafts.at(place);
    this.#set(draft.text, draft.files);
    this.#refuse("");
  }

  /** Put text into the composer, for the user to edit or send. */
  fill(text) {
    this.#set(text, this.#files);
    this.focus();
  }

  focus() {
    this.input.focus();
  }

  /** Let the user edit a text; `save(text)` replaces sending. Escape cancels. */
  edit(text, save) {
    this.#editing = { save, text: this.input.value, files: this.#files };
    this.form.classList.add("editing");
    this.#set(text, []);
    this.focus();
  }

  /** Whether nothing is typed or attached. */
  get isEmpty() {
    return !this.input.value && this.#files.length === 0;
  }

  #endEdit() {
    const before = this.#editing;
    this.#editing = null;
    this.form.classList.remove("editing");
    this.#set(before.text, before.files);
  }

  async #saveEdit() {
    const { save } = this.#editing;
    try {
      await save(this.input.value);
      this.#endEdit();
    } catch (error) {
      this.#refuse(error.message);
    }
  }

  #set(text, files) {
    this.input.value = text;
    this.#files = files;
    this.#drawFiles();
    this.#edited();
    this.#closeMenu();
  }

  async #submit() {
    if (this.#editing) return this.#saveEdit();
    const place = this.#place;
    const text = this.input.value;
    const files = this.#files;
    if (!text.trim() && files.length === 0) return;
    const reason = refusal(text, files, this.workspace, { inThread: place.thread !== null });
    this.#refuse(reason);
    if (reason) return;
    this.#set("", []);
    try {
      await this.send(place, text, files);
    } catch (error) {
      this.#giveBack(place, { text, files }, error.message);
    }
  }

  /** Put what could not be sent back to where it was typed. */
  #giveBack(place, { text, files }, sentence) {
    if (key(place) !== key(this.#place)) {
      const draft = this.drafts.at(place);
      const whole = [text, draft.text].filter(Boolean).join("\n");
      this.drafts.keep(place, { text: whole, files: [...files, ...draft.files] });
      return;
    }
    this.#set([text, this.input.value].filter(Boolean).join("\n"), [...files, ...this.#files]);
    this.#refuse(sentence);
  }

  #refuse(sentence) {
    role("error", this.form).textContent = sentence;
  }

  #edited() {
    if (this.#place && !this.#editing) this.drafts.keep(this.#place, { text: this.input.value, files: this.#files });
    this.#fitHeight();
    role("send", this.form).disabled = !this.input.value.trim() && this.#files.length === 0;
    role("hint", this.form).textContent = this.#editing ? EDIT_KEYS : usage(this.input.value, this.workspace) || KEYS;
    this.#refuse("");
    this.#offer();
  }

  #fitHeight() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
  }

  #key(event) {
    // Enter that ends a composition of letters is no Enter; Safari says so only by its key code.
    if (event.isComposing || event.keyCode === 229) return;
    const { options } = this.#completion;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (options.length && event.key in steps) {
      this.#choose((this.#chosen + steps[event.key] + options.length) % options.length);
    } else if (options.length && this.#completes(event, options[this.#chosen])) {
      this.#accept(options[this.#chosen]);
    } else if (options.length && event.key === "Escape") {
      this.#closeMenu();
      event.stopPropagation();
    } else if (this.#editing && event.key === "Escape") {
      this.#endEdit();
      event.stopPropagation();
    } else if (event.key === "ArrowUp" && this.isEmpty && !this.#editing && !hasModifier(event)) {
      this.editLast(this.#place);
    } else if (event.key === "Enter" && !event.shiftKey) {
      void this.#submit();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Enter sends a completion that is already typed in full, so a command without text needs only one Enter. */
  #completes({ key: pressed, shiftKey }, option) {
    if (shiftKey) return false;
    return pressed === "Tab" || (pressed === "Enter" && option.insert.trim() !== this.input.value.trim());
  }

  #offer() {
    const { value, selectionStart, selectionEnd } = this.input;
    if (selectionStart !== selectionEnd) return this.#closeMenu();
    const inDirect = Boolean(this.workspace.channel(this.#place.channel)?.is_im);
    this.#completion = complete(value, selectionStart, this.workspace, { inThread: this.#place.thread !== null, inDirect });
    return this.#drawMenu();
  }

  #closeMenu() {
    this.#completion = { start: 0, options: [] };
    this.#drawMenu();
  }

  #drawMenu() {
    const { options } = this.#completion;
    const draw = (option, index) =>
      h(
        "li",
        {
          role: "option",
          id: `${this.menu.id}-${index}`,
          "data-insert": option.insert.trim(),
          onmousedown: (event) => {
            event.preventDefault();
            this.#accept(option);
          },
        },
        h("strong", {}, option.title),
        h("span", {}, option.hint),
        option.about ? h("small", {}, option.about) : null,
      );
    this.menu.replaceChildren(...options.map(draw));
    this.menu.hidden = options.length === 0;
    this.#choose(0);
  }

  #choose(index) {
    this.#chosen = index;
    [...this.menu.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    const chosen = this.menu.children[index];
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) this.input.setAttribute("aria-activedescendant", chosen.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #accept(option) {
    const caret = this.input.selectionStart;
    this.input.setRangeText(option.insert, this.#completion.start, caret, "end");
    this.#edited();
    this.#closeMenu();
  }

  #takeFiles(event, transfer) {
    const files = [...(transfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.#attach(files);
  }

  #attach(files) {
    this.#files = [...this.#files, ...files];
    this.#drawFiles();
    this.#edited();
    this.focus();
  }

  #drawFiles() {
    const list = role("attachments", this.form);
    const draw = (file) => {
      const remove = () => {
        this.#files = this.#files.filter((other) => other !== file);
        this.#drawFiles();
        this.#edited();
      };
      return h("li", {}, icon("file"), file.name, plainButton(`Remove ${file.name}`, { onclick: remove }, icon("close")));
    };
    list.replaceChildren(...this.#files.map(draw));
    list.hidden = this.#files.length === 0;
  }
}

function hasModifier({ shiftKey, ctrlKey, altKey, metaKey }) {
  return shiftKey || ctrlKey || altKey || metaKey;
}

function key({ channel, thread }) {
  return thread === null ? channel : `${channel}/${thread}`;
}
