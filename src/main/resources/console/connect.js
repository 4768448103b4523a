// Connect: do token and key work, what goes where, and what is to be set up at Intercom.

import { ask, confirmed, h, press, Refusal, show, time } from "./parts.js";

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
const CASES = [
  "conversation.admin.single.created",
  "conversation.admin.replied",
  "conversation.admin.closed",
  "conversation.admin.opened",
  "conversation.admin.snoozed",
  "conversation.admin.unsnoozed",
  "conversation.deleted",
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

// What the program says when the browser comes back from Intercom.
const REFUSED = {
  state: "Nothing was changed: this answer of Intercom's was not asked for by this browser, or has been used already. Press Connect to Intercom to begin anew.",
  expired: "Nothing was changed: it took longer than ten minutes. Press Connect to Intercom to begin anew.",
  denied: "Nothing was changed: Intercom says that access was not granted.",
  code: "Intercom does not give a token to this app. Check INTERCOM_CLIENT_ID, and that INTERCOM_CLIENT_SECRET begins with the current secret; then begin anew.",
  unreachable: "Intercom did not answer. Begin anew in a moment.",
  storage: "The database did not answer. Begin anew in a moment.",
  given: "INTERCOM_ACCESS_TOKEN is set, and is used. Remove it to connect the app.",
};

function whichData(account) {
  return h(
    "ul",
    { class: "card plain" },
    h("li", {}, "From Intercom come conversations, tickets and contacts: by webhook as they happen, and by its API for what a webhook does not tell."),
    h("li", {}, `To Klaviyo${account ? ` (${account})` : ""} go nine metrics as events, each with its conversation's or ticket's facts, and the contact as a profile: e-mail, phone, name, location, tags, custom attributes, and how many cases they have open. Subjects, rating remarks and ticket descriptions go along; message bodies do not, and consent is never set.`),
    h("li", {}, "Here stay the delivery log, for 30 days after delivery, and what waits or is parked, until it is delivered or deleted."),
  );
}

export function connect(parameters) {
  const intercom = h("div", { "aria-live": "polite" });
  const told = h("p", { class: "attention", role: "status" });
  told.hidden = true;
  if (parameters.has("connected")) {
    told.textContent = "Intercom has said yes: the access token is stored, encrypted.";
    told.className = "well";
    told.hidden = false;
  } else if (parameters.has("refused")) {
    told.textContent = REFUSED[parameters.get("refused")] ?? REFUSED.state;
    told.hidden = false;
  }
  if ([...parameters].length > 0) {
    // Said once; who loads the page again later is not told the same.
    history.replaceState(null, "", "#connect");
  }
  const checks = h("div", { "aria-live": "polite" }, h("p", { class: "card" }, "Intercom and Klaviyo are being asked …"));
  const content = h(
    "div",
    {},
    h("h1", {}, "Connect"),
    told,
    intercom,
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
      whichData(null),
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
        h("h3", {}, "Topics that also say which cases are open"),
        h("ul", { class: "topics" }, CASES.map((topic) => h("li", {}, h("code", {}, topic)))),
      ),
    ),
  );

  async function connection() {
    try {
      show(intercom, await ask("api/connection"), (connection) => step(connection, refresh));
    } catch (refusal) {
      // A routes file of an operator's own may not have the route.
      if (!(refusal instanceof Refusal && refusal.status === 404)) {
        throw refusal;
      }
    }
  }

  async function refresh() {
    await connection();
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

/** The connection to Intercom: what it is, and the step to another one. */
function step(connection, changed) {
  if (connection.by === "token") {
    return null;
  }
  const review = h("div", {});
  const begin = (words) => h("button", { class: "main", click: () => reviewed(review, connection) }, words);
  const workspace = connection.workspace ? `the workspace ${connection.workspace}` : "a workspace that Intercom does not name just now";
  const states = {
    disconnected: [
      "Intercom is not connected yet. Webhooks are received and kept; they go on to Klaviyo when it is.",
      begin("Connect to Intercom"),
    ],
    connected: [["Connected to ", workspace, " since ", time(connection.connectedAt), "."], disconnect(changed)],
    refused: ["Intercom refuses the access token: it was revoked, or the app was uninstalled. Webhooks are kept until it is connected again.", begin("Reconnect to Intercom"), disconnect(changed)],
    unreadable: [
      "INTERCOM_TOKEN_KEY does not open the stored access token. Put back the key it was stored with and start again, or connect again.",
      begin("Reconnect to Intercom"),
    ],
  };
  const [text, ...buttons] = states[connection.state];
  return h(
    "section",
    { "aria-labelledby": "intercom-title" },
    h("h2", { id: "intercom-title" }, "Intercom"),
    h("div", { class: "card", id: "intercom-state" }, h("p", {}, text), h("p", { class: "buttons" }, buttons)),
    review,
  );
}

function reviewed(review, connection) {
  // As this browser reaches the console: a proxy may have given it another host, or put it below a path.
  const redirect = new URL(connection.callback.slice(1), location.href.replace(/[?#].*/s, "")).href;
  const heading = h("h3", { tabindex: "-1" }, "Before you go: which data goes where");
  review.replaceChildren(
    h(
      "div",
      { class: "card", id: "consent" },
      heading,
      whichData(connection.account),
      h("p", {}, "Intercom asks you next whether the app may read your workspace. What it then hands over, an access token, is stored here, encrypted, and sent to nobody but Intercom."),
      h("p", { class: "muted break" }, "The app must have this redirect URL registered: ", h("code", {}, redirect)),
      h(
        "p",
        { class: "buttons" },
        h(
          "button",
          {
            class: "main",
            click: (clicked) =>
              press(clicked.currentTarget, async () => {
                location.assign((await ask("api/connection", "POST", { redirect })).location);
              }),
          },
          "Continue to Intercom",
        ),
        h("button", { click: () => review.replaceChildren() }, "Cancel"),
      ),
    ),
  );
  heading.focus();
}

function disconnect(changed) {
  return h(
    "button",
    {
      click: async (clicked) => {
        const button = clicked.currentTarget;
        if (await confirmed("Disconnect Intercom?", "The access token is deleted here. Webhooks are kept until Intercom is connected again. To take the app its rights, uninstall it at Intercom.", "Disconnect")) {
          await press(button, async () => {
            await ask("api/connection", "DELETE");
            await changed();
            return "Intercom is disconnected.";
          });
        }
      },
    },
    "Disconnect",
  );
}
