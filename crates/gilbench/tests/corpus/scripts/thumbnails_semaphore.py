import zlib
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore

# Do not overload the disk: limit what runs at once.
LIMIT = Semaphore(1)


def picture(n):
    return bytes((i * n ^ i >> 3) & 0xFF for i in range(256)) * 4000


def thumbnail(data):
    with LIMIT:
        small = data[::2]
        return len(zlib.decompress(zlib.compress(small, 9)))


def main():
    pictures = [picture(n) for n in range(1, 9)] * 140
    with ThreadPoolExecutor(max_workers=8) as pool:
        sizes = list(pool.map(thumbnail, pictures))
    print(len(sizes), sum(sizes))


main()
