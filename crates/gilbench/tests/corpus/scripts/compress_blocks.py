# gzip-like: compress a log in blocks; threads are of no use in Python, but let's try
import threading
import zlib

lines = b"".join(
    b"%08d GET /item/%d?ref=%d 200 %dms\n" % (i, i * 7919 % 10007, i % 13, i * 31 % 977)
    for i in range(130_000)
)
data = lines * 18
BLOCK = 1 << 20
blocks = [data[i : i + BLOCK] for i in range(0, len(data), BLOCK)]
compressed = [b""] * len(blocks)


def work(first, step):
    for i in range(first, len(blocks), step):
        compressed[i] = zlib.compress(blocks[i], 9)


threads = [threading.Thread(target=work, args=(k, 2)) for k in range(2)]
[t.start() for t in threads]
[t.join() for t in threads]
assert zlib.decompress(compressed[0]) == blocks[0]
print(f"{len(data)} bytes in {len(blocks)} blocks")
