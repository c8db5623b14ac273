"""One generated video for all tests of media, and the damaged files made from it."""

from pathlib import Path

import pytest

from media.generating import generate


@pytest.fixture(scope="session")
def lantern_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("video") / "灯笼 - lanterne.mp4", "lanterns", 3)
