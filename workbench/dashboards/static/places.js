// The way from the city down to a branch: one unit (view=unit) and one organisation in full (view=branch).
function places(unitView, branchView, { ask, ledger }) {
  let turn = 0;

  // What stands in the view is always what the address names: nothing of one organisation stays under the name of another.
  async function draw(view, id, request, again) {
    const shown = view.dataset.id === id && view.querySelector(".wb-place");
    if (shown && !again) return true;
    const mine = ++turn;
    delete view.dataset.ready;
    if (!shown) { view.dataset.id = id; view.replaceChildren(waitNote("正在读取…")); }
    const answer = await read(view, ask(request), () => view === unitView ? unit(id) : branch(id));
    if (mine !== turn) return false;
    if (answer?.message.id !== id) { delete view.dataset.id; view.replaceChildren(...view.querySelectorAll(":scope > .wb-unread")); return false; }
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
    findings(id);
  }
  async function findings(id) {
    const place = branchView.querySelector(".wb-branch-findings");
    if (!place) return;
    const answer = await read(place, ledger(id), () => findings(id));
    if (answer && place.isConnected) place.innerHTML = answer.message.html.trim();
    place.hidden = !place.firstElementChild;
  }
  // The rows behind a result, in a line of the table below it.
  async function proof(button, all) {
    const line = button.closest("tr"), open = line.nextElementSibling?.matches(".wb-p-proof") ? line.nextElementSibling : null;
    if (open && !all) { open.remove(); button.setAttribute("aria-expanded", "false"); return; }
    button.setAttribute("aria-expanded", "true");
    const row = open || Object.assign(document.createElement("tr"), { className: "wb-p-proof" }), cell = open ? row.cells[0] : row.insertCell();
    cell.colSpan = line.cells.length;
    line.after(row);
    const again = () => { if (!all) row.remove(); proof(button, all); };
    const answer = await read(cell, ask({ do: "evidence", subject: branchView.dataset.id, requirement: line.dataset.result, all: Boolean(all) }), again);
    if (answer && row.isConnected && branchView.dataset.id === answer.message.subject) cell.innerHTML = answer.message.html;
  }
  async function records(button) {
    const subject = branchView.dataset.id, box = branchView.querySelector(".wb-records");
    stop(button);
    const answer = await read(box, ask({ do: "records", subject, kind: button.dataset.kind, on: button.dataset.on }), () => records(button));
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
