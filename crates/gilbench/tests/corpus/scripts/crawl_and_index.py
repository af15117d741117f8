"""Fetch pages from a local server and index their words.

Crawling is network bound, so a thread pool is all it takes.
"""

import http.server
import multiprocessing
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor

PAGES = 130
WORD = re.compile(r"[a-z]+")


class Site(http.server.BaseHTTPRequestHandler):
    BODY = " ".join(
        f"<p>page about threads {i} and locks {i % 7}</p>" for i in range(6000)
    ).encode()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.BODY)))
        self.end_headers()
        self.wfile.write(self.BODY)

    def log_message(self, *args):
        pass


def serve(pipe):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    pipe.send(server.server_address[1])
    server.serve_forever()


def index(url):
    with urllib.request.urlopen(url) as response:
        html = response.read().decode()
    positions = {}
    for i, match in enumerate(WORD.finditer(html)):
        word = match.group()
        positions.setdefault(word, []).append(i)
    score = 0
    for word, found in positions.items():
        for a, b in zip(found, found[1:]):
            score += (b - a) * len(word) % 11
    return score


if __name__ == "__main__":
    ours, theirs = multiprocessing.Pipe()
    site = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    site.start()
    base = f"http://127.0.0.1:{ours.recv()}"
    with ThreadPoolExecutor(max_workers=8) as pool:
        scores = list(pool.map(index, [f"{base}/{n}" for n in range(PAGES)]))
    print(len(scores), sum(scores))
    site.terminate()
