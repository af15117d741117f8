import asyncio
import contextlib
import sqlite3

SCHEMA = """
create table note (id integer primary key, author text, body text, stars integer);
create table tag (name text);
"""


class Notes:
    def __init__(self):
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.executescript(SCHEMA)
        rows = ((f"a{i % 97}", f"note {i} " + "x" * (i % 50), i % 6) for i in range(60_000))
        self.db.executemany("insert into note (author, body, stars) values (?, ?, ?)", rows)
        self.db.executemany("insert into tag values (?)", [(c * 3,) for c in "abcdefgxyz"])

    async def search(self, text):
        query = """
            select count(*), sum(stars) from note, tag
            where body like ? and body like '%' || tag.name || '%' and length(body) > 12
        """
        return self.db.execute(query, (f"%{text}%",)).fetchone()


async def visitor(notes, n):
    found = 0
    for page in range(4):
        await asyncio.sleep(0.001)
        count, _stars = await notes.search(f"{page}% {'x' * n}")
        found += count
    return found


async def main():
    notes = Notes()
    with contextlib.closing(notes.db):
        print(sum(await asyncio.gather(*(visitor(notes, n) for n in range(16)))))


if __name__ == "__main__":
    asyncio.run(main())
