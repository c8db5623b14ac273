"""A generated video is what a newsroom would upload, and the same every time."""

import pytest

from media.generating import PITCHES, generate
from media.probe import probe
from media.scenes import HEIGHT, SCENES, WIDTH


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_becomes_a_playable_video(scene, tmp_path):
    facts = probe(generate(tmp_path / "scene.mp4", scene, 2))

    assert (facts.width, facts.height, facts.frame_rate) == (WIDTH, HEIGHT, 25)
    assert (facts.video_codec, facts.audio_codec) == ("h264", "aac")
    assert facts.duration == pytest.approx(2, abs=0.05)


def test_the_same_scene_gives_the_same_bytes(tmp_path):
    first = generate(tmp_path / "first.mp4", "ski-lines", 1).read_bytes()

    assert generate(tmp_path / "second.mp4", "ski-lines", 1).read_bytes() == first
    assert generate(tmp_path / "third.mp4", "skating-circles", 1).read_bytes() != first


def test_the_index_stands_before_the_pictures(lantern_video):
    written = lantern_video.read_bytes()

    assert 0 < written.index(b"moov") < written.index(b"mdat")


def test_pictures_move():
    for scene in SCENES.values():
        first, *_, last = scene(10)
        assert first.y != last.y
        assert len(last.y) == WIDTH * HEIGHT
        assert len(last.u) == len(last.v) == WIDTH * HEIGHT // 4


def test_every_scene_has_a_pitch():
    assert PITCHES.keys() == SCENES.keys()


def test_refuses_no_length_and_unknown_scenes(tmp_path):
    with pytest.raises(ValueError, match="at least one second"):
        generate(tmp_path / "none.mp4", "lanterns", 0)
    with pytest.raises(KeyError):
        generate(tmp_path / "none.mp4", "curling", 1)
    assert not list(tmp_path.iterdir())
