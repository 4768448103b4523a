// Events: the delivery log, and one event as a timeline.

import { ago, ask, badge, confirmed, h, json, METRICS, number, press, say, show, time } from "./parts.js";

const STATES = ["pending", "delivered", "parked", "waiting", "duplicate"];
const PAGE = 50;

const link = (uniqueId) => `#event/${encodeURIComponent(uniqueId)}`;

export function events(parameters) {
  const wanted = Object.fromEntries([...parameters].filter(([, value]) => value !== ""));
  const table = h("div", {});
  const more = h("p", { class: "buttons" });
  let pages = 1;

  const content = h(
    "div",
    {},
    h("h1", {}, "Events"),
    filterForm(wanted),
    replayAll(wanted),
    table,
    more,
    h(
      "details",
      { class: "card" },
      h("summary", {}, "Delete the data of one person"),
      forgetForm(),
    ),
  );

  async function refresh() {
    let rows = [];
    let next = null;
    for (let page = 0; page < pages; page++) {
      const query = new URLSearchParams({ ...wanted, limit: PAGE, ...(next ? { after: next } : {}) });
      const answer = await ask(`api/events?${query}`);
      rows = rows.concat(answer.events);
      next = answer.events.length === PAGE ? answer.next : null;
      if (next === null) {
        break;
      }
    }
    show(table, rows, list);
    show(more, next !== null, (further) =>
      further
        ? h(
            "button",
            {
              "data-key": "more",
              click: (clicked) =>
                press(clicked.currentTarget, async () => {
                  pages++;
                  await refresh();
                }),
            },
            "Show older ones",
          )
        : null,
    );
  }

  return { title: "Events", content, refresh, every: 3000 };
}

function filterForm(wanted) {
  const option = (value, text, chosen) => h("option", { value, selected: value === (chosen ?? "") }, text);
  const names = METRICS.includes(wanted.metric ?? METRICS[0]) ? METRICS : [...METRICS, wanted.metric];
  return h(
    "form",
    {
      class: "card filter",
      "aria-label": "Filter",
      submit: (submitted) => {
        submitted.preventDefault();
        const query = new URLSearchParams();
        for (const [name, value] of new FormData(submitted.currentTarget)) {
          if (value.trim() !== "") {
            query.set(name, name === "since" || name === "until" ? new Date(value).toISOString() : value.trim());
          }
        }
        location.hash = `events?${query}`;
      },
    },
    h(
      "div",
      { class: "fields" },
      h("label", {}, "State", h("select", { name: "state" }, option("", "any", wanted.state), STATES.map((state) => option(state, state, wanted.state)))),
      h("label", {}, "Metric", h("select", { name: "metric" }, option("", "any", wanted.metric), names.map((name) => option(name, name, wanted.metric)))),
      h("label", {}, "E-mail or phone", h("input", { name: "profile", value: wanted.profile ?? "", autocomplete: "off", spellcheck: "false" })),
      h("label", {}, "Recorded since", h("input", { type: "datetime-local", name: "since", value: local(wanted.since) })),
      h("label", {}, "until", h("input", { type: "datetime-local", name: "until", value: local(wanted.until) })),
      h("p", { class: "buttons" }, h("button", { class: "main" }, "Show"), h("a", { class: "button", href: "#events" }, "Clear")),
    ),
  );
}

function local(iso) {
  if (!iso) {
    return "";
  }
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

function replayAll(wanted) {
  if (wanted.state !== "parked" && wanted.state !== "waiting") {
    return null;
  }
  return h(
    "p",
    { class: "buttons" },
    h(
      "button",
      {
        click: async (clicked) => {
          const button = clicked.currentTarget;
          const sure = await confirmed(
            `Replay all ${wanted.state} events?`,
            "All that match the filter are made anew with today's routes and then delivered.",
            "Replay all",
          );
          if (sure) {
            await press(button, async () => {
              const { replayed } = await ask("api/replay", "POST", wanted);
              dispatchEvent(new Event("refresh-page"));
              return `${number(replayed)} events are replayed.`;
            });
          }
        },
      },
      "Replay all that match",
    ),
  );
}

function list(rows) {
  if (rows.length === 0) {
    return h("p", { class: "card" }, "No event matches.");
  }
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "events" },
      h("caption", { class: "hidden" }, "Events, newest first"),
      h("thead", {}, h("tr", {}, ["Metric", "Profile", "State", "Recorded", "Origin", "Attempts", "Last answer"].map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, h("a", { href: link(row.unique_id), "data-key": row.id }, row.metric ?? "Notification")),
            h("td", { "data-name": "Profile", class: "break" }, row.profile ?? "unknown yet"),
            h("td", { "data-name": "State" }, badge(row.state)),
            h("td", { "data-name": "Recorded" }, ago(row.recordedAt)),
            h("td", { "data-name": "Origin" }, row.origin),
            h("td", { "data-name": "Attempts", class: "right" }, number(row.attempts)),
            h("td", { "data-name": "Last answer" }, h("span", { class: "clip" }, [row.lastStatus, row.lastAnswer].filter(Boolean).join(" ") || "–")),
          ),
        ),
      ),
    ),
  );
}

function forgetForm() {
  return h(
    "form",
    {
      submit: async (submitted) => {
        submitted.preventDefault();
        const given = submitted.currentTarget;
        const person = given.elements.person.value.trim();
        const button = given.querySelector("button");
        if (person === "") {
          say("An e-mail address or a contact id is needed.");
          return;
        }
        const sure = await confirmed(
          "Delete all data of this person?",
          `Events, requests, attempts and notifications of ${person} that are stored here are deleted. This cannot be taken back, and nothing is deleted at Klaviyo or Intercom.`,
          "Delete",
        );
        if (sure) {
          await press(button, async () => {
            const { deleted } = await ask(`api/profiles/${encodeURIComponent(person)}`, "DELETE");
            given.reset();
            dispatchEvent(new Event("refresh-page"));
            return `${number(deleted)} rows are deleted.`;
          });
        }
      },
    },
    h("p", { class: "muted" }, "What is stored here about a person, by e-mail address, phone number or Intercom's contact id."),
    h(
      "div",
      { class: "fields" },
      h("label", {}, "E-mail, phone or contact id", h("input", { name: "person", autocomplete: "off", spellcheck: "false" })),
      h("p", { class: "buttons" }, h("button", { class: "danger" }, "Delete")),
    ),
  );
}

export function event(uniqueId) {
  const path = `api/events/${encodeURIComponent(uniqueId)}`;
  const story = h("div", {});
  const preview = h("div", { "aria-live": "polite" });
  const content = h("div", {}, h("p", {}, h("a", { href: "#events" }, "← Events")), h("h1", {}, "Event"), story, preview);

  async function refresh() {
    show(story, await ask(path), (shown) => [summary(shown, path, preview), timeline(shown)]);
  }

  return { title: "Event", content, refresh, every: 2000 };
}

function summary(shown, path, preview) {
  const replayable = shown.state === "parked" || shown.state === "waiting";
  return h(
    "section",
    { class: `card state-${shown.state}`, "aria-label": "Summary" },
    h("h2", {}, shown.metric ?? "A notification that is no event", " ", badge(shown.state)),
    shown.advice ? h("p", { class: "advice" }, shown.advice) : null,
    h(
      "dl",
      { class: "facts" },
      fact("Profile", shown.profile ?? "unknown yet"),
      fact("Happened", time(shown.time)),
      fact("Came by", shown.origin),
      fact("unique_id", h("code", {}, shown.unique_id)),
      shown.state === "pending" ? fact("Due", time(shown.dueAt)) : null,
    ),
    h(
      "p",
      { class: "buttons" },
      shown.notification
        ? h(
            "button",
            {
              "data-key": "preview",
              click: (clicked) =>
                press(clicked.currentTarget, async () => {
                  const compared = await ask(`${path}/preview`);
                  preview.replaceChildren(comparison(compared));
                  preview.scrollIntoView({ block: "nearest" });
                }),
            },
            "Preview with today's routes",
          )
        : null,
      replayable
        ? h(
            "button",
            {
              class: "main",
              "data-key": "replay",
              click: (clicked) =>
                press(clicked.currentTarget, async () => {
                  await ask(`${path}/replay`, "POST");
                  preview.replaceChildren();
                  dispatchEvent(new Event("refresh-page"));
                  return "It is made anew with today's routes and sent.";
                }),
            },
            "Replay",
          )
        : null,
    ),
  );
}

function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", { class: "break" }, value));
}

function timeline(shown) {
  const { notification, attempts } = shown;
  return h(
    "section",
    { "aria-labelledby": "story-title" },
    h("h2", { id: "story-title" }, "What happened"),
    h(
      "ol",
      { class: "timeline" },
      notification
        ? step(
            "Notification received",
            notification.receivedAt,
            h("p", {}, `${notification.topic}, `, h("code", {}, notification.id)),
            h("details", { "data-key": "notification" }, h("summary", { "data-key": "notification-summary" }, "What Intercom posted"), json(notification.body)),
          )
        : null,
      step(
        shown.request ? "Transformed and recorded" : "Not transformed",
        shown.recordedAt,
        shown.request
          ? h("details", { "data-key": "request" }, h("summary", { "data-key": "request-summary" }, "The request to Klaviyo"), json(shown.request))
          : null,
        shown.lastAnswer && attempts.length === 0 ? h("p", { class: "break" }, shown.lastAnswer) : null,
      ),
      attempts.map((attempt) =>
        step(
          attempt.status >= 200 && attempt.status < 300 ? "Klaviyo took it" : attempt.status === 0 ? "No answer from Klaviyo" : `Klaviyo answered ${attempt.status}`,
          attempt.at,
          attempt.answer ? h("p", { class: "break" }, attempt.answer) : attempt.status ? h("p", {}, `Answer ${attempt.status}`) : null,
        ),
      ),
    ),
  );
}

function step(title, at, ...told) {
  return h("li", {}, h("h3", {}, title), h("p", { class: "muted" }, time(at)), told);
}

function comparison({ before, after, reason, waits }) {
  const changes = after.length === 1 ? differences(before, after[0]) : [];
  return h(
    "section",
    { class: "card preview", "aria-labelledby": "preview-title" },
    h("h2", { id: "preview-title" }, "With today's routes"),
    reason ? h("p", { class: "advice" }, `No event would be made of it: ${reason}`) : null,
    waits ? h("p", { class: "advice" }, "It would wait: the contact has neither a valid e-mail nor a valid phone.") : null,
    after.length === 1 && before ? differenceTable(changes) : null,
    h(
      "div",
      { class: "beside" },
      h("div", {}, h("h3", {}, "As recorded"), before ? json(before) : h("p", { class: "muted" }, "There is no request yet.")),
      after.map((request) => h("div", {}, h("h3", {}, "As it would be sent"), json(request))),
    ),
  );
}

function differenceTable(changes) {
  if (changes.length === 0) {
    return h("p", {}, "The request would be the same.");
  }
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "events differences" },
      h("thead", {}, h("tr", {}, ["What changes", "As recorded", "As it would be sent"].map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        changes.map(({ path, was, is }) =>
          h("tr", {}, h("th", { scope: "row", class: "break" }, path), h("td", { class: "break", "data-name": "As recorded" }, was ?? "–"), h("td", { class: "break", "data-name": "As it would be sent" }, is ?? "–")),
        ),
      ),
    ),
  );
}

function differences(before, after) {
  const was = flat(before);
  const is = flat(after);
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => was.get(path) !== is.get(path))
    .map((path) => ({ path, was: was.get(path), is: is.get(path) }));
}

/** Every plain value by the way to it; the envelope that is the same in every request left out. */
function flat(value, path = [], into = new Map()) {
  if (value !== null && typeof value === "object") {
    for (const [name, member] of Object.entries(value)) {
      flat(member, ["data", "attributes"].includes(name) ? path : [...path, name], into);
    }
  } else {
    into.set(path.join(" › "), JSON.stringify(value));
  }
  return into;
}
