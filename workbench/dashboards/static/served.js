// The page that Voilà serves speaks with its kernel itself, over Jupyter's websocket (protocol v1): Jupyter's own
// scripts would be 91 requests, 5 MB and some seconds of work for every visitor, to carry the same messages.
const PROTOCOL = "v1.kernel.websocket.jupyter.org";
const ENDED = { 4401: "session", 4410: "kernel" };  // close codes of the server: what it has ended
const AGAIN_MS = [100, 300, 1000, 2000, 5000];  // between attempts to connect again

// A message has parts: channel, header, parent, metadata, content, attachments; before them how many offsets and where each begins.
function pack(parts) {
  const bytes = parts.map((part) => new TextEncoder().encode(typeof part === "string" ? part : JSON.stringify(part)));
  const count = bytes.length + 1, message = new Uint8Array(8 * (count + 1) + bytes.reduce((sum, b) => sum + b.length, 0));
  const head = new DataView(message.buffer);
  let at = 8 * (count + 1);
  head.setBigUint64(0, BigInt(count), true);
  bytes.forEach((b, i) => { head.setBigUint64(8 * (i + 1), BigInt(at), true); message.set(b, at); at += b.length; });
  head.setBigUint64(8 * count, BigInt(at), true);
  return message;
}
function unpack(buffer) {
  const head = new DataView(buffer), count = Number(head.getBigUint64(0, true));
  const at = Array.from({ length: count }, (_, i) => Number(head.getBigUint64(8 * (i + 1), true)));
  const part = (i) => new Uint8Array(buffer, at[i], at[i + 1] - at[i]), json = (i) => JSON.parse(new TextDecoder().decode(part(i)));
  return { type: json(1).msg_type, content: json(4), buffers: Array.from({ length: count - 6 }, (_, i) => part(i + 5)) };
}

// What anywidget hands a page in a notebook, for the page that is served: send, on, off, get. Besides answers it tells
// of "line:open" (connected anew) and "line:dead" (for good: "session" or "kernel" has ended); ``again`` connects anew.
function kernelModel(base, kernel, comm, stamp) {
  const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const session = random(), heard = new Map(), own = `${base}api/kernels/${kernel}`, address = `${location.protocol.replace("http", "ws")}//${location.host}${own}/channels?session_id=${session}`;
  let socket = null, queue = [], attempts = 0, opened = false, dead = false, left = false, later = 0;
  const tell = (event, ...what) => { for (const callback of [...heard.get(event) || []]) callback(...what); };
  const end = (why) => { if (!dead) { dead = true; queue = []; tell("line:dead", why); } };
  // A server that does not let us in again says why; one that does not answer is tried further on.
  async function look() {
    try {
      const { status } = await fetch(own, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (status === 403) end("session"); else if (status === 404) end("kernel");
    } catch (e) { /* not there: the next attempt will tell */ }
  }
  function again() {
    if (dead || left) return;
    clearTimeout(later);
    Object.assign(socket, { onopen: null, onmessage: null, onclose: null });
    socket.close();
    open();
  }
  function open() {
    const mine = socket = new WebSocket(address, [PROTOCOL]);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      attempts = 0;
      for (const message of queue.splice(0)) socket.send(message);
      if (opened) tell("line:open");
      opened = true;
    };
    socket.onmessage = ({ data }) => {
      const { type, content, buffers } = unpack(data);
      if (type === "status" && ["dead", "restarting"].includes(content.execution_state)) end("kernel");
      if (content.comm_id !== comm) return;
      if (type === "comm_close") end("kernel");
      else if (type === "comm_msg" && content.data.method === "custom") tell("msg:custom", content.data.content, buffers);
    };
    socket.onclose = async ({ code }) => {
      if (left) return;
      if (code in ENDED) end(ENDED[code]); else await look();
      if (!left && !dead && socket === mine) later = setTimeout(open, AGAIN_MS[Math.min(attempts++, AGAIN_MS.length - 1)]);
    };
  }
  // Whoever leaves ends the kernel; a page that the browser kept aside has none to come back to.
  addEventListener("pagehide", () => {
    left = true;
    const form = new FormData();
    form.append("_xsrf", (document.cookie.match(/(?:^|; )_xsrf=([^;]*)/) || [])[1] || "");
    navigator.sendBeacon(`${base}voila/api/shutdown/${kernel}`, form);
    socket.close();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  open();
  return {
    again,
    get: (name) => name === "stamp" ? stamp : undefined,
    on: (event, callback) => { heard.set(event, (heard.get(event) || new Set()).add(callback)); },
    off: (event, callback) => { heard.get(event)?.delete(callback); },
    send: (content) => {
      if (dead) throw new Error("the kernel is gone");
      const header = { msg_id: random(), msg_type: "comm_msg", session, username: "", version: "5.3", date: new Date().toISOString() };
      const message = pack(["shell", header, {}, {}, { comm_id: comm, data: { method: "custom", content } }]);
      if (socket.readyState === WebSocket.OPEN) socket.send(message); else queue.push(message);
    },
  };
}

const place = document.getElementById("wb-page");
if (place) {
  const { baseUrl, kernelId } = JSON.parse(document.getElementById("wb-kernel").textContent);
  render({ model: kernelModel(baseUrl, kernelId, place.dataset.model, place.dataset.stamp), el: place });
}
