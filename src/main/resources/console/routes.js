// Routes: what runs, as a picture from webhook to Klaviyo, and a place to try a notification.

import { ask, h, json, number, press, show, svg, time } from "./parts.js";

export function routes() {
  const file = h("div", {});
  const picture = h("div", {});
  const content = h("div", {}, h("h1", {}, "Routes"), file, picture, tryNotification());

  async function refresh() {
    const running = await ask("api/routes");
    show(file, [running.file, running.loadedAt, running.error], () => [
      running.error
        ? h("section", { class: "attention", "aria-label": "Refused edit" }, h("h2", {}, "The last edit was refused"), h("p", { class: "break" }, running.error), h("p", {}, "The routes before it go on."))
        : null,
      h("p", { class: "lead break" }, running.file === "bundled" ? "The routes that come with the program" : ["From ", h("code", {}, running.file)], ", loaded ", time(running.loadedAt), "."),
    ]);
    const shape = running.routes.map(({ total, failed, ...rest }) => rest);
    show(picture, shape, () => draw(running.routes));
    for (const route of running.routes) {
      count(picture, route);
    }
  }

  return { title: "Routes", content, refresh, every: 2000 };
}

const isPoll = (route) => route.from.startsWith("scheduler:");

function count(picture, route) {
  for (const cell of picture.querySelectorAll(`[data-count="${CSS.escape(route.id)}"]`)) {
    const text = isPoll(route) ? "looks all the time" : number(route.total) + (route.failed ? `, ${number(route.failed)} failed` : "");
    if (cell.textContent !== text) {
      cell.textContent = text;
      cell.classList.toggle("failing", route.failed > 0);
    }
  }
}

/** Everything on the way from a source to Klaviyo, in ranks; what is beside the way, in a list. */
function draw(all) {
  const nodes = new Map();
  const node = (id, kind, text, description) => {
    if (!nodes.has(id)) {
      nodes.set(id, { id, kind, text, description, next: new Set() });
    }
    return nodes.get(id);
  };
  const byId = new Map(all.map((route) => [route.id, route]));
  for (const route of all) {
    node(route.id, "route", route.id, route.description);
  }
  for (const route of all) {
    for (const store of route.reads) {
      node(`store:${store}`, "store", store).next.add(route.id);
    }
    for (const store of route.writes) {
      nodes.get(route.id).next.add(node(`store:${store}`, "store", store).id);
    }
    for (const target of route.sendsTo) {
      nodes.get(route.id).next.add(target);
    }
    for (const call of route.calls.filter((uri) => uri.startsWith("http"))) {
      nodes.get(route.id).next.add(node("end:klaviyo", "end", "Klaviyo", new URL(call).origin).id);
    }
  }
  const isSource = (route) => !/^(direct|seda|admin):/.test(route.from) && !(route.reads.length > 0);
  const leadsOn = new Set(["end:klaviyo"]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const each of nodes.values()) {
      if (!leadsOn.has(each.id) && [...each.next].some((id) => leadsOn.has(id))) {
        leadsOn.add(each.id);
        grown = true;
      }
    }
  }
  const intercom = node("start:intercom", "end", "Intercom", "webhooks and history");
  for (const route of all.filter((each) => isSource(each) && leadsOn.has(each.id))) {
    intercom.next.add(route.id);
  }
  const ranks = rank(nodes, intercom);
  const placed = new Set(ranks.flat().map((each) => each.id));
  const beside = all.filter((route) => !placed.has(route.id));
  const wires = svg("svg", { class: "wires", "aria-hidden": "true" });
  const flow = h(
    "div",
    { class: "flow" },
    wires,
    ranks.map((row) => h("ul", { class: row.length > 6 ? "rank many" : "rank" }, row.map((each) => h("li", { class: `node ${each.kind}`, "data-node": each.id, title: each.description ?? false }, nodeText(each))))),
  );
  new ResizeObserver(() => wire(flow, wires, nodes)).observe(flow);
  return [
    h("section", { "aria-labelledby": "flow-title" }, h("h2", { id: "flow-title" }, "From webhook to Klaviyo"), flow),
    h("section", {}, h("details", { "data-key": "all" }, h("summary", { "data-key": "all-summary" }, `All ${all.length} routes, with what each is for`), table(all))),
    beside.length ? h("p", { class: "muted" }, `Beside the way: ${beside.map((route) => route.id).join(", ")}.`) : null,
  ].map((part) => part ?? "");

  function nodeText(each) {
    return [
      h("strong", {}, each.text),
      byId.has(each.id) ? h("span", { class: "count", "data-count": each.id }) : each.kind === "end" ? h("span", { class: "count" }, each.description) : null,
    ];
  }
}

/** Ranks by the shortest way from the start: a way back up does not move anything down. */
function rank(nodes, start) {
  const ranks = [];
  const seen = new Set([start.id]);
  let row = [start];
  while (row.length > 0) {
    ranks.push(row);
    const following = [];
    for (const each of row) {
      for (const id of each.next) {
        if (!seen.has(id)) {
          seen.add(id);
          following.push(nodes.get(id));
        }
      }
    }
    row = following;
  }
  const end = nodes.get("end:klaviyo");
  if (end && seen.has(end.id)) {
    for (const each of ranks) {
      const at = each.indexOf(end);
      if (at >= 0) {
        each.splice(at, 1);
      }
    }
    ranks.push([end]);
  }
  return ranks.filter((each) => each.length > 0);
}

function wire(flow, wires, nodes) {
  const frame = flow.getBoundingClientRect();
  const places = new Map([...flow.querySelectorAll("[data-node]")].map((each) => [each.dataset.node, each.getBoundingClientRect()]));
  wires.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
  const paths = [];
  for (const [id, from] of places) {
    for (const next of nodes.get(id).next) {
      const to = places.get(next);
      if (to && to.top >= from.bottom) {
        const x1 = from.left + from.width / 2 - frame.left;
        const y1 = from.bottom - frame.top;
        const x2 = to.left + to.width / 2 - frame.left;
        const y2 = to.top - frame.top;
        const bend = Math.min(28, (y2 - y1) / 2);
        paths.push(svg("path", { d: `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}` }));
      }
    }
  }
  wires.replaceChildren(...paths);
}

function table(all) {
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "events" },
      h("caption", { class: "hidden" }, "Running routes"),
      h("thead", {}, h("tr", {}, ["Route", "What it is for", "From", "Sends to", "Exchanges"].map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        all.map((route) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, route.id),
            h("td", { "data-name": "What it is for" }, route.description ?? ""),
            h("td", { "data-name": "From", class: "break" }, h("code", {}, route.from)),
            h("td", { "data-name": "Sends to", class: "break" }, [...route.writes, ...route.sendsTo, ...route.calls].join(", ") || "–"),
            h("td", { "data-name": "Exchanges", class: "right", "data-count": route.id }),
          ),
        ),
      ),
    ),
  );
}

function tryNotification() {
  const answer = h("div", { "aria-live": "polite" });
  return h(
    "section",
    { "aria-labelledby": "try-title" },
    h("h2", { id: "try-title" }, "Try a notification"),
    h(
      "form",
      {
        class: "card",
        submit: (submitted) => {
          submitted.preventDefault();
          const given = submitted.currentTarget;
          press(given.querySelector("button"), async () => {
            answer.replaceChildren();
            const preview = await ask("api/preview", "POST", given.elements.notification.value);
            answer.replaceChildren(
              ...preview.events.filter((each) => each.outcome !== "pending").map((each) => h("p", { class: "advice" }, `${each.outcome}${each.reason ? `: ${each.reason}` : ""}`)),
              ...preview.requests.map((request) => json(request)),
            );
          });
        },
      },
      h("label", {}, "A notification as Intercom posts it, JSON", h("textarea", { name: "notification", rows: "8", spellcheck: "false" })),
      h("p", { class: "buttons" }, h("button", { class: "main" }, "Try it"), h("span", { class: "muted" }, "Nothing is stored or sent.")),
    ),
    answer,
  );
}
