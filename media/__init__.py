"""Moving pictures and sound: a library that knows no newsroom.

It reads and writes files through PyAV, whose wheel brings FFmpeg along; nothing has to be installed on the
machine.

    probe        what a video file is: duration, picture, codecs; refuses what cannot be played
    poster       one moment of a video as a JPEG
    scenes       three drawn scenes, frame by frame, as bare pixel planes
    generating   a scene and a tone as a short real MP4, for demonstrations and tests
"""
