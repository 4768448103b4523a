// Overview: is all well?

import { ago, ask, bars, figure, h, number, Refusal, show } from "./parts.js";

export function overview() {
  const attention = h("div", {});
  const metrics = h("ul", { class: "cards metrics" });
  const figures = h("dl", { class: "figures" });
  const filtered = h("div", {});
  const content = h(
    "div",
    {},
    h("h1", {}, "Overview"),
    attention,
    h("section", { "aria-labelledby": "metrics-title" }, h("h2", { id: "metrics-title" }, "Metrics"), metrics),
    h("section", { "aria-labelledby": "way-title" }, h("h2", { id: "way-title" }, "On the way"), figures),
    filtered,
  );

  async function refresh() {
    const [status, activity, reconcile] = await Promise.all([
      ask("api/status"),
      ask("api/activity"),
      ask("api/reconcile").catch((refusal) => {
        if (refusal instanceof Refusal && refusal.status === 404) {
          return null;
        }
        throw refusal;
      }),
    ]);
    show(attention, status.attention, (sentences) =>
      sentences.length === 0
        ? h("p", { class: "well" }, "All is well: nothing needs a person.")
        : h(
            "section",
            { class: "attention", "aria-label": "Needs a person" },
            h("h2", {}, sentences.length === 1 ? "One thing needs a person" : `${sentences.length} things need a person`),
            h("ul", {}, sentences.map((sentence) => h("li", {}, sentence))),
          ),
    );
    const midnight = new Date().setHours(0, 0, 0, 0);
    const hours = activity.hours.map((hour) => Date.parse(hour));
    const names = [...new Set([...Object.keys(activity.metrics), ...Object.keys(status.metrics)])];
    show(
      metrics,
      names.map((name) => ({ name, ...status.metrics[name], hours: activity.metrics[name]?.delivered ?? [] })),
      (all) =>
        all.map((metric) => {
          const today = metric.hours.reduce((sum, amount, i) => (hours[i] >= midnight ? sum + amount : sum), 0);
          return card(metric, today);
        }),
    );
    show(figures, [status, reconcile], () => backlog(status, reconcile));
    show(filtered, status.filtered, filteredTopics);
  }

  return { title: "Overview", content, refresh, every: 2000 };
}

function card(metric, today) {
  const last = metric.hours.slice(-24);
  const sum = last.reduce((a, b) => a + b, 0);
  return h(
    "li",
    { class: "card metric", "data-metric": metric.name },
    h("h3", {}, h("a", { href: `#events?metric=${encodeURIComponent(metric.name)}`, "data-key": metric.name }, metric.name)),
    h("p", { class: "amount" }, h("strong", { class: "today" }, number(today)), " delivered today"),
    bars(last, `Delivered in each of the last 24 hours: ${sum} in all, ${Math.max(0, ...last)} in the busiest.`),
    h("p", { class: "muted" }, "Last event ", metric.lastEventAt ? ago(metric.lastEventAt) : "not yet"),
    h(
      "p",
      { class: "states" },
      ["pending", "parked", "waiting"]
        .filter((state) => metric[state] > 0)
        .map((state) =>
          h(
            "a",
            {
              class: `badge ${state}`,
              href: `#events?state=${state}&metric=${encodeURIComponent(metric.name)}`,
              "data-key": `${metric.name} ${state}`,
            },
            `${number(metric[state])} ${state}`,
          ),
        ),
    ),
  );
}

function backlog(status, reconcile) {
  return [
    figure("Inbox", number(status.inbox), status.oldestInboxAt ? h("span", {}, "oldest ", ago(status.oldestInboxAt)) : "notifications to be worked on"),
    figure("Outbox", number(status.outbox), status.oldestPendingAt ? h("span", {}, "oldest ", ago(status.oldestPendingAt)) : "events to be delivered"),
    figure("Parked", h("a", { href: "#events?state=parked", "data-key": "parked" }, number(status.parked)), "need a person"),
    figure("Waiting", h("a", { href: "#events?state=waiting", "data-key": "waiting" }, number(status.waiting)), "need an identity"),
    reconcile
      ? figure("Gaps repaired", number(reconcile.gapsRepaired), reconcile.lastRunAt ? h("span", {}, "last look ", ago(reconcile.lastRunAt)) : "missed by webhooks")
      : null,
  ];
}

function filteredTopics(topics) {
  const names = Object.keys(topics);
  return names.length === 0
    ? null
    : h(
        "details",
        { "data-key": "filtered" },
        h("summary", { "data-key": "filtered-summary" }, `${number(Object.values(topics).reduce((a, b) => a + b, 0))} notifications filtered: topics that are not synced, by choice`),
        h(
          "div",
          { class: "scroll" },
          h(
            "table",
            {},
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Topic"), h("th", { scope: "col", class: "right" }, "Notifications"))),
            h("tbody", {}, names.map((name) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "right" }, number(topics[name]))))),
          ),
        ),
      );
}
