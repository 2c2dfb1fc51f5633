// One menu 导出 for every view and for the dialog: what is in view, as Excel, Word or one web page.
const EXPORT_TYPES = {
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  html: "text/html",
};

// ``shown``: view, state and (promised) pictures of what is in view; ``save``: asks and hands the file to the browser.
function exporting(root, dialog, { save, shown }) {
  const box = root.querySelector(".wb-export"), opener = box.querySelector("[data-do=exports]"), menu = box.querySelector("[role=menu]");
  const items = [...menu.querySelectorAll("[role=menuitem]")], home = box.parentElement, after = box.nextElementSibling;
  const open = () => !menu.hidden;
  function set(wanted, at) {
    menu.hidden = !wanted;
    opener.setAttribute("aria-expanded", wanted);
    if (at) at.focus();
  }
  // What lies behind an open dialog cannot be reached: the menu moves into it, and back when it closes.
  function place() {
    const tools = dialog.open && dialog.querySelector(".wb-detail-tools");
    if (tools ? box.parentElement === tools : box.parentElement === home) return;
    set(false);
    if (tools) tools.prepend(box); else home.insertBefore(box, after);
  }
  new MutationObserver(place).observe(dialog, { childList: true, attributes: true, attributeFilter: ["open"] });
  box.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement), last = items.length - 1;
    const to = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at > 0 ? at - 1 : last, Home: 0, End: last }[event.key];
    if (to !== undefined && (at >= 0 || event.key.startsWith("Arrow"))) set(true, items[to]);
    else if (event.key === "Escape" && open()) set(false, opener);
    else { if (event.key === "Tab" && open()) set(false); return; }
    event.preventDefault();
    event.stopPropagation();
  });
  box.addEventListener("focusout", (event) => { if (open() && event.relatedTarget && !box.contains(event.relatedTarget)) set(false); });
  const outside = (event) => { if (open() && !box.contains(event.target)) set(false); };
  document.addEventListener("pointerdown", outside);
  async function make(item) {
    set(false, opener);
    const format = item.dataset.format, { view, state, pictures } = shown();
    const request = pictures.then((sent) => ({ do: "export", view, format, state, pictures: sent }));
    await save(opener, request, EXPORT_TYPES[format]);
    if (document.activeElement === document.body) opener.focus();
  }
  return {
    deeds: { exports: () => set(!open(), open() ? null : items[0]), export: make },
    stop: () => document.removeEventListener("pointerdown", outside),
  };
}
