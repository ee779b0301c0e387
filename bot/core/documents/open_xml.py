"""What Word's and PowerPoint's files have in common: https://ecma-international.org/publications-and-standards/standards/ecma-376/."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from posixpath import normpath
from typing import TYPE_CHECKING

from lxml import etree

from bot.core.documents.document import Thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CHANGED = "Tracked changes are read as accepted."  # not for people: told to the model
LARGEST_XML = 100_000_000  # bytes of all parts that hold text
_TEXTS = (".xml", ".rels")
# The strict form of the standard has other names for the same things; libraries know one of the two.
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/"
_STRICT_NAMES = re.compile(re.escape(_STRICT) + rb"(\w{1,40})/(\w{1,40})")
# Templates, shows and files with macros hold the same as others.
_MAIN = re.compile(
    rb"application/(?:vnd\.openxmlformats-officedocument\.presentationml\.(?:slideshow|template)\.main\+xml"
    rb"|vnd\.ms-powerpoint\.(?:presentation|slideshow|template)\.macroEnabled\.main\+xml)"
)
_PRESENTATION = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PICTURES = ("{http://schemas.openxmlformats.org/drawingml/2006/main}blip", "{urn:schemas-microsoft-com:vml}imagedata")
_MEDIA = re.compile(r"/(?:media|embeddings)/|^docProps/thumbnail", re.IGNORECASE)
_BESIDE = (
    (re.compile(r"/media/[^/]+\.(?!wav|mp3|mp4|m4a|m4v|mov|avi|wmv|wma)\w+$", re.IGNORECASE), Thing.PICTURE),
    (re.compile(r"/media/[^/]+\.\w+$"), Thing.RECORDING),
    (re.compile(r"/charts/chart\d*\.xml$"), Thing.CHART),
    (re.compile(r"/diagrams/data\d*\.xml$"), Thing.DIAGRAM),
    (re.compile(r"/embeddings/[^/]+$"), Thing.EMBEDDED_OBJECT),
    (re.compile(r"/vbaProject\.bin$"), Thing.MACRO_PROJECT),
)


class TooMuchXmlError(MemoryError):
    """A file's parts hold more text than is read."""


def parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return a file's parts, as the libraries know them. Raises `TooMuchXmlError`."""
    entries = archive.infolist()
    if sum(one.file_size for one in entries if one.filename.endswith(_TEXTS)) > LARGEST_XML:
        raise TooMuchXmlError
    return {one.filename: _transitional(one.filename, archive.read(one)) for one in entries if not one.is_dir()}


def without_media(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Leave out pictures and the like, and each link to what is not there: one alone keeps a library from reading."""
    kept = {name: part for name, part in parts.items() if not _MEDIA.search(name)}
    for name, part in kept.items():
        if name.endswith(".rels"):
            root = parsed(part)
            for link in list(root):
                if link.get("TargetMode") != "External" and _target(name, link.get("Target", "")) not in kept:
                    root.remove(link)
            kept[name] = etree.tostring(root)
    return kept


def _target(links: str, target: str) -> str:
    """Return the name of the part that a link leads to; `links` is the part that holds it."""
    folder = links.partition("_rels/")[0]
    return normpath(target.lstrip("/") if target.startswith("/") else f"{folder}{target}")


def pictures(name: str, pieces: Iterable[etree._Element], parts: Mapping[str, bytes]) -> list[bytes]:
    """Return the pictures that pieces of a part show and the file holds, in their order."""
    folder, _, file = name.rpartition("/")
    links = f"{folder}/_rels/{file}.rels"
    if links not in parts:
        return []
    targets = {
        link.get("Id"): _target(links, link.get("Target", ""))
        for link in parsed(parts[links])
        if link.get("TargetMode") != "External"
    }
    ids = (one.get(f"{_LINK}embed") or one.get(f"{_LINK}id") for piece in pieces for one in piece.iter(*_PICTURES))
    return [parts[target] for id_ in ids if (target := targets.get(id_, "")) in parts]


def packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    """Put parts into a file again."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    file.seek(0)
    return file


def parsed(part: bytes) -> etree._Element:
    """Parse a part. No entity is expanded and nothing is fetched. Raises `etree.XMLSyntaxError`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(part, parser)


def beside(names: Iterable[str]) -> Counter[Thing]:
    """Count what a file holds beside its text, by its parts' names."""
    things = (next((thing for pattern, thing in _BESIDE if pattern.search(name)), None) for name in names)
    found = Counter(thing for thing in things if thing)
    # Each chart has its figures in one of these.
    found[Thing.EMBEDDED_OBJECT] -= min(found[Thing.CHART], found[Thing.EMBEDDED_OBJECT])
    return +found


def _transitional(name: str, part: bytes) -> bytes:
    if not name.endswith(_TEXTS):
        return part
    if _STRICT in part:
        part = _STRICT_NAMES.sub(_year, part)
    return _MAIN.sub(_PRESENTATION, part) if name == "[Content_Types].xml" else part


def _year(match: re.Match[bytes]) -> bytes:
    return _TRANSITIONAL + match[1] + b"/2006/" + match[2]
