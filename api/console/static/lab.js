// The viewer lab: results follow the sliders.

import { Latest, say } from "./latest.js";

const form = document.getElementById("lab");
const results = document.getElementById("results");
const latest = new Latest();

function show(slider) {
  const value = Number(slider.value);
  const text = value ? `${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(1)}` : "0";
  const line = slider.closest("li");
  line.querySelector("output").textContent = text;
  line.classList.toggle("for", value > 0);
  line.classList.toggle("against", value < 0);
  slider.setAttribute("aria-valuetext", value ? `${text}, ${value > 0 ? "likes" : "dislikes"}` : "no matter");
}

function address() {
  const fields = new FormData(form);
  fields.delete("add");
  return `?${new URLSearchParams(fields)}`;
}

async function renew() {
  const wanted = address();
  results.setAttribute("aria-busy", "true");
  try {
    const text = await latest.text(wanted);
    if (text === null) return;
    results.innerHTML = text;
    history.replaceState(null, "", wanted);
  } catch (error) {
    say(results, error);
  }
  results.setAttribute("aria-busy", "false");
}

if (form) {
  for (const slider of form.querySelectorAll('input[type="range"]')) {
    show(slider);
    slider.addEventListener("input", () => {
      show(slider);
      renew();
    });
  }
}
