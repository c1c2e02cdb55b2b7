"""The one way to onnxruntime: without its telemetry.

Since 1.32 its wheels for Linux note every session, from the import on: a file ``.ses`` in the
temporary folder, an id of the device and a database below the user's cache, and a thread that sends
them. The variable is read when its library is loaded, so it is set before.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime  # noqa: TID251

# For a host program that had loaded it before.
onnxruntime.disable_telemetry_events()

__all__ = ["onnxruntime"]
