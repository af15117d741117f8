import threading

counter = 0
lock = threading.Lock()


def count_hits(n):
    global counter
    for i in range(n):
        if i % 3 != 1:
            with lock:
                counter += 1


threads = [threading.Thread(target=count_hits, args=(4_000_000,)) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(counter)
