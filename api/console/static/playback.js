// Where the playhead is: in the player, or among the still pictures when there is nothing to play.

export class Playback {
  constructor(screen, seconds) {
    this.seconds = seconds;
    this.video = screen.querySelector("video");
    this.stills = screen.querySelector(".stills");
    this.canvas = this.stills.querySelector("canvas");
    this.listeners = [];
    this.shown = 0;
    if (this.video) {
      this.video.addEventListener("timeupdate", () => this.#tell());
      this.video.addEventListener("seeking", () => this.#tell());
      this.video.addEventListener("play", () => this.#follow());
      this.video.addEventListener("error", () => this.#standIn());
      if (this.video.error) this.#standIn();
    }
  }

  get time() {
    return this.video ? this.video.currentTime : this.shown;
  }

  onTime(listener) {
    this.listeners.push(listener);
  }

  /** Give the pictures that stand for a video that cannot be played. */
  usePictures(strip, seconds) {
    this.strip = strip;
    this.stripSeconds = seconds;
    this.#drawStill();
  }

  seek(second) {
    const wanted = Math.min(Math.max(second, 0), this.seconds - 1);
    if (this.video) this.video.currentTime = wanted;
    else this.shown = wanted;
    this.#tell();
  }

  toggle() {
    if (!this.video) return;
    if (this.video.paused) this.video.play();
    else this.video.pause();
  }

  #tell() {
    this.#drawStill();
    for (const listener of this.listeners) listener(this.time);
  }

  #follow() {
    const step = () => {
      if (!this.video || this.video.paused || this.video.ended) return;
      this.#tell();
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #standIn() {
    this.#explain(this.video.currentSrc || this.video.src);
    this.video.hidden = true;
    this.video = null;
    this.stills.hidden = false;
    this.#drawStill();
  }

  /** Say why, where it is not the browser that cannot: the store is away, or the file is gone. */
  async #explain(address) {
    const headers = { range: "bytes=0-0", accept: "text/x-fragment" };
    const answer = await fetch(address, { headers }).catch(() => null);
    if (answer && answer.ok) return;
    const problem = answer && (await answer.json().catch(() => null));
    const detail = problem?.detail || "The service cannot be reached.";
    this.stills.querySelector("#trouble").textContent = `${detail[0].toUpperCase()}${detail.slice(1)}`;
  }

  #drawStill() {
    if (this.video || !this.strip || !this.stripSeconds.length || !this.shown) return;
    const count = this.stripSeconds.length;
    const wide = this.strip.naturalWidth / count;
    const high = this.strip.naturalHeight;
    let place = this.stripSeconds.findIndex((second) => second > this.shown);
    place = (place === -1 ? count : place) - 1;
    this.canvas.width = wide;
    this.canvas.height = high;
    this.canvas.getContext("2d").drawImage(this.strip, place * wide, 0, wide, high, 0, 0, wide, high);
    this.stills.classList.add("scrubbed");
  }
}
