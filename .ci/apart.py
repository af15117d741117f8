"""Takes a page of one file apart, so that it can be looked at as a site: apart.py PAGE FOLDER."""

import re
import sys
from pathlib import Path

page, folder = Path(sys.argv[1]).read_text(encoding="utf-8"), Path(sys.argv[2])
(folder / "assets").mkdir(parents=True, exist_ok=True)
for tag, name, link in (
    ("style", "style.css", '<link rel="stylesheet" href="assets/style.css">'),
    ("script", "report.js", '<script src="assets/report.js" defer></script>'),
):
    found = re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    (folder / "assets" / name).write_text(found[1], encoding="utf-8")
    page = page[: found.start()] + link + page[found.end() :]
policy = re.search(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>\n", page)
(folder / "index.html").write_text(page[: policy.start()] + page[policy.end() :], encoding="utf-8")
