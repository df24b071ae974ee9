// The page's side of a disc: see disc.py.
const SIZE = 300;
const CENTRE = SIZE / 2;
const RADIUS = 114; // pixels of |v| = 1
const RIM = [3, 10]; // from where to where outside the disc, in pixels
const LINES = 0.5; // a contour at every so much

function render({ model, el }) {
  const svg = (name, attributes, parent) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent.append(made);
    return made;
  };
  const html = (name, style, parent) => {
    const made = document.createElement(name);
    Object.assign(made.style, style);
    parent.append(made);
    return made;
  };

  el.style.width = `${SIZE}px`;
  const field = html("div", {
    position: "relative",
    width: `${SIZE}px`,
    height: `${SIZE}px`,
    borderRadius: "50%",
    outlineOffset: `${RADIUS + RIM[1] + 2 - CENTRE}px`, // close around the rim
    touchAction: "none",
    cursor: "grab",
    userSelect: "none",
  }, el);
  field.className = "rsa-disc";
  field.tabIndex = 0;
  // Else Lab takes the arrow keys for moving from cell to cell.
  field.setAttribute("data-lm-suppress-shortcuts", "true");
  field.setAttribute("role", "slider");
  field.setAttribute("aria-roledescription", "point in a disc, moved by the four arrow keys");
  field.setAttribute("aria-valuemin", 0);
  field.setAttribute("aria-valuemax", 1);
  const canvas = html("canvas", { position: "absolute", inset: 0, width: "100%" }, field);
  const scale = Math.max(1, Math.min(2, window.devicePixelRatio || 1));
  canvas.width = canvas.height = SIZE * scale;
  const over = svg("svg", { width: SIZE, height: SIZE, style: "position: absolute; inset: 0" }, field);
  over.setAttribute("aria-hidden", "true");
  const edge = svg("circle", { cx: CENTRE, cy: CENTRE, r: RADIUS, fill: "none" }, over);
  const axes = svg("path", {
    d: `M${CENTRE - RADIUS} ${CENTRE}h${2 * RADIUS}M${CENTRE} ${CENTRE - RADIUS}v${2 * RADIUS}`,
    "stroke-width": 1,
    "stroke-opacity": 0.35,
  }, over);
  const reach = RADIUS + RIM[1] + 13;
  const words = [["1", 1, 0], ["i", 0, 1], ["−1", -1, 0], ["−i", 0, -1]].map(([text, x, y]) => {
    const word = svg("text", {
      x: CENTRE + x * reach,
      y: CENTRE - y * reach,
      "text-anchor": "middle",
      "dominant-baseline": "central",
      "font-size": 14,
      "font-family": "system-ui, sans-serif",
    }, over);
    word.textContent = text;
    return word;
  });
  const ray = svg("line", { x1: CENTRE, y1: CENTRE, "stroke-width": 1.5 }, over);
  const partner = svg("circle", { r: 4, "fill-opacity": 0.55 }, over);
  const halo = svg("circle", { r: 10.5, fill: "none", "stroke-width": 3 }, over);
  const knob = svg("circle", { r: 8.5, "stroke-width": 2.5 }, over);

  const legend = html("div", { padding: `2px ${CENTRE - RADIUS}px 0`, fontSize: "13px" }, el);
  legend.setAttribute("aria-hidden", "true");
  const bar = html("div", { position: "relative", height: "12px", borderRadius: "2px" }, legend);
  const needle = html("div", {
    position: "absolute", top: "-4px", width: "4px", height: "20px", marginLeft: "-2px",
    borderRadius: "2px", boxSizing: "border-box",
  }, bar);
  const ticks = html("div", { position: "relative", height: "17px", marginTop: "3px" }, legend);
  const title = html("div", { textAlign: "center" }, legend);

  const numbers = (dataView) =>
    new Float32Array(dataView.buffer.slice(dataView.byteOffset, dataView.byteOffset + dataView.byteLength));

  const colors = () =>
    model.get("look").palette.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));

  const share = (value) => {
    const [low, high] = [model.get("low"), model.get("high")];
    return Math.max(0, Math.min(1, (value - low) / (high - low)));
  };

  function paint() {
    const palette = colors();
    const values = numbers(model.get("values"));
    const [rings, spokes] = [model.get("rings"), model.get("spokes")];
    if (values.length !== rings * spokes) return;
    const inner = rings - 2; // the last of the rings inside the disc
    const at = (ring, spoke) => values[ring * spokes + spoke];
    const between = (x, y) => {
      const radius = Math.hypot(x, y);
      const turn = (Math.abs(Math.atan2(y, x)) / Math.PI) * (spokes - 1);
      const spoke = Math.min(spokes - 2, Math.floor(turn));
      const b = turn - spoke;
      const mix = (ring) => (1 - b) * at(ring, spoke) + b * at(ring, spoke + 1);
      if (radius > 1) return b < 0.5 ? at(rings - 1, spoke) : at(rings - 1, spoke + 1);
      const place = radius * inner;
      const ring = Math.min(inner - 1, Math.floor(place));
      return (1 - (place - ring)) * mix(ring) + (place - ring) * mix(ring + 1);
    };
    const side = canvas.width;
    const unit = RADIUS * scale;
    const raw = new Float32Array(side * side);
    for (let row = 0, k = 0; row < side; row++) {
      for (let column = 0; column < side; column++, k++) {
        raw[k] = between((column + 0.5 - side / 2) / unit, (side / 2 - row - 0.5) / unit);
      }
    }
    const image = new ImageData(side, side);
    const line = model.get("look").ink;
    const ink = [1, 3, 5].map((place) => parseInt(line.slice(place, place + 2), 16));
    for (let row = 0, k = 0; row < side; row++) {
      for (let column = 0; column < side; column++, k++) {
        const out = (Math.hypot(column + 0.5 - side / 2, row + 0.5 - side / 2) / scale) - RADIUS;
        const soft = (from, to) =>
          Math.max(0, Math.min(1, (out - from) * scale + 0.5)) *
          Math.max(0, Math.min(1, (to - out) * scale + 0.5));
        const cover = out <= 1 ? soft(-Infinity, 0) : soft(...RIM);
        if (!cover) continue;
        const along = share(raw[k]) * (palette.length - 1);
        const stop = Math.min(palette.length - 2, Math.floor(along));
        let drawn = 0;
        if (out < 0 && Math.abs(raw[k]) < model.get("high") + LINES / 2) {
          const nearest = Math.round(raw[k] / LINES) * LINES;
          const steep = Math.hypot(raw[k + 1] - raw[k - 1], raw[k + side] - raw[k - side]) / 2;
          const thick = nearest === 0 ? 1.1 * scale : 0.55 * scale;
          const away = Math.abs(raw[k] - nearest) / (steep || 1e-9);
          drawn = Math.max(0, Math.min(1, thick + 0.5 - away)) * (nearest === 0 ? 0.9 : 0.3);
        }
        for (let c = 0; c < 3; c++) {
          const plain = palette[stop][c] + (along - stop) * (palette[stop + 1][c] - palette[stop][c]);
          image.data[4 * k + c] = (1 - drawn) * plain + drawn * ink[c];
        }
        image.data[4 * k + 3] = 255 * cover;
      }
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function dress() {
    const { ink, quiet, paper, palette } = model.get("look");
    edge.setAttribute("stroke", quiet);
    axes.setAttribute("stroke", ink);
    words.forEach((word) => word.setAttribute("fill", quiet));
    ray.setAttribute("stroke", ink);
    partner.setAttribute("fill", ink);
    knob.setAttribute("fill", paper);
    knob.setAttribute("stroke", ink);
    halo.setAttribute("stroke", paper);
    bar.style.background = `linear-gradient(to right, ${palette.join(", ")})`;
    needle.style.background = ink;
    needle.style.border = `1px solid ${paper}`;
    legend.style.color = quiet;
    const [low, high] = [model.get("low"), model.get("high")];
    ticks.replaceChildren();
    for (let value = Math.ceil(low); value <= high; value++) {
      const tick = html("span", {
        position: "absolute", left: `${100 * share(value)}%`, transform: "translateX(-50%)", whiteSpace: "nowrap",
      }, ticks);
      const sign = value < 0 ? "−" : value > 0 ? "+" : "";
      tick.textContent = `${value === high ? "≥ " : ""}${sign}${Math.abs(value)}`;
    }
    title.textContent = model.get("legend");
    field.setAttribute("aria-label", model.get("label"));
  }

  function place() {
    const [radius, angle] = model.get("point");
    const turn = (angle * Math.PI) / 180;
    const x = CENTRE + radius * RADIUS * Math.cos(turn);
    const y = CENTRE - radius * RADIUS * Math.sin(turn);
    for (const circle of [knob, halo]) {
      circle.setAttribute("cx", x);
      circle.setAttribute("cy", y);
    }
    partner.setAttribute("cx", x);
    partner.setAttribute("cy", 2 * CENTRE - y);
    ray.setAttribute("x2", x);
    ray.setAttribute("y2", y);
    field.setAttribute("aria-valuenow", radius);
  }

  function tell() {
    field.setAttribute("aria-valuetext", model.get("spoken"));
    const here = model.get("here");
    needle.style.display = here === null ? "none" : "block";
    if (here !== null) needle.style.left = `${100 * share(here)}%`;
  }

  // Where the hand is, not rounded: many small steps of a key must not be lost to rounding.
  let hand = null;
  function go(x, y) {
    const length = Math.hypot(x, y);
    hand = length > 1 ? [x / length, y / length] : [x, y];
    const radius = Math.round(100 * Math.hypot(...hand)) / 100;
    let angle = Math.round((Math.atan2(hand[1], hand[0]) * 180) / Math.PI);
    if (angle === -180) angle = 180;
    const [was, turned] = model.get("point");
    if (radius === was && (angle === turned || radius === 0)) return;
    model.set("point", [radius, angle]);
    model.save_changes();
  }

  const point = (event) => {
    const box = field.getBoundingClientRect();
    go((event.clientX - box.left - CENTRE) / RADIUS, (box.top + CENTRE - event.clientY) / RADIUS);
  };
  field.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    field.setPointerCapture(event.pointerId);
    field.style.cursor = "grabbing";
    field.focus({ preventScroll: true, focusVisible: false });
    point(event);
    event.preventDefault();
  });
  field.addEventListener("pointermove", (event) => {
    if (field.hasPointerCapture(event.pointerId)) point(event);
  });
  field.addEventListener("lostpointercapture", () => (field.style.cursor = "grab"));
  field.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 0.1 : 0.01;
    const [radius, angle] = model.get("point");
    const turn = (angle * Math.PI) / 180;
    const [x, y] = hand ?? [radius * Math.cos(turn), radius * Math.sin(turn)];
    go(x + step * way[0], y + step * way[1]);
  });

  const moved = () => {
    const [radius, angle] = model.get("point");
    const turn = (angle * Math.PI) / 180;
    // Moved by somebody else: the hand is where the point is.
    if (hand && Math.hypot(hand[0] - radius * Math.cos(turn), hand[1] - radius * Math.sin(turn)) > 0.02) {
      hand = null;
    }
    place();
  };
  const handlers = [
    ["change:point", moved],
    ["change:values", paint],
    ["change:look", paint],
    ["change:look", dress],
    ["change:here", tell],
    ["change:spoken", tell],
  ];
  for (const [name, action] of handlers) model.on(name, action);
  dress();
  paint();
  place();
  tell();
  return () => {
    for (const [name, action] of handlers) model.off(name, action);
  };
}
export default { render };
