// Sending files, one after the other, with how far each is.

import { csrf } from "./latest.js";

const drop = document.getElementById("drop");
const sent = document.getElementById("sent");
const uploadStatus = document.getElementById("upload-status");
const most = Number(drop.dataset.most);
let last = Promise.resolve();

function line(file) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { className: "sent-name", textContent: file.name });
  const says = Object.assign(document.createElement("span"), { className: "sent-says", textContent: "waits" });
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", `Sent of ${file.name}`);
  item.append(name, says, bar);
  sent.prepend(item);
  return { item, says, bar };
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Send one file; fetch cannot tell how far it is, so the older way it is. */
function send(file, { says, bar }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${drop.dataset.to}?name=${encodeURIComponent(file.name)}`);
    for (const [name, value] of Object.entries(csrf())) request.setRequestHeader(name, value);
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = loaded / total;
      says.textContent = `${size(loaded)} of ${size(total)}`;
    });
    request.addEventListener("load", () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // Whatever stands between may answer in its own way.
      }
      if (request.status === 202) resolve(answer);
      else reject(new Error(answer.detail ?? `The service answered ${request.status}.`));
    });
    request.addEventListener("error", () => reject(new Error("The connection broke: send it again.")));
    request.send(file);
  });
}

async function add(file) {
  const shown = line(file);
  const fail = (text) => {
    shown.bar.hidden = true;
    shown.says.className = "failed";
    shown.says.textContent = text;
    uploadStatus.textContent = `${file.name}: ${text}`;
  };
  if (file.size > most) return fail(`It has ${size(file.size)}; the most is ${size(most)}.`);
  if (!file.size) return fail("It is empty.");
  const before = last;
  last = before.then(async () => {
    try {
      const { job } = await send(file, shown);
      shown.bar.value = 1;
      const link = Object.assign(document.createElement("a"), { href: "jobs", textContent: `queued as job ${job}` });
      shown.says.replaceChildren(link);
      uploadStatus.textContent = `${file.name} is queued.`;
    } catch (error) {
      fail(error.message);
    }
  });
  return last;
}

document.getElementById("files").addEventListener("change", (event) => {
  for (const file of event.target.files) add(file);
  event.target.value = "";
});
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, () => drop.classList.remove("over"));
}
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  for (const file of event.dataTransfer.files) add(file);
});
