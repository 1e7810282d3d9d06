// What a keyboard and paper need of every page: a box that scrolls can be reached with Tab, and
// hints and solutions are open when the page is printed.

(() => {
  "use strict";
  const BOXES = "pre, .math, mjx-container, .pst-scrollable-table-container";

  function reachable() {
    for (const box of document.querySelectorAll(`article :is(${BOXES})`)) {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      if (scrolls && !box.hasAttribute("tabindex")) {
        box.tabIndex = 0;
        box.dataset.scrolls = "";
      } else if (!scrolls && "scrolls" in box.dataset) {
        box.removeAttribute("tabindex");
        delete box.dataset.scrolls;
      }
    }
  }

  function open() {
    for (const part of document.querySelectorAll("article details:not([open])")) {
      part.open = true;
      part.dataset.printed = "";
    }
  }

  function close() {
    for (const part of document.querySelectorAll("details[data-printed]")) {
      part.open = false;
      delete part.dataset.printed;
    }
  }

  addEventListener("load", () => {
    reachable();
    globalThis.MathJax?.startup?.promise?.then(reachable);
    document.fonts?.ready.then(reachable);
  });
  addEventListener("resize", reachable);
  addEventListener("beforeprint", open);
  addEventListener("afterprint", close);
})();
