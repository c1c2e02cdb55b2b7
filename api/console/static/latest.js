// Asking the server for a piece of a page: the last question counts, those before it are dropped.

export class Latest {
  #running = null;

  /** The piece, made safe by the server; null when a newer question was asked meanwhile. */
  async text(address, options = {}) {
    this.#running?.abort();
    const own = new AbortController();
    this.#running = own;
    try {
      const answer = await fetch(address, {
        ...options,
        headers: { accept: "text/x-fragment", ...options.headers },
        signal: own.signal,
      });
      const text = await answer.text();
      if (this.#running !== own) return null;
      if (!answer.ok) throw new Error(reason(answer, text));
      return text;
    } catch (error) {
      if (error.name === "AbortError" || this.#running !== own) return null;
      throw error;
    }
  }
}

/** What an answer that is none says. */
export function reason(answer, text) {
  if (answer.status === 401) return "You are signed out: load the page again.";
  try {
    return JSON.parse(text).detail;
  } catch {
    return `The service answered ${answer.status}.`;
  }
}

/** Show what went wrong in a place of the page. */
export function say(place, error) {
  const note = document.createElement("p");
  note.className = "note bad";
  note.setAttribute("role", "alert");
  note.textContent = error.message;
  place.replaceChildren(note);
}

/** What every request that changes something must carry. */
export function csrf() {
  return { "x-csrf-token": document.querySelector('meta[name="csrf"]').content };
}
