"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const panel = document.getElementById("panel");
  const score = document.getElementById("score");
  const svgName = "http://www.w3.org/2000/svg";
  const byId = new Map(data.notes.map((note) => [note.id, note]));
  const given = new Map(data.given_notes.map((note) => [note.id, note]));
  const names = data.voices.map((voice) => voice.role);
  const constraints = {
    range: "out of the voice's range, or too far from the key",
    syntax: "not allowed by the grammar here",
    novelty: "would copy twelve changes of sonority from the corpus",
  };
  let chosen = null;

  const title = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const pitch = (text) => text.replace(/^([A-G])##/, "$1𝄪").replace(/^([A-G])bb/, "$1𝄫")
    .replace("#", "♯").replace(/^([A-G])b/, "$1♭");
  const signs = (text) => text.replace(/\b([A-G])##/g, "$1𝄪").replace(/\b([A-G])#(?=\d)/g, "$1♯").replace(/\b([A-G])b(?=\d)/g, "$1♭");
  const percent = (chance) => chance >= 0.0995 ? `${Math.round(100 * chance)} %` : chance >= 0.001
    ? `${(100 * chance).toFixed(1)} %` : "< 0.1 %";
  const oneIn = (nats) => {
    const count = Math.exp(nats);
    return count < 9.5 ? count.toFixed(1).replace(/\.0$/, "") : Math.round(count).toLocaleString("en");
  };
  const likely = (nats) => nats < 0.105 ? "nearly certain" : `one chance in ${oneIn(nats)}`;
  const bits = (nats) => (nats / Math.LN2).toFixed(1);
  const measure = (index) => data.measures[index].number;
  const place = (spot) => `measure ${measure(spot.measure)}, beat ${spot.beat}`;
  const list = (words) => words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
  const times = (nats) => {
    const factor = Math.exp(Math.abs(nats));
    return `${factor < 10 ? factor.toFixed(1) : Math.round(factor)} times ${nats > 0 ? "less" : "more"} likely`;
  };

  function make(tag, name, ...inside) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...inside.filter((part) => part !== null && part !== undefined));
    return element;
  }

  function called(option, note) {
    if (option.kind === "rest") return "rest";
    if (option.kind === "hold") return "hold";
    return pitch(option.pitch);
  }

  function section(heading, ...inside) {
    return [make("h3", "", heading), ...inside.filter((part) => part !== null)];
  }

  function optionRow(option, index, note) {
    const track = make("div", "track", make("i"));
    track.firstChild.style.width = `${100 * option.chance}%`;
    const remarks = make("div", "notes");
    for (const fault of option.breaks) {
      remarks.append(make("div", fault.severity, signs(fault.message)));
    }
    for (const fault of option.mends) {
      remarks.append(make("div", "", `would remove: ${signs(fault.message)}`));
    }
    for (const name of option.forbidden_by) {
      remarks.append(make("div", "", `excluded: ${reason(name, option)}`));
    }
    if (option.cost >= 0.05) {
      remarks.append(make("div", "", `voice-leading cost: ${percent(1 - Math.exp(-option.cost))} of its chance`));
    }
    const row = make("li", `option${index === note.chosen ? " chosen" : ""}`,
      make("span", "name", called(option, note)), track, make("span", "share", percent(option.chance)));
    if (remarks.childNodes.length) row.append(remarks);
    return row;
  }

  function reason(name, option) {
    if (name !== "time") return constraints[name] || name;
    return option.kind === "hold" ? "a voice had to move here, and this was the last one" : "too short to begin here";
  }

  function ban(entry) {
    const words = list(entry.likeliest.map((option) => called(option)));
    return make("li", "", `${title(reason(entry.constraint, entry.likeliest[0]))}: ${words}`,
      make("span", "small", ` (${percent(entry.chance)} of the total probability)`));
  }

  const nonChordTones = {
    passing: "Passing note in", neighbour: "Neighbour note in", suspension: "Suspension over", pedal: "Pedal note under",
    appoggiatura: "Appoggiatura over", escape: "Escape note after", held: "Held over, non-chord tone in", free: "Non-chord tone in",
  };

  function role(entry) {
    const what = entry.is_member ? `The ${entry.name} of` : nonChordTones[entry.name] || "Non-chord tone in";
    return `${what} ${entry.numeral} (${pitch(entry.chord)}) in ${pitch(entry.key)}`;
  }

  function roles(note) {
    const texts = [];
    for (const entry of note.roles) {
      const text = role(entry);
      if (texts.at(-1) !== text) texts.push(text);
    }
    return texts.map((text, index) => make("p", "", index ? `then ${text.charAt(0).toLowerCase()}${text.slice(1)}` : text));
  }

  function strip(note) {
    const above = Math.max(0.05, ...note.measures);
    const below = Math.max(0.02, ...note.measures.map((nats) => -nats));
    const every = Math.ceil(note.measures.length / 18);
    const row = make("div", "strip");
    note.measures.forEach((nats, index) => {
      const up = make("span", "up", make("i"));
      const down = make("span", "down", make("i"));
      up.style.flexGrow = above / (above + below);
      down.style.flexGrow = below / (above + below);
      up.firstChild.style.height = `${100 * Math.max(0, nats) / above}%`;
      down.firstChild.style.height = `${100 * Math.max(0, -nats) / below}%`;
      const isNamed = index === note.measure || (index % every === 0 && Math.abs(index - note.measure) >= every);
      const button = make("button", index === note.measure ? "here" : "", up, down,
        make("span", "number", isNamed ? measure(index) : ""));
      button.type = "button";
      button.title = `without measure ${measure(index)}: ${times(nats)}`;
      button.setAttribute("aria-label", button.title);
      button.addEventListener("click", () => showMeasure(index));
      row.append(button);
    });
    return row;
  }

  function strongest(note) {
    return note.measures.map((nats, index) => [index, nats]).filter(([, nats]) => Math.abs(nats) >= 0.05)
      .sort((one, other) => Math.abs(other[1]) - Math.abs(one[1])).slice(0, 3);
  }

  function link(text, id) {
    if (!id) return document.createTextNode(text);
    const button = make("button", "go", text);
    button.type = "button";
    button.addEventListener("click", () => byId.has(id) ? choose(id) : scrollTo(id));
    return button;
  }

  function after(note) {
    if (!note.after.length) return make("p", "small", "The first voice to be chosen in its slice.");
    const earlier = note.after.map((voice) => names[voice] + (data.measures[note.measure].given[voice] ? " (given)" : ""));
    const chosenBefore = note.after.some((voice) => !data.measures[note.measure].given[voice]);
    const text = `Chosen after ${list(earlier)}.`;
    return make("p", "small", chosenBefore ? `${text} Without the other voices of the slice that were not given: one chance in ${oneIn(note.alone_nats)}.` : text);
  }

  function show(note) {
    const parts = [
      make("h2", "", `${title(names[note.voice])}: ${pitch(note.pitch)}`),
      make("p", "where", title(place(note))),
      ...roles(note),
      make("p", "figure", `${percent(Math.exp(-note.nats))} – ${likely(note.nats)} (${bits(note.nats)} bits)`),
      after(note),
      ...section("Alternatives, and the rules they break", make("ul", "", ...note.options.map((option, index) => optionRow(option, index, note)))),
    ];
    if (note.findings.length) {
      parts.push(...section("Faults in the score", make("ul", "", ...note.findings.map((fault) => make("li", fault.severity, title(signs(fault.message)))))));
    }
    if (note.bans.length) {
      parts.push(...section("Excluded by constraints", make("ul", "", ...note.bans.map(ban))));
    }
    const best = strongest(note);
    parts.push(...section("Measures it depends on", strip(note),
      make("p", "small", "Up: supports the note. Down, in grey: counts against it."),
      make("ul", "", ...best.map(([index, nats]) => {
        const button = make("button", "go", `Without ${index === note.measure ? "the rest of its own measure" : `measure ${measure(index)}`}: ${times(nats)}`);
        button.type = "button";
        button.addEventListener("click", () => showMeasure(index));
        return make("li", "", button);
      })),
      best.length ? null : make("p", "small", "No single measure changes its probability by more than a twentieth.")));
    if (note.sources.length) {
      parts.push(...section("Copied from", make("ul", "", ...note.sources.map((source) =>
        make("li", "", link(title(place(source)), source.id), make("span", "small", ` (increases its probability by a factor of ${Math.exp(source.nats).toFixed(1)})`))))));
    }
    if (note.given_notes.length) {
      parts.push(...section("Given notes it depends on", make("ul", "", ...note.given_notes.map((entry) => {
        const other = given.get(entry.id);
        return make("li", "", link(`${title(names[other.voice])} ${pitch(other.pitch)}, ${place(other)}`, entry.id),
          make("span", "small", ` – without it ${times(entry.nats)}`));
      }))));
    }
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
  }

  function heads(id) {
    const found = [];
    for (let number = 0; ; number += 1) {
      const element = document.getElementById(number ? `${id}-${number}` : id);
      if (!element) return found;
      found.push(element);
    }
  }

  function centre(element) {
    const head = element.querySelector(".notehead") || element;
    const box = head.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width };
  }

  function halo(id, name) {
    for (const element of heads(id)) {
      const head = element.querySelector(".notehead") || element;
      const box = head.getBBox();
      const ring = document.createElementNS(svgName, "circle");
      ring.setAttribute("class", `halo ${name}`);
      ring.setAttribute("cx", box.x + box.width / 2);
      ring.setAttribute("cy", box.y + box.height / 2);
      ring.setAttribute("r", box.width * (name ? 1.05 : 1.3));
      ring.setAttribute("stroke-width", box.width * (name ? 0.12 : 0.22));
      head.parentNode.append(ring);
    }
  }

  const measures = [...score.querySelectorAll("g.measure")];

  function markMeasure(index) {
    const element = measures[index];
    if (!element) return;
    const staves = [...element.querySelectorAll(":scope > g.staff")];
    const boxes = staves.map((staff) => staff.querySelector("path")).filter(Boolean).map((path) => path.getBBox());
    const lasts = staves.map((staff) => [...staff.querySelectorAll(":scope > path")].at(-1)).filter(Boolean).map((path) => path.getBBox());
    if (!boxes.length) return;
    const margin = boxes[0].width * 0.004 + 120;
    const top = boxes[0].y - margin;
    const mark = document.createElementNS(svgName, "rect");
    mark.setAttribute("class", "measure-mark");
    mark.setAttribute("x", boxes[0].x);
    mark.setAttribute("y", top);
    mark.setAttribute("width", boxes[0].width);
    mark.setAttribute("height", lasts.at(-1).y + margin - top);
    element.prepend(mark);
  }

  function clear() {
    for (const element of score.querySelectorAll(".halo, .measure-mark")) element.remove();
  }

  function intoView(element) {
    const box = element.getBoundingClientRect();
    const low = getComputedStyle(panel).position === "fixed" ? window.innerHeight - panel.offsetHeight : window.innerHeight;
    if (box.top < 40 || box.bottom > low - 40) {
      window.scrollTo({ top: window.scrollY + box.top - low / 2, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    }
  }

  function scrollTo(id) {
    const [element] = heads(id);
    if (element) intoView(element);
  }

  function showMeasure(index) {
    if (measures[index]) intoView(measures[index]);
  }

  function choose(id) {
    const note = byId.get(id);
    if (!note) return;
    chosen = id;
    clear();
    for (const [index] of strongest(note)) markMeasure(index);
    for (const entry of note.given_notes.slice(0, 3)) halo(entry.id, "given-halo");
    for (const source of note.sources) if (source.id) halo(source.id, "source");
    halo(id, "");
    show(note);
    const [element] = heads(id);
    if (element) intoView(element);
    history.replaceState(null, "", `#${id}`);
  }

  function nearest(x, y) {
    let best = null;
    let reach = 40;
    for (const element of score.querySelectorAll("g.note")) {
      const id = element.id.replace(/-\d+$/, "");
      if (!byId.has(id)) continue;
      const spot = centre(element);
      const away = Math.hypot(spot.x - x, spot.y - y);
      if (away < reach) [best, reach] = [id, away];
    }
    return best;
  }

  function along(step) {
    const note = byId.get(chosen);
    const line = data.notes.filter((other) => other.voice === note.voice).sort((one, other) => one.onset - other.onset);
    return line[line.indexOf(note) + step];
  }

  function across(step) {
    const note = byId.get(chosen);
    for (let voice = note.voice + step; voice >= 0 && voice < names.length; voice += step) {
      const line = data.notes.filter((other) => other.voice === voice);
      const sounding = line.filter((other) => other.onset <= note.onset && note.onset < other.onset + other.duration);
      if (sounding.length) return sounding[0];
    }
    return undefined;
  }

  score.addEventListener("click", (event) => {
    const id = nearest(event.clientX, event.clientY);
    if (id) choose(id);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const moves = { ArrowRight: () => along(1), ArrowLeft: () => along(-1), ArrowUp: () => across(-1), ArrowDown: () => across(1) };
    const move = moves[event.key];
    if (!move || !data.notes.length) return;
    if (!chosen && event.key === "ArrowUp") return;
    const note = chosen ? move() : data.notes[0];
    event.preventDefault();
    if (note) choose(note.id);
  });

  for (const [id, note] of byId) {
    for (const element of heads(id)) {
      const tip = document.createElementNS(svgName, "title");
      tip.textContent = `${title(names[note.voice])} ${pitch(note.pitch)}: one chance in ${oneIn(note.nats)}`;
      element.prepend(tip);
    }
  }
  if (location.hash && byId.has(location.hash.slice(1))) choose(location.hash.slice(1));
})();
