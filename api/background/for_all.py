"""Tasks that one process of a service does for all of them."""

from api.background.job_runner import job_runner_lock
from api.background.leader_lock import LeaderLock
from api.background.live import Live
from api.background.media_keeper import media_lock
from api.background.publisher import publisher_lock
from api.background.webhook_dispatcher import dispatcher_lock
from api.settings import Settings


def background(settings: Settings, live: Live) -> list[LeaderLock]:
    """Return all that the settings ask for; none of it has begun."""
    for_all = [dispatcher_lock(settings, live)]
    if settings.processes:
        for_all.append(job_runner_lock(settings))
    if settings.media:
        for_all.append(media_lock(settings.media, live.catalog))
    if settings.publish_to:
        for_all.append(publisher_lock(settings, live.catalog, live.generations))
    return for_all
