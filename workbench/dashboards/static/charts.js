// Charts: the kernel says what to draw (data-chart), plotly draws it. Its file comes from our own host, once a chart
// stands in view; where there is none the table beneath is opened, which says the same.
const PICTURE = { width: 960, head: 64 };  // pixels of a picture: its width, room above the drawing for title and run
const PAPER_WIDTH = 700;                   // a chart on paper; wider only when its figures need it
const REST_MS = 2500;                      // what nobody has scrolled to is read when the page has been usable so long

// Shared by all widgets of a page. Null: this server does not have the file (a JupyterLab that is not ours).
function plotly(root) {
  const told = document.getElementById("wb-kernel") || document.getElementById("jupyter-config-data");
  window.wbPlotly ||= !told || !root.dataset.plotly ? Promise.resolve(null) : new Promise((resolve) => {
    const { baseUrl } = JSON.parse(told.textContent), script = document.createElement("script");
    script.src = new URL(baseUrl.replace(/\/*$/, "/") + root.dataset.plotly, location.href);
    script.onload = () => resolve(window.Plotly || null);
    script.onerror = () => resolve(null);
    document.head.append(script);
  });
  return window.wbPlotly;
}

// Every "var(--name)" in what is to be drawn, replaced by the colour of that name.
function coloured(value, colour) {
  if (typeof value === "string") { const name = /^var\((--[\w-]+)\)$/.exec(value); return name ? colour(name[1]) : value; }
  if (Array.isArray(value)) return value.map((v) => coloured(v, colour));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, coloured(v, colour)]));
  return value;
}
// Text that plotly takes as it stands: it reads some tags otherwise.
const asText = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const onScreen = (element) => { const style = getComputedStyle(element); return (name) => style.getPropertyValue(name).trim(); };
// Paper is light whatever the screen is: the colours of .wb that no media query gives.
function onPaper(element) {
  for (const sheet of document.styleSheets) {
    try { for (const rule of sheet.cssRules) if (rule.selectorText === ".wb" && rule.style.getPropertyValue("--ink")) return (name) => rule.style.getPropertyValue(name).trim(); } catch { /* the sheet of another host */ }
  }
  return onScreen(element);
}

function charts(root) {
  const drawn = new Set(), known = new WeakSet();
  const drawing = (figure) => JSON.parse(figure.dataset.chart);
  const font = (figure, colour) => ({ family: getComputedStyle(figure).fontFamily, size: 12, color: colour("--ink") });
  let library = null;

  function put(figure, paper) {
    const plot = figure.querySelector(".wb-plot"), spec = drawing(figure), colour = paper ? onPaper(figure) : onScreen(figure);
    const room = plot.parentElement.clientWidth;
    if (!paper && !room) return;
    const width = paper ? Math.max(PAPER_WIDTH, Math.min(spec.least, 1000)) : Math.max(spec.least, room);
    const layout = { ...coloured(spec.layout, colour), font: font(figure, colour), width, height: spec.height };
    library.react(plot, coloured(spec.data, colour), layout, { displayModeBar: false, responsive: false, doubleClick: false });
    plot.style.width = width + "px";
    drawn.add(figure);
    figure.dataset.drawn = Math.round(width);
    figure.querySelector(".wb-picture").hidden = false;
  }
  async function draw(figure) {
    library = await plotly(root);
    if (!figure.isConnected) return;
    if (library) put(figure);
    else { figure.classList.add("wb-undrawn"); figure.querySelector("details").open = true; }
  }
  const sight = new IntersectionObserver((seen) => { for (const { target, isIntersecting } of seen) if (isIntersecting) { sight.unobserve(target); draw(target); } }, { rootMargin: "120px" });
  const size = new ResizeObserver((changed) => { for (const { target } of changed) { const figure = target.closest(".wb-chart"); if (figure && drawn.has(figure) && target.clientWidth && Math.max(drawing(figure).least, target.clientWidth) !== Number(figure.dataset.drawn)) put(figure); } });
  function sweep() {
    for (const figure of drawn) if (!figure.isConnected) { drawn.delete(figure); library.purge(figure.querySelector(".wb-plot")); }
    for (const figure of root.querySelectorAll(".wb-chart")) {
      if (known.has(figure)) continue;
      known.add(figure);
      sight.observe(figure);
      size.observe(figure.querySelector(".wb-plot-box"));
    }
  }
  let asked = 0;
  const changes = new MutationObserver((all) => {
    if (asked || all.every((m) => m.target.closest?.(".wb-plot"))) return;
    asked = requestAnimationFrame(() => { asked = 0; sweep(); });
  });
  changes.observe(root, { childList: true, subtree: true });
  sweep();

  const again = () => { for (const figure of drawn) if (figure.isConnected) put(figure); };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", again);
  // What stands on paper but was never scrolled to is drawn now, or says its figures.
  const unfolded = new Set();
  const toPaper = () => {
    for (const figure of root.querySelectorAll(".wb-chart")) {
      if (!figure.offsetParent) continue;
      if (library) put(figure, true);
      else { const table = figure.querySelector("details"); if (!table.open) { table.open = true; unfolded.add(table); } }
    }
  };
  const fromPaper = () => { for (const table of unfolded) table.open = false; unfolded.clear(); again(); };
  addEventListener("beforeprint", toPaper);
  addEventListener("afterprint", fromPaper);

  // A chart as PNG, twice the size, on paper's colours, with title, as-of date and run written into it.
  async function png(figure) {
    const spec = drawing(figure), colour = onPaper(figure), layout = coloured(spec.layout, colour);
    const width = Math.max(PICTURE.width, spec.least), height = spec.height + PICTURE.head, soft = colour("--soft");
    layout.margin = { ...layout.margin, t: layout.margin.t + PICTURE.head };
    layout.title = { text: asText(spec.title), x: 0, xanchor: "left", xref: "container", pad: { l: 12, t: 12 }, y: 1, yanchor: "top", yref: "container", font: { size: 16, color: colour("--ink") }, subtitle: { text: asText(spec.note), font: { size: 12, color: soft } } };
    Object.assign(layout, { font: font(figure, colour), paper_bgcolor: colour("--paper"), width, height });
    const url = await library.toImage({ data: coloured(spec.data, colour), layout, config: { staticPlot: true } }, { format: "png", width, height, scale: 2 });
    return url.slice(url.indexOf(",") + 1);
  }
  async function save(button) {
    const figure = button.closest(".wb-chart"), spec = drawing(figure);
    button.disabled = true;
    try {
      const bytes = Uint8Array.from(atob(await png(figure)), (c) => c.charCodeAt(0)), url = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
      Object.assign(document.createElement("a"), { href: url, download: `${spec.title}-${root.dataset.asOf}.png`.replace(/[\\/:*?"<>|]/g, "_") }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60000);
    } finally { button.disabled = false; }
  }
  // The charts drawn inside an element and in view there, for an export: [{title, png}], png as base64.
  async function pictures(element) {
    const found = [];
    for (const figure of element.querySelectorAll(".wb-chart[data-drawn]")) if (figure.offsetParent) found.push({ title: drawing(figure).title, png: await png(figure) });
    return found;
  }
  const stop = () => {
    for (const observer of [sight, size, changes]) observer.disconnect();
    dark.removeEventListener("change", again);
    removeEventListener("beforeprint", toPaper);
    removeEventListener("afterprint", fromPaper);
    for (const figure of drawn) library.purge(figure.querySelector(".wb-plot"));
  };
  return { deeds: { picture: save }, pictures, stop };
}

// The parts of the overview that are asked for once its list stands: as they come into view, the rest after a while.
function sections(root, ask) {
  const all = [...root.querySelectorAll("[data-section]")];
  let waiting = Promise.resolve(), rest = 0;
  const load = (section) => { if (section.dataset.state) return; section.dataset.state = "asked"; waiting = waiting.then(() => fill(section)); };
  async function fill(section) {
    const body = section.querySelector(".wb-section-body"), answer = await read(body, ask({ do: section.dataset.section }), () => { delete section.dataset.state; load(section); });
    section.dataset.state = answer ? "there" : "failed";
    if (answer) body.innerHTML = answer.message.html;
  }
  const sight = new IntersectionObserver((seen) => { for (const { target, isIntersecting } of seen) if (isIntersecting) { sight.unobserve(target); load(target); } }, { rootMargin: "200px" });
  const ready = new MutationObserver(() => {
    ready.disconnect();
    for (const section of all) sight.observe(section);
    rest = setTimeout(() => all.forEach(load), REST_MS);
  });
  ready.observe(root, { attributes: true, attributeFilter: ["data-ready"] });
  const deeds = {
    "due-rows": async (button) => {
      const box = button.closest("[data-section]").querySelector(".wb-due-rows"), { first, last, kind, count } = button.dataset;
      const answer = await read(box, ask({ do: "due-rows", first, last, kind, count }), () => deeds["due-rows"](button));
      if (answer && box.isConnected) { box.innerHTML = answer.message.html; box.scrollIntoView({ block: "nearest" }); }
    },
  };
  const again = () => { for (const section of all) if (section.dataset.state === "failed") { delete section.dataset.state; load(section); } };
  const whole = () => { all.forEach(load); return waiting; };  // what paper shows, scrolled to or not
  return { deeds, whole, again, stop: () => { clearTimeout(rest); sight.disconnect(); ready.disconnect(); } };
}

