"""The tags that words of titles, captions and signs mean."""
