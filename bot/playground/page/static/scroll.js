/** Keeps the newest message in view, unless the user has scrolled up. */

const NEAR_PX = 80;

export class Scroll {
  #sticks = true;

  /** `newer` is the button that leads back down. */
  constructor(element, newer) {
    this.element = element;
    this.newer = newer;
    element.addEventListener("scroll", () => this.#look(), { passive: true });
    newer.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.keep()).observe(element);
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
