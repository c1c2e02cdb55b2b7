"""Brand risk of a video."""

from pydantic import BaseModel, ConfigDict


class TopicSuitability(BaseModel):
    """One of the eleven topics of brand safety."""

    topic: str
    """The short name, as filters take it."""
    category: str
    """Its id in the IAB's content taxonomy 3.1."""
    name: str
    risk: str
    """none, low, medium, high, floor or unknown."""
    suitability: str | None
    """The id of the risk in the IAB's vector; null for none and unknown."""
    ranges: list[list[int]]
    """Seconds on which it is observed: first and last of each range."""
    looked_for: list[str]
    not_looked_for: list[str]
    """Sensitive topics that its tagger has no words for: what is said says nothing of these."""
    mentioned: str
    """The risk by what words about the video say; it raises one that is known."""
    mentioned_by: list[str]
    """The sources of these words; empty where there are none."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class CategorySuitability(BaseModel):
    """A category and its risk; null for categories that are no topic of brand safety."""

    category: str
    suitability: str | None


class SuitabilityAssessment(BaseModel):
    """The risk of each topic, and what was seen in the shape of the IAB."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    video: str
    title: str
    floor: bool
    """Not for any advertiser."""
    topics: list[TopicSuitability]
    catswithsuitability: list[CategorySuitability]
