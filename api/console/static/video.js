// The page of a video: the player and its timeline, put together.

import { Latest, say } from "./latest.js";
import { Playback } from "./playback.js";
import { Timeline } from "./timeline.js";

const screen = document.getElementById("screen");
const root = document.getElementById("timeline");

function picture(address) {
  return new Promise((resolve) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () => resolve(null));
    image.src = address;
  });
}

async function begin() {
  const playback = new Playback(screen, Number(screen.dataset.seconds));
  const [answer, strip] = await Promise.all([
    fetch(root.dataset.overview),
    root.dataset.strip ? picture(root.dataset.strip) : null,
  ]);
  if (!answer.ok) throw new Error(`the timeline answered ${answer.status}`);
  const overview = await answer.json();
  playback.usePictures(strip, overview.strip);
  const timeline = new Timeline(root, overview, playback, strip);
  timeline.show(0, overview.seconds);
  document.addEventListener("click", ({ target }) => {
    const button = target.closest(".seek");
    if (button) playback.seek(Number(button.dataset.second));
  });
  root.dataset.ready = "true";
}

/** What takes longer to tell comes after the rest, into room that is kept for it. */
async function tellAdvertisers() {
  const place = document.getElementById("advertising");
  try {
    place.innerHTML = await new Latest().text(place.dataset.from);
  } catch (error) {
    say(place, error);
  }
  place.setAttribute("aria-busy", "false");
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Without the right to write, select it: the person's own keys copy.
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
    button.textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button) copy(button);
});

if (root) {
  tellAdvertisers();
  begin().catch(() => {
    const note = document.createElement("p");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    note.textContent = "The timeline could not be loaded: load the page again.";
    root.append(note);
  });
}
