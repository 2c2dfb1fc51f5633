// The view of all requirements: the rows come once, filters ask for the ids to be shown.
const FIELDS = ["text", "document", "treatment"];

function requirements(view, ask, go) {
  let turn = 0;
  const $ = (selector) => view.querySelector(selector);
  const rows = () => [...view.querySelectorAll("tr[data-id]")];
  const shown = () => rows().filter((row) => !row.hidden);

  async function load(wanted) {
    if ($("form")) return true;
    view.replaceChildren(waitNote("正在读取…"));
    const answer = await read(view, ask({ do: "requirements" }), () => show(wanted));
    if ($("form")) return true;
    if (!answer) return false;
    view.innerHTML = answer.message.html;
    let typing = 0;
    $("form").addEventListener("input", (event) => {
      clearTimeout(typing);
      const filter = () => go({ view: "requirements", ...Object.fromEntries(new FormData($("form"))) }, true);
      typing = setTimeout(filter, event.target.type === "search" ? 200 : 0);
    });
    return true;
  }
  async function show(wanted) {
    const mine = ++turn;
    if (!await load(wanted)) return;
    const filter = Object.fromEntries(FIELDS.map((name) => [name, wanted.get(name) || ""]));
    for (const name of FIELDS) if ($("form").elements[name].value !== filter[name]) $("form").elements[name].value = filter[name];
    let ids = null;
    if (FIELDS.some((name) => filter[name])) {
      const answer = await read($(".wb-count").parentElement, ask({ do: "select", ...filter }), () => show(wanted));
      if (mine !== turn) return;
      // Without an answer no row is one that was asked for.
      if (!answer) { for (const row of rows()) row.hidden = true; return; }
      ids = new Set(answer.message.ids);
    }
    for (const row of rows()) row.hidden = ids !== null && !ids.has(row.dataset.id);
    for (const body of view.querySelectorAll(".wb-clauses tbody")) body.hidden = !body.querySelector("tr[data-id]:not([hidden])");
    const left = shown(), all = rows().length;
    $(".wb-count").textContent = ids ? `${left.length.toLocaleString()} 条 / 共 ${all.toLocaleString()} 条` : `共 ${all.toLocaleString()} 条`;
    $(".wb-nothing-found").hidden = left.length > 0;
    stop(left[0]);
    view.dataset.shown = left.length;
    view.dataset.ready = turn;
  }
  // One tab stop for the table; arrow keys move along what is shown.
  function stop(row) {
    for (const other of view.querySelectorAll('tr[data-id][tabindex="0"]')) other.tabIndex = -1;
    if (row) row.tabIndex = 0;
  }
  function move(row, step) {
    const left = shown(), to = left[left.indexOf(row) + step];
    if (to) { stop(to); to.focus(); }
  }
  const rowOf = (id) => rows().find((row) => row.dataset.id === id);
  return { show, move, stop, rowOf };
}

