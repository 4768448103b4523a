// What all pages share: building elements, asking the API, writing numbers and times.

/** An element; functions among the attributes are listeners, null and false leave an attribute out. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Builds the content anew only when the data changed, so that focus, selection and open details stay. */
export function show(element, data, build) {
  const text = JSON.stringify(data);
  if (element.shown === text) {
    return;
  }
  element.shown = text;
  const active = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const open = [...element.querySelectorAll("details[open][data-key]")].map((each) => each.dataset.key);
  element.replaceChildren(...[build(data)].flat(3).filter((child) => child !== null && child !== false));
  for (const key of open) {
    element.querySelector(`details[data-key="${CSS.escape(key)}"]`)?.setAttribute("open", "");
  }
  if (active) {
    element.querySelector(`[data-key="${CSS.escape(active)}"]`)?.focus();
  }
}

/** What the API refuses, in its own words. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Asks the API; JSON in, JSON out. */
export async function ask(path, method = "GET", body = undefined) {
  let response;
  try {
    response = await fetch(path, {
      method,
      body: typeof body === "string" || body === undefined ? body : JSON.stringify(body),
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
    });
  } catch {
    throw new Refusal(0, "The program does not answer. This page goes on asking.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refusal(response.status, answer.error ?? `The program answers ${response.status}.`);
  }
  return answer;
}

/** Says something to everybody, those who listen included. */
export function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  clearTimeout(said.timer);
  said.timer = setTimeout(() => {
    said.textContent = "";
  }, 8000);
}

/** Does what a button is for; says how it went, and keeps it from being pressed twice. */
export async function press(button, action) {
  button.disabled = true;
  try {
    const done = await action();
    if (done) {
      say(done);
    }
  } catch (refusal) {
    say(refusal.message);
  } finally {
    button.disabled = false;
  }
}

/** Asks a person before something that cannot be taken back. */
export function confirmed(title, text, yes) {
  const question = document.getElementById("question");
  document.getElementById("question-title").textContent = title;
  document.getElementById("question-text").textContent = text;
  question.querySelector("button.main").textContent = yes;
  question.returnValue = "no";
  question.showModal();
  return new Promise((resolve) => {
    question.addEventListener("close", () => resolve(question.returnValue === "yes"), { once: true });
  });
}

export const number = (value) => new Intl.NumberFormat("en").format(value ?? 0);

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** A point in time in the reader's zone. */
export function time(iso) {
  return iso ? h("time", { datetime: iso, title: iso }, moment.format(new Date(iso))) : "–";
}

/** How long ago; counts on by itself. */
export function ago(iso) {
  return iso ? h("time", { datetime: iso, title: moment.format(new Date(iso)), "data-ago": true }, since(iso)) : "–";
}

function since(iso) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(iso)) / 1000));
  return seconds < 2 ? "now" : `${duration(seconds)} ago`;
}

export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min${whole < 600 && whole % 60 ? ` ${whole % 60} s` : ""}`;
  }
  if (whole < 86400) {
    return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  }
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

setInterval(() => {
  for (const each of document.querySelectorAll("time[data-ago]")) {
    const text = since(each.dateTime);
    if (each.textContent !== text) {
      each.textContent = text;
    }
  }
}, 1000);

/** A state of an event, told by its word and not by its colour alone. */
export function badge(state) {
  return h("span", { class: `badge ${state}` }, state);
}

export function json(value) {
  return h("pre", { tabindex: "0" }, JSON.stringify(value, null, 2));
}

/** A figure with its name. */
export function figure(name, value, note = null) {
  return h("div", { class: "figure" }, h("dt", {}, name), h("dd", {}, value, note ? h("small", {}, note) : null));
}

/** Bars of a value for each hour. */
export function bars(values, label) {
  const most = Math.max(1, ...values);
  const width = 240 / values.length;
  return svg(
    "svg",
    { class: "bars", viewBox: "0 0 240 40", preserveAspectRatio: "none", role: "img", "aria-label": label },
    svg("path", { class: "ground", d: "M0 39.500H240" }),
    values.map((value, i) => {
      const height = value === 0 ? 0 : Math.max(2, (value / most) * 37);
      return svg("rect", {
        x: (i * width + 1).toFixed(2),
        y: (39 - height).toFixed(2),
        width: (width - 2).toFixed(2),
        height: height.toFixed(2),
      });
    }),
  );
}

export const METRICS = [
  "Created Conversation",
  "Rated Conversation",
  "Read Conversation",
  "Replied to Conversation",
  "Created Ticket",
  "Submitted Ticket",
  "Replied to Ticket",
  "Marked Ticket On Hold",
  "Resolved Ticket",
];
