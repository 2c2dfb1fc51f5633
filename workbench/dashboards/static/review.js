// What has to be mended (数据质量) and two runs side by side (对比). The kernel renders all of it.
const COMPARE_FIELDS = ["with", "change", "unit", "requirement", "text", "page"];
const COMPARE_MS = 60000;

function quality(view, ask, save) {
  let turn = 0;
  async function show() {
    if (view.dataset.ready) return;
    view.replaceChildren(waitNote("正在读取…"));
    const answer = await read(view, ask({ do: "quality" }, COMPARE_MS), show);
    if (!answer) return;
    view.innerHTML = answer.message.html;
    view.dataset.ready = ++turn;
  }
  const deeds = {
    "get-rejects": (button) => save(button, { do: "quality-rejects" }),
    "quality-part": (button) => {
      const head = view.querySelector("#" + button.dataset.to);
      head.tabIndex = -1;
      head.focus({ preventScroll: true });
      head.scrollIntoView({ block: "start" });
    },
  };
  return { show, deeds };
}

function comparing(view, ask, save, { go, address }) {
  let turn = 0, shown = null, pages = 1;
  const $ = (selector) => view.querySelector(selector);
  const filter = () => { const wanted = address.read(); return Object.fromEntries(COMPARE_FIELDS.map((name) => [name, wanted.get(name) || ""])); };
  const write = (set) => go(new URLSearchParams(Object.entries({ view: "compare", ...set }).filter(([, value]) => value)).toString(), true);

  async function frame(name, mine) {
    if (shown !== null && (name || shown) === shown && $("form")) return true;
    view.replaceChildren(waitNote("正在对比…"));
    const answer = await read(view, ask({ do: "compare", with: name }, COMPARE_MS), show);
    if (mine !== turn) return false;
    if (!answer) { shown = null; return false; }
    view.innerHTML = answer.message.html;
    shown = answer.message.with;
    if (!shown) $("select[name=with]").selectedIndex = -1;
    $(".wb-choose").addEventListener("change", (event) => write({ with: event.target.value }));
    let typing = 0;
    $(".wb-find")?.addEventListener("input", (event) => {
      clearTimeout(typing);
      typing = setTimeout(() => write({ ...filter(), ...Object.fromEntries(new FormData($(".wb-find"))), page: "" }), event.target.type === "search" ? 200 : 0);
    });
    return true;
  }
  async function show() {
    const mine = ++turn, set = filter();
    if (!await frame(set.with, mine)) return;
    if (!shown) { view.dataset.ready = mine; return; }
    const form = $(".wb-find");
    for (const name of ["text", "change", "unit", "requirement"]) if (form.elements[name].value !== set[name] && form.elements[name] !== document.activeElement) form.elements[name].value = set[name];
    const answer = await read($("#wb-changes .wb-panel-head"), ask({ do: "compare-rows", with: shown, filter: set }, COMPARE_MS), show);
    if (mine !== turn) return;
    if (!answer) { $(".wb-changed-list").replaceChildren(); return; }  // those of another filter
    const m = answer.message;
    $(".wb-changed-list").innerHTML = m.html;
    $(".wb-count").textContent = `${m.total.toLocaleString()} 项 / 共 ${m.all.toLocaleString()} 项`;
    $(".wb-page").textContent = `第 ${m.page + 1} / ${m.pages} 页`;
    pages = m.pages;
    for (const button of view.querySelectorAll("[data-do=compare-page]")) button.disabled = button.dataset.step < 0 ? m.page <= 0 : m.page + 1 >= m.pages;
    view.dataset.total = m.total;
    view.dataset.with = shown;
    view.dataset.ready = mine;
  }
  async function both(box) {
    const place = box.lastElementChild, { subject, requirement } = box.dataset;
    const m = (await read(place, ask({ do: "compare-evidence", with: shown, subject, requirement }, COMPARE_MS), () => both(box)))?.message;
    if (!m || !box.isConnected || m.subject !== subject || m.requirement !== requirement) return;
    place.innerHTML = m.html;
    box.dataset.filled = "1";
  }
  view.addEventListener("toggle", ({ target }) => { if (target.open && target.matches("[data-both]") && !target.dataset.filled) both(target); }, true);
  const list = () => $("#wb-changes").scrollIntoView({ block: "start" });
  const deeds = {
    "clear-compare": () => write({ with: filter().with }),
    "compare-change": (button) => { write({ with: filter().with, change: button.dataset.change }); list(); },
    "compare-page": (button) => { const set = filter(); write({ ...set, page: String(Math.min(pages - 1, Math.max(0, Number(set.page) + Number(button.dataset.step)))) }).then(list); },
  };
  return { show, list, deeds, shown: () => shown };
}

