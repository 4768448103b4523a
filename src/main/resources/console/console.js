// The console: shows the page that the address names, and asks the program again while somebody looks.

import { ask } from "./parts.js";
import { overview } from "./overview.js";
import { importing } from "./import.js";
import { events, event } from "./events.js";
import { routes } from "./routes.js";
import { connect } from "./connect.js";

// A page gives {title, content, refresh, every}: refresh asks and shows, every tells after how many milliseconds again.
const PAGES = { overview, import: importing, events, event, routes, connect };
const main = document.getElementById("main");
const trouble = document.getElementById("trouble");
let current = null;
let timer = 0;

function open() {
  const [name, rest = ""] = location.hash.slice(1).split(/[?/](.*)/s);
  if (name === "main") {
    return;
  }
  const page = (PAGES[name] ?? overview)(name === "event" ? decodeURIComponent(rest) : new URLSearchParams(rest));
  const first = current === null;
  current = page;
  document.title = `${page.title} – Intercom to Klaviyo`;
  for (const link of document.querySelectorAll("nav a")) {
    const here = link.hash === `#${name in PAGES ? name : "overview"}` || (name === "event" && link.hash === "#events");
    if (here) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
  main.replaceChildren(page.content);
  if (!first) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  refresh();
}

async function refresh() {
  clearTimeout(timer);
  const page = current;
  try {
    await page.refresh();
    trouble.hidden = true;
  } catch (refusal) {
    if (page === current) {
      trouble.textContent = refusal.message;
      trouble.hidden = false;
    }
  }
  if (page === current && page.every && !document.hidden) {
    clearTimeout(timer);
    timer = setTimeout(refresh, page.every);
  }
}

async function connection() {
  try {
    const { workspace, account } = await ask("api/status");
    document.getElementById("connection").textContent =
      `${workspace ?? "Intercom does not tell the workspace"} → ${account ?? "Klaviyo does not tell the account"}`;
    setTimeout(connection, workspace && account ? 60000 : 5000);
  } catch {
    setTimeout(connection, 5000);
  }
}

addEventListener("hashchange", open);
addEventListener("refresh-page", refresh);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    refresh();
  }
});
connection();
open();
