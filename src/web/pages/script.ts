/**
 * The only script, served as /page.js. It refreshes the parts of a page that have changed, and focuses the filter on "/".
 * Pages work without it. Scroll position, focus, selection and open details stay: a part that holds the focus or a
 * selection is refreshed later.
 */
export const SCRIPT = `"use strict";
(() => {
  const seconds = Number(document.body.dataset.refresh);
  const button = document.getElementById("pause");
  const asOf = () => document.getElementById("as-of");
  let paused = sessionStorage.getItem("paused") === "yes";
  let failed = false;

  const local = () => {
    const time = asOf()?.querySelector("time");
    if (time) time.textContent = new Date(time.dateTime).toLocaleTimeString();
  };

  const isInUse = (part) => {
    if (part.contains(document.activeElement) && document.activeElement !== document.body) return true;
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && selection.containsNode(part, true);
  };

  const replace = (part, fresh) => {
    const open = new Set([...part.querySelectorAll("details[open]")].map((one) => one.id));
    const scrolled = [...part.querySelectorAll(".scroll")].map((one) => [one.scrollTop, one.scrollLeft]);
    part.innerHTML = fresh.innerHTML;
    for (const one of part.querySelectorAll("details")) if (one.id !== "") one.open = open.has(one.id) || one.open;
    [...part.querySelectorAll(".scroll")].forEach((one, index) => {
      const [top, left] = scrolled[index] ?? [0, 0];
      one.scrollTop = top;
      one.scrollLeft = left;
    });
  };

  const refresh = async () => {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    document.title = fresh.title;
    const icons = [document, fresh].map((one) => one.querySelector("link[rel=icon]"));
    if (icons[0] && icons[1] && icons[0].href !== icons[1].href) icons[0].href = icons[1].href;
    for (const part of document.querySelectorAll("[data-part]")) {
      const next = fresh.getElementById(part.id);
      if (next === null || next.innerHTML === part.innerHTML || isInUse(part)) continue;
      replace(part, next);
    }
    const time = asOf();
    const next = fresh.getElementById("as-of");
    if (time && next) time.innerHTML = next.innerHTML;
    local();
  };

  const tick = async () => {
    if (!paused && !document.hidden) {
      try {
        await refresh();
        if (failed) document.body.classList.remove("offline");
        failed = false;
      } catch {
        failed = true;
        document.body.classList.add("offline");
      }
    }
    setTimeout(tick, seconds * 1000);
  };

  const show = () => {
    button.textContent = paused ? "Refresh" : "Pause";
    button.setAttribute("aria-pressed", String(paused));
  };

  local();
  if (seconds > 0 && button) {
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      paused = !paused;
      sessionStorage.setItem("paused", paused ? "yes" : "no");
      show();
      if (!paused) refresh().catch(() => {});
    });
    setTimeout(tick, seconds * 1000);
  }

  addEventListener("keydown", (event) => {
    const field = document.getElementById("filter");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !field) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();
`;
