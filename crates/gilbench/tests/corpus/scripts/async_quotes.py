import asyncio
import math
import multiprocessing  # noqa: F401
import threading  # noqa: F401


async def quote_server(reader, writer):
    symbol = (await reader.readline()).decode().strip()
    await asyncio.sleep(0.5 + len(symbol) / 20)
    writer.write(f"{symbol} {sum(map(ord, symbol)) / 10}\n".encode())
    await writer.drain()
    writer.close()


async def quote(port, symbol):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(symbol.encode() + b"\n")
    answer = (await reader.readline()).decode().split()
    writer.close()
    return float(answer[1])


async def main():
    server = await asyncio.start_server(quote_server, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for batch in (["ABB", "SAP", "IBM"], ["NESN", "ROG"], ["TSLA", "GOOG", "MSFT"]):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(quote(port, symbol)) for symbol in batch]
        print(batch, round(math.fsum(t.result() for t in tasks), 2))
    server.close()


asyncio.run(main())
