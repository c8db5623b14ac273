"""One moment of a video as a JPEG, by FFmpeg's own encoder: what a page shows before anybody presses play."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import av.filter
from av.video.reformatter import ColorRange

from media.probe import OPENING, UnreadableMediaError, picture_stream, shown_size

TURNS = {90: "cclock", 270: "clock"}


def poster(path: Path, at: float, width: int) -> bytes:
    """The picture of `path` at `at` seconds as JPEG bytes, `width` pixels wide and in the shape that a
    viewer sees.

    Never enlarges: a narrower video gives its own width. Past the end, the last picture is taken. Blocks
    while it decodes from the key frame before `at`: call it in a worker. Raises UnreadableMediaError as
    `probe` does.
    """
    try:
        with av.open(path, options=OPENING) as container:
            video = picture_stream(container)
            frame = _frame_at(container, video, at)
            if frame is None:
                raise UnreadableMediaError("The file has no picture that can be shown; export it again.")
            shown_width, shown_height = shown_size(video, frame)
            width = _even(min(width, shown_width))
            return _jpeg(frame, width, _even(width * shown_height / shown_width))
    except (av.FFmpegError, OSError, ValueError) as problem:
        raise UnreadableMediaError("No picture could be taken from this video; export it again.") from problem


def _frame_at(container: av.container.InputContainer, video: av.VideoStream, at: float) -> av.VideoFrame | None:
    """The first frame that is not before `at`, or the last one there is."""
    if at > 0 and video.time_base:
        # Past the end there is nothing to seek to: then the whole file is decoded from where it stands.
        end = (container.duration or 0) / av.time_base
        container.seek(int(min(at, max(end - 1, 0)) / video.time_base), stream=video)
    last = None
    for frame in container.decode(video):
        last = frame
        if frame.time is None or frame.time >= at - 0.001:
            break
    return last


def _even(pixels: float) -> int:
    """The nearest even number: half-width chroma planes need one."""
    return max(2, 2 * round(pixels / 2))


def _jpeg(frame: av.VideoFrame, width: int, height: int) -> bytes:
    turned = _turned(frame)
    picture = turned.reformat(width, height, "yuvj420p", dst_color_range=ColorRange.JPEG, interpolation="AREA")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": "2", "qmax": "5"}  # 2 is the best that there is, 31 the worst
    picture.pts, picture.time_base = 0, encoder.time_base
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])


def _turned(frame: av.VideoFrame) -> av.VideoFrame:
    """The frame upright: telephones store it lying down and write beside it how it was held."""
    rotation = frame.rotation % 360
    if not rotation:
        return frame
    graph = av.filter.Graph()
    steps = [graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25))]
    if rotation in TURNS:
        steps.append(graph.add("transpose", TURNS[rotation]))
    else:
        steps += [graph.add("hflip"), graph.add("vflip")]
    steps.append(graph.add("buffersink"))
    graph.link_nodes(*steps).configure()
    graph.push(frame)
    upright = graph.pull()
    assert isinstance(upright, av.VideoFrame)  # the graph holds picture filters only
    return upright
