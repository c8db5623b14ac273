"""A poster is a JPEG of the moment asked for, in the shape that a viewer sees."""

import io

import av
import pytest

from media.poster import poster
from media.probe import UnreadableMediaError, probe


def pixels(jpeg: bytes) -> av.VideoFrame:
    with av.open(io.BytesIO(jpeg), format="jpeg_pipe") as container:
        return next(container.decode(video=0))


def luma(frame: av.VideoFrame) -> bytes:
    return bytes(frame.planes[0])


def test_is_a_jpeg_of_the_width_asked_for(lantern_video):
    jpeg = poster(lantern_video, 1.0, 320)

    assert jpeg.startswith(b"\xff\xd8")
    assert jpeg.endswith(b"\xff\xd9")
    assert (pixels(jpeg).width, pixels(jpeg).height) == (320, 180)


def test_never_enlarges(lantern_video):
    assert pixels(poster(lantern_video, 0, 4000)).width == 640


def test_shows_the_moment_asked_for(lantern_video):
    with av.open(lantern_video) as container:
        wanted = next(frame for frame in container.decode(video=0) if frame.time >= 2.4)
        full_range = wanted.reformat(format="yuvj420p")
    near = luma(pixels(poster(lantern_video, 2.4, 640)))
    far = luma(pixels(poster(lantern_video, 0.4, 640)))

    def distance(picture: bytes) -> float:
        return sum(abs(a - b) for a, b in zip(picture, luma(full_range), strict=True)) / len(picture)

    assert distance(near) < 3
    assert distance(far) > distance(near) + 2


def test_takes_the_last_picture_past_the_end(lantern_video):
    assert poster(lantern_video, 60, 160) == poster(lantern_video, 2.96, 160)


@pytest.mark.parametrize(("rotation", "bright"), [(90, "left"), (270, "right"), (180, "bottom")])
def test_turns_what_a_telephone_filmed(rotation, bright, tmp_path):
    path = tmp_path / "telefono.mp4"
    lying = av.VideoFrame(64, 32, "yuv420p")
    lying.planes[0].update(
        bytes([220]) * (lying.planes[0].line_size * 16) + bytes([30]) * (lying.planes[0].line_size * 16)
    )
    for chroma in lying.planes[1:]:
        chroma.update(bytes([128]) * chroma.buffer_size)
    with av.open(path, "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 32, "yuv420p"
        video.set_display_rotation(rotation)
        container.mux(video.encode(lying))
        container.mux(video.encode(None))

    picture = pixels(poster(path, 0, 64))
    rows = [luma(picture)[row * picture.planes[0].line_size :][: picture.width] for row in range(picture.height)]
    edges = {
        "left": sum(row[2] for row in rows) / len(rows),
        "right": sum(row[-3] for row in rows) / len(rows),
        "bottom": sum(rows[-3]) / picture.width,
        "top": sum(rows[2]) / picture.width,
    }

    assert (picture.width, picture.height) == ((64, 32) if rotation == 180 else (32, 64))
    assert max(edges, key=edges.__getitem__) == bright
    assert (probe(path).width, probe(path).height) == (picture.width, picture.height)


def test_refuses_what_is_no_video(tmp_path):
    path = tmp_path / "testo.mp4"
    path.write_text("non sono un filmato")

    with pytest.raises(UnreadableMediaError, match="export it again"):
        poster(path, 0, 320)
    with pytest.raises(UnreadableMediaError):
        poster(tmp_path / "mancante.mp4", 0, 320)
