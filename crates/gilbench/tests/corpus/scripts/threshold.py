# Turns a (fake) RGB photo into black and white, one strip per thread.
import threading

W, H = 2400, 3200

photo = bytearray(
    (x * 7 + y * 13 + c * 50) & 0xFF for y in range(200) for x in range(W) for c in range(3)
)
out = bytearray(W * H)


def strip(y0, y1):
    for y in range(y0, y1):
        row = (y % 200) * W * 3
        for x in range(W):
            p = row + x * 3
            lum = (299 * photo[p] + 587 * photo[p + 1] + 114 * photo[p + 2]) // 1000
            out[y * W + x] = 255 if lum > 127 else 0


n = 4
step = H // n
threads = []
for k in range(n):
    t = threading.Thread(target=strip, args=(k * step, (k + 1) * step))
    t.start()
    threads.append(t)
for t in threads:
    t.join()

print("white pixels:", out.count(255))
