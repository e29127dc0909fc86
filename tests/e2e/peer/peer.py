"""A participant that is not ours: LiveKit's Python package joins a session, publishes a picture and a tone, and
prints twice a second, as a line of JSON, what it receives.

Usage: peer.py API SESSION_ID NAME HUE TONE
"""

import asyncio
import colorsys
import json
import sys
import urllib.request

import numpy
from livekit import rtc

WIDTH, HEIGHT, FRAME_RATE = 320, 180, 15
SAMPLE_RATE = 48_000


class Received:
    """What came in so far."""

    def __init__(self):
        self.frames, self.hue, self.moving, self.size = 0, None, False, None
        self.hz, self.level = None, 0.0

    async def watch(self, track):
        before = None
        async for event in rtc.VideoStream(track, format=rtc.VideoBufferType.RGB24):
            frame = event.frame
            pixels = numpy.frombuffer(frame.data, numpy.uint8).reshape(frame.height, frame.width, 3)
            self.frames += 1
            self.size = [frame.width, frame.height]
            red, green, blue = numpy.median(pixels.reshape(-1, 3), axis=0) / 255
            self.hue = round(colorsys.rgb_to_hsv(red, green, blue)[0] * 360)
            if before is not None and before.shape == pixels.shape:
                self.moving = bool((abs(pixels.astype(int) - before) > 24).any(axis=2).mean() > 0.01)
            before = pixels.astype(int)

    async def listen(self, track):
        heard = numpy.zeros(0)
        async for event in rtc.AudioStream(track, sample_rate=SAMPLE_RATE, num_channels=1):
            heard = numpy.concatenate([heard, numpy.frombuffer(event.frame.data, numpy.int16) / 32768])
            if len(heard) >= SAMPLE_RATE // 2:
                strength = abs(numpy.fft.rfft(heard * numpy.hanning(len(heard))))
                self.hz = round(float(strength.argmax()) * SAMPLE_RATE / len(heard))
                self.level = round(float(numpy.sqrt((heard**2).mean())), 4)
                heard = heard[:0]


async def show(source, hue):
    colour = [round(value * 255) for value in colorsys.hsv_to_rgb(hue / 360, 0.8, 0.8)]
    number = 0
    while True:
        pixels = numpy.empty((HEIGHT, WIDTH, 4), numpy.uint8)
        pixels[:] = [*colour, 255]
        left = number * 8 % WIDTH
        pixels[:, left : left + 40, :3] = 255
        source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, pixels.tobytes()))
        number += 1
        await asyncio.sleep(1 / FRAME_RATE)


async def sing(source, hz):
    count, start = SAMPLE_RATE // 100, 0
    while True:
        wave = numpy.sin(2 * numpy.pi * hz * (start + numpy.arange(count)) / SAMPLE_RATE)
        samples = (wave * 8000).astype(numpy.int16).tobytes()
        await source.capture_frame(rtc.AudioFrame(samples, SAMPLE_RATE, 1, count))
        start += count


async def main(api, session_id, name, hue, tone):
    body = json.dumps({"session_id": session_id, "user_name": name}).encode()
    request = urllib.request.Request(f"{api}/live/join", body, {"Content-Type": "application/json"})
    joined = json.load(urllib.request.urlopen(request))

    room, received, tasks = rtc.Room(), Received(), []

    @room.on("track_subscribed")
    def subscribed(track, publication, participant):
        follow = received.watch if track.kind == rtc.TrackKind.KIND_VIDEO else received.listen
        tasks.append(asyncio.create_task(follow(track)))

    await room.connect(joined["server_url"], joined["access_token"])
    picture, sound = rtc.VideoSource(WIDTH, HEIGHT), rtc.AudioSource(SAMPLE_RATE, 1)
    for track, kind in [
        (rtc.LocalVideoTrack.create_video_track("camera", picture), rtc.TrackSource.SOURCE_CAMERA),
        (rtc.LocalAudioTrack.create_audio_track("microphone", sound), rtc.TrackSource.SOURCE_MICROPHONE),
    ]:
        await room.local_participant.publish_track(track, rtc.TrackPublishOptions(source=kind))
    tasks += [asyncio.create_task(show(picture, hue)), asyncio.create_task(sing(sound, tone))]
    while room.isconnected():
        print(json.dumps(vars(received)), flush=True)
        await asyncio.sleep(0.5)
    print(json.dumps({"disconnected": True}), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    api, session_id, name, hue, tone = sys.argv[1:]
    asyncio.run(main(api, session_id, name, float(hue), float(tone)))
