"""A drawn scene and a quiet tone as a short MP4: real video for tests, with no footage to license.

The file is what a newsroom would upload: H.264 in yuv420p at 640 x 360 and 25 frames a second, AAC at 48
kHz, and the index at the front, so that a browser starts playing before it has the whole file.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path

import av

from media.scenes import FRAME_RATE, HEIGHT, SCENES, WIDTH, Picture

SAMPLE_RATE = 48_000
SAMPLES_PER_FRAME = 1024  # what AAC takes at once
PITCHES = {"ski-lines": 330, "lanterns": 262, "skating-circles": 392}


def generate(path: Path, scene: str, seconds: int = 7) -> Path:
    """Write `scene` (a name in `media.scenes.SCENES`), `seconds` whole seconds long, to `path` and return
    the path.

    The same scene and length give the same bytes with the same PyAV. An existing file is replaced. KeyError
    for an unknown scene, ValueError for less than a second.
    """
    if seconds < 1:
        raise ValueError(f"A video lasts at least one second, not {seconds}.")
    pictures = SCENES[scene](seconds * FRAME_RATE)
    # One encoding thread: with more, the bytes would depend on how many processors the machine has.
    options = {"preset": "veryfast", "crf": "24", "threads": "1"}
    flags = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(path, "w", format="mp4", options=flags) as container:
        video = container.add_stream("libx264", rate=FRAME_RATE, options=options)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.gop_size = 2 * FRAME_RATE  # a place to seek to every two seconds
        audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        audio.bit_rate = 64_000
        # Together, so that picture and sound lie side by side in the file.
        for image, sound in zip_longest(_images(pictures), _tone(PITCHES[scene], seconds)):
            if image is not None:
                container.mux(video.encode(image))
            if sound is not None:
                container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


def _images(pictures: Iterator[Picture]) -> Iterator[av.VideoFrame]:
    for number, picture in enumerate(pictures):
        image = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane, pixels in zip(image.planes, (picture.y, picture.u, picture.v), strict=True):
            plane.update(_padded(pixels, plane.width, plane.line_size))
        image.pts = number
        image.time_base = Fraction(1, FRAME_RATE)
        yield image


def _padded(pixels: bytearray, width: int, line_size: int) -> bytes:
    """The rows of a plane, each as long as FFmpeg lays it out on this processor."""
    if line_size == width:
        return bytes(pixels)
    gap = bytes(line_size - width)
    return b"".join(pixels[start : start + width] + gap for start in range(0, len(pixels), width))


def _tone(pitch: int, seconds: int) -> Iterator[av.AudioFrame]:
    """A tone and its fifth, swelling and fading once a second.

    Pitches are whole numbers of waves in two seconds, so two seconds are computed and repeated without a
    click.
    """
    period = 2 * SAMPLE_RATE
    turns = [2 * math.pi * sample / SAMPLE_RATE for sample in range(period)]
    wave = array(
        "f",
        (
            0.08 * (math.sin(pitch * turn) + 0.5 * math.sin(1.5 * pitch * turn)) * (1 - math.cos(turn)) / 2
            for turn in turns
        ),
    )
    for start in range(0, seconds * SAMPLE_RATE, SAMPLES_PER_FRAME):
        count = min(SAMPLES_PER_FRAME, seconds * SAMPLE_RATE - start)
        place = start % period
        samples = (wave[place : place + count] + wave[:count])[:count]
        sound = av.AudioFrame(format="fltp", layout="mono", samples=count)
        sound.planes[0].update(samples.tobytes() + bytes(sound.planes[0].buffer_size - 4 * count))
        sound.sample_rate = SAMPLE_RATE
        sound.pts = start
        sound.time_base = Fraction(1, SAMPLE_RATE)
        yield sound
