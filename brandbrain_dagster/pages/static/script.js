"use strict";
/* Everything here is a convenience: without it the pages do the same by loading. */

/* A compile that goes on: show its progress as it comes, and load the page again when it is over. */
function follow(story) {
  const events = new EventSource(story.dataset.events);
  events.onmessage = (message) => {
    const progress = JSON.parse(message.data);
    if (progress.is_over) {
      events.close();
      location.reload();
      return;
    }
    story.querySelector("[data-line]").textContent = progress.line;
    show(story, progress);
  };
}

function show(story, progress) {
  const stages = [...story.querySelectorAll("[data-stage]")];
  const reached = stages.findIndex((stage) => stage.dataset.stage === progress.stage);
  if (progress.status === "RUNNING") {
    story.querySelector("h2").textContent = "Compiling";
  }
  stages.forEach((stage, place) => {
    stage.className = reached < 0 || place > reached ? "ahead" : place < reached ? "done" : "now";
    stage.toggleAttribute("aria-current", place === reached);
  });
  const sources = progress.line.match(/\d+ of \d+ sources/);
  if (sources && stages[0]) {
    let count = stages[0].querySelector(".count");
    if (!count) {
      count = document.createElement("span");
      count.className = "count";
      stages[0].querySelector("span").append(" ", count);
    }
    count.textContent = sources[0];
  }
}

/* A field that is edited where it stands: the form is that of its own page. */
async function editInPlace(link) {
  const field = document.getElementById(link.dataset.edit);
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = page.getElementById("field-form");
  if (!answer.ok || !form || !field) {
    location.assign(link.href);
    return;
  }
  form.classList.add("in-place");
  form.removeAttribute("id");
  for (const control of form.querySelectorAll("[id]")) {
    const label = form.querySelector(`label[for="${control.id}"]`);
    control.id = `${link.dataset.edit}-${control.id}`;
    if (label) {
      label.htmlFor = control.id;
    }
  }
  const close = () => {
    form.remove();
    link.hidden = false;
    link.focus();
  };
  form.querySelector("[data-cancel]").addEventListener("click", (event) => {
    event.preventDefault();
    close();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
    }
  });
  link.hidden = true;
  link.closest("p").after(form);
  form.querySelector("textarea, select").focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-edit]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    editInPlace(link).catch(() => location.assign(link.href));
  }
});

/* A click is enough: a second one would send the form again. */
document.addEventListener("submit", (event) => {
  const buttons = event.target.querySelectorAll("button");
  setTimeout(() => buttons.forEach((button) => { button.disabled = true; }));
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; });
});

document.querySelectorAll("[data-events]").forEach(follow);
document.querySelectorAll("[data-reload]").forEach((part) => setTimeout(() => location.reload(), 1000 * part.dataset.reload));

/* A part of the page that an address names is opened when it is folded. */
const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (named instanceof HTMLDetailsElement) {
  named.open = true;
}
