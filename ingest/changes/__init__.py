"""What changes from second to second, and which kind of video that makes."""
