/** Keeps the newest message in view, unless the user has scrolled up; remembers where each place was left. */

const NEAR_PX = 80;
const ABOVE_LINE_PX = 60;

export class Scroll {
  #sticks = true;
  #place = null;
  #left = new Map();

  /** `newer` is the button that leads back down. */
  constructor(element, newer) {
    this.element = element;
    this.newer = newer;
    element.addEventListener("scroll", () => this.#look(), { passive: true });
    newer.addEventListener("click", () => {
      this.toEnd();
      // The button is gone now, and the focus with it.
      element.querySelector(".message:last-child")?.focus({ preventScroll: true });
    });
    const observer = new ResizeObserver(() => this.keep());
    [element, ...element.children].forEach((watched) => observer.observe(watched));
  }

  /** Call before another place is drawn: remembers the position in the one before. */
  leaveFor(place) {
    if (this.#place !== null) this.#left.set(this.#place, { top: this.element.scrollTop, sticks: this.#sticks });
    this.#place = place;
  }

  /** Call after the place was drawn: shows `line`, what is new, or else the position that was left. */
  arrive(line) {
    const { top, sticks } = this.#left.get(this.#place) ?? { top: 0, sticks: true };
    this.#sticks = sticks && !line;
    if (line) this.element.scrollTop += line.getBoundingClientRect().top - this.element.getBoundingClientRect().top - ABOVE_LINE_PX;
    else this.element.scrollTop = top;
    this.keep();
  }

  /** Call after the content changed: stays at the end if it was there. */
  keep() {
    if (this.#sticks) this.element.scrollTop = this.element.scrollHeight;
    this.#look();
  }

  toEnd() {
    this.#sticks = true;
    this.keep();
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.#sticks = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    this.newer.hidden = this.#sticks;
  }
}
