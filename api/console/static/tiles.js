// Tiles of a timeline: fetched when they come in sight, a few kept. The format is engine/content/timeline.py's.

const MAX_CACHED = 64;

class Tile {
  constructor(buffer, lines) {
    this.starts = new Uint32Array(buffer, 0, lines + 1);
    const nCells = this.starts[lines];
    this.cells = new Uint16Array(buffer, 4 * (lines + 1), nCells);
    this.hundredths = new Uint8Array(buffer, 4 * (lines + 1) + 2 * nCells, nCells);
  }

  /** The confidence of a line on a cell, in hundredths; 0 where it was not observed. */
  at(line, cell) {
    let low = this.starts[line];
    let high = this.starts[line + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.cells[middle] < cell) low = middle + 1;
      else high = middle;
    }
    return low < this.starts[line + 1] && this.cells[low] === cell ? this.hundredths[low] : 0;
  }
}

export class Tiles {
  constructor(address, overview, onLoad) {
    this.address = address;
    this.overview = overview;
    this.onLoad = onLoad;
    this.cached = new Map();
  }

  /** Seconds that a cell of a level lasts. */
  cellSeconds(level) {
    return this.overview.level_step ** level;
  }

  /** Seconds that a tile of a level lasts. */
  tileSeconds(level) {
    return this.overview.tile_cells * this.cellSeconds(level);
  }

  /** A tile, or null until it is there. */
  get(level, number) {
    const name = `${level}/${number}`;
    const known = this.cached.get(name);
    if (known !== undefined) {
      this.cached.delete(name);
      this.cached.set(name, known);
      return known;
    }
    this.cached.set(name, null);
    if (this.cached.size > MAX_CACHED) this.cached.delete(this.cached.keys().next().value);
    this.#load(name);
    return null;
  }

  /** The confidence of a line at a second, on a level; null until its tile is there. */
  at(level, line, second) {
    const tile = this.get(level, Math.floor(second / this.tileSeconds(level)));
    if (!tile) return null;
    const cell = Math.floor((second % this.tileSeconds(level)) / this.cellSeconds(level));
    return tile.at(line, cell);
  }

  async #load(name) {
    try {
      const answer = await fetch(`${this.address}/${name}`);
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.cached.set(name, new Tile(await answer.arrayBuffer(), this.overview.lines.length));
      this.onLoad();
    } catch {
      // Asked for again when it is next in sight.
      this.cached.delete(name);
    }
  }
}
