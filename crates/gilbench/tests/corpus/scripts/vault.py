import hashlib
import threading


class PasswordVault:
    def __init__(self):
        self._lock = threading.Lock()
        self._hashes = {}

    def add(self, user, password):
        with self._lock:  # the dict must not be changed by two threads at once
            digest = hashlib.pbkdf2_hmac("sha256", password.encode(), user.encode(), 100_000)
            self._hashes[user] = digest.hex()

    def get(self, user):
        with self._lock:
            return self._hashes[user]


vault = PasswordVault()


def register(first):
    for n in range(first, first + 30):
        vault.add(f"user{n}", f"secret{n * n}")


threads = [threading.Thread(target=register, args=(i * 30,)) for i in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(vault.get("user7")[:12], vault.get("user119")[:12])
