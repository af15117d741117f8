"""A login server, and fifty clients that want to log in and be greeted."""

import asyncio
import hashlib


async def handle(reader, writer):
    user, password = (await reader.readline()).decode().split()
    key = hashlib.scrypt(password.encode(), salt=user.encode(), n=2**14, r=8, p=1)
    writer.write(key[:4].hex().encode() + b"\n")
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def client(port, n):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"user{n} secret{n}\n".encode())
    answer = await reader.readline()
    writer.close()
    return int(answer, 16)


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        keys = await asyncio.gather(*(client(port, n) for n in range(90)))
    print(f"{len(keys)} logins, {sum(keys) % 2**32:08x}")


asyncio.run(main())
