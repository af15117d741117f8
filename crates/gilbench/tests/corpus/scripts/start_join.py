import threading

results = []


def simulate(name, seed, steps=6_500_000):
    # SIR model, by Euler's method
    s, i, r = 990.0 - seed, 10.0 + seed, 0.0
    dt = 0.00003
    for _ in range(steps):
        infected = 0.0004 * s * i * dt
        recovered = 0.1 * i * dt
        s -= infected
        i += infected - recovered
        r += recovered
    results.append((name, round(r, 3)))


# run the four regions in parallel
for seed, region in enumerate(["north", "east", "south", "west"]):
    t = threading.Thread(target=simulate, args=(region, seed))
    t.start()
    t.join()

for name, recovered in results:
    print(name, recovered)
