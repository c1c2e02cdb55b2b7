// The timeline: observations, second by second, in step with the playhead.

import { LINE, RULER, TOP, clock, draw, palette } from "./drawing.js";
import { Texts } from "./texts.js";
import { Tiles } from "./tiles.js";

const MIN_SECONDS = 8;
const MAX_NOW = 10;
const MAX_LINES = 300;

export class Timeline {
  constructor(root, overview, playback, strip) {
    this.root = root;
    this.overview = overview;
    this.playback = playback;
    this.strip = strip;
    this.plot = root.querySelector("#plot");
    this.canvas = root.querySelector("canvas");
    this.context = this.canvas.getContext("2d");
    this.lines = root.querySelector("#lines");
    this.playhead = root.querySelector(".tl-playhead");
    this.cross = root.querySelector(".tl-cross");
    this.tip = root.querySelector(".tl-tip");
    this.now = root.querySelector(".now-tags");
    this.nowLines = root.querySelector(".now-lines");
    this.nowTime = root.querySelector(".tl-time");
    this.pan = root.querySelector("#pan");
    this.catalog = root.dataset.catalog;
    this.threshold = Number(root.dataset.threshold);
    this.fewLines = Number(root.dataset.lines);
    this.otherLines = Number(root.dataset.otherLines);
    this.all = false;
    this.chosen = 0;
    this.byKeys = false;
    this.from = 0;
    this.to = overview.seconds;
    this.colours = palette();
    this.tiles = new Tiles(root.dataset.overview, overview, () => this.redraw());
    this.texts = root.dataset.texts ? new Texts(root.dataset.texts, this.tiles, () => this.redraw()) : null;
    this.sort();
    this.#listen();
    new ResizeObserver(() => this.redraw()).observe(this.plot);
  }

  /** How many seconds a tag counts at the threshold; 0 when it is on the video for too few. */
  count(line) {
    const { lines, least_hundredth: least, enough_seconds: enough } = this.overview;
    const seconds = lines[line].seconds_at[Math.max(this.threshold, least) - least];
    return seconds >= enough ? seconds : 0;
  }

  /** Put the tags that tell most first, by seconds x idf; those that do not count, by their best second. */
  sort() {
    const { lines } = this.overview;
    const best = lines.map(({ seconds_at: at }) => at.findLastIndex((seconds) => seconds > 0));
    const ranked = lines.map((_, line) => line);
    const telling = (line) => this.count(line) * lines[line].idf;
    ranked.sort(
      (a, b) =>
        telling(b) - telling(a) ||
        (this.count(a) ? 0 : best[b] - best[a]) ||
        (lines[a].tag < lines[b].tag ? -1 : 1),
    );
    this.ranked = ranked;
    this.#show();
  }

  #show() {
    this.order = this.#inOrder();
    this.chosen = this.#nearestLine(Math.min(this.chosen, this.order.length - 1), 1);
    this.lines.replaceChildren(
      ...this.order.map((line) => {
        const item = document.createElement("li");
        if (typeof line === "string") {
          item.className = "tl-source";
          item.textContent = line[0].toUpperCase() + line.slice(1);
          return item;
        }
        const link = document.createElement("a");
        link.className = "tl-tag";
        link.href = `${this.catalog}?tag=${encodeURIComponent(this.overview.lines[line].tag)}`;
        link.textContent = this.overview.lines[line].name;
        link.title = this.overview.lines[line].tag;
        item.append(link, document.createElement("b"));
        return item;
      }),
    );
    this.recount();
  }

  /** The first lines of each source, each source below what is said of its tags if there are several. */
  #inOrder() {
    const groups = this.overview.sources
      .map(({ source, said }) => {
        const few = source === "visual" ? this.fewLines : this.otherLines;
        const own = this.ranked.filter((line) => this.overview.lines[line].source === source);
        return { said, own: own.slice(0, this.all ? MAX_LINES : few) };
      })
      .filter(({ own }) => own.length);
    return groups.flatMap(({ said, own }) => (groups.length > 1 ? [said, ...own] : own));
  }

  /** The place of the line at or after a place, in steps; where there is none, of the one before. */
  #nearestLine(place, step) {
    const isLine = (at) => typeof this.order[at] === "number";
    for (let at = place; at in this.order; at += step) if (isLine(at)) return at;
    for (let at = place; at in this.order; at -= step) if (isLine(at)) return at;
    return 0;
  }

  /** The line at a place; undefined where there is none. */
  #lineAt(place) {
    const line = this.order[place];
    return typeof line === "number" ? line : undefined;
  }

  /** Write the counts beside the tags anew. */
  recount() {
    [...this.lines.children].forEach((item, place) => {
      if (this.#lineAt(place) === undefined) return;
      const seconds = this.count(this.order[place]);
      item.lastElementChild.textContent = seconds;
      item.classList.toggle("zero", !seconds);
      item.classList.toggle("chosen", place === this.chosen);
    });
    this.redraw();
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.#draw();
    });
  }

  get level() {
    const perPixel = (this.to - this.from) / Math.max(this.canvas.clientWidth, 1);
    let level = 0;
    while (level + 1 < this.overview.levels && this.tiles.cellSeconds(level + 1) <= perPixel) {
      level += 1;
    }
    return level;
  }

  #draw() {
    const width = this.plot.clientWidth;
    const height = this.plot.clientHeight;
    const ratio = devicePixelRatio;
    if (this.canvas.width !== Math.round(width * ratio)) this.canvas.width = Math.round(width * ratio);
    if (this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.height = Math.round(height * ratio);
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(this.context, {
      width,
      height,
      from: this.from,
      to: this.to,
      seconds: this.overview.seconds,
      strip: this.strip,
      stripSeconds: this.overview.strip,
      still: this.overview.still,
      cuts: this.overview.cuts,
      sensitive: this.overview.sensitive,
      breaks: this.overview.breaks,
      tiles: this.tiles,
      level: this.level,
      order: this.order,
      threshold: this.threshold,
      colours: this.colours,
    });
    this.#place();
    this.#sayNow();
    if (this.byKeys) this.#tipAtPlayhead();
  }

  /** Put the playhead where the player is. */
  #place() {
    const at = (this.playback.time - this.from) / (this.to - this.from);
    this.playhead.hidden = at < 0 || at > 1;
    this.playhead.style.transform = `translateX(${(at * this.plot.clientWidth).toFixed(1)}px)`;
  }

  #sayNow() {
    const second = this.second;
    const observed = [];
    let loading = false;
    this.overview.lines.forEach((_, line) => {
      const hundredth = this.tiles.at(0, line, second);
      if (hundredth === null) loading = true;
      else if (hundredth) observed.push([hundredth, line]);
    });
    this.#sayLines(second);
    if (loading) return;
    const { lines } = this.overview;
    observed.sort((a, b) => b[0] - a[0] || (lines[a[1]].tag < lines[b[1]].tag ? -1 : 1));
    const shownKey = `${second}:${this.threshold}`;
    if (this.shownKey !== shownKey) {
      this.shownKey = shownKey;
      this.nowTime.textContent = clock(second);
      this.now.replaceChildren(
        ...observed.slice(0, MAX_NOW).map(([hundredth, line]) => {
          const item = document.createElement("li");
          item.className = hundredth >= this.threshold ? "counts" : "";
          const value = document.createElement("b");
          value.textContent = (hundredth / 100).toFixed(2);
          item.append(`${lines[line].name} `, value);
          if (lines[line].source !== "visual") {
            const said = document.createElement("small");
            said.textContent = this.#said(line);
            item.append(" ", said);
          }
          return item;
        }),
      );
      if (!observed.length) {
        const none = document.createElement("li");
        none.textContent = "nothing was recognised";
        this.now.append(none);
      }
    }
    this.#sayValue(observed);
  }

  /** What is said of the tag of a line: that it is seen, heard ... */
  #said(line) {
    const { source } = this.overview.lines[line];
    return this.overview.sources.find((one) => one.source === source).said;
  }

  /** A tag by its name, with what is said of it unless it is seen. */
  #named(line) {
    const { name, source } = this.overview.lines[line];
    return source === "visual" ? name : `${name} (${this.#said(line)})`;
  }

  /** Show the words that are spoken, or stand on the picture, at a second. */
  #sayLines(second) {
    const texts = this.texts?.at(second);
    if (!texts || this.shownLines === texts) return;
    this.shownLines = texts;
    this.nowLines.replaceChildren(
      ...texts.map(({ said, text }) => {
        const item = document.createElement("li");
        const how = document.createElement("small");
        how.textContent = said;
        item.append(how, ` ${text}`);
        return item;
      }),
    );
  }

  #sayValue(observed) {
    const second = this.second;
    const line = this.#lineAt(this.chosen);
    const hundredth = line === undefined ? 0 : this.tiles.at(0, line, second);
    const chosen = line === undefined ? "" : `${this.#named(line)} ${(hundredth / 100).toFixed(2)}`;
    const best = observed.filter(([one]) => one >= this.threshold).slice(0, 3);
    const others = best.map(([one, other]) => `${this.#named(other)} ${(one / 100).toFixed(2)}`).join(", ");
    this.plot.setAttribute("aria-valuenow", second);
    this.plot.setAttribute("aria-valuetext", `${clock(second)}; ${chosen}; there: ${others || "nothing that counts"}`);
  }

  get second() {
    return Math.min(Math.floor(this.playback.time + 1e-6), this.overview.seconds - 1);
  }

  /** Show ``seconds`` around a moment that stays where it is on the screen. */
  zoom(factor, around = this.playback.time) {
    const span = Math.min(Math.max((this.to - this.from) * factor, MIN_SECONDS), this.overview.seconds);
    const share = (around - this.from) / (this.to - this.from);
    this.show(around - share * span, span);
  }

  show(from, span = this.to - this.from) {
    this.from = Math.min(Math.max(from, 0), Math.max(this.overview.seconds - span, 0));
    this.to = Math.min(this.from + span, this.overview.seconds);
    const hidden = this.overview.seconds - (this.to - this.from);
    this.pan.disabled = hidden < 0.5;
    this.pan.max = Math.max(hidden, 0.001);
    this.pan.value = this.from;
    this.redraw();
  }

  secondAt(clientX) {
    const box = this.plot.getBoundingClientRect();
    const at = this.from + ((clientX - box.left) / box.width) * (this.to - this.from);
    return Math.min(Math.max(at, 0), this.overview.seconds - 1e-6);
  }

  #listen() {
    this.playback.onTime((time) => {
      if (time > this.to || time < this.from) this.show(time - (this.to - this.from) * 0.1);
      this.#place();
      this.#sayNow();
      if (this.byKeys) this.#tipAtPlayhead();
    });
    document.addEventListener("themechange", () => {
      this.colours = palette();
      this.redraw();
    });
    this.#listenToPointer();
    this.plot.addEventListener("keydown", (event) => this.#onKey(event));
    this.plot.addEventListener("focus", () => {
      if (this.plot.matches(":focus-visible")) this.#tipAtPlayhead();
    });
    this.plot.addEventListener("blur", () => this.#hideTip());
    this.pan.addEventListener("input", () => this.show(Number(this.pan.value)));
    for (const button of this.root.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => {
        if (button.dataset.zoom === "all") this.show(0, this.overview.seconds);
        else this.zoom(button.dataset.zoom === "in" ? 0.5 : 2);
      });
    }
    const all = this.root.querySelector("#all-lines");
    const { length } = this.overview.lines;
    all.hidden = length <= this.#inOrder().filter((one) => typeof one === "number").length;
    const label = () => {
      all.textContent = this.all ? "Fewer tags" : `All ${length} tags`;
      all.setAttribute("aria-expanded", this.all);
    };
    all.addEventListener("click", () => {
      this.all = !this.all;
      label();
      this.#show();
    });
    label();
    const slider = this.root.querySelector("#threshold");
    const said = this.root.querySelector("#threshold-value");
    slider.addEventListener("input", () => {
      this.threshold = Number(slider.value);
      said.textContent = (this.threshold / 100).toFixed(2);
      slider.setAttribute("aria-valuetext", said.textContent);
      this.recount();
    });
    // Tags change places when the slider rests, not under the hand that moves it.
    slider.addEventListener("change", () => this.sort());
  }

  #listenToPointer() {
    const scrub = (event) => this.playback.seek(Math.floor(this.secondAt(event.clientX)));
    this.plot.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.plot.setPointerCapture(event.pointerId);
      scrub(event);
    });
    this.plot.addEventListener("pointermove", (event) => {
      if (this.plot.hasPointerCapture(event.pointerId)) scrub(event);
      this.#hover(event);
    });
    this.plot.addEventListener("pointerleave", () => this.#hideTip());
    this.plot.addEventListener(
      "wheel",
      (event) => {
        if (event.ctrlKey) {
          event.preventDefault();
          this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.secondAt(event.clientX));
        } else if (event.deltaX) {
          event.preventDefault();
          this.show(this.from + (event.deltaX / this.plot.clientWidth) * (this.to - this.from));
        }
      },
      { passive: false },
    );
  }

  #hover(event) {
    const box = this.plot.getBoundingClientRect();
    const line = Math.floor((event.clientY - box.top - TOP) / LINE);
    const left = event.clientX - box.left;
    this.byKeys = false;
    this.cross.hidden = false;
    this.cross.style.transform = `translateX(${left.toFixed(1)}px)`;
    this.#showTip(this.secondAt(event.clientX), line, this.level, left, event.clientY - box.top + 18);
  }

  /** Say at the playhead what the chosen line has there, to who comes by keyboard. */
  #tipAtPlayhead() {
    const left = ((this.second - this.from) / (this.to - this.from)) * this.plot.clientWidth;
    this.byKeys = true;
    this.cross.hidden = true;
    this.#showTip(this.second, this.chosen, 0, left, TOP + (this.chosen + 1) * LINE);
  }

  #hideTip() {
    this.byKeys = false;
    this.cross.hidden = true;
    this.tip.hidden = true;
  }

  /** Say what the cell of a line has at a second, beside a place of the plot. */
  #showTip(second, place, level, left, below) {
    const line = this.#lineAt(place);
    const cell = this.tiles.cellSeconds(level);
    const first = Math.floor(second / cell) * cell;
    const last = Math.min(first + cell, this.overview.seconds) - 1;
    const when = last > first ? `${clock(first)}–${clock(last)}` : clock(first);
    const hundredth = line === undefined ? null : this.tiles.at(level, line, second);
    this.tip.textContent =
      line === undefined || hundredth === null
        ? when
        : `${this.#named(line)} · ${when} · ${hundredth ? (hundredth / 100).toFixed(2) : `not ${this.#said(line)}`}`;
    this.tip.hidden = false;
    const { clientWidth: width, clientHeight: height } = this.plot;
    const x = Math.min(Math.max(left + 12, 0), Math.max(width - this.tip.offsetWidth, 0));
    const y = line === undefined ? RULER + 2 : Math.min(below, height - 26);
    this.tip.style.transform = `translate(${x.toFixed(0)}px, ${y.toFixed(0)}px)`;
  }

  #onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 60, PageDown: -60 }[event.key];
    if (step !== undefined) {
      this.playback.seek(this.second + step * (event.shiftKey ? 10 : 1));
    } else if (event.key === "Home") this.playback.seek(0);
    else if (event.key === "End") this.playback.seek(this.overview.seconds - 1);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const step = event.key === "ArrowUp" ? -1 : 1;
      this.chosen = this.#nearestLine(Math.min(Math.max(this.chosen + step, 0), this.order.length - 1), step);
      this.recount();
    } else if (event.key === "+" || event.key === "=") this.zoom(0.5);
    else if (event.key === "-") this.zoom(2);
    else if (event.key === "0") this.show(0, this.overview.seconds);
    else if (event.key === " ") this.playback.toggle();
    else if (event.key === "Escape") return this.#hideTip();
    else return;
    event.preventDefault();
    this.#tipAtPlayhead();
  }
}
