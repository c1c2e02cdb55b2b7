"""Networks and words that a look at a video needs, made ready where its process is forked from.

Each video is watched in a process of its own. To load all this anew took each of them as long as
watching ten seconds. What is shared is not copied as long as nobody writes on it.

The server that forks these processes imports this module, and nobody else.
"""

import gc
import logging
import signal
from typing import Final

log = logging.getLogger(__name__)

# Who starts a process waits for it without a limit. The alarm ends even what hangs in C.
_LONGEST_SECONDS: Final = 120


def load() -> None:
    """Load what most videos use, and what loads other parts when it is first used."""
    # In here, and so under the alarm: a disk may hang while code is read from it, too.
    import numpy as np

    # Imported by numpy when they are first asked for.
    import numpy.fft
    import numpy.ma

    import ingest.taggers.speech.registry  # noqa: F401
    from engine.domain.lines import Line
    from ingest.runner.worker_process import sound_tagger, text_reader
    from ingest.taggers.lines.tagger import tags_told
    from ingest.taggers.registry import DEFAULT, TaggerContext, make_tagger
    from ingest.taggers.visual.factory import local_tagger
    from ingest.thumbnails import Gallery

    tagger, gallery = local_tagger(), Gallery()
    tagger.load_exact_network()
    make_tagger(DEFAULT, TaggerContext())
    picture = np.zeros((180, 320, 3), np.uint8)
    gallery.offer(0, picture, tagger.tag(picture))
    gallery.pictures()
    for observer in (sound_tagger(), text_reader()):
        observer.networks  # noqa: B018 - loaded when they are first asked for
    tags_told([Line("The dog runs in the park", field="title")])
    # Not looked through for garbage in each of these processes, which would copy it, too.
    gc.freeze()


signal.alarm(_LONGEST_SECONDS)
try:
    load()
except Exception as error:  # noqa: BLE001 - who needs it tells of it
    log.debug("not loaded beforehand: %s", error)
finally:
    signal.alarm(0)
