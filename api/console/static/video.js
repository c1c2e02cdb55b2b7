// The page of a video: the player and its timeline, put together.

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
  for (const button of document.querySelectorAll(".seek")) {
    button.addEventListener("click", () => playback.seek(Number(button.dataset.second)));
  }
  root.dataset.ready = "true";
}

if (root) {
  begin().catch(() => {
    const note = document.createElement("p");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    note.textContent = "The timeline could not be loaded: load the page again.";
    root.append(note);
  });
}
