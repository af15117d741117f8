// Valid HTML and CSS by the Nu Html Checker, all files in one start of its Java machine.

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { relative, resolve } from "node:path";

const jar = createRequire(import.meta.url).resolve("vnu-jar/build/dist/vnu.jar");

/** Properties of SVG 2 and CSS Fill and Stroke that the checker's list of CSS properties lacks. */
const UNKNOWN_TO_IT = /^CSS: “(paint-order|vector-effect)”: Property “\1” doesn't exist\.$/;

/** Asks about every file, one question each. */
export const askMarkup = async (tally, site, files) => {
  let messages;
  try {
    const { stderr } = await promisify(execFile)(
      "java",
      ["-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar, "--also-check-css", "--no-langdetect",
        "--errors-only", "--exit-zero-always", "--format", "json", ...files.map((file) => resolve(site, file))],
      { maxBuffer: 1 << 28 },
    );
    ({ messages } = JSON.parse(stderr));
  } catch (error) {
    tally.check(false, "the Nu Html Checker runs (it needs a Java runtime, 17 or later)", error.message);
    return;
  }
  const wrong = new Map(files.map((file) => [file, []]));
  for (const { url, message, lastLine, extract } of messages) {
    if (UNKNOWN_TO_IT.test(message)) continue;
    const file = url ? relative(site, fileURLToPath(url)) : files[0];
    if (!wrong.has(file)) wrong.set(file, []);
    wrong.get(file).push(`line ${lastLine}: ${message} ${(extract ?? "").trim().slice(0, 60)}`);
  }
  for (const [file, troubles] of wrong) tally.none(troubles, `${file}: valid`);
};
