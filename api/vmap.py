"""Ad breaks as VMAP 1.0.1, which players read: an XML list of when to show which ads."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Final

from engine.content.ad_breaks import AdBreak
from engine.domain.advertising.campaigns import Campaign, Creative

VMAP_NAMESPACE: Final = "http://www.iab.net/videosuite/vmap"
MEDIA_TYPE: Final = "application/xml"

NOMINAL_WIDTH: Final = 640
NOMINAL_HEIGHT: Final = 360
"""Said of a creative whose size is not known; VAST requires one."""

# What XML 1.0 cannot hold, escaped or not.
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ET.register_namespace("vmap", VMAP_NAMESPACE)


def vmap_xml(breaks: Sequence[AdBreak], campaign: Campaign | None = None) -> bytes:
    """Return the breaks in the order they are shown, with the campaign's ads if it has any."""
    root = ET.Element(_vmap("VMAP"), version="1.0")
    for number, each in enumerate(sorted(breaks, key=lambda each: each.second), start=1):
        ad_break = ET.SubElement(
            root,
            _vmap("AdBreak"),
            timeOffset=time_offset(each.second),
            breakType="linear",
            breakId=f"midroll-{number}",
        )
        if campaign is not None and campaign.creatives:
            _add_ads(ad_break, campaign, number)
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def time_offset(second: int) -> str:
    """Return a second as ``hh:mm:ss.mmm``."""
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000"


def _add_ads(ad_break: ET.Element, campaign: Campaign, number: int) -> None:
    source = ET.SubElement(
        ad_break,
        _vmap("AdSource"),
        id=f"source-{number}",
        allowMultipleAds="false",
        followRedirects="true",
    )
    data = ET.SubElement(source, _vmap("VASTAdData"))
    vast = ET.SubElement(data, "VAST", version="3.0")
    # One ad a break; those of several creatives take turns.
    creative = campaign.creatives[(number - 1) % len(campaign.creatives)]
    ad = ET.SubElement(vast, "Ad", id=_clean(campaign.id))
    inline = ET.SubElement(ad, "InLine")
    ET.SubElement(inline, "AdSystem").text = "reelmatch"
    ET.SubElement(inline, "AdTitle").text = _clean(campaign.name)
    ET.SubElement(inline, "Impression")
    creatives = ET.SubElement(inline, "Creatives")
    _add_creative(creatives, creative)


def _add_creative(creatives: ET.Element, creative: Creative) -> None:
    element = ET.SubElement(creatives, "Creative", id=_clean(creative.id))
    linear = ET.SubElement(element, "Linear")
    ET.SubElement(linear, "Duration").text = _duration(creative.seconds)
    files = ET.SubElement(linear, "MediaFiles")
    width, height = _size(creative)
    file = ET.SubElement(
        files,
        "MediaFile",
        delivery="progressive",
        type=_clean(creative.mime),
        width=str(width),
        height=str(height),
    )
    file.text = _clean(creative.url)


def _size(creative: Creative) -> tuple[int, int]:
    """Return width and height: players skip what has none, and scale what has any."""
    width, height = creative.width, creative.height
    if not width and not height:
        return NOMINAL_WIDTH, NOMINAL_HEIGHT
    if not width:
        return max(1, round(height * NOMINAL_WIDTH / NOMINAL_HEIGHT)), height
    return width, height or max(1, round(width * NOMINAL_HEIGHT / NOMINAL_WIDTH))


def _duration(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{time_offset(whole)[:-4]}.{thousandths:03}"


def _vmap(name: str) -> str:
    return f"{{{VMAP_NAMESPACE}}}{name}"


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
