// Lines of text along a video: what is spoken, and what stands on the picture; fetched tile by tile.

const MOST_SHOWN = 3;

export class Texts {
  constructor(address, tiles, onLoad) {
    this.address = address;
    this.tileSeconds = tiles.tileSeconds(0);
    this.onLoad = onLoad;
    this.tiles = new Map();
    this.last = { second: null, texts: [] };
  }

  /** The lines at a second, the same array as long as they are the same ones; null until they are there. */
  at(second) {
    const number = Math.floor(second / this.tileSeconds);
    const tile = this.tiles.get(number);
    if (tile === undefined) this.#load(number);
    if (!tile) return null;
    if (this.last.second !== second) {
      const now = tile.filter(({ start, end }) => start <= second && second < end).slice(0, MOST_SHOWN);
      const isSame = now.length === this.last.texts.length && now.every((one, i) => one === this.last.texts[i]);
      this.last = { second, texts: isSame ? this.last.texts : now };
    }
    return this.last.texts;
  }

  async #load(number) {
    this.tiles.set(number, null);
    try {
      const answer = await fetch(`${this.address}/${number}`);
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.tiles.set(number, await answer.json());
      this.onLoad();
    } catch {
      // Asked for again when it is next in sight.
      this.tiles.delete(number);
    }
  }
}
