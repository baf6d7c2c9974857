// What a reader without a session chose, in their own browser; a browser that keeps nothing loses no more than this.
export function kept(name) {
  try { return localStorage.getItem("look-" + name); } catch { return null; }
}

export function keep(name, value) {
  try {
    if (value === "normal" || value === "auto") { localStorage.removeItem("look-" + name); } else { localStorage.setItem("look-" + name, value); }
  } catch { /* the page shows it all the same */ }
}
