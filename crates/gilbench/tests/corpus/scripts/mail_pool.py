"""Sends a newsletter with a pool of processes ("for full parallelism on all cores")."""

import multiprocessing as mp
import socket
import threading
import time


def fake_smtp(listener):
    def session(conn):
        with conn:
            mail = conn.recv(4096)
            time.sleep(0.25)
            conn.sendall(b"250 OK %d" % len(mail))

    while True:
        conn, _ = listener.accept()
        threading.Thread(target=session, args=(conn,), daemon=True).start()


def send(args):
    port, to = args
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(f"To: {to}\r\nSubject: News\r\n\r\nHello {to}".encode())
        return int(s.recv(100).split()[-1])


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = listener.getsockname()[1]
    threading.Thread(target=fake_smtp, args=(listener,), daemon=True).start()

    readers = [f"reader{i}@example.org" for i in range(32)]
    with mp.get_context("fork").Pool(4) as pool:
        sizes = pool.map(send, [(port, r) for r in readers])
    print(len(sizes), "mails,", sum(sizes), "bytes")
