"""The machine below: its processors, folders, files that go, errors, and memory of results."""
