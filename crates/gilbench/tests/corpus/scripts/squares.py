from concurrent.futures import ProcessPoolExecutor


def square(x):
    return x * x


def main():
    numbers = range(32_000)
    # map is faster than a loop because it uses all CPUs
    with ProcessPoolExecutor() as executor:
        results = list(executor.map(square, numbers))
    print(sum(results))


if __name__ == "__main__":
    main()
