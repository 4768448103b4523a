// Import: what happened before the program was here.

import { ago, ask, confirmed, duration, h, METRICS, number, press, Refusal, say, show, time } from "./parts.js";

const WITHOUT_HISTORY = "Read Conversation";
const TOLD = {
  idle: "Nothing was imported yet.",
  running: "The import is running.",
  paused: "The import is paused; it goes on where it stands.",
  completed: "The import is complete.",
  failed: "The import has stopped.",
};

export function importing() {
  const progress = h("div", {});
  const review = h("div", {});
  const content = h(
    "div",
    {},
    h("h1", {}, "Import"),
    h(
      "p",
      { class: "lead" },
      "Reads conversations and tickets of the past from Intercom and delivers what they tell as events, at the time when it happened. ",
      "It can run beside live events and any number of times: what is known already is not doubled.",
    ),
    progress,
    review,
  );
  let state = null;

  async function refresh() {
    let run;
    try {
      run = await ask("api/import");
    } catch (refusal) {
      if (refusal instanceof Refusal && refusal.status === 404) {
        show(progress, "none", () => h("p", { class: "card" }, "This program has no import."));
        return;
      }
      throw refusal;
    }
    show(progress, run, (shown) => bar(shown));
    if (run.state !== state) {
      state = run.state;
      review.replaceChildren(...(["idle", "completed", "failed"].includes(state) ? [form(state)] : []));
    }
  }

  return { title: "Import", content, refresh, every: 1000 };
}

function steer(name, done) {
  return async (clicked) => {
    await press(clicked.currentTarget, async () => {
      await ask(`api/import/${name}`, "POST");
      dispatchEvent(new Event("refresh-page"));
      return done;
    });
  };
}

function bar(run) {
  const begun = run.state !== "idle";
  const percent = Math.floor(run.percent ?? 0);
  return h(
    "section",
    { class: `card import ${run.state}`, "aria-labelledby": "import-state" },
    h("h2", { id: "import-state" }, TOLD[run.state] ?? run.state),
    run.error ? h("p", { class: "trouble" }, run.error) : null,
    begun
      ? [
          h(
            "p",
            { class: "bar" },
            h("progress", { max: "100", value: String(run.percent ?? 0), "aria-label": "Import" }, `${percent} %`),
            h("strong", { class: "percent" }, `${percent} %`),
          ),
          h(
            "p",
            {},
            run.total === 0 && run.state === "running"
              ? "Counting what there is …"
              : `${number(run.done)} of ${number(run.total)} conversations and tickets, ${number(run.events)} events`,
            run.state === "running" && run.ratePerSecond ? `, ${number(Math.round(run.ratePerSecond))} a second` : "",
            run.state === "running" && run.etaSeconds !== null && run.etaSeconds !== undefined
              ? h("strong", { class: "eta" }, `, about ${duration(run.etaSeconds)} left`)
              : "",
          ),
          h("p", { class: "muted" }, "Started ", ago(run.startedAt), run.finishedAt ? [", ended ", time(run.finishedAt)] : ""),
        ]
      : null,
    h(
      "p",
      { class: "buttons" },
      run.state === "running" ? h("button", { "data-key": "pause", click: steer("pause", "Paused.") }, "Pause") : null,
      run.state === "paused" ? h("button", { class: "main", "data-key": "resume", click: steer("resume", "Goes on.") }, "Resume") : null,
      begun
        ? h(
            "button",
            {
              "data-key": "restart",
              click: async (clicked) => {
                const restart = steer("restart", "Started again from the beginning.");
                const button = clicked.currentTarget;
                const sure = await confirmed(
                  "Start again from the beginning?",
                  "All of it is read again, with the same dates and metrics. Nothing is doubled at Klaviyo.",
                  "Restart",
                );
                if (sure) {
                  await restart({ currentTarget: button });
                }
              },
            },
            "Restart",
          )
        : null,
    ),
  );
}

function form(state) {
  const summary = h("div", { id: "review", tabindex: "-1" });
  const given = h(
    "form",
    {
      class: "card",
      submit: (submitted) => {
        submitted.preventDefault();
        const wanted = read(given);
        if (wanted) {
          summary.replaceChildren(summaryOf(wanted, summary));
          summary.focus();
        }
      },
      input: () => summary.replaceChildren(),
    },
    h("h2", {}, state === "idle" ? "What is to be imported" : "Import something else"),
    h(
      "div",
      { class: "fields" },
      h("label", {}, "Since", h("input", { type: "date", name: "since" })),
      h("label", {}, "Until", h("input", { type: "date", name: "until" })),
    ),
    h("p", { class: "muted" }, "Without dates: everything that Intercom keeps, up to now."),
    h(
      "fieldset",
      {},
      h("legend", {}, "Metrics"),
      METRICS.map((name) =>
        h(
          "label",
          { class: "choice" },
          h("input", { type: "checkbox", name: "metric", value: name, checked: name !== WITHOUT_HISTORY, disabled: name === WITHOUT_HISTORY }),
          name === WITHOUT_HISTORY ? `${name}: Intercom keeps no time for a read` : name,
        ),
      ),
    ),
    h("p", { class: "buttons" }, h("button", { class: "main" }, "Review")),
  );
  return h("div", {}, given, summary);
}

/** @return what was chosen, null when it makes no sense */
function read(given) {
  const metrics = [...given.querySelectorAll("[name=metric]:checked")].map((box) => box.value);
  const { since, until } = Object.fromEntries(new FormData(given));
  if (metrics.length === 0) {
    say("Choose at least one metric.");
    return null;
  }
  if (since && until && since >= until) {
    say("Since has to be before until.");
    return null;
  }
  return { ...(since ? { since } : {}), ...(until ? { until } : {}), metrics };
}

function summaryOf(wanted, summary) {
  return h(
    "section",
    { class: "card", "aria-labelledby": "review-title" },
    h("h2", { id: "review-title" }, "Please review"),
    h(
      "ul",
      {},
      h("li", {}, wanted.since ? `Conversations and tickets that began on ${wanted.since} or later` : "Conversations and tickets from the first on", wanted.until ? `, and before ${wanted.until}.` : ", up to now."),
      h("li", {}, `${wanted.metrics.length} of 9 metrics: ${wanted.metrics.join(", ")}.`),
      h("li", {}, "To Klaviyo go the events, and of each contact: e-mail, phone, name, location, tags and custom attributes. Subjects, rating remarks and ticket descriptions go along; message bodies do not."),
      h("li", {}, "Imported events fill metrics and segments and start no flows. Live events go first."),
    ),
    h(
      "p",
      { class: "buttons" },
      h(
        "button",
        {
          class: "main",
          click: (clicked) =>
            press(clicked.currentTarget, async () => {
              await ask("api/import/start", "POST", wanted);
              summary.replaceChildren();
              dispatchEvent(new Event("refresh-page"));
              return "The import has started.";
            }),
        },
        "Start import",
      ),
      h("button", { type: "button", click: () => summary.replaceChildren() }, "Back"),
    ),
  );
}
