// What is folded and when: a phone folds what takes many screens, and paper, which cannot be clicked, nothing.
"use strict";

(() => {
  // Open as they come, so that without a script everything can be read.
  const large = Array.from(document.querySelectorAll("details.large"));
  const narrow = window.matchMedia("screen and (max-width: 40rem)");
  const fold = () => {
    for (const details of large) details.open = !narrow.matches;
  };
  narrow.addEventListener("change", fold);
  fold();

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of opened) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });
})();
