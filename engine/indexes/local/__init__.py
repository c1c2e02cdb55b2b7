"""The index of this process: arrays in memory or mapped from a folder, searched exactly."""
