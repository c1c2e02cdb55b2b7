"""Categories of a video."""

from pydantic import BaseModel, ConfigDict


class VideoCategory(BaseModel):
    """One category of the IAB's content taxonomy 3.1, with what says so."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    path: list[str]
    """Names, the top first."""
    score: float
    """0 to 1."""
    tags: list[str]
    ranges: list[list[int]]
    """Seconds on which one of the tags is observed: first and last of each range."""


class VideoCategories(BaseModel):
    """The categories of a video, the best first."""

    video: str
    title: str
    threshold: float
    cattax: int
    categories: list[VideoCategory]
