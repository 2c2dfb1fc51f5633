// Findings and cards (整改与亮牌): what stands in the ledger, and the forms of those who act. The kernel renders all of it.
const BOARD_FIELDS = ["part", "state", "unit", "document", "clause", "nature", "due", "text", "day"];
const ACT_MS = 30000, SLOW_MS = 5000;

// The step that was sent and not answered yet, kept over a reload of this tab: what became of it is told then.
const PENDING = "wb-pending-act", me = () => document.querySelector(".wb-viewer")?.textContent || "";
function pending(step, label = "") {
  if (step) sessionStorage.setItem(PENDING, JSON.stringify({ ...step, label, who: me() })); else sessionStorage.removeItem(PENDING);
}
async function settle(ask, say) {
  const { label, who, ...step } = JSON.parse(sessionStorage.getItem(PENDING) || "{}");
  if (!step.verb) return;
  const own = who === me(), answer = own && await ask({ do: "board-acted", ...step }, ACT_MS);
  if (answer || !own) pending(null);
  if (answer) say(`上次断开前提交的“${label}”：${answer.message.done || answer.message.refused}`);
}

// The fields of a form that somebody has typed in or chosen.
const typed = (form) => [...form.elements].filter((e) => e.name && !e.hidden && (e.matches("select") ? e.selectedIndex > 0 : e.value !== e.defaultValue));

// Put new content in place of the old and lose nothing that was typed: it moves into the same form of the new content,
// or, when that form is gone, stays readable above. Open forms stay open, the focus stays where it was.
function swap(box, html) {
  const fresh = document.createElement("div"), at = document.activeElement, left = [];
  fresh.innerHTML = html;
  const inside = box.contains(at) && at.form && at.form.matches(".wb-act") ? [at.form.parentElement.dataset.act, at.name, at.selectionStart] : null;
  for (const old of box.querySelectorAll("details[data-act]")) {
    const form = old.querySelector("form"), note = form.querySelector(".wb-refused"), changed = typed(form);
    const twin = fresh.querySelector(`details[data-act="${CSS.escape(old.dataset.act)}"]`);
    if (twin) {
      twin.open = old.open;
      for (const e of changed) twin.querySelector("form").elements[e.name].value = e.value;
      if (!note.hidden) Object.assign(twin.querySelector(".wb-refused"), { textContent: note.textContent, hidden: false });
    } else if (changed.length) left.push([form.dataset.label, note.hidden ? "" : note.textContent, changed.map((e) => [e.closest("label").dataset.label, e.value])]);
  }
  for (const old of box.querySelectorAll(".wb-unwritten")) fresh.querySelector(".wb-acts, .wb-nothing, .wb-changed")?.before(old);
  for (const [label, note, pairs] of left) {
    const kept = Object.assign(document.createElement("section"), { className: "wb-unwritten" });
    kept.append(Object.assign(document.createElement("p"), { textContent: `“${label}”没有写入，现在也不能办理。填写的内容留在这里：` }));
    for (const [name, value] of pairs) kept.append(Object.assign(document.createElement("p"), { textContent: `${name}：${value}` }));
    if (note) kept.append(Object.assign(document.createElement("p"), { className: "wb-refused", textContent: note }));
    fresh.querySelector(".wb-acts, .wb-nothing, .wb-changed")?.before(kept);
  }
  box.replaceChildren(...fresh.childNodes);
  if (!inside) return;
  const to = box.querySelector(`details[data-act="${CSS.escape(inside[0])}"] form`)?.elements[inside[1]];
  if (to) { to.focus({ preventScroll: true }); if (inside[2] != null && to.setSelectionRange && to.type !== "date") to.setSelectionRange(inside[2], inside[2]); }
}

// ``tools``: ask, go, address, today (the earliest day to start from), redraw (draw the open detail again).
function board(view, { ask, go, address, asOf, redraw }) {
  let turn = 0, seq = null, ready = false, later = 0;
  const $ = (selector) => view.querySelector(selector);
  const now = new Date(), local = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  // Deadlines are held against the day of whoever looks, and never against one before the run.
  const today = local > asOf ? local : asOf;
  const filter = (wanted = address.read()) => {
    const set = Object.fromEntries(BOARD_FIELDS.map((name) => [name, wanted.get(name) || ""]));
    return { ...set, day: set.day || today };
  };
  const write = (set) => go(new URLSearchParams(Object.entries({ view: "board", ...set }).filter(([name, value]) => value && !(name === "day" && value === today))).toString(), true);

  async function load() {
    if (ready) return true;
    view.replaceChildren(waitNote("正在打开台账…"));
    const answer = await read(view, ask({ do: "board" }, ACT_MS), show);
    if (ready) return true;
    if (!answer) return false;
    view.innerHTML = answer.message.html;
    if (!answer.message.ledger) { view.dataset.ready = ++turn; return false; }
    ready = true;
    let typing = 0;
    $("form").addEventListener("input", (event) => {
      clearTimeout(typing);
      if (!event.target.checkValidity()) return;
      typing = setTimeout(() => write({ ...filter(), ...Object.fromEntries(new FormData($("form"))) }), event.target.type === "search" ? 200 : 0);
    });
    return true;
  }
  async function show() {
    const mine = ++turn;
    if (!await load()) return;
    await draw(mine);
  }
  async function draw(mine = ++turn) {
    const set = filter(), part = set.part || "findings", form = $("form");
    if (view.dataset.part !== part) $(".wb-part").replaceChildren(waitNote("正在读取…"));
    for (const name of Object.keys(set)) if (form.elements[name] && form.elements[name].value !== set[name] && form.elements[name] !== document.activeElement) form.elements[name].value = set[name];
    view.dataset.part = part;
    for (const link of view.querySelectorAll("[data-part]")) {
      if (link.dataset.part === part) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
      const rest = new URLSearchParams(Object.entries({ ...set, view: "board", part: link.dataset.part === "findings" ? "" : link.dataset.part, state: "" }).filter(([name, value]) => value && !(name === "day" && value === today)));
      link.href = "#" + rest;
    }
    $(".wb-part").setAttribute("aria-busy", "true");
    const answer = await read($(".wb-part"), ask({ do: "board-part", part, filter: set }, ACT_MS), () => draw());
    if (mine !== turn) return;
    $(".wb-part").removeAttribute("aria-busy");
    if (!answer) return;
    seq = answer.message.seq;
    const kept = document.activeElement && document.activeElement.closest("[data-code]")?.dataset.code;
    swap($(".wb-part"), answer.message.html);
    const first = kept && $(`[data-code="${kept}"]`) || $(".wb-issue");
    stop(first);
    if (kept && first && first.dataset.code === kept) first.focus({ preventScroll: true });
    view.dataset.ready = turn;
  }
  // Somebody, perhaps we ourselves, has written an event: draw again what is in view.
  function heard(message) {
    const first = seq == null;  // a detail may be drawn before the board is: what is written in between is news
    if (message.seq == null || message.seq === seq) return;
    seq = message.seq;
    if (first) return;
    clearTimeout(later);
    later = setTimeout(() => { redraw(); if (ready && !view.hidden) draw(); }, 0);
  }
  async function further(button) {
    const column = button.closest(".wb-column"), list = column.querySelector("ol"), before = list.children.length;
    button.disabled = true;
    const answer = await read(column, ask({ do: "board-more", filter: filter(), shown: before }), () => further(button));
    button.disabled = false;
    if (!answer) return;
    list.insertAdjacentHTML("beforeend", answer.message.html);
    const left = Number(column.querySelector("h2 b").textContent.replaceAll(",", "")) - list.children.length;
    button.textContent = `还有 ${left.toLocaleString()} 项，继续列出`;
    button.hidden = left <= 0;
    const to = list.children[before]?.querySelector("a");
    if (to) { stop(to); to.focus(); }
  }
  function alone(button) {
    const state = button.dataset.state, set = filter();
    write({ ...set, state: set.state === state ? "" : state });
  }
  // One tab stop for the board: arrow keys move within a column and across columns.
  function stop(card) {
    for (const other of view.querySelectorAll('.wb-issue[tabindex="0"]')) other.tabIndex = -1;
    if (card) card.tabIndex = 0;
  }
  function move(card, key) {
    const columns = [...view.querySelectorAll(".wb-column")].filter((c) => c.querySelector(".wb-issue"));
    const x = columns.indexOf(card.closest(".wb-column")), own = [...columns[x].querySelectorAll(".wb-issue")], y = own.indexOf(card);
    const beside = (step) => columns[x + step] && [...columns[x + step].querySelectorAll(".wb-issue")];
    const to = { ArrowUp: () => own[y - 1], ArrowDown: () => own[y + 1], ArrowLeft: () => beside(-1)?.[Math.min(y, beside(-1).length - 1)], ArrowRight: () => beside(1)?.[Math.min(y, beside(1).length - 1)] }[key]();
    if (to) { stop(to); to.focus(); }
  }
  const cardOf = (code) => code && $(`.wb-issue[data-code="${CSS.escape(code)}"]`);

  // One act: written once however often the button is pressed; a refusal stands beside the form and what was typed stays.
  async function act(form) {
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const { topic, id, verb, seen } = form.dataset, button = form.querySelector("[type=submit]"), name = form.parentElement.dataset.act;
    const holder = form.closest("dialog, .wb-part");
    const note = form.querySelector(".wb-refused"), step = { topic, id, verb, seen: Number(seen) }, fields = Object.fromEntries(new FormData(form));
    button.disabled = true;
    pending(step, form.dataset.label);
    const slow = setTimeout(() => { note.textContent = "还没有得到答复。连接恢复后会核对这一步是否已登记，请先不要重复办理；填写的内容仍在。"; note.hidden = false; }, SLOW_MS);
    let answer = await ask({ do: "board-act", ...step, fields }, ACT_MS);
    // The answer got lost, not necessarily the act: the ledger knows.
    if (!answer) answer = await ask({ do: "board-acted", ...step, fields }, ACT_MS);
    clearTimeout(slow);
    if (answer) pending(null);
    delete form.dataset.busy;
    button.disabled = false;
    if (!answer || answer.message.refused) {
      note.textContent = answer ? answer.message.refused : "没有得到答复，不能确定这一步是否已登记。请先记下填写的内容，再刷新页面：刷新后会告知是否已登记。";
      note.hidden = false;
      note.focus();
      if (answer && answer.message.conflict) { seq = answer.message.seq; redraw(); if (ready && !view.hidden) await draw(); holder.querySelector(`[data-act="${CSS.escape(name)}"] .wb-refused, .wb-unwritten`)?.scrollIntoView({ block: "nearest" }); }
      return;
    }
    form.reset();
    note.hidden = true;
    form.parentElement.open = false;
    tell(holder, answer.message.done);
  }
  function tell(holder, text) {
    const note = holder.matches("dialog") ? holder.querySelector(".wb-changed") : $(".wb-board-note");
    if (!note) return;
    note.textContent = text;
    note.hidden = false;
  }
  return { show, heard, act, alone, further, move, stop, cardOf, filter, clear: () => write({ part: filter().part }), unfold: (button) => button.setAttribute("aria-expanded", $("form").classList.toggle("wb-unfolded")) };
}
