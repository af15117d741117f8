import multiprocessing


def check(line, bad):
    fields = line.split(";")
    if len(fields) != 3 or not fields[0].isdigit():
        with bad.get_lock():
            bad.value += 1


if __name__ == "__main__":
    bad = multiprocessing.Value("i", 0)
    lines = [f"{i};name{i};x" if i % 9 else f"?{i};name" for i in range(1800)]
    jobs = []
    for line in lines:
        job = multiprocessing.Process(target=check, args=(line, bad))
        job.start()
        jobs.append(job)
        if len(jobs) == 4:
            for job in jobs:
                job.join()
            jobs = []
    for job in jobs:
        job.join()
    print("bad lines:", bad.value)
