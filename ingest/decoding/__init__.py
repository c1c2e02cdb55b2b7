"""From a file that may be anything to one upright RGB frame a second."""
