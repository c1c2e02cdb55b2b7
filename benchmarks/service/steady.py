"""A client that asks at a steady rate, whether or not the answers keep up.

A client that waits for each answer before it asks again hides the waiting of a slow server; here a
request's time counts from when it was due.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Steady:
    """Result: requests, those that were no success, and their times in milliseconds."""

    requests: int
    failures: int
    p50_ms: float
    p99_ms: float


def ask_steadily(
    address: str, bodies: Sequence[bytes], *, per_second: float, seconds: float, connections: int
) -> Steady:
    """Ask so many times a second over some connections."""
    return asyncio.run(_ask(address, bodies, per_second, seconds, connections))


async def _ask(
    address: str, bodies: Sequence[bytes], per_second: float, seconds: float, connections: int
) -> Steady:
    parts = urlsplit(address)
    due: asyncio.Queue[float | None] = asyncio.Queue()
    times: list[float] = []
    failures = 0

    async def connection() -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while (moment := await due.get()) is not None:
            body = random.choice(bodies)  # noqa: S311 - no secret
            writer.write(
                b"POST %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                b"content-length: %d\r\n\r\n%s" % (parts.path.encode(), len(body), body)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
            await reader.readexactly(int(length))
            failures += not head.startswith(b"HTTP/1.1 200")
            times.append(time.perf_counter() - moment)
        writer.close()

    asking = [asyncio.create_task(connection()) for _ in range(connections)]
    began = time.perf_counter()
    for number in range(int(per_second * seconds)):
        moment = began + number / per_second
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        due.put_nowait(moment)
    for _ in asking:
        due.put_nowait(None)
    await asyncio.gather(*asking)
    times.sort()
    return Steady(
        len(times),
        failures,
        1000 * times[len(times) // 2],
        1000 * times[int(len(times) * 0.99)],
    )
