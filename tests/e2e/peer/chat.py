"""A participant that is not ours and only chats: LiveKit's Python package joins a session, writes what the lines of a
file say (JSON: text and to, or legacy; the file grows), and prints what it hears, as lines of JSON.

Usage: chat.py API SESSION_ID NAME FILE
"""

import asyncio
import json
import sys
import urllib.request

from livekit import rtc

TOPIC = "lk.chat"


def tell(**what):
    print(json.dumps(what), flush=True)


async def main(api, session_id, name, script):
    body = json.dumps({"session_id": session_id, "user_name": name}).encode()
    request = urllib.request.Request(f"{api}/live/join", body, {"Content-Type": "application/json"})
    joined = json.load(urllib.request.urlopen(request))
    room, tasks = rtc.Room(), set()

    async def read(reader, identity):
        text = await reader.read_all()
        tell(id=reader.info.stream_id, sender=identity, text=text, attributes=reader.info.attributes)

    def heard(reader, identity):
        task = asyncio.create_task(read(reader, identity))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    room.register_text_stream_handler(TOPIC, heard)
    await room.connect(joined["server_url"], joined["access_token"])
    tell(identity=room.local_participant.identity)
    done = 0
    while room.isconnected():
        with open(script) as lines:
            todo = lines.read().splitlines()[done:]
        for line in todo:
            done += 1
            what = json.loads(line)
            if "legacy" in what:
                await room.local_participant.publish_data(json.dumps(what["legacy"]), topic="lk-chat-topic")
            else:
                to = [what["to"]] if "to" in what else []
                await room.local_participant.send_text(what["text"], topic=TOPIC, destination_identities=to)
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
