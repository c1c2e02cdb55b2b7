"""Commands that bring videos in, list them, and say what is on one."""
