import re
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shop(BaseHTTPRequestHandler):
    """Stands in for the real shop."""

    def do_GET(self):
        time.sleep(0.04)
        n = int(self.path.rsplit("/", 1)[1])
        html = f"<html><h1>Item {n}</h1><span class=price>{n * 3 % 97}.50 EUR</span></html>"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(html.encode())

    def log_message(self, *a):
        pass


shop = ThreadingHTTPServer(("localhost", 0), Shop)
threading.Thread(target=shop.serve_forever, daemon=True).start()

url = "http://localhost:%d/item/" % shop.server_port
total = 0.0
for n in range(55):
    page = urllib.request.urlopen(url + str(n)).read().decode()
    price = re.search(r"price>([\d.]+)", page)
    if price:
        total += float(price.group(1))

print("total:", total)
