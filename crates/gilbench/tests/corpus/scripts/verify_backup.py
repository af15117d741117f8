import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
archive = [bytes([n]) * (3 << 20) for n in range(24)]


def digest(part):
    h = hashlib.blake2b()
    for _ in range(32):
        h.update(part)
    return h.hexdigest()


with ThreadPoolExecutor(threads) as pool:
    digests = list(pool.map(digest, archive))
print(len(set(digests)), digests[0][:10])
