// Draws a timeline on a canvas: ruler, pictures, marks, and a line of heat for each tag.

export const RULER = 22;
export const STRIP = 40;
export const MARKS = 12;
export const LINE = 24;
export const TOP = RULER + STRIP + MARKS;

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const LABEL_PIXELS = 64;

/** A moment as people write it. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** The colours of the theme, read anew when it changes. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  const ramp = (from, to, power) => {
    const [a, b] = [value(from), value(to)].map((text) => text.split(/\s+/).map(Number));
    return Array.from({ length: 101 }, (_, h) => {
      const mixed = a.map((part, i) => Math.round(part + (b[i] - part) * (h / 100) ** power));
      return `rgb(${mixed.join(" ")})`;
    });
  };
  return {
    // Squared: what lies over a usual threshold is then as far apart as the eye needs it.
    heat: ramp("--heat-0", "--heat-1", 2),
    below: ramp("--below-0", "--below-1", 0.8),
    ink: value("--ink-2"),
    line: value("--line"),
    sunk: value("--sunk"),
    surface: value("--surface"),
    accent: value("--accent"),
    bad: value("--bad"),
    strong: value("--line-strong"),
  };
}

/** Draw everything. ``view`` says what is in sight: see timeline.js. */
export function draw(context, view) {
  const { width, height, colours } = view;
  context.clearRect(0, 0, width, height);
  drawRuler(context, view);
  drawStrip(context, view);
  drawMarks(context, view);
  context.fillStyle = colours.sunk;
  view.order.forEach((line, place) => {
    const isSource = typeof line === "string";
    if (place % 2 === 0 && !isSource) return;
    context.globalAlpha = isSource ? 1 : 0.35;
    context.fillRect(0, TOP + place * LINE, width, LINE);
    context.globalAlpha = 1;
  });
  drawHeat(context, view);
  drawCuts(context, view);
  drawBreaks(context, view);
}

function x(view, second) {
  return ((second - view.from) / (view.to - view.from)) * view.width;
}

function drawRuler(context, view) {
  const perPixel = (view.to - view.from) / view.width;
  const step = STEPS.find((one) => one >= perPixel * LABEL_PIXELS) ?? STEPS.at(-1);
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  for (let second = Math.ceil(view.from / step) * step; second < view.to; second += step) {
    const left = Math.round(x(view, second));
    context.fillStyle = view.colours.strong;
    context.fillRect(left, RULER - 5, 1, 5);
    context.fillStyle = view.colours.ink;
    context.fillText(clock(second), left + 4, RULER / 2);
  }
}

function drawStrip(context, view) {
  const { strip, stripSeconds, seconds } = view;
  context.fillStyle = view.colours.sunk;
  context.fillRect(0, RULER, view.width, STRIP);
  if (!strip || !stripSeconds.length) return;
  const wide = strip.naturalWidth / stripSeconds.length;
  const shown = (wide / strip.naturalHeight) * STRIP;
  const visible = Math.ceil(view.width / shown);
  for (let slot = 0; slot < visible; slot += 1) {
    const left = slot * shown;
    const second = view.from + ((left + shown / 2) / view.width) * (view.to - view.from);
    let place = stripSeconds.findIndex((one) => one > Math.min(second, seconds - 1));
    place = Math.max(0, (place === -1 ? stripSeconds.length : place) - 1);
    context.drawImage(strip, place * wide, 0, wide, strip.naturalHeight, left, RULER, shown - 1, STRIP);
  }
}

function drawMarks(context, view) {
  const top = RULER + STRIP;
  context.save();
  context.beginPath();
  context.rect(0, top, view.width, MARKS);
  context.clip();
  context.strokeStyle = view.colours.strong;
  context.lineWidth = 1;
  for (const [first, end] of view.still) {
    const left = Math.max(0, x(view, first));
    const right = Math.min(view.width, x(view, end));
    if (right <= left) continue;
    context.save();
    context.beginPath();
    context.rect(left, top + 2, right - left, MARKS - 4);
    context.clip();
    context.beginPath();
    for (let at = Math.floor(left / 6) * 6 - MARKS; at < right; at += 6) {
      context.moveTo(at, top + MARKS);
      context.lineTo(at + MARKS, top);
    }
    context.stroke();
    context.restore();
  }
  context.fillStyle = view.colours.bad;
  for (const second of view.sensitive) {
    const left = x(view, second);
    context.fillRect(left, top + 2, Math.max(3, x(view, second + 1) - left - 1), MARKS - 4);
  }
  context.restore();
}

function drawCuts(context, view) {
  for (const second of view.cuts) {
    const left = Math.round(x(view, second));
    if (left < 0 || left > view.width) continue;
    context.fillStyle = view.colours.ink;
    context.fillRect(left, RULER + STRIP, 1, MARKS);
    context.globalAlpha = 0.28;
    context.fillRect(left, TOP, 1, view.height - TOP);
    context.globalAlpha = 1;
  }
}

function drawBreaks(context, view) {
  context.fillStyle = view.colours.accent;
  for (const { second } of view.breaks) {
    const left = Math.round(x(view, second));
    if (left < 0 || left > view.width) continue;
    context.beginPath();
    context.moveTo(left - 6, RULER - 9);
    context.lineTo(left + 6, RULER - 9);
    context.lineTo(left, RULER);
    context.fill();
    context.fillRect(left - 1, RULER, 2, STRIP + MARKS);
  }
}

function drawHeat(context, view) {
  const { tiles, level, order, threshold, colours } = view;
  const cell = tiles.cellSeconds(level);
  const long = tiles.tileSeconds(level);
  const scale = view.width / (view.to - view.from);
  const gap = cell * scale > 5 ? 1 : 0;
  for (let number = Math.floor(view.from / long); number * long < view.to; number += 1) {
    const tile = tiles.get(level, number);
    if (!tile) continue;
    const start = number * long;
    const first = (view.from - start) / cell - 1;
    const last = (view.to - start) / cell;
    order.forEach((line, place) => {
      if (typeof line === "string") return;
      const top = TOP + place * LINE + 3;
      for (let i = tile.starts[line]; i < tile.starts[line + 1]; i += 1) {
        const at = tile.cells[i];
        if (at < first) continue;
        if (at > last) break;
        const second = start + at * cell;
        const left = Math.floor((second - view.from) * scale);
        const right = Math.floor((Math.min(second + cell, view.seconds) - view.from) * scale);
        const hundredth = tile.hundredths[i];
        context.fillStyle = (hundredth >= threshold ? colours.heat : colours.below)[hundredth];
        context.fillRect(left, top, Math.max(1, right - left - gap), LINE - 6);
      }
    });
  }
}
