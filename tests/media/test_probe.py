"""Facts come from the stream, and a file that cannot be played is refused with a sentence."""

from fractions import Fraction

import av
import pytest

from media.poster import poster
from media.probe import UnreadableMediaError, aspect_name, probe


def test_tells_what_a_video_is(lantern_video):
    facts = probe(lantern_video)

    assert facts.duration == pytest.approx(3, abs=0.05)
    assert facts.aspect_ratio == "16:9"
    assert facts.size == lantern_video.stat().st_size


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (1920, 1080, "16:9"),
        (854, 480, "16:9"),
        (720, 540, "4:3"),
        (1080, 1920, "9:16"),
        (1080, 1350, "4:5"),
        (2520, 1080, "21:9"),
        (2560, 1080, "21:9"),
        (500, 499, "1:1"),
        (1000, 620, "50:31"),
    ],
)
def test_names_the_shape(width, height, name):
    assert aspect_name(width, height) == name


def test_shows_wide_pixels_as_wide(tmp_path):
    path = tmp_path / "widescreen-dv.mp4"
    with av.open(path, "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 720, 576, "yuv420p"
        video.sample_aspect_ratio = Fraction(64, 45)
        container.mux(video.encode(av.VideoFrame(720, 576, "yuv420p")))
        container.mux(video.encode(None))

    facts = probe(path)

    assert (facts.width, facts.height, facts.aspect_ratio) == (1024, 576, "16:9")
    assert facts.audio_codec is None


def test_refuses_what_is_no_video(tmp_path, lantern_video):
    text, empty, cut = tmp_path / "testo.mp4", tmp_path / "vuoto.mp4", tmp_path / "interrotto.mp4"
    text.write_text("Non sono un filmato. 我不是视频。" * 50)
    empty.touch()
    cut.write_bytes(lantern_video.read_bytes()[:3000])
    missing = tmp_path / "mancante.mp4"

    for path, sentence in [
        (text, "not a video"),
        (empty, "is empty"),
        (cut, "export it again"),
        (missing, "no longer"),
    ]:
        with pytest.raises(UnreadableMediaError, match=sentence):
            probe(path)


def test_refuses_sound_alone(tmp_path):
    path = tmp_path / "voce.m4a"
    with av.open(path, "w", format="mp4") as container:
        audio = container.add_stream("aac", rate=48_000, layout="mono")
        for number in range(20):
            frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts = 48_000, number * 1024
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))

    with pytest.raises(UnreadableMediaError, match="no moving picture"):
        probe(path)


@pytest.mark.parametrize("name", ["canzone.m3u8", "elenco.ffconcat", "schermo.txt", "schermo.ans"])
def test_follows_no_playlist_and_draws_no_text(name, lantern_video):
    path = lantern_video.parent / name
    path.write_text(
        {
            "canzone.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{0}\n#EXT-X-ENDLIST\n",
            "elenco.ffconcat": "ffconcat version 1.0\nfile '{0}'\n",
        }.get(name, "Non sono un filmato.\n" * 50).format(lantern_video.name)
    )

    with pytest.raises(UnreadableMediaError, match="not a video"):
        probe(path)


def test_refuses_a_still_picture(tmp_path, lantern_video):
    path = tmp_path / "foto.jpg"
    path.write_bytes(poster(lantern_video, 0, 320))

    with pytest.raises(UnreadableMediaError, match="not a video"):
        probe(path)
