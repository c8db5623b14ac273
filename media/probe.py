"""What a video file is, found out by opening it and decoding its first picture, whatever its name claims."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.stream import Disposition

# An upload is a stranger's file. FFmpeg would follow a playlist to other files and addresses, and draw a text
# file as a terminal does: only containers of video are let in, and only from the disk.
OPENING = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mxf,avi,asf,flv,ogg,dv",
    "protocol_whitelist": "file",
}

KNOWN_ASPECTS = (
    Fraction(16, 9),
    Fraction(4, 3),
    Fraction(1, 1),
    Fraction(9, 16),
    Fraction(3, 4),
    Fraction(4, 5),
    Fraction(21, 9),
)


class UnreadableMediaError(Exception):
    """The file cannot be played as a video; the message is a sentence that an editor can act on."""


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """A video as a viewer meets it: width and height are the shown ones, after rotation and pixel shape.

    `duration` is in seconds, `frame_rate` in frames a second, `size` in bytes. Codecs carry FFmpeg's names
    ("h264", "aac"); `audio_codec` is None for a silent file. `aspect_ratio` is the usual name where one is
    within two per cent ("16:9" for 854 x 480), otherwise the exact ratio.
    """

    duration: float
    width: int
    height: int
    frame_rate: float
    video_codec: str
    audio_codec: str | None
    aspect_ratio: str
    size: int


def probe(path: Path) -> VideoFacts:
    """Read the facts of the video at `path`.

    Blocks for as long as it takes to decode one frame: call it in a worker thread or process, never in the
    event loop. Raises UnreadableMediaError for a file that is missing, empty, damaged, without picture or
    without duration.
    """
    if not path.is_file():
        raise UnreadableMediaError("The file is no longer there; upload it again.")
    size = path.stat().st_size
    if not size:
        raise UnreadableMediaError("The file is empty; upload it again.")
    try:
        with av.open(path, options=OPENING) as container:
            video = picture_stream(container)
            frame = next(container.decode(video), None)
            if frame is None:
                raise UnreadableMediaError("The file has no picture that can be shown; export it again.")
            duration = _seconds(container, video)
            width, height = shown_size(video, frame)
            audio = container.streams.audio
            return VideoFacts(
                duration=duration,
                width=width,
                height=height,
                frame_rate=round(float(video.average_rate or video.guessed_rate or 0), 3),
                video_codec=video.codec_context.codec.canonical_name,
                audio_codec=audio[0].codec_context.codec.canonical_name if audio else None,
                aspect_ratio=aspect_name(width, height),
                size=size,
            )
    except (av.FFmpegError, ValueError) as problem:
        raise UnreadableMediaError(
            "This is not a video that can be read, or it is damaged; export it again."
        ) from problem


def picture_stream(container: av.container.InputContainer) -> av.VideoStream:
    """The first stream of moving pictures, not the cover of a sound file; or UnreadableMediaError."""
    for video in container.streams.video:
        if not video.disposition & Disposition.attached_pic:
            return video
    raise UnreadableMediaError("The file has no moving picture; upload sound as audio instead.")


def shown_size(video: av.VideoStream, frame: av.VideoFrame) -> tuple[int, int]:
    """Width and height as shown: pixels made square, and turned for a telephone that was held upright."""
    pixel = video.sample_aspect_ratio or Fraction(1)
    width, height = round(frame.width * pixel), frame.height
    return (height, width) if frame.rotation % 180 else (width, height)


def aspect_name(width: int, height: int) -> str:
    """The shape of a picture as "16:9": a usual name if one is within two per cent, else the exact ratio."""
    exact = Fraction(width, height)
    nearest = min(KNOWN_ASPECTS, key=lambda known: abs(exact / known - 1))
    if abs(exact / nearest - 1) > Fraction(2, 100):
        nearest = exact
    return "21:9" if nearest == Fraction(21, 9) else f"{nearest.numerator}:{nearest.denominator}"


def _seconds(container: av.container.InputContainer, video: av.VideoStream) -> float:
    if container.duration:
        return round(container.duration / av.time_base, 3)
    if video.duration and video.time_base:
        return round(float(video.duration * video.time_base), 3)
    raise UnreadableMediaError("The file is a still picture or does not say how long it lasts; export it as a video.")
