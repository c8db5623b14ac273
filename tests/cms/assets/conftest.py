from tests.media.conftest import lantern_video

__all__ = ["lantern_video"]
