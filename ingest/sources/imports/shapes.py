"""Names what a JSON value is that is no result of labels on a video, so far as that can be told."""

from typing import Any, Final, NamedTuple


class Shape(NamedTuple):
    """A recognised kind of JSON value.

    Attributes:
        name: for people.
        is_fragment: whether it is a piece of a list whose other pieces are the same.
    """

    name: str
    is_fragment: bool


# The first whose fields are all there counts.
_SHAPES: Final = (
    (("Timestamp", "Label"), "an entry of Labels alone: give the whole page of GetLabelDetection"),
    (("Label",), "a label alone: give the whole answer, with its times"),
    (("Name", "Confidence"), "a label without a time: give the whole answer about a video"),
    (("entity", "segments"), "a label annotation alone: give the whole AnnotateVideoResponse"),
    (("entity", "frames"), "a label annotation alone: give the whole AnnotateVideoResponse"),
    (("mid", "score"), "a label of a picture by Google Cloud Vision, not of a video"),
    (("name", "instances"), "a label alone: give the whole index of Video Indexer"),
    (("name", "appearances"), "a label alone: give the whole index of Video Indexer"),
    (("name", "value", "id"), "a concept alone: give the whole answer of Clarifai"),
    (("tag", "seconds"), "an entry of tags alone: give the whole line of its video"),
    (("inputUri",), "an item of annotationResults alone: give the whole AnnotateVideoResponse"),
    (("input_uri",), "an item of annotation_results alone: give the whole AnnotateVideoResponse"),
    (("frame_info",), "a frame alone: give the whole answer of Clarifai"),
)
_WHOLE: Final = (
    (("ModerationLabels",), "content moderation of Rekognition, not label detection"),
    (("FaceDetails",), "faces on a picture by Rekognition, not labels on a video"),
    (("responses",), "an answer of Google Cloud Vision about pictures, not about a video"),
    (("breakdowns",), "an answer of Video Indexer v1, which is not read: fetch it with v2 again"),
    (("jobName", "results"), "a transcript of Amazon Transcribe, not labels"),
    (("JobId", "API"), "a notice that a job is done: give the pages of GetLabelDetection"),
    (("JobId",), "the number of a job: give the pages of GetLabelDetection when it is done"),
    (("images", "annotations"), "annotations of pictures (COCO), not of a video"),
    (("predictions",), "predictions of a model without times, not labels on a video"),
    (("segments", "text"), "a transcript, not labels"),
    (("streams", "format"), "what ffprobe says of a file, not labels"),
)


def shape_of(value: Any) -> Shape | None:
    """Return what a value is; None when it is nothing that is known."""
    if isinstance(value, str):
        return Shape("text alone: labels need the seconds they were seen on", is_fragment=True)
    if isinstance(value, list):
        return Shape("a list in a list", is_fragment=True)
    if not isinstance(value, dict):
        return None
    for shapes, is_fragment in ((_WHOLE, False), (_SHAPES, True)):
        for keys, name in shapes:
            if all(key in value for key in keys):
                return Shape(name, is_fragment)
    return None
