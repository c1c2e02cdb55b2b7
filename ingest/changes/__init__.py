"""Changes of a video from second to second, and the kind of video they make."""
