"""Three drawn scenes, frame by frame, as the planes of a yuv420p picture.

A frame is luma (640 x 360 bytes) and two chroma planes (320 x 180 bytes each). Everything that stays is
painted once into a backdrop; a frame copies it and writes runs of bytes, one slice for each row of a shape.
That keeps a scene of eight seconds under half a second without any array library. The same arguments always
give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

WIDTH = 640
HEIGHT = 360
FRAME_RATE = 25


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as luma (16 black, 235 white) and two chroma values (128 is grey)."""

    y: int
    u: int
    v: int


@dataclass(slots=True)
class Picture:
    """One frame: a luma plane of WIDTH x HEIGHT bytes and two chroma planes of half the width and height."""

    y: bytearray
    u: bytearray
    v: bytearray

    def copy(self) -> Picture:
        """A frame to draw on that leaves this one as it is."""
        return Picture(self.y[:], self.u[:], self.v[:])

    def run(self, left: int, row: int, length: int, colour: Colour) -> None:
        """Paint `length` pixels of one row from `left`; whatever lies outside the picture is cut off."""
        right = min(left + length, WIDTH)
        left = max(left, 0)
        if not 0 <= row < HEIGHT or left >= right:
            return
        start = row * WIDTH
        self.y[start + left : start + right] = bytes([colour.y]) * (right - left)
        if row % 2 == 0:  # one chroma row serves two rows of luma
            half = row // 2 * (WIDTH // 2)
            width = (right + 1) // 2 - left // 2
            self.u[half + left // 2 : half + left // 2 + width] = bytes([colour.u]) * width
            self.v[half + left // 2 : half + left // 2 + width] = bytes([colour.v]) * width

    def disc(self, x: int, y: int, spans: list[int], colour: Colour) -> None:
        """Paint a filled disc around (x, y); `spans` comes from `disc_spans`."""
        radius = len(spans) // 2
        for offset, half in enumerate(spans):
            self.run(x - half, y + offset - radius, 2 * half + 1, colour)


Scene = Callable[[int], Iterator[Picture]]
"""Takes the number of frames and yields that many pictures."""


def disc_spans(radius: int) -> list[int]:
    """Half the width of a disc in each of its 2 x radius + 1 rows, top to bottom."""
    return [math.isqrt(radius * radius - dy * dy) for dy in range(-radius, radius + 1)]


def gradient(top: Colour, bottom: Colour) -> Picture:
    """A picture that goes evenly from one colour at its top row to another at its bottom row."""

    def plane(first: int, last: int, width: int, height: int) -> bytearray:
        return bytearray(
            b"".join(bytes([first + (last - first) * row // (height - 1)]) * width for row in range(height))
        )

    half = (WIDTH // 2, HEIGHT // 2)
    return Picture(plane(top.y, bottom.y, WIDTH, HEIGHT), plane(top.u, bottom.u, *half), plane(top.v, bottom.v, *half))


def ski_lines(frames: int) -> Iterator[Picture]:
    """Two skis carve a slope of fresh snow that slides uphill, while the skier stays in sight."""
    slope = gradient(Colour(205, 140, 118), Colour(232, 130, 126))
    groove, jacket, skier = Colour(168, 142, 116), Colour(90, 96, 214), disc_spans(11)

    def track(distance: float) -> int:
        return WIDTH // 2 + round(150 * math.sin(distance / 62) * math.cos(distance / 410))

    for number in range(frames):
        picture, travelled = slope.copy(), number * 5
        skier_row = 230
        for row in range(skier_row):
            x = track(travelled + row)
            picture.run(x - 9, row, 4, groove)
            picture.run(x + 6, row, 4, groove)
        picture.disc(track(travelled + skier_row), skier_row - 6, skier, jacket)
        yield picture


def lanterns(frames: int) -> Iterator[Picture]:
    """Red paper lanterns rise through a night sky, the near ones larger and faster than those far away."""
    night = gradient(Colour(28, 150, 120), Colour(58, 146, 124))
    paper, glow = Colour(96, 96, 206), Colour(190, 70, 160)
    sizes = [disc_spans(radius) for radius in (10, 16, 24)]
    cores = [disc_spans(radius) for radius in (3, 5, 8)]
    for number in range(frames):
        picture = night.copy()
        for lantern in range(15):
            size = lantern // 5  # far ones first, so that the near ones cover them
            lift = (number * (size + 1) + lantern * 97) % (HEIGHT + 60)
            x = 30 + lantern * 211 % (WIDTH - 60) + round(8 * math.sin((number + lantern * 20) / 18))
            y = HEIGHT + 30 - lift
            picture.disc(x, y, sizes[size], paper)
            picture.disc(x, y, cores[size], glow)
        yield picture


def skating_circles(frames: int) -> Iterator[Picture]:
    """One blade draws a figure eight on blue ice; the whole trace stays, and fills while the scene lasts."""
    ice = gradient(Colour(206, 142, 112), Colour(186, 148, 108))
    trace, dress, skater = Colour(120, 150, 104), Colour(70, 168, 158), disc_spans(9)
    steps = 12  # points of the trace in one frame: close enough to look like a line
    for number in range(frames):
        x = y = 0
        for step in range(steps):
            turn = 2 * math.pi * (number + step / steps) / 100
            widening = 1 + 0.12 * math.floor(turn / (2 * math.pi))
            x = WIDTH // 2 + round(170 * widening * math.sin(turn))
            y = HEIGHT // 2 + round(95 * widening * math.sin(2 * turn) / 1.2)
            ice.run(x - 1, y, 3, trace)
            ice.run(x - 1, y + 1, 3, trace)
        picture = ice.copy()
        picture.disc(x, y, skater, dress)
        yield picture


SCENES: Mapping[str, Scene] = {
    "ski-lines": ski_lines,
    "lanterns": lanterns,
    "skating-circles": skating_circles,
}
"""The scenes by the name that a demonstration asks for."""
