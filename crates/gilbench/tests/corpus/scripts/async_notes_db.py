import asyncio
import contextlib
import sqlite3

SCHEMA = "create table note (id integer primary key, author text, body text, stars integer)"


class Notes:
    def __init__(self):
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.execute(SCHEMA)
        rows = ((f"a{i % 97}", f"note {i} " + "x" * (i % 50), i % 6) for i in range(120_000))
        self.db.executemany("insert into note (author, body, stars) values (?, ?, ?)", rows)

    async def search(self, text):
        query = "select count(*), sum(stars) from note where body like ? and length(body) > 12"
        return self.db.execute(query, (f"%{text}%",)).fetchone()


async def visitor(notes, n):
    found = 0
    for page in range(4):
        await asyncio.sleep(0.001)
        count, _stars = await notes.search(f"{n}{page}")
        found += count
    return found


async def main():
    notes = Notes()
    with contextlib.closing(notes.db):
        print(sum(await asyncio.gather(*(visitor(notes, n) for n in range(70)))))


if __name__ == "__main__":
    asyncio.run(main())
