// The queue, live: lines change where they stand; what is new comes on top.

import { Latest, csrf, say } from "./latest.js";

const queue = document.getElementById("queue");
const latest = new Latest();
const preview = new Latest();
const generations = new Latest();

function change(line, job) {
  const before = line.dataset.state;
  line.dataset.state = job.state;
  line.querySelector(".job-state").textContent = job.state;
  line.querySelector(".job-reason").textContent = job.says;
  const bar = line.querySelector("progress");
  bar.hidden = job.state !== "running";
  bar.value = job.progress;
  line.querySelector("form").hidden = !job.retry;
  return before !== job.state;
}

function count(counts) {
  for (const [state, number] of Object.entries(counts)) {
    document.querySelector(`[data-count="${state}"]`).textContent = number;
  }
  document.getElementById("retry-all").hidden = !counts.failed;
}

async function renew() {
  try {
    const text = await latest.text(location.href);
    if (text === null) return;
    queue.innerHTML = text;
    times();
  } catch (error) {
    document.getElementById("queue-status").textContent = error.message;
  }
}

async function showIndex(index) {
  const shown = document.getElementById("index-metadata");
  if (!index.generation) return;
  // The first generation brings buttons, too.
  if (!shown) return location.reload();
  const before = shown.querySelector('[data-field="generation"]').textContent;
  for (const place of shown.querySelectorAll("[data-field]")) place.textContent = index[place.dataset.field];
  if (before === index.generation) return;
  const list = document.getElementById("generations");
  try {
    const text = await generations.text(list.dataset.from);
    if (text !== null) list.innerHTML = text;
  } catch (error) {
    document.getElementById("queue-status").textContent = error.message;
  }
}

function take({ jobs, counts, index }) {
  count(counts);
  showIndex(index);
  if (queue.dataset.old) return;
  const lines = new Map([...queue.querySelectorAll("[data-job]")].map((line) => [Number(line.dataset.job), line]));
  const ended = [];
  let fresh = false;
  const wanted = new URLSearchParams(location.search).get("state");
  for (const job of jobs) {
    const line = lines.get(job.job);
    if (line && change(line, job)) {
      fresh ||= Boolean(wanted) || Boolean(job.video);
      if (job.state === "done" || job.state === "failed") ended.push(`${line.querySelector(".job-name").textContent}: ${job.state}`);
    } else if (!line && (!wanted || job.state === wanted)) fresh = true;
  }
  if (ended.length) document.getElementById("queue-status").textContent = ended.join(", ");
  if (fresh) renew();
}

function times() {
  const now = new Date();
  for (const time of document.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    const day = moment.toDateString() === now.toDateString();
    time.textContent = moment.toLocaleString([], day ? { timeStyle: "medium" } : { dateStyle: "medium" });
    time.title = moment.toLocaleString();
  }
}

if (queue) {
  times();
  const events = new EventSource(queue.dataset.events);
  events.addEventListener("message", ({ data }) => take(JSON.parse(data)));
  addEventListener("pagehide", () => events.close());
}

document.getElementById("preview")?.addEventListener("click", async (event) => {
  event.preventDefault();
  const { form, formAction } = event.currentTarget;
  if (!form.reportValidity()) return;
  const place = document.getElementById("previewed");
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(Object.assign(document.createElement("p"), { className: "muted", textContent: "Counting…" }));
  try {
    const body = new URLSearchParams(new FormData(form));
    const text = await preview.text(formAction, { method: "POST", body, headers: csrf() });
    if (text !== null) place.innerHTML = text;
  } catch (error) {
    say(place, error);
  }
  place.removeAttribute("aria-busy");
});
