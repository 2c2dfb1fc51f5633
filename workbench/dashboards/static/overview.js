// The page: sends what was asked, shows what came back. All figures and texts are rendered by the kernel.
const EXPORT_MS = 180000;
const SOON_MS = 120;  // after so long a dialog says that it is being read

const VIEWS = ["overview", "unit", "branch", "requirements", "board", "quality", "compare"];
// What the dialog can show besides a branch: its name in the address → the question to the kernel.
const DETAILS = {
  card: (id) => ({ do: "card", requirement: id }),
  finding: (id, day) => ({ do: "board-finding", id, filter: { day } }),
  holder: (id, day) => ({ do: "board-holder", id, filter: { day } }),
};
const OPENED = [...Object.keys(DETAILS), "branch", "of"];
const RENEW_MS = 1000;  // between two times that everything in view is asked for once more
// What is said in the banner when no answer comes, and what in its own place (``read``); all else is asked once more.
const FILES = ["export", "quality-rejects"], SMALL = ["heat", "branch-rest", "evidence", "records", "due-rows", "board-more", "board-branch", "compare-evidence"];

// The address says what is shown (#view=…&…). In a notebook, whose address is not ours, it is only remembered.
function addresses(served) {
  let own = "";
  return {
    read: () => new URLSearchParams(served ? location.hash.slice(1) : own),
    write: (query, replace) => {
      if (served) history[replace ? "replaceState" : "pushState"](null, "", location.pathname + location.search + (query ? "#" + query : ""));
      else own = query;
    },
  };
}

function overview(root, model, served) {
  const $ = (selector) => root.querySelector(selector);
  const banner = $(".wb-banner"), dialog = $(".wb-detail"), form = $("#wb-list .wb-filters");
  const heatDetail = $("#wb-heat-detail"), clausesView = $('.wb-view[data-view="requirements"]'), boardView = $('.wb-view[data-view="board"]');
  const address = addresses(served);
  const initial = { text: "", document: "", requirement: "", unit: "", verdict: new FormData(form).get("verdict") };
  const plain = { ...initial, sort: "", at: "" };  // ``sort``: a column, with "-" before it downwards; ``at``: the uppermost row
  const filter = { ...plain };
  // selected: the branch in the dialog (subject, requirement) or what else it shows (kind, id).
  let selected = null, redo = false, stamp = root.dataset.stamp;

  // What stands in the banner until it is over: a line that is lost, another run, a run that cannot be read.
  let standing = "";
  const say = (text, kept = false) => {
    if (!kept && !text) text = standing;
    if (kept) standing = text;
    banner.textContent = text;
    if ([OUTDATED, ...Object.values(OVER)].includes(text)) banner.append(" ", Object.assign(document.createElement("button"), { type: "button", className: "wb-button", textContent: link.isOver() === "session" ? "重新登录" : "刷新页面", onclick: () => location.reload() }));
    banner.hidden = !text;
    (dialog.open ? dialog : root).prepend(banner);
  };
  const hideDetail = (text) => {
    if (selected) selected.asked = false;
    dialog.replaceChildren(...(banner.hidden ? [] : [banner]), waitNote(text));
  };
  // What somebody has typed stays to be read; everything else would be out of date.
  const hideUntyped = (text) => { if (dialog.open && ![...dialog.querySelectorAll(".wb-act")].some((form) => typed(form).length)) hideDetail(text); };
  const link = connect(model, {
    lost: (text, over) => {
      say(text, true);
      root.classList.add("wb-lost");
      root.classList.toggle("wb-ended", over === "session");
      hideUntyped("连接中断，详情已隐去。按 Esc 关闭。");
    },
    back: () => { say("", true); root.classList.remove("wb-lost"); renew(); },
    answer: (message) => desk.heard(message),
    alive: ({ error, stamp: now }) => {
      if (error || now !== stamp) { say(error || OUTDATED, true); hideUntyped(error ? "督查结果现在读不到，详情已隐去。按 Esc 关闭。" : "督查结果已更新。"); }
      else if (standing && !link.isLost()) { say("", true); renew(); }
    },
  });
  // Everything in view once more, after nothing was known for a while.
  let renewed = 0, renewal = 0;
  const renew = () => {
    clearTimeout(renewal);
    renewed = Date.now();
    redo = true;
    if (dialog.open && selected?.kind) openDetail(selected.kind, selected.id, true);
    route();
    load();
    parts.again();
  };
  // Once for all that was lost together, and again for what is lost while that is on its way: but not every moment.
  const renewSoon = () => { clearTimeout(renewal); renewal = setTimeout(renew, Math.max(0, renewed + RENEW_MS - Date.now())); };
  // One way in for every answer: a fault or another run is said aloud and nothing else is shown.
  const ask = async (request, patience) => {
    // Kept back until the line is there again, a step might be written when nobody expects it any more.
    if (request.do === "board-act" && link.isLost()) return { message: { refused: "连接已中断，这一步没有提交。恢复后请再次提交；填写的内容仍在。" } };
    const answer = await link.ask(request, patience), acting = request.do.startsWith("board-act");
    if (answer.message.error === UNTOLD && !FILES.includes(request.do)) {
      // What is in view is asked for once more; what became of a step is looked up.
      if ($(`[data-section="${request.do}"]`)) setTimeout(parts.again, RENEW_MS);  // it has nothing to do with the rest
      else if (!acting && !SMALL.includes(request.do)) renewSoon();
      return null;
    }
    if (answer.message.error) { if (!link.isOver()) say(answer.message.error); return null; }
    if (answer.message.stamp !== stamp) { say(OUTDATED, true); hideUntyped("督查结果已更新。"); if (!acting) return null; }
    return answer;
  };

  // The address of what is shown now; go() writes another one and shows it.
  const query = (pairs) => new URLSearchParams(Object.entries(pairs).filter(([name, value]) => value !== plain[name] && (value || name === "verdict"))).toString();
  const overviewQuery = () => { const set = query(filter); return "view=overview" + (set ? "&" + set : ""); };
  // What of the address names the detail in view.
  const detail = () => new URLSearchParams([...address.read()].filter(([name]) => OPENED.includes(name))).toString();
  // In the view of one branch the address names it: there only what is opened over the view is a detail.
  const opened = () => address.read().get("view") === "branch" ? Object.keys(DETAILS) : OPENED;
  function go(pairs, replace) {
    address.write(typeof pairs === "string" ? pairs : query(pairs), replace);
    return route();
  }
  // The name of the view, for the tab of the browser and the margin of printed pages.
  function entitle() {
    const name = $("[data-tab][aria-current]").textContent;
    document.documentElement.style.setProperty("--wb-view", JSON.stringify(name));
    if (served) document.title = `${name} · ${$("h1").firstChild.textContent}`;
  }
  async function route() {
    const wanted = address.read(), view = VIEWS.find((name) => name === wanted.get("view")) || "overview";
    say("");  // what was said of another page
    const kind = Object.keys(DETAILS).find((name) => wanted.get(name)), branch = view !== "branch" && wanted.get("branch");
    for (const part of root.querySelectorAll(".wb-view")) part.hidden = part.dataset.view !== view;
    for (const tab of root.querySelectorAll("[data-tab]")) if (tab.dataset.tab === view || (view === "branch" && tab.dataset.tab === "unit")) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
    entitle();
    if (dialog.open && !kind && !branch) dialog.close();
    if (kind) openDetail(kind, wanted.get(kind)); else if (branch) openBranch(branch, wanted.get("of") || "");
    if (view === "board") return desk.show();
    if (view === "quality") return checks.show();
    if (view === "compare") return runs.show();
    if (view === "unit" || view === "branch") { const again = redo; redo = false; return way[view](wanted.get(view) || "", again); }
    if (view === "requirements") {
      const rest = new URLSearchParams(wanted);
      rest.delete("card");
      $('[data-tab="requirements"]').href = "#" + rest;
      await clauses.show(wanted);
      return;
    }
    await follow(wanted);
  }
  // What the address says of the list: another list is asked for, another place is gone to.
  const named = (wanted) => Object.fromEntries(Object.keys(plain).map((name) => [name, wanted.get(name) ?? plain[name]]));
  const other = (set) => Object.keys(set).some((name) => name !== "at" && set[name] !== filter[name]);
  function follow(wanted) {
    const set = named(wanted);
    if (other(set)) return show(set);
    if (set.at !== filter.at) { filter.at = set.at; list.goTo(uppermost()); }
  }

  const uppermost = () => Math.max(0, (parseInt(filter.at, 10) || 1) - 1);
  const list = longList($("#wb-list"), {
    open: (row) => showBranch(row),
    part: async (from, count) => { const { at, ...wanted } = filter; return (await read($("#wb-list .wb-panel-head"), ask({ do: "page", filter: wanted, from, count }), load))?.message; },
    moved: (place) => {
      filter.at = place ? String(place + 1) : "";
      if ((address.read().get("view") || "overview") === "overview") remember();
    },
  });
  async function load() {
    const m = await list.show(uppermost());
    if (!m) return;
    const known = filterWords();
    $(".wb-count").textContent = (filter.verdict ? `${filter.verdict} ${m.total.toLocaleString()} 条 / 已判定 ${m.judged.toLocaleString()} 条` : `共 ${m.total.toLocaleString()} 条`) + known.missing;
    $(".wb-filtered").textContent = known.words;
    root.dataset.total = m.total;
    root.dataset.ready = Number(root.dataset.ready || 0) + 1;
    root.dataset.readyAt ||= Math.round(performance.now());
  }
  // What the list is narrowed to, for paper, where there is no form; and what of it this run, or this viewer, does not
  // have: a link from elsewhere would otherwise show nothing under a form that says all.
  function filterWords() {
    const set = ["text", "verdict", "unit", "document", "requirement"].filter((name) => filter[name]).map((name) => form.elements[name]);
    const label = (field) => field.labels[0].firstChild.textContent.trim(), chosen = (field) => field.selectedOptions?.[0]?.textContent.trim() || field.value || "没有这一项";
    const words = set.filter((field) => field.name !== "verdict").map((field) => `${label(field)}：${chosen(field)}`).join("；");
    const missing = set.filter((field) => !field.value).map(label).join("、");
    return { words: words && `筛选：${words}`, missing: missing && `。地址中的${missing}在这次督查结果或您的查看范围中没有，请清除筛选` };
  }
  // The address of the list as it stands now, with whatever is open over it.
  function remember() {
    const now = overviewQuery(), open = detail();
    $('[data-tab="overview"]').href = "#" + now;
    if (now !== "view=overview" || address.read().toString()) address.write(now + (open && "&" + open), true);
  }
  function show(change) {
    Object.assign(filter, { at: "" }, change);
    if ((address.read().get("view") || "overview") === "overview") remember();
    for (const name of ["text", "verdict", "unit", "document", "requirement"]) if (form.elements[name].value !== filter[name]) form.elements[name].value = filter[name];
    markCells();
    for (const th of root.querySelectorAll("th[data-sort]")) th.setAttribute("aria-sort", { [th.dataset.sort]: "ascending", ["-" + th.dataset.sort]: "descending" }[filter.sort] || "none");
    return load();
  }
  function markCells() {
    for (const cell of root.querySelectorAll(".wb-cell[aria-selected]")) cell.removeAttribute("aria-selected");
    if (!filter.unit && !filter.requirement && !filter.document) return;
    for (const c of root.querySelectorAll(".wb-cell")) {
      const same = c.dataset.unit === filter.unit && c.dataset.requirement === filter.requirement;
      if (same && (c.dataset.requirement || c.dataset.document === filter.document)) c.setAttribute("aria-selected", "true");
    }
  }
  function choose(cell) {
    show({ unit: cell.dataset.unit, requirement: cell.dataset.requirement, verdict: cell.dataset.verdict, document: cell.dataset.document, text: "" });
    $("#wb-list").scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
  // One document at a time is open, in a box of its own.
  async function expand(button) {
    const opener = [...root.querySelectorAll("[data-do=expand]")], again = button.getAttribute("aria-expanded") === "true";
    collapse();
    if (again) return;
    button.setAttribute("aria-expanded", "true");
    const answer = await read(heatDetail, ask({ do: "heat", document: button.dataset.document }), () => expand(button));
    if (button.getAttribute("aria-expanded") !== "true") return;
    if (!answer) { button.setAttribute("aria-expanded", "false"); heatDetail.hidden = false; return; }
    heatDetail.innerHTML = answer.message.html;
    heatDetail.hidden = false;
    heatDetail.dataset.document = button.dataset.document;
    oneStop(heatDetail.querySelector(".wb-heat"));
    markCells();
    for (const other of opener) if (other !== button) other.setAttribute("aria-expanded", "false");
    heatDetail.querySelector("h3").focus({ preventScroll: true });
    heatDetail.scrollIntoView({ block: "nearest" });
  }
  function collapse() {
    const open = $('[data-do=expand][aria-expanded="true"]');
    if (open && heatDetail.contains(document.activeElement)) open.focus();
    if (open) open.setAttribute("aria-expanded", "false");
    heatDetail.hidden = true;
    heatDetail.replaceChildren();
  }

  // What needs nobody is asked for when what does has been painted.
  const painted = () => new Promise((then) => requestAnimationFrame(() => setTimeout(then)));
  let following = null;  // until it stands too
  async function unfold(rest, subject) {
    if (!rest) return;
    await painted();
    const answer = await read(rest, ask({ do: "branch-rest", subject }), () => unfold(rest, subject));
    if (answer && rest.isConnected) rest.outerHTML = answer.message.html;
  }
  async function openBranch(subject, requirement) {
    // What stands there stands: somebody may have opened something in it. A line that is lost takes it away.
    if (dialog.open && selected?.subject === subject && selected.requirement === requirement && (selected.asked || dialog.querySelector("article"))) return;
    const mine = selected = { subject, requirement };
    const asked = ask({ do: "branch", subject, requirement });  // before the dialog opens, which takes the browser a while
    hideDetail("正在读取…");
    mine.asked = true;
    list.mark(selected);
    // An answer that comes at once is the first thing painted.
    const seen = () => dialog.classList.remove("wb-soon");
    if (!dialog.open) { dialog.classList.add("wb-soon"); dialog.showModal(); setTimeout(seen, SOON_MS); }
    if (link.isLost()) { say(""); hideDetail("连接中断，详情已隐去。按 Esc 关闭。"); }
    const answer = await asked;
    if (selected !== mine) return;  // closed, or another one opened meanwhile
    mine.asked = false;
    if (!answer) { hideDetail("未能读取，按 Esc 关闭后重试。"); return; }
    dialog.innerHTML = answer.message.html;
    seen();
    if (!banner.hidden) dialog.prepend(banner);
    following = unfold(dialog.querySelector(".wb-rest"), subject);
    const result = dialog.querySelector(".wb-asked");
    dialog.querySelector("h2").focus({ preventScroll: true });
    if (result) result.scrollIntoView({ block: "center" });
    if ("ledger" in root.dataset) findingsOf(subject);
  }
  async function openDetail(kind, id, again) {
    if (!again && selected && selected.kind === kind && selected.id === id && dialog.querySelector("article")) return;
    selected = { kind, id };
    // Drawn again, a detail stays in view until its successor is there: somebody may be typing in it.
    if (!again || !dialog.querySelector("article")) hideDetail("正在读取…");
    if (!dialog.open) dialog.showModal();
    if (link.isLost() && !again) { say(""); hideDetail("连接中断，详情已隐去。按 Esc 关闭。"); }
    const answer = await ask(DETAILS[kind](id, desk.filter().day));
    if (!dialog.open || !selected || selected.kind !== kind || selected.id !== id) return;
    if (!answer) { hideDetail("未能读取，按 Esc 关闭后重试。"); return; }
    const before = dialog.scrollTop, kept = dialog.querySelector("article"), said = kept && dialog.querySelector(".wb-changed");
    const news = said ? said.textContent || "有新的经过，已更新。" : "";
    swap(dialog, answer.message.html);
    if (!banner.hidden) dialog.prepend(banner);
    const note = kept && dialog.querySelector(".wb-changed");
    if (note) { note.textContent = news; note.hidden = false; dialog.scrollTop = before; return; }
    dialog.scrollTop = 0;
    dialog.querySelector("h2").focus({ preventScroll: true });
  }
  async function findingsOf(subject) {
    const place = dialog.querySelector(".wb-branch-findings");
    if (!place) return;
    const answer = await read(place, ask({ do: "board-branch", subject, filter: desk.filter() }, ACT_MS), () => findingsOf(subject));
    if (answer && place.isConnected) place.innerHTML = answer.message.html;
  }
  async function evidence(section, all) {
    const own = section.dataset.evidence, subject = own || section.closest("article").dataset.subject, place = own ? section : section.querySelector(".wb-evidence > div");
    const answer = await read(place, ask({ do: "evidence", subject, requirement: section.dataset.requirement, all }), () => evidence(section, all));
    if (answer && section.isConnected && (own || answer.message.subject === selected.subject)) place.innerHTML = answer.message.html;
  }
  async function save(button, request, type = EXPORT_TYPES.xlsx) {
    button.disabled = true;
    const label = button.textContent;
    button.textContent = "正在生成…";
    let answer;
    try { answer = await ask(await request, EXPORT_MS); } finally { button.disabled = false; button.textContent = label; }
    if (!answer) return;
    const url = URL.createObjectURL(new Blob([answer.buffers[0]], { type }));
    Object.assign(document.createElement("a"), { href: url, download: answer.message.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  const deeds = {
    clear: () => show({ ...plain }),
    "clear-requirements": () => go({ view: "requirements" }, true),
    expand, collapse,
    dull: (button) => {
      const all = heatDetail.classList.toggle("wb-heat-all");
      button.setAttribute("aria-pressed", all);
      button.textContent = all ? "只列可判定的" : "列出全部";
    },
    close: () => dialog.close(), print: async () => { await (dialog.open ? following : parts.whole()); window.print(); },
    proof: (button) => way.proof(button), records: (button) => way.records(button), back: () => served && history.length > 1 ? history.back() : go({ view: "unit" }),
    "all-evidence": (button) => button.closest(".wb-p-proof") ? way.proof(button.closest("tr").previousElementSibling.querySelector("[data-do=proof]"), true) : evidence(button.closest("section, [data-evidence]"), true),
    "clear-board": () => desk.clear(), "more-filters": (button) => desk.unfold(button), alone: (button) => desk.alone(button), "more-findings": (button) => desk.further(button),
  };
  // What fails in the browser itself is said too.
  async function carryOut(button) {
    const all = [deeds, checks.deeds, runs.deeds, figures.deeds, parts.deeds, menu.deeds];
    try { await all.find((known) => button.dataset.do in known)[button.dataset.do](button); } catch (e) { console.error(e); say("这一步在浏览器中没有完成，请重试；仍不成时请刷新页面。"); }
  }
  root.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const to = at('a[href^="#view="]');
    if (to && !(event.ctrlKey || event.metaKey || event.shiftKey || event.button)) {
      event.preventDefault();
      const wanted = new URLSearchParams(to.getAttribute("href").slice(1));
      // A card opened from a card or a filtered table keeps the filters of that table.
      const from = address.read(), opens = OPENED.some((name) => wanted.has(name)), same = (from.get("view") || "overview") === wanted.get("view");
      const kept = { requirements: FIELDS, board: BOARD_FIELDS, compare: COMPARE_FIELDS }[wanted.get("view")] || [];
      if (opens && same) for (const name of kept) if (from.get(name)) wanted.set(name, from.get(name));
      go(wanted.toString());
      if (wanted.get("view") === "overview" && wanted.size > 1 && !opens && !to.dataset.tab) $("#wb-list").scrollIntoView({ block: "start" });
      return;
    }
    if (at(".wb-skip")) { event.preventDefault(); $("#wb-main").focus(); return; }  // the address keeps what is shown
    const clause = at("tr[data-id]");
    const deed = at("[data-do]"), tile = at("button.wb-tile"), cell = at(".wb-cell"), sort = at("th[data-sort]"), row = at("tr[data-subject]");
    if (deed) carryOut(deed);
    else if (tile) { show({ ...initial, verdict: tile.dataset.verdict }); $("#wb-list").scrollIntoView({ block: "start" }); }
    else if (cell) choose(cell);
    else if (sort) show({ sort: (filter.sort === sort.dataset.sort ? "-" : "") + sort.dataset.sort });
    else if (row && !String(getSelection())) showBranch(row);
    else if (clause && !String(getSelection())) showCard(clause);
  });
  function showCard(row) {
    clauses.stop(row);
    const wanted = address.read();
    wanted.set("view", "requirements");
    wanted.set("card", row.dataset.id);
    go(wanted.toString());
  }
  function showBranch(row) {
    const wanted = new URLSearchParams(overviewQuery());
    wanted.set("branch", row.dataset.subject);
    wanted.set("of", row.dataset.requirement);
    go(wanted.toString());
  }
  root.addEventListener("submit", (event) => {
    if (!event.target.matches(".wb-act")) return;
    event.preventDefault();
    desk.act(event.target);
  });
  let typing = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(typing);
    // What is typed and taken back, or cleared meanwhile, asks for no other list: the place in this one is kept.
    const changed = () => { const set = Object.fromEntries(new FormData(form)); if (other({ ...filter, ...set })) show(set); };
    typing = setTimeout(changed, event.target.type === "search" ? 200 : 0);
  });
  dialog.addEventListener("toggle", (event) => { if (event.target.open && event.target.matches(".wb-evidence") && !event.target.querySelector("table")) evidence(event.target.closest("section"), false); }, true);
  dialog.addEventListener("close", () => {
    if (dialog.open) return;  // opened again before this was told
    const { kind, id } = selected || {}, row = { card: () => clauses.rowOf(id), finding: () => desk.cardOf(id), holder: () => null }[kind]?.();
    const from = selected && !selected.kind && list.find(selected);
    selected = null;
    list.mark(null);
    dialog.replaceChildren();
    if (!banner.hidden) root.prepend(banner);
    const rest = address.read();
    if (opened().some((name) => rest.has(name))) { for (const name of opened()) rest.delete(name); address.write(rest.toString(), true); }
    if (row && !row.hidden) row.focus(); else if (from && (rest.get("view") || "overview") === "overview") list.go(from);
  });

  // Arrow keys move within the heatmap (one tab stop) and along the rows; Enter does what a click does.
  function oneStop(grid) {
    const first = grid.querySelector("tbody .wb-cell:not(.wb-dull)") || grid.querySelector("tbody .wb-cell");
    if (first) first.tabIndex = 0;
  }
  oneStop($(".wb-heat"));
  root.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".wb-cell");
    const clause = event.target.closest("tr[data-id]"), issue = event.target.closest(".wb-issue"), day = event.target.closest(".wb-mark");
    if (day && /^(Arrow|Home|End)/.test(event.key)) { event.preventDefault(); way.move(day, event.key); return; }
    if (issue && event.key.startsWith("Arrow")) { event.preventDefault(); desk.move(issue, event.key); return; }
    if (clause && event.target === clause) {
      if (event.key === "Enter") showCard(clause);
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); clauses.move(clause, event.key === "ArrowUp" ? -1 : 1); }
      return;
    }
    if (event.key === "Enter" || (event.key === " " && cell)) {
      if (cell) { event.preventDefault(); choose(cell); }
      return;
    }
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || !cell) return;
    const rows = [...cell.closest("table").querySelectorAll("tbody tr, tfoot tr")];
    let y = rows.indexOf(cell.parentElement), x = cell.cellIndex, to = null;
    do { y += step[0]; x += step[1]; to = rows[y] && rows[y].cells[x]; } while (to && !(to.classList.contains("wb-cell") && to.offsetParent));
    if (!to || to.matches("th")) return;
    event.preventDefault();
    for (const c of cell.closest("table").querySelectorAll('.wb-cell[tabindex="0"]')) c.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });

  const clauses = requirements(clausesView, ask, go);
  const way = places($('.wb-view[data-view="unit"]'), $('.wb-view[data-view="branch"]'), {
    ask, ledger: "ledger" in root.dataset && ((subject) => ask({ do: "board-branch", subject, filter: desk.filter() }, ACT_MS)),
  });
  const checks = quality($('.wb-view[data-view="quality"]'), ask, save);
  const runs = comparing($('.wb-view[data-view="compare"]'), ask, save, { go, address });
  const figures = charts(root), parts = sections(root, ask);
  const desk = board(boardView, {
    ask, go, address, asOf: root.dataset.asOf,
    redraw: () => { if (dialog.open && selected && ["finding", "holder"].includes(selected.kind)) openDetail(selected.kind, selected.id, true); },
  });
  const menu = exporting(root, dialog, { save, shown: () => {
    const wanted = Object.fromEntries(address.read()), view = VIEWS.find((name) => name === wanted.view) || "overview";
    // What of the view the address does not say: its filter, the day deadlines are held against, what is unfolded.
    const own = { overview: () => ({ ...filter, expanded: heatDetail.hidden ? "" : heatDetail.dataset.document }), compare: () => ({ with: runs.shown() || "" }) }[view];
    const drawn = dialog.open ? dialog : $(`.wb-view[data-view="${view}"]`);
    return { view, state: { ...wanted, day: desk.filter().day, ...(own && own()) }, pictures: figures.pictures(drawn).catch((e) => { console.error(e); say("图没有存成图片，导出的文件里没有图；数字都在表中。"); return []; }) };
  } });
  if (innerWidth <= 720) $(".wb-docs").open = false;  // on a phone the figures come first
  if (!served) $("#wb-main").setAttribute("role", "group");  // a notebook has a main part of its own
  if (served) addEventListener("popstate", route);
  // The first list is that of the address; the view of another page says nothing of it.
  const first = (address.read().get("view") || "overview") === "overview" ? named(address.read()) : plain;
  if (other(first)) show(first); else { filter.at = first.at; load(); }
  if (served && "ledger" in root.dataset) settle(ask, say);
  // The widget may be drawn before its element stands in the document, and only there can a dialog be opened.
  let arriving = 0;
  const arrive = () => { if (root.isConnected) route(); else arriving = setTimeout(arrive, 10); };
  arrive();
  return () => { clearTimeout(arriving); removeEventListener("popstate", route); figures.stop(); parts.stop(); menu.stop(); list.stop(); link.stop(); };
}

async function render({ model, el }) {
  let root = document.querySelector("#wb-first #wb-shell");
  const link = connect(model, { lost: (text) => { el.textContent = text; } });
  // With login the kernel answers nobody before the ticket that the server left in the page.
  const ticket = document.getElementById("wb-ticket");
  const entry = (await link.ask(ticket ? { do: "ticket", ticket: ticket.textContent } : { do: "alive" })).message;
  // The figures painted before any script ran are taken over as they are, unless the run has been replaced since.
  if (!root || entry.error || root.dataset.stamp !== entry.stamp) {
    const { message } = entry.error ? { message: entry } : await link.ask({ do: "shell" });
    if (message.error) { link.stop(); el.textContent = message.error; return () => {}; }
    el.innerHTML = message.html;
    root = el.querySelector("#wb-shell");
  }
  link.stop();
  if (!el.contains(root)) el.append(root);
  document.body.classList.add("wb-live");
  return overview(root, model, document.body.dataset.voila === "voila");
}

export default { render };
