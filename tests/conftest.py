"""For all tests: examples may take as long as they need, machines are shared; Ctrl-C is heard."""

import signal

from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

# Who is started in the background, by nohup for instance, is deaf to Ctrl-C, and so are all whom it
# starts; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)
