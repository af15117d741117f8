import threading

total = 0
lock = threading.Lock()


def add(n):
    global total
    with lock:
        total += n


for start in range(0, 25_000, 10):
    batch = [threading.Thread(target=add, args=(n,)) for n in range(start, start + 10)]
    for t in batch:
        t.start()
    for t in batch:
        t.join()

print(total)
