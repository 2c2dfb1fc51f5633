// The way from the city down to a branch: one unit (view=unit) and one organisation in full (view=branch).
function places(unitView, branchView, { ask, ledger }) {
  let turn = 0;
  const note = (view, text) => view.replaceChildren(Object.assign(document.createElement("p"), { className: "wb-wait", textContent: text }));

  // What stands in the view is always what the address names: nothing of one organisation stays under the name of another.
  async function draw(view, id, request, again) {
    const shown = view.dataset.id === id && view.querySelector(".wb-place");
    if (shown && !again) return true;
    const mine = ++turn;
    delete view.dataset.ready;
    if (!shown) { view.dataset.id = id; note(view, "正在读取…"); }
    const answer = await ask(request);
    if (mine !== turn) return false;
    if (!answer || answer.message.id !== id) { delete view.dataset.id; note(view, "未能读取，原因见上方提示；可返回上一页后重试。"); return false; }
    view.innerHTML = answer.message.html;
    for (const grid of view.querySelectorAll(".wb-done")) { const first = grid.querySelector(".wb-mark"); if (first) first.tabIndex = 0; }
    view.dataset.ready = turn;
    if (!shown) { scrollTo({ top: 0 }); view.querySelector("h2").focus({ preventScroll: true }); }
    return true;
  }
  const unit = (id, again) => draw(unitView, id, { do: "unit", unit: id }, again);
  async function branch(id, again) {
    const fresh = again || branchView.dataset.id !== id;
    if (!await draw(branchView, id, { do: "profile", subject: id }, again) || !fresh || !ledger) return;
    const html = await ledger(id), place = branchView.querySelector(".wb-branch-findings");
    if (html && html.trim() && place && branchView.dataset.id === id) { place.innerHTML = html; place.hidden = false; }
  }
  // The rows behind a result, in a line of the table below it.
  async function proof(button, all) {
    const line = button.closest("tr"), open = line.nextElementSibling?.matches(".wb-p-proof") ? line.nextElementSibling : null;
    if (open && !all) { open.remove(); button.setAttribute("aria-expanded", "false"); return; }
    button.setAttribute("aria-expanded", "true");
    const subject = branchView.dataset.id, requirement = line.dataset.result;
    const answer = await ask({ do: "evidence", subject, requirement, all: Boolean(all) });
    if (!answer || !line.isConnected || branchView.dataset.id !== answer.message.subject) { button.setAttribute("aria-expanded", "false"); return; }
    const row = open || document.createElement("tr"), cell = document.createElement("td");
    row.className = "wb-p-proof";
    cell.colSpan = line.cells.length;
    cell.innerHTML = answer.message.html;
    row.replaceChildren(cell);
    line.after(row);
  }
  async function records(button) {
    const subject = branchView.dataset.id, box = branchView.querySelector(".wb-records");
    stop(button);
    const answer = await ask({ do: "records", subject, kind: button.dataset.kind, on: button.dataset.on });
    if (!answer || branchView.dataset.id !== answer.message.id) return;
    for (const other of branchView.querySelectorAll('.wb-mark[aria-pressed="true"]')) other.removeAttribute("aria-pressed");
    button.setAttribute("aria-pressed", "true");
    box.innerHTML = answer.message.html;
    box.scrollIntoView({ block: "nearest" });
  }
  // One tab stop for each grid of marks; arrows move along a line and to the nearest day of the next one.
  function stop(mark) {
    for (const other of mark.closest(".wb-done").querySelectorAll('.wb-mark[tabindex="0"]')) other.tabIndex = -1;
    mark.tabIndex = 0;
  }
  function move(mark, key) {
    const own = [...mark.closest("tr").querySelectorAll(".wb-mark")], at = own.indexOf(mark);
    let to = key === "ArrowLeft" ? own[at - 1] : key === "ArrowRight" ? own[at + 1] : key === "Home" ? own[0] : key === "End" ? own[own.length - 1] : null;
    if (key === "ArrowUp" || key === "ArrowDown") {
      const line = mark.closest("tr")[key === "ArrowUp" ? "previousElementSibling" : "nextElementSibling"];
      const far = (other) => Math.abs(Date.parse(other.dataset.on) - Date.parse(mark.dataset.on));
      to = line && [...line.querySelectorAll(".wb-mark")].sort((a, b) => far(a) - far(b))[0];
    }
    if (to) { stop(to); to.focus(); }
  }
  return { unit, branch, proof, records, move };
}
