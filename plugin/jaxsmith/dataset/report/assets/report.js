"use strict";
// The browser of functions. What it shows comes from records that anybody may have written, so it
// becomes text of the page and never HTML.
(() => {
  const $ = (id) => document.getElementById(id);
  const { panes: PANES, entries } = JSON.parse($("data").textContent);
  const FILTERS = ["category", "tag", "op", "text"];
  const HIDDEN_AT_FIRST = new Set(["reference_source"]);
  const hidden = new Set(HIDDEN_AT_FIRST);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const ops = new Set(entries.flatMap((entry) => entry.ops));

  function make(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // What is chosen stands behind the "#" of the address, so that a link can lead to it.
  const state = () => new URLSearchParams(location.hash.slice(1));

  function go(change) {
    const params = state();
    for (const [name, value] of Object.entries(change)) {
      if (value) params.set(name, value);
      else params.delete(name);
    }
    history.replaceState(null, "", `#${params}`);
    show();
  }

  function matches(entry, filter) {
    if (filter.category && entry.category !== filter.category) return false;
    if (filter.tag && !entry.tags.includes(filter.tag)) return false;
    if (filter.op) {
      const known = ops.has(filter.op);
      const fits = (op) => (known ? op === filter.op : op.includes(filter.op));
      if (!entry.ops.some(fits)) return false;
    }
    if (!filter.text) return true;
    entry.search ??= [entry.id, entry.name, ...Object.values(entry.texts)].join("\n").toLowerCase();
    return entry.search.includes(filter.text.toLowerCase());
  }

  // The list ---------------------------------------------------------------------------------

  function show() {
    const params = state();
    const filter = Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? ""]));
    for (const name of FILTERS) if ($(name).value !== filter[name]) choose($(name), filter[name]);
    const found = entries.filter((entry) => matches(entry, filter));
    $("found").textContent = `${found.length} of ${entries.length}`;
    const groups = new Map();
    for (const entry of found) {
      if (!groups.has(entry.category)) groups.set(entry.category, []);
      const text = `${entry.id}  ${entry.name}`;
      groups.get(entry.category).push(make("option", { value: entry.id, textContent: text }));
    }
    $("list").replaceChildren(
      ...[...groups].map(([label, options]) => make("optgroup", { label }, ...options)),
    );
    const chosen = byId.get(params.get("id"));
    const entry = found.includes(chosen) ? chosen : found[0];
    $("list").value = entry?.id ?? "";
    open(entry);
  }

  // A tag that no function shown has is still one that can be asked for.
  function choose(field, value) {
    if (field.tagName === "SELECT" && ![...field.options].some((o) => o.value === value)) {
      field.append(make("option", { value, textContent: value }));
    }
    field.value = value;
  }

  function fill(field, values) {
    const options = [...new Set(values)].sort().map((v) => make("option", { value: v, textContent: v }));
    field.append(...options);
  }

  // One function -----------------------------------------------------------------------------

  let shown = null; // the function
  let panes = []; // {name, title, items, origins}: the texts of it that are shown

  function open(entry) {
    $("function").hidden = $("panes").hidden = !entry;
    if (entry === shown) return;
    shown = entry;
    if (!entry) return;
    $("name").textContent = `${entry.name || entry.id} · ${entry.id} · ${entry.category}`;
    const facts = entry.facts.map(([label, said]) => [label, make("dd", { textContent: said })]);
    if (entry.base) facts.splice(2, 0, ["made from", make("dd", {}, reference(entry.base))]);
    $("facts").replaceChildren(
      ...facts.flatMap(([label, said]) => [make("dt", { textContent: label }), said]),
    );
    $("shown").replaceChildren($("shown").firstElementChild, ...checkboxes(entry));
    fillPanes();
  }

  function reference(id) {
    return byId.has(id) ? make("a", { href: `#${new URLSearchParams({ id })}` }, id) : id;
  }

  function checkboxes(entry) {
    return PANES.filter(([name]) => name in entry.texts).map(([name, title]) => {
      const box = make("input", { type: "checkbox", checked: !hidden.has(name) });
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(name);
        else hidden.add(name);
        fillPanes();
      });
      return make("label", {}, box, ` ${title}`);
    });
  }

  function fillPanes() {
    held = null;
    panes = PANES.filter(([name]) => name in shown.texts && !hidden.has(name)).map(makePane);
    $("panes").replaceChildren(...panes.map((pane) => pane.element));
    light(null);
  }

  function makePane([name, title], number) {
    const texts = shown.texts[name].split("\n");
    const items = texts.map((line, place) => {
      const item = make("li", { textContent: line || "\u200b", tabIndex: place ? -1 : 0 });
      item.spot = { pane: number, place };
      return item;
    });
    const map = shown.map[name];
    const origins = items.map((_, place) =>
      name === "source_code" ? [place + 1] : (map && shown.origins[map[place]]) || [],
    );
    const isMapped = name === "source_code" || Boolean(map);
    const notes = [isMapped ? "" : "its lines are not aligned"];
    if (shown.cut[name]) notes.push(`${shown.cut[name]} more lines left out`);
    const head = make("h4", {}, title, make("small", { textContent: ` ${notes.filter(Boolean).join("; ")}` }));
    const list = make("ol", { className: "lines" }, ...items);
    list.setAttribute("aria-label", title);
    return { name, title, items, origins, isMapped, list, element: make("div", { className: "pane" }, head, list) };
  }

  // Lines that belong together ------------------------------------------------------------------

  let held = null; // the line that has the focus, which stays lit when the pointer is elsewhere

  // The line of the source that a line came from most directly is the link between all texts; what
  // stands within the same line, or is called from it, is lit faintly.
  function light(spot) {
    const from = spot ? panes[spot.pane].origins[spot.place] : [];
    const counts = [];
    for (const [number, pane] of panes.entries()) {
      let count = 0;
      for (const [place, item] of pane.items.entries()) {
        const origins = pane.origins[place];
        const near = from.length > 0 && origins[0] === from[0];
        const outer = pane.name === "source_code" && from.includes(place + 1);
        item.classList.toggle("near", near);
        item.classList.toggle("far", !near && (outer || origins.includes(from[0])));
        item.classList.toggle("at", number === spot?.pane && place === spot.place);
        count += near;
      }
      if (pane.isMapped && number !== spot?.pane) counts.push(`${pane.title} ${count}`);
    }
    $("status").textContent = spot ? said(spot, from, counts) : "";
  }

  function said(spot, from, counts) {
    const pane = panes[spot.pane];
    const line = `${pane.title}, line ${spot.place + 1}`;
    if (!pane.isMapped) return `${line}: the record does not say where the lines of this text came from`;
    if (!from.length) return `${line}: came from no line of the source`;
    const origin = pane.name === "source_code" ? "" : `, from line ${from[0]} of the Python`;
    if (!counts.length) return `${line}${origin}: no other text that is shown is aligned with it`;
    return `${line}${origin}. Lines of the same origin: ${counts.join(", ")}`;
  }

  // Brings the first line that is lit into view, without moving the page.
  function reveal(spot) {
    for (const [number, pane] of panes.entries()) {
      const lit = number !== spot.pane && pane.items.find((item) => item.matches(".near"));
      if (!lit) continue;
      const top = lit.offsetTop - pane.list.scrollTop;
      if (top < 0 || top > pane.list.clientHeight - 24) {
        pane.list.scrollTop = lit.offsetTop - pane.list.clientHeight / 3;
      }
    }
  }

  function step(spot, key) {
    const pane = panes[spot.pane];
    const last = pane.items.length - 1;
    const places = { ArrowUp: spot.place - 1, ArrowDown: spot.place + 1, Home: 0, End: last };
    if (key in places) return pane.items[Math.min(Math.max(places[key], 0), last)];
    const other = panes[spot.pane + { ArrowLeft: -1, ArrowRight: 1 }[key]];
    if (!other) return null;
    return other.items.find((item) => item.matches(".near")) ?? other.items.find((item) => item.tabIndex === 0);
  }

  const spotOf = (event) => event.target.closest?.(".lines li")?.spot ?? null;

  $("panes").addEventListener("pointerover", (event) => light(spotOf(event) ?? held));
  $("panes").addEventListener("pointerleave", () => light(held));
  $("panes").addEventListener("focusin", (event) => {
    const spot = spotOf(event);
    if (!spot) return;
    held = spot;
    for (const item of panes[spot.pane].items) item.tabIndex = -1;
    event.target.tabIndex = 0;
    light(spot);
    reveal(spot);
  });
  $("panes").addEventListener("keydown", (event) => {
    const spot = spotOf(event);
    if (!spot || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      held = null;
      event.target.blur();
      light(null);
    } else if (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      step(spot, event.key)?.focus();
    }
  });

  // Start ------------------------------------------------------------------------------------

  fill($("category"), entries.map((entry) => entry.category));
  fill($("tag"), entries.flatMap((entry) => entry.tags));
  fill($("ops"), ops);
  $("filters").addEventListener("input", (event) => go({ [event.target.id]: event.target.value }));
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => go({ category: "", tag: "", op: "", text: "" }));
  $("list").addEventListener("change", () => go({ id: $("list").value }));
  addEventListener("hashchange", () => {
    show();
    // A link from the counts leads to the functions that it selects.
    if (FILTERS.some((name) => state().has(name))) $("browse").scrollIntoView();
  });
  show();
})();
