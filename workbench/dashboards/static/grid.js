// A long list: of its rows only those near the window stand in the document. The kernel has the list in order and is
// asked for slices of it; a few are kept. Every row carries its own number and its own data: none is ever reused for
// another one, and what has not come yet is a row that says so and opens nothing.
const SLICE = 100, SLICES_KEPT = 12, ROWS_AHEAD = 8, SETTLED_MS = 150;
const TALLEST = 15e6;  // px; browsers draw nothing of an element beyond about 17 million

// ``part(first, count)`` asks for rows and resolves to {html, first, total} or null; ``moved(place)`` hears which row
// stands uppermost once the list has come to rest; ``open(row)`` is what Enter does.
function longList(panel, { part, moved, open }) {
  const box = panel.querySelector(".wb-list-box"), table = box.querySelector("table"), body = table.tBodies[0];
  const paper = panel.querySelector(".wb-on-paper");
  const slices = new Map();   // number of a slice → its rows, the one used last at the end
  let turn = 0, shown = 0;    // lists asked for, and which of them is in view
  let total = 0, height = 1, active = 0, asking = false, printing = false, marked = null, resting = 0;
  let place = 0;              // rows above the window, with the part of one that is cut off

  const numberOf = (row) => Number(row.getAttribute("aria-rowindex")) - 2;
  const head = () => table.tHead.offsetHeight;
  const room = () => Math.max(0, box.clientHeight - head());
  // Where the rows would be if the browser could draw all of them, and where the box is scrolled to for that.
  const whole = () => total * height;
  const ratio = () => { const reach = Math.min(whole(), TALLEST) - room(); return reach > 0 ? (whole() - room()) / reach : 1; };
  const offset = () => box.scrollTop * ratio();

  function rowAt(i) {
    const rows = slices.get(Math.floor(i / SLICE));
    return rows && rows[i % SLICE];
  }
  function blank(i) {
    const row = document.createElement("tr"), cell = document.createElement("td");
    row.className = "wb-coming";
    for (const [node, role] of [[row, "row"], [cell, "gridcell"]]) node.setAttribute("role", role);
    row.setAttribute("aria-rowindex", i + 2);
    row.tabIndex = -1;
    cell.textContent = `第 ${(i + 1).toLocaleString()} 条正在读取…`;
    row.append(cell);
    return row;
  }
  function keep(number, html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    slices.delete(number);
    slices.set(number, [...made.content.querySelectorAll("tr")]);
    // The first rows stay: they are what goes on paper.
    for (const old of slices.keys()) if (slices.size > SLICES_KEPT && old !== 0 && old !== number) slices.delete(old);
  }

  // One question at a time: whoever drags the bar through the list asks only for where it comes to rest.
  async function fetchNear(first, last) {
    if (asking || turn !== shown || printing) return;
    const wanted = [0];
    for (let n = Math.floor(first / SLICE); n * SLICE <= last && n * SLICE < total; n++) wanted.unshift(n);
    const number = wanted.find((n) => !slices.has(n));
    if (number === undefined) return;
    const mine = shown;
    asking = true;
    const got = await part(number * SLICE, SLICE);
    asking = false;
    if (mine !== turn || mine !== shown) return;
    if (!got) return;
    keep(number, got.html);
    draw();
  }

  const isMarked = (row) => marked && row.dataset.subject === marked.subject && row.dataset.requirement === marked.requirement;
  function draw() {
    if (!total || (!printing && !box.clientHeight)) return;
    const y = offset();
    let first = Math.max(0, Math.floor(y / height) - ROWS_AHEAD), last = Math.min(total, Math.ceil((y + room()) / height) + ROWS_AHEAD);
    if (printing) [first, last] = [0, slices.get(0)?.length || 0];
    const focus = document.activeElement, held = focus === table || (body.contains(focus) && focus.matches("tr"));
    const wanted = [];
    const there = new Map([...body.rows].map((row) => [numberOf(row), row]));
    for (let i = first; i < last; i++) {
      const known = rowAt(i), old = there.get(i);
      wanted.push(known || (old && old.classList.contains("wb-coming") ? old : blank(i)));
    }
    const stay = new Set(wanted);
    if (held && focus !== table && !stay.has(focus)) table.focus({ preventScroll: true });
    for (const row of [...body.rows]) if (!stay.has(row)) row.remove();
    wanted.forEach((row, k) => { if (body.rows[k] !== row) body.insertBefore(row, body.rows[k] || null); });
    body.style.height = printing ? "" : Math.min(whole(), TALLEST) + "px";
    body.style.paddingTop = printing ? "" : Math.max(0, box.scrollTop - (y - first * height)) + "px";
    const upper = Math.ceil(y / height - 0.01), stop = active >= first && active < last ? active : upper;
    for (const row of wanted) {
      row.tabIndex = numberOf(row) === stop ? 0 : -1;
      if (isMarked(row)) row.setAttribute("aria-selected", "true"); else row.removeAttribute("aria-selected");
    }
    if (held && stop === active && !printing) wanted[active - first].focus({ preventScroll: true });
    for (let n = Math.floor(first / SLICE); n * SLICE < last; n++) if (slices.has(n)) { const rows = slices.get(n); slices.delete(n); slices.set(n, rows); }
    fetchNear(Math.max(0, first - ROWS_AHEAD), Math.min(total - 1, last + ROWS_AHEAD));
  }
  function measure() {
    const row = body.querySelector("tr");
    if (row && !printing) height = row.getBoundingClientRect().height || height;
  }
  function scrollTo(i) {
    place = Math.max(0, Math.min(i, total - 1));
    box.scrollTop = place * height / ratio();
  }
  // A row by its number, whole in view and in focus.
  function go(i) {
    active = Math.max(0, Math.min(i, total - 1));
    const y = offset(), top = active * height;
    if (top < y) box.scrollTop = top / ratio();
    else if (top + height > y + room()) box.scrollTop = (top + height - room()) / ratio();
    place = offset() / height;
    table.focus({ preventScroll: true });
    draw();
  }

  // A new list, from row ``at`` on; resolves to the answer, or null when there is none or another list was asked for.
  async function show(at = 0) {
    const mine = ++turn, number = Math.floor(at / SLICE);
    table.setAttribute("aria-busy", "true");
    const got = await part(number * SLICE, SLICE);
    if (mine !== turn) return null;
    if (!got) return null;  // the rows in view stay, dimmed; of them nothing more is asked
    if (got.total && at >= got.total) return show(got.total - 1);
    shown = mine;
    slices.clear();
    total = got.total;
    keep(got.total ? number : 0, got.html);
    table.removeAttribute("aria-busy");
    table.setAttribute("aria-rowcount", total + 1);
    body.style.height = body.style.paddingTop = "";
    const inside = body.contains(document.activeElement);
    if (inside) table.focus({ preventScroll: true });
    body.replaceChildren(...[...slices.values()][0].slice(0, 1));
    measure();
    active = Math.min(at, Math.max(0, total - 1));
    body.style.height = Math.min(whole(), TALLEST) + "px";
    if (total) scrollTo(at); else body.style.height = "";
    paper.textContent = total > SLICE ? `清单共 ${total.toLocaleString()} 条，纸上只有前 ${SLICE} 条。全部条目请用导出。` : "";
    draw();
    return got;
  }
  // The row of a result, if it is among those at hand.
  function find(wanted) {
    const same = (row) => row.dataset.subject === wanted.subject && row.dataset.requirement === wanted.requirement;
    for (const rows of slices.values()) { const row = rows.find(same); if (row) return row; }
    return null;
  }

  box.addEventListener("scroll", () => {
    if (printing || !box.clientHeight) return;
    draw();
    if (turn !== shown) return;
    place = offset() / height;
    clearTimeout(resting);
    resting = setTimeout(() => { if (turn === shown) moved(Math.round(place)); }, SETTLED_MS);
  }, { passive: true });
  table.addEventListener("keydown", (event) => {
    const row = event.target.closest("tbody tr");
    if ((!row && event.target !== table) || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      const at = row || rowAt(active);
      if (at && at.dataset.subject) { event.preventDefault(); open(at); }
      return;
    }
    const page = Math.max(1, Math.floor(room() / height) - 1), from = row ? numberOf(row) : active;
    const to = { ArrowUp: from - 1, ArrowDown: from + 1, PageUp: from - page, PageDown: from + page, Home: 0, End: total - 1 }[event.key];
    if (to === undefined || !total) return;
    event.preventDefault();
    go(to);
  });
  body.addEventListener("focusin", (event) => { const row = event.target.closest("tr"); if (row && total) active = numberOf(row); });

  // A row has another height in a narrow box; a box that was hidden has forgotten where it was scrolled to.
  const watch = new ResizeObserver(() => {
    if (!box.clientHeight || printing || !total) return;
    const old = height;
    measure();
    if (height !== old) body.style.height = Math.min(whole(), TALLEST) + "px";
    if (height !== old || Math.abs(offset() / height - place) > 0.5) scrollTo(place);
    draw();
  });
  watch.observe(box);

  const print = (on) => {
    if (on === printing) return;
    printing = on;
    draw();
    if (!on && total && box.clientHeight) { scrollTo(place); draw(); }
  };
  const paperView = matchMedia("print"), onPaper = (event) => print(event.matches), before = () => print(true), after = () => print(false);
  paperView.addEventListener("change", onPaper);
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  const stop = () => {
    watch.disconnect();
    clearTimeout(resting);
    paperView.removeEventListener("change", onPaper);
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
  };
  return {
    show, find, stop,
    go: (row) => go(numberOf(row)),
    goTo: (i) => { scrollTo(i); draw(); },
    mark: (result) => { marked = result; draw(); },
  };
}

