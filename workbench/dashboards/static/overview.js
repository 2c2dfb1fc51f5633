// The page: sends what was asked, shows what came back. All figures and texts are rendered by the kernel.
const BEAT_MS = 4000;      // how often a visible page asks whether the kernel lives
const PATIENCE_MS = 9000;  // an unanswered question older than this counts as a lost connection
const EXPORT_MS = 180000;
const LOST = "与督查服务的连接已中断或服务正忙，下方内容可能不是最新，组织详情已隐去。若持续出现，请刷新页面。";

function connect(model, onLost, onBack) {
  const waiting = new Map();
  let next = 0, lost = false, stopped = false, asked = Date.now();
  const setLost = (value) => { if (value !== lost) { lost = value; (value ? onLost : onBack)(); } };
  const ask = (body, patience = PATIENCE_MS) => new Promise((resolve) => {
    const number = ++next;
    asked = Date.now();
    // One question after the other is answered: none can be overdue before the one in front of it.
    const due = Math.max(asked + patience, ...[...waiting.values()].map((w) => w.due));
    waiting.set(number, { resolve, due });
    try { model.send({ ask: number, ...body }); } catch (e) { waiting.get(number).due = 0; }
  });
  const listen = (message, buffers) => {
    const entry = waiting.get(message.answer);
    if (!entry) return;
    // The kernel answers in order: whatever was asked earlier and is still waiting will never be answered.
    for (const [number, other] of waiting) {
      if (number > message.answer) continue;
      waiting.delete(number);
      if (other !== entry) other.resolve({ message: { error: "有一次请求没有得到答复，请重试。" }, buffers: [] });
    }
    setLost(false);
    entry.resolve({ message, buffers });
  };
  model.on("msg:custom", listen);
  const beat = () => {
    const overdue = [...waiting.values()].some((w) => Date.now() > w.due);
    if (overdue) setLost(true);
    if (!document.hidden && Date.now() - asked >= BEAT_MS && waiting.size === 0) ask({ do: "alive" });
  };
  const timer = setInterval(beat, 1000);
  document.addEventListener("visibilitychange", beat);
  const stop = () => {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", beat);
    model.off("msg:custom", listen);
  };
  return { ask, stop, isLost: () => lost };
}

function overview(root, model) {
  const $ = (selector) => root.querySelector(selector);
  const banner = $(".wb-banner"), body = $(".wb-list tbody"), dialog = $(".wb-detail"), form = $(".wb-filters");
  const initial = new FormData(form).get("verdict");
  const filter = { text: "", document: "", requirement: "", unit: "", verdict: initial, sort: "", descending: false, page: 0 };
  let selected = null, total = 0, pages = 1, asking = 0, stamp = root.dataset.stamp;

  const say = (text) => { banner.textContent = text; banner.hidden = !text; (dialog.open ? dialog : root).prepend(banner); };
  const hideDetail = (text) => {
    const note = Object.assign(document.createElement("p"), { className: "wb-wait", textContent: text });
    dialog.replaceChildren(...(banner.hidden ? [] : [banner]), note);
  };
  const link = connect(model, () => {
    say(LOST);
    root.classList.add("wb-lost");
    if (dialog.open) hideDetail("连接中断，详情已隐去。按 Esc 关闭。");
  }, () => {
    say("");
    root.classList.remove("wb-lost");
    if (dialog.open && selected) openBranch(selected.subject, selected.requirement);
    load();
  });
  // One way in for every answer: a fault or another run is said aloud and nothing else is shown.
  const ask = async (request, patience) => {
    const answer = await link.ask(request, patience);
    if (answer.message.error) { say(answer.message.error); return null; }
    if (answer.message.stamp !== stamp) { say("督查结果已更新，请刷新页面后查看。"); if (dialog.open) hideDetail("督查结果已更新。"); return null; }
    return answer;
  };

  const rowOf = (chosen) => chosen && [...body.rows].find((r) => r.dataset.subject === chosen.subject && r.dataset.requirement === chosen.requirement);
  function mark() {
    for (const row of body.rows) row.removeAttribute("aria-selected");
    const row = rowOf(selected);
    if (row) row.setAttribute("aria-selected", "true");
  }
  async function load() {
    const turn = ++asking;
    body.setAttribute("aria-busy", "true");
    const answer = await ask({ do: "page", filter });
    if (!answer || turn !== asking) return;
    const m = answer.message;
    total = m.total; pages = m.pages;
    body.innerHTML = m.html;
    body.removeAttribute("aria-busy");
    mark();
    $(".wb-count").textContent = filter.verdict ? `${filter.verdict} ${total.toLocaleString()} 条 / 已判定 ${m.judged.toLocaleString()} 条` : `共 ${total.toLocaleString()} 条`;
    $(".wb-page").textContent = `第 ${m.page + 1} / ${pages} 页`;
    $("[data-do=previous]").disabled = m.page <= 0;
    $("[data-do=next]").disabled = m.page + 1 >= pages;
    $("[data-do=export]").disabled = total === 0;
    root.dataset.total = total;
    root.dataset.ready = turn;
    root.dataset.readyAt ||= Math.round(performance.now());
  }
  function show(change) {
    Object.assign(filter, { page: 0 }, change);
    for (const name of ["text", "verdict", "unit", "document", "requirement"]) if (form.elements[name].value !== filter[name]) form.elements[name].value = filter[name];
    for (const cell of root.querySelectorAll(".wb-cell[aria-selected]")) cell.removeAttribute("aria-selected");
    if (filter.unit || filter.requirement) {
      const cell = [...root.querySelectorAll(".wb-cell")].find((c) => c.dataset.unit === filter.unit && c.dataset.requirement === filter.requirement);
      if (cell) cell.setAttribute("aria-selected", "true");
    }
    for (const th of root.querySelectorAll("th[data-sort]")) th.setAttribute("aria-sort", th.dataset.sort !== filter.sort ? "none" : filter.descending ? "descending" : "ascending");
    return load();
  }
  function choose(cell) {
    show({ unit: cell.dataset.unit, requirement: cell.dataset.requirement, verdict: cell.dataset.verdict, document: "", text: "" });
    $("#wb-list").scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  async function openBranch(subject, requirement) {
    selected = { subject, requirement };
    hideDetail("正在读取…");
    mark();
    if (!dialog.open) dialog.showModal();
    if (link.isLost()) { say(LOST); hideDetail("连接中断，详情已隐去。按 Esc 关闭。"); }
    const answer = await ask({ do: "branch", subject, requirement });
    const wanted = selected && selected.subject === subject && selected.requirement === requirement;
    if (!answer && wanted && dialog.open) hideDetail("未能读取，按 Esc 关闭后重试。");
    if (!answer || !dialog.open || !selected || answer.message.subject !== selected.subject || answer.message.requirement !== selected.requirement) return;
    dialog.innerHTML = answer.message.html;
    if (!banner.hidden) dialog.prepend(banner);
    const asked = dialog.querySelector(".wb-asked");
    dialog.querySelector("h2").focus({ preventScroll: true });
    if (asked) asked.scrollIntoView({ block: "center" });
  }
  async function evidence(section, all) {
    const subject = section.closest("article").dataset.subject, requirement = section.dataset.requirement;
    const answer = await ask({ do: "evidence", subject, requirement, all });
    if (answer && answer.message.subject === selected.subject && section.isConnected) section.querySelector(".wb-evidence > div").innerHTML = answer.message.html;
  }
  async function download(button) {
    button.disabled = true;
    const label = button.textContent;
    button.textContent = "正在生成…";
    const answer = await ask({ do: "export", filter }, EXPORT_MS);
    button.disabled = false;
    button.textContent = label;
    if (!answer) return;
    const url = URL.createObjectURL(new Blob([answer.buffers[0]], { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" }));
    Object.assign(document.createElement("a"), { href: url, download: answer.message.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  const deeds = {
    clear: () => show({ text: "", document: "", requirement: "", unit: "", verdict: initial, sort: "", descending: false }),
    previous: () => { filter.page = Math.max(0, filter.page - 1); load(); },
    next: () => { filter.page = Math.min(pages - 1, filter.page + 1); load(); },
    export: download, close: () => dialog.close(), print: () => window.print(),
    "all-evidence": (button) => evidence(button.closest("section"), true),
  };
  root.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const deed = at("[data-do]"), tile = at("button.wb-tile"), cell = at(".wb-cell"), sort = at("th[data-sort]"), row = at("tr[data-subject]");
    if (deed) deeds[deed.dataset.do](deed);
    else if (tile) { show({ verdict: tile.dataset.verdict, unit: "", requirement: "", document: "", text: "" }); $("#wb-list").scrollIntoView({ block: "start" }); }
    else if (cell) choose(cell);
    else if (sort) show({ sort: sort.dataset.sort, descending: filter.sort === sort.dataset.sort && !filter.descending });
    else if (row && !String(getSelection())) openBranch(row.dataset.subject, row.dataset.requirement);
  });
  let typing = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(() => show(Object.fromEntries(new FormData(form))), event.target.type === "search" ? 200 : 0);
  });
  dialog.addEventListener("toggle", (event) => { if (event.target.open && event.target.matches(".wb-evidence") && !event.target.querySelector("table")) evidence(event.target.closest("section"), false); }, true);
  dialog.addEventListener("close", () => {
    const row = rowOf(selected);
    selected = null;
    mark();
    dialog.replaceChildren();
    if (!banner.hidden) root.prepend(banner);
    if (row) row.focus();
  });

  // Arrow keys move within the heatmap (one tab stop) and along the rows; Enter does what a click does.
  const grid = $(".wb-heat");
  const first = grid.querySelector("tbody .wb-cell");
  if (first) first.tabIndex = 0;
  root.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".wb-cell"), row = event.target.closest("tr[data-subject]");
    if (event.key === "Enter" || (event.key === " " && cell)) {
      if (cell) { event.preventDefault(); choose(cell); } else if (row) openBranch(row.dataset.subject, row.dataset.requirement);
      return;
    }
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || !(cell || row)) return;
    let to = null;
    if (row) to = step[0] < 0 ? row.previousElementSibling : step[0] > 0 ? row.nextElementSibling : null;
    else {
      const rows = [...grid.querySelectorAll("tbody tr, tfoot tr")];
      let y = rows.indexOf(cell.parentElement), x = cell.cellIndex;
      do { y += step[0]; x += step[1]; to = rows[y] && rows[y].cells[x]; } while (to && !to.classList.contains("wb-cell"));
    }
    if (!to || to.matches(".wb-empty, th")) return;
    event.preventDefault();
    if (cell) { for (const c of grid.querySelectorAll('[tabindex="0"]')) c.tabIndex = -1; to.tabIndex = 0; }
    to.focus();
  });

  load();
  return link.stop;
}

async function render({ model, el }) {
  let root = document.querySelector("#wb-first #wb-shell");
  const served = root && root.dataset.stamp === model.get("stamp");
  if (served) el.append(root);  // the figures painted before any JavaScript: take them over as they are
  else {
    const link = connect(model, () => { el.textContent = LOST; }, () => {});
    const { message } = await link.ask({ do: "shell" });
    link.stop();
    if (message.error) { el.textContent = message.error; return () => {}; }
    el.innerHTML = message.html;
    root = el.querySelector("#wb-shell");
  }
  document.body.classList.add("wb-live");
  return overview(root, model);
}

export default { render };
