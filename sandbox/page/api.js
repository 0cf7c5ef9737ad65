/**
 * The sandbox's people API (sandbox/README.md) as one person: requests, and the stream of what this person may see.
 */

/** An answer that is not a success, in Discord's own shape. */
export class ApiError extends Error {
  /** @param {number} status @param {{message?: string, code?: number, errors?: object}} body */
  constructor(status, body) {
    super(body.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? 0;
    this.errors = body.errors;
  }

  /** Discord's message and, where a field is at fault, what is wrong with it. */
  get detail() {
    const leaf = firstLeaf(this.errors);
    return leaf ? `${this.message} – ${leaf}` : this.message;
  }
}

/** @param {any} tree @returns {string | null} */
function firstLeaf(tree) {
  if (!tree || typeof tree !== "object") return null;
  if (Array.isArray(tree._errors) && tree._errors.length) return tree._errors[0].message;
  for (const branch of Object.values(tree)) {
    const found = firstLeaf(branch);
    if (found) return found;
  }
  return null;
}

export class Api {
  /** @param {string} person their user id */
  constructor(person) {
    this.person = person;
    this.closed = false;
  }

  /**
   * @param {string} method @param {string} path below /sandbox @param {any} [body]
   * @returns {Promise<any>}
   */
  async request(method, path, body) {
    const headers = { "X-Person": this.person };
    /** @type {RequestInit} */
    const init = { method, headers };
    if (body instanceof Blob) init.body = body;
    else if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    const response = await fetch(`/sandbox${path}`, init);
    const text = await response.text();
    const answer = parse(text);
    if (!response.ok) throw new ApiError(response.status, answer ?? { message: text.slice(0, 200) });
    return answer;
  }

  get(path) {
    return this.request("GET", path);
  }

  post(path, body = {}) {
    return this.request("POST", path, body);
  }

  put(path) {
    return this.request("PUT", path);
  }

  patch(path, body) {
    return this.request("PATCH", path, body);
  }

  delete(path) {
    return this.request("DELETE", path);
  }

  /** @param {File} file @returns {Promise<any>} the attachment, to be named by its id */
  upload(file) {
    return this.request("POST", `/attachments?filename=${encodeURIComponent(file.name)}`, file);
  }

  /**
   * Listens until `close()`; dials again by itself, a little later each time.
   * @param {(name: string, data: any) => void} onEvent @param {(online: boolean) => void} onState
   */
  listen(onEvent, onState) {
    let wait = 500;
    const dial = () => {
      if (this.closed) return;
      const scheme = location.protocol === "https:" ? "wss" : "ws";
      const socket = new WebSocket(`${scheme}://${location.host}/sandbox/events?person=${this.person}`);
      this.socket = socket;
      socket.onopen = () => {
        wait = 500;
        onState(true);
      };
      socket.onmessage = ({ data }) => {
        const frame = parse(data);
        if (frame) onEvent(frame.t, frame.d);
      };
      socket.onclose = () => {
        if (this.closed) return;
        onState(false);
        this.checkPerson();
        setTimeout(dial, wait);
        wait = Math.min(wait * 2, 8000);
      };
    };
    dial();
  }

  /** A sandbox that began again knows nobody of before: the page begins again too. */
  async checkPerson() {
    const everyone = await people().catch(() => null);
    if (this.closed || !Array.isArray(everyone) || everyone.some(({ user }) => user.id === this.person)) return;
    history.replaceState(null, "", location.pathname);
    location.reload();
  }

  close() {
    this.closed = true;
    this.socket?.close();
  }
}

/** @param {string} text @returns {any} */
function parse(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Nobody in particular: what the page asks before it knows who is there. */
export async function people() {
  return (await fetch("/sandbox/people")).json();
}

/** The guided tour, where there is one. @returns {Promise<{steps: any[]} | null>} */
export async function guidedTour() {
  const response = await fetch("/sandbox/tour");
  return response.status === 200 ? response.json() : null;
}
