// The page's own script: sorts and searches the table, draws the plots, shows a document's passages.
// Texts from documents are only ever placed with textContent: they never become markup.
"use strict";
(() => {
  const facts = JSON.parse(document.getElementById("data").textContent);
  const { said, sources, documents } = facts;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const whole = (number) => number.toLocaleString(facts.language === "nl" ? "nl-NL" : "en-GB");
  const safe = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;"); // for Plotly, which knows a little markup
  const at = (id) => document.getElementById(id);

  /** An element with attributes, and children that are elements or text. */
  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  const chip = (number, extra = "") => make("span", { class: `chip ${sources[number].key}${extra}`, "aria-hidden": "true" }, sources[number].letter);

  // ---------------------------------------------------------------- the table

  const table = at("tabel");
  const rows = table ? [...table.tBodies[0].rows] : [];
  let shown = documents.map(() => true);

  function sortable() {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = make("button", { type: "button", title: fill(said.sort, { column: head.textContent }) }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") === "descending" || (column === 0 && head.getAttribute("aria-sort") !== "ascending");
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const value = (row) => row.cells[column].dataset.value;
        const compare = column === 0
          ? (one, other) => one.cells[0].textContent.localeCompare(other.cells[0].textContent, facts.language, { numeric: true })
          : (one, other) => Number(value(one)) - Number(value(other));
        rows.sort((one, other) => (up ? 1 : -1) * compare(one, other));
        table.tBodies[0].append(...rows);
      });
    });
  }

  function searchable() {
    const field = at("zoek");
    const search = () => {
      const words = field.value.toLocaleLowerCase(facts.language).split(/\s+/).filter(Boolean);
      let number = 0;
      for (const row of rows) {
        const text = row.cells[0].textContent.toLocaleLowerCase(facts.language);
        const fits = words.every((word) => text.includes(word));
        row.hidden = !fits;
        shown[Number(row.dataset.number)] = fits;
        number += fits;
      }
      at("getoond").textContent = words.length ? fill(said.shown, { number: whole(number), all: whole(rows.length) }) : "";
      dim();
    };
    field.addEventListener("input", search);
  }

  // ---------------------------------------------------------------- the plots

  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim();
  const soft = style.getPropertyValue("--line").trim();
  const paper = style.getPropertyValue("--paper").trim();
  const config = { displayModeBar: false, responsive: true, scrollZoom: false };
  const font = { family: 'system-ui, "Segoe UI", Roboto, Arial, sans-serif', size: 13, color: ink };
  const placed = documents.map((_, number) => number).filter((number) => documents[number].place);
  
  const coordinates = (points) => ({ a: points.map((p) => p[2]), b: points.map((p) => p[0]), c: points.map((p) => p[1]) });
  const closed = (points) => [...points, points[0]];
  const outline = (number, strong) => ({
    type: "scatterternary", mode: "lines", fill: "toself", hoverinfo: "skip", ...coordinates(closed(documents[number].place.outline)),
    line: { color: ink, width: strong ? 1.5 : 0.8 }, fillcolor: strong ? "rgba(120,120,120,.22)" : "rgba(120,120,120,.10)", opacity: strong ? 1 : 0.6,
  });

  function hover(number) {
    const { name, balance } = documents[number];
    const shares = balance.rows.map((row, i) => `${sources[i].short} ${row.share} (${row.share_range})`).join("<br>");
    return `<b>${safe(name)}</b><br>${shares}`;
  }

  const colours = () => placed.map((number) => (shown[number] ? ink : soft));
  function dim() {
    if (placed.length) Plotly.restyle("ternary", { "marker.color": [colours()] }, [0]);
  }

  function ternary() {
    const figure = at("ternary");
    if (!figure) return;
    if (!placed.length) { figure.remove(); return; }
    const points = {
      type: "scatterternary", mode: "markers", cliponaxis: false, ...coordinates(placed.map((number) => documents[number].place.shares)),
      customdata: placed, text: placed.map(hover), hovertemplate: "%{text}<extra></extra>",
      marker: { size: placed.length > 100 ? 7 : 10, color: colours(), line: { color: paper, width: 1 }, opacity: 0.85 },
    };
    const axis = (source) => ({
      title: { text: window.innerWidth < 640 ? source.short : source === sources[2] ? `${source.name}<br> ` : source.name, font: { ...font, size: 14 } }, min: 0, tickformat: ".0%", tickfont: { ...font, size: 11 },
      gridcolor: soft, linecolor: ink, linewidth: 1, ticks: "", tickmode: "array", tickvals: [0.25, 0.5, 0.75],
    });
    const small = window.innerWidth < 640;
    const layout = {
      ternary: { sum: 1, bgcolor: "rgba(0,0,0,0)", aaxis: axis(sources[2]), baxis: axis(sources[0]), caxis: axis(sources[1]) },
      paper_bgcolor: "rgba(0,0,0,0)", showlegend: false, font, margin: small ? { l: 55, r: 60, t: 55, b: 45 } : { l: 90, r: 120, t: 60, b: 60 }, hovermode: "closest",
    };
    const all = placed.length <= facts.outlines ? placed.map((number) => outline(number, false)) : [];
    const corners = {
      type: "scatterternary", mode: "markers+text", cliponaxis: false, hoverinfo: "skip", ...coordinates([[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
      marker: { symbol: "square", size: 24, opacity: 1, color: sources.map((source) => source.colour) },
      text: sources.map((source) => `<b>${source.letter}</b>`), textfont: { ...font, color: sources.map((source) => source.ink) },
    };
    Plotly.newPlot(figure, [points, corners, ...all], layout, config);
    const fixed = 2 + all.length;
    const clear = () => { if (figure.data.length > fixed) Plotly.deleteTraces(figure, [...figure.data.keys()].slice(fixed)); };
    figure.on("plotly_hover", (event) => {
      const number = event.points[0].customdata;
      if (number === undefined) return;
      clear();
      Plotly.addTraces(figure, outline(number, true));
    });
    figure.on("plotly_unhover", clear);
    figure.on("plotly_click", (event) => {
      if (event.points[0].customdata !== undefined) go(event.points[0].customdata);
    });
  }

  function trends() {
    facts.trends.forEach((trend, index) => {
      const traces = sources.map((source, i) => {
        const points = trend.points.filter((point) => point.parts[i]);
        return {
          type: "scatter", mode: "lines+markers", name: source.name, x: points.map((point) => point.at + (i - 1) * 0.07), y: points.map((point) => point.parts[i][0]),
          line: { color: source.colour, width: 2.5, dash: ["solid", "dash", "dot"][i] }, marker: { size: 9, symbol: ["circle", "square", "diamond"][i], line: { color: ink, width: 1 } },
          error_y: {
            type: "data", symmetric: false, color: source.colour, thickness: 1.5, width: 5,
            array: points.map((point) => point.parts[i][2] - point.parts[i][0]), arrayminus: points.map((point) => point.parts[i][0] - point.parts[i][1]),
          },
          text: points.map((point) => safe(point.name)), hovertemplate: `${source.name}<br>%{text}: %{y:.0%}<extra></extra>`,
        };
      });
      Plotly.newPlot(at(`t${index}`), traces, {
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font, margin: { l: 55, r: 15, t: 10, b: 45 },
        xaxis: { tickvals: trend.points.map((point) => point.at), ticktext: trend.points.map((point) => safe(point.name)), linecolor: soft, showgrid: false, zeroline: false },
        yaxis: { rangemode: "tozero", tickformat: ".0%", gridcolor: soft }, legend: { orientation: "h", y: 1.12 },
      }, config);
    });
  }

  // ---------------------------------------------------------------- a document

  const AT_ONCE = 200; // passages that are placed before a button for more
  let open = -1;
  let passages = [];

  function labelLine(label, page) {
    const use = label.u ? facts.uses.called_for : facts.uses.used;
    const sure = label.c === null ? said.by_people : fill(said.chance, { chance: label.c });
    return make("span", { class: "label" }, chip(label.s, label.u ? " asked-for" : ""), `${sources[label.s].name}, ${use} (${sure})`);
  }

  /** The text with the sentences that carry a label marked; marks never overlap. */
  function marked(passage) {
    const line = make("p", { lang: "nl" });
    const spans = [...new Map(passage.l.map((label) => [label.a, label])).values()].sort((one, other) => one.a - other.a);
    let place = 0;
    for (const span of spans) {
      line.append(passage.t.slice(place, span.a));
      line.append(make("mark", {}, chip(span.s), passage.t.slice(span.a, span.b)));
      place = span.b;
    }
    line.append(passage.t.slice(place));
    return line;
  }

  function article(passage, link) {
    const element = make("article", { class: passage.l.length ? "labelled" : "plain" });
    const where = make("p", { class: "where" });
    const place = [passage.p === null ? null : fill(said.page, { page: passage.p }), passage.h || null, passage.o ? fill(said.recognised_passage, { sure: passage.o }) : null].filter(Boolean).join(" · ");
    where.append(place);
    if (link && passage.p !== null && passage.l.length) {
      where.append(" · ", make("a", { href: `${link}#page=${passage.p}`, target: "_blank", rel: "noopener" }, fill(said.open_page, { page: passage.p })));
    }
    element.append(where, marked(passage));
    if (passage.l.length) element.append(make("p", {}, ...passage.l.map((label) => labelLine(label))));
    const weighed = passage.l.filter((label) => label.w);
    if (weighed.length) {
      const list = make("details", {}, make("summary", { class: "where" }, said.weighed));
      for (const label of weighed) list.append(make("p", { class: "where" }, chip(label.s), label.w));
      element.append(list);
    }
    return element;
  }

  function chosen(form) {
    const source = form.elements.source.value, use = form.elements.use.value, sure = Number(form.elements.sure.value);
    const fits = (label) => (source === "" || label.s === Number(source)) && (use === "" || label.u === Number(use)) && (label.c === null || label.c >= sure);
    return passages.filter((passage) => passage.l.some(fits) || (form.elements.context.checked && !passage.l.length));
  }

  let rest = () => {}; // places all passages that are still to come, for a printer

  function list(form, place, status, link) {
    const found = chosen(form);
    status.textContent = fill(said.passages_shown, { number: whole(found.length), all: whole(passages.length) });
    place.replaceChildren();
    let from = 0;
    const more = make("button", { type: "button", class: "more" }, "…");
    const add = () => {
      more.remove();
      place.append(...found.slice(from, from + AT_ONCE).map((passage) => article(passage, link)));
      from += AT_ONCE;
      if (from < found.length) { more.textContent = `+ ${whole(found.length - from)}`; place.append(more); }
    };
    more.addEventListener("click", add);
    add();
    rest = () => { while (from < found.length) add(); };
  }

  function choice(name, title, options) {
    const select = make("select", { name });
    for (const [value, text] of options) select.append(make("option", { value }, text));
    return make("label", {}, `${title} `, select);
  }

  function figures(balance, tag) {
    const body = make("tbody");
    balance.rows.forEach((row, i) => {
      const ranged = (value, range) => (range ? `${value} (${range})` : value);
      body.append(make("tr", {}, make("th", { scope: "row" }, chip(i), sources[i].name),
        make("td", { "data-label": said.used_column }, ranged(row.used, row.used_range)), make("td", { "data-label": said.share_column }, ranged(row.share, row.share_range)),
        make("td", { "data-label": said.called_column }, ranged(row.called, row.called_range))));
    });
    const heads = [said.source_column, said.used_column, said.share_column, said.called_column].map((text) => make("th", { scope: "col" }, text));
    const found = make("div", { class: "wide" }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body));
    const lines = [balance.nothing, balance.coverage, balance.combined, balance.evenness].filter(Boolean).map((line) => make("p", { class: "tight" }, line));
    return [found, ...lines, ...balance.doubts.map((line) => make("p", { class: "mind" }, line))];
  }

  function chapters(one) {
    if (!one.chapters.length) return [];
    const body = make("tbody");
    for (const chapter of one.chapters) {
      const cells = chapter.balance.rows.map((row, i) => make("td", { "data-label": sources[i].short }, row.used, make("small", {}, row.used_range)));
      body.append(make("tr", {}, make("th", { scope: "row", class: "long" }, chapter.heading), make("td", { "data-label": said.passages }, chapter.balance.passages), ...cells));
    }
    const heads = [said.chapter, said.passages, ...sources.map((source) => source.short)].map((text) => make("th", { scope: "col" }, text));
    const found = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body);
    return [make("details", {}, make("summary", {}, said.chapters), make("div", { class: "wide" }, found))];
  }

  function heard(one) {
    if (!one.heard.length) return [];
    const lines = one.heard.map((row) => make("li", {}, chip(row.source), row.names));
    return [make("details", {}, make("summary", {}, said.heard), make("ul", { class: "lines" }, ...lines))];
  }

  function show(number) {
    const one = documents[number];
    const place = at("document");
    if (!one || open === number) return;
    open = number;
    passages = JSON.parse(at(`p${number}`).textContent);
    rows.forEach((row) => row.classList.toggle("chosen", Number(row.dataset.number) === number));
    const form = make("form", {}, make("fieldset", { class: "filter" }, make("legend", {}, said.filter),
      choice("source", said.filter_source, [["", said.all], ...sources.map((source, i) => [i, source.name])]),
      choice("use", said.filter_use, [["", said.all], [0, facts.uses.used], [1, facts.uses.called_for]]),
      choice("sure", said.filter_sure, [[0, said.sure_any], [50, said.sure_half], [80, said.sure_high]]),
      make("label", {}, make("input", { type: "checkbox", name: "context" }), ` ${said.filter_context}`)));
    const found = make("div", { id: "lijst" });
    const status = make("p", { role: "status" });
    const low = passages.some((passage) => passage.l.some((label) => label.c !== null && label.c < 50));
    const head = make("h3", {}, one.name);
    const ways = make("p", {});
    if (one.link) ways.append(make("a", { href: one.link, target: "_blank", rel: "noopener" }, said.open));
    if (table) ways.append(one.link ? " · " : "", make("a", { href: "#documenten" }, said.back));
    place.replaceChildren(head, ways, ...(table ? figures(one.balance) : []), ...chapters(one), ...heard(one), form, ...(low ? [make("p", { class: "soft" }, said.low_chance)] : []), status, found);
    form.addEventListener("input", () => list(form, found, status, one.link));
    form.addEventListener("submit", (event) => event.preventDefault());
    list(form, found, status, one.link);
  }

  function follow() {
    const found = /^#d(\d+)$/.exec(location.hash);
    if (!found) return;
    show(Number(found[1]));
    at("passages").scrollIntoView();
    at("document").focus({ preventScroll: true });
  }

  /** To a document, also when it is the one that is open. */
  function go(number) {
    if (location.hash === `#d${number}`) follow();
    else location.hash = `d${number}`;
  }

  let unfolded = [];
  window.addEventListener("beforeprint", () => {
    rest();
    unfolded = [...document.querySelectorAll("details:not([open])")];
    unfolded.forEach((one) => { one.open = true; });
  });
  window.addEventListener("afterprint", () => unfolded.forEach((one) => { one.open = false; }));

  if (table) {
    sortable();
    searchable();
    table.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#d"]');
      if (link && link.hash === location.hash) follow();
    });
  }
  window.addEventListener("hashchange", follow);
  if (documents.length === 1) show(0);
  follow();
  ternary();
  trends();
})();
