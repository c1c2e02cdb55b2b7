"""What is heard: speech, music and singing, and which music it is, by networks that come along."""
