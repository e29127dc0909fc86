"""A participant that is not ours, with the media connection that LiveKit waits for before it counts somebody: LiveKit's
Python package is in a room until its standard input ends, and leaves it in order.

Usage: peer.py SERVER_URL TOKEN
"""

import asyncio
import sys

from livekit import rtc


async def main(url, token):
    room = rtc.Room()
    await room.connect(url, token)
    print("in", flush=True)
    gone = asyncio.Event()
    room.on("disconnected", lambda *_: gone.set())
    over = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await asyncio.wait([asyncio.ensure_future(gone.wait()), over], return_when=asyncio.FIRST_COMPLETED)
    await room.disconnect()
    print("out", flush=True)


asyncio.run(main(*sys.argv[1:]))
