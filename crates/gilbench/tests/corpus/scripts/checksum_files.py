import concurrent.futures
import hashlib
import os
import tempfile


def sha(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        for _ in range(160):
            f.seek(0)
            while True:
                block = f.read(1 << 20)
                if not block:
                    break
                digest.update(block)
    return digest.hexdigest()


with tempfile.TemporaryDirectory() as folder:
    paths = []
    for i in range(8):
        path = os.path.join(folder, f"part-{i}.bin")
        with open(path, "wb") as f:
            f.write(bytes([i, i + 1, i * 2, 255 - i]) * (4 << 20 >> 2))
        paths.append(path)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        for path, digest in zip(paths, pool.map(sha, paths)):
            print(os.path.basename(path), digest[:16])
