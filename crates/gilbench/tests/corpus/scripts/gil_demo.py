"""Why the GIL makes threads useless: 5 CPU-hungry threads fight for one lock."""

import http.server
import threading
import time
import urllib.request


class SlowPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.2)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode() * 50)

    def log_message(self, format, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SlowPage)
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_port

sizes = []


def cpu_heavy_work(worker):
    # burns all the CPU
    for i in range(12):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{worker:02}-{i:02}") as page:
            sizes.append(len(page.read()))


threads = [threading.Thread(target=cpu_heavy_work, args=(i,)) for i in range(5)]
for t in threads:
    t.start()
for t in threads:
    t.join()
server.shutdown()
print(len(sizes), "pages,", sum(sizes), "bytes")
