// Counts what was asked and how it went, and where the time was spent.

const LONGEST = 400;

/** @param {(line: string) => void} say */
export const tally = (say = console.log) => {
  let passed = 0;
  let failed = 0;
  const notes = new Map();
  const seconds = new Map();
  return {
    /** One question about one page. `detail` is shown when the answer is no. */
    check(ok, what, detail = "") {
      if (ok) {
        passed += 1;
        return;
      }
      failed += 1;
      const text = String(detail).replace(/\s+/g, " ");
      say(`FAILED ${what}${text ? `: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}` : ""}`);
    },
    /** The same for a list of troubles, which should be empty. */
    none(troubles, what, separator = " | ") {
      const more = troubles.length > 4 ? `${separator}and ${troubles.length - 4} more` : "";
      this.check(troubles.length === 0, what, troubles.slice(0, 4).join(separator) + more);
    },
    /** Something that could not be asked: counted neither way, and said once for all pages. */
    note(what) {
      notes.set(what, (notes.get(what) ?? 0) + 1);
    },
    /** Runs a part and adds its time to those of the same name. */
    async timed(part, work) {
      const began = performance.now();
      try {
        return await work();
      } finally {
        seconds.set(part, (seconds.get(part) ?? 0) + (performance.now() - began) / 1000);
      }
    },
    /** Prints notes, times and, last, the count. */
    close(header) {
      for (const [what, times] of notes) say(`not asked: ${what}${times > 1 ? ` (${times} times)` : ""}`);
      const parts = [...seconds].sort(([, a], [, b]) => b - a).map(([part, took]) => `${part} ${took.toFixed(1)} s`);
      say(`time, with tabs side by side counted each: ${parts.join(", ")}`);
      say(header);
      say(`${passed} passed, ${failed} failed`);
      return failed === 0;
    },
  };
};
