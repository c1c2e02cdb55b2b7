"""Lists of words for taggers that can look for any word."""
