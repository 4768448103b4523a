// Connect: do token and key work, what goes where, and what is to be set up at Intercom.

import { ask, h, press, show, time } from "./parts.js";

const TOPICS = [
  "conversation.user.created",
  "conversation.user.replied",
  "conversation.read",
  "conversation.rating.added",
  "ticket.created",
  "ticket.state.updated",
  "ticket.contact.replied",
  "ticket.closed",
  "ticket.resolved",
];
const IDENTITY = [
  "contact.lead.added_email",
  "contact.lead.signed_up",
  "contact.email.updated",
  "contact.user.created",
  "contact.user.updated",
  "contact.merged",
  "contact.deleted",
];
const WORDS = { ok: "works", warning: "look", failed: "fails" };

export function connect() {
  const checks = h("div", { "aria-live": "polite" }, h("p", { class: "card" }, "Intercom and Klaviyo are being asked …"));
  const content = h(
    "div",
    {},
    h("h1", {}, "Connect"),
    h(
      "section",
      { "aria-labelledby": "checks-title" },
      h("h2", { id: "checks-title" }, "Does it work?"),
      checks,
      h("p", { class: "buttons" }, h("button", { click: (clicked) => press(clicked.currentTarget, refresh) }, "Check again")),
    ),
    h(
      "section",
      { "aria-labelledby": "where-title" },
      h("h2", { id: "where-title" }, "Which data goes where"),
      h(
        "ul",
        { class: "card plain" },
        h("li", {}, "From Intercom come conversations, tickets and contacts: by webhook as they happen, and by its API for what a webhook does not tell."),
        h("li", {}, "To Klaviyo go nine metrics as events, each with its conversation's or ticket's facts, and the contact as a profile: e-mail, phone, name, location, tags, custom attributes. Subjects, rating remarks and ticket descriptions go along; message bodies do not, and consent is never set."),
        h("li", {}, "Here stay the delivery log, for 30 days after delivery, and what waits or is parked, until it is delivered or deleted."),
      ),
    ),
    h(
      "section",
      { "aria-labelledby": "setup-title" },
      h("h2", { id: "setup-title" }, "At Intercom"),
      h(
        "div",
        { class: "card" },
        h("p", {}, "In the Developer Hub, under Webhooks of your app: the address is that of the webhook listener with the path ", h("code", {}, "/webhooks/intercom"), ", reachable from outside over HTTPS."),
        h("h3", {}, "Topics that become events"),
        h("ul", { class: "topics" }, TOPICS.map((topic) => h("li", {}, h("code", {}, topic)))),
        h("h3", {}, "Topics that say who a contact is"),
        h("ul", { class: "topics" }, IDENTITY.map((topic) => h("li", {}, h("code", {}, topic)))),
      ),
    ),
  );

  async function refresh() {
    show(checks, await ask("api/checks"), ({ checks: all, checkedAt }) => [
      h(
        "ul",
        { class: "card checks" },
        all.map((check) =>
          h("li", { class: check.result }, h("span", { class: `badge ${check.result}` }, WORDS[check.result]), h("span", {}, h("strong", {}, `${check.what}: `), check.text)),
        ),
      ),
      h("p", { class: "muted" }, "Asked at ", time(checkedAt)),
    ]);
  }

  return { title: "Connect", content, refresh, every: 0 };
}
