"""Tags of sound: speech, music, singing and kinds of music, by networks that come along."""
