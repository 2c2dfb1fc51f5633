// The line to the kernel: questions, answers, and what is true when there are none.
const BEAT_MS = 4000;      // how often a visible page asks whether the kernel lives
const ALIVE_MS = 6000;     // how long it waits for that answer
const PATIENCE_MS = 9000;  // an unanswered question older than this counts as a lost connection
const ANEW_MS = 10000;     // lost for so long: connect anew, since a broken line may look whole
const LOST = "与督查服务的连接已中断或服务正忙，下方内容可能不是最新，组织详情已隐去。恢复后本页自动继续；若持续出现，请刷新页面。";
const OUTDATED = "督查结果已更新，请刷新页面后查看。";
// Why a line will not come back, and what to do.
const OVER = {
  kernel: "连接已中断：这一页在服务器上已经结束（服务重启过、长时间没有使用、打开的页面太多，或出过故障）。请刷新页面，会回到同一位置；下方内容可能不是最新，组织详情已隐去。",
  session: "登录已结束（退出、超时、账号有变动，或服务重启过）。请重新登录；内容已隐去。",
};
const UNTOLD = "有一次请求没有得到答复，请重试。";

const waitNote = (text) => Object.assign(document.createElement("p"), { className: "wb-wait", textContent: text });
// A question whose answer belongs in ``place``. When none comes that is said there, with a button that does ``again``;
// what stands there stays. Of several questions for one place the last one counts.
const lastAsked = new WeakMap();
async function read(place, answer, again) {
  lastAsked.set(place, answer);
  for (const old of place.querySelectorAll(":scope > .wb-unread")) old.remove();
  const found = await answer;
  if (found || lastAsked.get(place) !== answer || !place.isConnected) return found;
  for (const old of place.querySelectorAll(":scope > :is(.wb-unread, .wb-wait)")) old.remove();
  if (!place.firstElementChild) place.replaceChildren();  // bare words: that it is being read
  const note = Object.assign(document.createElement("p"), { className: "wb-unread" });
  note.setAttribute("role", "alert");
  note.append("未能读取，", Object.assign(document.createElement("button"), { type: "button", className: "wb-link", textContent: "再点一次重试", onclick: () => { note.remove(); again(); } }));
  place.append(note);
  note.scrollIntoView({ block: "nearest" });
  return found;
}

// ``on``: lost(text, over), back(), answer(message) for every answer, alive(message) for that to a question of our own.
function connect(model, on) {
  const waiting = new Map();
  let next = 0, lost = false, stopped = false, asked = Date.now(), tried = 0, over = "";
  const tell = (event, ...what) => on[event] && on[event](...what);
  const setLost = (value) => {
    if (over || value === lost) return;
    lost = value;
    tried = Date.now();
    if (value) tell("lost", LOST, ""); else tell("back");
  };
  const ask = (body, patience = PATIENCE_MS) => new Promise((resolve) => {
    const number = ++next;
    asked = Date.now();
    if (over) { resolve({ message: { error: OVER[over] }, buffers: [] }); return; }
    // One question after the other is answered: none can be overdue before the one in front of it.
    const due = Math.max(asked + patience, ...[...waiting.values()].map((w) => w.due));
    waiting.set(number, { resolve, due });
    try { model.send({ ask: number, ...body }); } catch (e) { waiting.get(number).due = 0; }
  });
  const alive = async () => {
    const { message } = await ask({ do: "alive" }, ALIVE_MS);
    if (message.answer) tell("alive", message);
  };
  const listen = (message, buffers) => {
    const entry = waiting.get(message.answer);
    if (!entry) return;
    // The kernel answers in order: whatever was asked earlier and is still waiting will never be answered.
    for (const [number, other] of waiting) {
      if (number > message.answer) continue;
      waiting.delete(number);
      if (other !== entry) other.resolve({ message: { error: UNTOLD }, buffers: [] });
    }
    setLost(false);
    tell("answer", message);
    entry.resolve({ message, buffers });
  };
  // Only the served page tells of its line. Connected anew, what was asked before is settled by asking once more.
  const anew = () => alive();
  const dead = (why) => {
    if (over) return;
    lost = true;
    over = why in OVER ? why : "kernel";
    tell("lost", OVER[over], over);
    for (const { resolve } of waiting.values()) resolve({ message: { error: OVER[over] }, buffers: [] });
    waiting.clear();
  };
  const beat = () => {
    if (over) return;
    if ([...waiting.values()].some((w) => Date.now() > w.due)) setLost(true);
    if (lost && Date.now() - tried >= ANEW_MS) { tried = Date.now(); if (model.again) model.again(); }
    if (!document.hidden && Date.now() - asked >= BEAT_MS && waiting.size === 0) alive();
  };
  // Back from another tab, from sleep or in the network again: ask at once, not at the next beat.
  const wake = () => { if (document.hidden || over) return; if (lost && model.again) model.again(); if (waiting.size === 0) alive(); };
  const events = { "msg:custom": listen, "line:open": anew, "line:dead": dead };
  for (const [event, callback] of Object.entries(events)) model.on(event, callback);
  const timer = setInterval(beat, 1000);
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  const stop = () => {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", wake);
    removeEventListener("online", wake);
    for (const [event, callback] of Object.entries(events)) model.off(event, callback);
  };
  return { ask, stop, isLost: () => lost, isOver: () => over };
}
